//! The words of SQL as it stands in code: of any engine, half a statement, with places that something is put into.

use std::ops::Range;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    Quoted,
    Dot,
    Comma,
    Open,
    Close,
    Star,
    Equals,
    /// The end of a statement, or of the body of a function.
    End,
    /// A value, a parameter, an operator, what something is put into.
    Other,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub kind: Kind,
    /// Of the word itself, without its quotes.
    pub span: Range<usize>,
}

/// Comments and values are left out; the body of a function is read as statements of its own.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut lexer = Lexer { text, bytes: text.as_bytes(), tokens: Vec::new() };
    let mut at = 0;
    while at < lexer.bytes.len() {
        at = lexer.next(at).max(at + 1);
    }
    lexer.tokens
}

struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    tokens: Vec<Token>,
}

impl Lexer<'_> {
    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    /// Where the next `end` begins; the end of the text where there is none.
    fn until(&self, from: usize, end: &str) -> usize {
        self.text.get(from..).and_then(|rest| rest.find(end)).map_or(self.bytes.len(), |at| from + at)
    }

    fn push(&mut self, kind: Kind, span: Range<usize>) {
        self.tokens.push(Token { kind, span });
    }

    fn other(&mut self, from: usize, to: usize) -> usize {
        let to = to.min(self.bytes.len());
        self.push(Kind::Other, from..to);
        to
    }

    /// Reads one token; the place behind it.
    fn next(&mut self, at: usize) -> usize {
        let single = |kind: Kind| Token { kind, span: at..at + 1 };
        match self.byte(at) {
            b'-' if self.byte(at + 1) == b'-' => return self.until(at, "\n"),
            b'/' if self.byte(at + 1) == b'*' => return self.block_comment(at),
            b'\'' => {
                let escapes = at > 0 && self.byte(at - 1).eq_ignore_ascii_case(&b'e') && !is_word(self.before(at - 1));
                return self.value(at, escapes);
            }
            quote @ (b'"' | b'`') => {
                let mark = if quote == b'"' { "\"" } else { "`" };
                return self.quoted(at, mark);
            }
            // `ARRAY[…]` and `a[1]` are no names.
            b'[' if !matches!(self.before(at), b')' | b']') && !is_word(self.before(at)) => {
                return self.quoted(at, "]");
            }
            b'{' => return self.braces(at),
            b'$' => return self.dollar(at),
            b'#' if self.byte(at + 1) == b'{' => return self.braces(at + 1),
            b'%' if self.byte(at + 1) == b'(' => {
                let end = self.until(at, ")") + 2;
                return self.other(at, end);
            }
            b'.' => self.tokens.push(single(Kind::Dot)),
            b',' => self.tokens.push(single(Kind::Comma)),
            b'(' => self.tokens.push(single(Kind::Open)),
            b')' => self.tokens.push(single(Kind::Close)),
            b'*' => self.tokens.push(single(Kind::Star)),
            b';' => self.tokens.push(single(Kind::End)),
            b'=' if self.byte(at + 1) != b'>' => self.tokens.push(single(Kind::Equals)),
            letter if letter.is_ascii_alphabetic() || letter == b'_' || letter >= 0x80 => return self.word(at),
            white if white.is_ascii_whitespace() => {}
            _ => self.tokens.push(single(Kind::Other)),
        }
        at + 1
    }

    fn before(&self, at: usize) -> u8 {
        at.checked_sub(1).map_or(0, |before| self.byte(before))
    }

    /// They nest, but not where the text ends before the outer one does.
    fn block_comment(&self, start: usize) -> usize {
        let (mut at, mut depth) = (start + 2, 1);
        while at < self.bytes.len() && depth > 0 {
            let step = match (self.byte(at), self.byte(at + 1)) {
                (b'*', b'/') => -1,
                (b'/', b'*') => 1,
                _ => 0,
            };
            depth += step;
            at += if step == 0 { 1 } else { 2 };
        }
        if depth == 0 { at } else { self.until(start + 2, "*/") + 2 }
    }

    fn value(&mut self, start: usize, escapes: bool) -> usize {
        let mut at = start + 1;
        while at < self.bytes.len() {
            match self.byte(at) {
                b'\\' if escapes => at += 1,
                b'\'' if self.byte(at + 1) == b'\'' => at += 1,
                b'\'' => break,
                _ => {}
            }
            at += 1;
        }
        // `E'…'` is one value.
        if escapes && self.tokens.last().is_some_and(|token| token.span.end == start) {
            self.tokens.pop();
        }
        self.other(start, at + 1)
    }

    /// A quote within a text of code is written `\"`.
    fn quoted(&mut self, at: usize, mark: &str) -> usize {
        let end = self.until(at + 1, mark);
        let within = self.text.get(at + 1..end).unwrap_or_default();
        let trimmed = within.trim_end_matches('\\');
        self.push(Kind::Quoted, at + 1..at + 1 + trimmed.len());
        end + 1
    }

    /// What a program puts in: `{term}`, `{{ name }}`, `{% if … %}`. dbt's `{{ ref('email') }}` is a table.
    fn braces(&mut self, at: usize) -> usize {
        let close = match self.byte(at + 1) {
            b'{' => "}}",
            b'%' => "%}",
            b'#' => return self.until(at, "#}") + 2,
            _ => "}",
        };
        let end = self.until(at, close);
        let inner = self.text.get(at..end).unwrap_or_default();
        let called = inner.trim_start_matches(['{', '-', ' ']);
        let names_table = ["ref(", "source("].iter().any(|call| called.starts_with(call));
        if let Some(close) = inner.rfind(['\'', '"']).filter(|_| names_table)
            && let Some(open) = inner.get(..close).and_then(|before| before.rfind(['\'', '"']))
        {
            self.push(Kind::Quoted, at + open + 1..at + close);
        } else {
            self.push(Kind::Other, at..end);
        }
        end + close.len()
    }

    /// `$1`, `$name`, `${…}`, `$$`, `$body$`.
    fn dollar(&mut self, at: usize) -> usize {
        if self.byte(at + 1) == b'{' {
            return self.braces(at + 1);
        }
        let mut end = at + 1;
        while is_word(self.byte(end)) {
            end += 1;
        }
        if self.byte(end) == b'$' {
            self.push(Kind::End, at..end + 1);
            return end + 1;
        }
        self.other(at, end)
    }

    fn word(&mut self, start: usize) -> usize {
        let mut at = start;
        while is_word(self.byte(at)) {
            at += 1;
        }
        // `:subject` and `@subject` are parameters, `::date` is a type.
        let stands_for = matches!(self.before(start), b':' | b'@');
        self.push(if stands_for { Kind::Other } else { Kind::Word }, start..at);
        at
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}
