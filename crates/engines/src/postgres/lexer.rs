//! The words of PostgreSQL text: enough to cut scripts, read types and compare expressions.

/// What a stretch of text is. Every byte of a text belongs to exactly one token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Space,
    Comment,
    /// An identifier or keyword without quotes.
    Word,
    /// `"…"`, also `U&"…"`.
    Quoted,
    /// `'…'` with any prefix (`E'…'`, `B'…'`, `U&'…'`).
    Text,
    /// `$tag$…$tag$`.
    Dollar,
    Number,
    /// `$1`.
    Parameter,
    Operator,
    /// One of `( ) [ ] , ; . : \` or `::`, `:=`, `..`.
    Punctuation,
    Other,
}

impl Kind {
    pub(super) fn is_trivia(self) -> bool {
        matches!(self, Kind::Space | Kind::Comment)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'t> {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) text: &'t str,
}

impl Token<'_> {
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }

    pub(super) fn is(&self, punctuation: &str) -> bool {
        matches!(self.kind, Kind::Punctuation | Kind::Operator) && self.text == punctuation
    }
}

/// Every token, white space and comments too.
pub(super) fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let token = next(text, at)?;
        at = token.end();
        Some(token)
    })
}

/// Every token that means something.
pub(super) fn words(text: &str) -> impl Iterator<Item = Token<'_>> {
    tokens(text).filter(|token| !token.kind.is_trivia())
}

/// The token that begins at `at`, which must be a character boundary.
pub(super) fn next(text: &str, at: usize) -> Option<Token<'_>> {
    let bytes = text.as_bytes();
    let first = *bytes.get(at)?;
    let second = bytes.get(at + 1).copied().unwrap_or(0);
    let (kind, end) = match first {
        b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c => {
            (Kind::Space, skip(bytes, at, |byte| matches!(byte, b' ' | b'\t'..=b'\r')))
        }
        b'-' if second == b'-' => (Kind::Comment, skip(bytes, at, |byte| byte != b'\n')),
        b'/' if second == b'*' => (Kind::Comment, block_comment_end(bytes, at)),
        b'\'' => (Kind::Text, text_end(bytes, at, false)),
        b'"' => (Kind::Quoted, quoted_end(bytes, at)),
        b'e' | b'E' if second == b'\'' => (Kind::Text, text_end(bytes, at + 1, true)),
        b'b' | b'B' | b'x' | b'X' | b'n' | b'N' if second == b'\'' => (Kind::Text, text_end(bytes, at + 1, false)),
        b'u' | b'U' if second == b'&' && bytes.get(at + 2) == Some(&b'\'') => {
            (Kind::Text, text_end(bytes, at + 2, false))
        }
        b'u' | b'U' if second == b'&' && bytes.get(at + 2) == Some(&b'"') => (Kind::Quoted, quoted_end(bytes, at + 2)),
        b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80.. => (Kind::Word, skip(bytes, at, is_word_byte)),
        b'$' if second.is_ascii_digit() => (Kind::Parameter, skip(bytes, at + 1, |byte| byte.is_ascii_digit())),
        b'$' => match dollar_end(bytes, at) {
            Some(end) => (Kind::Dollar, end),
            None => (Kind::Other, at + 1),
        },
        b'0'..=b'9' => (Kind::Number, number_end(bytes, at)),
        b'.' if second.is_ascii_digit() => (Kind::Number, number_end(bytes, at)),
        b':' if matches!(second, b':' | b'=') => (Kind::Punctuation, at + 2),
        b'.' if second == b'.' => (Kind::Punctuation, at + 2),
        b'(' | b')' | b'[' | b']' | b',' | b';' | b'.' | b':' | b'\\' => (Kind::Punctuation, at + 1),
        byte if is_operator_byte(byte) => (Kind::Operator, operator_end(bytes, at)),
        _ => (Kind::Other, at + 1),
    };
    // Every token ends at an ASCII byte or swallows whole characters, so the cut is a character boundary.
    Some(Token { kind, start: at, text: text.get(at..end)? })
}

fn skip(bytes: &[u8], from: usize, keep: impl Fn(u8) -> bool) -> usize {
    bytes[from..].iter().position(|byte| !keep(*byte)).map_or(bytes.len(), |length| from + length)
}

pub(super) fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || byte >= 0x80
}

fn is_operator_byte(byte: u8) -> bool {
    matches!(
        byte,
        b'+' | b'-'
            | b'*'
            | b'/'
            | b'<'
            | b'>'
            | b'='
            | b'~'
            | b'!'
            | b'@'
            | b'#'
            | b'%'
            | b'^'
            | b'&'
            | b'|'
            | b'`'
            | b'?'
    )
}

/// Block comments nest.
fn block_comment_end(bytes: &[u8], start: usize) -> usize {
    let (mut at, mut depth) = (start + 2, 1);
    while at < bytes.len() {
        match (bytes[at], bytes.get(at + 1)) {
            (b'*', Some(b'/')) => {
                at += 2;
                depth -= 1;
                if depth == 0 {
                    return at;
                }
            }
            (b'/', Some(b'*')) => {
                at += 2;
                depth += 1;
            }
            _ => at += 1,
        }
    }
    bytes.len()
}

fn text_end(bytes: &[u8], quote: usize, escapes: bool) -> usize {
    let mut at = quote + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\'' if bytes.get(at + 1) == Some(&b'\'') => at += 2,
            b'\'' => return at + 1,
            b'\\' if escapes => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn quoted_end(bytes: &[u8], quote: usize) -> usize {
    let mut at = quote + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'"' if bytes.get(at + 1) == Some(&b'"') => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// The end of a dollar-quoted text; `None` when the dollar opens none.
fn dollar_end(bytes: &[u8], start: usize) -> Option<usize> {
    let tag_end = skip(bytes, start + 1, |byte| is_word_byte(byte) && byte != b'$');
    if bytes.get(tag_end) != Some(&b'$') {
        return None;
    }
    let tag = &bytes[start..=tag_end];
    let mut at = tag_end + 1;
    while let Some(length) = bytes[at..].iter().position(|byte| *byte == b'$') {
        at += length;
        if bytes[at..].starts_with(tag) {
            return Some(at + tag.len());
        }
        at += 1;
    }
    Some(bytes.len())
}

fn number_end(bytes: &[u8], start: usize) -> usize {
    let second = bytes.get(start + 1).copied().unwrap_or(0);
    if bytes[start] == b'0' && matches!(second, b'x' | b'X' | b'o' | b'O' | b'b' | b'B') {
        return skip(bytes, start + 2, |byte| byte.is_ascii_alphanumeric() || byte == b'_');
    }
    let digits = |from: usize| skip(bytes, from, |byte| byte.is_ascii_digit() || byte == b'_');
    let mut end = digits(start);
    // `1..10` is a range, not a fraction.
    if bytes.get(end) == Some(&b'.') && bytes.get(end + 1) != Some(&b'.') {
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

/// An operator ends where a comment begins, and may end in `+` or `-` only if it holds a character of the third kind.
fn operator_end(bytes: &[u8], start: usize) -> usize {
    let mut end = skip(bytes, start, is_operator_byte);
    let run = &bytes[start..end];
    if let Some(at) = run.windows(2).position(|pair| pair == b"--" || pair == b"/*") {
        end = start + at.max(1);
    }
    let special = |byte: &u8| matches!(byte, b'~' | b'!' | b'@' | b'#' | b'%' | b'^' | b'&' | b'|' | b'`' | b'?');
    if !bytes[start..end].iter().any(special) {
        while end - start > 1 && matches!(bytes[end - 1], b'+' | b'-') {
            end -= 1;
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<(Kind, &str)> {
        words(text).map(|token| (token.kind, token.text)).collect()
    }

    #[test]
    fn quotes_of_every_kind_are_one_token() {
        for text in ["'it''s'", r"E'it\'s'", "U&'d\\0061t'", "$$a;b$$", "$q$ $$ $q$", "B'01'", "\"a\"\"b\"", "U&\"x\""]
        {
            assert_eq!(cut(text).len(), 1, "{text}");
        }
        assert_eq!(cut("/* a /* b */ c */ x"), [(Kind::Word, "x")]);
    }

    #[test]
    fn operators_end_before_comments_and_signs() {
        assert_eq!(cut("a=-1"), [(Kind::Word, "a"), (Kind::Operator, "="), (Kind::Operator, "-"), (Kind::Number, "1")]);
        assert_eq!(cut("a @- b")[1], (Kind::Operator, "@-"));
        assert_eq!(cut("a +--x\n b").len(), 3);
    }

    #[test]
    fn numbers_and_ranges() {
        assert_eq!(cut("1..2"), [(Kind::Number, "1"), (Kind::Punctuation, ".."), (Kind::Number, "2")]);
        assert_eq!(cut("1.5e-3"), [(Kind::Number, "1.5e-3")]);
    }
}
