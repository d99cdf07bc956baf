use whimbrel_schema::{Constraint, Deferrable, Index, IndexKey, IndexTarget, ObjectName, Pair};

use super::add_column::is_beside;
use super::survey::Survey;
use super::{Items, Planned, Setting, old_rows};
use crate::order::Rank;
use crate::{How, Step};

pub(super) fn add(
    setting: &Setting<'_>,
    table: &ObjectName,
    constraint: &Constraint,
    survey: &Survey,
    items: &mut Items,
) {
    if is_beside(setting, table, constraint, survey) {
        return;
    }
    let using_index = constraint.name().and_then(|name| {
        let index = survey.dropped_indexes.get(&(table.clone(), name.to_string()))?;
        takes_over(setting, table, constraint, index).then(|| name.to_string())
    });
    let warning = old_rows::against_constraint(setting, table, constraint, survey);
    items.on(add_rank(constraint), table, Planned::from(add_step(table, constraint, using_index)).warned(warning));
}

/// Whether the constraint can go on with an index that is there under its name, instead of building its own.
pub(super) fn takes_over(setting: &Setting<'_>, table: &ObjectName, constraint: &Constraint, index: &Index) -> bool {
    let (columns, include, nulls_distinct) = match constraint {
        Constraint::PrimaryKey(key) => (&key.columns, &key.include, true),
        Constraint::Unique(unique) => (&unique.columns, &unique.include, unique.nulls_distinct),
        Constraint::ForeignKey(_) | Constraint::Check(_) | Constraint::Exclusion(_) => return false,
    };
    let plain = |key: &IndexKey, column: &String| *key == IndexKey::column(column.as_str());
    let suits = index.unique
        && index.valid
        && index.predicate.is_none()
        && index.method.as_deref().is_none_or(|method| method == "btree")
        && index.storage.is_empty()
        && index.tablespace.is_none()
        && index.nulls_distinct == nulls_distinct
        && index.include == *include
        && index.keys.len() == columns.len()
        && index.keys.iter().zip(columns).all(|(key, column)| plain(key, column));
    let named_keys = index.keys.iter().all(|key| matches!(key.target, IndexTarget::Column(_)));
    suits && named_keys && {
        let step = add_step(table, constraint, Some(index.name.clone()));
        setting.dialect.how(&step, setting.schemas.from) == How::InPlace
    }
}

pub(super) fn drop(table: &ObjectName, constraint: &Constraint, items: &mut Items) {
    let name = constraint.name().unwrap_or_default().to_string();
    let step = Step::DropConstraint { table: table.clone(), name, if_exists: false, cascade: false };
    let rank = match constraint {
        Constraint::ForeignKey(_) => Rank::DropForeignKey,
        Constraint::PrimaryKey(_) | Constraint::Unique(_) | Constraint::Check(_) | Constraint::Exclusion(_) => {
            Rank::DropConstraint
        }
    };
    items.on(rank, table, step);
}

/// A new name, a validation and another time of checking are done in place; everything else is made anew.
pub(super) fn alter(
    setting: &Setting<'_>,
    table: &ObjectName,
    constraint: &Pair<Constraint>,
    survey: &Survey,
    items: &mut Items,
) {
    let warning = || old_rows::against_constraint(setting, table, &constraint.to, survey);
    if is_remade(setting, constraint) {
        drop(table, &constraint.from, items);
        let step = Planned::from(add_step(table, &constraint.to, None)).warned(warning());
        items.on(add_rank(&constraint.to), table, step);
        return;
    }
    let (from, to) = (constraint.from.name().unwrap_or_default(), constraint.to.name().unwrap_or_default());
    if from != to {
        let step = Step::RenameConstraint { table: table.clone(), from: from.to_string(), to: to.to_string() };
        items.on(Rank::RenameWithin, table, step);
    }
    if deferrable(&constraint.from) != deferrable(&constraint.to) {
        let to_value = deferrable(&constraint.to);
        let step = Step::SetDeferrable { table: table.clone(), name: to.to_string(), to: to_value };
        items.on(Rank::AddForeignKey, table, step);
    }
    if !validated(&constraint.from) && validated(&constraint.to) {
        let step = Step::ValidateConstraint { table: table.clone(), name: to.to_string() };
        items.on(Rank::AddForeignKey, table, Planned::from(step).warned(warning()));
    }
}

/// Whether the constraint is dropped and made anew, rather than changed in place.
pub(super) fn is_remade(setting: &Setting<'_>, constraint: &Pair<Constraint>) -> bool {
    let Pair { from, to } = constraint;
    if from.name().is_none() != to.name().is_none() || (validated(from) && !validated(to)) {
        return true;
    }
    let mut alike = from.clone();
    *alike.name_mut() = to.name().map(str::to_string);
    *alike.comment_mut() = to.comment().map(str::to_string);
    match (&mut alike, to) {
        (Constraint::ForeignKey(alike), Constraint::ForeignKey(to)) => {
            alike.validated = to.validated;
            alike.deferrable = to.deferrable;
        }
        (Constraint::Check(alike), Constraint::Check(to)) => {
            alike.validated = to.validated;
            if setting.dialect.same_expression(Pair::new(&alike.expression, &to.expression)) {
                alike.expression = to.expression.clone();
            }
        }
        _ => {}
    }
    alike != *to
}

fn validated(constraint: &Constraint) -> bool {
    match constraint {
        Constraint::ForeignKey(key) => key.validated,
        Constraint::Check(check) => check.validated,
        Constraint::PrimaryKey(_) | Constraint::Unique(_) | Constraint::Exclusion(_) => true,
    }
}

pub(super) fn deferrable(constraint: &Constraint) -> Deferrable {
    match constraint {
        Constraint::PrimaryKey(key) => key.deferrable,
        Constraint::Unique(unique) => unique.deferrable,
        Constraint::ForeignKey(key) => key.deferrable,
        Constraint::Exclusion(exclusion) => exclusion.deferrable,
        Constraint::Check(_) => Deferrable::No,
    }
}

fn add_rank(constraint: &Constraint) -> Rank {
    match constraint {
        Constraint::PrimaryKey(_) | Constraint::Unique(_) => Rank::AddKey,
        Constraint::Check(_) | Constraint::Exclusion(_) => Rank::AddCheck,
        Constraint::ForeignKey(_) => Rank::AddForeignKey,
    }
}

fn add_step(table: &ObjectName, constraint: &Constraint, using_index: Option<String>) -> Step {
    let mut constraint = constraint.clone();
    *constraint.comment_mut() = None;
    Step::AddConstraint { table: table.clone(), constraint: Box::new(constraint), using_index }
}
