//! What SQLite takes for something else than it looks like.

use std::collections::{HashMap, HashSet};

use whimbrel_plan::review::{Danger, Misread};
use whimbrel_schema::{Column, ColumnType, ObjectName, Table};

use super::super::naming::{same, unquote};
use super::super::token::{Kind, tokens};
use super::super::types::{Affinity, affinity, is_integer};
use super::names;
use super::telling::Telling;

pub(super) fn table(table: &Table, telling: &mut Telling<'_>) {
    if table.options.strict || table.options.virtual_using.is_some() {
        return;
    }
    if let Some(key) = &table.primary_key
        && let [only] = key.columns.as_slice()
        && let Some(column) = table.columns.iter().find(|column| same(&column.name, only))
        && !table.options.without_rowid
    {
        let descending = key.order.iter().any(|order| order.descending);
        let why = match is_integer(&column.ty) {
            true if !descending => None,
            true => Some("`INTEGER PRIMARY KEY DESC`".to_string()),
            false if affinity(&column.ty) == Affinity::Integer => Some(format!("`{} PRIMARY KEY`", column.ty.name)),
            false => None,
        };
        if let Some(written) = why {
            let why = format!("`{only}` is {written}, which is not the row's own number as `INTEGER PRIMARY KEY` is");
            telling.danger(Danger::ReadsOtherwise { what: Misread::RowKey, why });
        }
    }
    table.columns.iter().for_each(|column| self::column(column, telling));
}

pub(super) fn column(column: &Column, telling: &mut Telling<'_>) {
    if let Some(made) = unexpected(&column.ty) {
        let why =
            format!("`{}` is declared `{}`, and SQLite makes {made} of what is stored", column.name, column.ty.name);
        telling.danger(Danger::ReadsOtherwise { what: Misread::Type, why });
    }
}

/// What becomes of values of a type whose name promises something else.
fn unexpected(ty: &ColumnType) -> Option<&'static str> {
    const NUMBERS: [&str; 8] = ["NUM", "DEC", "BOOL", "MONEY", "DATE", "TIME", "YEAR", "BIT"];
    let name = ty.name.to_ascii_uppercase();
    let words = || name.split(|character: char| !character.is_ascii_alphabetic());
    match affinity(ty) {
        // `INTERVAL` and `POINT` have `INT` in them.
        Affinity::Integer => {
            let meant = |word: &str| {
                let bare = ["UNSIGNED", "TINY", "SMALL", "MEDIUM", "BIG", "U"]
                    .iter()
                    .fold(word, |word, prefix| word.strip_prefix(prefix).unwrap_or(word));
                bare.starts_with("INT") && !bare.starts_with("INTERVAL")
            };
            (!words().any(meant)).then_some("integers")
        }
        Affinity::Numeric => (!NUMBERS.iter().any(|number| name.contains(number))).then_some("numbers"),
        Affinity::Text | Affinity::Real | Affinity::Blob => None,
    }
}

/// `"text"` is a name; where nothing has it, SQLite takes it for a text.
pub(super) fn strings(statement: &str, table: Option<&ObjectName>, telling: &mut Telling<'_>) {
    if !statement.contains('"') || !telling.at.complete {
        return;
    }
    let schema = telling.before();
    let words: Vec<_> = tokens(statement).collect();
    let tables = table.and_then(|table| schema.table(table)).into_iter();
    let tables = tables.chain(names::tables_in(statement, schema).filter_map(|name| schema.table(name)));
    let known: HashSet<String> =
        tables.flat_map(|table| &table.columns).map(|column| column.name.to_ascii_lowercase()).collect();
    let named = |name: &str| known.contains(&name.to_ascii_lowercase());
    let mut counts: HashMap<String, usize> = HashMap::new();
    for word in words.iter().filter(|word| word.kind != Kind::Text) {
        *counts.entry(unquote(word.text).to_ascii_lowercase()).or_default() += 1;
    }
    for (at, word) in words.iter().enumerate() {
        let after = at.checked_sub(1).and_then(|at| words.get(at));
        let value = after.is_some_and(|before| {
            ["DEFAULT", "IN", "LIKE", "VALUES", "THEN", "ELSE"].iter().any(|keyword| before.is_word(keyword))
                || ["=", "==", "<>", "!="].iter().any(|symbol| before.is_symbol(symbol))
        });
        let name = unquote(word.text);
        if word.kind == Kind::Quoted && word.text.starts_with('"') && value && !named(&name) {
            let declared = counts.get(&name.to_ascii_lowercase()).copied().unwrap_or_default();
            if declared == 1 {
                let why = format!("{} names nothing, so it is the text `{name}`", word.text);
                telling.danger(Danger::ReadsOtherwise { what: Misread::Text, why });
            }
        }
    }
}
