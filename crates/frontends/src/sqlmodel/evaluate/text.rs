//! Methods of texts.

use std::rc::Rc;

use super::{Interpreter, LARGEST};
use crate::sqlmodel::value::{Arguments, Span, Value};

impl<'a> Interpreter<'a> {
    pub(super) fn text_method(
        &self,
        text: &Rc<str>,
        name: &str,
        arguments: &Arguments<'a>,
        span: Span<'a>,
    ) -> Option<Value<'a>> {
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
