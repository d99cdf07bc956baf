//! As much of JSON Schema (draft 07) as the schemas of our outputs are written in. What it does not know it refuses, so
//! that nothing is passed over.

use regex::Regex;
use serde_json::{Map, Value};

/// What in the document is not as the schema says, each with its place; empty when all is well.
pub fn problems(document: &Value, schema: &Value) -> Vec<String> {
    let mut held = Held { whole: schema, problems: Vec::new() };
    held.hold(document, schema, "");
    held.problems
}

struct Held<'a> {
    whole: &'a Value,
    problems: Vec<String>,
}

impl<'a> Held<'a> {
    fn hold(&mut self, value: &Value, schema: &'a Value, at: &str) {
        let words = schema.as_object().unwrap_or_else(|| panic!("{at}: the schema is no object"));
        for (word, argument) in words {
            let wrong = match word.as_str() {
                "$schema" | "$id" | "title" | "description" | "definitions" | "additionalProperties" => false,
                "$ref" => {
                    let path = argument.as_str().unwrap().strip_prefix('#').unwrap();
                    let meant = self.whole.pointer(path).unwrap_or_else(|| panic!("{path} is nowhere"));
                    self.hold(value, meant, at);
                    false
                }
                "type" => !is_of(value, argument.as_str().unwrap()),
                "enum" => !argument.as_array().unwrap().contains(value),
                "minimum" => value.as_f64().is_some_and(|number| number < argument.as_f64().unwrap()),
                "maximum" => value.as_f64().is_some_and(|number| number > argument.as_f64().unwrap()),
                "minItems" => value.as_array().is_some_and(|items| (items.len() as u64) < argument.as_u64().unwrap()),
                "uniqueItems" => value.as_array().is_some_and(|items| has_twins(items)),
                "pattern" => {
                    value.as_str().is_some_and(|text| !Regex::new(argument.as_str().unwrap()).unwrap().is_match(text))
                }
                "format" => value.as_str().is_some_and(|text| !is_format(text, argument.as_str().unwrap())),
                "required" => {
                    let missing =
                        |name: &&Value| value.as_object().is_some_and(|it| !it.contains_key(name.as_str().unwrap()));
                    argument.as_array().unwrap().iter().any(|name| missing(&name))
                }
                "anyOf" | "oneOf" => {
                    let fits = argument.as_array().unwrap().iter().filter(|one| self.fits(value, one)).count();
                    if word == "anyOf" { fits == 0 } else { fits != 1 }
                }
                "properties" => {
                    if let Some(object) = value.as_object() {
                        self.hold_properties(object, words, at);
                    }
                    false
                }
                "items" => {
                    for (number, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.hold(item, argument, &format!("{at}/{number}"));
                    }
                    false
                }
                other => panic!("`{other}` of the schema is not known"),
            };
            if wrong {
                self.problems.push(format!("{at}: `{value}` breaks {word}: {argument}"));
            }
        }
    }

    fn hold_properties(&mut self, object: &Map<String, Value>, words: &'a Map<String, Value>, at: &str) {
        for (name, value) in object {
            match (words["properties"].get(name), words.get("additionalProperties")) {
                (Some(schema), _) => self.hold(value, schema, &format!("{at}/{name}")),
                (None, Some(Value::Bool(false))) => self.problems.push(format!("{at}: `{name}` is not foreseen")),
                (None, Some(schema @ Value::Object(_))) => self.hold(value, schema, &format!("{at}/{name}")),
                (None, _) => {}
            }
        }
    }

    fn fits(&self, value: &Value, schema: &'a Value) -> bool {
        let mut tried = Held { whole: self.whole, problems: Vec::new() };
        tried.hold(value, schema, "");
        tried.problems.is_empty()
    }
}

fn is_of(value: &Value, kind: &str) -> bool {
    match kind {
        "null" => value.is_null(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        other => panic!("`{other}` is no type"),
    }
}

fn has_twins(items: &[Value]) -> bool {
    items.iter().enumerate().any(|(at, item)| items[..at].contains(item))
}

fn is_format(text: &str, format: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c);
    match format {
        "uri" => text.contains(':') && text.chars().all(allowed),
        "uri-reference" => {
            let escapes = text
                .split('%')
                .skip(1)
                .all(|rest| rest.len() >= 2 && rest.bytes().take(2).all(|byte| byte.is_ascii_hexdigit()));
            text.chars().all(allowed) && escapes
        }
        "date-time" => text.contains('T'),
        other => panic!("`{other}` is no format"),
    }
}

#[test]
fn what_breaks_a_schema_is_seen() {
    let schema = serde_json::json!({
        "type": "object", "required": ["a"], "additionalProperties": false,
        "properties": { "a": { "$ref": "#/definitions/small" }, "b": { "type": "array", "uniqueItems": true } },
        "definitions": { "small": { "type": "integer", "maximum": 3 } }
    });
    let count = |text: &str| problems(&serde_json::from_str(text).unwrap(), &schema).len();
    assert_eq!(count(r#"{"a": 1, "b": [1, 2]}"#), 0);
    for wrong in [r#"{}"#, r#"{"a": 4}"#, r#"{"a": "1"}"#, r#"{"a": 1, "b": [1, 1]}"#, r#"{"a": 1, "c": 1}"#, "[]"] {
        assert_eq!(count(wrong), 1, "{wrong}");
    }
}
