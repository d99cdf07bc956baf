//! What is made: a line in the schema's table, but for an index, which is built.

use std::collections::BTreeSet;

use sqlite3_parser::ast::{Cmd, CreateTableBody, Stmt};
use sqlite3_parser::lexer::sql::Parser;
use sqlite3_parser::{Bump, FallibleIterator};
use whimbrel_plan::NewRelation;
use whimbrel_plan::review::{Circumstances, Extent, Prediction, Work};
use whimbrel_schema::{Generation, Index, ObjectName, Persistence, Table, Trigger, Version};

use super::super::naming::same;
use super::telling::Telling;
use super::{misread, names};

pub(super) const COMPUTED: Version = Version::new(3, 31, 0);
const STRICT: Version = Version::new(3, 37, 0);

/// `CREATE TABLE … AS`: a table that is nobody else's yet, filled by what its query finds.
pub(super) fn filled(statement: &str, at: &Circumstances<'_>) -> Option<Prediction> {
    let bump = Bump::new();
    let read = Parser::new(&bump, statement.as_bytes()).next();
    let Ok(Some(Cmd::Stmt(Stmt::CreateTable { body: CreateTableBody::AsSelect(_), .. }))) = read else { return None };
    let made = NewRelation::of_create_table(statement)?;
    let mut telling = Telling::new(at);
    telling.begin(0);
    telling.works(&made.name, &[Work::ChangeRows(Extent::Found)]);
    let schema = telling.before();
    for table in names::tables_in(statement, schema).filter(|table| !same(&table.name, &made.name.name)) {
        telling.works(table, &[Work::Scan]);
    }
    telling.end();
    Some(telling.prediction)
}

pub(super) fn table(table: &Table, if_not_exists: bool, statement: &str, telling: &mut Telling<'_>) {
    if table.options.persistence == Persistence::Temporary {
        return;
    }
    if let Some(known) = telling.before().table(&table.name).filter(|_| telling.at.complete) {
        let columns = |table: &Table| -> BTreeSet<String> {
            table.columns.iter().map(|column| column.name.to_ascii_lowercase()).collect()
        };
        match if_not_exists {
            false => telling.fails(format!("there is a table `{}` already", table.name)),
            true if columns(known) == columns(table) => {}
            true => telling.does_nothing(format!("there is a table `{}` already, with other columns", table.name)),
        }
        return;
    }
    telling.writes();
    if table.options.strict {
        telling.needs(STRICT, "a STRICT table");
    }
    if table.columns.iter().any(|it| matches!(it.generation, Some(Generation::Stored(_) | Generation::Virtual(_)))) {
        telling.needs(COMPUTED, "a generated column");
    }
    misread::table(table, telling);
    misread::strings(statement, None, telling);
}

pub(super) fn index(table: &ObjectName, index: &Index, if_not_exists: bool, telling: &mut Telling<'_>) {
    let schema = telling.before();
    let name = table.sibling(index.name.clone());
    let holder = schema.table_of_index(&name).filter(|_| telling.at.complete);
    if let Some(holder) = holder.and_then(|holder| schema.table(holder)) {
        let known = holder.indexes.iter().find(|known| same(&known.name, &index.name));
        let equal = known.is_some_and(|known| {
            same(&holder.name.name, &table.name) && known.unique == index.unique && known.keys == index.keys
        });
        match if_not_exists {
            false => telling.fails(format!("there is an index `{name}` already")),
            true if equal => {}
            true => telling.does_nothing(format!("there is an index `{name}` already, of other columns")),
        }
        return;
    }
    telling.works(table, &[Work::BuildIndex]);
    if schema.table(table).is_some_and(|table| table.options.virtual_using.is_some()) {
        telling.fails(format!("`{table}` is a virtual table, which takes no index"));
    } else if names::view(table, schema).is_some() {
        telling.fails(format!("`{table}` is a view, which takes no index"));
    } else if index.unique && !telling.is_empty(table) {
        telling.fails(format!("it fails where two rows of `{table}` are equal in what is indexed"));
    }
}

pub(super) fn trigger(table: &ObjectName, trigger: &Trigger, telling: &mut Telling<'_>) {
    telling.writes();
    if telling.before().table(table).is_some_and(|table| table.options.virtual_using.is_some()) {
        telling.fails(format!("`{table}` is a virtual table, which takes no trigger such as `{}`", trigger.name));
    }
}
