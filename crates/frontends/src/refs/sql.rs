use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::names::Names;
use super::{Certainty, Finder, Why};

/// A whole text of SQL.
pub(super) fn find(finder: &mut Finder<'_>) {
    for (span, certainty) in scan(finder.text, finder.names) {
        finder.add(span, certainty, Why::Sql);
    }
}

/// Whether a text within code is SQL, by how it begins.
pub(super) fn is_sql(text: &str) -> bool {
    const BEGINNINGS: [&str; 16] = [
        "SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "MERGE", "CREATE", "ALTER", "DROP", "TRUNCATE", "COPY",
        "EXPLAIN", "REPLACE", "LOCK", "REFRESH", "COMMENT",
    ];
    let text = text.trim_start().trim_start_matches('(').trim_start();
    let word = text.split(|letter: char| !letter.is_ascii_alphabetic()).next().unwrap_or_default();
    BEGINNINGS.iter().any(|it| it.eq_ignore_ascii_case(word))
        && text.get(word.len()..).is_some_and(|rest| {
            rest.trim_start().starts_with(|it: char| it.is_alphanumeric() || "*\"`[({'$:?%_".contains(it))
        })
}

/// The places in a text of SQL. It is read as words, so that what is half a statement, or in a dialect that nobody
/// here reads, is searched all the same.
pub(super) fn scan(text: &str, names: &Names) -> Vec<(Range<usize>, Certainty)> {
    let tokens = tokens(text);
    let mut found = Vec::new();
    for statement in tokens.split(|token| token.kind == Kind::End) {
        statement_places(&Statement { text, tokens: statement }, names, &mut found);
    }
    found
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Word,
    Quoted,
    Dot,
    Comma,
    Open,
    End,
    Other,
}

#[derive(Debug, Clone)]
struct Token {
    kind: Kind,
    /// Of the word itself, without its quotes.
    span: Range<usize>,
}

struct Statement<'t> {
    text: &'t str,
    tokens: &'t [Token],
}

impl<'t> Statement<'t> {
    /// The word at a place; nothing where no word is.
    fn word(&self, at: usize) -> Option<&'t str> {
        let token = self.tokens.get(at)?;
        match token.kind {
            Kind::Word | Kind::Quoted => self.text.get(token.span.clone()),
            Kind::Dot | Kind::Comma | Kind::Open | Kind::End | Kind::Other => None,
        }
    }

    fn kind(&self, at: usize) -> Option<Kind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    fn is(&self, at: usize, words: &[&str]) -> bool {
        self.kind(at) == Some(Kind::Word)
            && self.word(at).is_some_and(|it| words.iter().any(|word| it.eq_ignore_ascii_case(word)))
    }

    /// What stands before the name at a place and the schema that qualifies it.
    fn before(&self, at: usize) -> Option<usize> {
        let first = match at.checked_sub(1).and_then(|dot| self.kind(dot)) {
            Some(Kind::Dot) => at.checked_sub(2)?,
            _ => at,
        };
        first.checked_sub(1)
    }

    /// Whether a table stands at the place.
    fn is_table_place(&self, at: usize) -> bool {
        let Some(before) = self.before(at) else { return false };
        // `JOIN t ON x = y` has no table behind ON, `CREATE INDEX ix ON t` has.
        let on = self.is(before, &["ON"]) && self.is(0, &["CREATE", "DROP", "COMMENT", "GRANT", "REVOKE"]);
        if on || self.is(before, &TABLE_FOLLOWS) {
            return self.kind(at + 1) != Some(Kind::Dot);
        }
        // `FROM a, b`, and not `SELECT a, b`.
        let mut back = before;
        if self.kind(before) != Some(Kind::Comma) {
            return false;
        }
        while let Some(earlier) = back.checked_sub(1) {
            back = earlier;
            if self.is(back, &["FROM", "USING"]) {
                return self.kind(at + 1) != Some(Kind::Dot);
            }
            if self.is(back, &["SELECT", "SET", "WHERE", "BY", "VALUES", "RETURNING", "INTO"])
                || self.kind(back) == Some(Kind::Open)
            {
                return false;
            }
        }
        false
    }
}

/// A table's name follows these.
const TABLE_FOLLOWS: [&str; 13] = [
    "FROM",
    "JOIN",
    "INTO",
    "UPDATE",
    "TABLE",
    "ONLY",
    "REFERENCES",
    "EXISTS",
    "USING",
    "COPY",
    "TRUNCATE",
    "VIEW",
    "ANALYZE",
];

/// No alias is called like one of these.
const NO_ALIAS: [&str; 37] = [
    "WHERE",
    "JOIN",
    "LEFT",
    "RIGHT",
    "INNER",
    "OUTER",
    "CROSS",
    "FULL",
    "ON",
    "SET",
    "VALUES",
    "ORDER",
    "GROUP",
    "LIMIT",
    "USING",
    "SELECT",
    "UNION",
    "RETURNING",
    "NATURAL",
    "FOR",
    "HAVING",
    "WINDOW",
    "OFFSET",
    "EXCEPT",
    "INTERSECT",
    "DEFAULT",
    "ADD",
    "DROP",
    "ALTER",
    "RENAME",
    "CASCADE",
    "RESTRICT",
    "FROM",
    "WHEN",
    "AND",
    "TO",
    "FETCH",
];

fn statement_places(statement: &Statement<'_>, names: &Names, found: &mut Vec<(Range<usize>, Certainty)>) {
    let mut tables: BTreeSet<String> = BTreeSet::new();
    // Of every table, so that a name in front of a column is known to be another's.
    let mut aliases: BTreeMap<String, bool> = BTreeMap::new();
    let mut ours = Vec::new();
    for at in 0..statement.tokens.len() {
        let Some(word) = statement.word(at) else { continue };
        if !statement.is_table_place(at) || statement.is(at, &NO_ALIAS) {
            continue;
        }
        let is_ours = names.is_table(word);
        tables.insert(word.to_lowercase());
        aliases.insert(word.to_lowercase(), is_ours);
        if is_ours {
            ours.push(at);
        }
        let alias = if statement.is(at + 1, &["AS"]) { at + 2 } else { at + 1 };
        if let Some(alias) = statement.word(alias).filter(|_| !statement.is(alias, &NO_ALIAS)) {
            aliases.insert(alias.to_lowercase(), is_ours);
        }
    }
    let span = |at: usize| statement.tokens.get(at).map(|token| token.span.clone()).unwrap_or_default();
    if names.column.is_none() {
        for at in 0..statement.tokens.len() {
            match statement.word(at) {
                Some(word) if names.is_table(word) => {
                    let certain = ours.contains(&at) || statement.kind(at + 1) == Some(Kind::Dot);
                    found.push((span(at), if certain { Certainty::Certain } else { Certainty::Possible }));
                }
                Some(_) | None => {}
            }
        }
        return;
    }
    for at in 0..statement.tokens.len() {
        if !statement.word(at).is_some_and(|word| names.is_column(word)) || ours.contains(&at) {
            continue;
        }
        let qualifier = match at.checked_sub(1).and_then(|dot| statement.kind(dot)) {
            Some(Kind::Dot) => at.checked_sub(2).and_then(|before| statement.word(before)),
            _ => None,
        };
        let certainty = match qualifier {
            Some(name) => match aliases.get(&name.to_lowercase()) {
                Some(true) => Certainty::Certain,
                Some(false) => continue,
                None if names.is_table(name) => Certainty::Certain,
                None if !ours.is_empty() => Certainty::Likely,
                None if tables.is_empty() => Certainty::Possible,
                None => continue,
            },
            // `subject(…)` is a call, but `INSERT INTO t (subject)` is not.
            None if statement.kind(at + 1) == Some(Kind::Open) && !ours.is_empty() => Certainty::Possible,
            None if !ours.is_empty() && tables.len() == 1 => Certainty::Certain,
            None if !ours.is_empty() => Certainty::Likely,
            None if tables.is_empty() => Certainty::Possible,
            None => continue,
        };
        found.push((span(at), certainty));
    }
}

/// Comments and values are left out; the body of a function is read with the rest.
fn tokens(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(0);
    let until =
        |from: usize, end: &str| text.get(from..).and_then(|rest| rest.find(end)).map_or(bytes.len(), |at| from + at);
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        let single = |kind: Kind| Token { kind, span: start..start + 1 };
        match byte(at) {
            b'-' if byte(at + 1) == b'-' => at = until(at, "\n"),
            b'/' if byte(at + 1) == b'*' => at = until(at + 2, "*/") + 2,
            b'\'' => {
                at = until(at + 1, "'") + 1;
                tokens.push(Token { kind: Kind::Other, span: start..at.min(bytes.len()) });
            }
            quote @ (b'"' | b'`') => {
                let end = until(at + 1, if quote == b'"' { "\"" } else { "`" });
                tokens.push(Token { kind: Kind::Quoted, span: at + 1..end });
                at = end + 1;
            }
            b'.' => {
                tokens.push(single(Kind::Dot));
                at += 1;
            }
            b',' => {
                tokens.push(single(Kind::Comma));
                at += 1;
            }
            b'(' => {
                tokens.push(single(Kind::Open));
                at += 1;
            }
            b';' => {
                tokens.push(single(Kind::End));
                at += 1;
            }
            letter if letter.is_ascii_alphabetic() || letter == b'_' || letter >= 0x80 => {
                while byte(at).is_ascii_alphanumeric() || byte(at) == b'_' || byte(at) >= 0x80 {
                    at += 1;
                }
                // `:subject` and `@subject` are parameters.
                let parameter =
                    start > 0 && matches!(byte(start - 1), b':' | b'@' | b'$') && byte(start.saturating_sub(2)) != b':';
                tokens.push(Token { kind: if parameter { Kind::Other } else { Kind::Word }, span: start..at });
            }
            white if white.is_ascii_whitespace() => at += 1,
            _ => {
                tokens.push(single(Kind::Other));
                at += 1;
            }
        }
    }
    tokens
}
