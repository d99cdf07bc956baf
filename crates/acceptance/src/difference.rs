//! Two schemas, field by field: what the laws mean by "the same".

use serde_json::Value;
use whimbrel_plan::Dialect;
use whimbrel_schema::{Expression, Pair, Schema};

/// Every place where the two are not the same, as `tables.email.columns.subject.nullable: true → false`. Column order
/// is left out: no engine can change it in place, and nothing that names its columns depends on it. Expressions of which
/// the dialect is certain that they mean the same are the same.
pub fn differences(schemas: Pair<&Schema>, dialect: &dyn Dialect) -> Vec<String> {
    let values = schemas.map(|schema| serde_json::to_value(schema).unwrap_or(Value::Null));
    let mut found = Vec::new();
    compare("", values.as_ref(), dialect, &mut found);
    found
}

fn compare(path: &str, values: Pair<&Value>, dialect: &dyn Dialect, found: &mut Vec<String>) {
    match (values.from, values.to) {
        (Value::Object(from), Value::Object(to)) => {
            let keys: std::collections::BTreeSet<&String> = from.keys().chain(to.keys()).collect();
            for key in keys {
                let pair = Pair::new(from.get(key).unwrap_or(&Value::Null), to.get(key).unwrap_or(&Value::Null));
                compare(&join(path, key), pair, dialect, found);
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
                    ([from], [to]) => compare(&path, Pair::new(from, to), dialect, found),
                    (from, to) => {
                        let (from, to) = unmatched(&path, from, to, dialect);
                        if !from.is_empty() || !to.is_empty() {
                            found.push(format!("{path}: {} → {}", shown(&from), shown(&to)));
                        }
                    }
                }
            }
        }
        (Value::Array(from), Value::Array(to)) if from.len() == to.len() => {
            for (number, (from, to)) in from.iter().zip(to).enumerate() {
                compare(&join(path, &number.to_string()), Pair::new(from, to), dialect, found);
            }
        }
        (Value::String(from), Value::String(to)) if from != to && is_expression(path) => {
            let expressions = Pair::new(from, to).map(|text| Expression::new(text.clone()));
            if !dialect.same_expression(expressions.as_ref()) {
                found.push(format!("{path}: {from} → {to}"));
            }
        }
        (from, to) if from == to => {}
        (from, to) => found.push(format!("{path}: {from} → {to}")),
    }
}

fn is_expression(path: &str) -> bool {
    let last = path.rsplit('.').next().unwrap_or(path);
    ["default", "expression", "predicate", "query", "stored", "virtual"].contains(&last)
}

/// Of several things without a name of their own, those that have no equal on the other side.
fn unmatched(path: &str, from: &[Value], to: &[Value], dialect: &dyn Dialect) -> (Vec<Value>, Vec<Value>) {
    let mut left = to.to_vec();
    let alone = from.iter().filter(|value| {
        let equal = left.iter().position(|other| {
            let mut found = Vec::new();
            compare(path, Pair::new(*value, other), dialect, &mut found);
            found.is_empty()
        });
        equal.map(|at| left.remove(at)).is_none()
    });
    let alone: Vec<Value> = alone.cloned().collect();
    (alone, left)
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

/// Lists whose members have names and no order; what has no name is matched by what it is. The keys of an
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
        Some(_) | None => "unnamed".to_owned(),
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
        let dialect = whimbrel_engines::sqlite::dialect();
        let column = |name: &str| Column::new(name, ColumnType::new("TEXT"));
        let from = schema(vec![column("a"), column("b")], "a > 0");
        let to = schema(vec![column("b").not_null(), column("a")], "a > 0");
        let found = differences(Pair::new(&from, &to), dialect);
        assert_eq!(found, ["tables.email.columns.b.nullable: true → false"]);
        assert!(differences(Pair::new(&to, &to), dialect).is_empty());
        let other = schema(vec![column("a"), column("b")], "a > 1");
        assert_eq!(differences(Pair::new(&from, &other), dialect).len(), 1, "an unnamed check that is another one");
    }
}
