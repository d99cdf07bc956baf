use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use whimbrel_frontends::revision::read_folder;
use whimbrel_run::ledger::{self, Outcome, StatementOutcome};
use whimbrel_run::{Driver, Row};
use whimbrel_schema::{Pair, Schema};

use crate::difference::differences;

/// A database, as far as law 4 compares it.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    pub schema: Schema,
    /// By table; the rows sorted, for no engine promises an order.
    pub rows: BTreeMap<String, Rows>,
    pub applied: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rows {
    columns: Vec<String>,
    rows: Vec<Row>,
}

impl State {
    pub fn read(driver: &mut dyn Driver) -> Result<State> {
        let mut schema = driver.introspect()?;
        schema.sort();
        let mut rows = BTreeMap::new();
        for table in schema.tables.values() {
            let mut columns: Vec<String> = table.columns.iter().map(|column| column.name.clone()).collect();
            // One that went and came back stands last.
            columns.sort();
            let quoted: Vec<String> = columns.iter().map(|column| driver.dialect().quote(column)).collect();
            let list = if quoted.is_empty() { "1".to_owned() } else { quoted.join(", ") };
            let sql = format!("SELECT {list} FROM {}", driver.dialect().quote_name(&table.name));
            let mut found = driver.query(&sql, &[]).with_context(|| sql.clone())?;
            found.sort();
            rows.insert(table.name.to_string(), Rows { columns, rows: found });
        }
        let applied = ledger::read(driver)?.applied_ids().into_iter().map(|id| id.to_string()).collect();
        Ok(State { schema, rows, applied })
    }

    /// Every difference in words; none when the two are the same but for what `volatile` names.
    pub fn differences(&self, other: &State, driver: &mut dyn Driver, volatile: &[Place]) -> Vec<String> {
        let mut found = differences(Pair::new(&self.schema, &other.schema), driver.dialect());
        if self.applied != other.applied {
            found.push(format!("applied: {:?} → {:?}", self.applied, other.applied));
        }
        for (table, wanted) in &self.rows {
            let Some(rows) = other.rows.get(table) else { continue };
            let (from, to) = (wanted.without(table, volatile), rows.without(table, volatile));
            if from != to {
                let missing = from.iter().find(|row| !to.contains(row));
                let added = to.iter().find(|row| !from.contains(row));
                found.push(format!(
                    "rows of {table}: {} → {}; missing such as {missing:?}; added such as {added:?}",
                    from.len(),
                    to.len()
                ));
            }
        }
        found
    }

    /// The columns whose values differ between two unbroken runs: clocks and random numbers.
    pub fn volatile(&self, other: &State) -> Vec<Place> {
        let mut places = Vec::new();
        for (table, rows) in &self.rows {
            let Some(others) = other.rows.get(table) else { continue };
            for (at, column) in rows.columns.iter().enumerate() {
                if rows.values(at) != others.values(at) {
                    places.push((table.clone(), column.clone()));
                }
            }
        }
        places
    }

    /// How many rows there are to be lost.
    pub fn count(&self) -> usize {
        self.rows.values().map(|rows| rows.rows.len()).sum()
    }
}

/// A table and one of its columns.
pub type Place = (String, String);

impl Rows {
    fn values(&self, at: usize) -> Vec<Option<&String>> {
        let mut values: Vec<_> = self.rows.iter().map(|row| row.get(at).and_then(Option::as_ref)).collect();
        values.sort();
        values
    }

    fn without(&self, table: &str, volatile: &[Place]) -> Vec<Vec<Option<String>>> {
        let is_volatile = |column: &String| volatile.iter().any(|(of, name)| of == table && name == column);
        let row = |row: &Row| {
            let cells = row.iter().zip(&self.columns);
            // Whether there is a value is no matter of clocks.
            cells
                .map(|(cell, column)| match is_volatile(column) {
                    true => cell.as_ref().map(|_| "some value".to_owned()),
                    false => cell.clone(),
                })
                .collect()
        };
        let mut rows: Vec<Vec<Option<String>>> = self.rows.iter().map(row).collect();
        rows.sort();
        rows
    }
}

/// Nothing is begun and not ended, and what the ledger says the database was last is what it is.
pub fn ledger_is_at_rest(driver: &mut dyn Driver) -> Result<ledger::Ledger> {
    let ledger = ledger::read(driver)?;
    ensure!(ledger.unfinished().is_none(), "the ledger calls {:?} unfinished", ledger.unfinished());
    let live = driver.introspect()?.fingerprint();
    let known = ledger.fingerprint();
    ensure!(known == Some(&live), "the ledger says the database was last {known:?}, and it is {live}");
    Ok(ledger)
}

/// The ledger tells no lie: it is at rest, every statement of every event is there once and done, and no revision was run
/// twice in a row.
pub fn ledger_is_true(driver: &mut dyn Driver, migrations: &std::path::Path) -> Result<()> {
    let ledger = ledger_is_at_rest(driver)?;
    let history = read_folder(migrations).map_err(|problems| anyhow::anyhow!("{problems:?}"))?;
    let mut standing: BTreeMap<String, bool> = BTreeMap::new();
    for event in ledger.events.iter().filter(|event| event.outcome == Outcome::Done) {
        let applies = event.direction.applies();
        let before = standing.insert(event.revision.to_string(), applies).unwrap_or(false);
        ensure!(before != applies, "{} is done twice: {:?}", event.revision, ledger.events);
        let rows = ledger::statements_of(driver, event.begun.unwrap_or(event.seq))?;
        let direction = match applies {
            true => whimbrel_plan::revision::Direction::Up,
            false => whimbrel_plan::revision::Direction::Down,
        };
        let revision = history.get(&event.revision).context("a revision without a file")?;
        let wanted = revision.statements(direction, driver.dialect())?.len();
        let ordinals: Vec<i64> = rows.iter().map(|row| row.ordinal).collect();
        let expected: Vec<i64> = (1..).take(wanted).collect();
        ensure!(ordinals == expected, "{}: statements {ordinals:?} of {wanted} are on the ledger", event.revision);
        let open = rows.iter().find(|row| row.outcome != StatementOutcome::Done);
        ensure!(open.is_none(), "{}: a statement is not done: {open:?}", event.revision);
    }
    Ok(())
}
