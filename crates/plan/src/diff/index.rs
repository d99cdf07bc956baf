use whimbrel_schema::{Index, IndexKey, IndexTarget, ObjectName, Pair};

use super::column::same_optional;
use crate::{Change, Dialect};

/// Whether two indexes belong together.
type Rule<'a> = &'a dyn Fn(&Index, &Index) -> bool;

/// By name first, then by meaning: what means the same under another name was renamed.
pub(super) fn diff(table: &ObjectName, indexes: Pair<&Vec<Index>>, dialect: &dyn Dialect, changes: &mut Vec<Change>) {
    if indexes.from == indexes.to {
        return;
    }
    let engine = dialect.engine();
    let mut from: Vec<Option<&Index>> = indexes.from.iter().map(Some).collect();
    let mut to: Vec<Option<&Index>> = indexes.to.iter().map(Some).collect();
    let rules: [Rule<'_>; 2] =
        [&|from, to| engine.same_name(&from.name, &to.name), &|from, to| same_index(Pair::new(from, to), dialect)];
    for belong in rules {
        for slot in &mut to {
            let Some(wanted) = *slot else { continue };
            let Some(partner) = from.iter_mut().find(|candidate| candidate.is_some_and(|it| belong(it, wanted))) else {
                continue;
            };
            if let Some(found) = partner.take() {
                *slot = None;
                let renamed = !engine.same_name(&found.name, &wanted.name);
                if renamed || !same_index(Pair::new(found, wanted), dialect) {
                    let pair = Pair::new(found.clone(), wanted.clone());
                    changes.push(Change::AlterIndex { table: table.clone(), index: Box::new(pair) });
                }
            }
        }
    }
    for index in from.into_iter().flatten() {
        changes.push(Change::DropIndex { table: table.clone(), index: Box::new(index.clone()) });
    }
    for index in to.into_iter().flatten() {
        changes.push(Change::CreateIndex { table: table.clone(), index: Box::new(index.clone()) });
    }
}

/// Whether the two are the same index, whatever they are called; comments are changes of their own.
pub(crate) fn same_index(indexes: Pair<&Index>, dialect: &dyn Dialect) -> bool {
    let Pair { from, to } = indexes;
    from.unique == to.unique
        && method(from) == method(to)
        && from.keys.len() == to.keys.len()
        && from.keys.iter().zip(&to.keys).all(|(from, to)| same_key(Pair::new(from, to), dialect))
        && from.include == to.include
        && same_optional(Pair::new(&from.predicate, &to.predicate), dialect)
        && from.nulls_distinct == to.nulls_distinct
        && from.storage == to.storage
        && from.tablespace == to.tablespace
        && from.valid == to.valid
}

fn method(index: &Index) -> &str {
    index.method.as_deref().unwrap_or("btree")
}

pub(crate) fn same_key(keys: Pair<&IndexKey>, dialect: &dyn Dialect) -> bool {
    let Pair { from, to } = keys;
    let same_target = match (&from.target, &to.target) {
        (IndexTarget::Column(from), IndexTarget::Column(to)) => dialect.engine().same_name(from, to),
        (IndexTarget::Expression(from), IndexTarget::Expression(to)) => {
            from == to || dialect.same_expression(Pair::new(from, to))
        }
        (IndexTarget::Column(_), IndexTarget::Expression(_)) | (IndexTarget::Expression(_), IndexTarget::Column(_)) => {
            false
        }
    };
    let nulls_first = |key: &IndexKey| key.nulls_first.unwrap_or(key.descending);
    same_target
        && from.collation == to.collation
        && from.operator_class == to.operator_class
        && from.descending == to.descending
        && nulls_first(from) == nulls_first(to)
}
