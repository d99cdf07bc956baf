//! Rows before and after, over what both have.

use std::collections::BTreeMap;

use whimbrel_plan::revision::{Direction, Revision};
use whimbrel_plan::{DataChange, Dialect, Step, Understanding};
use whimbrel_schema::{ObjectName, Schema, Table};

use super::Digest;
use super::rehearsal::{Preserved, TableCompared};
use crate::{Driver, DriverError};

/// By table: columns, and what is in them.
pub(super) type Digests = BTreeMap<ObjectName, (Vec<String>, Digest)>;

/// What the tables held before.
pub(super) struct Rows {
    /// Of every column: what a downgrade has to give back.
    pub whole: Digests,
    /// Of the columns that are there afterwards too, as far as that could be foreseen.
    lasting: Digests,
}

fn columns(table: &Table) -> Vec<String> {
    table.columns.iter().map(|column| column.name.clone()).collect()
}

pub(super) fn whole(driver: &mut dyn Driver, schema: &Schema) -> Result<Digests, DriverError> {
    let mut digests = Digests::new();
    for (name, table) in schema.tables.iter() {
        let columns = columns(table);
        let digest = driver.digest(name, &columns)?;
        digests.insert(name.clone(), (columns, digest));
    }
    Ok(digests)
}

impl Rows {
    pub fn before(driver: &mut dyn Driver, from: &Schema, to: Option<&Schema>) -> Result<Rows, DriverError> {
        let whole = whole(driver, from)?;
        let mut lasting = Digests::new();
        for (name, (columns, digest)) in &whole {
            let Some(after) = to.map_or(from.table(name), |to| to.table(name)) else { continue };
            let Some(table) = from.table(name) else { continue };
            // A value of another type is another value, and what it is to be is said where the type is.
            let stays = |name: &&String| {
                let (old, new) = (table.column(name), after.column(name));
                old.zip(new).is_some_and(|(old, new)| old.ty == new.ty && old.generation == new.generation)
            };
            let shared: Vec<String> = columns.iter().filter(stays).cloned().collect();
            let digest = if shared.len() == columns.len() { digest.clone() } else { driver.digest(name, &shared)? };
            lasting.insert(name.clone(), (shared, digest));
        }
        Ok(Rows { whole, lasting })
    }

    /// Compares with what is there now. `said` are the statements that change rows, by table.
    pub fn compare(
        &self,
        driver: &mut dyn Driver,
        after: &Schema,
        said: &Said,
    ) -> Result<Vec<TableCompared>, DriverError> {
        let mut compared = Vec::new();
        for (name, (columns, whole)) in &self.whole {
            let Some(table) = after.table(name) else {
                let outcome = Preserved::Gone { rows: whole.rows };
                compared.push(TableCompared { table: name.clone(), columns: columns.clone(), outcome });
                continue;
            };
            let Some((shared, before)) = self.lasting.get(name) else {
                let why = "nobody foresaw that the table stays".to_string();
                let outcome = Preserved::Unknown { why };
                compared.push(TableCompared { table: name.clone(), columns: Vec::new(), outcome });
                continue;
            };
            let gone = shared.iter().find(|column| !table.columns.iter().any(|other| other.name == **column));
            let outcome = match gone {
                Some(column) => Preserved::Unknown { why: format!("nobody foresaw that `{column}` goes") },
                None => {
                    let now = driver.digest(name, shared)?;
                    match now == *before {
                        true => Preserved::Same { rows: now.rows },
                        false => Preserved::Changed { from: before.rows, to: now.rows, by: said.by(name) },
                    }
                }
            };
            compared.push(TableCompared { table: name.clone(), columns: shared.clone(), outcome });
        }
        for (name, _) in after.tables.iter().filter(|(name, _)| !self.whole.contains_key(*name)) {
            let rows = driver.digest(name, &[])?.rows;
            let outcome = Preserved::New { rows };
            compared.push(TableCompared { table: name.clone(), columns: Vec::new(), outcome });
        }
        compared.sort_by(|one, other| one.table.cmp(&other.table));
        Ok(compared)
    }
}

/// Tables whose rows are other in the second, in words; empty where all are the same.
pub(super) fn differences(expected: &Digests, found: &Digests) -> Vec<String> {
    let mut told = Vec::new();
    for (name, (_, before)) in expected {
        match found.get(name) {
            None => told.push(format!("table `{name}` is not there")),
            Some((_, now)) if now.rows != before.rows => {
                told.push(format!("`{name}` has {} rows, and had {}", now.rows, before.rows));
            }
            Some((_, now)) if now.hash != before.hash => {
                told.push(format!("`{name}` has other values than it had"));
            }
            Some(_) => {}
        }
    }
    told
}

/// What was in each table before, asked again over the same columns.
pub(super) fn again(driver: &mut dyn Driver, of: &Digests) -> Result<Digests, DriverError> {
    let mut digests = Digests::new();
    for (name, (columns, _)) in of {
        // A table or a column that is gone is a difference, and not a failure.
        if let Ok(digest) = driver.digest(name, columns) {
            digests.insert(name.clone(), (columns.clone(), digest));
        }
    }
    Ok(digests)
}

/// Which statements of the revisions say that they change rows or values.
#[derive(Default)]
pub(super) struct Said {
    by_table: BTreeMap<ObjectName, String>,
    /// A statement that nobody understands may change anything.
    anything: Option<String>,
}

impl Said {
    pub fn of(revisions: &[&Revision], dialect: &dyn Dialect) -> Said {
        let mut said = Said::default();
        for revision in revisions {
            let statements = revision.statements(Direction::Up, dialect).unwrap_or_default();
            for (at, statement) in statements.iter().enumerate() {
                let place = format!("statement {} of {}", at + 1, revision.id);
                let Understanding::Known { steps, .. } = dialect.understand(&statement.sql) else {
                    said.anything.get_or_insert(place);
                    continue;
                };
                for step in &steps {
                    said.take(step, &place);
                }
            }
        }
        said
    }

    fn take(&mut self, step: &Step, place: &str) {
        if let Step::ChangeData { tables, change } = step {
            for table in tables {
                self.by_table.insert(table.clone(), place.to_string());
            }
            // What a row refers to may go with it.
            if matches!(change, DataChange::Truncate | DataChange::Delete) {
                self.anything.get_or_insert_with(|| place.to_string());
            }
        }
    }

    fn by(&self, table: &ObjectName) -> Option<String> {
        self.by_table.get(table).or(self.anything.as_ref()).cloned()
    }
}
