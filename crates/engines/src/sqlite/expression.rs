//! When two expressions certainly mean the same.

use whimbrel_schema::Pair;

use super::naming::{is_plain, unquote};
use super::token::{Kind, Token, tokens};

pub(super) fn same(expressions: Pair<&str>) -> bool {
    expressions.from == expressions.to || canonical(expressions.from) == canonical(expressions.to)
}

/// The text without brackets around the whole of it.
pub(super) fn strip_parentheses(text: &str) -> &str {
    let mut text = text.trim();
    loop {
        let tokens: Vec<_> = tokens(text).collect();
        let [first, .., last] = tokens.as_slice() else { return text };
        if !(first.is_symbol("(") && closing(&tokens, 0) == Some(tokens.len() - 1)) {
            return text;
        }
        text = text.get(first.end()..last.start).unwrap_or_default().trim();
    }
}

/// Where the bracket that opens at `open` is closed.
pub(super) fn closing(tokens: &[Token<'_>], open: usize) -> Option<usize> {
    let mut depth = 0usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        if token.is_symbol("(") {
            depth += 1;
        } else if token.is_symbol(")") {
            depth = depth.checked_sub(1)?;
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
}

/// Whether it reads as a value where SQLite wants brackets around anything more: after `DEFAULT`.
pub(super) fn is_term(text: &str) -> bool {
    let tokens: Vec<_> = tokens(text).collect();
    match tokens.as_slice() {
        [only] => !matches!(only.kind, Kind::Symbol | Kind::Variable),
        [sign, number] => (sign.is_symbol("-") || sign.is_symbol("+")) && number.kind == Kind::Number,
        _ => false,
    }
}

/// A value that is the same in every row and known without computing: what `ADD COLUMN` accepts as a default.
pub(super) fn is_constant(text: &str) -> bool {
    let is_time = |word: &str| word.to_ascii_uppercase().starts_with("CURRENT_");
    is_term(text) && !tokens(text).any(|token| token.kind == Kind::Word && is_time(token.text))
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Item {
    /// A keyword or a name that needs no quotes.
    Word(String),
    /// A name that would read as something else without its quotes.
    Name(String),
    Other(String),
    Open,
    Close,
}

fn canonical(text: &str) -> Vec<Item> {
    let items = tokens(strip_parentheses(text)).map(|token| item(&token)).collect();
    without_brackets_around_atoms(items)
}

fn item(token: &Token<'_>) -> Item {
    match token.kind {
        Kind::Word if token.is_word("TRUE") => Item::Other("1".to_string()),
        Kind::Word if token.is_word("FALSE") => Item::Other("0".to_string()),
        Kind::Word => Item::Word(token.text.to_ascii_lowercase()),
        Kind::Quoted => {
            let name = unquote(token.text);
            let lower = name.to_ascii_lowercase();
            if is_plain(&name) { Item::Word(lower) } else { Item::Name(lower) }
        }
        Kind::Symbol => match token.text {
            "(" => Item::Open,
            ")" => Item::Close,
            "==" => Item::Other("=".to_string()),
            "!=" => Item::Other("<>".to_string()),
            other => Item::Other(other.to_string()),
        },
        Kind::Number | Kind::Blob => Item::Other(token.text.to_ascii_lowercase()),
        Kind::Text | Kind::Variable => Item::Other(token.text.to_string()),
    }
}

/// `(a) > (0)` is `a > 0`; but in `f(a)` and `IN (1)` the brackets are a list.
fn without_brackets_around_atoms(mut items: Vec<Item>) -> Vec<Item> {
    loop {
        let found = (0..items.len().saturating_sub(2)).find(|at| {
            items[*at] == Item::Open
                && !matches!(items[at + 1], Item::Open | Item::Close)
                && items[at + 2] == Item::Close
                && (*at == 0 || groups_after(&items[at - 1]))
        });
        let Some(at) = found else { return items };
        items.remove(at + 2);
        items.remove(at);
    }
}

/// Whether a bracket right after this only groups.
fn groups_after(item: &Item) -> bool {
    const OPERATORS: [&str; 13] =
        ["and", "or", "not", "when", "then", "else", "case", "between", "like", "glob", "is", "escape", "return"];
    match item {
        Item::Word(word) => OPERATORS.contains(&word.as_str()),
        Item::Other(text) => {
            ["=", "<>", "<", ">", "<=", ">=", "+", "-", "*", "/", "%", "||", "&", "|", "<<", ">>", "->", "->>", ","]
                .contains(&text.as_str())
        }
        Item::Open => true,
        Item::Name(_) | Item::Close => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_does_not_matter_and_meaning_does() {
        for (a, b) in [
            ("a > 0", "(A>0)"),
            ("((a) > (0))", "a > 0"),
            ("\"a\" != 'x'", "a <> 'x'"),
            ("[a] IS NOT NULL", "a is not null -- really"),
            ("TRUE", "1"),
            ("lower(`name`)", "LOWER(name)"),
            ("a AND (b)", "a and b"),
            ("\"order\" = 1", "[Order] == 1"),
            ("x'AB'", "X'ab'"),
        ] {
            assert!(same(Pair::new(a, b)), "{a} and {b}");
        }
        for (a, b) in [
            ("a", "'a'"),
            ("\"null\" = 1", "null = 1"),
            ("a IN (1)", "a IN 1"),
            ("f(a)", "f a"),
            ("'x'", "'X'"),
            ("a > 0 OR b", "a > 0 AND b"),
            ("(a) + (b)", "(a + b) * 1"),
            ("\"true\"", "true"),
        ] {
            assert!(!same(Pair::new(a, b)), "{a} and {b}");
        }
    }

    #[test]
    fn outer_brackets_are_found_by_pairs() {
        assert_eq!(strip_parentheses(" ( (a) + (b) ) "), "(a) + (b)");
        assert_eq!(strip_parentheses("(a) + (b)"), "(a) + (b)");
        assert_eq!(strip_parentheses("(')')"), "')'");
        assert_eq!(strip_parentheses("()"), "");
    }

    #[test]
    fn terms_need_no_brackets() {
        assert!(["1", "-1", "'x'", "NULL", "CURRENT_TIMESTAMP", "x'00'", "true"].iter().all(|text| is_term(text)));
        assert!(["1 + 1", "random()", "- (1)", "(1)", ""].iter().all(|text| !is_term(text)));
        assert!(is_constant("'x'") && !is_constant("current_timestamp") && !is_constant("random()"));
    }
}
