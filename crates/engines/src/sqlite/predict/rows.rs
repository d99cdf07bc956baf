//! Rows that change, and what changes with them: triggers, foreign keys, what is read on the way.

use sqlite3_parser::ast::{Cmd, Expr, InsertBody, OneSelect, ResolveType, ResultColumn, Select, SelectTable, Stmt};
use sqlite3_parser::lexer::sql::Parser;
use sqlite3_parser::{Bump, FallibleIterator};
use whimbrel_plan::DataChange;
use whimbrel_plan::review::{Copied, Danger, Extent, Work};
use whimbrel_schema::{Action, Column, ObjectName, Persistence, Schema, Table};

use super::super::naming::{same, same_object, unquote};
use super::super::token::tokens;
use super::alter::part_of_virtual;
use super::telling::Telling;
use super::{keys, misread, names};

/// How much a statement changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Reach {
    extent: Extent,
    /// `OR REPLACE` deletes the rows that are in the way.
    replaces: bool,
}

pub(super) fn change(change: DataChange, tables: &[ObjectName], statement: &str, telling: &mut Telling<'_>) {
    let reach = reach_of(statement);
    misread::strings(statement, tables.first(), telling);
    for table in tables {
        let schema = telling.before();
        if schema.table(table).is_some_and(|known| known.options.persistence == Persistence::Temporary) {
            continue;
        }
        let deletes = matches!(change, DataChange::Delete | DataChange::Truncate) || reach.replaces;
        let updates = matches!(change, DataChange::Update | DataChange::Merge);
        let finds = (deletes || updates) && reach.extent != Extent::Listed;
        telling.works(table, if finds { &[Work::Scan] } else { &[] });
        telling.works(table, &[Work::ChangeRows(reach.extent)]);
        if deletes || updates {
            telling.loses_data();
        }
        part_of_virtual(table, telling);
        if deletes {
            keys::deletes(table, telling);
        }
        follow_keys(table, deletes, updates, telling);
        fire(table, telling);
        for read in names::tables_in(statement, schema).filter(|read| !same_object(read, table)) {
            telling.works(read, &[Work::Scan]);
        }
    }
    positions(statement, telling);
}

/// For each row that goes or gets another key, those that refer to it are looked for.
fn follow_keys(table: &ObjectName, deletes: bool, updates: bool, telling: &mut Telling<'_>) {
    if !keys::act(telling) || !(deletes || updates) {
        return;
    }
    for (child, key) in keys::children(table, telling.before()) {
        let action = if deletes { key.on_delete } else { key.on_update };
        let work: &[Work] = match action {
            Action::NoAction | Action::Restrict => &[Work::Scan],
            Action::Cascade | Action::SetNull | Action::SetDefault => &[Work::Scan, Work::ChangeRows(Extent::Found)],
        };
        telling.works(&child.name, work);
    }
}

/// What the table's own triggers name they may change.
fn fire(table: &ObjectName, telling: &mut Telling<'_>) {
    let schema = telling.before();
    for (on, trigger) in names::triggers(schema) {
        if same_object(on, table) {
            let named = names::tables_in(&trigger.definition, schema).filter(|named| !same_object(named, table));
            named.for_each(|named| telling.works(named, &[Work::Scan, Work::ChangeRows(Extent::Found)]));
        }
    }
}

pub(super) fn select(statement: &str, telling: &mut Telling<'_>) {
    names::tables_in(statement, telling.before()).for_each(|table| telling.reads(table));
}

/// `INSERT INTO new SELECT * FROM old` goes by the place of the columns, not by their names.
fn positions(statement: &str, telling: &mut Telling<'_>) {
    let schema = telling.before();
    let Some(copied) = copied(statement, schema) else { return };
    let Some(to) = schema.table(&copied.to) else { return };
    nulls(&copied, to, telling);
    for (column, values) in &copied.columns {
        let [value] = values.as_slice() else { continue };
        if !same(column, value) && to.columns.iter().any(|other| same(&other.name, value)) {
            let why = format!("`{column}` gets the values of `{value}`, for which there is a column of its own");
            telling.danger(Danger::WrongValues { why });
        }
    }
}

/// What may be NULL in the old table and may not in the new one.
fn nulls(copied: &Copied, to: &Table, telling: &mut Telling<'_>) {
    let schema = telling.before();
    let Some(from) = schema.table(&copied.from).filter(|from| !telling.is_empty(&from.name)) else { return };
    for (column, values) in &copied.columns {
        let [value] = values.as_slice() else { continue };
        let required = to.column(column).is_some_and(|column| !column.nullable);
        let nullable = from.column(value).is_some_and(|column| column.nullable);
        if required && nullable && copied.unchanged.contains(column) && !is_row_number(to, column) {
            telling.fails(format!("it fails where a row of `{}` has NULL in `{value}`", from.name));
        }
    }
}

/// `INTEGER PRIMARY KEY` numbers a row that has no number.
fn is_row_number(table: &Table, column: &str) -> bool {
    let key =
        table.primary_key.as_ref().is_some_and(|key| matches!(key.columns.as_slice(), [only] if same(only, column)));
    key && table.column(column).is_some_and(|column| column.ty.name.eq_ignore_ascii_case("integer"))
}

/// The worst where the text cannot be read.
fn reach_of(statement: &str) -> Reach {
    let bump = Bump::new();
    let read = Parser::new(&bump, statement.as_bytes()).next();
    let Ok(Some(Cmd::Stmt(read))) = read else { return Reach { extent: Extent::All, replaces: true } };
    let extent = match &read {
        Stmt::Insert { body: InsertBody::DefaultValues, .. } => Extent::Listed,
        Stmt::Insert { body: InsertBody::Select(select, _), .. } => match select.body.select {
            OneSelect::Values(_) if select.body.compounds.is_none() => Extent::Listed,
            OneSelect::Select { from: None, .. } if select.body.compounds.is_none() => Extent::Listed,
            OneSelect::Values(_) | OneSelect::Select { .. } => Extent::Found,
        },
        Stmt::Update { where_clause, limit, .. } | Stmt::Delete { where_clause, limit, .. } => {
            if where_clause.is_some() || limit.is_some() { Extent::Found } else { Extent::All }
        }
        _ => Extent::All,
    };
    let replaces = matches!(read, Stmt::Insert { or_conflict: Some(ResolveType::Replace), .. })
        || matches!(read, Stmt::Update { or_conflict: Some(ResolveType::Replace), .. });
    Reach { extent, replaces }
}

/// `INSERT INTO to (…) SELECT … FROM from`, of one table and nothing else.
pub(in crate::sqlite) fn copied(statement: &str, schema: &Schema) -> Option<Copied> {
    let bump = Bump::new();
    let read = Parser::new(&bump, statement.as_bytes()).next();
    let Ok(Some(Cmd::Stmt(Stmt::Insert { with: None, or_conflict, tbl_name, columns, body, .. }))) = read else {
        return None;
    };
    let InsertBody::Select(select, _) = body else { return None };
    let (from, values, every_row) = source(select, schema)?;
    let to = schema.table(&ObjectName::new(unquote(tbl_name.name.0)))?;
    let into: Vec<String> = match &columns {
        Some(columns) => columns.iter().map(|name| unquote(name.0)).collect(),
        None => stored(to).map(str::to_string).collect(),
    };
    let keeps_all = every_row && !matches!(or_conflict, Some(ResolveType::Ignore | ResolveType::Replace));
    let unchanged =
        into.iter().zip(&values).filter(|(_, value)| value.as_it_is).map(|(into, _)| into.clone()).collect();
    let columns = into.into_iter().zip(values).map(|(into, value)| (into, value.columns)).collect();
    Some(Copied { from: from.name.clone(), to: to.name.clone(), columns, unchanged, every_row: keeps_all })
}

/// What one value is made of.
struct Selected {
    columns: Vec<String>,
    /// It is the one column, and nothing else.
    as_it_is: bool,
}

/// The table, what each value is made of, and whether it is all rows.
fn source<'a>(select: &Select<'_>, schema: &'a Schema) -> Option<(&'a Table, Vec<Selected>, bool)> {
    if select.with.is_some() || select.body.compounds.is_some() {
        return None;
    }
    let OneSelect::Select { distinctness, columns, from: Some(from), where_clause, group_by, having, .. } =
        &select.body.select
    else {
        return None;
    };
    let Some(SelectTable::Table(name, _, _)) = from.select else { return None };
    if from.joins.as_ref().is_some_and(|joins| !joins.is_empty()) {
        return None;
    }
    let table = schema.table(&ObjectName::new(unquote(name.name.0)))?;
    let mut values = Vec::new();
    for column in *columns {
        match column {
            ResultColumn::Star | ResultColumn::TableStar(_) => {
                let whole = |column: &Column| Selected { columns: vec![column.name.clone()], as_it_is: true };
                values.extend(table.columns.iter().map(whole));
            }
            ResultColumn::Expr(expression, _) => {
                let as_it_is = matches!(expression, Expr::Id(_) | Expr::Name(_) | Expr::Qualified(..));
                values.push(Selected { columns: columns_in(expression, table), as_it_is });
            }
        }
    }
    let every_row = distinctness.is_none()
        && where_clause.is_none()
        && group_by.is_none()
        && having.is_none()
        && select.limit.is_none();
    Some((table, values, every_row))
}

fn columns_in(expression: &Expr<'_>, table: &Table) -> Vec<String> {
    let text = expression.to_string();
    let named: Vec<String> = tokens(&text).filter(|token| token.is_name()).map(|token| unquote(token.text)).collect();
    let columns = table.columns.iter().filter(|column| named.iter().any(|name| same(name, &column.name)));
    columns.map(|column| column.name.clone()).collect()
}

/// The columns that an INSERT without a list fills.
fn stored(table: &Table) -> impl Iterator<Item = &str> {
    use whimbrel_schema::Generation;
    let computed = |generation: &Generation| matches!(generation, Generation::Stored(_) | Generation::Virtual(_));
    let stored = table.columns.iter().filter(move |column| !column.generation.as_ref().is_some_and(computed));
    stored.map(|column| column.name.as_str())
}
