//! Which backups are enough: of this database, whole in what they say, proved, and newer than its last change.

use jiff::{SignedDuration, Timestamp};

use super::Gate;
use super::lack::{Lack, LastBackup};
use super::situation::Situation;
use crate::backup::{Backup, Listed, Present, Scope, Standing, Unfit};
use crate::clock::age;
use crate::ledger::LedgerEvent;

/// Those that are enough, the newest first; or what is wrong with the newest.
pub(super) fn enough<'b>(listed: &'b [Listed], now: &Situation<'_>) -> Result<Vec<&'b Backup>, Lack> {
    let mut last = None;
    let mut enough = Vec::new();
    for listed in listed.iter().rev() {
        let (backup, standing) = match &listed.found {
            Ok(found) => (&found.0, &found.1),
            // Of which database it was nobody can say any more.
            Err(fault) => {
                let why = format!("which cannot be read: {fault}");
                last.get_or_insert(LastBackup { id: listed.id.to_string(), why, only_unproved: false });
                continue;
            }
        };
        if backup.manifest.engine != now.engine || backup.manifest.database != now.database {
            continue;
        }
        match wrong_with(backup, standing, now) {
            None => enough.push(backup),
            Some((why, only_unproved)) => {
                last.get_or_insert(LastBackup { id: listed.id.to_string(), why, only_unproved });
            }
        }
    }
    match enough.is_empty() {
        false => Ok(enough),
        true => Err(Lack::NoProvedBackup { environment: now.protection.environment.clone(), last }),
    }
}

/// In words, and whether it only waits to be restored.
fn wrong_with(backup: &Backup, standing: &Standing, now: &Situation<'_>) -> Option<(String, bool)> {
    let manifest = &backup.manifest;
    let no = |why: String| Some((why, false));
    if let Some(event) = change_after(backup, now) {
        let when = event.finished_at.as_deref().unwrap_or(&event.started_at);
        let before = between(&manifest.taken_at, when).map(|time| format!("{time} ")).unwrap_or_default();
        return no(format!("taken {before}before revision {} was {}", event.revision, done(event)));
    }
    // What a run that was stopped did under it is in no backup yet.
    let went_on = now.ledger.events.iter().any(|event| now.is_under(event, Gate::Backup, &manifest.id.0));
    if let Some(why) = present(now).against(backup, went_on) {
        return no(in_words(why, backup, now));
    }
    match standing {
        Standing::Proved(_) => None,
        Standing::Unproved => Some(("which nobody has restored and compared".to_string(), true)),
        Standing::Unequal(proof) => {
            let first = proof.differences.first().map(ToString::to_string).unwrap_or_default();
            no(format!("out of which something else came: {first}"))
        }
        Standing::Doubtful(why) => no(format!("whose proof nobody can believe: {why}")),
    }
}

fn present(now: &Situation<'_>) -> Present {
    Present {
        at: now.at,
        engine: now.engine,
        database: now.database.clone(),
        schema: now.schema.clone(),
        ledger: now.ledger.last(),
        applied: now.ledger.applied_ids().into_iter().collect(),
        at_most: now.protection.backup_age,
    }
}

/// As what is told of the last backup.
fn in_words(why: Unfit, backup: &Backup, now: &Situation<'_>) -> String {
    let taken_at = &backup.manifest.taken_at;
    match why {
        Unfit::Schema => "taken before the schema was changed beside whimbrel".to_string(),
        Unfit::Ledger | Unfit::Applied => "taken when other revisions were applied".to_string(),
        Unfit::Undated => format!("taken {taken_at}, which is no time that can be relied upon"),
        Unfit::Old { .. } => {
            let old = age(taken_at, now.at).map(words).unwrap_or_default();
            format!("which is {old} old: at most {} are allowed", words(now.protection.backup_age))
        }
        why @ (Unfit::Engine { .. } | Unfit::Database { .. } | Unfit::NotWhole | Unfit::Unequal { .. }) => {
            format!("which does not stand for it: {why}")
        }
    }
}

/// The first change on the ledger that is not in it and was not made under it. The numbers of the ledger's events are
/// compared, and no clocks: but for a backup of the user's own, of which nothing else is known.
fn change_after<'n>(backup: &Backup, now: &'n Situation<'_>) -> Option<&'n LedgerEvent> {
    let manifest = &backup.manifest;
    let taken: Option<Timestamp> = manifest.taken_at.parse().ok();
    let within = |event: &LedgerEvent| match manifest.scope {
        Scope::Full | Scope::Affected(_) => event.seq <= manifest.ledger,
        Scope::External => {
            let done: Option<Timestamp> = event.finished_at.as_deref().unwrap_or(&event.started_at).parse().ok();
            taken.zip(done).is_some_and(|(taken, done)| done < taken)
        }
    };
    let under = |event: &LedgerEvent| now.is_under(event, Gate::Backup, &manifest.id.0);
    now.ledger.events.iter().find(|event| !within(event) && !under(event))
}

fn done(event: &LedgerEvent) -> &'static str {
    use crate::ledger::EventDirection::{Down, Stamp, Unstamp, Up};
    match event.direction {
        Up => "applied",
        Down => "undone",
        Stamp | Unstamp => "stamped",
    }
}

fn between(earlier: &str, later: &str) -> Option<String> {
    let (earlier, later): (Timestamp, Timestamp) = (earlier.parse().ok()?, later.parse().ok()?);
    Some(later.duration_since(earlier)).filter(SignedDuration::is_positive).map(words)
}

/// `3 days`, `5 hours`: the largest unit says enough.
pub(super) fn words(time: SignedDuration) -> String {
    let seconds = time.as_secs();
    let units = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    let (size, unit) = units.into_iter().find(|(size, _)| seconds >= *size).unwrap_or((1, "second"));
    match seconds / size {
        1 => format!("1 {unit}"),
        many => format!("{many} {unit}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_their_largest_unit() {
        let told = [0, 1, 59, 60, 7_199, 86_400, 200_000].map(|seconds| words(SignedDuration::from_secs(seconds)));
        assert_eq!(told, ["0 seconds", "1 second", "59 seconds", "1 minute", "1 hour", "1 day", "2 days"]);
    }
}
