//! Constructs and functions: `text(…)`, `case(…)`, `func.lower(…)`.

use std::rc::Rc;

use whimbrel_schema::Engine;

use super::text::text_without_parameters;
use super::word::quote;
use super::{AND, Clause, Compiler, OR, TIGHT};
use crate::sqlmodel::code::Code;
use crate::sqlmodel::library::{Family, known};
use crate::sqlmodel::trouble::Trouble;
use crate::sqlmodel::types::{Place, Reading};
use crate::sqlmodel::value::{Arguments, Call, Span, Value};

impl<'c, 'i, 'a> Compiler<'c, 'i, 'a> {
    pub(super) fn call(&self, call: &Rc<Call<'a>>, depth: u32) -> Result<Clause, Trouble<'a>> {
        let span = call.span;
        if let Some(open) = &call.arguments.open {
            return Err(Trouble::undecided(&Value::Unknown(open.clone()), "the expression", span));
        }
        match &call.callee {
            Value::External(path) => self.construct(path, call, depth),
            Value::Attribute(attribute) => self.method(call, &attribute.of, attribute.name, depth),
            // `column.op("&&")(other)`
            Value::Call(inner) => match &inner.callee {
                Value::Attribute(attribute) if matches!(attribute.name, "op" | "bool_op") => {
                    let reading = Reading { arguments: &inner.arguments, span };
                    let sign = reading.text(0, "opstring")?.unwrap_or_default();
                    let left = self.clause(&attribute.of, span, depth + 1)?;
                    let right = match call.arguments.positional.first() {
                        Some(value) => self.beside(&left, value, span, depth)?,
                        None => return Err(Trouble::new(Code::Undecided, "an operator has one operand", span)),
                    };
                    Ok(Clause::binding(format!("{} {sign} {}", left.within(0, None), right.within(0, None)), 0))
                }
                _ => Err(Trouble::undecided(&Value::Call(call.clone()), "the expression", span)),
            },
            _ => Err(Trouble::undecided(&Value::Call(call.clone()), "the expression", span)),
        }
    }

    pub(super) fn construct(&self, path: &'a str, call: &Rc<Call<'a>>, depth: u32) -> Result<Clause, Trouble<'a>> {
        let span = call.span;
        let arguments = &call.arguments;
        let (family, name) = known(path);
        let reading = Reading { arguments, span };
        let first = || {
            arguments.positional.first().ok_or_else(|| Trouble::new(Code::Undecided, "an argument is missing", span))
        };
        if let Some(function) = name.strip_prefix("func.").or_else(|| name.strip_prefix("functions."))
            && family == Family::Sqlalchemy
        {
            return self.function(function, arguments, span, depth);
        }
        match (family, name) {
            (Family::Sqlalchemy, "text") => {
                let text = reading.text(0, "text")?.unwrap_or_default();
                match text_without_parameters(&text) {
                    Some(text) => Ok(Clause::tight(text)),
                    None => Err(Trouble::new(Code::Undecided, "the text has a parameter in it (`:name`)", span)),
                }
            }
            (Family::Sqlalchemy, "literal_column") => Ok(Clause::tight(reading.text(0, "text")?.unwrap_or_default())),
            (Family::Sqlalchemy, "literal" | "bindparam") if name == "literal" => {
                self.clause(first()?, span, depth + 1)
            }
            (Family::Sqlalchemy, "column") => {
                Ok(Clause::tight(quote(&reading.text(0, "text")?.unwrap_or_default(), self.engine)))
            }
            (Family::Sqlalchemy, "null") => Ok(Clause::tight("NULL")),
            (Family::Sqlalchemy, "true" | "True_") => Ok(Clause::tight(self.truth(true))),
            (Family::Sqlalchemy, "false" | "False_") => Ok(Clause::tight(self.truth(false))),
            (Family::Sqlalchemy, "and_") => self.chain(" AND ", AND, &arguments.positional, span, depth),
            (Family::Sqlalchemy, "or_") => self.chain(" OR ", OR, &arguments.positional, span, depth),
            (Family::Sqlalchemy, "not_") => self.negated(first()?, span, depth),
            (Family::Sqlalchemy | Family::Sqlmodel, "col" | "type_coerce") => self.clause(first()?, span, depth + 1),
            (
                Family::Sqlalchemy,
                "desc" | "asc" | "nulls_first" | "nullsfirst" | "nulls_last" | "nullslast" | "between" | "collate"
                | "distinct",
            ) => {
                let of = first()?.clone();
                let rest = Arguments { positional: arguments.positional[1..].to_vec(), ..arguments.clone() };
                self.method(&Rc::new(Call { callee: call.callee.clone(), arguments: rest, span }), &of, name, depth)
            }
            (Family::Sqlalchemy, "cast" | "try_cast") => {
                let of = self.clause(first()?, span, depth + 1)?;
                let Some(ty) = arguments.positional.get(1) else {
                    return Err(Trouble::new(Code::Undecided, "a cast has no type", span));
                };
                let ty = self.types.read(ty, self.engine, Place::default(), span)?;
                let brackets = "[]".repeat(usize::from(ty.model.dimensions));
                Ok(Clause::tight(format!("CAST({} AS {}{brackets})", of.text, ty.model.sql)))
            }
            (Family::Sqlalchemy, "extract") => {
                let field = reading.text(0, "field")?.unwrap_or_default();
                let Some(of) = arguments.positional.get(1) else {
                    return Err(Trouble::new(Code::Undecided, "`extract` has one argument", span));
                };
                if self.engine != Engine::Postgres {
                    return Err(Trouble::new(
                        Code::Undecided,
                        "how SQLAlchemy writes `extract` here is not known",
                        span,
                    ));
                }
                let of = self.clause(of, span, depth + 1)?;
                Ok(Clause::tight(format!("EXTRACT({field} FROM {})", of.text)))
            }
            (Family::Sqlalchemy, "case") => {
                let mut text = "CASE".to_string();
                for when in &arguments.positional {
                    let parts = when.elements().unwrap_or_default();
                    let [condition, value] = parts.as_slice() else {
                        return Err(Trouble::undecided(when, "a case", span));
                    };
                    let condition = self.clause(condition, span, depth + 1)?;
                    let value = self.clause(value, span, depth + 1)?;
                    text.push_str(&format!(" WHEN {} THEN {}", condition.within(TIGHT - 1, None), value.text));
                }
                if let Some(value) = arguments.keyword("else_") {
                    text.push_str(&format!(" ELSE {}", self.clause(value, span, depth + 1)?.text));
                }
                text.push_str(" END");
                Ok(Clause::tight(text))
            }
            (Family::Postgresql, "array") => {
                let elements =
                    first()?.elements().ok_or_else(|| Trouble::new(Code::Undecided, "the array is not known", span))?;
                let mut parts = Vec::new();
                for element in &elements {
                    parts.push(self.clause(element, span, depth + 1)?.text);
                }
                Ok(Clause::tight(format!("ARRAY[{}]", parts.join(", "))))
            }
            _ => Err(Trouble::undecided(&Value::Call(call.clone()), "the expression", span)),
        }
    }

    pub(super) fn function(
        &self,
        name: &str,
        arguments: &Arguments<'a>,
        span: Span<'a>,
        depth: u32,
    ) -> Result<Clause, Trouble<'a>> {
        let mut parts = Vec::new();
        for argument in &arguments.positional {
            parts.push(self.clause(argument, span, depth + 1)?.text);
        }
        let bare = match name {
            "current_date" => Some("CURRENT_DATE"),
            "current_time" => Some("CURRENT_TIME"),
            "current_timestamp" => Some("CURRENT_TIMESTAMP"),
            "current_user" => Some("CURRENT_USER"),
            "localtime" => Some("LOCALTIME"),
            "localtimestamp" => Some("LOCALTIMESTAMP"),
            "session_user" => Some("SESSION_USER"),
            "user" => Some("USER"),
            "sysdate" => Some("sysdate"),
            "now" if self.engine == Engine::Sqlite => Some("CURRENT_TIMESTAMP"),
            _ => None,
        };
        if let Some(word) = bare {
            // SQLAlchemy appends the arguments to the words that have no parentheses of their own.
            let text = if parts.is_empty() { word.to_string() } else { format!("{word}({})", parts.join(", ")) };
            let text = if word == "sysdate" && parts.is_empty() { "sysdate()".to_string() } else { text };
            return Ok(Clause::tight(text));
        }
        let name = if name == "char_length" && self.engine == Engine::Sqlite { "length" } else { name };
        let name = name.strip_suffix('_').unwrap_or(name);
        let is_text = matches!(name, "lower" | "upper" | "concat" | "trim");
        Ok(Clause { is_text, ..Clause::tight(format!("{name}({})", parts.join(", "))) })
    }
}
