//! Backups on SQLite: what comes out is what went in, whatever happens meanwhile.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "backup/damaged.rs"]
mod damaged;
#[path = "backup/encrypted.rs"]
mod encrypted;
#[path = "backup/interrupted.rs"]
mod interrupted;
#[path = "backup/restored.rs"]
mod restored;
#[path = "backup/under_writers.rs"]
mod under_writers;
