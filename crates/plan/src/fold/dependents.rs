//! What hangs on a thing that goes.

use whimbrel_schema::{
    Engine, ExclusionElement, Expression, Index, IndexKey, IndexTarget, Object, ObjectId, ObjectName, Schema, Table,
};

use super::{FoldError, Folding};
use crate::words::{contains_ignoring_case, words};

/// Foreign keys that rest on these columns of the table, unless another key of the table still carries them. They go
/// with `cascade`; without it they are the reason why `what` cannot go.
pub(super) fn release_key(
    schema: &mut Folding,
    table: &ObjectName,
    columns: &[String],
    what: &str,
    cascade: bool,
) -> Result<(), FoldError> {
    let engine = schema.engine;
    if schema.table(table).is_some_and(|found| is_key(found, columns, engine)) {
        return Ok(());
    }
    for other in schema.referencing(table) {
        let Some(other) = schema.table_mut(&other) else { continue };
        let rests = |referenced: &ObjectName, referenced_columns: &[String]| {
            referenced.is(table, engine) && same_set(referenced_columns, columns, engine)
        };
        if cascade {
            other.foreign_keys.retain(|key| !rests(&key.references, &key.referenced_columns));
        } else if let Some(key) = other.foreign_keys.iter().find(|key| rests(&key.references, &key.referenced_columns))
        {
            let name = key.name.as_deref().unwrap_or("without a name");
            let dependent = format!("foreign key `{name}` of `{}`", other.name);
            return Err(FoldError::Needed { what: what.to_string(), dependent });
        }
    }
    Ok(())
}

/// Whether the columns are still kept unique by something that a foreign key can rest on.
pub(crate) fn is_key(table: &Table, columns: &[String], engine: Engine) -> bool {
    table.primary_key.as_ref().is_some_and(|key| same_set(&key.columns, columns, engine))
        || table.uniques.iter().any(|unique| same_set(&unique.columns, columns, engine))
        || table.indexes.iter().any(|index| {
            index.unique
                && index.predicate.is_none()
                && key_columns(index).is_some_and(|keys| same_set(&keys, columns, engine))
        })
}

/// The columns by which the index is ordered, where it is by columns alone.
pub(crate) fn key_columns(index: &Index) -> Option<Vec<String>> {
    (index.keys.iter())
        .map(|key| match &key.target {
            IndexTarget::Column(column) => Some(column.clone()),
            IndexTarget::Expression(_) => None,
        })
        .collect()
}

fn same_set(a: &[String], b: &[String], engine: Engine) -> bool {
    a.len() == b.len() && a.iter().all(|name| b.iter().any(|other| engine.same_name(name, other)))
}

/// Takes a column's own indexes and constraints out of its table.
pub(super) fn drop_uses_of_column(table: &mut Table, column: &str, engine: Engine) {
    let listed = |names: &[String]| names.iter().any(|name| engine.same_name(name, column));
    let in_text = |expression: &Expression| names_column(expression, column, engine);
    let in_key = |key: &IndexKey| match &key.target {
        IndexTarget::Column(name) => engine.same_name(name, column),
        IndexTarget::Expression(expression) => in_text(expression),
    };
    if table.primary_key.as_ref().is_some_and(|key| listed(&key.columns) || listed(&key.include)) {
        table.primary_key = None;
    }
    table.uniques.retain(|unique| !listed(&unique.columns) && !listed(&unique.include));
    table.foreign_keys.retain(|key| !listed(&key.columns));
    table.checks.retain(|check| !in_text(&check.expression));
    table.exclusions.retain(|exclusion| {
        !listed(&exclusion.include)
            && !exclusion.elements.iter().any(|ExclusionElement { key, .. }| in_key(key))
            && !exclusion.predicate.as_ref().is_some_and(in_text)
    });
    table.indexes.retain(|index| {
        !listed(&index.include) && !index.keys.iter().any(in_key) && !index.predicate.as_ref().is_some_and(in_text)
    });
}

/// Whether an expression on one table uses that column.
pub(crate) fn names_column(expression: &Expression, column: &str, engine: Engine) -> bool {
    if !contains_ignoring_case(expression.text(), column) {
        return false;
    }
    let words = words(expression.text());
    words.iter().enumerate().any(|(at, word)| {
        let follows = |symbol: &str| words.get(at + 1).is_some_and(|next| next.is_symbol(symbol));
        let stands_after = |symbol: &str| at > 0 && words.get(at - 1).is_some_and(|before| before.is_symbol(symbol));
        word.names(column, engine) && !follows("(") && !stands_after("::")
    })
}

/// Drops the views that name the relation (and the column, when it is about one), and those that name them in turn.
pub(super) fn drop_views_on(schema: &mut Schema, relation: &ObjectName, column: Option<&str>) {
    let engine = schema.engine;
    let mut going: Vec<(ObjectName, Option<String>)> = vec![(relation.clone(), column.map(str::to_string))];
    while let Some((name, column)) = going.pop() {
        let hit: Vec<ObjectId> = (schema.objects.iter())
            .filter_map(|(id, object)| match object {
                Object::View(view) if reads(&view.query, &name, column.as_deref(), engine) => Some(id.clone()),
                _ => None,
            })
            .collect();
        for id in hit {
            schema.objects.remove(&id);
            going.push((id.name, None));
        }
    }
}

fn reads(query: &Expression, relation: &ObjectName, column: Option<&str>, engine: Engine) -> bool {
    if !contains_ignoring_case(query.text(), &relation.name) {
        return false;
    }
    let words = words(query.text());
    words.iter().any(|word| word.names(&relation.name, engine))
        && column.is_none_or(|column| words.iter().any(|word| word.names(column, engine) || word.is_symbol("*")))
}
