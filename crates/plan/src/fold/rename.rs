//! Names within SQL text, when what they name is renamed.

use std::ops::Range;

use whimbrel_schema::{Engine, Expression, ObjectName};

use crate::Dialect;
use crate::words::{Word, WordKind, contains_ignoring_case, splice, words};

/// A column within an expression on its own table: a default, a check, a predicate, a generated column.
pub(super) fn column_in_expression(
    expression: &mut Expression,
    table: &ObjectName,
    from: &str,
    to: &str,
    dialect: &dyn Dialect,
) {
    let engine = dialect.engine();
    if !contains_ignoring_case(expression.text(), from) {
        return;
    }
    let words = words(expression.text());
    let edits: Vec<_> = (words.iter().enumerate())
        .filter(|(at, word)| word.names(from, engine) && may_be_column(&words, *at))
        .filter(|(at, _)| qualifier(&words, *at).is_none_or(|qualifier| qualifier.names(&table.name, engine)))
        .map(|(_, word)| (word.range.clone(), replacement(word, to, dialect)))
        .collect();
    if !edits.is_empty() {
        *expression = Expression::new(splice(expression.text(), &edits));
    }
}

/// An engine that is bound to things prints their names as they need to be; one that keeps texts keeps the quotes that
/// somebody wrote.
fn replacement(word: &Word<'_>, to: &str, dialect: &dyn Dialect) -> String {
    if word.kind == WordKind::Quoted && !dialect.views_bind_columns() {
        format!("\"{}\"", to.replace('"', "\"\""))
    } else {
        dialect.quote(to)
    }
}

/// What a query is told about the column that is renamed.
pub(super) struct ColumnRename<'a> {
    pub table: &'a ObjectName,
    pub from: &'a str,
    pub to: &'a str,
    /// Whether `NEW` and `OLD` are rows of the table.
    pub rows: bool,
    pub dialect: &'a dyn Dialect,
    /// Whether another relation that is named in the text has a column of the old name, so that the bare name may
    /// be that one's.
    pub ambiguous: bool,
}

/// A column within a view's query or a trigger's definition. Only names that are certainly that column are replaced.
pub(super) fn column_in_query(text: &str, rename: &ColumnRename<'_>) -> Option<String> {
    let engine = rename.dialect.engine();
    if !contains_ignoring_case(text, rename.from) || !contains_ignoring_case(text, &rename.table.name) {
        return None;
    }
    let words = words(text);
    let aliases = aliases(&words, rename.table, engine);
    if aliases.is_empty() {
        return None;
    }
    let belongs = |at: usize| match qualifier(&words, at) {
        Some(row) if row.is_keyword("NEW") || row.is_keyword("OLD") => rename.rows,
        Some(qualifier) => aliases.iter().any(|alias| qualifier.names(alias, engine)),
        None => !rename.ambiguous,
    };
    let keeps_name = rename.dialect.views_bind_columns();
    let first_from = outer_from(&words);
    let mut edits = Vec::new();
    for (at, word) in words.iter().enumerate() {
        if !word.names(rename.from, engine) || !may_be_column(&words, at) || !belongs(at) {
            continue;
        }
        let mut replacement = rename.dialect.quote(rename.to);
        if keeps_name && !rename.rows && first_from.is_some_and(|from| at < from) && is_whole_item(&words, at) {
            replacement.push_str(" AS ");
            replacement.push_str(&rename.dialect.quote(rename.from));
        }
        // `n AS amount` that becomes `amount AS amount` is just `amount`.
        let alias = match (words.get(at + 1), words.get(at + 2)) {
            (Some(keyword), Some(alias)) if keyword.is_keyword("AS") => Some(alias),
            _ => None,
        };
        let range = match alias.filter(|alias| keeps_name && alias.names(rename.to, engine)) {
            Some(alias) => word.range.start..alias.range.end,
            None => word.range.clone(),
        };
        edits.push((range, replacement));
    }
    (!edits.is_empty()).then(|| splice(text, &edits))
}

/// A table, view or sequence within a query, a trigger or a function call's literal.
pub(super) fn relation_in_text(
    text: &str,
    from: &ObjectName,
    to: &ObjectName,
    dialect: &dyn Dialect,
) -> Option<String> {
    let engine = dialect.engine();
    if !contains_ignoring_case(text, &from.name) {
        return None;
    }
    let words = words(text);
    let mut edits = Vec::new();
    for (at, word) in words.iter().enumerate() {
        if word.kind == WordKind::Literal {
            // `nextval('name'::regclass)`
            let regclass = words.get(at + 1).is_some_and(|next| next.is_symbol("::"))
                && words.get(at + 2).is_some_and(|next| next.is_keyword("regclass"));
            if regclass && word.text == dialect.literal(&dialect.quote_name(from)) {
                edits.push((word.range.clone(), dialect.literal(&dialect.quote_name(to))));
            }
            continue;
        }
        if !word.names(&from.name, engine) || words.get(at + 1).is_some_and(|next| next.is_symbol("(")) {
            continue;
        }
        match qualifier(&words, at) {
            None => edits.push((word.range.clone(), dialect.quote_name(to))),
            Some(namespace) => {
                let named = match &from.namespace {
                    Some(expected) => namespace.names(expected, engine),
                    None => !words.iter().any(|word| is_alias_of(&words, word, namespace)),
                };
                if named && from.namespace == to.namespace {
                    edits.push((word.range.clone(), dialect.quote(&to.name)));
                } else if named {
                    edits.push((namespace.range.start..word.range.end, dialect.quote_name(to)));
                }
            }
        }
    }
    (!edits.is_empty()).then(|| splice(text, &edits))
}

/// A type after `::` or in `CAST(… AS type)`.
pub(super) fn type_in_expression(
    expression: &mut Expression,
    from: &ObjectName,
    to: &ObjectName,
    dialect: &dyn Dialect,
) {
    edit(expression, from, dialect, |words, at, word| {
        let start = qualifier(words, at).map_or(word.range.start, |namespace| namespace.range.start);
        let before = words.iter().rev().find(|before| before.range.end <= start)?;
        let is_type = before.is_symbol("::") || before.is_keyword("AS");
        is_type.then(|| (start..word.range.end, dialect.quote_name(to)))
    });
}

/// Replaces what is meant by a thing's name; `place` tells, for each word that is its name, whether it is meant and what
/// stands there instead.
fn edit(
    expression: &mut Expression,
    name: &ObjectName,
    dialect: &dyn Dialect,
    place: impl Fn(&[Word<'_>], usize, &Word<'_>) -> Option<(Range<usize>, String)>,
) {
    let engine = dialect.engine();
    if !contains_ignoring_case(expression.text(), &name.name) {
        return;
    }
    let words = words(expression.text());
    let named = words.iter().enumerate().filter(|(_, word)| word.names(&name.name, engine));
    let edits: Vec<_> = named.filter_map(|(at, word)| place(&words, at, word)).collect();
    if !edits.is_empty() {
        *expression = Expression::new(splice(expression.text(), &edits));
    }
}

/// A function that is called or, in a trigger, executed.
pub(super) fn function_in_text(
    text: &str,
    from: &ObjectName,
    to: &ObjectName,
    dialect: &dyn Dialect,
) -> Option<String> {
    let engine = dialect.engine();
    if !contains_ignoring_case(text, &from.name) {
        return None;
    }
    let words = words(text);
    let edits: Vec<_> = (words.iter().enumerate())
        .filter(|(at, word)| {
            word.names(&from.name, engine) && words.get(at + 1).is_some_and(|next| next.is_symbol("("))
        })
        .map(|(at, word)| {
            let start = qualifier(&words, at).map_or(word.range.start, |namespace| namespace.range.start);
            (start..word.range.end, dialect.quote_name(to))
        })
        .collect();
    (!edits.is_empty()).then(|| splice(text, &edits))
}

fn is_alias_of(words: &[Word<'_>], word: &Word<'_>, namespace: &Word<'_>) -> bool {
    let at = words.iter().position(|candidate| candidate.range == word.range).unwrap_or(0);
    word.text == namespace.text && word.range != namespace.range && at > 0 && {
        let before = words.get(at - 1);
        before.is_some_and(|before| before.is_identifier() && !is_reserved(before))
    }
}

/// The word before the dot before this one.
fn qualifier<'a>(words: &'a [Word<'a>], at: usize) -> Option<&'a Word<'a>> {
    let dot = words.get(at.checked_sub(1)?)?;
    if !dot.is_symbol(".") {
        return None;
    }
    words.get(at.checked_sub(2)?)
}

/// Not a function, a type, a qualifier or an output name.
fn may_be_column(words: &[Word<'_>], at: usize) -> bool {
    let next = words.get(at + 1);
    let before = at.checked_sub(1).and_then(|before| words.get(before));
    !next.is_some_and(|next| next.is_symbol("(") || next.is_symbol("."))
        && !before
            .is_some_and(|before| before.is_symbol("::") || before.is_keyword("AS") || before.is_keyword("COLLATE"))
}

/// The table's own name and every name it is given in the text; nothing if the text does not read it.
fn aliases(words: &[Word<'_>], table: &ObjectName, engine: Engine) -> Vec<String> {
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        if !word.names(&table.name, engine) || words.get(at + 1).is_some_and(|next| next.is_symbol(".")) {
            continue;
        }
        if let (Some(namespace), Some(expected)) = (qualifier(words, at), &table.namespace)
            && !namespace.names(expected, engine)
        {
            continue;
        }
        found.push(table.name.clone());
        let alias = match words.get(at + 1) {
            Some(next) if next.is_keyword("AS") => words.get(at + 2),
            next => next,
        };
        if let Some(alias) = alias.filter(|alias| alias.is_identifier() && !is_reserved(alias)) {
            found.push(alias.text.to_lowercase());
            found.push(alias.text.to_string());
        }
    }
    found
}

fn is_reserved(word: &Word<'_>) -> bool {
    const AFTER_A_TABLE: [&str; 34] = [
        "ON",
        "USING",
        "WHERE",
        "JOIN",
        "INNER",
        "LEFT",
        "RIGHT",
        "FULL",
        "CROSS",
        "NATURAL",
        "GROUP",
        "ORDER",
        "HAVING",
        "LIMIT",
        "OFFSET",
        "UNION",
        "EXCEPT",
        "INTERSECT",
        "SET",
        "VALUES",
        "WINDOW",
        "FOR",
        "WHEN",
        "SELECT",
        "FROM",
        "AND",
        "OR",
        "BEGIN",
        "END",
        "AS",
        "INTO",
        "UPDATE",
        "ONLY",
        "DEFAULT",
    ];
    word.kind == WordKind::Bare && AFTER_A_TABLE.iter().any(|keyword| word.is_keyword(keyword))
}

/// Where the select list of the outermost query ends.
fn outer_from(words: &[Word<'_>]) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, word) in words.iter().enumerate() {
        if word.is_symbol("(") {
            depth += 1;
        } else if word.is_symbol(")") {
            depth = depth.saturating_sub(1);
        } else if depth == 0 && word.is_keyword("FROM") {
            return Some(at);
        }
    }
    None
}

/// Whether the column, with its qualifier, is a whole item of a select list, so that it names the view's column.
fn is_whole_item(words: &[Word<'_>], at: usize) -> bool {
    let mut first = at;
    while qualifier(words, first).is_some() {
        first -= 2;
    }
    let opens = first.checked_sub(1).and_then(|before| words.get(before)).is_some_and(|before| {
        before.is_symbol(",")
            || before.is_keyword("SELECT")
            || before.is_keyword("DISTINCT")
            || before.is_keyword("ALL")
    });
    let closes = words.get(at + 1).is_none_or(|next| next.is_symbol(",") || next.is_keyword("FROM"));
    let depth = words.iter().take(at).fold(0_i32, |depth, word| match &*word.text {
        "(" if word.kind == WordKind::Symbol => depth + 1,
        ")" if word.kind == WordKind::Symbol => depth - 1,
        _ => depth,
    });
    opens && closes && depth == 0
}

/// `table.column` within an expression on the table itself, when the table is renamed.
pub(super) fn qualifier_in_expression(
    expression: &mut Expression,
    from: &ObjectName,
    to: &ObjectName,
    dialect: &dyn Dialect,
) {
    edit(expression, from, dialect, |words, at, word| {
        let qualifies = words.get(at + 1).is_some_and(|next| next.is_symbol("."));
        qualifies.then(|| (word.range.clone(), dialect.quote(&to.name)))
    });
}
