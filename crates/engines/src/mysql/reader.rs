//! A walk along the tokens of one statement, that stops where it understands no further.

use std::ops::Range;

use whimbrel_schema::{Expression, ObjectName};

use super::naming::{text_of, unquote};
use super::token::{Kind, Token, tokens};

/// Where the reading ended, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stop {
    pub at: usize,
    pub reason: String,
}

pub(super) type Read<T> = Result<T, Stop>;

pub(super) struct Reader<'a> {
    text: &'a str,
    tokens: Vec<Token<'a>>,
    at: usize,
}

impl<'a> Reader<'a> {
    pub fn new(text: &'a str) -> Self {
        let tokens = tokens(text).filter(|token| token.kind != Kind::Executable).collect();
        Reader { text, tokens, at: 0 }
    }

    pub fn text(&self) -> &'a str {
        self.text
    }

    pub fn peek(&self) -> Option<&Token<'a>> {
        self.tokens.get(self.at)
    }

    pub fn is_done(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// The byte at which the next token begins.
    pub fn place(&self) -> usize {
        self.peek().map_or(self.text.len(), |token| token.start)
    }

    /// The bytes from there to the end of what was read last.
    pub fn since(&self, start: usize) -> Range<usize> {
        let end = self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or(start, Token::end);
        start..end.max(start)
    }

    pub fn skip(&mut self) {
        self.at += 1;
    }

    pub fn is(&self, word: &str) -> bool {
        self.peek().is_some_and(|token| token.is_word(word))
    }

    pub fn is_symbol(&self, symbol: &str) -> bool {
        self.peek().is_some_and(|token| token.is_symbol(symbol))
    }

    /// Whether these words stand here, one after the other.
    pub fn are(&self, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(at, word)| self.tokens.get(self.at + at).is_some_and(|it| it.is_word(word)))
    }

    pub fn take(&mut self, word: &str) -> bool {
        let found = self.is(word);
        self.at += usize::from(found);
        found
    }

    pub fn take_all(&mut self, words: &[&str]) -> bool {
        let found = self.are(words);
        self.at += if found { words.len() } else { 0 };
        found
    }

    /// One of the words, as the list spells it.
    pub fn take_one_of(&mut self, words: &[&'static str]) -> Option<&'static str> {
        let found = words.iter().find(|word| self.is(word)).copied();
        self.at += usize::from(found.is_some());
        found
    }

    pub fn take_symbol(&mut self, symbol: &str) -> bool {
        let found = self.is_symbol(symbol);
        self.at += usize::from(found);
        found
    }

    pub fn expect(&mut self, word: &str) -> Read<()> {
        if self.take(word) { Ok(()) } else { self.stop(format!("`{word}` is missing")) }
    }

    pub fn expect_symbol(&mut self, symbol: &str) -> Read<()> {
        if self.take_symbol(symbol) { Ok(()) } else { self.stop(format!("`{symbol}` is missing")) }
    }

    pub fn if_exists(&mut self) -> bool {
        self.take_all(&["IF", "EXISTS"])
    }

    pub fn if_not_exists(&mut self) -> bool {
        self.take_all(&["IF", "NOT", "EXISTS"])
    }

    /// Nothing may be left.
    pub fn finish(&self) -> Read<()> {
        if self.is_done() { Ok(()) } else { self.stop(format!("`{}` is not understood here", self.here())) }
    }

    pub fn stop<T>(&self, reason: impl Into<String>) -> Read<T> {
        Err(Stop { at: self.place().min(self.text.len()), reason: reason.into() })
    }

    /// What stands here, for messages.
    pub fn here(&self) -> &'a str {
        self.peek().map_or("the end", |token| token.text)
    }

    pub fn is_name(&self) -> bool {
        self.peek().is_some_and(|token| match token.kind {
            Kind::Word | Kind::Quoted => true,
            Kind::Text => token.text.starts_with('"'),
            Kind::Number | Kind::Variable | Kind::Symbol | Kind::Executable => false,
        })
    }

    pub fn name(&mut self) -> Read<String> {
        match self.peek().copied() {
            Some(token) if self.is_name() => {
                self.at += 1;
                Ok(unquote(token.text))
            }
            Some(_) | None => self.stop("a name is missing"),
        }
    }

    /// `name` or `database.name`.
    pub fn object_name(&mut self) -> Read<ObjectName> {
        let first = self.name()?;
        if !self.is_symbol(".") {
            // `.1` of `t.1st` is read as a number: nobody names tables so.
            return Ok(ObjectName::new(first));
        }
        self.skip();
        Ok(ObjectName::within(first, self.name()?))
    }

    pub fn names_in_brackets(&mut self) -> Read<Vec<String>> {
        self.expect_symbol("(")?;
        let mut names = Vec::new();
        loop {
            names.push(self.name()?);
            if !self.take_symbol(",") {
                break;
            }
        }
        self.expect_symbol(")")?;
        Ok(names)
    }

    /// A text, without its quotes; adjacent ones are one.
    pub fn string(&mut self) -> Read<String> {
        let mut found = match self.peek() {
            Some(token) if token.kind == Kind::Text => text_of(token.text),
            Some(_) | None => return self.stop("a text is missing"),
        };
        self.at += 1;
        while let Some(token) = self.peek().filter(|token| token.kind == Kind::Text) {
            found.push_str(&text_of(token.text));
            self.at += 1;
        }
        Ok(found)
    }

    /// A word, a name, a number or a text: what options are set to.
    pub fn value(&mut self) -> Read<String> {
        match self.peek().copied() {
            Some(token) if token.kind == Kind::Text => self.string(),
            Some(token) if token.kind == Kind::Number || token.kind == Kind::Variable => {
                self.at += 1;
                Ok(token.text.to_string())
            }
            Some(_) | None => self.name(),
        }
    }

    pub fn number(&mut self) -> Read<u64> {
        match self.peek().and_then(|token| token.text.parse().ok()) {
            Some(number) => {
                self.at += 1;
                Ok(number)
            }
            None => self.stop("a number is missing"),
        }
    }

    /// What stands between the brackets that open here, as it was written.
    pub fn brackets(&mut self) -> Read<&'a str> {
        let open = self.at;
        if !self.take_symbol("(") {
            return self.stop("`(` is missing");
        }
        let mut depth = 1_usize;
        while depth > 0 {
            let Some(token) = self.peek() else {
                self.at = open;
                return self.stop("a bracket is never closed");
            };
            if token.is_symbol("(") {
                depth += 1;
            } else if token.is_symbol(")") {
                depth -= 1;
            }
            self.at += 1;
        }
        let (from, to) = (self.tokens[open].end(), self.tokens[self.at - 1].start);
        Ok(self.text.get(from..to).unwrap_or_default().trim())
    }

    pub fn bracketed_expression(&mut self) -> Read<Expression> {
        self.brackets().map(Expression::new)
    }

    /// The rest of the statement, as it was written.
    pub fn rest(&mut self) -> &'a str {
        let rest = self.text.get(self.place()..).unwrap_or_default();
        self.at = self.tokens.len();
        rest.trim_end().trim_end_matches("*/").trim_end()
    }
}
