//! One statement, read into steps.
//!
//! The parser vouches for the grammar and gives the structure; it knows no places in the text, so the words of
//! expressions are cut out of the source by [`cut`] and kept as people wrote them.

mod alter;
mod cut;
mod index;
mod object;
mod session;
mod table;

use sqlite3_parser::ast::{self, Cmd, Stmt};
use sqlite3_parser::lexer::sql::{Error, Parser};
use sqlite3_parser::{Bump, FallibleIterator};
use whimbrel_plan::{DataChange, Step, Understanding};
use whimbrel_schema::{ObjectId, ObjectKind, ObjectName};

pub(super) use self::session::is_off;
use super::naming::{same, unquote};

/// SQLite refuses expressions that are deeper than 1,000 as it is built, and reading them takes time with the square
/// of their depth.
const DEEPEST: usize = 1_000;

pub(super) fn understand(statement: &str) -> Understanding {
    if nests_too_deep(statement) {
        return unknown("it nests deeper than SQLite takes");
    }
    let bump = Bump::new();
    let mut parser = Parser::new(&bump, statement.as_bytes());
    let read = match parser.next() {
        Ok(Some(Cmd::Stmt(read))) => read,
        Ok(Some(Cmd::Explain(_) | Cmd::ExplainQueryPlan(_))) => return inert("EXPLAIN"),
        Ok(None) => return inert("nothing"),
        Err(error) => return refused(statement, &error),
    };
    match parser.next() {
        Ok(None) => {}
        Ok(Some(_)) => return unknown("there is more than one statement here"),
        Err(error) => return refused(statement, &error),
    }
    steps_of(statement, &read)
}

/// Counted in bytes, so that a parenthesis in a text counts too: only a statement that is nothing but nesting gets
/// there.
fn nests_too_deep(statement: &str) -> bool {
    let mut depth = 0_usize;
    statement.bytes().any(|byte| {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > DEEPEST
    })
}

fn steps_of(text: &str, read: &Stmt<'_>) -> Understanding {
    match read {
        Stmt::CreateTable { temporary, if_not_exists, tbl_name, body } => {
            table::create(text, *temporary, *if_not_exists, tbl_name, body)
        }
        Stmt::CreateVirtualTable { if_not_exists, tbl_name, module_name, args } => {
            in_main(tbl_name, |name| table::create_virtual(name, *if_not_exists, module_name, *args))
        }
        Stmt::AlterTable(name, body) => in_main(name, |name| alter::alter(text, name, body)),
        Stmt::DropTable { if_exists, tbl_name } => {
            in_main(tbl_name, |table| known(Step::DropTable { table, if_exists: *if_exists, cascade: false }))
        }
        Stmt::CreateIndex { unique, if_not_exists, idx_name, tbl_name, columns, where_clause: _ } => {
            in_main(idx_name, |name| index::create(text, name, tbl_name, *unique, *if_not_exists, columns))
        }
        Stmt::DropIndex { if_exists, idx_name } => in_main(idx_name, |index| {
            known(Step::DropIndex { index, concurrently: false, if_exists: *if_exists, cascade: false })
        }),
        Stmt::CreateView { temporary, if_not_exists, view_name, columns, select: _ } => {
            object::create_view(text, *temporary, *if_not_exists, view_name, *columns)
        }
        Stmt::DropView { if_exists, view_name } => in_main(view_name, |name| {
            let object = ObjectId::new(ObjectKind::View, name);
            known(Step::DropObject { object, if_exists: *if_exists, cascade: false })
        }),
        Stmt::CreateTrigger { temporary, trigger_name, tbl_name, .. } => {
            object::create_trigger(text, *temporary, trigger_name, tbl_name)
        }
        Stmt::DropTrigger { if_exists, trigger_name } => in_main(trigger_name, |name| {
            known(Step::DropTrigger { table: None, name: name.name, if_exists: *if_exists })
        }),
        Stmt::Insert { tbl_name, .. } => change(DataChange::Insert, tbl_name),
        Stmt::Update { tbl_name, .. } => change(DataChange::Update, tbl_name),
        Stmt::Delete { tbl_name, .. } => change(DataChange::Delete, tbl_name),
        Stmt::Select(_) => inert("SELECT"),
        Stmt::Analyze(_) => inert("ANALYZE"),
        Stmt::Reindex { .. } => inert("REINDEX"),
        Stmt::Vacuum(_, into) => {
            let what = if into.is_some() { "VACUUM INTO" } else { "VACUUM" };
            outside_transactions(Step::Inert { what: what.to_string() })
        }
        Stmt::Pragma(name, body) => session::pragma(name, body.as_ref()),
        Stmt::Attach { .. } => outside_transactions(session::word("ATTACH")),
        Stmt::Detach(_) => outside_transactions(session::word("DETACH")),
        Stmt::Begin(..) => outside_transactions(session::word("BEGIN")),
        Stmt::Commit(_) => outside_transactions(session::word("COMMIT")),
        Stmt::Rollback { savepoint_name: None, .. } => outside_transactions(session::word("ROLLBACK")),
        Stmt::Rollback { savepoint_name: Some(_), .. } => known(session::word("ROLLBACK TO")),
        Stmt::Savepoint(_) => known(session::word("SAVEPOINT")),
        Stmt::Release(_) => known(session::word("RELEASE")),
    }
}

fn change(change: DataChange, table: &ast::QualifiedName<'_>) -> Understanding {
    let table = object_name(table);
    if same(&table.name, "sqlite_master") || same(&table.name, "sqlite_schema") {
        return unknown("the schema is written to directly");
    }
    known(Step::ChangeData { change, tables: vec![table] })
}

fn known(step: Step) -> Understanding {
    Understanding::Known { steps: vec![step], transactional: true }
}

fn inert(what: &str) -> Understanding {
    known(Step::Inert { what: what.to_string() })
}

fn outside_transactions(step: Step) -> Understanding {
    Understanding::Known { steps: vec![step], transactional: false }
}

fn unknown(reason: impl Into<String>) -> Understanding {
    Understanding::Unknown { reason: reason.into(), at: 0, transactional: true }
}

/// Only `main` is followed. What is said of `temp` changes nothing that lasts; an attached database is somebody
/// else's, and what happens to it cannot be foreseen here.
fn in_main(name: &ast::QualifiedName<'_>, then: impl FnOnce(ObjectName) -> Understanding) -> Understanding {
    let name = object_name(name);
    match &name.namespace {
        None => then(name),
        Some(temp) if same(temp, "temp") => inert("something temporary"),
        Some(_) => unknown(format!("`{name}` lives in an attached database, which is not followed")),
    }
}

fn object_name(name: &ast::QualifiedName<'_>) -> ObjectName {
    let namespace = name.db_name.as_ref().map(text_of).filter(|namespace| !same(namespace, "main"));
    ObjectName { namespace, name: text_of(&name.name) }
}

fn text_of(name: &ast::Name<'_>) -> String {
    unquote(name.0)
}

fn refused(statement: &str, error: &Error) -> Understanding {
    let (reason, place) = match error {
        Error::ParserError(reason, place) => (reason.to_string(), place),
        Error::Io(error) => (error.to_string(), &None),
        Error::UnrecognizedToken(place) => ("unrecognized token".to_string(), place),
        Error::UnterminatedLiteral(place) => ("a quote is not closed".to_string(), place),
        Error::UnterminatedBracket(place) => ("a `[` is not closed".to_string(), place),
        Error::UnterminatedBlockComment(place) => ("a comment is not closed".to_string(), place),
        Error::BadVariableName(place) => ("bad variable name".to_string(), place),
        Error::BadNumber(place) => ("bad number".to_string(), place),
        Error::ExpectedEqualsSign(place) => ("`!` stands without `=`".to_string(), place),
        Error::MalformedBlobLiteral(place) => ("malformed blob literal".to_string(), place),
        Error::MalformedHexInteger(place) => ("malformed hexadecimal number".to_string(), place),
        other => (other.to_string(), &None),
    };
    let at = place.as_ref().map_or(0, |place| offset_of(statement, place.line, place.column));
    Understanding::Unknown { reason, at, transactional: true }
}

/// Lines and columns count from one, columns in bytes.
fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    (before + column.saturating_sub(1)).min(text.len())
}
