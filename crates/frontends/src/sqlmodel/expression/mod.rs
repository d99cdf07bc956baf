//! SQL expressions written in Python, put into the SQL that SQLAlchemy makes of them.

mod call;
mod json;
mod method;
mod operator;
mod text;
mod word;

use std::collections::HashMap;
use std::rc::Rc;

use whimbrel_schema::Engine;

use super::code::Code;
use super::library::{Family, known};
use super::trouble::Trouble;
use super::types::{TypeReader, dialect_name};
use super::value::{Arguments, Span, Value};
use json::Element;
use text::float;
pub use text::literal;
pub use word::quote;

/// What an expression may know of a column that it names.
#[derive(Clone, Default)]
pub struct ColumnFacts {
    pub name: String,
    /// For a column of an enum: what is stored for each member's name.
    pub stored: Option<Rc<HashMap<String, String>>>,
    pub boolean: bool,
    pub text: bool,
    /// `jsonb`.
    pub binary_json: bool,
}

/// Finds the column that a value stands for.
pub type Columns<'c, 'a> = &'c dyn Fn(&Value<'a>) -> Option<ColumnFacts>;

pub struct Compiler<'c, 'i, 'a> {
    pub types: &'c TypeReader<'i, 'a>,
    pub engine: Engine,
    pub columns: Columns<'c, 'a>,
}

/// SQL and how tightly its outermost operator binds.
#[derive(Clone)]
pub struct Clause {
    pub text: String,
    binds: i8,
    /// The outermost operator, where it may be repeated without parentheses (`a AND b AND c`).
    associative: Option<&'static str>,
    column: Option<ColumnFacts>,
    is_text: bool,
}

const TIGHT: i8 = 20;
const POWER: i8 = 15;
const PRODUCT: i8 = 8;
const SUM: i8 = 7;
const COMPARISON: i8 = 5;
const COLLATION: i8 = 4;
const AND: i8 = 3;
const OR: i8 = 2;

impl Clause {
    fn tight(text: impl Into<String>) -> Self {
        Clause { text: text.into(), binds: TIGHT, associative: None, column: None, is_text: false }
    }

    fn binding(text: impl Into<String>, binds: i8) -> Self {
        Clause { binds, ..Clause::tight(text) }
    }

    /// The clause as an operand of an operator that binds like `binds`.
    fn within(&self, binds: i8, operator: Option<&'static str>) -> String {
        let repeated = operator.is_some() && operator == self.associative;
        if self.binds <= binds && !repeated { format!("({})", self.text) } else { self.text.clone() }
    }
}

impl<'c, 'i, 'a> Compiler<'c, 'i, 'a> {
    pub fn compile(&self, value: &Value<'a>, span: Span<'a>) -> Result<String, Trouble<'a>> {
        self.clause(value, span, 0).map(|clause| clause.text)
    }

    fn clause(&self, value: &Value<'a>, span: Span<'a>, depth: u32) -> Result<Clause, Trouble<'a>> {
        if depth > 60 {
            return Err(Trouble::new(Code::Undecided, "the expression is nested too deeply", span));
        }
        if let Some(facts) = (self.columns)(value) {
            let text = quote(&facts.name, self.engine);
            return Ok(Clause { column: Some(facts), ..Clause::tight(text) });
        }
        match value {
            Value::None => Ok(Clause::tight("NULL")),
            Value::Bool(truth) => Ok(Clause::tight(self.truth(*truth))),
            Value::Int(number) => Ok(Clause::tight(number.to_string())),
            Value::Float(number) => Ok(Clause::tight(float(*number))),
            Value::Str(text) => Ok(Clause { is_text: true, ..Clause::tight(literal(text)) }),
            Value::Member(_) => match value.as_text() {
                Some(text) => Ok(Clause { is_text: true, ..Clause::tight(literal(&text)) }),
                None => Err(Trouble::undecided(value, "the expression", span)),
            },
            Value::External(path) => match known(path) {
                (Family::Sqlalchemy, name) => match name.strip_prefix("func.").or(name.strip_prefix("functions.")) {
                    Some(function) => self.function(function, &Arguments::default(), span, depth),
                    None => Err(Trouble::undecided(value, "the expression", span)),
                },
                _ => Err(Trouble::undecided(value, "the expression", span)),
            },
            Value::Call(call) => self.call(call, depth),
            Value::Operation(operation) => self.operation(operation, depth),
            Value::Attribute(attribute) if matches!(attribute.name, "astext") => match &attribute.of {
                Value::Subscript(subscript) => self.element(&subscript.of, &subscript.key, Element::Bare, span, depth),
                _ => Err(Trouble::undecided(value, "the expression", span)),
            },
            Value::Subscript(subscript) => self.element(&subscript.of, &subscript.key, Element::Json, span, depth),
            Value::Instance(instance) => {
                let hooks = self.types.interpreter.compiled.borrow();
                let ours = |dialect: Option<&str>| {
                    hooks.iter().find(|hook| {
                        matches!(&hook.class, Value::Class(class)
                            if Rc::ptr_eq(class, &instance.class) || instance.class.descends_from(class))
                            && match dialect {
                                Some(dialect) => hook.dialects.iter().any(|name| name == dialect),
                                None => hook.dialects.is_empty(),
                            }
                    })
                };
                let Some(hook) = ours(Some(dialect_name(self.engine))).or_else(|| ours(None)) else {
                    return Err(Trouble::undecided(value, "the expression", span));
                };
                self.types.interpreter.refuel();
                let arguments =
                    Arguments { positional: vec![value.clone(), Value::External("compiler")], ..Arguments::default() };
                let written = self.types.interpreter.invoke(&hook.function, arguments, hook.function.span);
                match written.as_text() {
                    Some(text) => Ok(Clause::tight(&*text)),
                    None => Err(Trouble::undecided(&written, "the expression", span)),
                }
            }
            value => Err(Trouble::undecided(value, "the expression", span)),
        }
    }

    fn truth(&self, truth: bool) -> &'static str {
        match (self.engine, truth) {
            (Engine::Postgres | Engine::Mysql, true) => "true",
            (Engine::Postgres | Engine::Mysql, false) => "false",
            (Engine::Sqlite, true) => "1",
            (Engine::Sqlite, false) => "0",
        }
    }
}
