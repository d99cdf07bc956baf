//! When, within a downgrade, what was kept can be given back.

use whimbrel_schema::{Deferrable, ObjectName, Pair, Schema};

use super::{Loss, Reading};
use crate::fold::Folding;
use crate::{Dialect, Step};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ready {
    /// Behind this statement, and before whatever the downgrade asks of the values next: NOT NULL, a foreign key. Where
    /// the downgrade itself fills the place, with values that mean nothing, behind that.
    After(usize),
    /// When all statements have run.
    AtTheEnd,
}

/// Where each of these has its place again. `before` is the schema on which the statements run.
pub fn ready(losses: &[&Loss], before: &Schema, statements: &[Reading<'_>], dialect: &dyn Dialect) -> Vec<Ready> {
    let mut folding = Folding::new(before.clone());
    let mut stands: Vec<bool> = losses.iter().map(|loss| has_place(loss, before, dialect)).collect();
    let mut ready = vec![Ready::AtTheEnd; losses.len()];
    for (at, reading) in statements.iter().enumerate() {
        let unknown = matches!(reading.understanding, crate::Understanding::Unknown { .. });
        let taken = reading.steps().iter().try_for_each(|step| folding.apply(step, dialect));
        if unknown || taken.is_err() {
            return vec![Ready::AtTheEnd; losses.len()];
        }
        for ((loss, stands), ready) in losses.iter().zip(&mut stands).zip(&mut ready) {
            let now = has_place(loss, folding.schema(), dialect);
            if now && !*stands {
                // A row of a partitioned table has no place before the partitions are there.
                let partitioned =
                    folding.schema().table(&loss.table).is_some_and(|it| it.options.partition_by.is_some());
                *ready = if partitioned { Ready::AtTheEnd } else { Ready::After(at) };
            } else if !now {
                *ready = Ready::AtTheEnd;
            } else if *ready != Ready::AtTheEnd && fills(reading, loss, before) {
                *ready = Ready::After(at);
            }
            *stands = now;
        }
    }
    ready
}

fn fills(reading: &Reading<'_>, loss: &Loss, schema: &Schema) -> bool {
    reading.steps().iter().any(|step| {
        matches!(step, Step::ChangeData { tables, .. } if tables.iter().any(|it| it.is(&loss.table, schema.engine)))
    })
}

/// Whether the table has all of these columns, with their types.
pub(super) fn has_place(loss: &Loss, schema: &Schema, dialect: &dyn Dialect) -> bool {
    let Some(table) = schema.table(&loss.table) else { return false };
    let engine = schema.engine;
    loss.columns.iter().chain(loss.rows.columns()).all(|kept| {
        let found = table.columns.iter().find(|column| engine.same_name(&column.name, &kept.name));
        found.is_some_and(|column| dialect.same_type(Pair::new(&column.ty, &kept.ty)))
    })
}

impl Loss {
    /// Whether what was kept has a place in this schema.
    pub fn has_place(&self, schema: &Schema, dialect: &dyn Dialect) -> bool {
        has_place(self, schema, dialect)
    }
}

/// A foreign key to rows that are given back later than those that refer to them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RingKey {
    pub table: ObjectName,
    /// `None` where the engine gives it none.
    pub name: Option<String>,
    pub deferrable: Deferrable,
}

/// What closes the rings among these, when they are given back in this order.
pub fn ring_keys(losses: &[&Loss], order: &[usize], schema: &Schema) -> Vec<RingKey> {
    let mut keys = Vec::new();
    for (place, at) in order.iter().enumerate() {
        let Some(table) = losses.get(*at).and_then(|loss| schema.table(&loss.table)) else { continue };
        let later = order.get(place + 1..).unwrap_or_default();
        let later: Vec<&ObjectName> = later.iter().filter_map(|at| losses.get(*at)).map(|loss| &loss.table).collect();
        for key in &table.foreign_keys {
            // One statement gives back a table's rows, and a table that refers to itself is looked at behind it.
            let itself = key.references.is(&table.name, schema.engine);
            if !itself && later.iter().any(|table| key.references.is(table, schema.engine)) {
                let (table, name) = (table.name.clone(), key.name.clone());
                keys.push(RingKey { table, name, deferrable: key.deferrable });
            }
        }
    }
    keys
}

/// The order in which these are given back so that each row finds those that it refers to: by their places. Of tables
/// that refer to each other in a ring [`ring_keys`] tells what closes it.
pub fn parents_first(losses: &[&Loss], schema: &Schema) -> Vec<usize> {
    let mut order: Vec<usize> = Vec::with_capacity(losses.len());
    let mut entered = vec![false; losses.len()];
    for at in 0..losses.len() {
        enter(at, losses, schema, &mut entered, &mut order);
    }
    order
}

fn enter(at: usize, losses: &[&Loss], schema: &Schema, entered: &mut [bool], order: &mut Vec<usize>) {
    let Some(seen) = entered.get_mut(at).filter(|seen| !**seen) else { return };
    *seen = true;
    let table = losses.get(at).and_then(|loss| schema.table(&loss.table));
    for key in table.iter().flat_map(|table| &table.foreign_keys) {
        let parents = losses.iter().enumerate().filter(|(_, loss)| key.references.is(&loss.table, schema.engine));
        for parent in parents.map(|(parent, _)| parent).collect::<Vec<_>>() {
            enter(parent, losses, schema, entered, order);
        }
    }
    order.push(at);
}
