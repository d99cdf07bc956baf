//! When two expressions certainly mean the same.

use whimbrel_schema::Pair;

use super::naming::{literal, text_of, unquote};
use super::token::{Kind, Token, tokens};

pub(super) fn same(expressions: Pair<&str>) -> bool {
    expressions.from == expressions.to || canonical(expressions.from) == canonical(expressions.to)
}

fn canonical(text: &str) -> Vec<String> {
    let found: Vec<Token<'_>> = tokens(text).collect();
    let mut parts = found.as_slice();
    while let [first, inner @ .., last] = parts
        && first.is_symbol("(")
        && last.is_symbol(")")
        && is_balanced(inner)
    {
        parts = inner;
    }
    let mut words = Vec::new();
    for token in parts {
        words.push(match token.kind {
            Kind::Word => token.text.to_lowercase(),
            Kind::Quoted => unquote(token.text).to_lowercase(),
            Kind::Text if !token.text.starts_with(['x', 'X', 'b', 'B']) => literal(&text_of(token.text)),
            Kind::Text | Kind::Number | Kind::Variable | Kind::Executable => token.text.to_lowercase(),
            Kind::Symbol if token.text == "!=" => "<>".to_string(),
            Kind::Symbol => token.text.to_string(),
        });
    }
    if let [word] = words.as_mut_slice() {
        match word.as_str() {
            "true" => *word = "1".to_string(),
            "false" => *word = "0".to_string(),
            "now" | "localtime" | "localtimestamp" => *word = "current_timestamp".to_string(),
            _ => {}
        }
    }
    if words.len() == 3 && ["now", "current_timestamp"].contains(&words[0].as_str()) && words[1] == "(" {
        return vec!["current_timestamp".to_string()];
    }
    words
}

fn is_balanced(tokens: &[Token<'_>]) -> bool {
    let mut depth = 0_i32;
    for token in tokens {
        depth += i32::from(token.is_symbol("(")) - i32::from(token.is_symbol(")"));
        if depth < 0 {
            return false;
        }
    }
    depth == 0
}

/// The functions that an expression calls, in lower case.
pub(super) fn functions(text: &str) -> Vec<String> {
    let found: Vec<Token<'_>> = tokens(text).collect();
    let called = found.windows(2).filter(|pair| pair[0].kind == Kind::Word && pair[1].is_symbol("("));
    let mut names: Vec<String> = called.map(|pair| pair[0].text.to_lowercase()).collect();
    names.retain(|name| {
        !["and", "or", "not", "in", "is", "between", "case", "when", "then", "else"].contains(&name.as_str())
    });
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_does_not_matter_and_meaning_does() {
        for (a, b) in [
            ("a > 0", "(`A`>0)"),
            ("((a) > (0))", "(a) > (0)"),
            ("'it''s'", "\"it's\""),
            ("NOW()", "CURRENT_TIMESTAMP"),
            ("TRUE", "1"),
        ] {
            assert!(same(Pair::new(a, b)), "{a} and {b}");
        }
        for (a, b) in [("a", "'a'"), ("'x'", "'X'"), ("(a) + (b)", "(a + b)"), ("now(6)", "now()")] {
            assert!(!same(Pair::new(a, b)), "{a} and {b}");
        }
    }

    #[test]
    fn functions_are_named_by_their_brackets() {
        assert_eq!(functions("concat(a, UUID()) in (1)"), ["concat", "uuid"]);
    }
}
