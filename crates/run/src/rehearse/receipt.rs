//! A rehearsal, bound to everything that must be the same when the revisions run where it counts.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use whimbrel_plan::revision::{Checksum, RevisionId};
use whimbrel_schema::{Engine, Fingerprint, Version};

use super::rehearsal::{Copied, Rehearsal, Severity};
use super::signature::Signature;
use crate::clock::{self, age};

/// Of the value as JSON.
pub const FORMAT: u32 = 1;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    pub format: u32,
    /// The name of its folder.
    pub id: String,
    /// RFC 3339, UTC.
    pub made_at: String,
    pub who: String,
    /// Of whimbrel.
    pub whimbrel: String,
    /// The environment for which it was made, where it has a name.
    pub environment: Option<String>,
    /// Why the database was rehearsed on although it is not what its history says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_drift: Option<String>,
    pub engine: Engine,
    pub bound: Bound,
    pub copy: Copied,
    pub passed: bool,
    pub summary: Summary,
    /// SHA-256 of the rehearsal as it lies beside it.
    pub rehearsal: String,
    /// `None` where no key is configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
}

/// What has to be as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bound {
    pub plan: String,
    pub revisions: Vec<(RevisionId, Checksum)>,
    /// What was applied before, sorted.
    pub applied: Vec<RevisionId>,
    /// Of the database itself, before the revisions.
    pub schema: Fingerprint,
    pub server: Version,
    /// The backup from which the copy was made; `None` where it was made otherwise.
    pub backup: Option<BackupBound>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupBound {
    pub id: String,
    /// RFC 3339, UTC.
    pub taken_at: String,
}

/// What a person wants to know first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    pub revisions: usize,
    pub statements: usize,
    pub took_us: u64,
    pub longest_lock_us: u64,
    pub longest_wait_us: u64,
    pub queries: usize,
    pub broken_queries: usize,
    pub worst: Option<Severity>,
    pub findings: usize,
}

/// The same, as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Now {
    pub at: Timestamp,
    pub plan: String,
    pub revisions: Vec<(RevisionId, Checksum)>,
    pub applied: Vec<RevisionId>,
    pub schema: Fingerprint,
    pub server: Version,
    /// The last backup that was proved; `None` where nobody asks for one.
    pub backup: Option<String>,
    /// How old a receipt, and the backup it was made from, may be.
    pub at_most: Option<SignedDuration>,
}

/// What moved since the rehearsal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stale {
    /// Written by a whimbrel that this one does not know.
    Format {
        found: u32,
    },
    /// The rehearsal itself did not go well.
    Failed,
    /// A revision says something else now.
    Edited {
        revision: RevisionId,
    },
    /// It would run now, and was not rehearsed.
    NotRehearsed {
        revision: RevisionId,
    },
    /// It was rehearsed, and would not run now.
    NoLongerPending {
        revision: RevisionId,
    },
    /// They would run in another order.
    Reordered,
    /// Other revisions are applied than were.
    Applied,
    Schema {
        was: Fingerprint,
        is: Fingerprint,
    },
    Server {
        was: Version,
        is: Version,
    },
    Backup {
        was: Option<String>,
        is: String,
    },
    BackupTooOld {
        id: String,
        taken_at: String,
    },
    TooOld {
        made_at: String,
    },
    /// It lies there with a time that nobody can read.
    Undated {
        what: &'static str,
    },
}

impl fmt::Display for Stale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stale::Format { found } => write!(f, "the receipt has format {found}, and this whimbrel knows {FORMAT}"),
            Stale::Failed => f.write_str("the rehearsal did not go well"),
            Stale::Edited { revision } => write!(f, "{revision} was edited since"),
            Stale::NotRehearsed { revision } => write!(f, "{revision} was not rehearsed"),
            Stale::NoLongerPending { revision } => write!(f, "{revision} was rehearsed and is not pending now"),
            Stale::Reordered => f.write_str("the revisions run in another order"),
            Stale::Applied => f.write_str("other revisions are applied than were then"),
            Stale::Schema { was, is } => write!(f, "the schema is another one: it was {was} and is {is}"),
            Stale::Server { was, is } => write!(f, "the server was {was} and is {is}"),
            Stale::Backup { was: Some(was), is } => {
                write!(f, "it was made from the backup {was}, and the last is {is}")
            }
            Stale::Backup { was: None, is } => write!(f, "it was made from no backup, and the last is {is}"),
            Stale::BackupTooOld { id, taken_at } => write!(f, "the backup {id} is of {taken_at}, which is too old"),
            Stale::TooOld { made_at } => write!(f, "it is of {made_at}, which is too old"),
            Stale::Undated { what } => write!(f, "{what} has no time that can be read"),
        }
    }
}

impl Receipt {
    /// `schema` and `server` are those of the database itself; the copy's may differ where somebody else made it.
    pub fn of(rehearsal: &Rehearsal, hash: String, id: String, who: &str, bound: Bound) -> Receipt {
        Receipt {
            format: FORMAT,
            id,
            made_at: clock::now(),
            who: who.to_string(),
            whimbrel: rehearsal.whimbrel.clone(),
            environment: None,
            accepted_drift: None,
            engine: rehearsal.engine,
            bound,
            copy: rehearsal.copy.clone(),
            passed: rehearsal.passed(),
            summary: Summary::of(rehearsal),
            rehearsal: hash,
            signature: None,
        }
    }

    /// Each thing that moved; empty where it holds.
    pub fn stale_because(&self, now: &Now) -> Vec<Stale> {
        let mut moved = Vec::new();
        if self.format != FORMAT {
            moved.push(Stale::Format { found: self.format });
        }
        if !self.passed {
            moved.push(Stale::Failed);
        }
        moved.extend(self.revisions_moved(now));
        let bound = &self.bound;
        if bound.applied != now.applied {
            moved.push(Stale::Applied);
        }
        if bound.schema != now.schema {
            moved.push(Stale::Schema { was: bound.schema.clone(), is: now.schema.clone() });
        }
        if bound.server != now.server {
            moved.push(Stale::Server { was: bound.server, is: now.server });
        }
        let was = bound.backup.as_ref().map(|backup| backup.id.clone());
        if let Some(is) = now.backup.clone().filter(|is| was.as_ref() != Some(is)) {
            moved.push(Stale::Backup { was, is });
        }
        if let Some(at_most) = now.at_most {
            match age(&self.made_at, now.at) {
                None => moved.push(Stale::Undated { what: "the receipt" }),
                Some(age) if age > at_most => moved.push(Stale::TooOld { made_at: self.made_at.clone() }),
                Some(_) => {}
            }
            if let Some(BackupBound { id, taken_at }) = &bound.backup {
                match age(taken_at, now.at) {
                    None => moved.push(Stale::Undated { what: "its backup" }),
                    Some(age) if age > at_most => {
                        moved.push(Stale::BackupTooOld { id: id.clone(), taken_at: taken_at.clone() });
                    }
                    Some(_) => {}
                }
            }
        }
        moved
    }

    fn revisions_moved(&self, now: &Now) -> Vec<Stale> {
        let bound = &self.bound;
        let mut moved = Vec::new();
        for (id, checksum) in &now.revisions {
            match bound.revisions.iter().find(|(known, _)| known == id) {
                None => moved.push(Stale::NotRehearsed { revision: id.clone() }),
                Some((_, known)) if known != checksum => moved.push(Stale::Edited { revision: id.clone() }),
                Some(_) => {}
            }
        }
        let gone = bound.revisions.iter().filter(|(id, _)| !now.revisions.iter().any(|(other, _)| other == id));
        moved.extend(gone.map(|(id, _)| Stale::NoLongerPending { revision: id.clone() }));
        if moved.is_empty() && bound.plan != now.plan {
            moved.push(Stale::Reordered);
        }
        moved
    }
}

impl Summary {
    pub fn of(rehearsal: &Rehearsal) -> Summary {
        Summary {
            revisions: rehearsal.revisions.len(),
            statements: rehearsal.statements().count(),
            took_us: rehearsal.took_us,
            longest_lock_us: rehearsal.longest_lock_us(),
            longest_wait_us: rehearsal.longest_wait_us(),
            queries: rehearsal.queries.len(),
            broken_queries: rehearsal.broken_queries(),
            worst: rehearsal.worst(),
            findings: rehearsal.findings.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::rehearsal::How;
    use super::*;

    fn id(text: &str) -> RevisionId {
        RevisionId::new(text).unwrap()
    }

    fn receipt() -> Receipt {
        let revisions = vec![(id("aaaa00000001"), Checksum("1".into())), (id("bbbb00000002"), Checksum("2".into()))];
        Receipt {
            format: FORMAT,
            id: "2026-11-22-094107".into(),
            made_at: "2026-11-22T09:41:07.000Z".into(),
            who: "ann@web-3".into(),
            whimbrel: "0.1.0".into(),
            environment: Some("production".into()),
            accepted_drift: None,
            engine: Engine::Postgres,
            bound: Bound {
                plan: "plan".into(),
                revisions,
                applied: vec![id("9be200000000")],
                schema: Fingerprint("s1:aa".into()),
                server: Version::new(16, 3, 0),
                backup: Some(BackupBound { id: "b1".into(), taken_at: "2026-11-22T09:00:00.000Z".into() }),
            },
            copy: Copied { how: How::Restored, place: "scratch".into(), took_us: 1, backup: Some("b1".into()) },
            passed: true,
            summary: Summary {
                revisions: 2,
                statements: 3,
                took_us: 4,
                longest_lock_us: 5,
                longest_wait_us: 6,
                queries: 7,
                broken_queries: 0,
                worst: None,
                findings: 0,
            },
            rehearsal: "hash".into(),
            signature: None,
        }
    }

    fn now() -> Now {
        let Bound { plan, revisions, applied, schema, server, .. } = receipt().bound;
        let (backup, at_most) = (Some("b1".to_string()), Some(SignedDuration::from_hours(24)));
        Now { at: "2026-11-22T12:00:00Z".parse().unwrap(), plan, revisions, applied, schema, server, backup, at_most }
    }

    #[test]
    fn nothing_moved_is_not_stale() {
        assert_eq!(receipt().stale_because(&now()), []);
        let unasked = Now { backup: None, at_most: None, ..now() };
        assert_eq!(receipt().stale_because(&unasked), [], "nobody asks for a backup or an age");
    }

    type Moves = fn(&mut Receipt, &mut Now);

    #[test]
    fn each_thing_that_moved_is_named() {
        let cases: &[(&str, Moves)] = &[
            ("the receipt has format 2, and this whimbrel knows 1", |receipt, _| receipt.format = 2),
            ("the rehearsal did not go well", |receipt, _| receipt.passed = false),
            ("bbbb00000002 was edited since", |_, now| now.revisions[1].1 = Checksum("3".into())),
            ("cccc00000003 was not rehearsed", |_, now| {
                now.revisions.push((id("cccc00000003"), Checksum("3".into())));
            }),
            ("bbbb00000002 was rehearsed and is not pending now", |_, now| drop(now.revisions.pop())),
            ("the revisions run in another order", |_, now| now.plan = "other".into()),
            ("other revisions are applied than were then", |_, now| now.applied.clear()),
            ("the schema is another one: it was s1:aa and is s1:bb", |_, now| now.schema = Fingerprint("s1:bb".into())),
            ("the server was 16.3 and is 16.4", |_, now| now.server = Version::new(16, 4, 0)),
            ("it was made from the backup b1, and the last is b2", |_, now| now.backup = Some("b2".into())),
            ("it was made from no backup, and the last is b1", |receipt, _| receipt.bound.backup = None),
            ("it is of 2026-11-22T09:41:07.000Z, which is too old", |receipt, now| {
                now.at_most = Some(SignedDuration::from_hours(1));
                receipt.bound.backup = None;
                now.backup = None;
            }),
            ("the backup b1 is of 2026-11-20T09:00:00Z, which is too old", |receipt, _| {
                receipt.bound.backup = Some(BackupBound { id: "b1".into(), taken_at: "2026-11-20T09:00:00Z".into() });
            }),
            ("the receipt has no time that can be read", |receipt, _| receipt.made_at = "2099-01-01T00:00:00Z".into()),
        ];
        for (expected, moves) in cases {
            let (mut receipt, mut now) = (receipt(), now());
            moves(&mut receipt, &mut now);
            let told: Vec<String> = receipt.stale_because(&now).iter().map(ToString::to_string).collect();
            assert_eq!(told, [*expected]);
        }
    }
}
