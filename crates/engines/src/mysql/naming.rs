//! Names and texts as MySQL reads and writes them.

/// Always in backticks: which words are reserved differs between MySQL, MariaDB and their versions.
pub(super) fn quote(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// A name as it was meant: `` `a``b` `` is ``a`b``.
pub(super) fn unquote(raw: &str) -> String {
    let (Some(first), Some(inner)) = (raw.chars().next(), raw.get(1..raw.len().saturating_sub(1))) else {
        return raw.to_string();
    };
    match first {
        '`' | '"' => inner.replace(&format!("{first}{first}"), &first.to_string()),
        _ => raw.to_string(),
    }
}

/// Columns, indexes and constraints are never told apart by case; tables are on some systems, where two that differ
/// in nothing else are asking for trouble.
pub(super) fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

/// What a literal means: `'it''s'` and `'it\'s'` are `it's`.
pub(super) fn text_of(literal: &str) -> String {
    let literal = literal.strip_prefix(['n', 'N']).unwrap_or(literal);
    let Some(quote) = literal.chars().next() else { return String::new() };
    let inner = literal.get(1..).unwrap_or_default();
    let inner = inner.strip_suffix(quote).unwrap_or(inner);
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner.chars();
    while let Some(found) = rest.next() {
        match found {
            '\\' => text.extend(rest.next().map(|escaped| match escaped {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                '0' => '\0',
                'b' => '\u{8}',
                'Z' => '\u{1a}',
                other => other,
            })),
            _ if found == quote => {
                rest.next();
                text.push(quote);
            }
            other => text.push(other),
        }
    }
    text
}

pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_texts_come_back_as_they_were() {
        for name in ["email", "a`b", "a b", ""] {
            assert_eq!(unquote(&quote(name)), name);
        }
        for text in ["it's", "a\\b", "\"", "é"] {
            assert_eq!(text_of(&literal(text)), text);
        }
        assert_eq!(text_of("\"a\"\"b\\n\""), "a\"b\n");
    }
}
