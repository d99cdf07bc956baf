//! The command as a person meets it: run in a folder, everything it printed and its exit status compared. One file per
//! command.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod branches;
mod check;
mod completions;
mod current;
mod docs;
mod downgrade;
mod edit;
mod heads;
mod history;
mod init;
mod interrupted;
mod merge;
mod models;
mod postgres;
mod project;
mod revision;
mod schema;
mod show;
mod stamp;
mod tour;
mod unreachable;
mod upgrade;
mod usage;
