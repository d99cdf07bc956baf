use whimbrel_schema::{Constraint, ExclusionElement, Pair, Table};

use super::{column::same_optional, index::same_key};
use crate::{Change, Dialect};

/// By name first, then by meaning: what means the same under another name was renamed.
pub(super) fn diff(tables: Pair<&Table>, dialect: &dyn Dialect, changes: &mut Vec<Change>) {
    let table = &tables.to.name;
    let engine = dialect.engine();
    if tables.from.primary_key == tables.to.primary_key
        && tables.from.uniques == tables.to.uniques
        && tables.from.foreign_keys == tables.to.foreign_keys
        && tables.from.checks == tables.to.checks
        && tables.from.exclusions == tables.to.exclusions
    {
        return;
    }
    let mut from: Vec<Option<Constraint>> = tables.from.constraints().into_iter().map(Some).collect();
    let mut to: Vec<Option<Constraint>> = tables.to.constraints().into_iter().map(Some).collect();
    let mut altered = Vec::new();
    // Exactly equal ones first: two unnamed checks of one text, or the same key twice, must find each other.
    pair_up(&mut from, &mut to, |from, to| {
        same_name(from, to, engine) && same_constraint(Pair::new(from, to), dialect)
    });
    // SQLite keeps unnamed constraints: where the models give no name, any name will do.
    pair_up(&mut from, &mut to, |from, to| to.name().is_none() && same_constraint(Pair::new(from, to), dialect));
    altered.extend(pair_up(&mut from, &mut to, |from, to| {
        from.kind() == to.kind() && from.name().is_some() && same_name(from, to, engine)
    }));
    altered.extend(pair_up(&mut from, &mut to, |from, to| same_constraint(Pair::new(from, to), dialect)));
    // A table has one primary key, whatever it is called.
    altered.extend(pair_up(&mut from, &mut to, |from, to| {
        matches!((from, to), (Constraint::PrimaryKey(_), Constraint::PrimaryKey(_)))
    }));
    for pair in altered {
        changes.push(Change::AlterConstraint { table: table.clone(), constraint: Box::new(pair) });
    }
    for constraint in from.into_iter().flatten() {
        changes.push(Change::DropConstraint { table: table.clone(), constraint: Box::new(constraint) });
    }
    for constraint in to.into_iter().flatten() {
        changes.push(Change::AddConstraint { table: table.clone(), constraint: Box::new(constraint) });
    }
}

fn same_name(from: &Constraint, to: &Constraint, engine: whimbrel_schema::Engine) -> bool {
    match (from.name(), to.name()) {
        (None, None) => true,
        (Some(from), Some(to)) => engine.same_name(from, to),
        (None, Some(_)) | (Some(_), None) => false,
    }
}

/// Takes out those that belong together, in order.
fn pair_up<T>(from: &mut [Option<T>], to: &mut [Option<T>], belong: impl Fn(&T, &T) -> bool) -> Vec<Pair<T>> {
    let mut pairs = Vec::new();
    for slot in to.iter_mut() {
        let Some(wanted) = slot.as_ref() else { continue };
        let partner = from.iter_mut().find(|candidate| candidate.as_ref().is_some_and(|it| belong(it, wanted)));
        if let Some(partner) = partner
            && let (Some(from), Some(to)) = (partner.take(), slot.take())
        {
            pairs.push(Pair::new(from, to));
        }
    }
    pairs
}

/// Whether the two mean the same, whatever they are called; comments are changes of their own.
pub(crate) fn same_constraint(constraints: Pair<&Constraint>, dialect: &dyn Dialect) -> bool {
    let engine = dialect.engine();
    let same_columns =
        |a: &[String], b: &[String]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| engine.same_name(a, b));
    match (constraints.from, constraints.to) {
        (Constraint::PrimaryKey(from), Constraint::PrimaryKey(to)) => {
            same_columns(&from.columns, &to.columns)
                && same_columns(&from.include, &to.include)
                && from.deferrable == to.deferrable
                && from.order == to.order
                && from.on_conflict == to.on_conflict
        }
        (Constraint::Unique(from), Constraint::Unique(to)) => {
            same_columns(&from.columns, &to.columns)
                && same_columns(&from.include, &to.include)
                && from.nulls_distinct == to.nulls_distinct
                && from.deferrable == to.deferrable
                && from.order == to.order
                && from.on_conflict == to.on_conflict
        }
        (Constraint::ForeignKey(from), Constraint::ForeignKey(to)) => {
            same_columns(&from.columns, &to.columns)
                && from.references.is(&to.references, engine)
                && same_columns(&from.referenced_columns, &to.referenced_columns)
                && from.on_delete == to.on_delete
                && from.on_update == to.on_update
                && same_columns(&from.set_columns, &to.set_columns)
                && from.matching == to.matching
                && from.deferrable == to.deferrable
                && from.validated == to.validated
        }
        (Constraint::Check(from), Constraint::Check(to)) => {
            (from.expression == to.expression || dialect.same_expression(Pair::new(&from.expression, &to.expression)))
                && from.validated == to.validated
                && from.enforced == to.enforced
                && from.no_inherit == to.no_inherit
        }
        (Constraint::Exclusion(from), Constraint::Exclusion(to)) => {
            let same_element = |a: &ExclusionElement, b: &ExclusionElement| {
                a.operator == b.operator && same_key(Pair::new(&a.key, &b.key), dialect)
            };
            from.method == to.method
                && from.elements.len() == to.elements.len()
                && from.elements.iter().zip(&to.elements).all(|(a, b)| same_element(a, b))
                && same_columns(&from.include, &to.include)
                && same_optional(Pair::new(&from.predicate, &to.predicate), dialect)
                && from.deferrable == to.deferrable
        }
        (
            Constraint::PrimaryKey(_)
            | Constraint::Unique(_)
            | Constraint::ForeignKey(_)
            | Constraint::Check(_)
            | Constraint::Exclusion(_),
            _,
        ) => false,
    }
}
