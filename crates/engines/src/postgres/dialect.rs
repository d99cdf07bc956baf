use std::ops::Range;

use whimbrel_plan::backfill::Batching;
use whimbrel_plan::evolution::dual_write::{DualWrite, DualWriteError, Keepers, Rule};
use whimbrel_plan::keep::Keeping;
use whimbrel_plan::review::{Circumstances, Prediction};
use whimbrel_plan::{Cast, Dialect, How, NewRelation, RenderError, StandIn, Step, Understanding};
use whimbrel_schema::{Column, ColumnType, Engine, Expression, ObjectName, Pair, Schema, Table};

use super::keeping::PostgresKeeping;
use super::{
    cast, complete, dual_write, expression, hand_over, in_step, predict, quote, render, split, stand_in, types,
    understand,
};

/// PostgreSQL 13 to 18.
#[derive(Debug, Clone, Copy)]
pub struct Postgres;

pub static POSTGRES: Postgres = Postgres;

impl Dialect for Postgres {
    fn engine(&self) -> Engine {
        Engine::Postgres
    }

    fn transactional_ddl(&self) -> bool {
        true
    }

    fn split(&self, script: &str) -> Vec<Range<usize>> {
        split::split(script)
    }

    fn understand(&self, statement: &str) -> Understanding {
        understand::understand(statement)
    }

    fn left_by_detaching(&self, parent: &Table, partition: &Table) -> Option<String> {
        predict::left_by_detaching(parent, partition)
    }

    fn makes(&self, statement: &str) -> Option<NewRelation> {
        understand::aside::new_table(statement)
    }

    fn bound_as_check(&self, parent: &Table, bound: &str) -> Option<String> {
        predict::bound_as_check(parent, bound)
    }

    fn predict(&self, statement: &str, understanding: &Understanding, at: &Circumstances<'_>) -> Prediction {
        predict::predict(statement, understanding, at)
    }

    fn places(&self, statement: &str) -> Vec<Range<usize>> {
        understand::places::places(statement)
    }

    fn batching(&self) -> Option<&dyn Batching> {
        Some(self)
    }

    fn render(&self, step: &Step, before: &Schema) -> Result<Vec<String>, RenderError> {
        render::render(step, before)
    }

    /// Whatever can be done to a table is done by altering it; the rest is refused when it is rendered.
    fn how(&self, _step: &Step, _before: &Schema) -> How {
        How::InPlace
    }

    fn builds_beside_writers(&self) -> bool {
        true
    }

    fn complete(&self, schema: &mut Schema, table: &ObjectName) {
        complete::complete(schema, table);
    }

    fn complete_all(&self, schema: &mut Schema) {
        complete::complete_all(schema);
    }

    fn read_type(&self, text: &str) -> ColumnType {
        types::read(text)
    }

    fn same_type(&self, types: Pair<&ColumnType>) -> bool {
        types.from == types.to || types::read(&types::sql(types.from)) == types::read(&types::sql(types.to))
    }

    fn same_expression(&self, expressions: Pair<&Expression>) -> bool {
        expression::same(expressions.from.text(), expressions.to.text())
    }

    fn cast(&self, column: &str, types: Pair<&ColumnType>) -> Cast {
        cast::cast(column, types)
    }

    fn keepers(&self, dual: &DualWrite, schema: &Schema) -> Result<Keepers, DualWriteError> {
        dual_write::keepers(dual, schema)
    }

    fn rules(&self, table: &Table, schema: &Schema) -> Vec<Rule> {
        in_step::rules(table, schema)
    }

    fn copy_rights(&self, from: &ObjectName, to: &ObjectName) -> Option<String> {
        Some(stand_in::rights(from, to, &[]))
    }

    fn hand_over(&self, table: &ObjectName, columns: Pair<&Column>) -> Option<Vec<(Step, Option<String>)>> {
        hand_over::steps(table, columns)
    }

    fn stand_in(&self, table: &Table, name: &ObjectName, columns: &[(String, String)]) -> Option<StandIn> {
        Some(stand_in::stand_in(table, name, columns))
    }

    fn fills_before_not_null(&self) -> bool {
        true
    }

    fn checks_deferred(&self) -> Option<(&'static str, &'static str)> {
        Some(("CONSTRAINTS", "ALL IMMEDIATE"))
    }

    fn differ(&self, one: &str, other: &str, ty: &ColumnType) -> String {
        match types::has_equality(ty) {
            true => format!("{one} IS DISTINCT FROM {other}"),
            false => format!("{one}::text IS DISTINCT FROM {other}::text"),
        }
    }

    fn keeping(&self) -> Option<&dyn Keeping> {
        Some(&PostgresKeeping)
    }

    fn quote(&self, name: &str) -> String {
        quote::quote(name)
    }

    fn literal(&self, text: &str) -> String {
        quote::literal(text)
    }
}
