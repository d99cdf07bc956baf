//! Methods of expressions: `column.in_(…)`, `column.desc()`.

use std::rc::Rc;

use whimbrel_schema::Engine;

use super::json::Element;
use super::text::literal;
use super::word::quote;
use super::{AND, COLLATION, COMPARISON, Clause, Compiler, TIGHT};
use crate::sqlmodel::classes::is_flask;
use crate::sqlmodel::code::Code;
use crate::sqlmodel::library::{Family, known};
use crate::sqlmodel::trouble::Trouble;
use crate::sqlmodel::types::{Place, Reading};
use crate::sqlmodel::value::{Call, Value};

impl<'c, 'i, 'a> Compiler<'c, 'i, 'a> {
    /// `of.name(…)`, with the arguments of `call`.
    pub(super) fn method(
        &self,
        call: &Rc<Call<'a>>,
        of: &Value<'a>,
        name: &str,
        depth: u32,
    ) -> Result<Clause, Trouble<'a>> {
        let span = call.span;
        let arguments = &call.arguments;
        let unknown = || Trouble::undecided(&Value::Call(call.clone()), "the expression", span);
        if is_flask(of) {
            let path = self.types.interpreter.arena.name(&format!("sqlalchemy.{name}"));
            return self.construct(path, call, depth);
        }
        if let (Value::Call(sequence), "next_value") = (of, name)
            && let Value::External(path) = &sequence.callee
            && known(path) == (Family::Sqlalchemy, "Sequence")
        {
            let reading = Reading { arguments: &sequence.arguments, span };
            let text = reading.text(0, "name")?.unwrap_or_default();
            let text = match reading.text(usize::MAX, "schema")? {
                Some(schema) => format!("{}.{}", quote(&schema, self.engine), quote(&text, self.engine)),
                None => quote(&text, self.engine),
            };
            return match self.engine {
                Engine::Postgres => Ok(Clause::tight(format!("nextval({})", literal(&text)))),
                Engine::Sqlite | Engine::Mysql => {
                    Err(Trouble::new(Code::TypeNotOnEngine, format!("{} has no sequences", self.engine.title()), span))
                }
            };
        }
        if let Value::Subscript(subscript) = of {
            let reading = match name {
                "as_string" => Some(Element::Cast("VARCHAR")),
                "as_integer" => Some(Element::Cast("INTEGER")),
                "as_boolean" => Some(Element::Cast("BOOLEAN")),
                "as_float" => Some(Element::Cast("FLOAT")),
                "as_json" => Some(Element::Json),
                _ => None,
            };
            if let Some(reading) = reading {
                return self.element(&subscript.of, &subscript.key, reading, span, depth);
            }
        }
        let clause = self.clause(of, span, depth + 1)?;
        let argument = || arguments.positional.first().ok_or_else(unknown);
        let operand = |binds: i8| -> Result<String, Trouble<'a>> {
            Ok(self.beside(&clause, argument()?, span, depth)?.within(binds, None))
        };
        let compared = |sign: &str, right: String| {
            Ok(Clause::binding(format!("{} {sign} {right}", clause.within(COMPARISON, None)), COMPARISON))
        };
        match name {
            "is_" => compared("IS", operand(COMPARISON)?),
            "is_not" | "isnot" => compared("IS NOT", operand(COMPARISON)?),
            "like" => compared("LIKE", operand(COMPARISON)?),
            "not_like" | "notlike" => compared("NOT LIKE", operand(COMPARISON)?),
            "ilike" | "not_ilike" | "notilike" => {
                let not = if name == "ilike" { "" } else { "NOT " };
                match self.engine {
                    Engine::Postgres => compared(&format!("{not}ILIKE"), operand(COMPARISON)?),
                    Engine::Sqlite | Engine::Mysql => {
                        let right = self.beside(&clause, argument()?, span, depth)?.text;
                        Ok(Clause::binding(format!("lower({}) {not}LIKE lower({right})", clause.text), COMPARISON))
                    }
                }
            }
            "startswith" | "endswith" | "contains"
                if clause.is_text || clause.column.as_ref().is_some_and(|facts| facts.text) =>
            {
                let right = self.beside(&clause, argument()?, span, depth)?.within(COMPARISON, Some(" || "));
                let pattern = match name {
                    "startswith" => format!("{right} || '%'"),
                    "endswith" => format!("'%' || {right}"),
                    _ => format!("'%' || {right} || '%'"),
                };
                // SQLAlchemy knows no precedence of these, and groups every operator before them.
                Ok(Clause::binding(format!("{} LIKE {pattern}", clause.within(TIGHT - 1, None)), COMPARISON))
            }
            "regexp_match" if arguments.positional.len() == 1 && arguments.keywords.is_empty() => {
                compared(if self.engine == Engine::Postgres { "~" } else { "REGEXP" }, operand(COMPARISON)?)
            }
            "is_distinct_from" if self.engine == Engine::Postgres => compared("IS DISTINCT FROM", operand(COMPARISON)?),
            "in_" | "not_in" | "notin_" => {
                let elements = argument()?.elements().ok_or_else(unknown)?;
                let mut parts = Vec::new();
                for element in &elements {
                    parts.push(self.beside(&clause, element, span, depth)?.text);
                }
                if parts.is_empty() {
                    return Err(unknown());
                }
                // Without parentheses of its own, since `NOT IN` gets a pair around all of it.
                let list = parts.join(", ");
                match name {
                    "in_" => compared("IN", format!("({list})")),
                    _ => Ok(Clause::binding(
                        format!("({} NOT IN ({list}))", clause.within(COMPARISON, None)),
                        COMPARISON,
                    )),
                }
            }
            "between" | "not_between" => {
                let [low, high] = arguments.positional.as_slice() else { return Err(unknown()) };
                let low = self.beside(&clause, low, span, depth)?.within(COMPARISON, None);
                let high = self.beside(&clause, high, span, depth)?.within(COMPARISON, None);
                compared(if name == "between" { "BETWEEN" } else { "NOT BETWEEN" }, format!("{low} AND {high}"))
            }
            "desc" => Ok(Clause::binding(format!("{} DESC", clause.within(AND, None)), AND)),
            "asc" => Ok(Clause::binding(format!("{} ASC", clause.within(AND, None)), AND)),
            "nulls_last" | "nullslast" => Ok(Clause::binding(format!("{} NULLS LAST", clause.text), AND)),
            "nulls_first" | "nullsfirst" => Ok(Clause::binding(format!("{} NULLS FIRST", clause.text), AND)),
            "collate" => {
                let collation = argument()?.as_text().ok_or_else(unknown)?;
                Ok(Clause {
                    is_text: true,
                    ..Clause::binding(
                        format!("{} COLLATE {}", clause.within(COLLATION, None), quote(&collation, self.engine)),
                        COLLATION,
                    )
                })
            }
            "concat" => {
                let right = operand(COMPARISON)?;
                Ok(Clause {
                    associative: Some(" || "),
                    is_text: true,
                    ..Clause::binding(format!("{} || {right}", clause.within(COMPARISON, Some(" || "))), COMPARISON)
                })
            }
            "cast" => {
                let ty = self.types.read(argument()?, self.engine, Place::default(), span)?;
                Ok(Clause::tight(format!("CAST({} AS {})", clause.text, ty.model.sql)))
            }
            "label" | "self_group" => Ok(clause),
            "contains"
                if self.engine == Engine::Postgres && !clause.column.as_ref().is_some_and(|facts| facts.text) =>
            {
                compared("@>", operand(COMPARISON)?)
            }
            _ => Err(unknown()),
        }
    }
}
