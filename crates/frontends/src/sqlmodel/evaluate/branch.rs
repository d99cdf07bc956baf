//! Ways of which one will be taken, and nobody knows which.

use std::cell::RefCell;
use std::rc::Rc;

use ruff_python_ast::Stmt;
use ruff_text_size::TextRange;

use super::Interpreter;
use super::statement::Flow;
use crate::sqlmodel::value::{Name, Names, Scope, Span, Unknown, UnknownKind, Value};

impl<'a> Interpreter<'a> {
    /// Takes both of two ways, of which one will be taken, and keeps what holds after either.
    pub(super) fn execute_either(
        &self,
        condition: TextRange,
        decided_by: Option<Name<'a>>,
        scope: &Rc<Scope<'a>>,
        one: &dyn Fn() -> Flow<'a>,
        other: &dyn Fn() -> Flow<'a>,
    ) -> Flow<'a> {
        let before = scope.names.borrow().clone();
        let first = self.enter_maybe(condition, scope, one);
        let after_first = std::mem::replace(&mut *scope.names.borrow_mut(), before);
        let second = self.enter_maybe(condition, scope, other);
        let depends = |ways: [Option<&Value<'a>>; 2]| {
            let text = scope.source.text.get(usize::from(condition.start())..usize::from(condition.end()));
            let text = text.unwrap_or("a condition").lines().next().unwrap_or("");
            let reason = format!("it depends on `{text}`, which is not known before the code runs");
            one_of(ways.into_iter().flatten(), reason, decided_by, scope.span(condition))
        };
        match (first, second) {
            // A way that ends in an exception is not the one that models are read by.
            (Flow::Raise(_), flow) => flow,
            (flow, Flow::Raise(_)) => {
                *scope.names.borrow_mut() = after_first;
                flow
            }
            (Flow::Return(one), Flow::Return(other)) => {
                if one.equal(&other) == Some(true) {
                    Flow::Return(one)
                } else {
                    Flow::Return(depends([Some(&one), Some(&other)]))
                }
            }
            (Flow::Return(value), flow) => {
                scope.pending.borrow_mut().push(value);
                scope.doubt.set(decided_by);
                flow
            }
            (flow, Flow::Return(value)) => {
                scope.pending.borrow_mut().push(value);
                scope.doubt.set(decided_by);
                *scope.names.borrow_mut() = after_first;
                flow
            }
            (_, flow) => {
                self.merge(&after_first, scope, &depends);
                match flow {
                    Flow::Break | Flow::Continue => Flow::Next,
                    flow => flow,
                }
            }
        }
    }

    fn merge(&self, other: &Names<'a>, scope: &Rc<Scope<'a>>, depends: &dyn Fn([Option<&Value<'a>>; 2]) -> Value<'a>) {
        let mut names = scope.names.borrow_mut();
        let mut changes = Vec::new();
        for (name, value) in other.iter() {
            let same = match (names.get(name), value) {
                (Some(Value::Import(a)), Value::Import(b)) => a.module == b.module && a.name == b.name,
                (Some(mine), value) => mine.equal(value) == Some(true),
                (None, _) => false,
            };
            if !same {
                changes.push(name);
            }
        }
        for (name, _) in names.iter() {
            if other.get(name).is_none() {
                changes.push(name);
            }
        }
        for name in changes {
            // Where one way defines a class or a function and the other does not, the definition is what names it;
            // classes know themselves that they stand under a condition.
            let kept = match (names.get(name), other.get(name)) {
                (
                    None,
                    Some(value @ (Value::Class(_) | Value::Function(_) | Value::Import(_) | Value::External(_))),
                ) => value.clone(),
                (
                    Some(value @ (Value::Class(_) | Value::Function(_) | Value::Import(_) | Value::External(_))),
                    None,
                ) => value.clone(),
                // Where one way leaves it undefined, it is not one of two values.
                (Some(one), Some(other)) => depends([Some(one), Some(other)]),
                (_, _) => depends([None, None]),
            };
            names.set(name, kept);
        }
    }

    /// A body that runs nobody knows how often: whatever it binds is not known afterwards.
    pub(super) fn spoil(&self, body: &'a [Stmt], scope: &Rc<Scope<'a>>, condition: TextRange) {
        let _ = self.execute_either(condition, None, scope, &|| self.execute_all(body, scope), &|| Flow::Next);
    }
}

/// A value that is one of several, and nobody knows which.
pub(super) fn one_of<'v, 'a: 'v>(
    values: impl Iterator<Item = &'v Value<'a>>,
    reason: String,
    settled_by: Option<Name<'a>>,
    span: Span<'a>,
) -> Value<'a> {
    const MOST: usize = 8;
    let mut among = Vec::new();
    let mut settled_by = settled_by;
    for value in values {
        settled_by = settled_by.or(value.settled_by());
        let alternatives = value.alternatives();
        // Only what keyword arguments are made of is worth the memory.
        let useful = !alternatives.is_empty() && alternatives.iter().all(|value| matches!(value, Value::Dict(_)));
        if !useful || among.len() + alternatives.len() > MOST {
            among.clear();
            break;
        }
        among.extend(alternatives);
    }
    let among = RefCell::new(among);
    Value::Unknown(Rc::new(Unknown { settled_by, among, ..Unknown::new(reason, span, UnknownKind::Undecided) }))
}
