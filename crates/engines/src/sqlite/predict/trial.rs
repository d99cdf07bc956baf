//! What SQLite itself says to an ALTER TABLE: it is tried on an empty copy in memory of all that it concerns.
//!
//! Whether a column may go, or a name may change, is a matter of every index, check, view and trigger around, read with
//! scopes and aliases. Nobody knows that but SQLite. The same question always has the same answer, and no database of
//! anybody's is touched.

use std::collections::BTreeSet;

use rusqlite::Connection;
use rusqlite::limits::Limit;
use whimbrel_plan::Step;
use whimbrel_schema::{Object, ObjectName, Table, View};

use super::super::bindings::Answer as _;
use super::super::naming::{quote, same_object, unquote};
use super::super::render;
use super::super::token::tokens;
use super::keys;
use super::names::{triggers, views};
use super::telling::{Switch, Telling};

/// What the copy of the altered table is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Copy {
    /// With all that it has, and no row.
    Whole,
    /// With the names of its columns, and one row.
    WithRow,
}

/// Why SQLite refuses the statement; `None` where it does not, or where it could not be tried.
pub(super) fn refusal(statement: &str, altered: &ObjectName, copy: Copy, telling: &Telling<'_>) -> Option<String> {
    let schema = telling.before();
    let table = schema.table(altered)?;
    let connection = Connection::open_in_memory().ok()?;
    // What is tried may have been written by anybody.
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, 1_000_000).checked().ok()?;
    connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0).checked().ok()?;
    let run = |sql: &str| connection.execute_batch(sql).ok();
    run("PRAGMA foreign_keys = OFF")?;
    run(&match copy {
        Copy::WithRow if table.options.virtual_using.is_none() => bare(table),
        Copy::Whole | Copy::WithRow => render::create_table(table, false).ok()?,
    })?;
    match copy {
        Copy::Whole => {
            table.indexes.iter().try_for_each(|index| run(&render::create_index(&table.name, index, false).ok()?))?
        }
        Copy::WithRow if !telling.is_empty(altered) && table.options.virtual_using.is_none() => {
            run(&format!("INSERT INTO {} DEFAULT VALUES", quote(&table.name.name)))?;
        }
        Copy::WithRow => {}
    }
    // What is not known may be what a view reads, and it would be said to be missing.
    if copy == Copy::Whole && telling.at.complete {
        run_around(altered, &run, telling)?;
    }
    if telling.switch("legacy_alter_table") == Switch::On {
        run("PRAGMA legacy_alter_table = ON")?;
    }
    let enforced = if keys::act(telling) { "ON" } else { "OFF" };
    run(&format!("PRAGMA foreign_keys = {enforced}"))?;
    match connection.execute(statement, []) {
        Ok(_) | Err(rusqlite::Error::ExecuteReturnedResults) => None,
        Err(rusqlite::Error::SqliteFailure(_, Some(message))) => Some(message),
        Err(rusqlite::Error::SqlInputError { msg, .. }) => Some(msg),
        Err(error) => Some(error.to_string()),
    }
}

/// Views, triggers, and the names of the tables that they read.
fn run_around(altered: &ObjectName, run: &impl Fn(&str) -> Option<()>, telling: &Telling<'_>) -> Option<()> {
    let schema = telling.before();
    let texts =
        || views(schema).map(|view| view.query.text()).chain(triggers(schema).map(|it| it.1.definition.as_str()));
    let mut tables: BTreeSet<&ObjectName> = BTreeSet::new();
    for text in texts() {
        for token in tokens(text).filter(|token| token.is_name()) {
            tables.extend(schema.table(&ObjectName::new(unquote(token.text))).map(|table| &table.name));
        }
    }
    tables.extend(triggers(schema).map(|(on, _)| on));
    for table in tables.into_iter().filter(|name| !same_object(name, altered)).filter_map(|name| schema.table(name)) {
        run(&match table.options.virtual_using {
            Some(_) => render::create_table(table, false).ok()?,
            None => bare(table),
        })?;
    }
    for view in views(schema) {
        let object = Box::new(Object::View(View { triggers: Vec::new(), ..view.clone() }));
        let step = Step::CreateObject { object, replace: false, if_not_exists: false };
        render::render(&step, schema).ok()?.iter().try_for_each(|sql| run(sql))?;
    }
    triggers(schema).try_for_each(|(_, trigger)| run(&trigger.definition))
}

/// Nothing but the names of its columns.
fn bare(table: &Table) -> String {
    let columns: Vec<_> = table.columns.iter().map(|column| quote(&column.name)).collect();
    format!("CREATE TABLE {} ({})", quote(&table.name.name), columns.join(", "))
}
