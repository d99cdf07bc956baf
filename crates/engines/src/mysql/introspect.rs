//! The live schema. Tables are read from the statement that the server gives for them, through the same code as files;
//! everything else from the server's own catalogue, in a query for each kind.

use std::collections::BTreeMap;

use whimbrel_plan::{Dialect as _, Step, Understanding};
use whimbrel_run::{DriverError, Row};
use whimbrel_schema::{
    Engine, Expression, Object, ObjectName, Opaque, Routine, RoutineKind, Schema, Table, Trigger, View,
};

use super::dialect::Mysql;
use super::naming::quote;
use super::token::{Kind, tokens};
use super::understand::understand;
use super::wire::Connection;

/// How rows are stored stands in the statement only where somebody said it.
const TABLES: &str = "SELECT table_name, table_type, LOWER(IFNULL(row_format, '')), DATABASE() \
    FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY table_name";
const VIEWS: &str = "SELECT table_name, view_definition FROM information_schema.views WHERE table_schema = DATABASE()";
const TRIGGERS: &str = "SELECT trigger_name, event_object_table, action_timing, event_manipulation, action_statement \
    FROM information_schema.triggers WHERE event_object_schema = DATABASE() ORDER BY trigger_name";
const ROUTINES: &str = "SELECT routine_name, routine_type, IFNULL(routine_definition, '') \
    FROM information_schema.routines WHERE routine_schema = DATABASE()";
const EVENTS: &str =
    "SELECT event_name, event_definition FROM information_schema.events WHERE event_schema = DATABASE()";

pub(super) fn introspect(connection: &mut Connection) -> Result<Schema, DriverError> {
    let mut schema = Schema::new(Engine::Mysql);
    let mut database = String::new();
    for row in connection.rows(TABLES)? {
        let [Some(name), Some(kind), Some(format), Some(home)] = row.as_slice() else { continue };
        database.clone_from(home);
        // Not part of anybody's schema: whimbrel's own, and Alembic's.
        let foreign = name.starts_with("whimbrel_") || name == "alembic_version";
        if !foreign && kind != "VIEW" && kind != "SYSTEM VIEW" {
            add_table(connection, &mut schema, name, kind, format)?;
        }
    }
    for row in connection.rows(TRIGGERS)? {
        add_trigger(&mut schema, &row);
    }
    for row in connection.rows(VIEWS)? {
        if let [Some(name), definition] = row.as_slice() {
            let query = within(definition.as_deref().unwrap_or_default(), &database);
            schema.insert_object(view(name, query));
        }
    }
    for row in connection.rows(ROUTINES)? {
        let [Some(name), Some(kind), Some(body)] = row.as_slice() else { continue };
        let kind = if kind == "FUNCTION" { RoutineKind::Function } else { RoutineKind::Procedure };
        let (name, arguments) = (ObjectName::new(name), String::new());
        let definition = within(body, &database);
        schema.insert_object(Object::Routine(Routine { name, kind, arguments, definition, comment: None }));
    }
    for row in connection.rows(EVENTS)? {
        let [Some(name), body] = row.as_slice() else { continue };
        let definition = within(body.as_deref().unwrap_or_default(), &database);
        let name = ObjectName::new(name);
        schema.insert_object(Object::Opaque(Opaque { kind: "event".to_string(), name, table: None, definition }));
    }
    let names: Vec<ObjectName> = schema.tables.keys().cloned().collect();
    for name in &names {
        Mysql.complete(&mut schema, name);
    }
    schema.sort();
    Ok(schema)
}

fn add_table(
    connection: &mut Connection,
    schema: &mut Schema,
    name: &str,
    kind: &str,
    format: &str,
) -> Result<(), DriverError> {
    let rows = connection.rows(&format!("SHOW CREATE TABLE {}", quote(name)))?;
    let definition = rows.into_iter().next().and_then(|row| row.into_iter().nth(1).flatten()).unwrap_or_default();
    match made(&definition) {
        Some(mut table) => {
            table.name = ObjectName::new(name);
            if !format.is_empty() {
                table.options.storage.entry("row_format".to_string()).or_insert_with(|| format.to_string());
            }
            schema.insert_table(table);
        }
        // What is not understood is there all the same, and is not known.
        None => {
            let kind = if kind == "SEQUENCE" { "sequence" } else { "table" }.to_string();
            let name = ObjectName::new(name);
            schema.insert_object(Object::Opaque(Opaque { kind, name, table: None, definition }));
        }
    }
    Ok(())
}

fn made(definition: &str) -> Option<Table> {
    let Understanding::Known { steps, .. } = understand(definition) else { return None };
    let mut steps = steps.into_iter();
    let Step::CreateTable { mut table, .. } = steps.next()? else { return None };
    for step in steps {
        // Its keys; a statement that the server gives says nothing else.
        let Step::CreateIndex { index, .. } = step else { return None };
        table.indexes.push(*index);
    }
    Some(*table)
}

fn view(name: &str, query: String) -> Object {
    let (materialized, columns, options, comment) = (false, Vec::new(), BTreeMap::new(), None);
    let (name, query) = (ObjectName::new(name), Expression::new(query));
    Object::View(View {
        name,
        materialized,
        columns,
        query,
        options,
        indexes: Vec::new(),
        triggers: Vec::new(),
        comment,
    })
}

fn add_trigger(schema: &mut Schema, row: &Row) {
    let [Some(name), Some(table), Some(when), Some(what), body] = row.as_slice() else { return };
    let body = body.as_deref().unwrap_or_default();
    let [shown, on] = [name, table].map(|name| quote(name));
    let definition = format!("CREATE TRIGGER {shown} {when} {what} ON {on} FOR EACH ROW {body}");
    let trigger = Trigger { name: name.clone(), definition, enabled: true, comment: None };
    if let Some(table) = schema.table_mut(&ObjectName::new(table)) {
        table.triggers.push(trigger);
    }
}

/// The text without the name of the database before the names in it, as a file of this database would write it.
fn within(text: &str, database: &str) -> String {
    let is_home =
        |text: &str| text.strip_prefix('`').and_then(|text| text.strip_suffix('`')).unwrap_or(text) == database;
    let found: Vec<_> = tokens(text).collect();
    let mut kept = String::with_capacity(text.len());
    let mut from = 0;
    for (at, token) in found.iter().enumerate() {
        let named = matches!(token.kind, Kind::Quoted | Kind::Word) && is_home(token.text);
        let before = at.checked_sub(1).and_then(|at| found.get(at));
        let qualifies = found.get(at + 1).filter(|next| next.is_symbol(".") && next.start == token.end());
        if let Some(dot) = qualifies.filter(|_| named && !before.is_some_and(|before| before.is_symbol("."))) {
            kept.push_str(text.get(from..token.start).unwrap_or_default());
            from = dot.end();
        }
    }
    kept.push_str(text.get(from..).unwrap_or_default());
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_database_is_not_named() {
        let text = "select `app`.`email`.`id` AS `app` from (`app`.`email` join `other`.`app`) where 'app.x' = app.f()";
        let kept = "select `email`.`id` AS `app` from (`email` join `other`.`app`) where 'app.x' = f()";
        assert_eq!(within(text, "app"), kept);
    }

    #[test]
    fn a_table_as_the_server_gives_it_is_understood() {
        let text = "CREATE TABLE `email` (\n  `id` int(11) NOT NULL AUTO_INCREMENT,\n  `body` longtext CHARACTER SET \
                    utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL CHECK (json_valid(`body`)),\n  PRIMARY KEY (`id`),\n  \
                    KEY `k` (`body`(10))\n) ENGINE=InnoDB AUTO_INCREMENT=3 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci";
        assert!(made(text).is_some_and(|table| (table.columns.len(), table.indexes.len()) == (2, 1)));
        assert!(made("CREATE SEQUENCE `s` start with 1").is_none());
    }
}
