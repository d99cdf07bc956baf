//! A column of another type: its rows, and everything that was made for the old type and is made anew.

use whimbrel_plan::review::{Danger, Work};
use whimbrel_plan::{Cast, Step};
use whimbrel_schema::{Column, ColumnType, Expression, Generation, ObjectName, Pair, Table};

use super::columns::{self, types_of};
use super::draft::Draft;
use super::locks::Mode;
use super::relations::{self, Uses};
use super::types::Conversion;
use crate::postgres::{cast, expression, quote, types};

pub(super) fn set_type(
    draft: &mut Draft<'_>,
    table: &ObjectName,
    column: &str,
    to: &ColumnType,
    collation: Option<&str>,
    using: Option<&Expression>,
) {
    columns::plain(draft, table);
    draft.danger(Danger::BreaksPrepared { table: table.clone() });
    let Some((found, old)) = draft.table(table).and_then(|table| Some((table, table.column(column)?))) else {
        draft.work_family(table, Mode::AccessExclusive, Work::Rewrite);
        draft.work_family(table, Mode::AccessExclusive, Work::Scan);
        // Whoever refers to it, or is referred to by it, is looked at as well.
        draft.work_unknown(Mode::AccessExclusive, Work::Scan);
        narrows_from_unknown(draft, table, column, to);
        return;
    };
    tell_of_values(draft, table, old, to, using);
    let conversion = match draft.at.certain && !retyped_before(draft, table, column) {
        true => conversion(draft, old, to, using),
        false => Conversion::Rewrite,
    };
    let same_collation = old.collation.as_deref() == collation;
    for relation in draft.family(table) {
        let Some(member) = draft.table(&relation) else { continue };
        rebuild(draft, member, column, conversion, same_collation);
    }
    keys(draft, found, column, conversion, same_collation);
    stands_in_the_way(draft, found, column);
}

fn conversion(draft: &Draft<'_>, old: &Column, to: &ColumnType, using: Option<&Expression>) -> Conversion {
    let types = types_of(draft);
    let Some(using) = using else { return types.conversion(&old.ty, to) };
    let name = quote::quote(&old.name);
    if expression::same(using.text(), &name) || expression::same(using.text(), &format!("{name}::{}", types::sql(to))) {
        return types.conversion(&old.ty, to);
    }
    Conversion::Rewrite
}

/// Two changes of one column in one statement: the second begins where the first ends.
fn retyped_before(draft: &Draft<'_>, table: &ObjectName, column: &str) -> bool {
    let same =
        |step: &&Step| matches!(step, Step::SetColumnType { table: of, column: it, .. } if of == table && it == column);
    draft.steps.iter().filter(same).count() > 1
}

/// The rows of one table, its indexes and its checks.
fn rebuild(draft: &mut Draft<'_>, table: &Table, column: &str, conversion: Conversion, same_collation: bool) {
    if !draft.has_rows(&table.name) {
        return;
    }
    let same_operators = match conversion {
        Conversion::Rewrite => {
            draft.work(&table.name, Mode::AccessExclusive, Work::Rewrite);
            return;
        }
        Conversion::Free { same_operators } => same_operators && same_collation,
    };
    let uses = table.indexes.iter().map(|index| relations::index_uses(index, column));
    let uses = uses.max_by_key(|uses| *uses as u8).unwrap_or(Uses::No);
    let in_key = is_in_key(table, column);
    let computed = uses == Uses::Computed || excluded(table, column);
    let plain = uses == Uses::Plainly || in_key;
    if computed || (plain && !same_operators) || !draft.at.complete {
        draft.work(&table.name, Mode::AccessExclusive, Work::BuildIndex);
    }
    let mut checks = table.checks.iter().filter(|check| check.validated && check.enforced);
    if checks.any(|check| relations::reads_column(&check.expression, column)) || !draft.at.complete {
        draft.work(&table.name, Mode::AccessExclusive, Work::Scan);
    }
}

fn is_in_key(table: &Table, column: &str) -> bool {
    let names = |columns: &[String]| columns.iter().any(|name| name == column);
    table.primary_key.as_ref().is_some_and(|key| names(&key.columns) || names(&key.include))
        || table.uniques.iter().any(|unique| names(&unique.columns) || names(&unique.include))
}

fn excluded(table: &Table, column: &str) -> bool {
    table.exclusions.iter().any(|exclusion| {
        let keys = exclusion.elements.iter().map(|element| element.key.clone()).collect();
        let mut index = whimbrel_schema::Index::new("", keys);
        index.include.clone_from(&exclusion.include);
        index.predicate.clone_from(&exclusion.predicate);
        relations::index_uses(&index, column) > Uses::No
    })
}

/// Foreign keys over the column are dropped and made again, on both sides; they are looked at again where the operators
/// that compare the two sides are others.
fn keys(draft: &mut Draft<'_>, table: &Table, column: &str, conversion: Conversion, same_collation: bool) {
    let same = matches!(conversion, Conversion::Free { same_operators: true }) && same_collation;
    let has = |columns: &[String]| columns.iter().any(|name| name == column);
    let own: Vec<(ObjectName, bool)> = relations::foreign_keys(draft.schema(), table)
        .into_iter()
        .filter(|key| has(&key.columns))
        .map(|key| (key.references.clone(), key.validated))
        .collect();
    let others = relations::referencing(draft.schema(), &table.name);
    let others =
        others.into_iter().filter(|(_, key)| has(&key.referenced_columns) || key.referenced_columns.is_empty());
    let others: Vec<(ObjectName, bool)> = others.map(|(name, key)| (name.clone(), key.validated)).collect();
    for (other, validated) in own.into_iter().chain(others) {
        draft.lock_family(&other, Mode::AccessExclusive);
        if !same && validated {
            draft.work_family(&other, Mode::AccessExclusive, Work::Scan);
            draft.work_family(&table.name, Mode::AccessExclusive, Work::Scan);
        }
    }
    if !draft.at.complete {
        draft.work_unknown(Mode::AccessExclusive, Work::Scan);
    }
}

/// What the server does not make anew: it refuses.
fn stands_in_the_way(draft: &mut Draft<'_>, table: &Table, column: &str) {
    let views = relations::views_over(draft.schema(), &table.name, Some(column));
    let mut ways: Vec<String> = views.into_iter().map(|view| format!("view `{}`", view.name)).collect();
    let computed = table.columns.iter().filter(|other| other.name != column).filter(|other| match &other.generation {
        Some(Generation::Stored(expression) | Generation::Virtual(expression)) => {
            relations::reads_column(expression, column)
        }
        Some(Generation::Serial { .. } | Generation::Identity(_) | Generation::AutoIncrement) | None => false,
    });
    ways.extend(computed.map(|other| format!("generated column `{}`", other.name)));
    ways.extend(relations::hangers_on_naming(draft.schema(), &table.name, column));
    let triggers = table.triggers.iter().filter(|trigger| trigger_reads(&trigger.definition, column));
    ways.extend(triggers.map(|trigger| format!("trigger `{}`", trigger.name)));
    for way in ways {
        draft.fails(format!("{way} uses `{column}`, and the type of a column cannot change under it"));
    }
}

/// Between the trigger's name and the function that it calls stand the columns and the condition that it watches.
fn trigger_reads(definition: &str, column: &str) -> bool {
    let lower = definition.to_ascii_lowercase();
    let end = lower.rfind(" execute ").unwrap_or(definition.len());
    let watched = definition.get(..end).unwrap_or(definition);
    let after_name = watched.split_whitespace().skip(3).collect::<Vec<_>>().join(" ");
    relations::word_in(&after_name, column)
}

/// What may happen to the values: lost, refused, or read by a setting.
fn tell_of_values(
    draft: &mut Draft<'_>,
    table: &ObjectName,
    old: &Column,
    to: &ColumnType,
    using: Option<&Expression>,
) {
    let zone = |ty: &ColumnType| match ty.name.as_str() {
        "timestamp with time zone" => Some(true),
        "timestamp without time zone" | "date" => Some(false),
        _ => None,
    };
    if using.is_none()
        && let (Some(from), Some(into)) = (zone(&old.ty), zone(to))
        && from != into
    {
        let what = format!("`{}` is read in the session's time zone", old.name);
        draft.danger(Danger::DependsOnSetting { setting: "TimeZone".to_string(), what });
    }
    let narrows = |draft: &mut Draft<'_>| {
        draft.loses();
        draft.danger(Danger::Narrows {
            table: table.clone(),
            column: old.name.clone(),
            from: old.ty.to_string(),
            to: to.to_string(),
        });
    };
    let base = |ty: &ColumnType| types_of(draft).base(ty, false).unwrap_or_else(|| ty.clone());
    let (from, into) = (base(&old.ty), base(to));
    match cast::cast(&old.name, Pair::new(&from, &into)) {
        Cast::Implicit => {}
        Cast::Using(_) if zone(&from).is_some() && zone(&into).is_some() => {}
        Cast::Using(_) => needs_using(draft, old, to, using),
        Cast::Lossy(None) => narrows(draft),
        Cast::Lossy(Some(_)) => {
            narrows(draft);
            if !is_assigned(&from, &into) {
                needs_using(draft, old, to, using);
            }
        }
        Cast::Impossible => {
            narrows(draft);
            needs_using(draft, old, to, using);
        }
    }
    if types_of(draft).may_be_constrained(to) && old.ty != *to {
        narrows(draft);
    }
}

/// Pairs that the server converts by itself although a value may not fit.
fn is_assigned(from: &ColumnType, to: &ColumnType) -> bool {
    let text = |ty: &ColumnType| {
        matches!(ty.name.as_str(), "text" | "character varying" | "character" | "bpchar" | "name" | "citext")
    };
    let time = |ty: &ColumnType| ty.name.starts_with("time") || ty.name == "date";
    let bits = |ty: &ColumnType| matches!(ty.name.as_str(), "bit" | "bit varying");
    (text(from) && text(to)) || (time(from) && time(to)) || (bits(from) && bits(to)) || from.name == to.name
}

fn needs_using(draft: &mut Draft<'_>, old: &Column, to: &ColumnType, using: Option<&Expression>) {
    if using.is_none() {
        draft.fails(format!("`{}` cannot be cast to `{to}` without USING", old.name));
    }
}

fn narrows_from_unknown(draft: &mut Draft<'_>, table: &ObjectName, column: &str, to: &ColumnType) {
    draft.loses();
    // Every value can be written as a text of any length.
    if to.arguments.is_empty() && matches!(to.name.as_str(), "text" | "character varying") {
        return;
    }
    draft.danger(Danger::Narrows {
        table: table.clone(),
        column: column.to_string(),
        from: "a type that is not known here".to_string(),
        to: to.to_string(),
    });
}
