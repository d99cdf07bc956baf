//! Elements of JSON, which each engine and each version of SQLAlchemy reads in a way of its own.

use whimbrel_schema::Engine;

use super::text::literal;
use super::{Clause, Compiler, POWER};
use crate::sqlmodel::code::Code;
use crate::sqlmodel::trouble::Trouble;
use crate::sqlmodel::value::{Span, Value};

/// What an element of JSON is read as.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    Json,
    /// `astext`.
    Bare,
    Cast(&'static str),
}

impl<'c, 'i, 'a> Compiler<'c, 'i, 'a> {
    /// `column["key"]` of JSON, read as what its method says: nothing for JSON itself.
    pub(super) fn element(
        &self,
        of: &Value<'a>,
        key: &Value<'a>,
        reading: Element,
        span: Span<'a>,
        depth: u32,
    ) -> Result<Clause, Trouble<'a>> {
        let of = self.clause(of, span, depth + 1)?;
        let steps = match key {
            Value::Tuple(steps) => steps.to_vec(),
            key => vec![key.clone()],
        };
        let undecided =
            |what: &str| Trouble::new(Code::Undecided, format!("how SQLAlchemy reads {what} is not known"), span);
        let newer = self.types.versions.sqlalchemy >= (2, 1);
        let found = match self.engine {
            Engine::Sqlite => {
                let mut path = "$".to_string();
                for step in &steps {
                    match (step.as_text(), step.as_int()) {
                        (Some(name), _) => path.push_str(&format!(".\"{name}\"")),
                        (None, Some(at)) => path.push_str(&format!("[{at}]")),
                        (None, None) => return Err(Trouble::undecided(step, "the key", span)),
                    }
                }
                let path = literal(&path);
                match reading {
                    Element::Json => Clause::tight(format!("JSON_QUOTE(JSON_EXTRACT({}, {path}))", of.text)),
                    Element::Bare => Clause::binding(format!("{} ->> {path}", of.within(POWER, None)), 0),
                    Element::Cast(_) => Clause::tight(format!("JSON_EXTRACT({}, {path})", of.text)),
                }
            }
            Engine::Postgres => {
                let text = !matches!(reading, Element::Json);
                let binary = of.column.as_ref().is_some_and(|facts| facts.binary_json);
                if newer && binary && !text {
                    return Err(undecided("into JSONB, which differs between versions of PostgreSQL,"));
                }
                let (operator, key) = match steps.as_slice() {
                    [one] => match (one.as_text(), one.as_int()) {
                        (Some(name), _) => (if text { "->>" } else { "->" }, literal(&name)),
                        (None, Some(at)) => (if text { "->>" } else { "->" }, at.to_string()),
                        (None, None) => return Err(Trouble::undecided(one, "the key", span)),
                    },
                    many => {
                        let mut words = Vec::new();
                        for step in many {
                            match (step.as_text(), step.as_int()) {
                                (Some(name), _) => words.push(name.to_string()),
                                (None, Some(at)) => words.push(at.to_string()),
                                (None, None) => return Err(Trouble::undecided(step, "the key", span)),
                            }
                        }
                        (if text { "#>>" } else { "#>" }, literal(&format!("{{{}}}", words.join(", "))))
                    }
                };
                Clause::binding(format!("{} {operator} {key}", of.within(POWER, None)), 0)
            }
            Engine::Mysql => return Err(undecided("into JSON")),
        };
        Ok(match reading {
            Element::Json | Element::Bare => Clause { is_text: matches!(reading, Element::Bare), ..found },
            // Before 2.1 SQLite's own conversion was trusted.
            Element::Cast(_) if self.engine == Engine::Sqlite && !newer => found,
            Element::Cast(ty) => {
                // Written as a cast, it stays the operator that it is to whatever groups it.
                let text = format!("CAST({} AS {ty})", found.within(0, None));
                Clause { is_text: ty == "VARCHAR", ..Clause::binding(text, POWER) }
            }
        })
    }
}
