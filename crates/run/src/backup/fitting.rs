//! Whether a backup stands for a database as it is now, so that what happens on a copy made from it would happen there.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use whimbrel_plan::revision::RevisionId;
use whimbrel_schema::{Engine, Fingerprint};

use super::folder::Listed;
use super::{Backup, BackupId, Difference, Scope, Standing};
use crate::clock;

/// A database as it is now, as far as backups tell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Present {
    pub at: Timestamp,
    pub engine: Engine,
    /// The engine, its version and the place, as [`Driver::describe`](crate::Driver::describe) has it.
    pub database: String,
    pub schema: Fingerprint,
    /// The last event of the ledger; zero without any.
    pub ledger: i64,
    /// Sorted.
    pub applied: Vec<RevisionId>,
    /// How old a backup may be.
    pub at_most: SignedDuration,
}

/// Why one does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfit {
    Engine {
        of: Engine,
    },
    Database {
        of: String,
    },
    /// Not everything is in it, or it is elsewhere.
    NotWhole,
    /// Something was done by whimbrel since.
    Ledger,
    /// What was restored from an older one since has another past, whatever the number of its last event.
    Applied,
    /// Something was done beside whimbrel since.
    Schema,
    Old {
        taken_at: String,
    },
    /// Nobody can read when it was taken, or it lies in the future.
    Undated,
    /// The last time that it was restored, something else came out.
    Unequal {
        first: Option<Difference>,
    },
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unfit::Engine { of } => write!(f, "it is of {}", of.title()),
            Unfit::Database { of } => write!(f, "it is of another database or server: {of}"),
            Unfit::NotWhole => f.write_str("not all of the database is in it"),
            Unfit::Ledger => f.write_str("the ledger has gone on since it was taken"),
            Unfit::Applied => f.write_str("other revisions are applied than when it was taken"),
            Unfit::Schema => f.write_str("the schema is another one than when it was taken"),
            Unfit::Old { taken_at } => write!(f, "it was taken at {taken_at}, which is too old"),
            Unfit::Undated => f.write_str("it has no time that can be relied upon"),
            Unfit::Unequal { first: Some(first) } => write!(f, "something else came out of it: {first}"),
            Unfit::Unequal { first: None } => f.write_str("something else came out of it"),
        }
    }
}

impl Present {
    /// The first thing that speaks against making a copy of it.
    pub fn unfit(&self, backup: &Backup, standing: &Standing) -> Option<Unfit> {
        match backup.manifest.scope {
            Scope::Full => {}
            Scope::Affected(_) | Scope::External => {
                return Some(self.of_another(backup).unwrap_or(Unfit::NotWhole));
            }
        }
        self.against(backup, false).or_else(|| match standing {
            Standing::Unequal(proof) => Some(Unfit::Unequal { first: proof.differences.first().cloned() }),
            // It is restored and compared anew.
            Standing::Unproved | Standing::Proved(_) | Standing::Doubtful(_) => None,
        })
    }

    fn of_another(&self, backup: &Backup) -> Option<Unfit> {
        let manifest = &backup.manifest;
        if manifest.engine != self.engine {
            return Some(Unfit::Engine { of: manifest.engine });
        }
        if manifest.database != self.database {
            return Some(Unfit::Database { of: manifest.database.clone() });
        }
        None
    }

    /// The first thing that speaks against it, whatever is in it and whether it is proved. The numbers of the ledger's events
    /// are compared, and no clocks. `went_on` says that what was done since was done under it, by a run that relied on it;
    /// of one that a command made, nothing but its time is known.
    pub fn against(&self, backup: &Backup, went_on: bool) -> Option<Unfit> {
        let manifest = &backup.manifest;
        if let Some(another) = self.of_another(backup) {
            return Some(another);
        }
        if !went_on && manifest.scope != Scope::External {
            if manifest.ledger != self.ledger {
                return Some(Unfit::Ledger);
            }
            if manifest.schema.as_ref() != Some(&self.schema) {
                return Some(Unfit::Schema);
            }
            if manifest.applied != self.applied {
                return Some(Unfit::Applied);
            }
        }
        let Some(age) = clock::age(&manifest.taken_at, self.at) else { return Some(Unfit::Undated) };
        (age > self.at_most).then(|| Unfit::Old { taken_at: manifest.taken_at.clone() })
    }

    /// The newest that fits; or the newest of this database, and why it does not. One that cannot be read is none.
    pub fn newest<'l>(&self, listed: &'l [Listed]) -> Result<&'l Backup, Option<(BackupId, Unfit)>> {
        let mut nearest = None;
        for (backup, standing) in listed.iter().rev().filter_map(|listed| listed.found.as_ref().ok()) {
            match self.unfit(backup, standing) {
                None => return Ok(backup),
                Some(Unfit::Engine { .. } | Unfit::Database { .. }) => {}
                Some(why) => {
                    nearest.get_or_insert((backup.manifest.id.clone(), why));
                }
            }
        }
        Err(nearest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::{FORMAT, Manifest};

    fn now() -> Present {
        Present {
            at: "2026-01-10T12:00:00Z".parse().unwrap(),
            engine: Engine::Sqlite,
            database: "SQLite 3.50.0, app.db".to_string(),
            schema: Fingerprint("s1:aa".into()),
            ledger: 7,
            applied: Vec::new(),
            at_most: SignedDuration::from_hours(24),
        }
    }

    fn fitting() -> Backup {
        let now = now();
        let manifest = Manifest {
            format: FORMAT,
            id: BackupId("2026-01-10-000000".into()),
            taken_at: "2026-01-10T00:00:00Z".into(),
            milliseconds: 1,
            engine: now.engine,
            version: "3.50.0".into(),
            database: now.database,
            scope: Scope::Full,
            position: None,
            schema: Some(now.schema),
            ledger: now.ledger,
            applied: Vec::new(),
            tables: Vec::new(),
            files: Vec::new(),
            whimbrel: String::new(),
            with: String::new(),
            recipients: Vec::new(),
            reference: None,
        };
        Backup { path: "x".into(), manifest, sha256: String::new() }
    }

    fn told(moves: fn(&mut Manifest)) -> String {
        let mut backup = fitting();
        moves(&mut backup.manifest);
        now().unfit(&backup, &Standing::Unproved).map(|why| why.to_string()).unwrap_or_default()
    }

    #[test]
    fn each_thing_that_speaks_against_one_is_named() {
        assert_eq!(told(|_| {}), "");
        assert_eq!(told(|it| it.engine = Engine::Postgres), "it is of PostgreSQL");
        assert_eq!(
            told(|it| it.database = "SQLite 3.50.0, b.db".into()).split(':').next_back(),
            Some(" SQLite 3.50.0, b.db")
        );
        assert_eq!(told(|it| it.scope = Scope::Affected(Vec::new())), "not all of the database is in it");
        assert_eq!(told(|it| it.ledger = 6), "the ledger has gone on since it was taken");
        assert_eq!(told(|it| it.schema = None), "the schema is another one than when it was taken");
        let other = told(|it| it.applied = vec![RevisionId::new("aaaa00000001").unwrap()]);
        assert_eq!(other, "other revisions are applied than when it was taken");
        let old = told(|it| it.taken_at = "2026-01-09T11:00:00Z".into());
        assert_eq!(old, "it was taken at 2026-01-09T11:00:00Z, which is too old");
        let future = told(|it| it.taken_at = "2027-01-09T11:00:00Z".into());
        assert_eq!(future, "it has no time that can be relied upon");
    }

    #[test]
    fn what_a_run_did_under_it_does_not_speak_against_it() {
        let mut backup = fitting();
        (backup.manifest.ledger, backup.manifest.schema) = (5, None);
        assert_eq!(now().against(&backup, false), Some(Unfit::Ledger));
        assert_eq!(now().against(&backup, true), None);
        backup.manifest.taken_at = "2025-01-10T00:00:00Z".into();
        assert!(matches!(now().against(&backup, true), Some(Unfit::Old { .. })), "but its age does");
    }

    #[test]
    fn the_newest_that_fits_is_found_and_else_what_is_wrong_with_the_newest_is_told() {
        let listed = |id: &str, ledger: i64, database: &str| {
            let mut backup = fitting();
            (backup.manifest.id, backup.manifest.ledger) = (BackupId(id.into()), ledger);
            backup.manifest.database = database.to_string();
            let id = backup.manifest.id.clone();
            Listed { id, path: "x".into(), found: Ok((backup, Standing::Unproved)) }
        };
        let ours = now().database;
        let all = [listed("a", 7, &ours), listed("b", 7, &ours), listed("c", 6, &ours), listed("d", 7, "other")];
        assert_eq!(now().newest(&all).unwrap().manifest.id.0, "b");
        assert_eq!(now().newest(&all[2..]).unwrap_err(), Some((BackupId("c".into()), Unfit::Ledger)));
        assert_eq!(now().newest(&all[3..]).unwrap_err(), None);
    }
}
