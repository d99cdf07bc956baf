//! What SQLite makes of views and triggers when a table or a column is renamed.
//!
//! Which names in a query are meant is a matter of scopes, aliases and the columns of every table around. Nobody
//! knows it but SQLite; so it is asked: the views, the triggers and bare copies of the tables they name are made in
//! memory, the rename is done there, and the texts are read back. No file and no database of anybody's is touched,
//! and the same question always has the same answer.

use std::collections::{BTreeMap, HashSet};

use rusqlite::Connection;
use whimbrel_plan::Step;
use whimbrel_plan::fold::RenamedTexts;
use whimbrel_schema::{Column, Object, Schema, Table, Trigger, View};

use super::introspect;
use super::naming::{quote, same, same_object, unquote};
use super::render;
use super::token::tokens;

pub(super) fn renamed_texts(step: &Step, before: &Schema) -> Option<RenamedTexts> {
    // Only these three make SQLite rewrite what it has stored.
    let (altered, renamed, rewrites_strings) = if let Step::RenameTable { from, .. } = step {
        (from, &from.name, false)
    } else if let Step::RenameColumn { table, from, .. } = step {
        (table, from, true)
    } else if let Step::DropColumn { table, column, .. } = step {
        (table, column, true)
    } else {
        return None;
    };
    let views: Vec<&View> = (before.objects.values())
        .filter_map(|object| match object {
            Object::View(view) => Some(view),
            _ => None,
        })
        .collect();
    let on_tables = before.tables.values().flat_map(|table| &table.triggers);
    let triggers: Vec<&Trigger> = on_tables.chain(views.iter().flat_map(|view| &view.triggers)).collect();
    let texts = || {
        let queries = views.iter().map(|view| view.query.text());
        queries.chain(triggers.iter().map(|trigger| trigger.definition.as_str()))
    };
    let names: HashSet<String> = texts().flat_map(names_in).collect();
    let rewritten = || rewrites_strings && texts().any(|text| has_double_quoted_string(text, before));
    let concerned = names.contains(&renamed.to_ascii_lowercase()) || rewritten();
    if !concerned {
        return None;
    }
    let tables = before
        .tables
        .values()
        .filter(|table| same_object(&table.name, altered) || names.contains(&table.name.name.to_ascii_lowercase()));
    rename_in_memory(step, before, tables, &views, &triggers).ok()
}

fn names_in(text: &str) -> impl Iterator<Item = String> {
    tokens(text).filter(|token| token.is_name()).map(|token| unquote(token.text).to_ascii_lowercase())
}

/// SQLite reads `"text"` as a string where it names nothing. When a column is renamed or dropped it corrects that,
/// everywhere.
fn has_double_quoted_string(text: &str, schema: &Schema) -> bool {
    let names_something = |name: &str| {
        schema
            .tables
            .values()
            .any(|table| same(&table.name.name, name) || table.columns.iter().any(|column| same(&column.name, name)))
    };
    tokens(text).any(|token| token.text.starts_with('"') && !names_something(&unquote(token.text)))
}

/// Something could not be made or renamed there; then the real thing would not work either, or works in a way that is
/// beyond this.
struct Failed;

impl From<rusqlite::Error> for Failed {
    fn from(_: rusqlite::Error) -> Self {
        Failed
    }
}

fn rename_in_memory<'a>(
    step: &Step,
    before: &Schema,
    tables: impl Iterator<Item = &'a Table>,
    views: &[&View],
    triggers: &[&Trigger],
) -> Result<RenamedTexts, Failed> {
    let connection = Connection::open_in_memory()?;
    let run = |sql: &str| connection.execute_batch(sql);
    run("PRAGMA foreign_keys = OFF")?;
    for table in tables {
        run(&copy_of(table)?)?;
    }
    for view in views {
        let object = Box::new(Object::View(View { triggers: Vec::new(), ..(*view).clone() }));
        let step = Step::CreateObject { object, replace: false, if_not_exists: false };
        for statement in render::render(&step, before).map_err(|_| Failed)? {
            run(&statement)?;
        }
    }
    for trigger in triggers {
        run(&trigger.definition)?;
    }
    for statement in render::render(step, before).map_err(|_| Failed)? {
        run(&statement)?;
    }
    let after = introspect::introspect(&connection)?;
    let mut texts = RenamedTexts { views: BTreeMap::new(), triggers: BTreeMap::new() };
    for table in after.tables.into_values() {
        texts.triggers.extend(table.triggers.into_iter().map(|trigger| (trigger.name, trigger.definition)));
    }
    for object in after.objects.into_values() {
        if let Object::View(view) = object {
            texts.triggers.extend(view.triggers.into_iter().map(|trigger| (trigger.name, trigger.definition)));
            texts.views.insert(view.name, view.query);
        }
    }
    Ok(texts)
}

/// Nothing but the names: what a query reads is decided by them alone.
fn copy_of(table: &Table) -> Result<String, Failed> {
    if table.options.virtual_using.is_some() {
        return render::create_table(table, false).map_err(|_| Failed);
    }
    let bare = |column: &Column| quote(&column.name);
    let columns: Vec<_> = table.columns.iter().map(bare).collect();
    Ok(format!("CREATE TABLE {} ({})", quote(&table.name.name), columns.join(", ")))
}
