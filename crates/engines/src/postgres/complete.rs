//! What the server adds to a table on its own account.

use std::collections::HashSet;

use whimbrel_schema::{Column, Generation, Object, ObjectId, ObjectKind, ObjectName, Schema, SequenceOptions, Table};

use super::lexer::{self, Kind};
use super::{creation, expression, naming, quote, types};

pub(super) fn complete(schema: &mut Schema, name: &ObjectName) {
    let Some(mut table) = schema.remove_table(name) else { return };
    let taken = if has_unnamed(&table) { names_near(schema, &table.name) } else { HashSet::new() };
    fill(schema, &mut table, &taken);
    schema.insert_table(table);
}

/// Every table; the names that are taken are gathered once.
pub(super) fn complete_all(schema: &mut Schema) {
    let mut taken: HashSet<ObjectName> = HashSet::new();
    for table in schema.tables.values() {
        taken.extend(names_of(table).map(|name| table.name.sibling(name)));
    }
    let tables: Vec<ObjectName> = schema.tables.keys().cloned().collect();
    for name in tables {
        let Some(mut table) = schema.remove_table(&name) else { continue };
        fill(schema, &mut table, &taken);
        taken.extend(names_of(&table).map(|name| table.name.sibling(name)));
        schema.insert_table(table);
    }
}

/// More tables than this are not all looked through for each new one.
const FEW: usize = 200;

/// Names of other tables that one chosen for this table could meet.
///
/// Among few tables all are looked at. Among many, those whose own choices begin alike: `a_b` and `a` for a new `a_b_c`,
/// and the tables that begin with its name. What a table of quite another name has kept from before a rename is then not seen;
/// the server numbers the name, and a check shows the difference.
fn names_near(schema: &Schema, own: &ObjectName) -> HashSet<ObjectName> {
    let mut taken = HashSet::new();
    let mut take = |table: &Table| taken.extend(names_of(table).map(|name| table.name.sibling(name)));
    if schema.tables.len() <= FEW {
        schema.tables.values().filter(|table| table.name.namespace == own.namespace).for_each(&mut take);
        return taken;
    }
    let shorter = own.name.match_indices('_').filter_map(|(at, _)| schema.tables.get(&own.sibling(&own.name[..at])));
    shorter.for_each(&mut take);
    let start = &own.name[..own.name.floor_char_boundary(quote::LONGEST_NAME / 2)];
    let longer = schema.tables.starting_at(&own.sibling(start)).take(FEW);
    let longer = longer.take_while(|table| table.name.namespace == own.namespace && table.name.name.starts_with(start));
    longer.for_each(&mut take);
    taken
}

fn has_unnamed(table: &Table) -> bool {
    table.primary_key.as_ref().is_some_and(|key| key.name.is_none())
        || table.uniques.iter().any(|unique| unique.name.is_none())
        || table.foreign_keys.iter().any(|key| key.name.is_none())
        || table.checks.iter().any(|check| check.name.is_none())
        || table.exclusions.iter().any(|exclusion| exclusion.name.is_none())
        || table.indexes.iter().any(|index| index.name.is_empty())
}

fn is_taken(schema: &Schema, taken: &HashSet<ObjectName>, own: &Table, name: &str) -> bool {
    let full = own.name.sibling(name);
    let objects = [ObjectKind::Sequence, ObjectKind::View, ObjectKind::MaterializedView];
    own.name.name == name
        || names_of(own).any(|known| known == name)
        || taken.contains(&full)
        || schema.tables.contains_key(&full)
        || objects.into_iter().any(|kind| schema.objects.contains_key(&ObjectId::new(kind, full.clone())))
}

/// Of indexes, constraints and sequences, which share the schema with tables.
fn names_of(table: &Table) -> impl Iterator<Item = &str> {
    let constraints = table.primary_key.iter().filter_map(|key| key.name.as_deref());
    let constraints = constraints.chain(table.uniques.iter().filter_map(|unique| unique.name.as_deref()));
    let constraints = constraints.chain(table.foreign_keys.iter().filter_map(|key| key.name.as_deref()));
    let constraints = constraints.chain(table.checks.iter().filter_map(|check| check.name.as_deref()));
    let constraints = constraints.chain(table.exclusions.iter().filter_map(|exclusion| exclusion.name.as_deref()));
    let sequences = table.columns.iter().filter_map(|column| match &column.generation {
        Some(Generation::Serial { sequence }) => Some(sequence.name.as_str()),
        Some(Generation::Identity(_) | Generation::Stored(_) | Generation::Virtual(_) | Generation::AutoIncrement)
        | None => None,
    });
    constraints.chain(table.indexes.iter().map(|index| index.name.as_str())).chain(sequences)
}

fn fill(schema: &mut Schema, table: &mut Table, taken: &HashSet<ObjectName>) {
    inherit(schema, table);
    creation::forget_null_defaults(table);
    creation::merge_equal_keys(table);
    fill_columns(schema, table);
    for at in 0..table.foreign_keys.len() {
        let key = &table.foreign_keys[at];
        if key.referenced_columns.is_empty() {
            let referenced = if key.references == table.name { Some(&*table) } else { schema.table(&key.references) };
            let columns = referenced.and_then(|table| table.primary_key.as_ref()).map(|key| key.columns.clone());
            table.foreign_keys[at].referenced_columns = columns.unwrap_or_default();
        }
    }
    name_constraints(schema, table, taken);
}

/// Columns and checks that come from the tables above.
fn inherit(schema: &Schema, table: &mut Table) {
    let partition = table.options.partition_of.as_ref().map(|partition| partition.parent.clone());
    let parents: Vec<ObjectName> = table.options.inherits.iter().cloned().chain(partition.clone()).collect();
    let mut place = 0;
    for parent in parents.iter().filter_map(|name| schema.table(name)) {
        for column in &parent.columns {
            let inherited = Column {
                generation: match &column.generation {
                    Some(Generation::Identity(_)) if partition.is_none() => None,
                    kept => kept.clone(),
                },
                comment: None,
                ..column.clone()
            };
            match table.columns.iter_mut().find(|own| own.name == column.name) {
                Some(own) => own.nullable &= column.nullable,
                None => {
                    table.columns.insert(place, inherited);
                    place += 1;
                }
            }
        }
        for check in parent.checks.iter().filter(|check| !check.no_inherit) {
            if !table.checks.iter().any(|own| own.name == check.name) {
                table.checks.push(check.clone());
            }
        }
    }
}

fn fill_columns(schema: &mut Schema, table: &mut Table) {
    let keys: Vec<String> = table.primary_key.iter().flat_map(|key| key.columns.clone()).collect();
    for column in &mut table.columns {
        if keys.contains(&column.name) {
            column.nullable = false;
        }
        if let Some(Generation::Identity(identity)) = &mut column.generation {
            column.nullable = false;
            within(&mut identity.options, types::ceiling(&column.ty));
        }
        if let Some(sequence) = owned_sequence(schema, &table.name, column) {
            schema.objects.remove(&ObjectId::new(ObjectKind::Sequence, sequence.clone()));
            column.generation = Some(Generation::Serial { sequence });
            column.default = None;
        }
    }
}

/// The numbers that the server would have chosen, had the column's type been known.
fn within(options: &mut SequenceOptions, ceiling: i64) {
    options.maximum = options.maximum.min(ceiling);
    options.minimum = options.minimum.max(-ceiling - 1);
}

/// The sequence behind a column that is `serial` in all but the word.
fn owned_sequence(schema: &Schema, table: &ObjectName, column: &Column) -> Option<ObjectName> {
    let name = sequence_of_default(column.default.as_ref()?.text())?;
    let Object::Sequence(sequence) = schema.object(&ObjectId::new(ObjectKind::Sequence, name.clone()))? else {
        return None;
    };
    let owned = sequence.owned_by.as_ref().is_some_and(|(owner, of)| owner == table && *of == column.name);
    let plain = sequence.options == SequenceOptions::ascending(types::ceiling(&sequence.ty));
    (owned && plain && sequence.ty == column.ty && !column.nullable).then_some(name)
}

/// `nextval('s'::regclass)` and nothing else.
pub(super) fn sequence_of_default(default: &str) -> Option<ObjectName> {
    let tokens: Vec<_> = lexer::words(default).collect();
    let rest = match tokens.as_slice() {
        [first, dot, rest @ ..] if first.is_word("pg_catalog") && dot.is(".") => rest,
        all => all,
    };
    let [function, open, literal, rest @ ..] = rest else { return None };
    let closes = match rest {
        [close] => close.is(")"),
        [cast, ty, close] => cast.is("::") && ty.is_word("regclass") && close.is(")"),
        _ => false,
    };
    if !(function.is_word("nextval") && open.is("(") && literal.kind == Kind::Text && closes) {
        return None;
    }
    let text = quote::text_value(literal.text)?;
    let mut path: Vec<String> =
        lexer::words(&text).filter(|token| !token.is(".")).map(|token| quote::fold(token.text)).collect();
    let name = path.pop()?;
    let namespace = path.pop().filter(|namespace| namespace != "public");
    Some(ObjectName { namespace, name })
}

/// In the server's order: checks with the table, then its indexes, the primary key first, then foreign keys.
fn name_constraints(schema: &Schema, table: &mut Table, taken: &HashSet<ObjectName>) {
    let base = table.name.name.clone();
    for at in 0..table.checks.len() {
        if table.checks[at].name.is_none() {
            let columns = table.columns.iter().map(|column| column.name.as_str());
            let used = expression::columns_in(table.checks[at].expression.text(), columns);
            let column = if let [only] = used.as_slice() { Some(*only) } else { None };
            let name = naming::choose(&base, column, "check", |name| is_taken(schema, taken, table, name));
            table.checks[at].name = Some(name);
        }
    }
    if table.primary_key.as_ref().is_some_and(|key| key.name.is_none()) {
        let name = naming::choose(&base, None, "pkey", |name| is_taken(schema, taken, table, name));
        if let Some(key) = &mut table.primary_key {
            key.name = Some(name);
        }
    }
    for at in 0..table.uniques.len() {
        let unique = &table.uniques[at];
        if unique.name.is_none() {
            let columns = naming::columns(unique.columns.iter().chain(&unique.include).map(String::as_str));
            let name = naming::choose(&base, Some(&columns), "key", |name| is_taken(schema, taken, table, name));
            table.uniques[at].name = Some(name);
        }
    }
    for at in 0..table.exclusions.len() {
        let exclusion = &table.exclusions[at];
        if exclusion.name.is_none() {
            let keys: Vec<_> = exclusion.elements.iter().map(|element| element.key.clone()).collect();
            let columns = naming::index_columns(&keys, &exclusion.include);
            let name = naming::choose(&base, Some(&columns), "excl", |name| is_taken(schema, taken, table, name));
            table.exclusions[at].name = Some(name);
        }
    }
    for at in 0..table.indexes.len() {
        let index = &table.indexes[at];
        if index.name.is_empty() {
            let columns = naming::index_columns(&index.keys, &index.include);
            let name = naming::choose(&base, Some(&columns), "idx", |name| is_taken(schema, taken, table, name));
            table.indexes[at].name = name;
        }
    }
    for at in 0..table.foreign_keys.len() {
        let key = &table.foreign_keys[at];
        if key.name.is_none() {
            let columns = naming::columns(key.columns.iter().map(String::as_str));
            let name = naming::choose(&base, Some(&columns), "fkey", |name| is_taken(schema, taken, table, name));
            table.foreign_keys[at].name = Some(name);
        }
    }
}
