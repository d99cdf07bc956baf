use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use thiserror::Error;
use whimbrel_plan::revision::{Checksum, RevisionId};
use whimbrel_schema::Fingerprint;

use super::{AppliedRevision, FORMAT, LedgerEvent, Outcome, StatementRow, Tables};
use crate::{Driver, DriverError, DriverErrorKind, Row};

/// Everything on the ledger, in order. A database without one has an empty one.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    pub events: Vec<LedgerEvent>,
    /// Whether the tables are there.
    pub exists: bool,
    /// The version of the tables, where an event tells.
    pub format: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LedgerError {
    #[error("the ledger has format {found}, and this whimbrel knows formats up to {FORMAT}")]
    Newer { found: i64 },
    #[error("row {row} of the ledger cannot be read: {what}")]
    Row { row: String, what: String },
    #[error(transparent)]
    Driver(#[from] DriverError),
}

/// Reads the ledger in one query. Creates nothing.
pub fn read(driver: &mut dyn Driver) -> Result<Ledger, LedgerError> {
    let tables = Tables::of(driver);
    let rows = match driver.query(&tables.read_events(), &[]) {
        Ok(rows) => rows,
        // The query is asked first because there nearly always is a ledger; only a refusal is worth a second question.
        Err(error) if error.kind == DriverErrorKind::Statement => {
            if !driver.has_table(Tables::LEDGER)? {
                return Ok(Ledger::default());
            }
            // Another runner made it between the two questions, or it is not as it should be: the same query tells.
            driver.query(&tables.read_events(), &[])?
        }
        Err(error) => return Err(error.into()),
    };
    let format = rows.first().and_then(|row| row.last().cloned().flatten()).and_then(|format| format.parse().ok());
    let events = rows.into_iter().map(event).collect::<Result<Vec<_>, _>>()?;
    Ok(Ledger { events, exists: true, format })
}

/// What the ledger has of the statements of one event. Those of a revision that was not one transaction are with the
/// event that began it.
pub fn statements_of(driver: &mut dyn Driver, seq: i64) -> Result<Vec<StatementRow>, LedgerError> {
    let tables = Tables::of(driver);
    let within = driver.query(&tables.read_statements_within(seq), &[])?;
    if let Some(text) = within.into_iter().next().and_then(|row| row.into_iter().next().flatten()) {
        let bad = |error: serde_json::Error| LedgerError::Row { row: seq.to_string(), what: error.to_string() };
        return serde_json::from_str(&text).map_err(bad);
    }
    let rows = driver.query(&tables.read_statements(seq), &[])?;
    rows.into_iter().map(statement).collect()
}

impl Ledger {
    /// The sequence number of the last event; zero without any.
    pub fn last(&self) -> i64 {
        self.events.last().map_or(0, |event| event.seq)
    }

    /// The revisions that are applied.
    pub fn applied(&self) -> BTreeMap<RevisionId, AppliedRevision> {
        self.standing().into_iter().map(|(id, event)| (id.clone(), AppliedRevision::from(event))).collect()
    }

    pub fn applied_ids(&self) -> BTreeSet<RevisionId> {
        self.standing().into_keys().cloned().collect()
    }

    /// The last event of each applied revision.
    pub fn standing(&self) -> BTreeMap<&RevisionId, &LedgerEvent> {
        let mut standing = BTreeMap::new();
        for event in self.events.iter().filter(|event| event.outcome == Outcome::Done) {
            if event.direction.applies() {
                standing.insert(&event.revision, event);
            } else {
                standing.remove(&event.revision);
            }
        }
        standing
    }

    /// What the database was when it was last looked at, if nothing was done to it since.
    pub fn fingerprint(&self) -> Option<&Fingerprint> {
        self.events.last()?.fingerprint_after.as_ref()
    }

    /// The event that was started and never ended.
    pub fn unfinished(&self) -> Option<&LedgerEvent> {
        let ended: BTreeSet<i64> = self.events.iter().filter_map(|event| event.begun).collect();
        self.events.iter().rev().find(|event| event.outcome == Outcome::Started && !ended.contains(&event.seq))
    }
}

impl From<&LedgerEvent> for AppliedRevision {
    fn from(event: &LedgerEvent) -> Self {
        AppliedRevision {
            id: event.revision.clone(),
            checksum: event.checksum.clone(),
            message: event.message.clone(),
            at: event.finished_at.clone().unwrap_or_else(|| event.started_at.clone()),
            who: event.who.clone(),
            deploy: event.deploy.clone(),
            stamped: event.direction == super::EventDirection::Stamp,
        }
    }
}

/// The values of one row, taken from left to right.
struct Values {
    row: Row,
    at: usize,
}

impl Values {
    /// The first one stays, to say which row it was.
    fn next(&mut self) -> Option<String> {
        let value = self.row.get_mut(self.at)?;
        let taken = if self.at == 0 { value.clone() } else { value.take() };
        self.at += 1;
        taken
    }

    fn bad(&self, what: impl ToString) -> LedgerError {
        let row = self.row.first().cloned().flatten().unwrap_or_else(|| "?".to_string());
        LedgerError::Row { row, what: what.to_string() }
    }

    fn text(&mut self) -> Result<String, LedgerError> {
        self.next().ok_or_else(|| self.bad("a value is missing"))
    }

    fn read<T: FromStr<Err: ToString>>(&mut self) -> Result<T, LedgerError> {
        self.text()?.parse().map_err(|error: T::Err| self.bad(error.to_string()))
    }

    fn optional<T: FromStr<Err: ToString>>(&mut self) -> Result<Option<T>, LedgerError> {
        match self.next() {
            Some(text) => text.parse().map(Some).map_err(|error: T::Err| self.bad(error.to_string())),
            None => Ok(None),
        }
    }
}

/// In the order of [`Tables::read_events`].
fn event(row: Row) -> Result<LedgerEvent, LedgerError> {
    let mut values = Values { row, at: 0 };
    let event = LedgerEvent {
        seq: values.read()?,
        revision: values.read()?,
        direction: values.read()?,
        outcome: values.read()?,
        checksum: values.next().map(Checksum),
        message: values.next(),
        fingerprint_before: values.next().map(Fingerprint),
        fingerprint_after: values.next().map(Fingerprint),
        started_at: values.text()?,
        finished_at: values.next(),
        duration_ms: values.optional()?,
        who: values.text()?,
        pid: values.optional()?,
        version: values.text()?,
        deploy: values.next(),
        note: values.next(),
        begun: values.optional()?,
    };
    match values.optional::<i64>()? {
        Some(found) if found > FORMAT => Err(LedgerError::Newer { found }),
        Some(_) | None => Ok(event),
    }
}

/// In the order of [`Tables::read_statements`].
fn statement(row: Row) -> Result<StatementRow, LedgerError> {
    let mut values = Values { row, at: 0 };
    Ok(StatementRow {
        ordinal: values.read()?,
        hash: values.text()?,
        outcome: values.read()?,
        sql: values.next(),
        started_at: values.next(),
        duration_ms: values.optional()?,
        rows: values.optional()?,
        error: values.next(),
    })
}
