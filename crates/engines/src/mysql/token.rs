//! SQL text of MySQL and MariaDB, cut into tokens.
//!
//! Never fails: what is not closed runs to the end of the text.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A keyword or a name without quotes.
    Word,
    /// A name in backticks.
    Quoted,
    /// A text in single or double quotes. Under `ANSI_QUOTES` a double-quoted one is a name, which its place tells.
    Text,
    Number,
    /// `@user`, `@@global.setting`, `?`.
    Variable,
    Symbol,
    /// `/*!50003` and its `*/`: what stands between is run by the server.
    Executable,
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
}

pub(super) fn tokens(text: &str) -> Tokens<'_> {
    Tokens { text, at: 0, delimiter: None, executable: false }
}

pub(super) struct Tokens<'a> {
    text: &'a str,
    at: usize,
    delimiter: Option<&'a str>,
    /// Within an executable comment.
    executable: bool,
}

impl<'a> Tokens<'a> {
    /// From here on this text ends statements, wherever it stands outside quotes and comments.
    pub fn set_delimiter(&mut self, delimiter: Option<&'a str>) {
        self.delimiter = delimiter;
    }

    /// The rest of the line, which is no SQL.
    pub fn rest_of_line(&mut self) -> &'a str {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let line = rest.split('\n').next().unwrap_or_default();
        self.at += line.len();
        line
    }

    fn scan(&mut self, start: usize) -> Option<(Kind, usize)> {
        let bytes = self.text.as_bytes();
        let rest = bytes.get(start..).filter(|rest| !rest.is_empty())?;
        if let Some(delimiter) = self.delimiter.filter(|delimiter| rest.starts_with(delimiter.as_bytes())) {
            return Some((Kind::Symbol, start + delimiter.len()));
        }
        let next = rest.get(1).copied();
        Some(match rest[0] {
            b'/' if is_executable(rest) => {
                self.executable = true;
                let mark = start + if next == Some(b'*') && rest.get(2) == Some(&b'M') { 4 } else { 3 };
                (Kind::Executable, run(bytes, mark, |byte| byte.is_ascii_digit()))
            }
            b'*' if self.executable && next == Some(b'/') => {
                self.executable = false;
                (Kind::Executable, start + 2)
            }
            b'\'' | b'"' => (Kind::Text, quoted(bytes, start + 1, rest[0], true)),
            b'`' => (Kind::Quoted, quoted(bytes, start + 1, b'`', false)),
            b'x' | b'X' | b'b' | b'B' | b'n' | b'N' if next == Some(b'\'') => {
                (Kind::Text, quoted(bytes, start + 2, b'\'', true))
            }
            b'0'..=b'9' => self.number_or_name(start),
            b'.' if next.is_some_and(|byte| byte.is_ascii_digit()) => {
                (Kind::Number, exponent(bytes, run(bytes, start + 1, |byte| byte.is_ascii_digit())))
            }
            b'@' => (Kind::Variable, self.variable(start)),
            b'?' => (Kind::Variable, start + 1),
            byte if is_name_byte(byte) => (Kind::Word, self.name(start)),
            _ => (Kind::Symbol, start + symbol(rest)),
        })
    }

    /// A name may begin with a digit: `2fa`.
    fn number_or_name(&self, start: usize) -> (Kind, usize) {
        let bytes = self.text.as_bytes();
        if bytes[start] == b'0' && matches!(bytes.get(start + 1), Some(b'x' | b'b')) {
            return (Kind::Number, run(bytes, start + 2, |byte| byte.is_ascii_hexdigit()));
        }
        let mut end = run(bytes, start, |byte| byte.is_ascii_digit());
        if bytes.get(end) == Some(&b'.') {
            end = run(bytes, end + 1, |byte| byte.is_ascii_digit());
        }
        end = exponent(bytes, end);
        match bytes.get(end) {
            Some(byte) if is_name_byte(*byte) => (Kind::Word, self.name(end)),
            Some(_) | None => (Kind::Number, end),
        }
    }

    fn name(&self, start: usize) -> usize {
        let bytes = self.text.as_bytes();
        let end = run(bytes, start, is_name_byte);
        let inside = self.text.get(start..end).unwrap_or_default();
        match self.delimiter.and_then(|delimiter| inside.find(delimiter)) {
            Some(at) if at > 0 => start + at,
            Some(_) | None => end,
        }
    }

    fn variable(&self, start: usize) -> usize {
        let bytes = self.text.as_bytes();
        let at = run(bytes, start, |byte| byte == b'@');
        match bytes.get(at) {
            Some(quote @ (b'`' | b'\'' | b'"')) => quoted(bytes, at + 1, *quote, *quote != b'`'),
            Some(_) | None => run(bytes, at, |byte| is_name_byte(byte) || byte == b'.'),
        }
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let bytes = self.text.as_bytes();
        let start = skip_blank(bytes, self.at);
        let (kind, end) = self.scan(start)?;
        // Ends fall on ASCII bytes, on the end of the text, or behind a run of non-ASCII ones, so this is a boundary.
        let end = (end..=bytes.len()).find(|end| self.text.is_char_boundary(*end)).unwrap_or(bytes.len());
        self.at = end;
        Some(Token { kind, text: self.text.get(start..end)?, start })
    }
}

fn is_executable(rest: &[u8]) -> bool {
    rest.starts_with(b"/*!") || rest.starts_with(b"/*M!")
}

/// Past white space and comments.
fn skip_blank(bytes: &[u8], mut at: usize) -> usize {
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        match rest {
            [byte, ..] if byte.is_ascii_whitespace() => at += 1,
            [b'#', ..] => at = past(bytes, at, b"\n"),
            // Two hyphens alone are a double minus: `5--3`.
            [b'-', b'-'] => at = bytes.len(),
            [b'-', b'-', blank, ..] if blank.is_ascii_whitespace() || blank.is_ascii_control() => {
                at = past(bytes, at + 2, b"\n");
            }
            [b'/', b'*', ..] if !is_executable(rest) => at = past(bytes, at + 2, b"*/"),
            // A byte order mark at the very beginning is no token.
            [0xEF, 0xBB, 0xBF, ..] if at == 0 => at = 3,
            _ => return at,
        }
    }
}

fn past(bytes: &[u8], from: usize, closing: &[u8]) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    let found = rest.windows(closing.len()).position(|window| window == closing);
    found.map_or(bytes.len(), |at| from + at + closing.len())
}

/// Past the closing quote; a doubled quote stands for itself, and so does one behind a backslash within texts.
fn quoted(bytes: &[u8], mut at: usize, quote: u8, backslashes: bool) -> usize {
    while let Some(byte) = bytes.get(at) {
        if *byte == b'\\' && backslashes {
            at += 1;
        } else if *byte == quote {
            if bytes.get(at + 1) != Some(&quote) {
                return at + 1;
            }
            at += 1;
        }
        at += 1;
    }
    bytes.len()
}

fn exponent(bytes: &[u8], end: usize) -> usize {
    if !matches!(bytes.get(end), Some(b'e' | b'E')) {
        return end;
    }
    let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
    let digits = run(bytes, end + 1 + sign, |byte| byte.is_ascii_digit());
    if digits > end + 1 + sign { digits } else { end }
}

fn symbol(rest: &[u8]) -> usize {
    const LONG: [&[u8]; 12] = [b"->>", b"<=>", b"->", b"||", b"&&", b"<<", b">>", b"<>", b"<=", b">=", b"!=", b":="];
    LONG.iter().find(|long| rest.starts_with(long)).map_or(1, |long| long.len())
}

fn run(bytes: &[u8], from: usize, belongs: impl Fn(u8) -> bool) -> usize {
    (from..bytes.len()).find(|at| !belongs(bytes[*at])).unwrap_or(bytes.len())
}

pub(super) fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(sql: &str) -> Vec<&str> {
        tokens(sql).map(|token| token.text).collect()
    }

    #[test]
    fn quotes_numbers_names_and_comments() {
        assert_eq!(
            texts("`a``b` 'it\\'s' \"x\"\"y\" 2fa 1.5e-3 0xFf @@sql_mode @`v` a->>'$.b' 5--3 # c\n-- d\n/* e */ f"),
            [
                "`a``b`",
                "'it\\'s'",
                "\"x\"\"y\"",
                "2fa",
                "1.5e-3",
                "0xFf",
                "@@sql_mode",
                "@`v`",
                "a",
                "->>",
                "'$.b'",
                "5",
                "-",
                "-",
                "3",
                "f"
            ]
        );
    }

    #[test]
    fn executable_comments_are_run() {
        assert_eq!(texts("/*!40101 SET NAMES utf8 */"), ["/*!40101", "SET", "NAMES", "utf8", "*/"]);
        assert_eq!(texts("/*M!100201 a*/ b"), ["/*M!100201", "a", "*/", "b"]);
    }

    #[test]
    fn what_is_not_closed_runs_to_the_end() {
        for text in ["a 'b", "a `b", "a /* b", "a 'b\\", "é'ü", "@`"] {
            assert!(tokens(text).all(|token| token.end() <= text.len()), "{text}");
        }
    }
}
