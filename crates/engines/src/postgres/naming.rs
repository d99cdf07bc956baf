//! The names that the server gives to what people leave unnamed, by its own rules.

use whimbrel_schema::{Index, IndexKey, IndexTarget};

use super::lexer::{self, Kind};
use super::quote::{self, LONGEST_NAME};

/// `table_column_label`, the longer of the two parts cut until the whole fits.
pub(super) fn object_name(first: &str, second: Option<&str>, label: &str) -> String {
    let second = second.unwrap_or_default();
    let overhead = 1 + label.len() + usize::from(!second.is_empty());
    let room = LONGEST_NAME.saturating_sub(overhead);
    let (mut first_length, mut second_length) = (first.len(), second.len());
    while first_length + second_length > room {
        if first_length > second_length {
            first_length -= 1;
        } else {
            second_length -= 1;
        }
    }
    let first = &first[..first.floor_char_boundary(first_length)];
    let second = &second[..second.floor_char_boundary(second_length)];
    if second.is_empty() { format!("{first}_{label}") } else { format!("{first}_{second}_{label}") }
}

/// The first of `…_label`, `…_label1`, `…_label2`, … that is not taken.
pub(super) fn choose(first: &str, second: Option<&str>, label: &str, taken: impl Fn(&str) -> bool) -> String {
    let mut numbered = label.to_string();
    let mut pass = 0_usize;
    loop {
        let name = object_name(first, second, &numbered);
        if !taken(&name) {
            return name;
        }
        pass += 1;
        numbered = format!("{label}{pass}");
    }
}

/// Column names as one part of a name.
pub(super) fn columns<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut joined = String::new();
    for name in names {
        if !joined.is_empty() {
            joined.push('_');
        }
        joined.push_str(name);
        if joined.len() > LONGEST_NAME {
            break;
        }
    }
    joined
}

/// What a `CREATE INDEX` without a name gives, where nothing has that name yet.
pub(super) fn index(table: &str, index: &Index) -> String {
    object_name(table, Some(&index_columns(&index.keys, &index.include)), "idx")
}

/// The columns of an index as one part of its name; expressions are named by what they do.
pub(super) fn index_columns(keys: &[IndexKey], include: &[String]) -> String {
    let mut names: Vec<String> = Vec::new();
    let keys = keys.iter().map(|key| match &key.target {
        IndexTarget::Column(name) => name.clone(),
        IndexTarget::Expression(expression) => figure(expression.text()),
    });
    for name in keys.chain(include.iter().cloned()) {
        let mut unique = name.clone();
        let mut number = 0_usize;
        while names.contains(&unique) {
            number += 1;
            let suffix = number.to_string();
            unique = format!("{}{suffix}", quote::truncated(name.clone(), LONGEST_NAME - suffix.len()));
        }
        names.push(unique);
    }
    columns(names.iter().map(String::as_str))
}

/// The name of an expression in an index: of the function that it calls, of the column that it casts.
fn figure(expression: &str) -> String {
    let tokens: Vec<_> = lexer::words(expression).collect();
    let Some(first) = tokens.first() else { return "expr".to_string() };
    let ends_cast = |at: usize| tokens.get(at).is_some_and(|token| token.is("::"));
    if matches!(first.kind, Kind::Word | Kind::Quoted) {
        let mut last = 0;
        while tokens.get(last + 1).is_some_and(|token| token.is(".")) && tokens.len() > last + 2 {
            last += 2;
        }
        let name = quote::fold(tokens[last].text);
        let end = match tokens.get(last + 1) {
            None => return name,
            Some(token) if token.is("(") => closing(&tokens, last + 1),
            Some(_) => Some(last),
        };
        if end.is_some_and(|end| end + 1 == tokens.len() || ends_cast(end + 1)) {
            return name;
        }
        if first.is_word("case") {
            return "case".to_string();
        }
    }
    "expr".to_string()
}

fn closing(tokens: &[lexer::Token<'_>], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        if token.is("(") {
            depth += 1;
        } else if token.is(")") {
            depth -= 1;
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_part_is_cut_first() {
        let long = "a".repeat(60);
        assert_eq!(object_name(&long, Some("id"), "fkey"), format!("{}_id_fkey", "a".repeat(55)));
        let both = object_name(&long, Some(&"b".repeat(60)), "key");
        assert_eq!(both, format!("{}_{}_key", "a".repeat(29), "b".repeat(29)));
        assert_eq!(both.len(), 63);
        assert_eq!(object_name(&"é".repeat(40), None, "pkey").len(), 29 * 2 + 5);
    }

    #[test]
    fn a_taken_name_is_numbered() {
        let taken = ["t_a_key", "t_a_key1"];
        assert_eq!(choose("t", Some("a"), "key", |name| taken.contains(&name)), "t_a_key2");
        assert_eq!(choose("t", None, "pkey", |_| false), "t_pkey");
    }

    #[test]
    fn expressions_are_named_by_what_they_do() {
        let cases = [
            ("lower(a)", "lower"),
            ("a || b", "expr"),
            ("a::text", "a"),
            ("lower(a)::text", "lower"),
            ("COALESCE(a, b)", "coalesce"),
            ("pg_catalog.lower(a)", "lower"),
            ("lower(a) || b", "expr"),
            ("CASE WHEN a THEN 1 END", "case"),
        ];
        for (expression, name) in cases {
            assert_eq!(figure(expression), name, "{expression}");
        }
        let keys = [IndexKey::column("a"), IndexKey::expression("a + 1"), IndexKey::expression("a + 2")];
        assert_eq!(index_columns(&keys, &["b".to_string()]), "a_expr_expr1_b");
    }
}
