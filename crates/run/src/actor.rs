use std::env;
use std::fs;
use std::process;

/// Who runs, for the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// `user@host`.
    pub who: String,
    pub pid: u32,
    /// Of the tool.
    pub version: String,
    /// The deploy this run is part of, where somebody says so.
    pub deploy: Option<String>,
}

impl Actor {
    /// This process, as the system knows it. `version` is the caller's: a library does not know what it is part of.
    pub fn here(version: &str) -> Self {
        let named = |names: &[&str]| names.iter().find_map(|name| env::var(name).ok().filter(|it| !it.is_empty()));
        let user = named(&["USER", "LOGNAME", "USERNAME"]).unwrap_or_else(|| "unknown".to_string());
        let host = fs::read_to_string("/proc/sys/kernel/hostname").ok().map(|name| name.trim().to_string());
        let host = host.filter(|name| !name.is_empty()).or_else(|| named(&["HOSTNAME", "COMPUTERNAME"]));
        Actor {
            who: format!("{user}@{}", host.unwrap_or_else(|| "unknown".to_string())),
            pid: process::id(),
            version: version.to_string(),
            deploy: named(&["WHIMBREL_DEPLOY"]),
        }
    }
}
