//! What could not be read of a model, and why.

use super::code::Code;
use super::model::TypeModel;
use super::value::{Span, Value};

/// Why a type, or anything else of a model, could not be read.
#[derive(Clone)]
pub struct Trouble<'a> {
    pub code: Code,
    pub message: String,
    pub span: Span<'a>,
    pub touches: Touches,
    /// What was read instead of something known.
    pub of: Option<Value<'a>>,
    /// The type as far as it is known.
    pub partial: Option<Box<TypeModel>>,
}

/// How much of a table is in doubt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Touches {
    /// Any part of it.
    Table,
    /// Only which schema it is in.
    Namespace,
    /// Only the column that is spoken of: not its place in any key.
    Column,
    /// Only the collation of that column.
    Collation,
    /// Only one of its check constraints.
    Check,
}

impl<'a> Trouble<'a> {
    pub fn new(code: Code, message: impl Into<String>, span: Span<'a>) -> Self {
        Trouble { code, message: message.into(), span, touches: Touches::Table, of: None, partial: None }
    }

    /// Something that is not known before the code runs.
    pub fn undecided(value: &Value<'a>, what: &str, span: Span<'a>) -> Self {
        let (why, span) = match value {
            Value::Unknown(unknown) => (unknown.reason.clone(), unknown.span),
            value => (format!("it is {}", value.describe()), span),
        };
        Trouble {
            of: Some(value.clone()),
            ..Trouble::new(Code::Undecided, format!("{what} is not known: {why}"), span)
        }
    }

    pub fn touching(self, touches: Touches) -> Self {
        Trouble { touches, ..self }
    }
}
