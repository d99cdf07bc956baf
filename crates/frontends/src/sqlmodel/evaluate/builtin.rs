//! Functions of Python itself, and the few of its library that names and columns are made with.

use std::rc::Rc;

use super::format::{json, representation};
use super::operator::order;
use super::{Interpreter, LARGEST};
use crate::sqlmodel::classes::namespace;
use crate::sqlmodel::types::is_text_type;
use crate::sqlmodel::value::{Arguments, Dict, Place, Scope, Span, UnknownKind, Value};

impl<'a> Interpreter<'a> {
    pub(super) fn call_external(
        &self,
        path: &'a str,
        arguments: Arguments<'a>,
        span: Span<'a>,
        scope: &Rc<Scope<'a>>,
    ) -> Value<'a> {
        let evaluated = match path.split_once('.') {
            Some(("builtins", name)) => self.call_builtin(name, &arguments, span, scope),
            Some(("re", name)) => self.call_pattern(name, &arguments, span, scope),
            _ => match path {
                "functools.partial" => {
                    let mut positional = arguments.positional.clone();
                    if positional.is_empty() || arguments.open.is_some() {
                        None
                    } else {
                        let function = positional.remove(0);
                        let keywords = Dict::from_entries(
                            arguments.keywords.iter().map(|(name, value)| (Value::text(name), value.clone())),
                        );
                        let parts = Value::tuple(vec![function, Value::tuple(positional), Value::dict(keywords)]);
                        Some(Value::Bound(Rc::new((Value::External("functools.partial"), parts))))
                    }
                }
                "typing.cast" | "typing_extensions.cast" => arguments.get(1, "val").cloned(),
                "importlib.import_module" => {
                    arguments.get(0, "name").and_then(Value::as_text).map(|path| self.import_module(&path, span))
                }
                "os.getenv" | "os.environ.get" => {
                    arguments.get(0, "key").and_then(Value::as_text).map(|name| self.environment(&name, span))
                }
                "json.dumps" if arguments.positional.len() == 1 && arguments.keywords.is_empty() => {
                    json(&arguments.positional[0]).map(|text| Value::text(&text))
                }
                "dialect.type_descriptor" => arguments.positional.first().cloned(),
                // Drivers have types of their own for texts.
                "dialect.postgresql.type_descriptor" => match arguments.positional.first() {
                    Some(ty) if is_text_type(ty) => None,
                    given => given.cloned(),
                },
                "copy.copy" | "copy.deepcopy" => match arguments.positional.first() {
                    Some(Value::Dict(dict)) => Some(Value::dict(dict.borrow().clone())),
                    Some(Value::List(list)) => Some(Value::list(list.borrow().clone())),
                    Some(value) => Some(value.clone()),
                    None => None,
                },
                "itertools.chain" => {
                    let parts: Option<Vec<Vec<Value<'a>>>> = arguments.positional.iter().map(Value::elements).collect();
                    parts.map(|parts| Value::list(parts.concat()))
                }
                "sys.intern" => arguments.positional.first().cloned(),
                _ => None,
            },
        };
        match evaluated {
            Some(value) => value,
            None => self.term(Value::External(path), arguments, span),
        }
    }

    fn call_builtin(
        &self,
        name: &str,
        arguments: &Arguments<'a>,
        span: Span<'a>,
        scope: &Rc<Scope<'a>>,
    ) -> Option<Value<'a>> {
        if arguments.open.is_some() && name != "dict" {
            return None;
        }
        let first = arguments.positional.first();
        if let Some(unknown @ Value::Unknown(reason)) = first {
            let asks = matches!(name, "getattr" | "hasattr" | "isinstance" | "issubclass" | "callable" | "type");
            if !asks || reason.kind == UnknownKind::Raised {
                return Some(unknown.clone());
            }
        }
        let elements = || first.map_or(Some(Vec::new()), Value::elements);
        Some(match name {
            "str" => match first {
                None => Value::text(""),
                Some(value) => match self.to_text(value, span) {
                    Ok(text) => Value::text(&text),
                    Err(unknown) => unknown,
                },
            },
            "repr" => Value::text(&representation(first?)?),
            "int" => match (first, first?.as_int()) {
                (_, Some(number)) => Value::Int(number),
                (Some(Value::Float(number)), None) if number.abs() < 1e15 => Value::Int(number.trunc() as i128),
                (Some(Value::Str(text)), None) => match text.trim().replace('_', "").parse() {
                    Ok(number) => Value::Int(number),
                    Err(_) => return None,
                },
                _ => return None,
            },
            "float" => match (first, first?.as_int()) {
                (Some(Value::Float(number)), _) => Value::Float(*number),
                (_, Some(number)) => Value::Float(number as f64),
                (Some(Value::Str(text)), _) => Value::Float(text.trim().parse().ok()?),
                _ => return None,
            },
            "bool" => match first {
                None => Value::Bool(false),
                Some(value) => Value::Bool(value.truth()?),
            },
            "len" => {
                let length = match first? {
                    Value::Str(text) => text.chars().count(),
                    value => value.elements()?.len(),
                };
                Value::Int(i128::try_from(length).ok()?)
            }
            "list" => self.bounded(Value::list(elements()?), span),
            "tuple" => self.bounded(Value::tuple(elements()?), span),
            "set" | "frozenset" => {
                let values = elements()?;
                if values.len() > 5_000 {
                    return Some(self.too_long(span));
                }
                Value::set(values)
            }
            "dict" => {
                let mut dict = Dict::default();
                match first {
                    None => {}
                    Some(value @ Value::Dict(_)) => self.spread(&mut dict, value.clone(), span),
                    Some(value) => {
                        for pair in value.elements()? {
                            let pair = pair.elements()?;
                            dict.insert(pair.first()?.clone(), pair.get(1)?.clone());
                        }
                    }
                }
                for (name, value) in &arguments.keywords {
                    dict.insert(Value::text(name), value.clone());
                }
                if let Some(unknown) = &arguments.open {
                    dict.open = Some(unknown.clone());
                }
                Value::dict(dict)
            }
            "range" => {
                let bounds: Option<Vec<i128>> = arguments.positional.iter().map(Value::as_int).collect();
                let (from, to, step) = match bounds?.as_slice() {
                    [to] => (0, *to, 1),
                    [from, to] => (*from, *to, 1),
                    [from, to, step] => (*from, *to, *step),
                    _ => return None,
                };
                if step == 0 || to.saturating_sub(from).checked_div(step)? > LARGEST as i128 {
                    return Some(self.too_long(span));
                }
                let mut numbers = Vec::new();
                let mut at = from;
                while (step > 0 && at < to) || (step < 0 && at > to) {
                    numbers.push(Value::Int(at));
                    at = at.checked_add(step)?;
                }
                Value::list(numbers)
            }
            "enumerate" => {
                let start = arguments.get(1, "start").map_or(Some(0), Value::as_int)?;
                let numbered = elements()?
                    .into_iter()
                    .enumerate()
                    .map(|(at, value)| Value::tuple(vec![Value::Int(start.saturating_add(at as i128)), value]));
                Value::list(numbered.collect())
            }
            "zip" => {
                let lists: Option<Vec<Vec<Value<'a>>>> = arguments.positional.iter().map(Value::elements).collect();
                let lists = lists?;
                let shortest = lists.iter().map(Vec::len).min().unwrap_or(0);
                Value::list(
                    (0..shortest).map(|at| Value::tuple(lists.iter().map(|list| list[at].clone()).collect())).collect(),
                )
            }
            "reversed" => {
                let mut values = elements()?;
                values.reverse();
                Value::list(values)
            }
            "sorted" => {
                let mut keyed = Vec::new();
                for value in elements()? {
                    let key = match arguments.keyword("key") {
                        Some(Value::None) | None => value.clone(),
                        Some(function) => self.call_with(function.clone(), vec![value.clone()], span, scope),
                    };
                    keyed.push((key, value));
                }
                if keyed.windows(2).any(|pair| order(&pair[0].0, &pair[1].0).is_none()) {
                    return None;
                }
                keyed.sort_by(|a, b| order(&a.0, &b.0).unwrap_or(std::cmp::Ordering::Equal));
                if arguments.keyword("reverse").is_some_and(|reverse| reverse.truth() != Some(false)) {
                    keyed.reverse();
                }
                Value::list(keyed.into_iter().map(|(_, value)| value).collect())
            }
            "map" => {
                let values = arguments.positional.get(1)?.elements()?;
                let function = first?.clone();
                let mapped = values.into_iter().map(|value| self.call_with(function.clone(), vec![value], span, scope));
                Value::list(mapped.collect())
            }
            "filter" => {
                let mut kept = Vec::new();
                for value in arguments.positional.get(1)?.elements()? {
                    let test = match first? {
                        Value::None => value.clone(),
                        function => self.call_with(function.clone(), vec![value.clone()], span, scope),
                    };
                    if test.truth()? {
                        kept.push(value);
                    }
                }
                Value::list(kept)
            }
            "any" => {
                let truths: Option<Vec<bool>> = elements()?.iter().map(Value::truth).collect();
                Value::Bool(truths?.into_iter().any(|truth| truth))
            }
            "all" => {
                let truths: Option<Vec<bool>> = elements()?.iter().map(Value::truth).collect();
                Value::Bool(truths?.into_iter().all(|truth| truth))
            }
            "sum" => {
                let mut sum = Value::Int(0);
                for value in elements()? {
                    sum = self.binary(ruff_python_ast::Operator::Add, sum, value, span);
                }
                sum
            }
            "max" | "min" => {
                let values = match arguments.positional.as_slice() {
                    [one] => one.elements()?,
                    many => many.to_vec(),
                };
                let key = arguments.keyword("key");
                let mut best: Option<(Value<'a>, Value<'a>)> = None;
                for value in values {
                    let weight = match key {
                        Some(function) => self.call_with(function.clone(), vec![value.clone()], span, scope),
                        None => value.clone(),
                    };
                    let better = match &best {
                        None => true,
                        Some((other, _)) => {
                            let order = order(&weight, other)?;
                            if name == "max" { order.is_gt() } else { order.is_lt() }
                        }
                    };
                    if better {
                        best = Some((weight, value));
                    }
                }
                match best {
                    Some((_, value)) => value,
                    None => arguments.keyword("default").cloned()?,
                }
            }
            "abs" => match first? {
                Value::Float(number) => Value::Float(number.abs()),
                value => Value::Int(value.as_int()?.checked_abs()?),
            },
            "round" if arguments.positional.len() == 1 => match first? {
                Value::Float(_) => return None,
                value => Value::Int(value.as_int()?),
            },
            "chr" => Value::text(&char::from_u32(u32::try_from(first?.as_int()?).ok()?)?.to_string()),
            "ord" => {
                let text = first?.as_text()?;
                let mut letters = text.chars();
                let letter = letters.next()?;
                if letters.next().is_some() {
                    return None;
                }
                Value::Int(i128::from(u32::from(letter)))
            }
            "format" => {
                let format = arguments.positional.get(1).map_or(Some(Rc::from("")), Value::as_text)?;
                match self.format_value(first?, &format, span) {
                    Ok(text) => Value::text(&text),
                    Err(unknown) => unknown,
                }
            }
            "getattr" => {
                let name = arguments.positional.get(1)?.as_text()?;
                let value = self.attribute(first?.clone(), self.arena.name(&name), span);
                match (&value, arguments.positional.get(2)) {
                    (Value::Unknown(unknown), Some(default))
                        if matches!(unknown.kind, UnknownKind::Undefined | UnknownKind::Raised) =>
                    {
                        default.clone()
                    }
                    _ => value,
                }
            }
            "hasattr" => {
                let name = arguments.positional.get(1)?.as_text()?;
                match self.attribute(first?.clone(), self.arena.name(&name), span) {
                    Value::Unknown(unknown) if unknown.kind == UnknownKind::Undefined => Value::Bool(false),
                    Value::Unknown(_) | Value::Attribute(_) | Value::External(_) => return None,
                    _ => Value::Bool(true),
                }
            }
            "setattr" => {
                let name = arguments.positional.get(1)?.as_text()?;
                let value = arguments.positional.get(2)?.clone();
                self.set_attribute(first?.clone(), self.arena.name(&name), value, span);
                Value::None
            }
            "isinstance" | "issubclass" => {
                let kinds = match arguments.positional.get(1)? {
                    Value::Tuple(kinds) => kinds.to_vec(),
                    kind => vec![kind.clone()],
                };
                let mut found = Some(false);
                for kind in &kinds {
                    match is_kind(first?, kind, name == "issubclass") {
                        Some(true) => return Some(Value::Bool(true)),
                        Some(false) => {}
                        None => found = None,
                    }
                }
                Value::Bool(found?)
            }
            "callable" => match first? {
                Value::Function(_) | Value::Class(_) | Value::Bound(_) => Value::Bool(true),
                Value::Str(_) | Value::Int(_) | Value::None | Value::Bool(_) | Value::List(_) | Value::Dict(_) => {
                    Value::Bool(false)
                }
                _ => return None,
            },
            "super" => match arguments.positional.as_slice() {
                [] => {
                    let mut place = Some(scope.clone());
                    loop {
                        let current = place?;
                        if let Some((class, receiver)) = current.receiver.borrow().clone() {
                            let parts = Value::tuple(vec![Value::Class(class), receiver]);
                            return Some(Value::Bound(Rc::new((Value::External("builtins.super"), parts))));
                        }
                        place = current.parent.clone();
                    }
                }
                [class @ Value::Class(_), receiver] => {
                    let parts = Value::tuple(vec![class.clone(), receiver.clone()]);
                    Value::Bound(Rc::new((Value::External("builtins.super"), parts)))
                }
                _ => return None,
            },
            "type" => match arguments.positional.as_slice() {
                [Value::Instance(instance)] => Value::Class(instance.class.clone()),
                [Value::Member(member)] => Value::Class(member.class.clone()),
                [Value::Str(_)] => Value::External("builtins.str"),
                [Value::Bool(_)] => Value::External("builtins.bool"),
                [Value::Int(_)] => Value::External("builtins.int"),
                [Value::Float(_)] => Value::External("builtins.float"),
                [name, bases, Value::Dict(body)] => {
                    let name = self.arena.name(&name.as_text()?);
                    let bases = bases.elements()?;
                    let place = Scope::new(scope.module, scope.source, Place::Class, None);
                    let mut entries = Vec::new();
                    for (key, value) in body.borrow().entries() {
                        entries.push((self.arena.name(&key.as_text()?), value.clone()));
                    }
                    if let Some(unknown) = &body.borrow().open {
                        return Some(Value::Unknown(unknown.clone()));
                    }
                    if entries.iter().any(|(name, _)| *name == "__annotations__") {
                        return Some(Value::unknown(
                            "the class is made with annotations that stand in no class body",
                            span,
                        ));
                    }
                    namespace(&place, entries);
                    let keywords = arguments.keywords.clone();
                    Value::Class(self.make_class(name, span, bases, keywords, Vec::new(), place, Vec::new()))
                }
                _ => return None,
            },
            "property" | "classmethod" | "staticmethod" => return None,
            "print" | "input" | "open" | "exec" | "eval" => Value::unknown(format!("`{name}` is not run"), span),
            "iter" => Value::list(elements()?),
            "next" => match elements()?.into_iter().next() {
                Some(value) => value,
                None => arguments.positional.get(1)?.clone(),
            },
            "hash" | "id" | "vars" | "dir" | "globals" | "locals" => return None,
            _ => return None,
        })
    }
}

/// Whether a value is of a kind; `None` where that is not known.
fn is_kind<'a>(value: &Value<'a>, kind: &Value<'a>, classes: bool) -> Option<bool> {
    match (value, kind) {
        (Value::Class(class), Value::Class(kind)) if classes => {
            Some(Rc::ptr_eq(class, kind) || class.descends_from(kind))
        }
        (Value::Class(class), Value::External(path)) if classes => {
            Some(class.descends_from_external(|other| other == *path))
        }
        (Value::Instance(instance), Value::Class(kind)) => {
            Some(Rc::ptr_eq(&instance.class, kind) || instance.class.descends_from(kind))
        }
        (Value::Member(member), Value::Class(kind)) => {
            Some(Rc::ptr_eq(&member.class, kind) || member.class.descends_from(kind))
        }
        (Value::Member(member), Value::External("builtins.str")) => Some(member.class.traits.text),
        (Value::Class(_), Value::External("builtins.type")) => Some(true),
        (value, Value::External(path)) => {
            let name = path.strip_prefix("builtins.")?;
            Some(match value {
                Value::Str(_) => name == "str",
                Value::Bool(_) => name == "bool" || name == "int",
                Value::Int(_) => name == "int",
                Value::Float(_) => name == "float",
                Value::List(_) => name == "list",
                Value::Tuple(_) => name == "tuple",
                Value::Dict(_) => name == "dict",
                Value::Set(_) => name == "set" || name == "frozenset",
                Value::None => name == "NoneType",
                Value::Bytes(_) => name == "bytes",
                Value::Function(_) | Value::Class(_) | Value::Module(_) => false,
                _ => return None,
            })
        }
        (
            Value::Str(_) | Value::Int(_) | Value::Bool(_) | Value::None | Value::List(_) | Value::Dict(_),
            Value::Class(_),
        ) => Some(false),
        _ => None,
    }
}
