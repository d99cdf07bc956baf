//! Where things were written.

use whimbrel_schema::Origin;

use crate::diagnostic::Position;
use crate::sqlmodel::value::{Span, Value};

pub fn origin(span: Span<'_>) -> Origin {
    let Position { line, column } = span.source.position(usize::from(span.range.start()));
    Origin { file: span.source.file.clone(), line, column }
}

/// Where a value was written.
pub fn span_of<'a>(value: &Value<'a>, otherwise: Span<'a>) -> Span<'a> {
    match value {
        Value::Call(call) => call.span,
        Value::Attribute(attribute) => attribute.span,
        Value::Operation(operation) => operation.span,
        Value::Unknown(unknown) => unknown.span,
        _ => otherwise,
    }
}
