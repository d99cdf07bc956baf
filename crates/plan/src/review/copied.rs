use whimbrel_schema::{Column, Generation, ObjectName, Table};

use super::Seen;
use crate::Step;

/// What a statement carries over from one table into another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    pub from: ObjectName,
    pub to: ObjectName,
    /// By column that is filled, the columns of the other table from which its value is made.
    pub columns: Vec<(String, Vec<String>)>,
    /// The columns that are filled with one of the other table's as it is.
    pub unchanged: Vec<String>,
    /// Whether every row is carried over.
    pub every_row: bool,
}

/// A table that is made anew by hand: another was filled from it and stays in its place.
#[derive(Debug, Clone)]
pub struct Rebuild<'a> {
    pub from: &'a Table,
    pub to: &'a Table,
    /// What stands in the old table alone.
    pub forgotten: Vec<&'a str>,
    pub every_row: bool,
    /// Where it is filled, among the statements of the file.
    pub filled_at: usize,
}

impl Rebuild<'_> {
    /// Whether everything that the old table holds is in the new one.
    pub fn keeps_everything(&self) -> bool {
        self.forgotten.is_empty() && self.every_row
    }
}

impl<'a> Seen<'a> {
    /// The rebuild that this table is the old part of: a table of this file was filled from it before.
    pub fn rebuild_of(&self, table: &ObjectName) -> Option<Rebuild<'a>> {
        let from = self.table(table)?;
        let engine = self.before().engine;
        for (filled_at, passed) in self.file.iter().enumerate() {
            let [Step::ChangeData { tables, .. }] = passed.steps else { continue };
            let Some(to) = tables.first().and_then(|name| self.table(name)) else { continue };
            if to.name == from.name || !self.is_new(&to.name) {
                continue;
            }
            let sql = self.script.text.get(passed.span.clone()).unwrap_or_default();
            let Some(copied) = self.dialect.copied(sql, self.before()) else { continue };
            if !engine.same_name(&copied.from.to_string(), &table.to_string()) {
                continue;
            }
            let is_used = |name: &str| copied.columns.iter().flat_map(|it| &it.1).any(|it| engine.same_name(it, name));
            let is_computed = |column: &Column| column.generation.as_ref().is_some_and(is_expression);
            let lost = from.columns.iter().filter(|column| !is_computed(column) && !is_used(&column.name));
            let forgotten = lost.map(|column| column.name.as_str()).collect();
            return Some(Rebuild { from, to, forgotten, every_row: copied.every_row, filled_at });
        }
        None
    }
}

fn is_expression(generation: &Generation) -> bool {
    match generation {
        Generation::Stored(_) | Generation::Virtual(_) => true,
        Generation::Serial { .. } | Generation::Identity(_) | Generation::AutoIncrement => false,
    }
}
