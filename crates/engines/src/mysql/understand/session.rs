//! What is said about the session: settings and transactions.

use whimbrel_plan::Step;

use super::super::reader::{Read, Reader};
use super::super::statement::Statement;

/// A word about the session, or a setting of it.
pub(super) fn word(name: &str) -> Statement {
    set(name, None)
}

fn set(name: &str, value: Option<String>) -> Statement {
    Statement::Steps(vec![setting(name, value)])
}

fn setting(name: &str, value: Option<String>) -> Step {
    Step::SetSession { name: name.to_string(), value }
}

/// From behind `SET`.
pub(super) fn settings(reader: &mut Reader<'_>) -> Read<Statement> {
    if reader.take("NAMES") {
        return Ok(set("names", Some(reader.rest().to_lowercase())));
    }
    if reader.take_all(&["CHARACTER", "SET"]) || reader.take("CHARSET") {
        return Ok(set("character set", Some(reader.rest().to_lowercase())));
    }
    if reader.is("TRANSACTION") || reader.are(&["SESSION", "TRANSACTION"]) || reader.are(&["GLOBAL", "TRANSACTION"]) {
        return Ok(set("transaction", Some(reader.rest().to_lowercase())));
    }
    if reader.take("STATEMENT") {
        return reader.stop("settings for one statement are not followed");
    }
    for word in ["PASSWORD", "DEFAULT", "ROLE", "RESOURCE"] {
        if reader.is(word) {
            reader.rest();
            return Ok(super::inert(&format!("SET {word}")));
        }
    }
    let mut steps = Vec::new();
    loop {
        let server = reader.take_one_of(&["GLOBAL", "PERSIST", "PERSIST_ONLY"]).is_some();
        if !server {
            reader.take_one_of(&["SESSION", "LOCAL"]);
        }
        let Some(token) = reader.peek().copied() else { return reader.stop("a setting is missing") };
        let name = token.text.to_lowercase();
        reader.skip();
        if !reader.take_symbol("=") && !reader.take_symbol(":=") {
            return reader.stop("`=` is missing");
        }
        let value = value(reader)?;
        let server = server || name.starts_with("@@global.") || name.starts_with("@@persist");
        let name = name.trim_start_matches("@@session.").trim_start_matches("@@local.").trim_start_matches("@@");
        steps.push(match server {
            // Sessions that run keep what they have.
            true => Step::Inert { what: format!("SET GLOBAL {name}") },
            false => setting(name, Some(value)),
        });
        if !reader.take_symbol(",") {
            break;
        }
    }
    Ok(Statement::Steps(steps))
}

/// Up to the next comma that is in no brackets.
fn value(reader: &mut Reader<'_>) -> Read<String> {
    let start = reader.place();
    while !reader.is_done() && !reader.is_symbol(",") {
        if reader.is_symbol("(") {
            reader.brackets()?;
        } else {
            reader.skip();
        }
    }
    let text = reader.text().get(reader.since(start)).unwrap_or_default().trim();
    if text.is_empty() { reader.stop("a value is missing") } else { Ok(text.to_string()) }
}

/// `SAVEPOINT`, `ROLLBACK TO`, `BEGIN` and their like; `None` for anything else.
pub(super) fn transaction(reader: &mut Reader<'_>) -> Option<Statement> {
    if reader.take_all(&["START", "TRANSACTION"]) || reader.take("BEGIN") {
        reader.rest();
        return Some(word("BEGIN"));
    }
    if reader.take("COMMIT") {
        reader.rest();
        return Some(word("COMMIT"));
    }
    if reader.take("ROLLBACK") {
        reader.take("WORK");
        let to = reader.is("TO");
        reader.rest();
        return Some(word(if to { "ROLLBACK TO" } else { "ROLLBACK" }));
    }
    if reader.take("SAVEPOINT") {
        reader.rest();
        return Some(word("SAVEPOINT"));
    }
    if reader.take("RELEASE") {
        reader.rest();
        return Some(word("RELEASE"));
    }
    None
}

/// From behind `LOCK`: `TABLES a READ, b WRITE`.
pub(super) fn lock_tables(reader: &mut Reader<'_>) -> Read<Statement> {
    if reader.take_one_of(&["TABLES", "TABLE"]).is_none() {
        return reader.stop("what is locked is not followed");
    }
    Ok(set("LOCK TABLES", Some(reader.rest().to_string())))
}
