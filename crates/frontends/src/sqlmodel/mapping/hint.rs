//! Annotations: what Python type a field has, whether it may be `None`, and what rides along in `Annotated`.

use std::rc::Rc;

use crate::sqlmodel::classes::Annotation;
use crate::sqlmodel::evaluate::Interpreter;
use crate::sqlmodel::library::{Family, known};
use crate::sqlmodel::value::{Operator, Scope, Span, Unknown, Value};

/// An annotation, taken apart.
#[derive(Clone)]
pub enum Hint<'a> {
    None,
    /// A class, of the project or of a library.
    Named(Value<'a>),
    Union(Vec<Hint<'a>>),
    /// `list[int]`, `Mapped[str]`: what is in front of the brackets, and what is in them.
    Generic {
        of: Value<'a>,
        parameters: Vec<Hint<'a>>,
    },
    Annotated {
        of: Box<Hint<'a>>,
        metadata: Vec<Value<'a>>,
    },
    Literal(Vec<Value<'a>>),
    Unknown(Rc<Unknown<'a>>),
}

impl<'a> Hint<'a> {
    pub fn of(interpreter: &Interpreter<'a>, annotation: &Annotation<'a>) -> Self {
        interpreter.refuel();
        let value = interpreter.evaluate_annotation(annotation.expression, &annotation.scope);
        Hint::of_value(interpreter, value, &annotation.scope, annotation.span, 0)
    }

    pub fn of_value(
        interpreter: &Interpreter<'a>,
        value: Value<'a>,
        scope: &Rc<Scope<'a>>,
        span: Span<'a>,
        depth: u32,
    ) -> Self {
        let again = |value: &Value<'a>| Hint::of_value(interpreter, value.clone(), scope, span, depth + 1);
        let unknown = |reason: &str| match Value::unknown(reason, span) {
            Value::Unknown(unknown) => Hint::Unknown(unknown),
            _ => Hint::None,
        };
        if depth > 30 {
            return unknown("the annotation is nested too deeply");
        }
        match &value {
            Value::None => Hint::None,
            Value::Unknown(reason) => Hint::Unknown(reason.clone()),
            Value::Str(text) => again(&interpreter.evaluate_annotation_text(text, scope, span)),
            Value::External(path) => match known(path) {
                (Family::Builtin, "NoneType") | (Family::Standard, "types.NoneType") => Hint::None,
                _ => Hint::Named(value),
            },
            Value::Operation(operation) if operation.operator == Operator::Binary(ruff_python_ast::Operator::BitOr) => {
                let mut parts = Vec::new();
                for operand in &operation.operands {
                    match again(operand) {
                        Hint::Union(more) => parts.extend(more),
                        part => parts.push(part),
                    }
                }
                Hint::Union(parts)
            }
            Value::Subscript(subscript) => {
                let keys = match &subscript.key {
                    Value::Tuple(keys) => keys.to_vec(),
                    key => vec![key.clone()],
                };
                let name = match &subscript.of {
                    Value::External(path) => match known(path) {
                        (Family::Typing, name) => name,
                        _ => "",
                    },
                    _ => "",
                };
                match name {
                    "Optional" => {
                        let mut parts = match keys.first().map(again) {
                            Some(Hint::Union(parts)) => parts,
                            Some(part) => vec![part],
                            None => Vec::new(),
                        };
                        parts.push(Hint::None);
                        Hint::Union(parts)
                    }
                    "Union" => {
                        let mut parts = Vec::new();
                        for key in &keys {
                            match again(key) {
                                Hint::Union(more) => parts.extend(more),
                                part => parts.push(part),
                            }
                        }
                        Hint::Union(parts)
                    }
                    "Annotated" => match keys.split_first() {
                        Some((of, metadata)) => match again(of) {
                            // `Annotated[Annotated[T, a], b]` is `Annotated[T, a, b]`.
                            Hint::Annotated { of, metadata: mut inner, .. } => {
                                inner.extend(metadata.iter().cloned());
                                Hint::Annotated { of, metadata: inner }
                            }
                            of => Hint::Annotated { of: Box::new(of), metadata: metadata.to_vec() },
                        },
                        None => unknown("`Annotated` is empty"),
                    },
                    "Literal" => {
                        let mut values = Vec::new();
                        for key in keys {
                            match Hint::of_value(interpreter, key.clone(), scope, span, depth + 1) {
                                Hint::Literal(more) if !matches!(key, Value::Str(_)) => values.extend(more),
                                _ => values.push(key),
                            }
                        }
                        Hint::Literal(values)
                    }
                    "Final" | "Required" | "NotRequired" | "ReadOnly" => match keys.first() {
                        Some(key) => again(key),
                        None => unknown("the annotation is empty"),
                    },
                    _ => Hint::Generic { of: subscript.of.clone(), parameters: keys.iter().map(again).collect() },
                }
            }
            Value::Class(_) | Value::Call(_) | Value::Attribute(_) => Hint::Named(value),
            Value::List(_) | Value::Ellipsis | Value::Tuple(_) => Hint::Named(value),
            value => unknown(&format!("{} is no annotation that is understood", value.describe())),
        }
    }

    pub fn includes_none(&self) -> bool {
        match self {
            Hint::None => true,
            Hint::Union(parts) => parts.iter().any(Hint::includes_none),
            Hint::Annotated { of, .. } => of.includes_none(),
            Hint::Named(_) | Hint::Generic { .. } | Hint::Literal(_) | Hint::Unknown(_) => false,
        }
    }

    /// The annotation without `None`, where only one type is left.
    pub fn without_none(&self) -> Hint<'a> {
        match self {
            Hint::Union(parts) => {
                let mut rest: Vec<Hint<'a>> =
                    parts.iter().filter(|part| !matches!(part, Hint::None)).map(Hint::without_none).collect();
                if rest.len() == 1 { rest.remove(0) } else { Hint::Union(rest) }
            }
            other => other.clone(),
        }
    }

    /// The name of the typing construct in front of the brackets: `Mapped`, `ClassVar`.
    pub fn head(&self) -> Option<&'a str> {
        match self {
            Hint::Generic { of: Value::External(path), .. } | Hint::Named(Value::External(path)) => Some(known(path).1),
            _ => None,
        }
    }

    /// Whether two annotations are the same type, as a dictionary of Python would see it.
    pub fn same(&self, other: &Hint<'a>) -> bool {
        match (self, other) {
            (Hint::None, Hint::None) => true,
            (Hint::Named(a), Hint::Named(b)) => same_name(a, b),
            (Hint::Union(a), Hint::Union(b)) => a.len() == b.len() && a.iter().all(|a| b.iter().any(|b| a.same(b))),
            (Hint::Generic { of: a, parameters: one }, Hint::Generic { of: b, parameters: two }) => {
                same_name(a, b) && one.len() == two.len() && one.iter().zip(two).all(|(a, b)| a.same(b))
            }
            (Hint::Annotated { of: a, metadata: one, .. }, Hint::Annotated { of: b, metadata: two, .. }) => {
                a.same(b) && one.len() == two.len() && one.iter().zip(two).all(|(a, b)| a.equal(b) == Some(true))
            }
            (Hint::Literal(a), Hint::Literal(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.equal(b) == Some(true))
            }
            _ => false,
        }
    }
}

fn same_name<'a>(a: &Value<'a>, b: &Value<'a>) -> bool {
    match (a, b) {
        (Value::External(a), Value::External(b)) => {
            // `Dict[str, Any]` and `dict[str, Any]` are two keys to Python, but written for one purpose.
            a == b || known(a) == known(b)
        }
        (Value::Class(a), Value::Class(b)) => Rc::ptr_eq(a, b),
        (Value::Call(a), Value::Call(b)) => Rc::ptr_eq(a, b),
        (Value::Ellipsis, Value::Ellipsis) => true,
        _ => false,
    }
}
