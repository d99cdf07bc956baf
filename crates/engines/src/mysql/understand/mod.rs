//! One statement, read into steps.
//!
//! What defines tables is read here, token by token: half of it is in nobody else's grammar, and a column's definition
//! is the same in `CREATE`, `ADD` and `MODIFY`. Queries and changes of rows are read by `sqlparser`. Whatever neither
//! reads to its end is unknown, at the place where the reading stopped.

mod alter;
mod column;
mod data;
mod key;
mod object;
mod session;
mod steps;
mod table;

use std::ops::Range;

use whimbrel_plan::{DataChange, Step, Understanding};
use whimbrel_schema::{ObjectName, RoutineKind};

use super::reader::{Read, Reader};
use super::statement::{Data, Rows, Statement};

pub(super) use self::column::{column_of, kept_default};
pub(super) use self::steps::first_steps;

pub(super) fn understand(statement: &str) -> Understanding {
    match read(statement) {
        Ok(read) => {
            let transactional = !ends_transactions(&read);
            let steps = steps::steps(&read, 0..statement.len());
            Understanding::Known { steps: steps.into_iter().map(|(step, _)| step).collect(), transactional }
        }
        Err(stop) => Understanding::Unknown { reason: stop.reason, at: stop.at, transactional: true },
    }
}

/// Where each step stands, if there are several.
pub(super) fn places(statement: &str) -> Vec<Range<usize>> {
    match read(statement) {
        Ok(Statement::Alter(alter)) => {
            let placed = steps::steps(&Statement::Alter(alter), 0..statement.len());
            if placed.len() > 1 { placed.into_iter().map(|(_, place)| place).collect() } else { Vec::new() }
        }
        Ok(_) | Err(_) => Vec::new(),
    }
}

/// Transactions are begun and ended by whoever runs a script.
fn ends_transactions(statement: &Statement) -> bool {
    match statement {
        Statement::Steps(steps) => steps.iter().any(|step| {
            matches!(step, Step::SetSession { name, .. }
                if ["BEGIN", "COMMIT", "ROLLBACK", "LOCK TABLES", "UNLOCK TABLES"].contains(&name.as_str()))
        }),
        Statement::Create(_) | Statement::Alter(_) | Statement::Data(_) | Statement::Maintain { .. } => false,
    }
}

pub(super) fn read(statement: &str) -> Read<Statement> {
    let mut reader = Reader::new(statement);
    let found = dispatch(&mut reader)?;
    reader.finish()?;
    Ok(found)
}

fn inert(what: &str) -> Statement {
    Statement::Steps(vec![Step::Inert { what: what.to_string() }])
}

/// Statements that change neither what is modelled nor any row.
const INERT: &[&str] = &[
    "GRANT",
    "REVOKE",
    "FLUSH",
    "SHOW",
    "DESCRIBE",
    "DESC",
    "EXPLAIN",
    "KILL",
    "PURGE",
    "RESET",
    "DO",
    "HELP",
    "BINLOG",
    "CHANGE",
    "START",
    "STOP",
    "CACHE",
    "DEALLOCATE",
    "INSTALL",
    "UNINSTALL",
    "SIGNAL",
];

fn dispatch(reader: &mut Reader<'_>) -> Read<Statement> {
    if reader.is_done() {
        return Ok(inert("nothing"));
    }
    if reader.are(&["BEGIN", "NOT"]) || reader.is("XA") {
        return reader.stop("it can do anything");
    }
    if let Some(found) = session::transaction(reader) {
        return Ok(found);
    }
    if reader.take("CREATE") {
        return create(reader);
    }
    if reader.take("ALTER") {
        return alter(reader);
    }
    if reader.take("DROP") {
        return drop_statement(reader);
    }
    if reader.take("RENAME") {
        return rename(reader);
    }
    if reader.take("TRUNCATE") {
        reader.take("TABLE");
        let tables = vec![reader.object_name()?];
        wait(reader)?;
        return Ok(Statement::Steps(vec![Step::ChangeData { change: DataChange::Truncate, tables }]));
    }
    if reader.take("SET") {
        return session::settings(reader);
    }
    if reader.take("USE") {
        let name = reader.name()?;
        return Ok(Statement::Steps(vec![Step::SetSession { name: "use".to_string(), value: Some(name) }]));
    }
    if reader.take("LOCK") {
        return session::lock_tables(reader);
    }
    if reader.take("UNLOCK") {
        reader.rest();
        return Ok(session::word("UNLOCK TABLES"));
    }
    if let Some(word) = reader.take_one_of(&["ANALYZE", "OPTIMIZE", "CHECK", "REPAIR"]) {
        return maintain(reader, word);
    }
    if reader.is("LOAD") {
        return load(reader);
    }
    if let Some(word) = reader.take_one_of(INERT) {
        if word == "DO" {
            data::read(&format!("SELECT {}", reader.rest()))?;
        }
        reader.rest();
        return Ok(inert(word));
    }
    if ["CALL", "EXECUTE", "PREPARE", "HANDLER"].iter().any(|word| reader.is(word)) {
        return reader.stop(format!("the text of `{}` does not say what it does", reader.here()));
    }
    let text = reader.rest();
    let text = text.trim_start_matches(|byte: char| byte == '/' || byte == '*' || byte == '!' || byte.is_ascii_digit());
    data::read(text).map_err(|mut stop| {
        stop.at += reader.text().find(text).unwrap_or_default();
        stop
    })
}

fn create(reader: &mut Reader<'_>) -> Read<Statement> {
    let replace = reader.take_all(&["OR", "REPLACE"]);
    let temporary = reader.take("TEMPORARY");
    if reader.take("TABLE") {
        return table::create(reader, temporary, replace);
    }
    if ["UNIQUE", "FULLTEXT", "SPATIAL", "VECTOR", "INDEX"].iter().any(|word| reader.is(word)) {
        return alter::create_index(reader, replace);
    }
    object::attributes(reader)?;
    if reader.take("VIEW") {
        return object::view(reader, replace);
    }
    if reader.take("TRIGGER") {
        return object::trigger(reader, replace);
    }
    if reader.take("PROCEDURE") {
        return object::routine(reader, RoutineKind::Procedure, replace);
    }
    if reader.take("FUNCTION") {
        return object::routine(reader, RoutineKind::Function, replace);
    }
    if reader.take("EVENT") {
        return object::event(reader, replace);
    }
    if reader.take("DATABASE") || reader.take("SCHEMA") {
        return object::database(reader, replace);
    }
    if reader.is("USER") || reader.is("ROLE") {
        reader.rest();
        return Ok(inert("CREATE USER"));
    }
    reader.stop(format!("what `CREATE {}` makes is not followed", reader.here()))
}

fn alter(reader: &mut Reader<'_>) -> Read<Statement> {
    reader.take("ONLINE");
    if reader.take("IGNORE") {
        return reader.stop("`IGNORE` throws rows away, which ones is not followed");
    }
    if reader.take("TABLE") {
        return alter::alter(reader);
    }
    if reader.is("USER") || reader.is("DATABASE") || reader.is("SCHEMA") || reader.is("ROLE") {
        let what = format!("ALTER {}", reader.here().to_uppercase());
        reader.rest();
        return Ok(inert(&what));
    }
    object::attributes(reader)?;
    match reader.take("VIEW") {
        true => object::view(reader, true),
        false => reader.stop(format!("what becomes of `{}` is not followed", reader.here())),
    }
}

fn drop_statement(reader: &mut Reader<'_>) -> Read<Statement> {
    let temporary = reader.take("TEMPORARY");
    if reader.take("INDEX") {
        return alter::drop_index(reader);
    }
    if reader.is("USER") || reader.is("ROLE") {
        reader.rest();
        return Ok(inert("DROP USER"));
    }
    if !reader.take("TABLE") && !reader.take("TABLES") {
        return object::drop_object(reader);
    }
    let if_exists = reader.if_exists();
    let mut steps = Vec::new();
    loop {
        let table = reader.object_name()?;
        steps.push(match temporary {
            true => Step::Inert { what: "DROP TEMPORARY TABLE".to_string() },
            false => Step::DropTable { table, if_exists, cascade: false },
        });
        if !reader.take_symbol(",") {
            break;
        }
    }
    // Words of the standard, that change nothing here.
    reader.take_one_of(&["RESTRICT", "CASCADE"]);
    wait(reader)?;
    Ok(Statement::Steps(steps))
}

fn wait(reader: &mut Reader<'_>) -> Read<()> {
    if !reader.take("NOWAIT") && reader.take("WAIT") {
        reader.number()?;
    }
    Ok(())
}

/// From behind `RENAME`: all names change at once.
fn rename(reader: &mut Reader<'_>) -> Read<Statement> {
    if reader.is("USER") {
        reader.rest();
        return Ok(inert("RENAME USER"));
    }
    if !reader.take("TABLE") {
        reader.expect("TABLES")?;
    }
    let mut steps = Vec::new();
    loop {
        if reader.are(&["IF", "EXISTS"]) {
            return reader.stop("whether the table is there is not known, so what becomes of it is not followed");
        }
        let from: ObjectName = reader.object_name()?;
        wait(reader)?;
        reader.expect("TO")?;
        steps.push(Step::RenameTable { from, to: reader.object_name()? });
        if !reader.take_symbol(",") {
            break;
        }
    }
    Ok(Statement::Steps(steps))
}

fn maintain(reader: &mut Reader<'_>, word: &'static str) -> Read<Statement> {
    reader.take_one_of(&["NO_WRITE_TO_BINLOG", "LOCAL"]);
    if reader.take_one_of(&["TABLE", "TABLES"]).is_none() {
        // `ANALYZE SELECT` of MariaDB runs the statement.
        return reader.stop("what it runs is not followed");
    }
    let mut tables = Vec::new();
    loop {
        tables.push(reader.object_name()?);
        if !reader.take_symbol(",") {
            break;
        }
    }
    reader.rest();
    Ok(Statement::Maintain { word, tables })
}

/// `LOAD DATA … INTO TABLE t`.
fn load(reader: &mut Reader<'_>) -> Read<Statement> {
    while !reader.are(&["INTO", "TABLE"]) {
        if reader.is_done() {
            return reader.stop("`INTO TABLE` is missing");
        }
        reader.skip();
    }
    reader.take_all(&["INTO", "TABLE"]);
    let tables = vec![reader.object_name()?];
    reader.rest();
    let rows = Rows::Known(whimbrel_plan::review::Extent::Listed);
    Ok(Statement::Data(Data { change: DataChange::Insert, tables, rows, reads: Vec::new() }))
}
