use std::ops::Range;

use whimbrel_plan::review::{Circumstances, Prediction};
use whimbrel_plan::{Cast, Dialect, How, RenderError, Step, Understanding};
use whimbrel_schema::{ColumnType, Engine, Expression, ObjectName, Pair, Schema};

use super::{complete, expression, naming, predict, render, split, types, understand};

/// The text and rules of MySQL and MariaDB; it holds nothing.
#[derive(Debug, Clone, Copy)]
pub struct Mysql;

pub fn dialect() -> &'static dyn Dialect {
    &Mysql
}

impl Dialect for Mysql {
    fn engine(&self) -> Engine {
        Engine::Mysql
    }

    /// Every statement that defines something commits what went before, and is committed itself.
    fn transactional_ddl(&self) -> bool {
        false
    }

    fn local_settings_end(&self) -> bool {
        false
    }

    fn split(&self, script: &str) -> Vec<Range<usize>> {
        split::split(script)
    }

    fn understand(&self, statement: &str) -> Understanding {
        understand::understand(statement)
    }

    fn predict(&self, statement: &str, understanding: &Understanding, at: &Circumstances<'_>) -> Prediction {
        predict::predict(statement, understanding, at)
    }

    fn places(&self, statement: &str) -> Vec<Range<usize>> {
        understand::places(statement)
    }

    fn render(&self, step: &Step, before: &Schema) -> Result<Vec<String>, RenderError> {
        render::render(step, before)
    }

    /// ALTER TABLE can do everything; by copying the table if it must.
    fn how(&self, _step: &Step, _before: &Schema) -> How {
        How::InPlace
    }

    fn complete(&self, schema: &mut Schema, table: &ObjectName) {
        complete::complete(schema, table);
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

    fn differ(&self, one: &str, other: &str, _ty: &ColumnType) -> String {
        format!("NOT {one} <=> {other}")
    }

    fn quote(&self, name: &str) -> String {
        naming::quote(name)
    }

    fn literal(&self, text: &str) -> String {
        naming::literal(text)
    }
}
