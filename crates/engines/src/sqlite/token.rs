//! SQLite's tokens with their places. Never fails: an unclosed quote or comment runs to the end of the text.

use std::ops::Range;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A keyword or an unquoted name.
    Word,
    /// `"…"`, `` `…` `` or `[…]`.
    Quoted,
    /// `'…'`.
    Text,
    /// `x'…'`.
    Blob,
    Number,
    /// `?1`, `:name`, `@name`, `$name`.
    Variable,
    Symbol,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub kind: Kind,
    pub text: &'a str,
    pub start: usize,
}

impl<'a> Token<'a> {
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }

    pub fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }

    pub fn is_symbol(&self, symbol: &str) -> bool {
        self.kind == Kind::Symbol && self.text == symbol
    }

    /// A token that can be a name: SQLite takes even a string for one.
    pub fn is_name(&self) -> bool {
        matches!(self.kind, Kind::Word | Kind::Quoted | Kind::Text)
    }
}

pub(super) fn tokens(text: &str) -> Tokens<'_> {
    Tokens { text, at: 0 }
}

pub(super) struct Tokens<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let bytes = self.text.as_bytes();
        let start = skip_blank(bytes, self.at);
        let (kind, end) = scan(bytes, start)?;
        // Ends fall on ASCII bytes, on the end of the text, or behind a run of non-ASCII ones, so this is a boundary.
        let end = (end..=bytes.len()).find(|end| self.text.is_char_boundary(*end)).unwrap_or(bytes.len());
        self.at = end;
        Some(Token { kind, text: self.text.get(start..end)?, start })
    }
}

/// Past white space and comments.
fn skip_blank(bytes: &[u8], mut at: usize) -> usize {
    loop {
        match (bytes.get(at), bytes.get(at + 1)) {
            (Some(byte), _) if byte.is_ascii_whitespace() => at += 1,
            (Some(b'-'), Some(b'-')) => at = past(bytes, at + 2, |rest| rest.starts_with(b"\n"), 1),
            (Some(b'/'), Some(b'*')) => at = past(bytes, at + 2, |rest| rest.starts_with(b"*/"), 2),
            // A byte order mark at the very beginning is no token.
            (Some(0xEF), _) if at == 0 && bytes.starts_with(b"\xEF\xBB\xBF") => at = 3,
            _ => return at,
        }
    }
}

fn past(bytes: &[u8], from: usize, closes: impl Fn(&[u8]) -> bool, width: usize) -> usize {
    (from..bytes.len()).find(|at| closes(&bytes[*at..])).map_or(bytes.len(), |at| at + width)
}

fn scan(bytes: &[u8], start: usize) -> Option<(Kind, usize)> {
    let first = *bytes.get(start)?;
    let next = bytes.get(start + 1).copied();
    Some(match first {
        b'\'' => (Kind::Text, quoted(bytes, start + 1, b'\'')),
        b'"' | b'`' => (Kind::Quoted, quoted(bytes, start + 1, first)),
        b'[' => (Kind::Quoted, past(bytes, start + 1, |rest| rest.starts_with(b"]"), 1)),
        b'x' | b'X' if next == Some(b'\'') => (Kind::Blob, quoted(bytes, start + 2, b'\'')),
        b'0'..=b'9' => (Kind::Number, number(bytes, start)),
        b'.' if next.is_some_and(|byte| byte.is_ascii_digit()) => (Kind::Number, number(bytes, start)),
        b'?' | b':' | b'@' | b'$' | b'#' => (Kind::Variable, run(bytes, start + 1, is_name_byte)),
        byte if is_name_start(byte) => (Kind::Word, run(bytes, start, is_name_byte)),
        _ => (Kind::Symbol, start + symbol(&bytes[start..])),
    })
}

/// Past the closing quote; a doubled quote stands for itself.
fn quoted(bytes: &[u8], mut at: usize, quote: u8) -> usize {
    while let Some(byte) = bytes.get(at) {
        if *byte == quote {
            if bytes.get(at + 1) != Some(&quote) {
                return at + 1;
            }
            at += 1;
        }
        at += 1;
    }
    bytes.len()
}

fn number(bytes: &[u8], start: usize) -> usize {
    if bytes[start] == b'0' && matches!(bytes.get(start + 1), Some(b'x' | b'X')) {
        return run(bytes, start + 2, |byte| byte.is_ascii_hexdigit() || byte == b'_');
    }
    let digits = |at| run(bytes, at, |byte| byte.is_ascii_digit() || byte == b'_');
    let mut end = digits(start);
    if bytes.get(end) == Some(&b'.') {
        end = digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        if bytes.get(end + 1 + sign).is_some_and(u8::is_ascii_digit) {
            end = digits(end + 1 + sign);
        }
    }
    end
}

fn symbol(rest: &[u8]) -> usize {
    const LONG: [&[u8]; 11] = [b"->>", b"->", b"||", b"<<", b">>", b"<>", b"<=", b">=", b"==", b"!=", b"::"];
    LONG.iter().find(|long| rest.starts_with(long)).map_or(1, |long| long.len())
}

fn run(bytes: &[u8], from: usize, belongs: impl Fn(u8) -> bool) -> usize {
    (from..bytes.len()).find(|at| !belongs(bytes[*at])).unwrap_or(bytes.len())
}

pub(super) fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

pub(super) fn is_name_byte(byte: u8) -> bool {
    is_name_start(byte) || byte.is_ascii_digit() || byte == b'$'
}

/// For each token in brackets, how deep; the brackets themselves stand at the outer depth.
pub(super) fn depths(tokens: &[Token<'_>]) -> Vec<usize> {
    let mut depth = 0usize;
    tokens
        .iter()
        .map(|token| {
            if token.is_symbol("(") {
                depth += 1;
                depth - 1
            } else if token.is_symbol(")") {
                depth = depth.saturating_sub(1);
                depth
            } else {
                depth
            }
        })
        .collect()
}

/// The text between two tokens' places, as it was written.
pub(super) fn slice<'a>(text: &'a str, tokens: &[Token<'_>], range: Range<usize>) -> &'a str {
    match tokens.get(range.clone()) {
        Some([first, .., last]) => text.get(first.start..last.end()).unwrap_or_default(),
        Some([only]) => text.get(only.start..only.end()).unwrap_or_default(),
        Some([]) | None => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(sql: &str) -> Vec<&str> {
        tokens(sql).map(|token| token.text).collect()
    }

    #[test]
    fn quotes_numbers_and_operators() {
        assert_eq!(
            texts("a\"b\"\"c\"[d e]`f`'g''h'x'00' 1.5e-3 .5 0xFf ?1 :n a->>'$.b'||c!=d -- end"),
            [
                "a",
                "\"b\"\"c\"",
                "[d e]",
                "`f`",
                "'g''h'",
                "x'00'",
                "1.5e-3",
                ".5",
                "0xFf",
                "?1",
                ":n",
                "a",
                "->>",
                "'$.b'",
                "||",
                "c",
                "!=",
                "d"
            ]
        );
    }

    #[test]
    fn what_is_not_closed_runs_to_the_end() {
        assert_eq!(texts("a 'b"), ["a", "'b"]);
        assert_eq!(texts("a /* b"), ["a"]);
        assert_eq!(texts("a [b"), ["a", "[b"]);
        assert_eq!(texts("é'ü"), ["é", "'ü"]);
    }
}
