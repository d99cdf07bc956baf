//! What follows from what was found.

use whimbrel_plan::review::Blocks;
use whimbrel_plan::revision::{Phase, RevisionId};

use super::query::Version;
use super::rehearsal::{Answer, Asked, Came, Code, Finding, Preserved, Rehearsal, Severity, Trial};

/// A query that waits longer than this keeps somebody waiting who notices.
const NOTICED_US: u64 = 1_000_000;

pub(super) fn gather(rehearsal: &mut Rehearsal) {
    let mut found = Vec::new();
    if let Some(stopped) = &rehearsal.stopped {
        found.push(Finding {
            revision: Some(stopped.revision.clone()),
            statement: stopped.statement,
            ..finding(Code::RevisionFails, Severity::Broken, format!("{} fails: {}", stopped.revision, stopped.why))
        });
    }
    if let Some(accepted) = &rehearsal.accepted_drift {
        let message = format!("the database is not what its history says, and that was accepted: {accepted}");
        found.push(finding(Code::DriftAccepted, Severity::Note, message));
    }
    for (at, query) in rehearsal.queries.iter().enumerate() {
        found.extend(breaks(rehearsal, at, query));
        found.extend(gets_worse(at, query));
    }
    found.extend(waits(rehearsal));
    found.extend(rows(rehearsal));
    found.extend(trials(rehearsal));
    found.extend(keepings(rehearsal));
    for (revision, statement) in rehearsal.statements() {
        for what in &statement.under {
            found.push(Finding {
                revision: Some(revision.id.clone()),
                statement: Some(statement.number),
                ..finding(Code::Understated, Severity::Care, format!("whimbrel predicted less than happened: {what}"))
            });
        }
    }
    found.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    rehearsal.findings = found;
}

fn finding(code: Code, severity: Severity, message: String) -> Finding {
    Finding { code, severity, message, revision: None, statement: None, query: None }
}

fn is_contract(rehearsal: &Rehearsal, revision: &RevisionId) -> bool {
    rehearsal.revisions.iter().any(|it| it.id == *revision && it.phase == Some(Phase::Contract))
}

/// Old code has to work until a contract takes from it what it no longer names. New code has to work once everything
/// is done; what it meets before is told, because it may be rolled out before that.
fn breaks(rehearsal: &Rehearsal, at: usize, query: &Asked) -> Option<Finding> {
    let failed = |answer: &Answer| match &answer.came {
        Came::Failed { message, .. } => Some((answer.after.clone(), message.clone())),
        Came::Worked { .. } => None,
    };
    match query.version {
        // What never worked is not broken by a revision.
        Version::Old if !query.answers.first().is_some_and(|answer| answer.came.worked()) => {
            let (_, message) = query.answers.first().and_then(failed)?;
            let message = format!("`{}` fails before the first revision too: {message}", query.name);
            Some(Finding { query: Some(at), ..finding(Code::QueryUntold, Severity::Note, message) })
        }
        Version::Old => {
            let (after, message) = query.answers.iter().skip(1).find_map(failed)?;
            let after = after?;
            let severity = match is_contract(rehearsal, &after) {
                // It comes after the deploy that no longer asks this: that is what the gate of contracts waits for.
                true => Severity::Note,
                false => Severity::Broken,
            };
            let message = format!("`{}` (old code) fails after {after}: {message}", query.name);
            let revision = Some(after);
            Some(Finding { revision, query: Some(at), ..finding(Code::QueryBreaks, severity, message) })
        }
        Version::New => {
            let (after, message) = query.answers.last().and_then(failed)?;
            let after = after?;
            let message = format!("`{}` (new code) fails when all is done: {message}", query.name);
            let revision = Some(after);
            Some(Finding { revision, query: Some(at), ..finding(Code::QueryBreaks, Severity::Broken, message) })
        }
    }
}

fn gets_worse(at: usize, query: &Asked) -> Option<Finding> {
    let (after, worse) =
        query.answers.iter().find_map(|answer| Some((answer.after.clone()?, answer.worse.clone()?)))?;
    let message = format!("`{}` ({} code) is slower after {after}: {worse}", query.name, query.version.word());
    Some(Finding { revision: Some(after), query: Some(at), ..finding(Code::PlanWorse, Severity::Care, message) })
}

/// The longest wait of each statement.
fn waits(rehearsal: &Rehearsal) -> Vec<Finding> {
    let mut found = Vec::new();
    for (revision, statement) in rehearsal.statements() {
        let Some(wait) = statement.waited.iter().max_by_key(|wait| wait.waited_us) else { continue };
        let name = rehearsal.queries.get(wait.query).map(|query| query.name.as_str()).unwrap_or_default();
        let severity = if wait.waited_us >= NOTICED_US { Severity::Care } else { Severity::Note };
        let message = format!(
            "`{name}` waited {:.1} ms for statement {} of {}",
            wait.waited_us as f64 / 1000.0,
            statement.number,
            revision.id
        );
        found.push(Finding {
            revision: Some(revision.id.clone()),
            statement: Some(statement.number),
            query: Some(wait.query),
            ..finding(Code::QueryWaits, severity, message)
        });
    }
    found
}

fn rows(rehearsal: &Rehearsal) -> Vec<Finding> {
    let mut found = Vec::new();
    for compared in &rehearsal.tables {
        let table = &compared.table;
        match &compared.outcome {
            Preserved::Changed { from, to, by: None } => found.push(finding(
                Code::RowsChanged,
                Severity::Broken,
                match from == to {
                    true => format!("values of `{table}` are others, and no statement says that it changes them"),
                    false => {
                        format!("`{table}` had {from} rows and has {to}, and no statement says that it changes them")
                    }
                },
            )),
            Preserved::Unknown { why } => found.push(finding(
                Code::RowsChanged,
                Severity::Care,
                format!("whether the rows of `{table}` are what they were is not known: {why}"),
            )),
            Preserved::Same { .. }
            | Preserved::Changed { by: Some(_), .. }
            | Preserved::Gone { .. }
            | Preserved::New { .. } => {}
        }
    }
    for destroyed in &rehearsal.destroyed {
        let (severity, how) = match &destroyed.why {
            None => (Severity::Note, "kept, so that a downgrade gives it back".to_string()),
            Some(why) => (Severity::Care, format!("gone for good: {why}")),
        };
        let rows = destroyed.rows.map(|rows| format!(" ({rows} rows)")).unwrap_or_default();
        found.push(Finding {
            revision: Some(destroyed.revision.clone()),
            ..finding(
                Code::ValuesDestroyed,
                severity,
                format!("{} destroys {}{rows}: {how}", destroyed.revision, destroyed.what),
            )
        });
    }
    found
}

/// Of the lock under which values are copied aside, what nobody would expect of the statement.
fn keepings(rehearsal: &Rehearsal) -> Vec<Finding> {
    let mut found = Vec::new();
    for (revision, statement) in rehearsal.statements() {
        let predicted = statement.prediction.touches.iter().map(|touch| touch.lock.blocks).max();
        let expected = statement.blocks().max(predicted.unwrap_or(Blocks::Nothing));
        for keeping in statement.keeping.iter().filter(|it| it.blocks() >= Blocks::Writes) {
            let (more, long) = (keeping.blocks() > expected, keeping.held_us() >= NOTICED_US);
            if !more && !long {
                continue;
            }
            let whom = match keeping.blocks() {
                Blocks::ReadsAndWrites => "whoever reads or writes",
                Blocks::Nothing | Blocks::SchemaChanges | Blocks::Writes => "whoever writes",
            };
            let held = keeping.held_us() as f64 / 1000.0;
            let unlike = if more { ", whom the statement itself would not" } else { "" };
            let what = format!("keeping what statement {} of {} destroys", statement.number, revision.id);
            let message = format!("{what} ({}) keeps {whom} out for {held:.1} ms{unlike}", keeping.what);
            found.push(Finding {
                revision: Some(revision.id.clone()),
                statement: Some(statement.number),
                ..finding(Code::KeepingLocks, if long { Severity::Care } else { Severity::Note }, message)
            });
        }
    }
    found
}

fn trials(rehearsal: &Rehearsal) -> Vec<Finding> {
    let trials = [
        (Code::NotUndone, &rehearsal.undone, "the way back does not lead to where it began"),
        (Code::NotResumed, &rehearsal.killed, "run again, it does not end where it ended before"),
    ];
    let mut found = Vec::new();
    for (code, trial, verdict) in trials {
        if let Trial::Failed { why } = trial {
            let severity = if code == Code::NotResumed { Severity::Broken } else { Severity::Care };
            found.push(finding(code, severity, format!("{verdict}: {}", why.join("; "))));
        }
    }
    found
}
