//! PRAGMA and transaction control.

use sqlite3_parser::ast::{Expr, Literal, PragmaBody, QualifiedName, UnaryOperator};
use whimbrel_plan::{Step, Understanding};

use super::super::naming::unquote;
use super::{object_name, text_of, unknown};

/// Those that SQLite refuses to change within a transaction.
const OUTSIDE_TRANSACTIONS: [&str; 2] = ["journal_mode", "synchronous"];

pub(super) fn pragma(name: &QualifiedName<'_>, body: Option<&PragmaBody<'_>>) -> Understanding {
    let name = object_name(name).name.to_ascii_lowercase();
    let value = body.map(|body| match body {
        PragmaBody::Equals(value) | PragmaBody::Call(value) => value_of(value),
    });
    if name == "writable_schema" && value.as_deref().is_some_and(|value| !is_off(value)) {
        return unknown("the schema can be written to directly after this");
    }
    let transactional = value.is_none() || !OUTSIDE_TRANSACTIONS.contains(&name.as_str());
    Understanding::Known { steps: vec![Step::SetSession { name, value }], transactional }
}

/// Whether SQLite takes the value of a switch as off.
pub(in crate::sqlite) fn is_off(value: &str) -> bool {
    ["0", "off", "no", "false", "reset"].iter().any(|off| value.eq_ignore_ascii_case(off))
}

fn value_of(value: &Expr<'_>) -> String {
    match value {
        Expr::Name(name) => text_of(name),
        Expr::Id(id) => unquote(id.0),
        Expr::Literal(Literal::Numeric(text) | Literal::Keyword(text)) => (*text).to_string(),
        Expr::Literal(Literal::String(text)) => unquote(text),
        Expr::Unary(UnaryOperator::Negative, inner) => format!("-{}", value_of(inner)),
        Expr::Unary(UnaryOperator::Positive, inner) => value_of(inner),
        other => other.to_string(),
    }
}

pub(super) fn word(word: &str) -> Step {
    Step::SetSession { name: word.to_string(), value: None }
}
