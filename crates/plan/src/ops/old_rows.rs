//! What rows that exist may refuse, said above the statement that would fail on them.

use whimbrel_schema::{Column, Constraint, Index, ObjectName, Pair, Table};

use super::survey::Survey;
use super::{Setting, Way};
use crate::diff::{same_constraint, same_key};
use crate::fold::{key_columns, names_column};

/// When the constraint cannot be made. `None` where there is no row that could break it, or none that is not kept from
/// it already.
pub(super) fn against_constraint(
    setting: &Setting<'_>,
    table: &ObjectName,
    constraint: &Constraint,
    survey: &Survey,
) -> Option<String> {
    let rows = Rows::of(setting, table, survey)?;
    let name = constraint.name();
    match constraint {
        Constraint::PrimaryKey(key) => rows.agreeing(&key.columns, true),
        Constraint::Unique(unique) => rows.agreeing(&unique.columns, unique.nulls_distinct),
        Constraint::ForeignKey(key) => {
            let held = rows.before.foreign_keys.iter().any(|old| {
                old.validated
                    && old.columns == key.columns
                    && old.references == key.references
                    && old.referenced_columns == key.referenced_columns
                    && old.matching == key.matching
            });
            let without = key.columns.iter().any(|column| rows.is_null(column));
            let columns = rows.listed(&key.columns);
            (key.validated && !held && !without)
                .then(|| format!("fails while a row names with {columns} what is not in `{}`", key.references))
        }
        Constraint::Check(check) => {
            let old = |old: &whimbrel_schema::Check| {
                let both = Pair::new(&old.expression, &check.expression);
                old.validated && old.enforced && setting.dialect.same_expression(both)
            };
            let engine = setting.dialect.engine();
            let read = |column: &&Column| names_column(&check.expression, &column.name, engine);
            let only_null = rows.after.columns.iter().filter(read).all(|column| rows.is_null(&column.name));
            let free = !check.validated || !check.enforced || rows.before.checks.iter().any(old) || only_null;
            (!free).then(|| format!("fails while a row of `{table}` does not meet `{}`", name.unwrap_or("it")))
        }
        Constraint::Exclusion(_) => {
            let held = rows.before.exclusions.iter().any(|old| {
                let old = Constraint::Exclusion(old.clone());
                same_constraint(Pair::new(&old, constraint), setting.dialect)
            });
            (!held).then(|| format!("fails while two rows of `{table}` exclude each other"))
        }
    }
}

/// When the index cannot be made: only a unique one ever.
pub(super) fn against_index(
    setting: &Setting<'_>,
    table: &ObjectName,
    index: &Index,
    survey: &Survey,
) -> Option<String> {
    let rows = Rows::of(setting, table, survey).filter(|_| index.unique)?;
    let held = rows.before.indexes.iter().any(|old| {
        let keys =
            || old.keys.iter().all(|key| index.keys.iter().any(|it| same_key(Pair::new(key, it), setting.dialect)));
        old.unique && old.valid && (old.predicate.is_none() || old.predicate == index.predicate) && keys()
    });
    if held {
        return None;
    }
    match key_columns(index) {
        Some(columns) if index.predicate.is_none() => rows.agreeing(&columns, index.nulls_distinct),
        Some(_) | None => Some(format!("fails while two rows of `{table}` agree in what `{}` covers", index.name)),
    }
}

/// The rows of a table that exists, as far as the schema before tells of them.
struct Rows<'a> {
    before: &'a Table,
    after: &'a Table,
    added: &'a [Column],
    setting: &'a Setting<'a>,
}

impl<'a> Rows<'a> {
    /// `None` on the way back: it restores what held before.
    fn of(setting: &'a Setting<'a>, table: &ObjectName, survey: &'a Survey) -> Option<Self> {
        let before = setting.schemas.from.table(table).filter(|_| setting.way == Way::Upgrade)?;
        let after = setting.schemas.to.table(table)?;
        Some(Rows { before, after, added: survey.added_columns(table), setting })
    }

    /// Whether the column comes now, and every row that exists has NULL in it.
    fn is_null(&self, column: &str) -> bool {
        self.added.iter().any(|added| {
            let filled = added.default.is_some()
                || added.generation.is_some()
                || !added.nullable
                || self.setting.choices.backfill(&self.after.name, column).is_some();
            added.name == column && !filled
        })
    }

    /// What was unique by fewer columns is unique by more.
    fn agreeing(&self, columns: &[String], nulls_distinct: bool) -> Option<String> {
        let within = |key: &[String]| key.iter().all(|column| columns.contains(column));
        let strict = |distinct: bool| nulls_distinct || !distinct;
        let held = self.before.primary_key.iter().any(|key| within(&key.columns))
            || self.before.uniques.iter().any(|old| strict(old.nulls_distinct) && within(&old.columns))
            || self.before.indexes.iter().any(|old| {
                let whole = old.unique && old.valid && old.predicate.is_none() && strict(old.nulls_distinct);
                whole && key_columns(old).is_some_and(|columns| within(&columns))
            });
        let all_differ = nulls_distinct && columns.iter().any(|column| self.is_null(column));
        (!held && !all_differ)
            .then(|| format!("fails while two rows of `{}` agree in {}", self.after.name, self.listed(columns)))
    }

    fn listed(&self, columns: &[String]) -> String {
        columns.iter().map(|column| format!("`{column}`")).collect::<Vec<_>>().join(", ")
    }
}
