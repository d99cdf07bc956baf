//! Names as SQLite reads and compares them.

use whimbrel_schema::ObjectName;

use super::token::{is_name_byte, is_name_start};

/// Words that cannot stand bare where a name is wanted, or that read as something else there.
const RESERVED: &[&str] = &[
    "ADD",
    "ALL",
    "ALTER",
    "ALWAYS",
    "AND",
    "AS",
    "ASC",
    "AUTOINCREMENT",
    "BEGIN",
    "BETWEEN",
    "CASE",
    "CAST",
    "CHECK",
    "COLLATE",
    "COLUMN",
    "COMMIT",
    "CONFLICT",
    "CONSTRAINT",
    "CREATE",
    "CROSS",
    "CURRENT_DATE",
    "CURRENT_TIME",
    "CURRENT_TIMESTAMP",
    "DEFAULT",
    "DEFERRABLE",
    "DELETE",
    "DESC",
    "DISTINCT",
    "DROP",
    "ELSE",
    "END",
    "ESCAPE",
    "EXCEPT",
    "EXISTS",
    "EXPLAIN",
    "FALSE",
    "FILTER",
    "FOREIGN",
    "FROM",
    "FULL",
    "GENERATED",
    "GLOB",
    "GROUP",
    "HAVING",
    "IF",
    "IN",
    "INDEX",
    "INDEXED",
    "INNER",
    "INSERT",
    "INTERSECT",
    "INTO",
    "IS",
    "ISNULL",
    "JOIN",
    "LEFT",
    "LIKE",
    "LIMIT",
    "MATCH",
    "NATURAL",
    "NOT",
    "NOTHING",
    "NOTNULL",
    "NULL",
    "ON",
    "OR",
    "ORDER",
    "OUTER",
    "OVER",
    "PRAGMA",
    "PRIMARY",
    "RAISE",
    "RECURSIVE",
    "REFERENCES",
    "REGEXP",
    "REPLACE",
    "RETURNING",
    "RIGHT",
    "ROLLBACK",
    "SELECT",
    "SET",
    "TABLE",
    "TEMP",
    "TEMPORARY",
    "THEN",
    "TO",
    "TRANSACTION",
    "TRIGGER",
    "TRUE",
    "UNION",
    "UNIQUE",
    "UPDATE",
    "USING",
    "VACUUM",
    "VALUES",
    "VIEW",
    "VIRTUAL",
    "WHEN",
    "WHERE",
    "WINDOW",
    "WITH",
    "WITHOUT",
];

pub(super) fn is_reserved(word: &str) -> bool {
    RESERVED.binary_search_by(|reserved| compare(reserved, word)).is_ok()
}

fn compare(reserved: &str, word: &str) -> std::cmp::Ordering {
    reserved.bytes().cmp(word.bytes().map(|byte| byte.to_ascii_uppercase()))
}

/// Whether the name reads as itself without quotes.
pub(super) fn is_plain(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(is_name_start) && bytes.all(is_name_byte) && !is_reserved(name)
}

pub(super) fn quote(name: &str) -> String {
    if is_plain(name) { name.to_string() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

/// A name as it was meant: `"a""b"` is `a"b`.
pub(super) fn unquote(raw: &str) -> String {
    let (Some(first), Some(inner)) = (raw.chars().next(), raw.get(1..raw.len().saturating_sub(1))) else {
        return raw.to_string();
    };
    match first {
        '"' | '`' | '\'' => inner.replace(&format!("{first}{first}"), &first.to_string()),
        '[' => inner.to_string(),
        _ => raw.to_string(),
    }
}

pub(super) fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

pub(super) fn same_object(a: &ObjectName, b: &ObjectName) -> bool {
    let namespace = |name: &ObjectName| name.namespace.as_deref().map(str::to_ascii_lowercase);
    same(&a.name, &b.name) && namespace(a) == namespace(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reserved_words_are_sorted() {
        assert!(RESERVED.is_sorted());
        assert!(is_reserved("select") && is_reserved("WITHOUT") && is_reserved("Add") && !is_reserved("key"));
    }

    #[test]
    fn names_are_quoted_only_where_needed() {
        let quoted: Vec<_> = ["email", "order", "a b", "a\"b", "1st", "", "größe"].map(quote).to_vec();
        assert_eq!(quoted, ["email", "\"order\"", "\"a b\"", "\"a\"\"b\"", "\"1st\"", "\"\"", "größe"]);
        for name in ["email", "order", "a b", "a\"b", "1st", ""] {
            assert_eq!(unquote(&quote(name)), name);
        }
        assert_eq!(unquote("[a b]"), "a b");
        assert_eq!(unquote("`a``b`"), "a`b");
    }
}
