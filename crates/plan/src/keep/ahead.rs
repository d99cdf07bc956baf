//! Copies of large tables that are made while others write, and are complete when the lock is taken.
//!
//! A copy follows its table from an instant at which nobody writes it: from then on whatever is written to a row goes into
//! the copy in the writer's own transaction, and a row that goes leaves its key behind. Batches bring what was there
//! before, and never put anything in the place of what a writer has said of a key. So whatever the order of the two, a key
//! has in the copy what was committed of it last.

use whimbrel_schema::{Persistence, RowSecurity, Schema, Table};

use super::sql::{Names, Side};
use super::{KeptColumn, Lost};
use crate::Dialect;
use crate::backfill::{BackfillPlan, Key, Position};

/// A table that triggers keep in step with another. All names stand as they do in SQL.
#[derive(Debug, Clone)]
pub struct Follower {
    pub source: String,
    pub table: String,
    /// The function behind the triggers, and the name that begins theirs.
    pub function: String,
    pub trigger: String,
    /// The columns of the copy.
    pub columns: Vec<String>,
    /// Those by which it tells rows apart.
    pub keys: Vec<String>,
    /// The values of a row that is called `t`, `NEW` or `OLD`.
    pub row: Vec<String>,
    pub new: Vec<String>,
    pub old: Vec<String>,
    /// The names that the key has in the table, so that its index serves.
    pub key: Vec<String>,
}

/// A copy on its way.
pub struct Ahead<'d> {
    pub follower: Follower,
    /// By which the rows are taken.
    pub plan: BackfillPlan<'d>,
    /// What makes the empty copy and has it follow, once the table is held against writers.
    pub begin: Vec<String>,
}

impl Ahead<'_> {
    pub const PREFIX: &'static str = "whimbrel_ahead_";

    /// The rows of one batch.
    pub fn batch(&self, after: Option<&Position>, upto: &Position) -> String {
        let Follower { source, table, columns, keys, row, .. } = &self.follower;
        format!(
            "INSERT INTO {table} ({}, batched, gone) SELECT {}, true, false FROM {source} AS t WHERE {} \
             ON CONFLICT ({}) DO NOTHING",
            columns.join(", "),
            row.join(", "),
            self.plan.range(after, upto),
            keys.join(", ")
        )
    }
}

impl<'a> Side<'a> {
    /// `None` where rows cannot be told apart, or are written in ways that a trigger of the table does not see.
    pub fn ahead(&self, number: usize, before: &Schema, dialect: &'a dyn Dialect) -> Option<Ahead<'a>> {
        let loss = self.loss;
        let table = before.table(&loss.source).filter(|table| is_plain(table, before))?;
        if loss.is_late() || loss.only || !loss.chosen.is_empty() {
            return None;
        }
        let source = self.full(&loss.source);
        let plan = table.columns.iter().find_map(|column| {
            let name = dialect.quote(&column.name);
            let plan = BackfillPlan::new(&format!("UPDATE {source} AS t SET {name} = {name}"), before, dialect).ok()?;
            Some(plan).filter(|plan| matches!(plan.key, Key::Columns(_)))
        })?;
        let kept: Vec<&KeptColumn> = self.keys().iter().chain(&loss.columns).collect();
        let key_places: Vec<usize> = match loss.what {
            Lost::Columns => (0..self.keys().len()).collect(),
            Lost::Table => {
                let Key::Columns(key) = &plan.key else { return None };
                let place = |sql: &String| kept.iter().position(|column| dialect.quote(&column.source) == *sql);
                key.iter().map(|column| place(&column.sql)).collect::<Option<_>>()?
            }
            Lost::Conversion | Lost::Overwritten | Lost::Rows => return None,
        };
        // What is compared has to be what the index of the table compares.
        let as_it_is = |at: &usize| {
            let column = kept.get(*at).filter(|column| column.collation.is_none())?;
            let value = dialect.quote(&column.source);
            Some(value.clone()).filter(|_| dialect.keeping().is_some_and(|it| it.put_aside(column, &value) == value))
        };
        let key: Vec<String> = key_places.iter().map(as_it_is).collect::<Option<_>>()?;
        if key.is_empty() {
            return None;
        }
        let mut columns = self.names();
        columns.extend(self.mark_names());
        let keys = key_places.iter().filter_map(|at| columns.get(*at)).cloned().collect();
        let beside = self.beside(&format!("{}{number}", Ahead::PREFIX));
        let follower = Follower {
            source,
            function: beside.clone(),
            table: beside,
            trigger: format!("{}{number}", Ahead::PREFIX),
            columns,
            keys,
            row: self.values("t", Names::Source),
            new: self.values("NEW", Names::Source),
            old: self.values("OLD", Names::Source),
            key,
        };
        let begin = dialect.keeping()?.follow(&follower)?;
        Some(Ahead { follower, plan, begin })
    }

    /// What ends a copy that follows, under the lock: it is taken over under the name of what is kept.
    pub fn take_over(&self, from: &Follower) -> Vec<String> {
        let table = &from.table;
        vec![
            format!("DELETE FROM {table} WHERE gone"),
            format!("ALTER TABLE {table} DROP COLUMN batched, DROP COLUMN gone"),
            format!("ALTER TABLE {table} RENAME TO {}", self.dialect().quote(self.bare_name())),
        ]
    }
}

/// How many rows a copy that follows has, when the batches have brought so many: what was written meanwhile is few.
pub fn rows_ahead(follower: &Follower, brought: u64) -> String {
    format!(
        "SELECT {brought} - count(*) FILTER (WHERE batched AND gone) + count(*) FILTER (WHERE NOT batched AND NOT gone) \
         FROM {} WHERE gone OR NOT batched",
        follower.table
    )
}

/// A table whose rows are its own, and all of which whoever runs this sees.
fn is_plain(table: &Table, schema: &Schema) -> bool {
    let options = &table.options;
    options.partition_by.is_none()
        && options.partition_of.is_none()
        && options.inherits.is_empty()
        && options.persistence != Persistence::Temporary
        && options.row_security == RowSecurity::Off
        && !schema.tables.values().any(|other| other.options.inherits.contains(&table.name))
}
