use std::collections::BTreeSet;
use std::fmt;

use whimbrel_plan::history::History;
use whimbrel_plan::revision::{Phase, Revision, RevisionId};
use whimbrel_run::Driver;
use whimbrel_run::apply::strays;
use whimbrel_run::ledger::{self, Effect, EffectRow, EventDirection, Ledger, LedgerEvent};

use super::Error;

/// Whether this program may run on the database it found, from the history that it was built with and the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Compatibility {
    pub verdict: Verdict,
    /// Revisions of this program that are not applied, in the order in which they would be.
    pub missing: Vec<Missing>,
    /// What is applied and was not there when this program was built, in the order in which it was applied.
    pub ahead: Vec<Ahead>,
    /// Revisions that were applied as something else than this program has under their id.
    pub edited: Vec<String>,
}

/// The answer in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// All is applied, but for contracts that wait, and nothing else is.
    Current,
    /// More is applied, all of which this program lives with.
    Ahead,
    /// Something is missing that this program needs.
    Behind,
    /// Something was applied that this program does not live with, or of which nobody can tell.
    Incompatible,
}

/// One revision that is not applied.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Missing {
    pub revision: String,
    pub message: String,
    pub phase: Option<Phase>,
    /// A contract takes away what this program no longer names, so it runs before that as well.
    pub needed: bool,
    /// It was begun, or begun to be undone, and not ended.
    pub half_way: bool,
}

/// One revision that this program does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ahead {
    pub revision: String,
    pub message: String,
    pub at: String,
    pub deploy: Option<String>,
    /// Why this program does not live with it; `None` where it does.
    pub breaks: Option<String>,
}

impl Compatibility {
    /// Whether the program may run: the answer to a readiness probe.
    #[must_use]
    pub fn may_run(&self) -> bool {
        match self.verdict {
            Verdict::Current | Verdict::Ahead => true,
            Verdict::Behind | Verdict::Incompatible => false,
        }
    }

    pub(super) fn of(driver: &mut dyn Driver, history: &History, deploy: Option<&str>) -> Result<Compatibility, Error> {
        let failed = |error| Error::unreadable_ledger(&error);
        let ledger = ledger::read(driver).map_err(failed)?;
        let strangers = ledger.standing().into_keys().chain(ledger.unfinished().map(|event| &event.revision));
        // Who is not ahead is spared the question, and the right to ask it.
        let effects = match strangers.into_iter().all(|id| history.contains(id)) {
            true => Vec::new(),
            false => ledger::effects(driver).map_err(failed)?,
        };
        Ok(judge(history, &ledger, &effects, deploy))
    }
}

/// From values to a value. What the ledger does not tell is taken for the worst.
fn judge(history: &History, ledger: &Ledger, effects: &[EffectRow], deploy: Option<&str>) -> Compatibility {
    let standing = ledger.standing();
    let unfinished = ledger.unfinished();
    let half_way = |id: &RevisionId| unfinished.is_some_and(|event| event.revision == *id);
    let is_missing = |revision: &&Revision| !standing.contains_key(&revision.id) || half_way(&revision.id);
    let missing: Vec<Missing> =
        history.revisions().iter().filter(is_missing).map(|it| missing(it, half_way(&it.id))).collect();
    let mut strangers: Vec<&LedgerEvent> =
        standing.values().copied().filter(|event| !history.contains(&event.revision)).collect();
    let begun = unfinished.filter(|event| event.direction == EventDirection::Up);
    strangers.extend(begun.filter(|event| !history.contains(&event.revision)));
    strangers.sort_by_key(|event| event.seq);
    let ahead: Vec<Ahead> = strangers.into_iter().map(|event| ahead(event, effects, deploy)).collect();
    let edited: Vec<String> = strays(history, ledger).edited.iter().map(|it| it.id.to_string()).collect();
    let verdict = if !edited.is_empty() || ahead.iter().any(|it| it.breaks.is_some()) {
        Verdict::Incompatible
    } else if missing.iter().any(|it| it.needed) {
        Verdict::Behind
    } else if ahead.is_empty() {
        Verdict::Current
    } else {
        Verdict::Ahead
    };
    Compatibility { verdict, missing, ahead, edited }
}

fn missing(revision: &Revision, half_way: bool) -> Missing {
    Missing {
        revision: revision.id.to_string(),
        message: revision.message.clone(),
        phase: revision.phase,
        needed: match revision.phase {
            Some(Phase::Contract) => false,
            Some(Phase::Expand | Phase::Backfill) | None => true,
        },
        half_way,
    }
}

fn ahead(event: &LedgerEvent, effects: &[EffectRow], deploy: Option<&str>) -> Ahead {
    let row = effects.iter().rev().find(|row| row.event == event.seq || Some(row.event) == event.begun);
    let breaks = match row {
        None => Some("the ledger does not tell what it means for older code".to_string()),
        Some(row) => match row.effect {
            Effect::Adds => None,
            // Its code was looked at when this was applied.
            Effect::Takes | Effect::Unseen if deploy.is_some_and(|it| row.clear_of.iter().any(|clear| clear == it)) => {
                None
            }
            Effect::Takes if row.told.is_empty() => Some("it asks more of code than there was before".to_string()),
            Effect::Takes => Some(format!("it takes away or asks for more: {}", row.told)),
            Effect::Unseen => Some(format!("what it means for older code could not be seen: {}", row.told)),
        },
    };
    Ahead {
        revision: event.revision.to_string(),
        message: event.message.clone().unwrap_or_default(),
        at: event.finished_at.clone().unwrap_or_else(|| event.started_at.clone()),
        deploy: event.deploy.clone(),
        breaks,
    }
}

/// The verdict, by what, and what to do.
impl fmt::Display for Compatibility {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted = |count: usize| if count == 1 { "1 revision".to_string() } else { format!("{count} revisions") };
        match self.verdict {
            Verdict::Current => match self.missing.len() {
                0 => f.write_str("current"),
                waiting => write!(f, "current, and {} of a contract to come", counted(waiting)),
            },
            Verdict::Ahead => {
                let told: Vec<String> =
                    self.ahead.iter().map(|it| format!("`{}` {}", it.revision, it.message)).collect();
                write!(f, "ahead by {} that this program lives with: {}", counted(told.len()), told.join(", "))
            }
            Verdict::Behind => {
                let needed = self.missing.iter().filter(|it| it.needed);
                let told: Vec<String> = needed.map(|it| format!("`{}` {}", it.revision, it.message)).collect();
                write!(f, "behind by {}: {}; next: upgrade", counted(told.len()), told.join(", "))
            }
            Verdict::Incompatible => {
                let breaks = |it: &Ahead| Some(format!("`{}` {}: {}", it.revision, it.message, it.breaks.as_ref()?));
                let edited = self.edited.iter().map(|id| format!("`{id}` was applied as something else"));
                let told: Vec<String> = self.ahead.iter().filter_map(breaks).chain(edited).collect();
                let told: BTreeSet<String> = told.into_iter().collect();
                let told: Vec<String> = told.into_iter().collect();
                write!(f, "incompatible: {}; next: run the program that applied it, or a newer one", told.join("; "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use whimbrel_run::ledger::Outcome;

    use super::*;

    fn revision(id: &str, parent: Option<&str>, phase: Option<Phase>) -> Revision {
        let id = RevisionId::new(id).unwrap();
        let parents = parent.map(|parent| RevisionId::new(parent).unwrap()).into_iter().collect();
        Revision { phase, ..Revision::new(id, parents, "m") }
    }

    /// An expand, a plain one, and a contract.
    fn history() -> History {
        let revisions = [
            revision("aaaa", None, Some(Phase::Expand)),
            revision("bbbb", Some("aaaa"), None),
            revision("cccc", Some("bbbb"), Some(Phase::Contract)),
        ];
        History::new(revisions.to_vec()).unwrap()
    }

    fn event(seq: i64, id: &str, direction: EventDirection, outcome: Outcome) -> LedgerEvent {
        LedgerEvent {
            seq,
            revision: RevisionId::new(id).unwrap(),
            direction,
            outcome,
            checksum: None,
            message: Some("m".to_string()),
            fingerprint_before: None,
            fingerprint_after: None,
            started_at: "2026-11-22T09:41:00.000Z".to_string(),
            finished_at: None,
            duration_ms: None,
            who: "me".to_string(),
            pid: None,
            version: "0".to_string(),
            deploy: None,
            note: None,
            begun: None,
        }
    }

    fn applied(ids: &[&str]) -> Ledger {
        let up = |(at, id): (usize, &&str)| event(at as i64 + 1, id, EventDirection::Up, Outcome::Done);
        Ledger { events: ids.iter().enumerate().map(up).collect(), exists: true, format: Some(2) }
    }

    fn effect(event: i64, effect: Effect, clear_of: &[&str]) -> EffectRow {
        EffectRow {
            event,
            effect,
            told: "email.subject".into(),
            clear_of: clear_of.iter().map(ToString::to_string).collect(),
        }
    }

    fn verdict(ledger: &Ledger, effects: &[EffectRow]) -> Verdict {
        judge(&history(), ledger, effects, Some("v2")).verdict
    }

    #[test]
    fn what_is_missing_counts_where_it_is_needed() {
        assert_eq!(verdict(&Ledger::default(), &[]), Verdict::Behind);
        assert_eq!(verdict(&applied(&["aaaa"]), &[]), Verdict::Behind);
        assert_eq!(verdict(&applied(&["aaaa", "bbbb"]), &[]), Verdict::Current);
        assert_eq!(verdict(&applied(&["aaaa", "bbbb", "cccc"]), &[]), Verdict::Current);
        let behind = judge(&history(), &applied(&["aaaa"]), &[], None);
        assert_eq!(behind.to_string(), "behind by 1 revision: `bbbb` m; next: upgrade");
        assert!(!behind.may_run());
    }

    #[test]
    fn what_is_ahead_counts_by_what_the_ledger_tells() {
        let ledger = applied(&["aaaa", "bbbb", "cccc", "dddd"]);
        let told = |effect: Effect, clear_of: &[&str]| verdict(&ledger, &[self::effect(4, effect, clear_of)]);
        assert_eq!(verdict(&ledger, &[]), Verdict::Incompatible, "nobody tells");
        assert_eq!(told(Effect::Adds, &[]), Verdict::Ahead);
        assert_eq!(told(Effect::Unseen, &[]), Verdict::Incompatible);
        assert_eq!(told(Effect::Takes, &["v1"]), Verdict::Incompatible);
        assert_eq!(told(Effect::Takes, &["v1", "v2"]), Verdict::Ahead, "the code of this deploy was looked at");
        assert_eq!(verdict(&ledger, &[self::effect(3, Effect::Adds, &[])]), Verdict::Incompatible, "of another event");
        let told = judge(&history(), &ledger, &[self::effect(4, Effect::Takes, &[])], None);
        assert_eq!(
            told.to_string(),
            "incompatible: `dddd` m: it takes away or asks for more: email.subject; next: run the program that applied \
             it, or a newer one"
        );
    }

    #[test]
    fn half_way_is_neither_here_nor_there() {
        let mut ledger = applied(&["aaaa", "bbbb"]);
        ledger.events.push(event(3, "dddd", EventDirection::Up, Outcome::Started));
        assert_eq!(verdict(&ledger, &[]), Verdict::Incompatible, "nobody tells what runs there now");
        assert_eq!(verdict(&ledger, &[effect(3, Effect::Adds, &[])]), Verdict::Ahead);
        let mut ledger = applied(&["aaaa", "bbbb"]);
        ledger.events.push(event(3, "bbbb", EventDirection::Down, Outcome::Started));
        assert_eq!(verdict(&ledger, &[]), Verdict::Behind);
        let mut done = event(4, "dddd", EventDirection::Up, Outcome::Done);
        done.begun = Some(3);
        let mut ledger = applied(&["aaaa", "bbbb"]);
        ledger.events.extend([event(3, "dddd", EventDirection::Up, Outcome::Started), done]);
        assert_eq!(verdict(&ledger, &[effect(3, Effect::Adds, &[])]), Verdict::Ahead, "by the event that began it");
    }

    #[test]
    fn what_was_applied_as_something_else_is_not_what_this_program_has() {
        let mut ledger = applied(&["aaaa", "bbbb"]);
        let made_alike = history().revisions()[0].checksum.0.replace(|it: char| it.is_ascii_hexdigit(), "0");
        ledger.events[0].checksum = Some(whimbrel_plan::revision::Checksum(made_alike.replace("r0", "r1")));
        assert_eq!(verdict(&ledger, &[]), Verdict::Incompatible);
    }
}
