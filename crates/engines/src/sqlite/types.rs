//! Declared types and what SQLite makes of them.

use whimbrel_plan::Cast;
use whimbrel_schema::{ColumnType, Pair};

use super::naming::same;

/// `VARCHAR (255)` is the words `VARCHAR` and the argument `255`.
pub(super) fn read(text: &str) -> ColumnType {
    let text = text.trim();
    match text.split_once('(') {
        Some((words, rest)) if rest.trim_end().ends_with(')') => {
            let arguments = rest.trim_end().trim_end_matches(')');
            ColumnType::with_arguments(words_of(words), arguments.split(',').map(str::trim))
        }
        Some(_) | None => ColumnType::new(words_of(text)),
    }
}

fn words_of(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// As SQLite reads it back: arguments always last.
pub(super) fn sql(ty: &ColumnType) -> String {
    match ty.arguments.as_slice() {
        [] => ty.name.clone(),
        arguments => format!("{}({})", ty.name, arguments.join(", ")),
    }
}

/// The same words: affinity alone is not enough, since people's tools read the declared type.
pub(super) fn are_same(types: Pair<&ColumnType>) -> bool {
    same(&types.from.name, &types.to.name) && types.from.arguments == types.to.arguments
}

/// The one spelling that, as a primary key, makes a column another name of the rowid.
pub(super) fn is_integer(ty: &ColumnType) -> bool {
    same(&ty.name, "INTEGER") && ty.arguments.is_empty()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Affinity {
    Text,
    Numeric,
    Integer,
    Real,
    Blob,
}

/// SQLite's five rules, in their order.
pub(super) fn affinity(ty: &ColumnType) -> Affinity {
    let name = ty.name.to_ascii_uppercase();
    let has = |part: &str| name.contains(part);
    if has("INT") {
        Affinity::Integer
    } else if has("CHAR") || has("CLOB") || has("TEXT") {
        Affinity::Text
    } else if name.is_empty() || has("BLOB") {
        Affinity::Blob
    } else if has("REAL") || has("FLOA") || has("DOUB") {
        Affinity::Real
    } else {
        Affinity::Numeric
    }
}

/// SQLite converts what it can and keeps the rest as it is, so nothing is ever refused; but text that was meant as
/// text (`007`) changes when it becomes a number, and large integers change as floating point.
pub(super) fn cast(types: Pair<&ColumnType>) -> Cast {
    let Pair { from, to } = types.map(affinity);
    let number = |affinity| matches!(affinity, Affinity::Integer | Affinity::Numeric | Affinity::Real);
    match (from, to) {
        (Affinity::Text | Affinity::Blob, to) if number(to) => Cast::Lossy(None),
        (Affinity::Integer | Affinity::Numeric, Affinity::Real) => Cast::Lossy(None),
        (Affinity::Text | Affinity::Blob | Affinity::Numeric | Affinity::Integer | Affinity::Real, _) => Cast::Implicit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_arguments_are_kept_apart() {
        assert_eq!(read("VARCHAR (255)"), ColumnType::with_arguments("VARCHAR", ["255"]));
        assert_eq!(read("decimal(10,2)"), ColumnType::with_arguments("decimal", ["10", "2"]));
        assert_eq!(read("UNSIGNED  BIG INT"), ColumnType::new("UNSIGNED BIG INT"));
        assert_eq!(sql(&read("decimal( 10,2 )")), "decimal(10, 2)");
        assert_eq!(sql(&read("")), "");
    }

    #[test]
    fn case_does_not_matter_and_words_do() {
        assert!(are_same(Pair::new(&read("varchar(10)"), &read("VARCHAR(10)"))));
        assert!(!are_same(Pair::new(&read("INT"), &read("INTEGER"))));
        assert!(!are_same(Pair::new(&read("VARCHAR(10)"), &read("VARCHAR(20)"))));
    }

    #[test]
    fn text_becomes_a_number_at_a_loss() {
        let cast_of = |from: &str, to: &str| cast(Pair::new(&read(from), &read(to)));
        assert_eq!(cast_of("VARCHAR(10)", "INTEGER"), Cast::Lossy(None));
        assert_eq!(cast_of("INTEGER", "TEXT"), Cast::Implicit);
        assert_eq!(cast_of("BIGINT", "DOUBLE"), Cast::Lossy(None));
        assert_eq!(cast_of("INT", "BIGINT"), Cast::Implicit);
        assert_eq!(cast_of("TEXT", "DATETIME"), Cast::Lossy(None));
    }
}
