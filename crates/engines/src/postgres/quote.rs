//! Names as they stand in SQL, and as the catalogue keeps them.

/// The longest name that the server keeps; longer ones are cut.
pub(super) const LONGEST_NAME: usize = 63;

/// Keywords that cannot be a name of everything without quotes, of all versions together: the server's `quote_ident`
/// quotes the same.
#[rustfmt::skip]
const KEYWORDS: &[&str] = &[
    "all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric", "authorization", "between",
    "bigint", "binary", "bit", "boolean", "both", "case", "cast", "char", "character", "check", "coalesce",
    "collate", "collation", "column", "concurrently", "constraint", "create", "cross", "current_catalog",
    "current_date", "current_role", "current_schema", "current_time", "current_timestamp", "current_user", "dec",
    "decimal", "default", "deferrable", "desc", "distinct", "do", "else", "end", "except", "exists", "extract",
    "false", "fetch", "float", "for", "foreign", "freeze", "from", "full", "grant", "greatest", "group", "grouping",
    "having", "ilike", "in", "initially", "inner", "inout", "int", "integer", "intersect", "interval", "into", "is",
    "isnull", "join", "json", "json_array", "json_arrayagg", "json_exists", "json_object", "json_objectagg",
    "json_query", "json_scalar", "json_serialize", "json_table", "json_value", "lateral", "leading", "least", "left",
    "like", "limit", "localtime", "localtimestamp", "merge_action", "national", "natural", "nchar", "none",
    "normalize", "not", "notnull", "null", "nullif", "numeric", "offset", "on", "only", "or", "order", "out",
    "outer", "overlaps", "overlay", "placing", "position", "precision", "primary", "real", "references", "returning",
    "right", "row", "select", "session_user", "setof", "similar", "smallint", "some", "substring", "symmetric",
    "system_user", "table", "tablesample", "then", "time", "timestamp", "to", "trailing", "treat", "trim", "true",
    "union", "unique", "user", "using", "values", "varchar", "variadic", "verbose", "when", "where", "window",
    "with", "xmlattributes", "xmlconcat", "xmlelement", "xmlexists", "xmlforest", "xmlnamespaces", "xmlparse",
    "xmlpi", "xmlroot", "xmlserialize", "xmltable",
];

pub(super) fn quote(name: &str) -> String {
    let plain_start = name.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_'));
    if plain_start && plain && KEYWORDS.binary_search(&name).is_err() {
        return name.to_string();
    }
    format!("\"{}\"", name.replace('"', "\"\""))
}

pub(super) fn is_keyword(word: &str) -> bool {
    KEYWORDS.binary_search(&word).is_ok()
}

/// The name that the catalogue keeps for an identifier as it is written.
pub(super) fn fold(written: &str) -> String {
    let name = match written.as_bytes() {
        [b'"', .., b'"'] if written.len() >= 2 => written[1..written.len() - 1].replace("\"\"", "\""),
        [b'u' | b'U', b'&', b'"', .., b'"'] if written.len() >= 4 => {
            unescape(&written[3..written.len() - 1].replace("\"\"", "\""))
        }
        // The server lowers ASCII letters only, in every multi-byte encoding.
        _ => written.to_ascii_lowercase(),
    };
    truncated(name, LONGEST_NAME)
}

/// Cuts at a character boundary, as the server does.
pub(super) fn truncated(mut name: String, longest: usize) -> String {
    if name.len() > longest {
        name.truncate(name.floor_char_boundary(longest));
    }
    name
}

/// `\0061` and `\+000061` of `U&"…"`, with the backslash as the escape.
fn unescape(text: &str) -> String {
    let mut read = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        read.push_str(&rest[..at]);
        let escape = &rest[at + 1..];
        let (digits, length) = match escape.as_bytes().first() {
            Some(b'\\') => {
                read.push('\\');
                rest = &escape[1..];
                continue;
            }
            Some(b'+') => (escape.get(1..7), 7),
            _ => (escape.get(..4), 4),
        };
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32);
        match code {
            Some(character) => {
                read.push(character);
                rest = &escape[length..];
            }
            None => {
                read.push('\\');
                rest = escape;
            }
        }
    }
    read.push_str(rest);
    read
}

/// The value of a text literal in any of its forms; `None` for what is none.
pub(super) fn text_value(literal: &str) -> Option<String> {
    let bytes = literal.as_bytes();
    let inner = |from: usize| literal.get(from..literal.len().checked_sub(1)?).map(|text| text.replace("''", "'"));
    match bytes {
        [b'\'', .., b'\''] if literal.len() >= 2 => inner(1),
        [b'n' | b'N', b'\'', .., b'\''] if literal.len() >= 3 => inner(2),
        [b'e' | b'E', b'\'', .., b'\''] if literal.len() >= 3 => inner(2).map(|text| escaped_value(&text)),
        [b'u' | b'U', b'&', b'\'', .., b'\''] if literal.len() >= 4 => inner(3).map(|text| unescape(&text)),
        [b'$', ..] => {
            let tag = literal[1..].find('$')? + 2;
            literal.get(tag..literal.len().checked_sub(tag)?).map(str::to_string)
        }
        _ => None,
    }
}

/// What the backslashes of `E'…'` stand for.
fn escaped_value(text: &str) -> String {
    let mut read = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if character != '\\' {
            read.push(character);
            continue;
        }
        match characters.next() {
            Some('b') => read.push('\u{8}'),
            Some('f') => read.push('\u{c}'),
            Some('n') => read.push('\n'),
            Some('r') => read.push('\r'),
            Some('t') => read.push('\t'),
            Some('x') => read.push(code_point(&mut characters, 16, 2)),
            Some('u') => read.push(code_point(&mut characters, 16, 4)),
            Some('U') => read.push(code_point(&mut characters, 16, 8)),
            Some(other) => read.push(other),
            None => read.push('\\'),
        }
    }
    read
}

fn code_point(characters: &mut std::iter::Peekable<std::str::Chars<'_>>, radix: u32, longest: usize) -> char {
    let mut value = 0;
    for _ in 0..longest {
        let Some(digit) = characters.peek().and_then(|digit| digit.to_digit(radix)) else { break };
        value = value * radix + digit;
        characters.next();
    }
    char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// A text as a literal that no setting can change the meaning of.
pub(super) fn literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    if text.contains('\\') { format!("E'{}'", quoted.replace('\\', "\\\\")) } else { format!("'{quoted}'") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_can_be_searched() {
        assert!(KEYWORDS.is_sorted());
    }

    #[test]
    fn names_are_quoted_only_where_needed() {
        let cases = [
            ("email", "email"),
            ("_a1", "_a1"),
            ("user", "\"user\""),
            ("Email", "\"Email\""),
            ("a b", "\"a b\""),
            ("a\"b", "\"a\"\"b\""),
            ("1a", "\"1a\""),
            ("name", "name"),
        ];
        for (name, quoted) in cases {
            assert_eq!(quote(name), quoted);
            assert_eq!(fold(quoted), name);
        }
    }

    #[test]
    fn names_are_folded_and_cut() {
        assert_eq!(fold("ÄB"), "Äb");
        assert_eq!(fold(&"é".repeat(40)).len(), 62);
        assert_eq!(fold("U&\"d\\0061t\\+000061\""), "data");
    }

    #[test]
    fn literals_have_one_value() {
        let cases = ["'it''s'", "E'it\\'s'", "$$it's$$", "$q$it's$q$", "N'it''s'", "E'\\x69t\\u0027s'"];
        for literal in cases {
            assert_eq!(text_value(literal).as_deref(), Some("it's"), "{literal}");
        }
        assert_eq!(literal("a\\b"), "E'a\\\\b'");
        assert_eq!(text_value("1"), None);
    }
}
