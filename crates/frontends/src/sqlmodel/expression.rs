//! SQL expressions written in Python, put into the SQL that SQLAlchemy makes of them.

use std::collections::HashMap;
use std::rc::Rc;

use ruff_python_ast::{CmpOp, Operator as Arithmetic};
use whimbrel_schema::Engine;

use super::library::{Family, known};
use super::types::{Place, Reading, Trouble, TypeReader, dialect_name};
use super::value::{Arguments, Call, Operation, Operator, Span, Value};

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

/// What an element of JSON is read as.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Element {
    Json,
    /// `astext`.
    Bare,
    Cast(&'static str),
}

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
            return Err(Trouble::new("undecided", "the expression is nested too deeply", span));
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

    /// `column["key"]` of JSON, read as what its method says: nothing for JSON itself.
    fn element(
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
            |what: &str| Trouble::new("undecided", format!("how SQLAlchemy reads {what} is not known"), span);
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

    fn operation(&self, operation: &Operation<'a>, depth: u32) -> Result<Clause, Trouble<'a>> {
        let span = operation.span;
        let operand = |at: usize| operation.operands.get(at).unwrap_or(&Value::None);
        match operation.operator {
            Operator::Compare(operator) => self.comparison(operator, operand(0), operand(1), span, depth),
            Operator::Binary(Arithmetic::BitAnd) => self.chain(" AND ", AND, &operation.operands, span, depth),
            Operator::Binary(Arithmetic::BitOr) => self.chain(" OR ", OR, &operation.operands, span, depth),
            Operator::Binary(operator) => {
                let left = self.clause(operand(0), span, depth + 1)?;
                let right = self.clause(operand(1), span, depth + 1)?;
                let is_text =
                    |clause: &Clause| clause.is_text || clause.column.as_ref().is_some_and(|facts| facts.text);
                let (sign, binds, same) = match operator {
                    Arithmetic::Add if is_text(&left) || is_text(&right) => (" || ", COMPARISON, Some(" || ")),
                    Arithmetic::Add => (" + ", SUM, Some(" + ")),
                    Arithmetic::Sub => (" - ", SUM, None),
                    Arithmetic::Mult => (" * ", PRODUCT, Some(" * ")),
                    Arithmetic::Mod => (" % ", PRODUCT, None),
                    Arithmetic::Div
                    | Arithmetic::FloorDiv
                    | Arithmetic::Pow
                    | Arithmetic::LShift
                    | Arithmetic::RShift
                    | Arithmetic::BitXor
                    | Arithmetic::MatMult
                    | Arithmetic::BitAnd
                    | Arithmetic::BitOr => {
                        return Err(Trouble::new(
                            "undecided",
                            format!(
                                "how SQLAlchemy writes `{}` here depends on its operands' types",
                                operator.as_str()
                            ),
                            span,
                        ));
                    }
                };
                let text = format!("{}{sign}{}", left.within(binds, same), right.within(binds, same));
                Ok(Clause { associative: same, is_text: sign == " || ", ..Clause::binding(text, binds) })
            }
            Operator::Negate => {
                let clause = self.clause(operand(0), span, depth + 1)?;
                Ok(Clause::binding(format!("-{}", clause.within(PRODUCT, None)), PRODUCT))
            }
            Operator::Plus => self.clause(operand(0), span, depth + 1),
            Operator::Invert | Operator::Not => self.negated(operand(0), span, depth),
        }
    }

    /// `NOT x`, which SQLAlchemy moves into the comparison where it can.
    fn negated(&self, value: &Value<'a>, span: Span<'a>, depth: u32) -> Result<Clause, Trouble<'a>> {
        if let Value::Operation(operation) = value
            && let Operator::Compare(operator) = operation.operator
            && let [left, right] = operation.operands.as_slice()
        {
            return self.comparison(operator.negate(), left, right, span, depth);
        }
        if let Value::Call(call) = value
            && let Value::Attribute(attribute) = &call.callee
        {
            let opposite = match attribute.name {
                "is_" => "is_not",
                "is_not" | "isnot" => "is_",
                "in_" => "not_in",
                "not_in" | "notin_" => "in_",
                "like" => "not_like",
                "ilike" => "not_ilike",
                "between" => "not_between",
                _ => "",
            };
            if !opposite.is_empty() {
                return self.method(call, &attribute.of, opposite, depth);
            }
        }
        let clause = self.clause(value, span, depth + 1)?;
        if let (Some(facts), Engine::Sqlite) = (&clause.column, self.engine)
            && facts.boolean
        {
            return Ok(Clause::binding(format!("{} = 0", clause.text), COMPARISON));
        }
        Ok(Clause::binding(format!("NOT {}", clause.within(COMPARISON, None)), COMPARISON))
    }

    fn comparison(
        &self,
        operator: CmpOp,
        left: &Value<'a>,
        right: &Value<'a>,
        span: Span<'a>,
        depth: u32,
    ) -> Result<Clause, Trouble<'a>> {
        // `5 < column` is `column > 5` to SQLAlchemy, as Python hands it over.
        let is_plain = |value: &Value<'a>| {
            matches!(
                value,
                Value::None | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Str(_) | Value::Member(_)
            )
        };
        let (operator, left, right) = if is_plain(left) && !is_plain(right) {
            let turned = match operator {
                CmpOp::Lt => CmpOp::Gt,
                CmpOp::LtE => CmpOp::GtE,
                CmpOp::Gt => CmpOp::Lt,
                CmpOp::GtE => CmpOp::LtE,
                other => other,
            };
            (turned, right, left)
        } else {
            (operator, left, right)
        };
        let one = self.clause(left, span, depth + 1)?;
        let other = match right {
            Value::None => {
                let word = match operator {
                    CmpOp::Eq => "IS NULL",
                    CmpOp::NotEq => "IS NOT NULL",
                    _ => return Err(Trouble::new("undecided", "`None` is compared by size", span)),
                };
                return Ok(Clause::binding(format!("{} {word}", one.within(COMPARISON, None)), COMPARISON));
            }
            right => self.beside(&one, right, span, depth)?,
        };
        let sign = match operator {
            CmpOp::Eq => "=",
            CmpOp::NotEq => "!=",
            CmpOp::Lt => "<",
            CmpOp::LtE => "<=",
            CmpOp::Gt => ">",
            CmpOp::GtE => ">=",
            CmpOp::Is | CmpOp::IsNot | CmpOp::In | CmpOp::NotIn => {
                return Err(Trouble::new(
                    "undecided",
                    format!("`{}` is no operator of SQL here", operator.as_str()),
                    span,
                ));
            }
        };
        let text = format!("{} {sign} {}", one.within(COMPARISON, None), other.within(COMPARISON, None));
        Ok(Clause::binding(text, COMPARISON))
    }

    /// A value next to a column, which decides how a member of an enum is stored.
    fn beside(&self, clause: &Clause, value: &Value<'a>, span: Span<'a>, depth: u32) -> Result<Clause, Trouble<'a>> {
        if let (Value::Member(member), Some(facts)) = (value, &clause.column)
            && let Some(stored) = &facts.stored
        {
            return match stored.get(member.name) {
                Some(text) => Ok(Clause { is_text: true, ..Clause::tight(literal(text)) }),
                None => Err(Trouble::undecided(value, "the stored value", span)),
            };
        }
        self.clause(value, span, depth + 1)
    }

    fn chain(
        &self,
        sign: &'static str,
        binds: i8,
        operands: &[Value<'a>],
        span: Span<'a>,
        depth: u32,
    ) -> Result<Clause, Trouble<'a>> {
        let mut parts = Vec::new();
        for operand in operands {
            let neutral = match operand {
                Value::Bool(truth) => Some(*truth),
                Value::Call(call) => match &call.callee {
                    Value::External(path) => match known(path) {
                        (Family::Sqlalchemy, "true") => Some(true),
                        (Family::Sqlalchemy, "false") => Some(false),
                        _ => None,
                    },
                    _ => None,
                },
                _ => None,
            };
            match neutral {
                Some(truth) if truth == (sign == " AND ") && operands.len() > 1 => continue,
                Some(truth) if operands.len() > 1 => return Ok(Clause::tight(self.truth(truth))),
                Some(_) | None => {}
            }
            let clause = self.clause(operand, span, depth + 1)?;
            let text = match (&clause.column, self.engine) {
                (Some(facts), Engine::Sqlite) if facts.boolean => format!("{} = 1", clause.text),
                _ => clause.within(binds, Some(sign)),
            };
            parts.push(text);
        }
        match parts.len() {
            0 => Err(Trouble::new("undecided", "nothing is combined here", span)),
            1 => Ok(Clause::binding(parts.remove(0), binds)),
            _ => Ok(Clause { associative: Some(sign), ..Clause::binding(parts.join(sign), binds) }),
        }
    }

    fn call(&self, call: &Rc<Call<'a>>, depth: u32) -> Result<Clause, Trouble<'a>> {
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
                        None => return Err(Trouble::new("undecided", "an operator has one operand", span)),
                    };
                    Ok(Clause::binding(format!("{} {sign} {}", left.within(0, None), right.within(0, None)), 0))
                }
                _ => Err(Trouble::undecided(&Value::Call(call.clone()), "the expression", span)),
            },
            _ => Err(Trouble::undecided(&Value::Call(call.clone()), "the expression", span)),
        }
    }

    fn construct(&self, path: &'a str, call: &Rc<Call<'a>>, depth: u32) -> Result<Clause, Trouble<'a>> {
        let span = call.span;
        let arguments = &call.arguments;
        let (family, name) = known(path);
        let reading = Reading { arguments, span };
        let first =
            || arguments.positional.first().ok_or_else(|| Trouble::new("undecided", "an argument is missing", span));
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
                    None => Err(Trouble::new("undecided", "the text has a parameter in it (`:name`)", span)),
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
                    return Err(Trouble::new("undecided", "a cast has no type", span));
                };
                let ty = self.types.read(ty, self.engine, Place::default(), span)?;
                let brackets = "[]".repeat(usize::from(ty.model.dimensions));
                Ok(Clause::tight(format!("CAST({} AS {}{brackets})", of.text, ty.model.sql)))
            }
            (Family::Sqlalchemy, "extract") => {
                let field = reading.text(0, "field")?.unwrap_or_default();
                let Some(of) = arguments.positional.get(1) else {
                    return Err(Trouble::new("undecided", "`extract` has one argument", span));
                };
                if self.engine != Engine::Postgres {
                    return Err(Trouble::new("undecided", "how SQLAlchemy writes `extract` here is not known", span));
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
                    first()?.elements().ok_or_else(|| Trouble::new("undecided", "the array is not known", span))?;
                let mut parts = Vec::new();
                for element in &elements {
                    parts.push(self.clause(element, span, depth + 1)?.text);
                }
                Ok(Clause::tight(format!("ARRAY[{}]", parts.join(", "))))
            }
            _ => Err(Trouble::undecided(&Value::Call(call.clone()), "the expression", span)),
        }
    }

    fn function(
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

    /// `of.name(…)`, with the arguments of `call`.
    fn method(&self, call: &Rc<Call<'a>>, of: &Value<'a>, name: &str, depth: u32) -> Result<Clause, Trouble<'a>> {
        let span = call.span;
        let arguments = &call.arguments;
        let unknown = || Trouble::undecided(&Value::Call(call.clone()), "the expression", span);
        if super::classes::is_flask(of) {
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
                    Err(Trouble::new("type-not-on-engine", format!("{} has no sequences", self.engine.title()), span))
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

/// `text()` with its escapes undone; `None` where it has a parameter.
fn text_without_parameters(text: &str) -> Option<String> {
    let letters: Vec<char> = text.chars().collect();
    let mut result = String::with_capacity(text.len());
    let word = |letter: Option<&char>| letter.is_some_and(|letter| letter.is_alphanumeric() || *letter == '_');
    let mut at = 0;
    while at < letters.len() {
        match letters[at] {
            '\\' if letters.get(at + 1) == Some(&':') => {
                result.push(':');
                at += 2;
                continue;
            }
            ':' if word(letters.get(at + 1)) => {
                let before = at.checked_sub(1).and_then(|before| letters.get(before));
                let glued = before.is_some_and(|letter| *letter == ':' || *letter == '\\') || word(before);
                let mut end = at + 1;
                while word(letters.get(end)) {
                    end += 1;
                }
                if !glued && letters.get(end) != Some(&':') {
                    return None;
                }
            }
            _ => {}
        }
        result.push(letters[at]);
        at += 1;
    }
    Some(result)
}

pub fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn float(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 { format!("{number:.1}") } else { format!("{number}") }
}

/// A name as SQLAlchemy writes it: in quotes where it is no plain lower-case word.
pub fn quote(name: &str, engine: Engine) -> String {
    let plain = name.starts_with(|letter: char| letter.is_ascii_lowercase() || letter == '_')
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'$');
    let words = match engine {
        Engine::Postgres => POSTGRES_WORDS,
        Engine::Sqlite | Engine::Mysql => SQLITE_WORDS,
    };
    if plain && words.binary_search(&name).is_err() {
        name.to_string()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}

/// Words that SQLAlchemy quotes for PostgreSQL.
const POSTGRES_WORDS: &[&str] = &[
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "between",
    "binary",
    "both",
    "case",
    "cast",
    "check",
    "collate",
    "column",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "false",
    "fetch",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "group",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "intersect",
    "into",
    "is",
    "isnull",
    "join",
    "leading",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "natural",
    "new",
    "not",
    "notnull",
    "null",
    "of",
    "off",
    "offset",
    "old",
    "on",
    "only",
    "or",
    "order",
    "outer",
    "over",
    "overlaps",
    "placing",
    "primary",
    "references",
    "returning",
    "right",
    "select",
    "session_user",
    "similar",
    "some",
    "symmetric",
    "table",
    "then",
    "to",
    "trailing",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
];
/// Words that SQLAlchemy quotes for SQLite.
const SQLITE_WORDS: &[&str] = &[
    "add",
    "after",
    "all",
    "alter",
    "analyze",
    "and",
    "as",
    "asc",
    "attach",
    "autoincrement",
    "before",
    "begin",
    "between",
    "by",
    "cascade",
    "case",
    "cast",
    "check",
    "collate",
    "column",
    "commit",
    "conflict",
    "constraint",
    "create",
    "cross",
    "current_date",
    "current_time",
    "current_timestamp",
    "database",
    "default",
    "deferrable",
    "deferred",
    "delete",
    "desc",
    "detach",
    "distinct",
    "drop",
    "each",
    "else",
    "end",
    "escape",
    "except",
    "exclusive",
    "exists",
    "explain",
    "fail",
    "false",
    "for",
    "foreign",
    "from",
    "full",
    "glob",
    "group",
    "having",
    "if",
    "ignore",
    "immediate",
    "in",
    "index",
    "indexed",
    "initially",
    "inner",
    "insert",
    "instead",
    "intersect",
    "into",
    "is",
    "isnull",
    "join",
    "key",
    "left",
    "like",
    "limit",
    "match",
    "natural",
    "not",
    "notnull",
    "null",
    "of",
    "offset",
    "on",
    "or",
    "order",
    "outer",
    "plan",
    "pragma",
    "primary",
    "query",
    "raise",
    "references",
    "reindex",
    "rename",
    "replace",
    "restrict",
    "right",
    "rollback",
    "row",
    "select",
    "set",
    "table",
    "temp",
    "temporary",
    "then",
    "to",
    "transaction",
    "trigger",
    "true",
    "union",
    "unique",
    "update",
    "using",
    "vacuum",
    "values",
    "view",
    "virtual",
    "when",
    "where",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn word_lists_are_sorted() {
        assert!(POSTGRES_WORDS.is_sorted());
        assert!(SQLITE_WORDS.is_sorted());
    }

    #[test]
    fn only_parameters_are_parameters() {
        assert_eq!(text_without_parameters("'a'::text").unwrap(), "'a'::text");
        assert_eq!(text_without_parameters(r"x \:y '12:30'").unwrap(), "x :y '12:30'");
        assert_eq!(text_without_parameters("a = :b"), None);
    }

    #[test]
    fn names_are_quoted_where_they_must_be() {
        assert_eq!(quote("user", Engine::Postgres), "\"user\"");
        assert_eq!(quote("user", Engine::Sqlite), "user");
        assert_eq!(quote("userId", Engine::Sqlite), "\"userId\"");
    }
}
