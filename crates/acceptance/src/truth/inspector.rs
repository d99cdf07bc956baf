use std::collections::BTreeSet;

use whimbrel_schema::{ObjectName, Schema, Table};

use super::InspectedTable;

/// Where whimbrel's reading of a live database and SQLAlchemy's do not agree. The two share no line of code, so this is
/// what keeps introspection honest.
pub fn disagreements(schema: &Schema, inspected: &[InspectedTable]) -> Vec<String> {
    let mut found = Vec::new();
    let theirs: BTreeSet<ObjectName> = inspected.iter().map(name_of).collect();
    let ours: BTreeSet<ObjectName> = schema.tables.keys().cloned().collect();
    found.extend(theirs.difference(&ours).map(|name| format!("table `{name}` is not seen")));
    found.extend(ours.difference(&theirs).map(|name| format!("table `{name}` is not there")));
    for table in inspected {
        if let Some(ours) = schema.tables.get(&name_of(table)) {
            compare(ours, table, &mut found);
        }
    }
    found
}

fn name_of(table: &InspectedTable) -> ObjectName {
    match &table.schema {
        Some(schema) => ObjectName::within(schema.clone(), table.name.clone()),
        None => ObjectName::new(table.name.clone()),
    }
}

fn compare(ours: &Table, theirs: &InspectedTable, found: &mut Vec<String>) {
    let mut same = |what: &str, ours: Vec<String>, theirs: Vec<String>| {
        if ours != theirs {
            found.push(format!("{what}: {ours:?} here, {theirs:?} there"));
        }
    };
    let nullable = |name: &str, nullable: bool| if nullable { name.to_owned() } else { format!("{name}!") };
    same(
        &format!("columns of {}", theirs.name),
        ours.columns.iter().map(|column| nullable(&column.name, column.nullable)).collect(),
        theirs.columns.iter().map(|column| nullable(&column.name, column.nullable)).collect(),
    );
    same(
        &format!("primary key of {}", theirs.name),
        ours.primary_key.iter().flat_map(|key| key.columns.clone()).collect(),
        theirs.primary_key.columns.clone(),
    );
    same(
        &format!("uniques of {}", theirs.name),
        sorted(ours.uniques.iter().map(|unique| format!("{:?} {:?}", unique.name, unique.columns))),
        sorted(theirs.uniques.iter().map(|unique| format!("{:?} {:?}", unique.name, unique.columns))),
    );
    // Two keys of one meaning are one to the inspector, and it shows the last: so the meanings are compared.
    same(
        &format!("foreign keys of {}", theirs.name),
        meanings(ours.foreign_keys.iter().map(|it| (&it.columns, &it.references.name, &it.referenced_columns))),
        meanings(theirs.foreign_keys.iter().map(|it| (&it.columns, &it.references, &it.referenced_columns))),
    );
    let names: BTreeSet<&str> = ours.foreign_keys.iter().filter_map(|key| key.name.as_deref()).collect();
    let missing = theirs.foreign_keys.iter().filter_map(|key| key.name.as_deref()).filter(|name| !names.contains(name));
    found.extend(missing.map(|name| format!("`{}`: foreign key `{name}` is not seen", theirs.name)));
    // The inspector leaves out unnamed checks on SQLite, and indexes on expressions there.
    let named = |name: &Option<String>| name.clone().unwrap_or_default();
    let checks: BTreeSet<String> = ours.checks.iter().map(|check| named(&check.name)).collect();
    let missing = theirs.checks.iter().map(|check| named(&check.name)).filter(|name| !checks.contains(name));
    found.extend(missing.map(|name| format!("`{}`: check `{name}` is not seen", theirs.name)));
    let indexes: BTreeSet<(String, bool)> = ours.indexes.iter().map(|it| (it.name.clone(), it.unique)).collect();
    let missing = theirs.indexes.iter().filter(|it| !indexes.contains(&(named(&it.name), it.unique)));
    found.extend(missing.map(|index| format!("`{}`: index {index:?} is not seen", theirs.name)));
}

fn meanings<'a>(keys: impl Iterator<Item = (&'a Vec<String>, &'a String, &'a Vec<String>)>) -> Vec<String> {
    let set: BTreeSet<String> =
        keys.map(|(columns, table, referenced)| format!("{columns:?} → {table} {referenced:?}")).collect();
    set.into_iter().collect()
}

fn sorted(list: impl Iterator<Item = String>) -> Vec<String> {
    let mut list: Vec<String> = list.collect();
    list.sort();
    list
}
