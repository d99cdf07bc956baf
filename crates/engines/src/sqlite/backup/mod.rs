//! SQLite's side of backups: the file copied page by page, looked at, and hashed table by table.

mod contents;
mod copy_in;
mod copy_out;
mod pages;
mod tables;

pub(super) use contents::{contents, digest};
pub(super) use copy_in::{Afterwards, copy_in};
pub(super) use copy_out::copy_out;

/// The database among the files of a backup.
const DATABASE: &str = "database.sqlite";
/// How the database journals: the copy itself is never in WAL mode, where it would be more files than one.
const JOURNAL: &str = "journal_mode";
