//! `of[key]`.

use std::rc::Rc;

use super::Interpreter;
use super::assignment::position;
use crate::sqlmodel::classes::Class;
use crate::sqlmodel::value::{Span, Subscript, Value};

impl<'a> Interpreter<'a> {
    pub(super) fn subscript(&self, of: Value<'a>, key: Value<'a>, span: Span<'a>) -> Value<'a> {
        let slice = match &key {
            Value::Subscript(slice) if matches!(slice.of, Value::External("builtins.slice")) => Some(slice.clone()),
            _ => None,
        };
        match (&of, slice) {
            (Value::Unknown(_), _) => of,
            (Value::External("os.environ"), None) if key.as_text().is_some() => {
                self.environment(&key.as_text().unwrap_or_default(), span)
            }
            (Value::Str(text), Some(slice)) => {
                let letters: Vec<char> = text.chars().collect();
                match sliced(&letters, &slice) {
                    Some(letters) => Value::text(&letters.into_iter().collect::<String>()),
                    None => Value::unknown("the slice is not known before the code runs", span),
                }
            }
            (Value::List(values), Some(slice)) => match sliced(&values.borrow(), &slice) {
                Some(values) => Value::list(values),
                None => Value::unknown("the slice is not known before the code runs", span),
            },
            (Value::Tuple(values), Some(slice)) => match sliced(values, &slice) {
                Some(values) => Value::tuple(values),
                None => Value::unknown("the slice is not known before the code runs", span),
            },
            (Value::Str(text), None) => {
                let letters: Vec<char> = text.chars().collect();
                match key.as_int().map(|at| position(at, letters.len())) {
                    Some(Some(at)) => Value::text(&letters[at].to_string()),
                    Some(None) => Value::raised("it raises `IndexError`", span),
                    None => Value::unknown("the index is not known before the code runs", span),
                }
            }
            (Value::List(_) | Value::Tuple(_), None) => {
                let values = of.elements().unwrap_or_default();
                match key.as_int().map(|at| position(at, values.len())) {
                    Some(Some(at)) => values[at].clone(),
                    Some(None) => Value::raised("it raises `IndexError`", span),
                    None => Value::unknown("the index is not known before the code runs", span),
                }
            }
            (Value::Dict(dict), None) => {
                let dict = dict.borrow();
                match dict.get(&key) {
                    Some(value) => value.clone(),
                    None if matches!(key, Value::Unknown(_)) => key,
                    None => match &dict.open {
                        Some(unknown) => Value::Unknown(unknown.clone()),
                        None => Value::raised("it raises `KeyError`", span),
                    },
                }
            }
            (Value::Class(class), None) if class.is_enum() => match key.as_text() {
                Some(name) => match Class::member(class, &name) {
                    Some(member) => Value::Member(Rc::new(member)),
                    None => Value::raised("it raises `KeyError`", span),
                },
                None => Value::unknown("the member is not known before the code runs", span),
            },
            _ => Value::Subscript(Rc::new(Subscript { of, key })),
        }
    }
}

fn sliced<'a, T: Clone>(values: &[T], slice: &Subscript<'a>) -> Option<Vec<T>> {
    let Value::Tuple(bounds) = &slice.key else { return None };
    let length = i128::try_from(values.len()).ok()?;
    let bound = |value: &Value<'a>| match value {
        Value::None => Some(None),
        value => value.as_int().map(Some),
    };
    let (lower, upper, step) = (bound(bounds.first()?)?, bound(bounds.get(1)?)?, bound(bounds.get(2)?)?);
    let clamp = |at: i128| if at < 0 { (at + length).max(0) } else { at.min(length) };
    match step.unwrap_or(1) {
        1 => {
            let from = usize::try_from(clamp(lower.unwrap_or(0))).ok()?;
            let to = usize::try_from(clamp(upper.unwrap_or(length))).ok()?;
            Some(values.get(from..to.max(from))?.to_vec())
        }
        -1 if lower.is_none() && upper.is_none() => Some(values.iter().rev().cloned().collect()),
        _ => None,
    }
}
