//! Columns: added, renamed, with and without NULL, with other defaults.

use whimbrel_plan::review::{Danger, Work};
use whimbrel_plan::{Amendment, Step};
use whimbrel_schema::{Column, Constraint, Generation, ObjectName, Table};

use super::defaults::{self, Value};
use super::draft::Draft;
use super::locks::Mode;
use super::types::Types;
use super::{constraints, relations, types};
use crate::postgres::expression;
use crate::postgres::quote;

/// The catalogue changes, rows do not.
pub(super) fn plain(draft: &mut Draft<'_>, table: &ObjectName) {
    draft.lock_family(table, Mode::AccessExclusive);
}

pub(super) fn types_of<'a>(draft: &Draft<'a>) -> Types<'a> {
    let zone = draft.at.session.setting("timezone");
    let zone = zone.or_else(|| draft.at.facts.settings.get("timezone").map(String::as_str));
    let whole = draft.at.complete && draft.at.certain;
    Types { schema: draft.schema(), whole, utc: zone.is_some_and(types::is_utc) }
}

pub(super) fn add(
    draft: &mut Draft<'_>,
    table: &ObjectName,
    column: &Column,
    constraints: &[Constraint],
    if_not_exists: bool,
) {
    plain(draft, table);
    let there = draft.table(table).is_some_and(|table| table.column(&column.name).is_some());
    if if_not_exists && there && draft.at.certain {
        return;
    }
    draft.danger(Danger::BreaksPrepared { table: table.clone() });
    let constrained = types_of(draft).may_be_constrained(&column.ty);
    let value = column.default.as_ref().map(defaults::value);
    let computed = match &column.generation {
        Some(Generation::Serial { .. } | Generation::Identity(_) | Generation::Stored(_)) => true,
        Some(Generation::Virtual(_)) if draft.at.facts.version.is_some() && !draft.is_at_least(18) => true,
        Some(Generation::Virtual(_) | Generation::AutoIncrement) | None => false,
    };
    let is_virtual = matches!(column.generation, Some(Generation::Virtual(_)));
    if computed || value == Some(Value::Volatile) || (constrained && !is_virtual) {
        draft.work_family(table, Mode::AccessExclusive, Work::Rewrite);
    }
    let filled = computed || is_virtual || value == Some(Value::Fixed);
    if !column.nullable && !filled {
        // A default that may be NULL, and none at all: every row is looked at.
        draft.work_family(table, Mode::AccessExclusive, Work::Scan);
        if column.default.is_none() {
            draft.fails(format!("rows that are there get NULL in `{}`, which is NOT NULL", column.name));
        }
    } else if !column.nullable && is_virtual {
        draft.work_family(table, Mode::AccessExclusive, Work::Scan);
    }
    let without_value = column.default.is_none() && column.generation.is_none();
    for constraint in constraints {
        match constraint {
            // All NULL refers to nothing: the server does not look.
            Constraint::ForeignKey(key) if without_value => {
                draft.lock_family(table, Mode::AccessExclusive);
                draft.lock_family(&key.references, Mode::ShareRowExclusive);
            }
            Constraint::PrimaryKey(_)
            | Constraint::Unique(_)
            | Constraint::ForeignKey(_)
            | Constraint::Check(_)
            | Constraint::Exclusion(_) => constraints::add(draft, table, constraint, None),
        }
    }
}

pub(super) fn rename(draft: &mut Draft<'_>, table: &ObjectName, column: &str) {
    plain(draft, table);
    draft.danger(Danger::BreaksPrepared { table: table.clone() });
    breaks_texts(draft, table, column);
}

/// Bodies of routines are texts: nothing follows a rename in them, and nothing keeps what they name.
pub(super) fn breaks_texts(draft: &mut Draft<'_>, table: &ObjectName, column: &str) {
    for routine in relations::routines_naming(draft.schema(), table, Some(column)) {
        draft.danger(Danger::Breaks { what: format!("function `{}` names `{table}.{column}`", routine.name) });
    }
}

pub(super) fn allow_null(draft: &mut Draft<'_>, table: &ObjectName, column: &str) {
    plain(draft, table);
    let key = draft.table(table).and_then(|table| table.primary_key.as_ref());
    if key.is_some_and(|key| key.columns.iter().any(|name| name == column)) {
        draft.fails(format!("`{column}` is part of the primary key"));
    }
}

pub(super) fn forbid_null(draft: &mut Draft<'_>, table: &ObjectName, column: &str) {
    plain(draft, table);
    for relation in draft.family(table) {
        if !is_never_null(draft, &relation, table, column) {
            if draft.has_rows(&relation) {
                draft.work(&relation, Mode::AccessExclusive, Work::Scan);
            }
            draft.fails(format!("rows with NULL in `{column}` break it"));
        }
    }
}

/// Whether the server knows without looking that the column holds no NULL.
pub(super) fn is_never_null(draft: &Draft<'_>, relation: &ObjectName, table: &ObjectName, column: &str) -> bool {
    if !draft.at.certain {
        return false;
    }
    let known = |name: &ObjectName| draft.table(name);
    let proves = |known: &Table| {
        let not_null = known.column(column).is_some_and(|column| !column.nullable);
        not_null || (!remakes_checks(draft, table) && has_proof(draft, known, table, column))
    };
    match (known(relation), known(table)) {
        // A check of the parent is also the child's.
        (Some(own), Some(parent)) => proves(own) || (relation != table && has_proof(draft, parent, table, column)),
        (Some(own), None) => proves(own),
        (None, _) => false,
    }
}

/// A validated check that says so, and that this very statement does not take away.
fn has_proof(draft: &Draft<'_>, holder: &Table, table: &ObjectName, column: &str) -> bool {
    let wanted = format!("{} IS NOT NULL", quote::quote(column));
    let stays = |name: Option<&str>| {
        let drops = |step: &Step| matches!(step, Step::DropConstraint { table: of, name: it, .. } if of == table && Some(it.as_str()) == name);
        !draft.steps.iter().any(drops)
    };
    let own = holder.name == *table;
    let mut checks = holder.checks.iter().filter(|check| check.validated && check.enforced);
    checks.any(|check| {
        (own || !check.no_inherit)
            && stays(check.name.as_deref())
            && expression::includes(check.expression.text(), &wanted)
    })
}

/// Whether a clause of the statement makes the table's checks anew, so that none of them counts meanwhile.
fn remakes_checks(draft: &Draft<'_>, table: &ObjectName) -> bool {
    let recomputes =
        |amendment: &Amendment| matches!(amendment, Amendment::GenerationExpression { table: of, .. } if of == table);
    draft.steps.iter().any(|step| {
        matches!(step, Step::SetColumnType { table: of, .. } if of == table)
            || matches!(step, Step::Amend(amendment) if recomputes(amendment))
    })
}

pub(super) fn set_generation(draft: &mut Draft<'_>, table: &ObjectName, column: &str, to: Option<&Generation>) {
    plain(draft, table);
    match to {
        None => {}
        // Rows that are there keep their values.
        Some(Generation::Identity(_)) => {
            let nullable = draft.table(table).and_then(|table| table.column(column)).is_none_or(|it| it.nullable);
            if nullable {
                draft.fails(format!("`{column}` has to be NOT NULL before it can be an identity column"));
            }
        }
        // No one statement does it: what renders it adds the column anew.
        Some(
            Generation::Serial { .. } | Generation::Stored(_) | Generation::Virtual(_) | Generation::AutoIncrement,
        ) => draft.work_family(table, Mode::AccessExclusive, Work::Rewrite),
    }
}

pub(super) fn set_expression(draft: &mut Draft<'_>, table: &ObjectName, column: &str) {
    plain(draft, table);
    let found = draft.table(table).filter(|_| draft.at.certain).and_then(|table| table.column(column));
    match found.and_then(|column| column.generation.as_ref()) {
        // Nothing is kept; whatever checks the column looks again.
        Some(Generation::Virtual(_)) => draft.work_family(table, Mode::AccessExclusive, Work::Scan),
        Some(
            Generation::Stored(_) | Generation::Serial { .. } | Generation::Identity(_) | Generation::AutoIncrement,
        )
        | None => draft.work_family(table, Mode::AccessExclusive, Work::Rewrite),
    }
    draft.danger(Danger::BreaksPrepared { table: table.clone() });
}
