//! What is said to the gates of a protected environment.

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
