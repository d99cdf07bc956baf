//! Assignments: to names, to parts of something, to attributes.

use std::rc::Rc;

use ruff_python_ast::Expr;
use ruff_text_size::Ranged;

use super::{Interpreter, LARGEST};
use crate::sqlmodel::value::{Place, Scope, Span, Value};

impl<'a> Interpreter<'a> {
    pub(super) fn assign_name(&self, name: &'a str, value: Value<'a>, scope: &Rc<Scope<'a>>) {
        let value = self.settle(name, value, scope);
        if scope.outer.borrow().contains(&name) {
            let mut outer = scope.parent.clone();
            while let Some(next) = outer {
                if next.place == Place::Module || next.names.borrow().get(name).is_some() {
                    next.names.borrow_mut().set(name, value);
                    return;
                }
                outer = next.parent.clone();
            }
            self.module(scope.module).scope.names.borrow_mut().set(name, value);
            return;
        }
        scope.names.borrow_mut().set(name, value);
    }

    pub(super) fn assign(&self, target: &'a Expr, value: Value<'a>, scope: &Rc<Scope<'a>>) {
        match target {
            Expr::Name(name) => self.assign_name(name.id.as_str(), value, scope),
            Expr::Tuple(tuple) => self.assign_all(&tuple.elts, value, scope),
            Expr::List(list) => self.assign_all(&list.elts, value, scope),
            Expr::Starred(starred) => self.assign(&starred.value, value, scope),
            Expr::Attribute(attribute) => {
                let of = self.evaluate(&attribute.value, scope);
                self.set_attribute(of, attribute.attr.as_str(), value, scope.span(attribute.range));
            }
            Expr::Subscript(subscript) => {
                let of = self.evaluate(&subscript.value, scope);
                let key = self.evaluate(&subscript.slice, scope);
                match of {
                    Value::Dict(dict) if dict.borrow().entries().len() < LARGEST => {
                        let value = self.shallow(value, scope.span(subscript.range));
                        dict.borrow_mut().insert(key, value);
                    }
                    Value::List(list) => {
                        let value = self.shallow(value, scope.span(subscript.range));
                        if let Some(at) = key.as_int().and_then(|at| position(at, list.borrow().len())) {
                            list.borrow_mut()[at] = value;
                        }
                    }
                    unknown => unknown.touch(),
                }
            }
            _ => {}
        }
    }

    fn assign_all(&self, targets: &'a [Expr], value: Value<'a>, scope: &Rc<Scope<'a>>) {
        let starred = targets.iter().position(|target| matches!(target, Expr::Starred(_)));
        match (value.elements(), starred) {
            (Some(values), None) if values.len() == targets.len() => {
                for (target, value) in targets.iter().zip(values) {
                    self.assign(target, value, scope);
                }
            }
            (Some(values), Some(at)) if values.len() + 1 >= targets.len() => {
                let after = targets.len() - at - 1;
                for (target, value) in targets[..at].iter().zip(&values) {
                    self.assign(target, value.clone(), scope);
                }
                self.assign(&targets[at], Value::list(values[at..values.len() - after].to_vec()), scope);
                for (target, value) in targets[at + 1..].iter().zip(&values[values.len() - after..]) {
                    self.assign(target, value.clone(), scope);
                }
            }
            _ => {
                for target in targets {
                    let unknown = match &value {
                        Value::Unknown(_) => value.clone(),
                        value => Value::unknown(
                            format!("it is a part of {}, which is not known before the code runs", value.describe()),
                            scope.span(target.range()),
                        ),
                    };
                    self.assign(target, unknown, scope);
                }
            }
        }
    }

    pub(super) fn set_attribute(&self, of: Value<'a>, name: &'a str, value: Value<'a>, span: Span<'a>) {
        match &of {
            Value::Class(class) => {
                let mut names = class.scope.names.borrow_mut();
                names.set(name, value);
            }
            Value::Instance(instance) => instance.attributes.borrow_mut().set(name, value),
            Value::Module(id) => self.module(*id).scope.names.borrow_mut().set(name, value),
            Value::External(_) | Value::Call(_) | Value::Attribute(_) => {
                let attribute = self.term_attribute(&of, name, span);
                if let Some(key) = key_of(&attribute) {
                    self.assigned.borrow_mut().insert(key, value);
                }
            }
            _ => {}
        }
    }

    /// Keeps containers from holding themselves, and from nesting without end.
    pub(super) fn shallow(&self, value: Value<'a>, span: Span<'a>) -> Value<'a> {
        fn depth(value: &Value<'_>, left: u32) -> bool {
            if left == 0 {
                return false;
            }
            match value {
                Value::List(values) => match values.try_borrow() {
                    Ok(values) => values.iter().take(100).all(|value| depth(value, left - 1)),
                    Err(_) => false,
                },
                Value::Dict(dict) => match dict.try_borrow() {
                    Ok(dict) => dict.entries().iter().take(100).all(|(_, value)| depth(value, left - 1)),
                    Err(_) => false,
                },
                Value::Tuple(values) => values.iter().take(100).all(|value| depth(value, left - 1)),
                _ => true,
            }
        }
        if depth(&value, 12) { value } else { Value::unknown("it is nested too deeply", span) }
    }
}

/// A word for a term, under which what was assigned to it is kept.
pub(super) fn key_of(value: &Value<'_>) -> Option<String> {
    match value {
        Value::External(path) => Some(format!("x{path}")),
        Value::Call(call) => Some(format!("t{:p}", Rc::as_ptr(call))),
        Value::Class(class) => Some(format!("c{:p}", Rc::as_ptr(class))),
        Value::Attribute(attribute) => Some(format!("{}.{}", key_of(&attribute.of)?, attribute.name)),
        _ => None,
    }
}

pub(super) fn position(at: i128, length: usize) -> Option<usize> {
    let length = i128::try_from(length).ok()?;
    let at = if at < 0 { at + length } else { at };
    (0..length).contains(&at).then(|| usize::try_from(at).ok())?
}
