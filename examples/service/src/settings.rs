//! What a replica is told by its environment.

use std::env::{self, VarError};

/// Whether this replica may bring the database to where it has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Migrates {
    AtStart,
    /// Another process does; this one waits until it has.
    Never,
}

#[derive(Debug, Clone)]
pub struct Settings {
    /// `DATABASE_URL`, in the form that sqlx and whimbrel both take.
    pub url: String,
    /// `LISTEN`
    pub listen: String,
    /// `DEPLOY`: what is being rolled out, so that a contract waits for the next one.
    pub deploy: String,
    /// `COMMIT`: what it was built from.
    pub commit: String,
    /// `MIGRATE=never`
    pub migrates: Migrates,
}

impl Settings {
    pub fn from_environment() -> Result<Settings, String> {
        let listen = optional("LISTEN")?.unwrap_or_else(|| "127.0.0.1:8080".to_string());
        let migrates = match optional("MIGRATE")?.as_deref() {
            None | Some("at-start") => Migrates::AtStart,
            Some("never") => Migrates::Never,
            Some(other) => return Err(format!("`MIGRATE` is `at-start` or `never`, and not `{other}`")),
        };
        let (url, deploy, commit) = (required("DATABASE_URL")?, required("DEPLOY")?, required("COMMIT")?);
        Ok(Settings { url, listen, deploy, commit, migrates })
    }
}

fn required(name: &str) -> Result<String, String> {
    optional(name)?.ok_or_else(|| format!("`{name}` is not set"))
}

fn optional(name: &str) -> Result<Option<String>, String> {
    match env::var(name) {
        Ok(value) => Ok(Some(value)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(format!("`{name}` is no text")),
    }
}
