//! Functions and methods of Python itself, and the few of its library that names and columns are made with.

use std::rc::Rc;

use super::format::representation;
use super::operator::order;
use super::statement::position;
use super::{Interpreter, LARGEST};
use crate::sqlmodel::classes::namespace;
use crate::sqlmodel::pattern::{Pattern, expand};
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
                "dialect.type_descriptor" => arguments.positional.first().cloned(),
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

    fn call_pattern(
        &self,
        name: &str,
        arguments: &Arguments<'a>,
        span: Span<'a>,
        scope: &Rc<Scope<'a>>,
    ) -> Option<Value<'a>> {
        if arguments.open.is_some() || arguments.keyword("flags").is_some() {
            return None;
        }
        let pattern = arguments.get(0, "pattern")?.as_text()?;
        match name {
            "sub" => self.substitute(
                &pattern,
                arguments.get(1, "repl")?,
                arguments.get(2, "string")?,
                arguments.get(3, "count"),
                span,
                scope,
            ),
            "findall" | "split" | "match" | "fullmatch" | "search" => {
                let text = arguments.get(1, "string")?.as_text()?;
                find(name, &pattern, &text)
            }
            _ => None,
        }
    }

    fn substitute(
        &self,
        pattern: &str,
        replacement: &Value<'a>,
        text: &Value<'a>,
        count: Option<&Value<'a>>,
        span: Span<'a>,
        scope: &Rc<Scope<'a>>,
    ) -> Option<Value<'a>> {
        let text = text.as_text()?;
        if text.len() > 2_000 {
            return None;
        }
        let pattern = Pattern::parse(pattern)?;
        let most = match count {
            Some(count) => usize::try_from(count.as_int()?).ok()?,
            None => 0,
        };
        let template = replacement.as_text();
        let replaced = pattern.replace(&text, most, |groups| match &template {
            Some(template) => expand(&pattern, template, groups),
            None => {
                let groups = groups.iter().map(|group| match group {
                    Some(text) => Value::text(text),
                    None => Value::None,
                });
                let found = Value::Bound(Rc::new((Value::External("re.Match"), Value::tuple(groups.collect()))));
                self.call_with(replacement.clone(), vec![found], span, scope).as_text().map(|text| text.to_string())
            }
        })?;
        Some(Value::text(&replaced))
    }

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

    fn text_method(&self, text: &Rc<str>, name: &str, arguments: &Arguments<'a>, span: Span<'a>) -> Option<Value<'a>> {
        let first = arguments.positional.first();
        let letters = || -> Option<Vec<char>> {
            match first {
                None | Some(Value::None) => Some(vec![' ', '\n', '\t', '\r', '\u{b}', '\u{c}']),
                Some(value) => Some(value.as_text()?.chars().collect()),
            }
        };
        let word = || first.and_then(Value::as_text);
        let all = |test: &dyn Fn(char) -> bool| Value::Bool(!text.is_empty() && text.chars().all(test));
        Some(match name {
            "lower" | "casefold" => Value::text(&text.to_lowercase()),
            "upper" => Value::text(&text.to_uppercase()),
            "title" => Value::text(&title(text)),
            "capitalize" => {
                let mut letters = text.chars();
                let first: String = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
                Value::text(&format!("{first}{}", letters.as_str().to_lowercase()))
            }
            "swapcase" => return None,
            "strip" => {
                let letters = letters()?;
                Value::text(text.trim_matches(|letter| letters.contains(&letter)))
            }
            "lstrip" => {
                let letters = letters()?;
                Value::text(text.trim_start_matches(|letter| letters.contains(&letter)))
            }
            "rstrip" => {
                let letters = letters()?;
                Value::text(text.trim_end_matches(|letter| letters.contains(&letter)))
            }
            "replace" => {
                let (from, to) = (word()?, arguments.positional.get(1)?.as_text()?);
                if from.is_empty() && text.len().saturating_mul(to.len() + 1) > LARGEST {
                    return Some(self.too_long(span));
                }
                let count = match arguments.get(2, "count") {
                    Some(count) => usize::try_from(count.as_int()?).ok(),
                    None => None,
                };
                let replaced = match count {
                    Some(count) => text.replacen(&*from, &to, count),
                    None => text.replace(&*from, &to),
                };
                return Some(self.bounded(Value::text(&replaced), span));
            }
            "split" | "rsplit" => {
                let most = match arguments.get(1, "maxsplit") {
                    Some(most) => usize::try_from(most.as_int()?).ok(),
                    None => None,
                };
                let parts: Vec<String> = match (first.filter(|value| !value.is_none()), most, name) {
                    (None, None, _) => text.split_whitespace().map(str::to_string).collect(),
                    (Some(separator), most, name) => {
                        let separator = separator.as_text()?;
                        if separator.is_empty() {
                            return None;
                        }
                        match (most, name) {
                            (None, _) => text.split(&*separator).map(str::to_string).collect(),
                            (Some(most), "split") => text.splitn(most + 1, &*separator).map(str::to_string).collect(),
                            (Some(most), _) => {
                                let mut parts: Vec<String> =
                                    text.rsplitn(most + 1, &*separator).map(str::to_string).collect();
                                parts.reverse();
                                parts
                            }
                        }
                    }
                    (None, Some(_), _) => return None,
                };
                Value::list(parts.iter().map(|part| Value::text(part)).collect())
            }
            "splitlines" => Value::list(text.lines().map(Value::text).collect()),
            "partition" => {
                let separator = word()?;
                match text.split_once(&*separator) {
                    Some((before, after)) => {
                        Value::tuple(vec![Value::text(before), Value::text(&separator), Value::text(after)])
                    }
                    None => Value::tuple(vec![Value::text(text), Value::text(""), Value::text("")]),
                }
            }
            "rpartition" => {
                let separator = word()?;
                match text.rsplit_once(&*separator) {
                    Some((before, after)) => {
                        Value::tuple(vec![Value::text(before), Value::text(&separator), Value::text(after)])
                    }
                    None => Value::tuple(vec![Value::text(""), Value::text(""), Value::text(text)]),
                }
            }
            "join" => {
                let parts: Option<Vec<Rc<str>>> = first?.elements()?.iter().map(Value::as_text).collect();
                let parts = parts?;
                let size: usize = parts.iter().map(|part| part.len() + text.len()).sum();
                if size > LARGEST {
                    return Some(self.too_long(span));
                }
                Value::text(&parts.join(text))
            }
            "format" => self.format_method(text, arguments, span),
            "startswith" | "endswith" => {
                let words: Vec<Rc<str>> = match first? {
                    Value::Tuple(words) => words.iter().map(Value::as_text).collect::<Option<_>>()?,
                    word => vec![word.as_text()?],
                };
                Value::Bool(words.iter().any(|word| match name {
                    "startswith" => text.starts_with(&**word),
                    _ => text.ends_with(&**word),
                }))
            }
            "removeprefix" => {
                let prefix = word()?;
                Value::text(text.strip_prefix(&*prefix).unwrap_or(text))
            }
            "removesuffix" => {
                let suffix = word()?;
                Value::text(text.strip_suffix(&*suffix).unwrap_or(text))
            }
            "isupper" => {
                let cased = text.chars().any(|letter| letter.is_uppercase());
                Value::Bool(cased && !text.chars().any(char::is_lowercase))
            }
            "islower" => {
                let cased = text.chars().any(|letter| letter.is_lowercase());
                Value::Bool(cased && !text.chars().any(char::is_uppercase))
            }
            "isdigit" | "isnumeric" | "isdecimal" => all(&char::is_numeric),
            "isalpha" => all(&char::is_alphabetic),
            "isalnum" => all(&char::is_alphanumeric),
            "isspace" => all(&char::is_whitespace),
            "isidentifier" => Value::Bool(
                text.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
                    && !text.starts_with(|letter: char| letter.is_numeric())
                    && !text.is_empty(),
            ),
            "count" => Value::Int(i128::try_from(text.matches(&*word()?).count()).ok()?),
            "find" | "index" => match text.find(&*word()?) {
                Some(at) => Value::Int(i128::try_from(text[..at].chars().count()).ok()?),
                None if name == "find" => Value::Int(-1),
                None => Value::raised("it raises `ValueError`", span),
            },
            "encode" => Value::Bytes(text.as_bytes().into()),
            "zfill" => {
                let width = usize::try_from(first?.as_int()?).ok()?.min(10_000);
                Value::text(&format!("{}{text}", "0".repeat(width.saturating_sub(text.chars().count()))))
            }
            "translate" | "expandtabs" | "ljust" | "rjust" | "center" => return None,
            _ => return None,
        })
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

fn find<'a>(name: &str, pattern: &str, text: &str) -> Option<Value<'a>> {
    if text.len() > 2_000 {
        return None;
    }
    let pattern = Pattern::parse(pattern)?;
    match name {
        "findall" => {
            let found = pattern.find_all(text)?;
            let group = |group: &Option<String>| Value::text(group.as_deref().unwrap_or(""));
            Some(Value::list(
                found
                    .iter()
                    .map(|groups| match groups.as_slice() {
                        [all] => group(all),
                        [_, one] => group(one),
                        [_, many @ ..] => Value::tuple(many.iter().map(group).collect()),
                        [] => Value::None,
                    })
                    .collect(),
            ))
        }
        "split" => {
            let mut parts = Vec::new();
            let mut rest = String::new();
            let marked = pattern.replace(text, 0, |_| Some("\u{0}".to_string()))?;
            for letter in marked.chars() {
                if letter == '\u{0}' {
                    parts.push(Value::text(&std::mem::take(&mut rest)));
                } else {
                    rest.push(letter);
                }
            }
            parts.push(Value::text(&rest));
            Some(Value::list(parts))
        }
        "match" | "fullmatch" | "search" => {
            if pattern.matches(text, name == "search", name == "fullmatch")? {
                None
            } else {
                Some(Value::None)
            }
        }
        _ => None,
    }
}

/// `str.title`: letters after anything that is no letter become capitals.
fn title(text: &str) -> String {
    let mut result = String::new();
    let mut inside = false;
    for letter in text.chars() {
        if letter.is_alphabetic() {
            if inside {
                result.extend(letter.to_lowercase());
            } else {
                result.extend(letter.to_uppercase());
            }
            inside = true;
        } else {
            result.push(letter);
            inside = false;
        }
    }
    result
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
