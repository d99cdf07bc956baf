//! What could not be read of a model, and why.

use super::model::TypeModel;
use super::value::{Span, Value};

/// Why a type, or anything else of a model, could not be read.
#[derive(Clone)]
pub struct Trouble<'a> {
    pub code: &'static str,
    pub message: String,
    pub span: Span<'a>,
    /// The type as far as it is known.
    pub partial: Option<Box<TypeModel>>,
}

impl<'a> Trouble<'a> {
    pub fn new(code: &'static str, message: impl Into<String>, span: Span<'a>) -> Self {
        Trouble { code, message: message.into(), span, partial: None }
    }

    /// Something that is not known before the code runs.
    pub fn undecided(value: &Value<'a>, what: &str, span: Span<'a>) -> Self {
        match value {
            Value::Unknown(unknown) => {
                Trouble::new("undecided", format!("{what} is not known: {}", unknown.reason), unknown.span)
            }
            value => Trouble::new("undecided", format!("{what} is not known: it is {}", value.describe()), span),
        }
    }
}
