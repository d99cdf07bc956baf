//! Text made from values: f-strings, `%`, `str.format`.

use std::rc::Rc;

use ruff_python_ast::{
    ConversionFlag, ExprFString, FStringPart, InterpolatedStringElement, InterpolatedStringElements,
};

use super::{Interpreter, LARGEST};
use crate::sqlmodel::classes::Class;
use crate::sqlmodel::value::{Arguments, Scope, Span, Value};

impl<'a> Interpreter<'a> {
    pub(super) fn format_string(&self, string: &'a ExprFString, scope: &Rc<Scope<'a>>, span: Span<'a>) -> Value<'a> {
        let mut text = String::new();
        for part in string.value.iter() {
            match part {
                FStringPart::Literal(literal) => text.push_str(&literal.value),
                FStringPart::FString(string) => {
                    if let Err(value) = self.format_elements(&string.elements, scope, span, &mut text) {
                        return value;
                    }
                }
            }
        }
        self.bounded(Value::text(&text), span)
    }

    fn format_elements(
        &self,
        elements: &'a InterpolatedStringElements,
        scope: &Rc<Scope<'a>>,
        span: Span<'a>,
        text: &mut String,
    ) -> Result<(), Value<'a>> {
        for element in elements {
            match element {
                InterpolatedStringElement::Literal(literal) => text.push_str(&literal.value),
                InterpolatedStringElement::Interpolation(element) => {
                    if element.debug_text.is_some() {
                        return Err(Value::unknown("`{name=}` prints what only the running code knows", span));
                    }
                    let value = self.evaluate(&element.expression, scope);
                    let mut format = String::new();
                    if let Some(specification) = &element.format_spec {
                        self.format_elements(&specification.elements, scope, span, &mut format)?;
                    }
                    let formatted = match element.conversion {
                        ConversionFlag::None if format.is_empty() => self.to_text(&value, span),
                        ConversionFlag::None => self.format_value(&value, &format, span),
                        ConversionFlag::Str => match self.to_text(&value, span) {
                            Ok(text) => self.format_value(&Value::text(&text), &format, span),
                            error => error,
                        },
                        ConversionFlag::Repr | ConversionFlag::Ascii => match representation(&value) {
                            Some(text) => self.format_value(&Value::text(&text), &format, span),
                            None => Err(self.unprintable(&value, span)),
                        },
                    }?;
                    text.push_str(&formatted);
                    if text.len() > LARGEST {
                        return Err(self.too_long(span));
                    }
                }
            }
        }
        Ok(())
    }

    fn unprintable(&self, value: &Value<'a>, span: Span<'a>) -> Value<'a> {
        match value {
            Value::Unknown(_) => value.clone(),
            value => Value::unknown(format!("{} is not known as text before the code runs", value.describe()), span),
        }
    }

    /// What `str(value)` gives.
    pub(super) fn to_text(&self, value: &Value<'a>, span: Span<'a>) -> Result<String, Value<'a>> {
        match value {
            Value::Str(text) => Ok(text.to_string()),
            Value::Member(member) => {
                if let Some((Value::Function(function), _)) = Class::find(&member.class, "__str__") {
                    let arguments = Arguments { positional: vec![value.clone()], ..Arguments::default() };
                    let text = self.invoke(&function, arguments, span);
                    return text.as_text().map(|text| text.to_string()).ok_or_else(|| self.unprintable(&text, span));
                }
                if member.class.traits.prints_value {
                    return self.to_text(&member.value, span);
                }
                if member.class.traits.text || member.class.traits.integer {
                    // `f"{Color.RED}"` gave the value before Python 3.12 and gives `Color.RED` since.
                    return Err(Value::unknown(
                        format!(
                            "how `{}.{}` prints differs between versions of python",
                            member.class.name, member.name
                        ),
                        span,
                    ));
                }
                Ok(format!("{}.{}", member.class.name, member.name))
            }
            Value::Instance(instance) => {
                if let Some((Value::Function(function), _)) = Class::find(&instance.class, "__str__") {
                    let arguments = Arguments { positional: vec![value.clone()], ..Arguments::default() };
                    let text = self.invoke(&function, arguments, span);
                    return text.as_text().map(|text| text.to_string()).ok_or_else(|| self.unprintable(&text, span));
                }
                Err(self.unprintable(value, span))
            }
            value => representation(value).ok_or_else(|| self.unprintable(value, span)),
        }
    }

    /// What `format(value, specification)` gives.
    pub(super) fn format_value(&self, value: &Value<'a>, format: &str, span: Span<'a>) -> Result<String, Value<'a>> {
        if format.is_empty() {
            return self.to_text(value, span);
        }
        let unknown = || Value::unknown(format!("the format `{format}` is not understood"), span);
        let letters: Vec<char> = format.chars().collect();
        let mut at = 0;
        let mut fill = ' ';
        let mut align = None;
        if letters.len() > 1 && matches!(letters[1], '<' | '>' | '^' | '=') {
            fill = letters[0];
            align = Some(letters[1]);
            at = 2;
        } else if matches!(letters[0], '<' | '>' | '^' | '=') {
            align = Some(letters[0]);
            at = 1;
        }
        if letters.get(at) == Some(&'0') {
            if align.is_none() {
                fill = '0';
                align = Some('=');
            }
            at += 1;
        }
        let mut width = 0usize;
        while let Some(digit) = letters.get(at).and_then(|letter| letter.to_digit(10)) {
            width = width.saturating_mul(10).saturating_add(digit as usize);
            at += 1;
        }
        if width > 10_000 {
            return Err(unknown());
        }
        let mut precision = None;
        if letters.get(at) == Some(&'.') {
            at += 1;
            let mut digits = 0usize;
            while let Some(digit) = letters.get(at).and_then(|letter| letter.to_digit(10)) {
                digits = digits.saturating_mul(10).saturating_add(digit as usize);
                at += 1;
            }
            precision = Some(digits.min(1_000));
        }
        let kind: String = letters[at..].iter().collect();
        let (text, numeric) = match (kind.as_str(), value.as_int()) {
            ("" | "d", Some(number)) if precision.is_none() => (number.to_string(), true),
            ("x", Some(number)) => (format!("{number:x}"), true),
            ("X", Some(number)) => (format!("{number:X}"), true),
            ("b", Some(number)) => (format!("{number:b}"), true),
            ("o", Some(number)) => (format!("{number:o}"), true),
            ("" | "s", None) => {
                let text = self.to_text(value, span)?;
                match precision {
                    Some(most) => (text.chars().take(most).collect(), false),
                    None => (text, false),
                }
            }
            _ => return Err(unknown()),
        };
        let missing = width.saturating_sub(text.chars().count());
        let pad = |count: usize| fill.to_string().repeat(count);
        Ok(match align.unwrap_or(if numeric { '>' } else { '<' }) {
            '<' => format!("{text}{}", pad(missing)),
            '^' => format!("{}{text}{}", pad(missing / 2), pad(missing - missing / 2)),
            '=' => match text.strip_prefix('-') {
                Some(digits) => format!("-{}{digits}", pad(missing)),
                None => format!("{}{text}", pad(missing)),
            },
            _ => format!("{}{text}", pad(missing)),
        })
    }

    /// `"…" % values`.
    pub(super) fn format_percent(&self, template: &str, values: &Value<'a>, span: Span<'a>) -> Value<'a> {
        match self.percent(template, values, span) {
            Ok(text) => self.bounded(Value::text(&text), span),
            Err(value) => value,
        }
    }

    fn percent(&self, template: &str, values: &Value<'a>, span: Span<'a>) -> Result<String, Value<'a>> {
        let unknown = || Value::unknown("the format is not understood", span);
        let mut positional = match values {
            Value::Tuple(values) => values.to_vec(),
            value => vec![value.clone()],
        }
        .into_iter();
        let mut text = String::new();
        let mut letters = template.chars().peekable();
        while let Some(letter) = letters.next() {
            if letter != '%' {
                text.push(letter);
                continue;
            }
            let value = match letters.peek() {
                Some('%') => {
                    letters.next();
                    text.push('%');
                    continue;
                }
                Some('(') => {
                    letters.next();
                    let mut key = String::new();
                    loop {
                        match letters.next().ok_or_else(unknown)? {
                            ')' => break,
                            letter => key.push(letter),
                        }
                    }
                    match values {
                        Value::Dict(dict) => dict.borrow().get_text(&key).cloned().ok_or_else(unknown)?,
                        _ => return Err(unknown()),
                    }
                }
                Some(_) => positional.next().ok_or_else(unknown)?,
                None => return Err(unknown()),
            };
            let mut zero = false;
            let mut width = String::new();
            while let Some(digit) = letters.next_if(|letter| letter.is_ascii_digit()) {
                if digit == '0' && width.is_empty() {
                    zero = true;
                } else {
                    width.push(digit);
                }
            }
            let formatted = match letters.next() {
                Some('s') => self.to_text(&value, span)?,
                Some('d' | 'i') => value.as_int().ok_or_else(unknown)?.to_string(),
                Some('r') => representation(&value).ok_or_else(unknown)?,
                _ => return Err(unknown()),
            };
            let width: usize = width.parse().unwrap_or(0).min(10_000);
            let missing = width.saturating_sub(formatted.chars().count());
            text.push_str(&if zero { "0" } else { " " }.repeat(missing));
            text.push_str(&formatted);
        }
        Ok(text)
    }

    /// `"…".format(…)`.
    pub(super) fn format_method(&self, template: &str, arguments: &Arguments<'a>, span: Span<'a>) -> Value<'a> {
        match self.braces(template, arguments, span) {
            Ok(text) => self.bounded(Value::text(&text), span),
            Err(value) => value,
        }
    }

    fn braces(&self, template: &str, arguments: &Arguments<'a>, span: Span<'a>) -> Result<String, Value<'a>> {
        let unknown = || Value::unknown("the format is not understood", span);
        if let Some(open) = &arguments.open {
            return Err(Value::Unknown(open.clone()));
        }
        let mut text = String::new();
        let mut next = 0;
        let mut letters = template.chars().peekable();
        while let Some(letter) = letters.next() {
            match letter {
                '{' if letters.next_if_eq(&'{').is_some() => text.push('{'),
                '}' if letters.next_if_eq(&'}').is_some() => text.push('}'),
                '{' => {
                    let mut field = String::new();
                    loop {
                        match letters.next().ok_or_else(unknown)? {
                            '}' => break,
                            '{' => return Err(unknown()),
                            letter => field.push(letter),
                        }
                    }
                    let (field, format) = field.split_once(':').unwrap_or((&field, ""));
                    let (field, conversion) = field.split_once('!').unwrap_or((field, ""));
                    let mut parts = field.split('.');
                    let first = parts.next().unwrap_or("");
                    let mut value = if first.is_empty() {
                        next += 1;
                        arguments.positional.get(next - 1)
                    } else if let Ok(at) = first.parse::<usize>() {
                        arguments.positional.get(at)
                    } else {
                        arguments.keyword(first)
                    }
                    .cloned()
                    .ok_or_else(unknown)?;
                    for part in parts {
                        value = self.attribute(value, self.arena.name(part), span);
                    }
                    if conversion == "r" {
                        value = Value::text(&representation(&value).ok_or_else(unknown)?);
                    }
                    text.push_str(&self.format_value(&value, format, span)?);
                }
                letter => text.push(letter),
            }
            if text.len() > LARGEST {
                return Err(self.too_long(span));
            }
        }
        Ok(text)
    }
}

/// What `repr(value)` gives, for plain values.
pub(super) fn representation(value: &Value<'_>) -> Option<String> {
    Some(match value {
        Value::None => "None".to_string(),
        Value::Bool(true) => "True".to_string(),
        Value::Bool(false) => "False".to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => float(*number)?,
        Value::Str(text) => quoted(text)?,
        Value::Tuple(values) => {
            let parts: Option<Vec<String>> = values.iter().map(representation).collect();
            let parts = parts?;
            if parts.len() == 1 { format!("({},)", parts[0]) } else { format!("({})", parts.join(", ")) }
        }
        Value::List(values) => {
            let parts: Option<Vec<String>> = values.borrow().iter().map(representation).collect();
            format!("[{}]", parts?.join(", "))
        }
        Value::Member(member) if member.class.traits.text || member.class.traits.integer => return None,
        _ => return None,
    })
}

/// What `json.dumps` writes, for values that it writes without a choice.
pub(super) fn json(value: &Value<'_>) -> Option<String> {
    Some(match value {
        Value::None => "null".to_string(),
        Value::Bool(truth) => truth.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Str(text) if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) => {
            format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
        }
        Value::List(values) => {
            let parts: Option<Vec<String>> = values.borrow().iter().map(json).collect();
            format!("[{}]", parts?.join(", "))
        }
        Value::Tuple(values) => {
            let parts: Option<Vec<String>> = values.iter().map(json).collect();
            format!("[{}]", parts?.join(", "))
        }
        Value::Dict(dict) if dict.borrow().open.is_none() => {
            let pair = |(key, value): &(Value<'_>, Value<'_>)| {
                matches!(key, Value::Str(_)).then_some(())?;
                Some(format!("{}: {}", json(key)?, json(value)?))
            };
            let parts: Option<Vec<String>> = dict.borrow().entries().iter().map(pair).collect();
            format!("{{{}}}", parts?.join(", "))
        }
        _ => return None,
    })
}

/// Python's shortest text of a float, where Rust's is the same.
fn float(number: f64) -> Option<String> {
    if !number.is_finite() {
        return None;
    }
    let size = number.abs();
    if size != 0.0 && !(1e-4..1e16).contains(&size) {
        return None;
    }
    Some(if number.fract() == 0.0 { format!("{number:.1}") } else { format!("{number}") })
}

fn quoted(text: &str) -> Option<String> {
    if text.chars().any(|letter| letter.is_control() || letter == '\\') {
        return None;
    }
    Some(if text.contains('\'') && !text.contains('"') {
        format!("\"{text}\"")
    } else {
        format!("'{}'", text.replace('\'', "\\'"))
    })
}
