//! When each statement ran, what it locked meanwhile, and who had to wait.

use serde::Serialize;
use whimbrel_plan::review::Blocks;
use whimbrel_run::guard::first_line;
use whimbrel_run::rehearse::{Keeping, Measured, Reading, Rehearsal, Rehearsed, RelationReading, Wait};

use crate::rehearsing::markdown::name;
use crate::rehearsing::screen::time;

#[derive(Serialize)]
pub struct Timeline {
    /// What stands at the right end of the axis.
    length: String,
    revisions: Vec<Lane>,
}

#[derive(Serialize)]
struct Lane {
    id: String,
    message: String,
    statements: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    number: usize,
    /// Not the statement, but the keeping of what it destroys.
    keeping: bool,
    sql: String,
    took: String,
    bar: Bar,
    locks: Vec<Lock>,
    ticks: Vec<Tick>,
}

/// In hundredths of the axis.
#[derive(Serialize)]
struct Bar {
    left: String,
    width: String,
}

#[derive(Serialize)]
struct Lock {
    tone: &'static str,
    told: String,
    bar: Bar,
}

#[derive(Serialize)]
struct Tick {
    left: String,
    told: String,
}

/// One revision after the other, without what was asked and looked at in between: nobody's time passes then.
struct Axis {
    length: u64,
}

impl Axis {
    fn at(&self, us: u64) -> String {
        format!("{:.3}", us as f64 * 100.0 / self.length.max(1) as f64)
    }

    fn bar(&self, from: u64, to: u64) -> Bar {
        Bar { left: self.at(from), width: self.at(to.saturating_sub(from)) }
    }
}

pub fn timeline(found: &Rehearsal) -> Timeline {
    let axis = Axis { length: found.revisions.iter().map(span).sum() };
    let mut begins = 0;
    let mut revisions = Vec::new();
    for revision in &found.revisions {
        let place = Place { axis: &axis, begins, began_us: revision.began_us };
        revisions.push(Lane {
            id: revision.id.to_string(),
            message: revision.message.clone(),
            statements: revision.statements.iter().flat_map(|statement| place.lines(found, statement)).collect(),
        });
        begins += span(revision);
    }
    Timeline { length: time(axis.length), revisions }
}

/// Until its last lock is let go.
fn span(revision: &Rehearsed) -> u64 {
    let over = revision.statements.iter().map(|it| it.over_us.max(it.began_us + it.took_us)).max();
    over.unwrap_or_default().saturating_sub(revision.began_us).max(revision.took_us)
}

struct Place<'p> {
    axis: &'p Axis,
    /// Where the revision begins on the axis, and when it did.
    begins: u64,
    began_us: u64,
}

impl Place<'_> {
    fn on_axis(&self, us: u64) -> u64 {
        self.begins + us.saturating_sub(self.began_us)
    }

    fn lines(&self, found: &Rehearsal, statement: &Measured) -> Vec<Line> {
        // Who waited before the statement began waited for what was kept.
        let (before, meanwhile): (Vec<&Wait>, Vec<&Wait>) = statement
            .waited
            .iter()
            .partition(|wait| !statement.keeping.is_empty() && wait.began_us < statement.began_us);
        let last = statement.keeping.len().saturating_sub(1);
        let keepings = statement.keeping.iter().enumerate().map(|(at, keeping)| {
            let waits = if at == last { before.as_slice() } else { &[] };
            self.keeping(found, statement.number, keeping, waits)
        });
        keepings.chain([self.line(found, statement, &meanwhile)]).collect()
    }

    fn keeping(&self, found: &Rehearsal, number: usize, keeping: &Keeping, waits: &[&Wait]) -> Line {
        let (from, ended) = (keeping.began_us, keeping.began_us + keeping.took_us);
        Line {
            number,
            keeping: true,
            sql: format!("keeping {}", keeping.what),
            took: time(keeping.took_us),
            bar: self.axis.bar(self.on_axis(from), self.on_axis(ended)),
            locks: self.locks(keeping.reading.as_ref(), from, keeping.over_us.max(ended), keeping.held_us()),
            ticks: self.ticks(found, waits),
        }
    }

    fn ticks(&self, found: &Rehearsal, waits: &[&Wait]) -> Vec<Tick> {
        let tick = |wait: &&Wait| {
            let query = found.queries.get(wait.query).map(|query| query.name.as_str()).unwrap_or_default();
            Tick {
                left: self.axis.at(self.on_axis(wait.began_us)),
                told: format!("{query} waited {}", time(wait.waited_us)),
            }
        };
        waits.iter().map(tick).collect()
    }

    fn locks(&self, reading: Option<&Reading>, from: u64, over: u64, held_us: u64) -> Vec<Lock> {
        let relations = reading.into_iter().flat_map(|reading| &reading.relations);
        let locks = relations.filter_map(|relation| {
            let (tone, keeps) = keeps_waiting(relation)?;
            let strongest = relation.locks.iter().max_by_key(|lock| lock.blocks)?;
            let told = format!("{} on {}: {keeps}, {}", strongest.name, name(relation), time(held_us));
            Some(Lock { tone, told, bar: self.axis.bar(self.on_axis(from), self.on_axis(over)) })
        });
        locks.collect()
    }

    fn line(&self, found: &Rehearsal, statement: &Measured, waits: &[&Wait]) -> Line {
        let (from, ended) = (statement.began_us, statement.began_us + statement.took_us);
        Line {
            number: statement.number,
            keeping: false,
            sql: first_line(&statement.sql),
            took: time(statement.took_us),
            bar: self.axis.bar(self.on_axis(from), self.on_axis(ended)),
            locks: self.locks(statement.reading.as_ref(), from, statement.over_us.max(ended), statement.held_us()),
            ticks: self.ticks(found, waits),
        }
    }
}

/// Whom a lock keeps waiting; nobody who reads or writes is no news.
fn keeps_waiting(relation: &RelationReading) -> Option<(&'static str, &'static str)> {
    match relation.blocks() {
        Blocks::Nothing | Blocks::SchemaChanges => None,
        Blocks::Writes => Some(("care", "blocks writes")),
        Blocks::ReadsAndWrites => Some(("bad", "blocks reads and writes")),
    }
}
