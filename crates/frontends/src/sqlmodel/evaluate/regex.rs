//! `re`, for the patterns that names are made with.

use std::rc::Rc;

use super::Interpreter;
use crate::sqlmodel::pattern::{Pattern, expand};
use crate::sqlmodel::value::{Arguments, Scope, Span, Value};

impl<'a> Interpreter<'a> {
    pub(super) fn call_pattern(
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
