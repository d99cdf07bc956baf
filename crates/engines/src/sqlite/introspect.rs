//! The live schema, read from the statements that made it.

use std::collections::{HashMap, HashSet};

use rusqlite::Connection;
use whimbrel_plan::{Dialect as _, Step, Understanding};
use whimbrel_schema::{Engine, Index, Object, ObjectId, ObjectKind, ObjectName, Opaque, Schema, Table, Trigger, View};

use super::dialect::Sqlite;
use super::understand::understand;

struct Row {
    kind: String,
    name: String,
    table: String,
    sql: String,
}

pub(super) fn introspect(connection: &Connection) -> rusqlite::Result<Schema> {
    let mut query = connection.prepare(
        "SELECT type, name, tbl_name, sql FROM main.sqlite_master \
         WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid",
    )?;
    let rows = query
        .query_map([], |row| Ok(Row { kind: row.get(0)?, name: row.get(1)?, table: row.get(2)?, sql: row.get(3)? }))?;
    let mut rows: Vec<Row> = rows.collect::<Result<_, _>>()?;
    let hidden = shadow_tables(connection, &rows)?;
    rows.retain(|row| !is_foreign(&row.table) && !hidden.contains(&row.table.to_ascii_lowercase()));
    Ok(assemble(rows))
}

/// Not part of anybody's schema: the ledger's tables, and Alembic's.
fn is_foreign(table: &str) -> bool {
    let table = table.to_ascii_lowercase();
    table.starts_with("whimbrel_") || table == "alembic_version"
}

/// The tables in which virtual tables keep what is theirs. SQLite knows them as long as it knows the module.
fn shadow_tables(connection: &Connection, rows: &[Row]) -> rusqlite::Result<HashSet<String>> {
    let is_virtual = |row: &Row| {
        row.kind == "table" && row.sql.get(..14).is_some_and(|head| head.eq_ignore_ascii_case("CREATE VIRTUAL"))
    };
    if !rows.iter().any(is_virtual) {
        return Ok(HashSet::new());
    }
    let mut query =
        connection.prepare("SELECT lower(name) FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow'")?;
    query.query_map([], |row| row.get(0))?.collect()
}

/// Tables and views first: after a rebuild, the statements no longer stand in the order in which they were needed.
fn assemble(rows: Vec<Row>) -> Schema {
    let mut build = Build::default();
    let (holders, held): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.kind == "table" || row.kind == "view");
    for row in holders.into_iter().chain(held) {
        match understand(&row.sql) {
            Understanding::Known { steps, .. } => {
                let understood = steps.into_iter().try_for_each(|step| build.take(step));
                if understood.is_err() {
                    build.keep_opaque(row);
                }
            }
            Understanding::Unknown { .. } => build.keep_opaque(row),
        }
    }
    build.finish()
}

/// What stands in `sqlite_master` is something else than a statement that makes a schema.
struct NotMade;

/// Tables and views by their names in lower case, so that what hangs on them finds them at once.
#[derive(Default)]
struct Build {
    tables: HashMap<String, Table>,
    views: HashMap<String, View>,
    opaque: Vec<Opaque>,
}

impl Build {
    fn take(&mut self, step: Step) -> Result<(), NotMade> {
        // Nothing but these four stands in `sqlite_master`.
        if let Step::CreateTable { table, .. } = step {
            self.tables.insert(table.name.name.to_ascii_lowercase(), *table);
            Ok(())
        } else if let Step::CreateIndex { table, index, .. } = step {
            self.add_index(&table, *index)
        } else if let Step::CreateTrigger { table, trigger } = step {
            self.add_trigger(&table, *trigger)
        } else if let Step::CreateObject { object, .. } = step
            && let Object::View(view) = *object
        {
            self.views.insert(view.name.name.to_ascii_lowercase(), view);
            Ok(())
        } else {
            Err(NotMade)
        }
    }

    fn add_index(&mut self, table: &ObjectName, index: Index) -> Result<(), NotMade> {
        let table = self.tables.get_mut(&table.name.to_ascii_lowercase()).ok_or(NotMade)?;
        table.indexes.push(index);
        Ok(())
    }

    fn add_trigger(&mut self, table: &ObjectName, trigger: Trigger) -> Result<(), NotMade> {
        let name = table.name.to_ascii_lowercase();
        let triggers = match (self.tables.get_mut(&name), self.views.get_mut(&name)) {
            (Some(table), _) => &mut table.triggers,
            (None, Some(view)) => &mut view.triggers,
            (None, None) => return Err(NotMade),
        };
        triggers.push(trigger);
        Ok(())
    }

    fn keep_opaque(&mut self, row: Row) {
        let hangs_on = (row.kind == "index" || row.kind == "trigger").then(|| ObjectName::new(row.table));
        let name = ObjectName::new(row.name);
        self.opaque.push(Opaque { kind: row.kind, name, table: hangs_on, definition: row.sql });
    }

    fn finish(self) -> Schema {
        let mut schema = Schema::new(Engine::Sqlite);
        for table in self.tables.into_values() {
            schema.insert_table(table);
        }
        for view in self.views.into_values() {
            let id = ObjectId::new(ObjectKind::View, view.name.clone());
            schema.objects.insert(id, Object::View(view));
        }
        for opaque in self.opaque {
            schema.insert_object(Object::Opaque(opaque));
        }
        let names: Vec<ObjectName> = schema.tables.keys().cloned().collect();
        for name in &names {
            Sqlite.complete(&mut schema, name);
        }
        Sqlite.complete_references(&mut schema);
        schema.sort();
        schema
    }
}
