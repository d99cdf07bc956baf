//! What is said to the gates of a protected environment.

use std::path::PathBuf;

use clap::Args;

/// Ways around the gates of a protected environment, one for each. Each is written on the ledger with its reason.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Ways around the gates of a protected environment")]
pub struct Doors {
    /// Go on whatever is unresolved in the revisions; the reason goes on the ledger
    #[arg(long, value_name = "REASON", value_parser = reason)]
    pub without_review: Option<String>,
    /// Go on without a backup that was restored and compared; the reason goes on the ledger
    #[arg(long, value_name = "REASON", value_parser = reason)]
    pub without_backup: Option<String>,
    /// Go on without a rehearsal; the reason goes on the ledger
    #[arg(long, value_name = "REASON", value_parser = reason)]
    pub without_rehearsal: Option<String>,
}

/// The whole way to a protected environment in one command.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "The whole way in one command")]
pub struct Proving {
    /// Show everything that a protected environment asks for, then apply: back up, restore and compare, rehearse on that
    #[arg(long, conflicts_with_all = ["sql", "without_backup", "without_rehearsal"])]
    pub prove: bool,
    /// With --prove: rehearse on a copy that somebody else made, where a command of yours makes the backups
    #[arg(long, value_name = "URL", requires = "prove")]
    pub on: Option<String>,
    /// With --prove: put the copy on a PostgreSQL of its own, started from the programs on this machine
    #[arg(long, requires = "prove", conflicts_with = "on")]
    pub scratch_server: bool,
    /// With --prove: the file with the age identity that opens the backup, instead of that in whimbrel.toml
    #[arg(long, value_name = "FILE", requires = "prove", conflicts_with = "on")]
    pub identity: Option<PathBuf>,
}

/// What a protected environment asks of commands that are not an upgrade.
#[derive(Debug, Clone, Default, Args)]
pub struct Meant {
    /// The name of the protected environment, to say that it is the one that is meant
    #[arg(long, global = true, value_name = "ENVIRONMENT")]
    pub confirm: Option<String>,
}

/// The same, where it takes values away.
#[derive(Debug, Clone, Default, Args)]
pub struct MeantForGood {
    #[command(flatten)]
    pub meant: Meant,
    /// In a protected environment: go on without a proved backup; the reason goes on the ledger
    #[arg(long, global = true, value_name = "REASON", value_parser = reason)]
    pub without_backup: Option<String>,
}

/// A reason that says something.
pub fn reason(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("it goes on the ledger, and has to say something".to_string()),
        reason => Ok(reason.to_string()),
    }
}
