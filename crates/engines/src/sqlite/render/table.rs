use whimbrel_plan::RenderError;
use whimbrel_schema::{Constraint, Generation, Persistence, PrimaryKey, Table};

use super::super::naming::same;
use super::{column, constraint, if_not_exists_words, name};

/// One column or constraint a line.
pub(in crate::sqlite) fn create(table: &Table, if_not_exists: bool) -> Result<String, RenderError> {
    let condition = if_not_exists_words(if_not_exists);
    if let Some(using) = &table.options.virtual_using {
        return Ok(format!("CREATE VIRTUAL TABLE {condition}{} USING {using}", name(&table.name)));
    }
    if table.columns.is_empty() {
        return Err(RenderError::Missing { what: format!("column in table `{}`", table.name) });
    }
    let beside = table.primary_key.as_ref().filter(|key| stands_beside_column(table, key));
    let mut lines = Vec::new();
    for column in &table.columns {
        let key = beside.filter(|key| key.columns.iter().any(|name| same(name, &column.name)));
        lines.push(column::definition(column, key)?);
    }
    for constraint in table.constraints() {
        if !(beside.is_some() && matches!(constraint, Constraint::PrimaryKey(_))) {
            lines.push(constraint::definition(&constraint, table)?);
        }
    }
    let words = match table.options.persistence {
        Persistence::Temporary => "CREATE TEMPORARY TABLE",
        Persistence::Permanent | Persistence::Unlogged => "CREATE TABLE",
    };
    let options: Vec<_> = [(table.options.strict, "STRICT"), (table.options.without_rowid, "WITHOUT ROWID")]
        .into_iter()
        .filter_map(|(set, words)| set.then_some(words))
        .collect();
    let options = if options.is_empty() { String::new() } else { format!(" {}", options.join(", ")) };
    Ok(format!("{words} {condition}{} (\n    {}\n){options}", name(&table.name), lines.join(",\n    ")))
}

/// A key of one column without a name is written with its column. A descending one has to be: only there does
/// DESC keep an INTEGER key from becoming the rowid.
fn stands_beside_column(table: &Table, key: &PrimaryKey) -> bool {
    let [only] = key.columns.as_slice() else { return false };
    let counts = table
        .columns
        .iter()
        .any(|column| same(&column.name, only) && matches!(column.generation, Some(Generation::AutoIncrement)));
    let descending = key.order.iter().any(|order| order.descending);
    let collated = key.order.iter().any(|order| order.collation.is_some());
    !collated && (key.name.is_none() || counts || descending)
}
