//! What a statement says IF EXISTS of, and is not there: it does nothing, and there is nothing to say of it.

use whimbrel_schema::{Generation, ObjectId, ObjectKind, ObjectName, Schema};

use super::Circumstances;
use crate::Step;
use crate::words::{Word, words};

impl Circumstances<'_> {
    /// Whether the step says IF EXISTS of what is certainly not there. A name without a schema may mean a thing of any.
    pub fn passes_over(&self, step: &Step) -> bool {
        if !self.complete {
            return false;
        }
        let schema = self.before;
        if let Step::DropTable { table, if_exists: true, .. } = step {
            !is_relation(schema, table)
        } else if let Step::DropColumn { table, column, if_exists: true, .. } = step {
            schema.table(table).is_some_and(|table| table.column(column).is_none())
        } else if let Step::DropIndex { index, if_exists: true, .. } = step {
            !is_index(schema, index)
        } else if let Step::DropObject { object, if_exists: true, .. } = step {
            !is_object(schema, object)
        } else if let Step::DropTrigger { table, name, if_exists: true } = step {
            let of = |named: &ObjectName| table.as_ref().is_none_or(|table| same(schema, table, named));
            let mut tables = schema.tables.values().filter(|table| of(&table.name));
            !tables.any(|table| table.triggers.iter().any(|trigger| schema.engine.same_name(&trigger.name, name)))
        } else {
            false
        }
    }
}

/// Whether `ALTER … IF EXISTS` is about something that is not there.
pub(super) fn alters_nothing(sql: &str, schema: &Schema) -> bool {
    if !sql.get(..5).is_some_and(|head| head.eq_ignore_ascii_case("alter")) {
        return false;
    }
    let words = words(sql);
    let keyword = |at: usize, keyword: &str| words.get(at).is_some_and(|word: &Word<'_>| word.is_keyword(keyword));
    let kinds: [&[&str]; 5] = [&["TABLE"], &["INDEX"], &["VIEW"], &["SEQUENCE"], &["MATERIALIZED", "VIEW"]];
    let kind = kinds.iter().find(|kind| kind.iter().enumerate().all(|(at, word)| keyword(1 + at, word)));
    let Some(mut at) = kind.map(|kind| 1 + kind.len()) else { return false };
    if !(keyword(at, "IF") && keyword(at + 1, "EXISTS")) {
        return false;
    }
    at += 2 + usize::from(keyword(at + 2, "ONLY"));
    let name = |at: usize| words.get(at).filter(|word| word.is_identifier()).map(|word| word.text.as_ref());
    let dot = words.get(at + 1).is_some_and(|word| word.is_symbol("."));
    let last = if dot { name(at + 2) } else { name(at) };
    // By its last part alone, in whatever case: too much is there rather than too little.
    let Some(last) = last else { return false };
    let is_it = |name: &str| name.eq_ignore_ascii_case(last);
    let relation = |name: &ObjectName| is_it(&name.name);
    !schema.tables.keys().any(relation)
        && !schema.objects.keys().any(|id| relation(&id.name))
        && !indexes(schema).any(|(_, index)| is_it(index))
        && !sequences(schema).any(relation)
}

/// A name without a schema is looked for in all of them.
fn same(schema: &Schema, written: &ObjectName, named: &ObjectName) -> bool {
    let engine = schema.engine;
    let place = match (&written.namespace, &named.namespace) {
        (Some(one), Some(other)) => engine.same_name(one, other),
        (Some(_), None) => false,
        (None, _) => true,
    };
    place && engine.same_name(&written.name, &named.name)
}

fn is_relation(schema: &Schema, name: &ObjectName) -> bool {
    schema.tables.keys().any(|table| same(schema, name, table))
        || schema.objects.keys().any(|id| same(schema, name, &id.name))
}

fn is_index(schema: &Schema, name: &ObjectName) -> bool {
    let has = |(table, index): (&ObjectName, &str)| same(schema, name, &table.sibling(index));
    schema.table_of_index(name).is_some() || indexes(schema).any(has)
}

/// The names of indexes, those of constraints among them, with what they are of.
fn indexes(schema: &Schema) -> impl Iterator<Item = (&ObjectName, &str)> {
    let of_tables = schema.tables.values().flat_map(|table| {
        let constraints = table.primary_key.iter().filter_map(|key| key.name.as_deref());
        let constraints = constraints.chain(table.uniques.iter().filter_map(|unique| unique.name.as_deref()));
        let constraints = constraints.chain(table.exclusions.iter().filter_map(|exclusion| exclusion.name.as_deref()));
        let names = constraints.chain(table.indexes.iter().map(|index| index.name.as_str()));
        names.map(|name| (&table.name, name))
    });
    let views = schema.objects.values().filter_map(whimbrel_schema::Object::as_view);
    of_tables.chain(views.flat_map(|view| view.indexes.iter().map(|index| (&view.name, index.name.as_str()))))
}

/// The sequences behind columns, which are no objects of their own.
fn sequences(schema: &Schema) -> impl Iterator<Item = &ObjectName> {
    let columns = schema.tables.values().flat_map(|table| &table.columns);
    columns.filter_map(|column| match &column.generation {
        Some(Generation::Serial { sequence }) => Some(sequence),
        Some(Generation::Identity(_) | Generation::Stored(_) | Generation::Virtual(_) | Generation::AutoIncrement)
        | None => None,
    })
}

/// Whatever its kind: a type may be written as another kind than it was made as.
fn is_object(schema: &Schema, object: &ObjectId) -> bool {
    let comes_with_the_server = match object.kind {
        ObjectKind::Namespace => object.name.name == "public" || object.name.name.starts_with("pg_"),
        // Every database has the first; what else is there nobody here can say.
        ObjectKind::Extension => object.name.name == "plpgsql",
        ObjectKind::Opaque => !object.detail.as_deref().is_some_and(|detail| detail.starts_with("policy on ")),
        ObjectKind::Sequence => sequences(schema).any(|sequence| same(schema, &object.name, sequence)),
        ObjectKind::View
        | ObjectKind::MaterializedView
        | ObjectKind::Enum
        | ObjectKind::Domain
        | ObjectKind::Routine => false,
    };
    comes_with_the_server || is_relation(schema, &object.name)
}
