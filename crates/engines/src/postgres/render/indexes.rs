use std::collections::BTreeMap;

use whimbrel_plan::RenderError;
use whimbrel_schema::{Index, IndexKey, IndexTarget, Object, ObjectName, Schema};

use super::{Rendered, changed_parameters, list, name, not_exists, parameters};
use crate::postgres::expression;
use crate::postgres::quote::quote;

pub(super) fn create(table: &ObjectName, index: &Index, concurrently: bool, if_not_exists: bool) -> String {
    let unique = if index.unique { "UNIQUE " } else { "" };
    let concurrently = if concurrently { "CONCURRENTLY " } else { "" };
    let exists = not_exists(if_not_exists);
    // That of a partitioned table alone is not valid until those of all partitions are attached.
    let only = if index.valid { "" } else { "ONLY " };
    let mut sql = format!("CREATE {unique}INDEX {concurrently}{exists}{} ON {only}{}", quote(&index.name), name(table));
    if let Some(method) = &index.method {
        sql.push_str(&format!(" USING {}", quote(method)));
    }
    sql.push_str(&format!(" ({})", index.keys.iter().map(key).collect::<Vec<_>>().join(", ")));
    if !index.include.is_empty() {
        sql.push_str(&format!(" INCLUDE ({})", list(&index.include)));
    }
    if !index.nulls_distinct {
        sql.push_str(" NULLS NOT DISTINCT");
    }
    if !index.storage.is_empty() {
        sql.push_str(&format!(" WITH ({})", parameters(index.storage.iter())));
    }
    if let Some(tablespace) = &index.tablespace {
        sql.push_str(&format!(" TABLESPACE {}", quote(tablespace)));
    }
    if let Some(predicate) = &index.predicate {
        sql.push_str(&format!(" WHERE {predicate}"));
    }
    sql
}

pub(super) fn key(key: &IndexKey) -> String {
    let mut sql = match &key.target {
        IndexTarget::Column(name) => quote(name),
        IndexTarget::Expression(expression) if expression::is_call(expression.text()) => expression.to_string(),
        IndexTarget::Expression(expression) => format!("({expression})"),
    };
    if let Some(collation) = &key.collation {
        sql.push_str(&format!(" COLLATE {}", quote(collation)));
    }
    if let Some(class) = &key.operator_class {
        sql.push_str(&format!(" {class}"));
    }
    if key.descending {
        sql.push_str(" DESC");
    }
    match key.nulls_first {
        Some(true) => sql.push_str(" NULLS FIRST"),
        Some(false) => sql.push_str(" NULLS LAST"),
        None => {}
    }
    sql
}

pub(super) fn set_storage(index: &ObjectName, to: &BTreeMap<String, String>, before: &Schema) -> Rendered {
    let of_tables = before.tables.values().filter(|table| table.name.namespace == index.namespace);
    let mut found = of_tables.flat_map(|table| &table.indexes).chain(before.objects.values().flat_map(of_view));
    let current = found.find(|candidate| candidate.name == index.name);
    let current = current.ok_or_else(|| RenderError::Missing { what: format!("index `{index}`") })?;
    let actions = changed_parameters(&current.storage, to).into_iter();
    Ok(actions.map(|action| format!("ALTER INDEX {} {action}", name(index))).collect())
}

fn of_view(object: &Object) -> &[Index] {
    object.as_view().map_or(&[], |view| &view.indexes)
}
