//! What SQLite's ALTER TABLE can do in place. Everything else is a rebuild.
//!
//! `ALTER COLUMN … SET NOT NULL` and `ADD CONSTRAINT … CHECK` exist since 3.53. Revisions are run by whatever SQLite
//! people deploy, so they are read but never written.

use whimbrel_plan::{How, Step};
use whimbrel_schema::{Column, Constraint, Expression, Generation, Index, IndexTarget, Object, Schema, Table};

use super::expression::is_constant;
use super::naming::{same, unquote};
use super::token::tokens;

pub(super) fn how(step: &Step, before: &Schema) -> How {
    let in_place = match step {
        Step::AddColumn { column, constraints, .. } => can_add(column, constraints),
        Step::DropColumn { table, column, .. } => {
            before.table(table).is_none_or(|found| can_drop(found, column) && !read_elsewhere(before, column))
        }
        Step::SetTableOptions { .. }
        | Step::SetColumnType { .. }
        | Step::SetNullable { .. }
        | Step::SetDefault { .. }
        | Step::SetGeneration { .. }
        | Step::AddConstraint { .. }
        | Step::DropConstraint { .. }
        | Step::RenameConstraint { .. }
        | Step::ValidateConstraint { .. }
        | Step::SetDeferrable { .. } => false,
        Step::CreateTable { .. }
        | Step::DropTable { .. }
        | Step::RenameTable { .. }
        | Step::RebuildTable { .. }
        | Step::RenameColumn { .. }
        | Step::CreateIndex { .. }
        | Step::DropIndex { .. }
        | Step::RenameIndex { .. }
        | Step::SetIndexStorage { .. }
        | Step::CreateObject { .. }
        | Step::DropObject { .. }
        | Step::RenameObject { .. }
        | Step::AlterObject { .. }
        | Step::Amend(_)
        | Step::AddEnumValue { .. }
        | Step::RenameEnumValue { .. }
        | Step::CreateTrigger { .. }
        | Step::DropTrigger { .. }
        | Step::SetTriggerEnabled { .. }
        | Step::AttachPartition { .. }
        | Step::DetachPartition { .. }
        | Step::SetComment { .. }
        | Step::ChangeData { .. }
        | Step::SetSession { .. }
        | Step::Inert { .. } => true,
    };
    if in_place { How::InPlace } else { How::Rebuild }
}

/// The new column must have one value for all rows that exist, and nothing that needs an index.
fn can_add(column: &Column, constraints: &[Constraint]) -> bool {
    let plain = match &column.generation {
        None => true,
        Some(Generation::Virtual(_)) => column.nullable,
        Some(
            Generation::Stored(_) | Generation::AutoIncrement | Generation::Identity(_) | Generation::Serial { .. },
        ) => false,
    };
    let null = column.default.as_ref().is_none_or(|value| value.text().eq_ignore_ascii_case("NULL"));
    let constant = column.default.as_ref().is_none_or(|value| is_constant(value.text()));
    plain
        && constant
        && (column.nullable || !null)
        && constraints.iter().all(|constraint| match constraint {
            Constraint::PrimaryKey(_) | Constraint::Unique(_) | Constraint::Exclusion(_) => false,
            Constraint::ForeignKey(key) => null && key.columns.len() == 1,
            Constraint::Check(_) => true,
        })
}

/// Whether nothing within the table names the column. A check or a foreign key that was written beside the column
/// would go with it, but the schema does not know where they were written.
fn can_drop(table: &Table, column: &str) -> bool {
    let listed = |columns: &[String]| columns.iter().any(|name| same(name, column));
    let generated = table.columns.iter().filter_map(|other| match &other.generation {
        Some(Generation::Stored(expression) | Generation::Virtual(expression)) if !same(&other.name, column) => {
            Some(expression)
        }
        Some(_) | None => None,
    });
    !(table.primary_key.iter().any(|key| listed(&key.columns))
        || table.uniques.iter().any(|unique| listed(&unique.columns))
        || table.foreign_keys.iter().any(|key| {
            listed(&key.columns) || (same(&key.references.name, &table.name.name) && listed(&key.referenced_columns))
        })
        || table.checks.iter().any(|check| names(check.expression.text(), column))
        || table.indexes.iter().any(|index| index_names(index, column))
        || table.triggers.iter().any(|trigger| names(&trigger.definition, column))
        || generated.map(Expression::text).any(|text| names(text, column)))
}

fn index_names(index: &Index, column: &str) -> bool {
    index.predicate.iter().any(|predicate| names(predicate.text(), column))
        || index.keys.iter().any(|key| match &key.target {
            IndexTarget::Column(name) => same(name, column),
            IndexTarget::Expression(expression) => names(expression.text(), column),
        })
}

/// Whether a view or another table's trigger may read the column: judged by its name alone.
fn read_elsewhere(schema: &Schema, column: &str) -> bool {
    let triggers = schema.tables.values().flat_map(|table| &table.triggers);
    let mut views = schema.objects.values().filter_map(Object::as_view);
    triggers.map(|trigger| trigger.definition.as_str()).any(|text| names(text, column))
        || views.any(|view| {
            names(view.query.text(), column) || view.triggers.iter().any(|trigger| names(&trigger.definition, column))
        })
}

/// Whether the name stands anywhere in the text.
pub(super) fn names(text: &str, name: &str) -> bool {
    tokens(text).any(|token| token.is_name() && same(&unquote(token.text), name))
}
