use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::MeantForGood;

/// Back the database up, and prove that it comes out again
///
/// A backup is a folder with a manifest: where and when it was taken, rows and a content hash of every table, size and
/// SHA-256 of every file. It gets its name when all of it is on the disk. `[backup]` in whimbrel.toml says where backups
/// go, how many stay and to whom they are encrypted.
#[derive(Debug, Args)]
pub struct Backup {
    /// The folder of backups, instead of that in whimbrel.toml (`backups` where neither names one)
    #[arg(long, global = true, value_name = "DIR")]
    pub folder: Option<PathBuf>,
    #[command(subcommand)]
    pub command: BackupCommand,
}

#[derive(Debug, Subcommand)]
pub enum BackupCommand {
    Create(BackupCreate),
    List(BackupList),
    Verify(BackupVerify),
    Restore(BackupRestore),
    Prune(BackupPrune),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum BackupScope {
    Full,
    Affected,
    External,
}

/// Copy the database while others go on writing
#[derive(Debug, Args)]
pub struct BackupCreate {
    /// `full`, `affected` (the tables that pending revisions touch, and what they refer to) or `external` (a command of
    /// yours makes it)
    #[arg(long, value_enum, value_name = "SCOPE", hide_possible_values = true)]
    pub scope: Option<BackupScope>,
    /// With an affected or external scope: up to which revision they are pending
    #[arg(long, value_name = "REV", default_value = "heads")]
    pub to: String,
    /// Encrypt it to this age recipient, instead of those in whimbrel.toml; may be repeated
    #[arg(long, value_name = "AGE1…")]
    pub recipient: Vec<String>,
}

/// Show the backups: of what, when, how large, and whether a database has come out of them
#[derive(Debug, Args)]
pub struct BackupList {}

/// Read every byte of a backup and hold it against the manifest; exits with 1 when it is not what was made
///
/// Of an external one, your own command is asked.
#[derive(Debug, Args)]
pub struct BackupVerify {
    /// Its id, how that begins, or `latest`
    #[arg(value_name = "BACKUP", default_value = "latest", conflicts_with = "all")]
    pub backup: String,
    /// Every backup in the folder
    #[arg(long)]
    pub all: bool,
}

/// Make a database from a backup, and compare every table with the manifest
///
/// A database that has something in it is left alone, unless it is named. What comes of the comparison is kept beside the
/// backup as its proof.
#[derive(Debug, Args)]
pub struct BackupRestore {
    /// Its id, how that begins, or `latest`
    #[arg(value_name = "BACKUP", default_value = "latest")]
    pub backup: String,
    /// The database to make, instead of the project's own
    #[arg(long, value_name = "URL")]
    pub into: Option<String>,
    /// Only this table, its rows in the place of those that are there; may be repeated
    #[arg(long, value_name = "TABLE")]
    pub table: Vec<String>,
    /// Write over what is there: the name of that database, as a check
    #[arg(long, value_name = "DATABASE")]
    pub over: Option<String>,
    /// The file with the age identity that opens it, instead of that in whimbrel.toml
    #[arg(long, value_name = "FILE")]
    pub identity: Option<PathBuf>,
    #[command(flatten)]
    pub meant: MeantForGood,
}

/// Remove backups that have had their time
///
/// The last one stays, and the last one that a database has come out of, whatever is said. What killed runs have left
/// behind goes too.
#[derive(Debug, Args)]
pub struct BackupPrune {
    /// Keep this many of the newest, instead of `keep` in whimbrel.toml
    #[arg(long, value_name = "NUMBER")]
    pub keep: Option<usize>,
    /// Keep those that are younger, instead of `keep_days` in whimbrel.toml
    #[arg(long, value_name = "DAYS")]
    pub keep_days: Option<u32>,
    /// Only show
    #[arg(long)]
    pub dry_run: bool,
}
