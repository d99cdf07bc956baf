use whimbrel_plan::RenderError;
use whimbrel_schema::{Column, Constraint, Generation, OnConflict, PrimaryKey};

use super::super::expression::is_term;
use super::super::naming::quote;
use super::super::types;
use super::{constraint, unsupported};

/// `name TYPE NOT NULL DEFAULT 1`, with the primary key when it is written here.
pub(super) fn definition(column: &Column, key: Option<&PrimaryKey>) -> Result<String, RenderError> {
    let mut words = vec![quote(&column.name)];
    let ty = types::sql(&column.ty);
    if !ty.is_empty() {
        words.push(type_words(&ty));
    }
    if !column.nullable {
        words.push(format!("NOT NULL{}", on_conflict(column.on_null)));
    }
    if let Some(default) = &column.default {
        let text = default.text();
        words.push(if is_term(text) { format!("DEFAULT {text}") } else { format!("DEFAULT ({text})") });
    }
    if let Some(collation) = &column.collation {
        words.push(format!("COLLATE {}", quote(collation)));
    }
    match &column.generation {
        Some(Generation::Stored(expression)) => words.push(format!("GENERATED ALWAYS AS ({expression}) STORED")),
        Some(Generation::Virtual(expression)) => words.push(format!("GENERATED ALWAYS AS ({expression}) VIRTUAL")),
        Some(Generation::AutoIncrement) | None => {}
        Some(Generation::Identity(_) | Generation::Serial { .. }) => {
            return unsupported(format!("number the column `{}` by a sequence", column.name));
        }
    }
    if let Some(key) = key {
        words.push(primary_key(column, key));
    }
    Ok(words.join(" "))
}

fn primary_key(column: &Column, key: &PrimaryKey) -> String {
    let counts = matches!(column.generation, Some(Generation::AutoIncrement));
    let descending = key.order.iter().any(|order| order.descending);
    format!(
        "{}PRIMARY KEY{}{}{}",
        constraint::named(key.name.as_deref()),
        if descending { " DESC" } else { "" },
        on_conflict(key.on_conflict),
        if counts { " AUTOINCREMENT" } else { "" },
    )
}

/// The column with the constraints that ALTER TABLE ADD COLUMN can take beside it.
pub(super) fn add(column: &Column, constraints: &[Constraint]) -> Result<String, RenderError> {
    let mut words = vec![definition(column, None)?];
    for constraint in constraints {
        let text = match constraint {
            Constraint::Check(check) => constraint::check(check),
            Constraint::ForeignKey(key) => constraint::references(key),
            Constraint::PrimaryKey(_) | Constraint::Unique(_) | Constraint::Exclusion(_) => {
                return unsupported(format!("add a column with a {} in place", constraint.kind()));
            }
        };
        words.push(format!("{}{text}", constraint::named(constraint.name())));
    }
    Ok(words.join(" "))
}

pub(super) fn on_conflict(conflict: Option<OnConflict>) -> String {
    conflict.map(|conflict| format!(" ON CONFLICT {}", conflict.sql())).unwrap_or_default()
}

/// Type words stand bare; a type that was quoted for its odd characters is quoted again.
fn type_words(ty: &str) -> String {
    let odd = |character: char| !(character.is_alphanumeric() || character == '_' || " (),+-.".contains(character));
    if ty.contains(odd) { format!("\"{}\"", ty.replace('"', "\"\"")) } else { ty.to_string() }
}
