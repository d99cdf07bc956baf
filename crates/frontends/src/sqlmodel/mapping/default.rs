//! What a new row gets: from the server, and from the application.

use std::collections::HashMap;

use super::assembly::Assembly;
use super::column::{ColumnSpec, construct_name};
use crate::sqlmodel::classes::Class;
use crate::sqlmodel::code::Code;
use crate::sqlmodel::evaluate::Interpreter;
use crate::sqlmodel::expression::literal;
use crate::sqlmodel::model::{ByEngine, ColumnModel, Sql};
use crate::sqlmodel::trouble::{Touches, Trouble};
use crate::sqlmodel::value::{Arguments, Value};

impl<'s, 'i, 'a> Assembly<'s, 'i, 'a> {
    pub(super) fn server_default(&self, at: usize, spec: &ColumnSpec<'a>, value: &Value<'a>, model: &mut ColumnModel) {
        let name = model.name.clone();
        match value {
            Value::Call(call)
                if matches!(construct_name(&call.callee), Some("Identity" | "Computed" | "FetchedValue")) => {}
            Value::Call(call) if construct_name(&call.callee) == Some("DefaultClause") => {
                if let Some(inner) = call.arguments.positional.first() {
                    self.server_default(at, spec, inner, model);
                }
            }
            Value::Bool(_) | Value::Int(_) | Value::Float(_) => {
                let message = format!(
                    "SQLAlchemy refuses {} as a `server_default`: it takes a string or an expression (`text(…)`, `true()`)",
                    value.describe()
                );
                self.tell(at, Some(&name), None, Trouble::new(Code::SqlalchemyRefuses, message, spec.span));
            }
            value => match value.as_text() {
                Some(text) => model.default = ByEngine::each(|_| Some(literal(&text))),
                None => model.default = self.compile_both(at, Some(&name), Touches::Column, value, spec.span),
            },
        }
    }

    /// The value that the application gives new rows, where it is a plain one.
    pub(super) fn client_default(&self, spec: &ColumnSpec<'a>) -> Sql {
        let Some(value) = &spec.default else { return Sql::default() };
        let both = |text: String| ByEngine::each(|_| Some(text.clone()));
        match value {
            Value::Bool(truth) => ByEngine {
                sqlite: Some(if *truth { "1" } else { "0" }.to_string()),
                postgres: Some(if *truth { "true" } else { "false" }.to_string()),
            },
            Value::Int(number) => both(number.to_string()),
            Value::Float(number) => both(format!("{number}")),
            Value::Str(text) => both(literal(text)),
            Value::Member(member) => {
                let stored = spec.ty.as_ref().and_then(|ty| stored_values(self.interpreter, ty));
                match stored {
                    Some(stored) => stored.get(member.name).map(|text| both(literal(text))).unwrap_or_default(),
                    None => match (value.as_text(), value.as_int()) {
                        (Some(text), _) => both(literal(&text)),
                        (None, Some(number)) => both(number.to_string()),
                        (None, None) => Sql::default(),
                    },
                }
            }
            _ => Sql::default(),
        }
    }
}

/// For an enum column: what is stored for each member.
pub fn stored_values<'a>(interpreter: &Interpreter<'a>, ty: &Value<'a>) -> Option<HashMap<String, String>> {
    let Value::Call(call) = ty else { return None };
    if !matches!(construct_name(&call.callee), Some("Enum" | "ENUM")) {
        return None;
    }
    let Some(Value::Class(class)) = call.arguments.positional.first() else { return None };
    let names: Vec<String> = Class::members(class).iter().map(|member| member.name.to_string()).collect();
    let values: Vec<String> = match call.arguments.keyword("values_callable") {
        Some(function) if !function.is_none() => {
            let given = Arguments { positional: vec![Value::Class(class.clone())], ..Arguments::default() };
            let values = interpreter.call(function.clone(), given, call.span, &class.scope).elements()?;
            values.iter().map(|value| value.as_text().map(|text| text.to_string())).collect::<Option<_>>()?
        }
        _ => names.clone(),
    };
    (names.len() == values.len()).then(|| names.into_iter().zip(values).collect())
}
