//! Methods of lists, dictionaries, sets and of the rest that is not text.

use std::rc::Rc;

use super::assignment::position;
use super::operator::order;
use super::{Interpreter, LARGEST};
use crate::sqlmodel::value::{Arguments, Dict, Span, Value};

impl<'a> Interpreter<'a> {
    pub(super) fn call_method(
        &self,
        path: &'a str,
        receiver: &Value<'a>,
        arguments: Arguments<'a>,
        span: Span<'a>,
    ) -> Value<'a> {
        if let Some(open) = &arguments.open {
            return Value::Unknown(open.clone());
        }
        if let Some(unknown) = arguments.positional.iter().find(|value| matches!(value, Value::Unknown(_)))
            && matches!(receiver, Value::Str(_))
        {
            return unknown.clone();
        }
        let name = path.rsplit('.').next().unwrap_or(path);
        let result = match receiver {
            Value::Str(text) => self.text_method(text, name, &arguments, span),
            Value::List(values) => self.list_method(values, name, &arguments, span),
            Value::Dict(dict) => self.dict_method(dict, name, &arguments, span),
            Value::Set(values) => set_method(values, name, &arguments),
            // The groups of a match of a regular expression.
            Value::Tuple(groups) if path == "re.Match.group" => {
                let at = arguments.positional.first().map_or(Some(0), Value::as_int);
                at.and_then(|at| position(at, groups.len())).map(|at| groups[at].clone())
            }
            Value::Tuple(values) => match name {
                "index" => arguments.positional.first().and_then(|wanted| {
                    values.iter().position(|value| value.equal(wanted) == Some(true)).map(|at| Value::Int(at as i128))
                }),
                _ => None,
            },
            Value::Bytes(bytes) => match name {
                "decode" => String::from_utf8(bytes.to_vec()).ok().map(|text| Value::text(&text)),
                _ => None,
            },
            _ => None,
        };
        result
            .unwrap_or_else(|| Value::unknown(format!("`{}` of {} is not worked out", name, receiver.describe()), span))
    }

    fn list_method(
        &self,
        values: &Rc<std::cell::RefCell<Vec<Value<'a>>>>,
        name: &str,
        arguments: &Arguments<'a>,
        span: Span<'a>,
    ) -> Option<Value<'a>> {
        let first = arguments.positional.first();
        if values.borrow().len() > LARGEST {
            return Some(self.too_long(span));
        }
        // On a way that may not be taken, nobody knows whether the list has the element.
        let doubtful = || match self.conditional() {
            Some(place) => {
                Value::unknown("it is added under a condition that is not known before the code runs", place)
            }
            None => Value::None,
        };
        match name {
            "append" => {
                let value = match doubtful() {
                    Value::None => self.shallow(first?.clone(), span),
                    unknown => unknown,
                };
                values.borrow_mut().push(value);
            }
            "extend" => {
                let more = first?.elements()?;
                if more.len() > LARGEST {
                    return Some(self.too_long(span));
                }
                for value in more {
                    let value = self.shallow(value, span);
                    values.borrow_mut().push(value);
                }
            }
            "insert" => {
                let value = self.shallow(arguments.positional.get(1)?.clone(), span);
                let length = values.borrow().len();
                let at = first?.as_int()?;
                let at = position(at, length).unwrap_or(if at < 0 { 0 } else { length });
                values.borrow_mut().insert(at, value);
            }
            "remove" => {
                let wanted = first?;
                let at = values.borrow().iter().position(|value| value.equal(wanted) == Some(true))?;
                values.borrow_mut().remove(at);
            }
            "pop" => {
                let length = values.borrow().len();
                let at = first.map_or(Some(-1), Value::as_int)?;
                return Some(match position(at, length) {
                    Some(at) => values.borrow_mut().remove(at),
                    None => Value::raised("it raises `IndexError`", span),
                });
            }
            "copy" => return Some(Value::list(values.borrow().clone())),
            "clear" => values.borrow_mut().clear(),
            "reverse" => values.borrow_mut().reverse(),
            "index" => {
                let wanted = first?;
                let at = values.borrow().iter().position(|value| value.equal(wanted) == Some(true));
                return Some(Value::Int(i128::try_from(at?).ok()?));
            }
            "count" => {
                let count = values
                    .borrow()
                    .iter()
                    .filter(|value| first.is_some_and(|first| value.equal(first) == Some(true)))
                    .count();
                return Some(Value::Int(i128::try_from(count).ok()?));
            }
            "sort" if arguments.keywords.is_empty() => {
                let mut sorted = values.borrow().clone();
                if sorted.windows(2).any(|pair| order(&pair[0], &pair[1]).is_none()) {
                    return None;
                }
                sorted.sort_by(|a, b| order(a, b).unwrap_or(std::cmp::Ordering::Equal));
                *values.borrow_mut() = sorted;
            }
            _ => return None,
        }
        Some(Value::None)
    }

    fn dict_method(
        &self,
        dict: &Rc<std::cell::RefCell<Dict<'a>>>,
        name: &str,
        arguments: &Arguments<'a>,
        span: Span<'a>,
    ) -> Option<Value<'a>> {
        let first = arguments.positional.first();
        match name {
            "get" | "pop" | "setdefault" => {
                let default = arguments.positional.get(1).cloned();
                let found = dict.borrow().get(first?).cloned();
                if let (None, Some(unknown)) = (&found, &dict.borrow().open) {
                    return Some(Value::Unknown(unknown.clone()));
                }
                match (name, found) {
                    ("pop", Some(value)) => {
                        dict.borrow_mut().remove(first?);
                        Some(value)
                    }
                    ("setdefault", None) => {
                        let value = self.shallow(default.unwrap_or(Value::None), span);
                        dict.borrow_mut().insert(first?.clone(), value.clone());
                        Some(value)
                    }
                    (_, Some(value)) => Some(value),
                    ("pop", None) if default.is_none() => Some(Value::raised("it raises `KeyError`", span)),
                    (_, None) => Some(default.unwrap_or(Value::None)),
                }
            }
            "keys" => Some(Value::list(Value::Dict(dict.clone()).elements()?)),
            "values" | "items" => {
                let dict = dict.borrow();
                if dict.open.is_some() {
                    return None;
                }
                Some(Value::list(
                    dict.entries()
                        .iter()
                        .map(|(key, value)| match name {
                            "values" => value.clone(),
                            _ => Value::tuple(vec![key.clone(), value.clone()]),
                        })
                        .collect(),
                ))
            }
            "update" => {
                let mut updated = dict.borrow().clone();
                if let Some(value) = first {
                    self.spread(&mut updated, value.clone(), span);
                }
                for (name, value) in &arguments.keywords {
                    updated.insert(Value::text(name), self.shallow(value.clone(), span));
                }
                *dict.borrow_mut() = updated;
                Some(Value::None)
            }
            "copy" => Some(Value::dict(dict.borrow().clone())),
            "clear" => {
                *dict.borrow_mut() = Dict::default();
                Some(Value::None)
            }
            _ => None,
        }
    }
}

fn set_method<'a>(
    values: &Rc<std::cell::RefCell<Vec<Value<'a>>>>,
    name: &str,
    arguments: &Arguments<'a>,
) -> Option<Value<'a>> {
    match name {
        "add" => {
            let value = arguments.positional.first()?.clone();
            let known = values.borrow().iter().any(|other| other.equal(&value) == Some(true));
            if !known && values.borrow().len() < 5_000 {
                values.borrow_mut().push(value);
            }
            Some(Value::None)
        }
        "union" => {
            let mut all = values.borrow().clone();
            for more in &arguments.positional {
                all.extend(more.elements()?);
            }
            (all.len() <= 5_000).then(|| Value::set(all))
        }
        "copy" => Some(Value::set(values.borrow().clone())),
        _ => None,
    }
}
