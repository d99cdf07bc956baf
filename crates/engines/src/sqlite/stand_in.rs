//! A view that stands in for a table under its old name, with a trigger for each way of writing.
//!
//! `last_insert_rowid()` does not tell what a trigger inserted, so that a caller who lets SQLite choose the key would go
//! on with the key of another row. Such an INSERT is refused instead of answered wrongly.

use whimbrel_plan::StandIn;
use whimbrel_schema::{Column, Expression, Generation, ObjectName, Table, Trigger, View};

use super::naming::{quote, same};

/// `None` where rows have no name by which a trigger could find them.
pub(super) fn stand_in(table: &Table, name: &ObjectName, columns: &[(String, String)]) -> Option<StandIn> {
    let key = table.primary_key.as_ref()?;
    let shown = |(now, before): &(String, String)| match now == before {
        true => quote(now),
        false => format!("{} AS {}", quote(now), quote(before)),
    };
    let before = |now: &str| columns.iter().find(|(it, _)| same(it, now)).map(|(_, before)| quote(before));
    let found: Vec<String> = key
        .columns
        .iter()
        .map(|column| Some(format!("{} IS OLD.{}", quote(column), before(column)?)))
        .collect::<Option<_>>()?;
    let found = found.join(" AND ");
    let listed: Vec<String> = columns.iter().map(shown).collect();
    let real = quote(&table.name.name);
    let query = format!("SELECT {} FROM {real}", listed.join(", "));

    let written: Vec<(&Column, String)> =
        (table.columns.iter()).filter(|it| !is_computed(it)).filter_map(|it| Some((it, before(&it.name)?))).collect();
    let names: Vec<String> = written.iter().map(|(column, _)| quote(&column.name)).collect();
    let values: Vec<String> = written.iter().map(|(column, before)| value(column, before)).collect();
    let set: Vec<String> =
        written.iter().map(|(column, before)| format!("{} = NEW.{before}", quote(&column.name))).collect();
    let chosen = chosen(table).and_then(before);
    let guard = chosen.as_ref().map_or_else(String::new, |key| {
        let told = format!("{}: give {key} a value, or insert into {real}", quote(&name.name)).replace('\'', "''");
        format!("  SELECT RAISE(ABORT, '{told}') WHERE NEW.{key} IS NULL;\n")
    });
    let trigger = |which: &str, event: &str, body: &str| {
        let name_of = format!("whimbrel_{}_{which}", name.name);
        let definition =
            format!("CREATE TRIGGER {} INSTEAD OF {event} ON {}\nBEGIN\n{body}END", quote(&name_of), quote(&name.name));
        Trigger { name: name_of, definition, enabled: true, comment: None }
    };
    let insert = format!("{guard}  INSERT INTO {real} ({}) VALUES ({});\n", names.join(", "), values.join(", "));
    let update = format!("  UPDATE {real} SET {} WHERE {found};\n", set.join(", "));
    let delete = format!("  DELETE FROM {real} WHERE {found};\n");
    let triggers = vec![
        trigger("delete", "DELETE", &delete),
        trigger("insert", "INSERT", &insert),
        trigger("update", "UPDATE", &update),
    ];
    let chosen = chosen.map_or_else(String::new, |key| format!(", and so does an INSERT that leaves {key} to SQLite"));
    let view = View { triggers, ..View::new(name.clone(), Expression::new(query)) };
    let note = format!(
        "code that knows `{name}` reads and writes `{}` through this view; an upsert (ON CONFLICT) fails on a view{chosen}",
        table.name
    );
    Some(StandIn { view, follows: Vec::new(), note: Some(note) })
}

/// What the INSERT leaves out is NULL in a trigger, where the table would take its default.
fn value(column: &Column, before: &str) -> String {
    match &column.default {
        Some(default) => format!("ifnull(NEW.{before}, {default})"),
        None => format!("NEW.{before}"),
    }
}

/// The column that SQLite numbers by itself.
fn chosen(table: &Table) -> Option<&str> {
    let [key] = table.primary_key.as_ref()?.columns.as_slice() else { return None };
    let column = table.columns.iter().find(|column| same(&column.name, key))?;
    let numbered = column.ty.name.eq_ignore_ascii_case("integer") && !table.options.without_rowid;
    numbered.then_some(column.name.as_str())
}

fn is_computed(column: &Column) -> bool {
    matches!(column.generation, Some(Generation::Stored(_) | Generation::Virtual(_)))
}
