use std::ops::Range;

use whimbrel_plan::backfill::Batching;
use whimbrel_plan::evolution::dual_write::{DualWrite, DualWriteError, Keepers, Rule};
use whimbrel_plan::fold::RenamedTexts;
use whimbrel_plan::keep::Keeping;
use whimbrel_plan::review::{Circumstances, Copied, Prediction};
use whimbrel_plan::{Cast, Dialect, How, RenderError, StandIn, Step, Understanding};
use whimbrel_schema::{ColumnType, Engine, Expression, ObjectName, Pair, Schema, Table};

use super::keeping::SqliteKeeping;
use super::{
    complete, dual_write, expression, how, in_step, naming, predict, renamed, render, split, stand_in, types,
    understand,
};

/// SQLite's text and rules; it holds nothing.
#[derive(Debug, Clone, Copy)]
pub struct Sqlite;

pub fn dialect() -> &'static dyn Dialect {
    &Sqlite
}

impl Dialect for Sqlite {
    fn engine(&self) -> Engine {
        Engine::Sqlite
    }

    fn transactional_ddl(&self) -> bool {
        true
    }

    fn split(&self, script: &str) -> Vec<Range<usize>> {
        split::split(script)
    }

    /// A rebuild with foreign keys on would delete the rows that reference the table, and inside a transaction the
    /// pragma is ignored.
    fn script_preamble(&self) -> &'static [&'static str] {
        &["PRAGMA foreign_keys = OFF"]
    }

    fn own_session(&self) -> &'static [(&'static str, &'static str)] {
        &[("foreign_keys", "off"), ("legacy_alter_table", "off"), ("recursive_triggers", "off")]
    }

    fn understand(&self, statement: &str) -> Understanding {
        understand::understand(statement)
    }

    fn predict(&self, statement: &str, understanding: &Understanding, at: &Circumstances<'_>) -> Prediction {
        predict::predict(statement, understanding, at)
    }

    fn copied(&self, statement: &str, before: &Schema) -> Option<Copied> {
        predict::copied(statement, before)
    }

    fn batching(&self) -> Option<&dyn Batching> {
        Some(self)
    }

    fn render(&self, step: &Step, before: &Schema) -> Result<Vec<String>, RenderError> {
        render::render(step, before)
    }

    fn how(&self, step: &Step, before: &Schema) -> How {
        how::how(step, before)
    }

    fn complete(&self, schema: &mut Schema, table: &ObjectName) {
        complete::complete(schema, table);
    }

    fn complete_references(&self, schema: &mut Schema) {
        complete::complete_references(schema);
    }

    fn read_type(&self, text: &str) -> ColumnType {
        types::read(text)
    }

    fn same_type(&self, types: Pair<&ColumnType>) -> bool {
        types::are_same(types)
    }

    fn same_expression(&self, expressions: Pair<&Expression>) -> bool {
        expression::same(expressions.map(Expression::text))
    }

    fn cast(&self, _column: &str, types: Pair<&ColumnType>) -> Cast {
        types::cast(types)
    }

    fn views_bind_columns(&self) -> bool {
        false
    }

    fn renamed_texts(&self, step: &Step, before: &Schema) -> Option<RenamedTexts> {
        renamed::renamed_texts(step, before)
    }

    fn renames_leave_references(&self, setting: &str, value: Option<&str>) -> Option<bool> {
        match value {
            Some(value) if setting == "legacy_alter_table" => Some(!understand::is_off(value)),
            Some(_) | None => None,
        }
    }

    fn keepers(&self, dual: &DualWrite, schema: &Schema) -> Result<Keepers, DualWriteError> {
        dual_write::keepers(dual, schema)
    }

    fn rules(&self, table: &Table, _schema: &Schema) -> Vec<Rule> {
        in_step::rules(table)
    }

    fn stand_in(&self, table: &Table, name: &ObjectName, columns: &[(String, String)]) -> Option<StandIn> {
        stand_in::stand_in(table, name, columns)
    }

    fn differ(&self, one: &str, other: &str, _ty: &ColumnType) -> String {
        format!("{one} IS NOT {other}")
    }

    fn keeping(&self) -> Option<&dyn Keeping> {
        Some(&SqliteKeeping)
    }

    fn quote(&self, name: &str) -> String {
        naming::quote(name)
    }
}
