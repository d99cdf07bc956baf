//! What hangs on a relation, as far as the schema tells.

use std::collections::BTreeSet;

use whimbrel_plan::review::Facts;
use whimbrel_schema::{
    Expression, ForeignKey, Index, IndexTarget, Object, ObjectKind, ObjectName, Routine, Schema, Table, View,
};

use crate::postgres::lexer::{self, Kind};
use crate::postgres::quote;

/// The table, its partitions and heirs, and theirs. A table is its partitions: who locks one takes them all. Those that a
/// live database has and no file makes are among them.
pub(super) fn family(schema: &Schema, facts: &Facts, table: &ObjectName) -> Vec<ObjectName> {
    let mut found = vec![table.clone()];
    let mut at = 0;
    while let Some(parent) = found.get(at).cloned() {
        for child in schema.tables.values() {
            let of_partition = child.options.partition_of.as_ref().is_some_and(|of| of.parent == parent);
            if (of_partition || child.options.inherits.contains(&parent)) && !found.contains(&child.name) {
                found.push(child.name.clone());
            }
        }
        for (name, part) in &facts.partitions {
            if part.parent == parent && schema.table(name).is_none() && !found.contains(name) {
                found.push(name.clone());
            }
        }
        at += 1;
    }
    found
}

/// A partitioned table holds no rows of its own.
pub(super) fn has_rows(schema: &Schema, table: &ObjectName) -> bool {
    schema.table(table).is_none_or(|table| table.options.partition_by.is_none())
}

/// The table's foreign keys, and those that it has because it is a partition.
pub(super) fn foreign_keys<'s>(schema: &'s Schema, table: &'s Table) -> Vec<&'s ForeignKey> {
    let mut keys: Vec<&ForeignKey> = table.foreign_keys.iter().collect();
    let mut seen: BTreeSet<&ObjectName> = BTreeSet::from([&table.name]);
    let mut of = table.options.partition_of.as_ref();
    while let Some(parent) = of.and_then(|of| schema.table(&of.parent)).filter(|parent| seen.insert(&parent.name)) {
        keys.extend(&parent.foreign_keys);
        of = parent.options.partition_of.as_ref();
    }
    keys
}

/// Who refers to the table, with the key that does.
pub(super) fn referencing<'s>(schema: &'s Schema, table: &ObjectName) -> Vec<(&'s ObjectName, &'s ForeignKey)> {
    let tables = schema.tables.values();
    let keys = tables.flat_map(|other| other.foreign_keys.iter().map(move |key| (&other.name, key)));
    keys.filter(|(_, key)| key.references == *table).collect()
}

/// The table that is partitioned into this one.
pub(super) fn parent_of<'s>(schema: &'s Schema, table: &ObjectName) -> Option<&'s ObjectName> {
    schema.table(table)?.options.partition_of.as_ref().map(|of| &of.parent)
}

pub(super) fn default_partition<'s>(schema: &'s Schema, parent: &ObjectName) -> Option<&'s ObjectName> {
    let is_default = |table: &&Table| {
        let of = table.options.partition_of.as_ref();
        of.is_some_and(|of| of.parent == *parent && of.bound.eq_ignore_ascii_case("default"))
    };
    schema.tables.values().find(is_default).map(|table| &table.name)
}

/// Which table, or materialized view, has the index; also the index of a constraint.
pub(super) fn table_of_index<'s>(schema: &'s Schema, index: &ObjectName) -> Option<&'s ObjectName> {
    let has = |table: &&Table| {
        let named = |name: &Option<String>| name.as_deref() == Some(index.name.as_str());
        table.name.namespace == index.namespace
            && (table.indexes.iter().any(|candidate| candidate.name == index.name)
                || table.primary_key.as_ref().is_some_and(|key| named(&key.name))
                || table.uniques.iter().any(|unique| named(&unique.name))
                || table.exclusions.iter().any(|exclusion| named(&exclusion.name)))
    };
    let of_table = schema.tables.values().find(has).map(|table| &table.name);
    of_table.or_else(|| {
        let views = schema.objects_of(ObjectKind::MaterializedView).filter_map(Object::as_view);
        let mut views = views.filter(|view| view.name.namespace == index.namespace);
        views.find(|view| view.indexes.iter().any(|candidate| candidate.name == index.name)).map(|view| &view.name)
    })
}

pub(super) fn view<'s>(schema: &'s Schema, name: &ObjectName) -> Option<&'s View> {
    [ObjectKind::View, ObjectKind::MaterializedView]
        .into_iter()
        .find_map(|kind| schema.object(&whimbrel_schema::ObjectId::new(kind, name.clone())))
        .and_then(Object::as_view)
}

/// Views over the relation (and over a column of it), and those over them in turn.
pub(super) fn views_over<'s>(schema: &'s Schema, relation: &ObjectName, column: Option<&str>) -> Vec<&'s View> {
    let mut found: Vec<&View> = Vec::new();
    let mut queue: Vec<(ObjectName, Option<&str>)> = vec![(relation.clone(), column)];
    while let Some((name, column)) = queue.pop() {
        for view in schema.objects.values().filter_map(Object::as_view) {
            let known = found.iter().any(|known| known.name == view.name);
            if !known && view.name != name && names(view.query.text(), &name, column) {
                found.push(view);
                queue.push((view.name.clone(), None));
            }
        }
    }
    found
}

/// Whether the text names the relation (and the column, or all columns by a star).
pub(super) fn names(text: &str, relation: &ObjectName, column: Option<&str>) -> bool {
    // Quick to say no: most texts are about something else.
    if !contains(text, &relation.name) {
        return false;
    }
    let mut relation_found = false;
    let mut column_found = column.is_none();
    for token in lexer::words(text) {
        match token.kind {
            Kind::Word | Kind::Quoted => {
                let name = quote::fold(token.text);
                relation_found |= name == relation.name;
                column_found |= column == Some(name.as_str());
            }
            // `*`, and whatever is glued to it.
            Kind::Operator | Kind::Punctuation => column_found |= token.text.contains('*'),
            Kind::Space | Kind::Comment | Kind::Text | Kind::Dollar | Kind::Number | Kind::Parameter | Kind::Other => {}
        }
    }
    relation_found && column_found
}

fn contains(text: &str, name: &str) -> bool {
    let name = name.as_bytes();
    !name.is_empty() && text.as_bytes().windows(name.len()).any(|part| part.eq_ignore_ascii_case(name))
}

/// The routines whose text names the relation (and the column): nothing renames or warns within them.
pub(super) fn routines_naming<'s>(
    schema: &'s Schema,
    relation: &ObjectName,
    column: Option<&str>,
) -> impl Iterator<Item = &'s Routine> {
    let routines = schema.objects_of(ObjectKind::Routine).filter_map(Object::as_routine);
    let (relation, column) = (relation.clone(), column.map(str::to_string));
    routines.filter(move |routine| names_in_body(&routine.definition, &relation, column.as_deref()))
}

/// A routine's body is a text within its definition.
fn names_in_body(definition: &str, relation: &ObjectName, column: Option<&str>) -> bool {
    contains(definition, &relation.name) && {
        let bodies = lexer::words(definition).filter(|token| matches!(token.kind, Kind::Text | Kind::Dollar));
        let mut texts: Vec<String> = bodies.filter_map(|token| quote::text_value(token.text)).collect();
        texts.push(definition.to_string());
        texts.iter().any(|text| names(text, relation, column))
    }
}

/// Policies, rules and other objects that hang on the table and name the column.
pub(super) fn hangers_on_naming(schema: &Schema, table: &ObjectName, column: &str) -> Vec<String> {
    let objects = schema.objects_of(ObjectKind::Opaque).filter_map(Object::as_opaque);
    objects
        .filter(|opaque| matches!(opaque.kind.as_str(), "policy" | "rule"))
        .filter(|opaque| opaque.table.as_ref() == Some(table) && word_in(&opaque.definition, column))
        .map(|opaque| format!("{} `{}`", opaque.kind, opaque.name.name))
        .collect()
}

pub(super) fn word_in(text: &str, name: &str) -> bool {
    contains(text, name)
        && lexer::words(text)
            .any(|token| matches!(token.kind, Kind::Word | Kind::Quoted) && quote::fold(token.text) == name)
}

/// Whether the expression may read the column: any word of that name counts.
pub(super) fn reads_column(expression: &Expression, column: &str) -> bool {
    word_in(expression.text(), column)
}

/// How an index depends on a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Uses {
    No,
    /// As a plain key, or carried along.
    Plainly,
    /// Within an expression or its predicate.
    Computed,
}

pub(super) fn index_uses(index: &Index, column: &str) -> Uses {
    let computed = index.keys.iter().any(|key| match &key.target {
        IndexTarget::Expression(expression) => reads_column(expression, column),
        IndexTarget::Column(_) => false,
    }) || index.predicate.as_ref().is_some_and(|predicate| reads_column(predicate, column));
    match (computed, index.names_column(column)) {
        (true, _) => Uses::Computed,
        (false, true) => Uses::Plainly,
        (false, false) => Uses::No,
    }
}
