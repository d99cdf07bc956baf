use whimbrel_plan::RenderError;
use whimbrel_schema::{Index, IndexKey, IndexTarget, ObjectName, Schema};

use super::super::naming::{quote, same};
use super::{if_not_exists_words, name};

pub(in crate::sqlite) fn create(table: &ObjectName, index: &Index, if_not_exists: bool) -> Result<String, RenderError> {
    let keys: Vec<_> = index.keys.iter().map(key).collect();
    let predicate = index.predicate.as_ref().map(|predicate| format!(" WHERE {predicate}")).unwrap_or_default();
    Ok(format!(
        "CREATE {}INDEX {}{} ON {} ({}){predicate}",
        if index.unique { "UNIQUE " } else { "" },
        if_not_exists_words(if_not_exists),
        name(&table.sibling(&index.name)),
        quote(&table.name),
        keys.join(", "),
    ))
}

fn key(key: &IndexKey) -> String {
    let mut text = match &key.target {
        IndexTarget::Column(column) => quote(column),
        // Brackets keep a COLLATE that is part of the expression apart from that of the key.
        IndexTarget::Expression(expression) if key.collation.is_some() => format!("({expression})"),
        IndexTarget::Expression(expression) => expression.to_string(),
    };
    if let Some(collation) = &key.collation {
        text.push_str(&format!(" COLLATE {}", quote(collation)));
    }
    if key.descending {
        text.push_str(" DESC");
    }
    text
}

/// SQLite renames no index: it is dropped and made again.
pub(super) fn rename(from: &ObjectName, to: &str, before: &Schema) -> Result<Vec<String>, RenderError> {
    let missing = || RenderError::Missing { what: format!("index `{from}`") };
    let table = before.table_of_index(from).and_then(|table| before.table(table)).ok_or_else(missing)?;
    let index = table.indexes.iter().find(|index| same(&index.name, &from.name)).ok_or_else(missing)?;
    let renamed = Index { name: to.to_string(), ..index.clone() };
    Ok(vec![format!("DROP INDEX {}", name(from)), create(&table.name, &renamed, false)?])
}
