//! Strings that were written in double quotes.
//!
//! SQLite reads `"text"` as a string where it names no column, and `DEFAULT word` as the string `'word'`. It corrects
//! the text itself, but only when some column is renamed or dropped; so both spellings are one here.

use whimbrel_schema::{Expression, Generation, IndexTarget, Table};

use super::naming::{same, unquote};
use super::token::{Kind, Token, tokens};

pub(super) fn write_strings_as_such(table: &mut Table) {
    let mut names: Vec<String> = table.columns.iter().map(|column| column.name.clone()).collect();
    names.push(table.name.name.clone());
    names.extend(["rowid", "oid", "_rowid_"].map(str::to_string));
    for column in &mut table.columns {
        if let Some(default) = &mut column.default {
            rewrite_default(default);
        }
        if let Some(Generation::Stored(expression) | Generation::Virtual(expression)) = &mut column.generation {
            rewrite(expression, &names);
        }
    }
    for check in &mut table.checks {
        rewrite(&mut check.expression, &names);
    }
    for index in &mut table.indexes {
        for key in &mut index.keys {
            if let IndexTarget::Expression(expression) = &mut key.target {
                rewrite(expression, &names);
            }
        }
        if let Some(predicate) = &mut index.predicate {
            rewrite(predicate, &names);
        }
    }
}

fn rewrite_default(default: &mut Expression) {
    let mut words = tokens(default.text());
    let (Some(only), None) = (words.next(), words.next()) else { return };
    let value = ["NULL", "TRUE", "FALSE", "CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP"];
    let bare = only.kind == Kind::Word && !value.iter().any(|word| only.is_word(word));
    if bare || only.kind == Kind::Quoted {
        *default = Expression::new(literal(&unquote(only.text)));
    }
}

fn rewrite(expression: &mut Expression, names: &[String]) {
    if !expression.text().contains('"') {
        return;
    }
    let text = expression.text();
    let words: Vec<Token<'_>> = tokens(text).collect();
    let is_string = |at: usize| {
        let next_is = |symbol: &str| words.get(at + 1).is_some_and(|next| next.is_symbol(symbol));
        let before = at.checked_sub(1).and_then(|before| words.get(before));
        let names_something = names.iter().any(|name| same(name, &unquote(words[at].text)));
        words[at].text.starts_with('"')
            && !names_something
            && !next_is("(")
            && !next_is(".")
            && !before.is_some_and(|before| before.is_symbol(".") || before.is_word("COLLATE") || before.is_word("AS"))
    };
    let mut written = String::new();
    let mut from = 0;
    for at in (0..words.len()).filter(|at| is_string(*at)) {
        written.push_str(text.get(from..words[at].start).unwrap_or_default());
        written.push_str(&literal(&unquote(words[at].text)));
        from = words[at].end();
    }
    written.push_str(text.get(from..).unwrap_or_default());
    *expression = Expression::new(written);
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
