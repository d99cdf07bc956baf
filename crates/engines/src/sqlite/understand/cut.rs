//! The words of expressions, cut out of the source in the order in which they stand there.

use std::collections::VecDeque;

use whimbrel_schema::Expression;

use super::super::expression::{closing, strip_parentheses};
use super::super::token::{Kind, Token, depths, slice, tokens};

/// What stands after `DEFAULT`, `CHECK` and `AS` in a table's body. These words are reserved, so at the body's own
/// depth they can be nothing else, and the parser lists what they introduce in the same order.
#[derive(Debug, Default)]
pub(super) struct Cuts {
    defaults: VecDeque<Expression>,
    checks: VecDeque<Expression>,
    generated: VecDeque<Expression>,
}

impl Cuts {
    /// `depth` is 1 for the body of CREATE TABLE and 0 for what ALTER TABLE adds.
    pub fn new(text: &str, depth: usize) -> Self {
        let tokens: Vec<_> = tokens(text).collect();
        let depths = depths(&tokens);
        let mut cuts = Cuts::default();
        for (at, token) in tokens.iter().enumerate() {
            if depths.get(at) != Some(&depth) || token.kind != Kind::Word {
                continue;
            }
            let after_set = at > 0 && tokens[at - 1].is_word("SET");
            if token.is_word("DEFAULT") && !after_set {
                cuts.defaults.push_back(value(text, &tokens, at + 1));
            } else if token.is_word("CHECK") {
                cuts.checks.push_back(value(text, &tokens, at + 1));
            } else if token.is_word("AS") {
                cuts.generated.push_back(value(text, &tokens, at + 1));
            }
        }
        cuts
    }

    pub fn next_default(&mut self) -> Option<Expression> {
        self.defaults.pop_front()
    }

    pub fn next_check(&mut self) -> Option<Expression> {
        self.checks.pop_front()
    }

    pub fn next_generated(&mut self) -> Option<Expression> {
        self.generated.pop_front()
    }
}

/// What is in the brackets, or the one term, with its sign.
fn value(text: &str, tokens: &[Token<'_>], at: usize) -> Expression {
    let is = |symbol: &str| tokens.get(at).is_some_and(|token| token.is_symbol(symbol));
    let cut = if is("(") {
        let end = closing(tokens, at).unwrap_or(tokens.len().saturating_sub(1));
        strip_parentheses(slice(text, tokens, at..end + 1))
    } else if is("-") || is("+") {
        slice(text, tokens, at..at + 2)
    } else {
        slice(text, tokens, at..at + 1)
    };
    Expression::new(cut)
}

/// The text from the token after the first `word` at depth 0 to the end.
pub(super) fn after_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let tokens: Vec<_> = tokens(text).collect();
    let depths = depths(&tokens);
    let at = tokens.iter().zip(&depths).position(|(token, depth)| *depth == 0 && token.is_word(word))?;
    Some(slice(text, &tokens, at + 1..tokens.len()))
}

/// The keys in the first brackets at depth 0, and what stands behind them.
pub(super) struct Keys<'a> {
    pub keys: Vec<&'a str>,
    pub rest: &'a str,
}

pub(super) fn keys(text: &str) -> Option<Keys<'_>> {
    let tokens: Vec<_> = tokens(text).collect();
    let open = tokens.iter().position(|token| token.is_symbol("("))?;
    let close = closing(&tokens, open)?;
    let depths = depths(&tokens);
    let mut keys = Vec::new();
    let mut from = open + 1;
    for at in open + 1..=close {
        if at == close || (depths[at] == 1 && tokens[at].is_symbol(",")) {
            keys.push(slice(text, &tokens, from..at));
            from = at + 1;
        }
    }
    Some(Keys { keys, rest: slice(text, &tokens, close + 1..tokens.len()) })
}
