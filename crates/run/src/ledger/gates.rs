use serde::{Deserialize, Serialize};
use whimbrel_plan::revision::RevisionId;

use super::{LedgerError, Tables};
use crate::protect::{Gate, How, Pass, Passed};
use crate::{Actor, Driver, DriverErrorKind, Row};

/// A gate of a protected database that was passed, as the ledger has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateRow {
    pub number: i64,
    /// The event that it let through; `None` for what is no event of the ledger.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<i64>,
    /// `upgrade`, `kept drop`.
    pub work: String,
    pub gate: Gate,
    /// Whether the way around was taken.
    pub door: bool,
    /// What was shown, or the reason for the door.
    pub said: String,
    /// The revisions that were asked for when it was passed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub plan: Vec<String>,
    pub at: String,
    pub who: String,
}

/// Every gate that was passed, in order. A ledger of a database that was never protected has none.
pub fn gates(driver: &mut dyn Driver) -> Result<Vec<GateRow>, LedgerError> {
    let query = Tables::of(driver).read_gates();
    let rows = match driver.query(&query, &[]) {
        Ok(rows) => rows,
        Err(error) if error.kind == DriverErrorKind::Statement && !driver.has_table(Tables::GATE)? => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    rows.into_iter().map(gate).collect()
}

/// In the order of [`Tables::read_gates`].
fn gate(row: Row) -> Result<GateRow, LedgerError> {
    let mut values = row.into_iter();
    let mut next = || values.next().flatten();
    let number = next().unwrap_or_default();
    let bad = |what: &str| LedgerError::Row { row: format!("{number} of the gates"), what: what.to_string() };
    let event = next().map(|event| event.parse().map_err(|_| bad("its event is none"))).transpose()?;
    let work = next().ok_or_else(|| bad("it has no work"))?;
    let word = next().unwrap_or_default();
    Ok(GateRow {
        event,
        work,
        gate: Gate::ALL.into_iter().find(|gate| gate.word() == word).ok_or_else(|| bad("it is no gate"))?,
        door: next().is_some_and(|word| word == "1"),
        said: next().ok_or_else(|| bad("it says nothing"))?,
        plan: next().unwrap_or_default().split_whitespace().map(str::to_string).collect(),
        at: next().ok_or_else(|| bad("it has no time"))?,
        who: next().ok_or_else(|| bad("it has nobody"))?,
        number: number.parse().map_err(|_| bad("its number is none"))?,
    })
}

impl Tables<'_> {
    /// Made by the first run that passes a gate, also on a ledger from before there were any.
    pub fn create_gates(&self) -> String {
        format!(
            "CREATE TABLE IF NOT EXISTS {} (\n    number INTEGER NOT NULL PRIMARY KEY,\n    event INTEGER,\n    \
             work TEXT NOT NULL,\n    gate TEXT NOT NULL,\n    door INTEGER NOT NULL,\n    said TEXT NOT NULL,\n    \
             plan TEXT NOT NULL,\n    passed_at TEXT NOT NULL,\n    who TEXT NOT NULL\n)",
            self.gate
        )
    }

    fn read_gates(&self) -> String {
        format!("SELECT number, event, work, gate, door, said, plan, passed_at, who FROM {} ORDER BY number", self.gate)
    }

    pub fn insert_gate(&self, passed: &Passed<'_>, pass: &Pass, actor: &Actor, at: &str) -> String {
        let (door, said) = match &pass.how {
            How::Shown(said) | How::Nothing(said) => (0, said),
            How::Door(reason) => (1, reason),
        };
        let plan: Vec<&str> = passed.plan.iter().map(RevisionId::as_str).collect();
        format!(
            "INSERT INTO {table} (number, event, work, gate, door, said, plan, passed_at, who) SELECT \
             coalesce(max(number), 0) + 1, {}, {}, {}, {door}, {}, {}, {}, {} FROM {table}",
            passed.event.map_or("NULL".to_string(), |event| event.to_string()),
            self.text(Some(passed.work.word())),
            self.text(Some(pass.gate.word())),
            self.text(Some(said)),
            self.text(Some(&plan.join(" "))),
            self.text(Some(at)),
            self.text(Some(&actor.who)),
            table = self.gate,
        )
    }
}
