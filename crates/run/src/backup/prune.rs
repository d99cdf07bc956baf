//! Which backups have had their time. Decides, and removes nothing.

use jiff::Timestamp;

use super::folder::Listed;
use super::{Backup, BackupId, Standing};

/// A backup stays that either of them asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Retention {
    /// The newest ones, this many.
    pub last: Option<usize>,
    /// Those that are younger.
    pub days: Option<u32>,
}

/// The ids of those that may go, the oldest first; the last one stays whatever is said, and so does the last that was
/// restored and found equal. What cannot be read is nobody's to judge, and stays too.
pub fn expired(listed: &[Listed], retention: Retention, now: Timestamp) -> Vec<BackupId> {
    if retention == Retention::default() {
        return Vec::new();
    }
    let sound: Vec<&(Backup, Standing)> = listed.iter().filter_map(|listed| listed.found.as_ref().ok()).collect();
    let newest = sound.iter().map(|(backup, _)| &backup.manifest.id).next_back();
    let mut proved = sound.iter().filter(|(_, standing)| standing.is_proved()).map(|(backup, _)| &backup.manifest.id);
    let proved = proved.next_back();
    let first_kept = retention.last.map_or(sound.len(), |last| sound.len().saturating_sub(last));
    let stays = |(at, (backup, _)): &(usize, &&(Backup, Standing))| {
        let id = &backup.manifest.id;
        *at >= first_kept || Some(id) == newest || Some(id) == proved || is_young(backup, retention, now)
    };
    let gone = sound.iter().enumerate().filter(|backup| !stays(backup));
    gone.map(|(_, (backup, _))| backup.manifest.id.clone()).collect()
}

/// One whose age cannot be read is young.
fn is_young(backup: &Backup, retention: Retention, now: Timestamp) -> bool {
    let Some(days) = retention.days else { return false };
    match backup.manifest.taken_at.parse::<Timestamp>() {
        Ok(taken) => now.duration_since(taken).as_secs() < i64::from(days) * 86_400,
        Err(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::{FORMAT, Manifest, Proof, Proved, Scope};

    /// One a day, the last one on the 10th; `p` was proved, `-` was not, `x` cannot be read.
    fn listed(what: &str) -> Vec<Listed> {
        let first = 11 - what.len();
        let one = |(at, kind): (usize, char)| {
            let id = BackupId(format!("2026-01-{:02}-000000", first + at));
            let manifest = Manifest {
                format: FORMAT,
                id: id.clone(),
                taken_at: format!("2026-01-{:02}T00:00:00Z", first + at),
                milliseconds: 1,
                engine: whimbrel_schema::Engine::Sqlite,
                version: "3.50.0".to_string(),
                database: String::new(),
                scope: Scope::Full,
                position: None,
                schema: None,
                ledger: 0,
                applied: Vec::new(),
                tables: Vec::new(),
                files: Vec::new(),
                whimbrel: String::new(),
                with: String::new(),
                recipients: Vec::new(),
                reference: None,
            };
            let proof = Proof {
                format: FORMAT,
                manifest: String::new(),
                at: String::new(),
                milliseconds: 1,
                by: Proved::Command { command: String::new() },
                differences: Vec::new(),
                whimbrel: String::new(),
            };
            let standing = if kind == 'p' { Standing::Proved(proof) } else { Standing::Unproved };
            let backup = Backup { path: id.0.clone().into(), manifest, sha256: String::new() };
            let found = if kind == 'x' { Err(crate::backup::Fault::NoManifest) } else { Ok((backup, standing)) };
            Listed { id: id.clone(), path: id.0.into(), found }
        };
        what.chars().enumerate().map(one).collect()
    }

    fn days(what: &str, last: Option<usize>, days: Option<u32>) -> Vec<String> {
        let now = "2026-01-10T01:00:00Z".parse().unwrap();
        let gone = expired(&listed(what), Retention { last, days }, now);
        gone.into_iter().map(|id| id.0[8..10].to_string()).collect()
    }

    #[test]
    fn what_either_asks_for_stays() {
        assert_eq!(days("-----", None, None), [""; 0]);
        assert_eq!(days("-----", Some(2), None), ["06", "07", "08"]);
        assert_eq!(days("-----", None, Some(3)), ["06", "07"]);
        assert_eq!(days("-----", Some(2), Some(4)), ["06"]);
        assert_eq!(days("-----", Some(9), Some(1)), [""; 0]);
    }

    #[test]
    fn the_last_proved_one_and_the_last_one_stay_whatever_is_said() {
        assert_eq!(days("p-p--", Some(1), None), ["06", "07", "09"]);
        assert_eq!(days("---", Some(0), Some(0)), ["08", "09"]);
        assert_eq!(days("p", Some(0), Some(0)), [""; 0]);
    }

    #[test]
    fn one_that_cannot_be_read_stays_and_counts_for_nothing() {
        assert_eq!(days("--x-x", Some(1), None), ["06", "07"]);
    }
}
