//! CREATE INDEX, into a value.

use sqlite3_parser::ast::{Name, SortOrder, SortedColumn};
use whimbrel_plan::{Step, Understanding};
use whimbrel_schema::{Expression, Index, IndexKey, ObjectName};

use super::super::expression::strip_parentheses;
use super::super::naming::unquote;
use super::super::token::{Token, slice, tokens};
use super::cut::{after_word, keys};
use super::table::collation_name;
use super::{known, text_of, unknown};

pub(super) fn create(
    text: &str,
    name: ObjectName,
    table: &Name<'_>,
    unique: bool,
    if_not_exists: bool,
    columns: &[SortedColumn<'_>],
) -> Understanding {
    let Some(found) = keys(text).filter(|found| found.keys.len() == columns.len()) else {
        return unknown("the keys of the index were not found");
    };
    let mut index =
        Index::new(&name.name, found.keys.iter().zip(columns).map(|(text, column)| key(text, column)).collect());
    index.unique = unique;
    index.predicate = after_word(found.rest, "WHERE").map(|text| Expression::new(strip_parentheses(text)));
    let table = name.sibling(text_of(table));
    known(Step::CreateIndex { table, index: Box::new(index), concurrently: false, if_not_exists })
}

fn key(text: &str, column: &SortedColumn<'_>) -> IndexKey {
    let mut parts: Vec<Token<'_>> = tokens(text).collect();
    if column.order.is_some() {
        parts.pop();
    }
    let mut collation = None;
    if let [.., word, name] = parts.as_slice()
        && word.is_word("COLLATE")
    {
        collation = Some(collation_name(&unquote(name.text)));
        parts.truncate(parts.len() - 2);
    }
    let target = strip_parentheses(slice(text, &parts, 0..parts.len()));
    let mut key = match tokens(target).collect::<Vec<_>>().as_slice() {
        [only] if only.is_name() => IndexKey::column(unquote(only.text)),
        _ => IndexKey::expression(target),
    };
    key.collation = collation;
    key.descending = column.order == Some(SortOrder::Desc);
    key
}
