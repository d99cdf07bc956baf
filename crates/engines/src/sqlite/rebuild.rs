//! The table made anew, for all that ALTER TABLE cannot do.
//!
//! The new table is filled under another name, the old one is dropped, and the new one takes its name. This order,
//! and no other: renaming the old table away would make every foreign key follow it. While the name is free, views
//! and triggers that read the table are broken, and RENAME would refuse on their account; the old way of renaming
//! does not look at them, and since the name is the same afterwards, it need not.

use whimbrel_plan::RenderError;
use whimbrel_schema::{Expression, Generation, Object, ObjectName, Schema, Table};

use super::complete::is_rowid;
use super::how::names;
use super::naming::{quote, same, same_object, unquote};
use super::render::{create_index, create_table, list, name, unsupported};
use super::token::tokens;

pub(super) fn rebuild(
    table: &ObjectName,
    to: &Table,
    copy: &[(String, Expression)],
    before: &Schema,
) -> Result<Vec<String>, RenderError> {
    let missing = || RenderError::Missing { what: format!("table `{table}`") };
    let from = before.table(table).ok_or_else(missing)?;
    if from.options.virtual_using.is_some() || to.options.virtual_using.is_some() {
        return unsupported(format!("rebuild the virtual table `{table}`"));
    }
    let made = without_own_name(Table { name: free_name(&from.name, before), ..to.clone() }, &from.name.name);
    let mut statements = vec![create_table(&made, false)?];
    if counts(from) && counts(to) {
        statements.push(keep_sequence(from, &made));
    }
    statements.extend(fill(from, &made, copy));
    statements.push(format!("DROP TABLE {}", name(&from.name)));
    let rename = format!("ALTER TABLE {} RENAME TO {}", name(&made.name), quote(&from.name.name));
    if something_could_break(before, table) {
        let pragma = |value| format!("PRAGMA legacy_alter_table = {value}");
        statements.extend([pragma("ON"), rename, pragma("OFF")]);
    } else {
        statements.push(rename);
    }
    for index in &to.indexes {
        statements.push(create_index(&from.name, index, false)?);
    }
    statements.extend(to.triggers.iter().map(|trigger| trigger.definition.clone()));
    Ok(statements)
}

fn free_name(table: &ObjectName, before: &Schema) -> ObjectName {
    let mut candidate = table.sibling(format!("_whimbrel_new_{}", table.name));
    while before.table(&candidate).is_some() {
        candidate.name.push('_');
    }
    candidate
}

/// `t.a` within the table's own checks would be somebody else's column while the table has another name.
fn without_own_name(mut table: Table, own: &str) -> Table {
    let generated = table.columns.iter_mut().filter_map(|column| match &mut column.generation {
        Some(Generation::Stored(expression) | Generation::Virtual(expression)) => Some(expression),
        Some(Generation::AutoIncrement | Generation::Identity(_) | Generation::Serial { .. }) | None => None,
    });
    for expression in generated.chain(table.checks.iter_mut().map(|check| &mut check.expression)) {
        if names(expression.text(), own) {
            *expression = Expression::new(without_qualifier(expression.text(), own));
        }
    }
    table
}

fn without_qualifier(text: &str, own: &str) -> String {
    let words: Vec<_> = tokens(text).collect();
    let mut kept = String::new();
    let mut from = 0;
    for pair in words.windows(2) {
        if let [name, dot] = pair
            && dot.is_symbol(".")
            && name.is_name()
            && same(&unquote(name.text), own)
        {
            kept.push_str(text.get(from..name.start).unwrap_or_default());
            from = dot.end();
        }
    }
    kept + text.get(from..).unwrap_or_default()
}

/// `INSERT … SELECT`, with the rowids where nothing else carries them: full-text indexes refer to them.
fn fill(from: &Table, made: &Table, copy: &[(String, Expression)]) -> Option<String> {
    let copied = copy.iter().filter(|(column, _)| !is_computed(made, column));
    let (mut into, mut values): (Vec<_>, Vec<_>) =
        copied.map(|(column, value)| (column.clone(), value.text().to_string())).unzip();
    let kept = !from.options.without_rowid
        && !made.options.without_rowid
        && !made.primary_key.as_ref().is_some_and(|key| is_rowid(made, key));
    if let Some(rowid) = rowid_name(from, made).filter(|_| kept) {
        into.insert(0, rowid.to_string());
        values.insert(0, rowid.to_string());
    }
    let statement = format!(
        "INSERT INTO {} ({})\nSELECT {}\nFROM {}",
        name(&made.name),
        list(&into),
        values.join(", "),
        name(&from.name)
    );
    (!into.is_empty()).then_some(statement)
}

/// The first of the rowid's three names that no column of either table has taken.
fn rowid_name(from: &Table, made: &Table) -> Option<&'static str> {
    let taken = |word: &str| from.columns.iter().chain(&made.columns).any(|column| same(&column.name, word));
    ["rowid", "_rowid_", "oid"].into_iter().find(|word| !taken(word))
}

fn is_computed(table: &Table, column: &str) -> bool {
    table.columns.iter().any(|candidate| {
        same(&candidate.name, column)
            && matches!(candidate.generation, Some(Generation::Stored(_) | Generation::Virtual(_)))
    })
}

fn counts(table: &Table) -> bool {
    table.columns.iter().any(|column| matches!(column.generation, Some(Generation::AutoIncrement)))
}

/// AUTOINCREMENT goes on from the highest number ever given, also when that row is gone.
fn keep_sequence(from: &Table, made: &Table) -> String {
    let literal = |name: &str| format!("'{}'", name.replace('\'', "''"));
    format!(
        "INSERT INTO sqlite_sequence (name, seq)\nSELECT {}, seq\nFROM sqlite_sequence\nWHERE name = {}",
        literal(&made.name.name),
        literal(&from.name.name),
    )
}

/// Views, and triggers of other tables and of views, are read again by RENAME whether they name this table or not.
fn something_could_break(schema: &Schema, table: &ObjectName) -> bool {
    schema.tables.values().any(|other| !other.triggers.is_empty() && !same_object(&other.name, table))
        || schema.objects.values().any(|object| matches!(object, Object::View(_) | Object::Opaque(_)))
}
