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
    /// The deploy that this run is part of, where that is known.
    pub deploy: Option<Deploy>,
}

/// One rollout of one version of the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deploy {
    pub label: String,
    /// The commit of the code that is rolled out, where there is one.
    pub commit: Option<String>,
}

impl Actor {
    /// This process, as the system knows it. `version` is the caller's: a library does not know what it is part of.
    pub fn here(version: &str) -> Self {
        let named = |names: &[&str]| names.iter().find_map(|name| env::var(name).ok().filter(|it| !it.is_empty()));
        let user = named(&["USER", "LOGNAME", "USERNAME"]).or_else(user_of_process);
        let user = user.unwrap_or_else(|| "unknown".to_string());
        let host = fs::read_to_string("/proc/sys/kernel/hostname").ok().map(|name| name.trim().to_string());
        let host = host.filter(|name| !name.is_empty()).or_else(|| named(&["HOSTNAME", "COMPUTERNAME"]));
        Actor {
            who: format!("{user}@{}", host.unwrap_or_else(|| "unknown".to_string())),
            pid: process::id(),
            version: version.to_string(),
            deploy: named(&["WHIMBREL_DEPLOY"]).map(|label| Deploy { label, commit: None }),
        }
    }
}

/// The name of the user as whom the process runs: containers and service managers often set no variable for it.
#[cfg(unix)]
fn user_of_process() -> Option<String> {
    use std::os::unix::fs::MetadataExt;

    let number = fs::metadata("/proc/self").ok()?.uid().to_string();
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let named = users.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let mut named = named.filter(|fields| fields.get(2) == Some(&number.as_str()));
    let name = named.next().and_then(|fields| fields.first().map(ToString::to_string));
    Some(name.unwrap_or_else(|| format!("uid {number}")))
}

#[cfg(not(unix))]
fn user_of_process() -> Option<String> {
    None
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_process_has_a_user_where_no_variable_says_so() {
        let user = user_of_process().unwrap();
        assert!(!user.is_empty() && user != "unknown", "{user}");
    }
}
