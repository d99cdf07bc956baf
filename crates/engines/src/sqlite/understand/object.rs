//! Views and triggers: kept as text.

use sqlite3_parser::ast::{IndexedColumn, QualifiedName};
use whimbrel_plan::{Step, Understanding};
use whimbrel_schema::{Expression, Object, Trigger, View};

use super::super::token::{slice, tokens};
use super::cut::after_word;
use super::{in_main, inert, known, object_name, text_of, unknown};

pub(super) fn create_view(
    text: &str,
    temporary: bool,
    if_not_exists: bool,
    name: &QualifiedName<'_>,
    columns: Option<&[IndexedColumn<'_>]>,
) -> Understanding {
    if temporary {
        return inert("CREATE TEMP VIEW");
    }
    in_main(name, |name| {
        let Some(query) = after_word(text, "AS") else { return unknown("the query of the view was not found") };
        let view = View {
            name,
            materialized: false,
            columns: columns.unwrap_or_default().iter().map(|column| text_of(&column.col_name)).collect(),
            query: Expression::new(query),
            options: std::collections::BTreeMap::new(),
            indexes: Vec::new(),
            triggers: Vec::new(),
            comment: None,
        };
        known(Step::CreateObject { object: Box::new(Object::View(view)), replace: false, if_not_exists })
    })
}

/// The definition as SQLite keeps it: `CREATE TRIGGER`, then everything from the name on. `IF NOT EXISTS` is left in it
/// until it is known whether there is such a trigger.
pub(super) fn create_trigger(
    text: &str,
    temporary: bool,
    name: &QualifiedName<'_>,
    table: &QualifiedName<'_>,
) -> Understanding {
    if temporary {
        return inert("CREATE TEMP TRIGGER");
    }
    in_main(name, |found| {
        let tokens: Vec<_> = tokens(text).collect();
        let word = tokens.iter().position(|token| token.is_word("TRIGGER")).unwrap_or_default();
        let conditional = tokens.get(word + 1).is_some_and(|token| token.is_word("IF"))
            && tokens.get(word + 2).is_some_and(|token| token.is_word("NOT"));
        let qualified = if name.db_name.is_some() { 2 } else { 0 };
        let from = word + 1 + if conditional { 3 } else { 0 } + qualified;
        let condition = if conditional { "IF NOT EXISTS " } else { "" };
        let definition = format!("CREATE TRIGGER {condition}{}", slice(text, &tokens, from..tokens.len()));
        let trigger = Trigger { name: found.name, definition, enabled: true, comment: None };
        known(Step::CreateTrigger { table: object_name(table), trigger: Box::new(trigger) })
    })
}
