//! Two schemas, field by field: what the laws mean by "the same".

use serde_json::Value;
use whimbrel_schema::{Pair, Schema};

/// Every place where the two are not the same, as `tables.email.columns.subject.nullable: true → false`. Column order
/// is left out: no engine can change it in place, and nothing that names its columns depends on it.
pub fn differences(schemas: Pair<&Schema>) -> Vec<String> {
    let values = schemas.map(|schema| serde_json::to_value(schema).unwrap_or(Value::Null));
    let mut found = Vec::new();
    compare("", values.as_ref(), &mut found);
    found
}

fn compare(path: &str, values: Pair<&Value>, found: &mut Vec<String>) {
    match (values.from, values.to) {
        (Value::Object(from), Value::Object(to)) => {
            let keys: std::collections::BTreeSet<&String> = from.keys().chain(to.keys()).collect();
            for key in keys {
                let pair = Pair::new(from.get(key).unwrap_or(&Value::Null), to.get(key).unwrap_or(&Value::Null));
                compare(&join(path, key), pair, found);
            }
        }
        (Value::Array(from), Value::Array(to)) if named(path, from) && named(path, to) => {
            let labels: std::collections::BTreeSet<String> = from.iter().chain(to).map(label).collect();
            for wanted in labels {
                let of = |list: &[Value]| -> Vec<Value> {
                    list.iter().filter(|value| label(value) == wanted).cloned().collect()
                };
                let path = join(path, &wanted);
                match (of(from).as_slice(), of(to).as_slice()) {
                    ([from], [to]) => compare(&path, Pair::new(from, to), found),
                    (from, to) if from == to => {}
                    (from, to) => found.push(format!("{path}: {} → {}", shown(from), shown(to))),
                }
            }
        }
        (from, to) if from == to => {}
        (from, to) => found.push(format!("{path}: {from} → {to}")),
    }
}

fn shown(values: &[Value]) -> String {
    match values {
        [] => "absent".to_owned(),
        values => values.iter().map(Value::to_string).collect::<Vec<_>>().join(", "),
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// Lists whose members have names and no order; unnamed constraints are told apart by what they are. The keys of an
/// index are a list too, and their order counts.
fn named(path: &str, list: &[Value]) -> bool {
    const LISTS: [&str; 9] =
        ["tables", "objects", "columns", "uniques", "foreign_keys", "checks", "exclusions", "indexes", "triggers"];
    let last = path.rsplit('.').next().unwrap_or(path);
    LISTS.contains(&last) && list.iter().all(Value::is_object)
}

fn label(value: &Value) -> String {
    // A constraint or a column has `name`, a table and an object an `ObjectName`, an object wraps it in its kind.
    let inner = match value.as_object() {
        Some(map) if map.len() == 1 && !map.contains_key("name") => map.values().next().unwrap_or(value),
        Some(_) | None => value,
    };
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    match inner.get("name") {
        Some(Value::String(name)) => name.clone(),
        Some(Value::Object(name)) => match (text(name.get("namespace")), text(name.get("name"))) {
            (Some(namespace), Some(name)) => format!("{namespace}.{name}"),
            (None, name) | (name, None) => name.unwrap_or_default(),
        },
        Some(_) | None => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use whimbrel_schema::{Check, Column, ColumnType, Engine, Table};

    fn schema(columns: Vec<Column>, check: &str) -> Schema {
        let mut table = Table::new("email");
        table.columns = columns;
        table.checks = vec![Check::new(None, check)];
        let mut schema = Schema::new(Engine::Sqlite);
        schema.insert_table(table);
        schema
    }

    #[test]
    fn each_difference_names_its_place() {
        let column = |name: &str| Column::new(name, ColumnType::new("TEXT"));
        let from = schema(vec![column("a"), column("b")], "a > 0");
        let to = schema(vec![column("b").not_null(), column("a")], "a > 0");
        let found = differences(Pair::new(&from, &to));
        assert_eq!(found, ["tables.email.columns.b.nullable: true → false"]);
        assert!(differences(Pair::new(&to, &to)).is_empty());
        let other = schema(vec![column("a"), column("b")], "a > 1");
        assert_eq!(differences(Pair::new(&from, &other)).len(), 2, "an unnamed check that is another one");
    }
}
