//! SQL text cut into words, so that names in it can be found and replaced without touching literals and comments.
//!
//! This is no parser: it knows quotes, comments and dots, on every engine the same.

use std::borrow::Cow;
use std::ops::Range;

use whimbrel_schema::Engine;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WordKind {
    /// An unquoted identifier or a keyword.
    Bare,
    /// A quoted identifier.
    Quoted,
    /// A string literal, a number or a dollar-quoted text.
    Literal,
    Symbol,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word<'a> {
    pub kind: WordKind,
    /// Identifiers without their quotes; everything else as it stands.
    pub text: Cow<'a, str>,
    pub range: Range<usize>,
}

impl Word<'_> {
    /// Whether the word names that thing: unquoted words are folded the way the engine folds them.
    pub fn names(&self, name: &str, engine: Engine) -> bool {
        match self.kind {
            WordKind::Bare => engine.same_name(&self.text.to_ascii_lowercase(), name),
            WordKind::Quoted => engine.same_name(&self.text, name),
            WordKind::Literal | WordKind::Symbol => false,
        }
    }

    pub fn is_keyword(&self, keyword: &str) -> bool {
        self.kind == WordKind::Bare && self.text.eq_ignore_ascii_case(keyword)
    }

    pub fn is_symbol(&self, symbol: &str) -> bool {
        self.kind == WordKind::Symbol && self.text == symbol
    }

    pub fn is_identifier(&self) -> bool {
        matches!(self.kind, WordKind::Bare | WordKind::Quoted)
    }
}

pub(crate) fn words(text: &str) -> Vec<Word<'_>> {
    let bytes = text.as_bytes();
    let mut found: Vec<Word<'_>> = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let rest = text.get(at..).unwrap_or_default();
        let next = bytes.get(at + 1).copied();
        let touches = found.last().is_some_and(|word| word.range.end == at);
        let after_operand = touches
            && found.last().is_some_and(|word| word.is_identifier() || word.is_symbol(")") || word.is_symbol("]"));
        match (byte, next) {
            (b' ' | b'\t' | b'\r' | b'\n', _) => at += 1,
            (b'-', Some(b'-')) => at += rest.find('\n').unwrap_or(rest.len()),
            (b'/', Some(b'*')) => at += rest.find("*/").map_or(rest.len(), |end| end + 2),
            (b'\'', _) => {
                let backslashes = touches && found.last().is_some_and(|word| word.is_keyword("e"));
                let end = quoted_end(bytes, at, b'\'', backslashes);
                found.push(literal(text, at..end));
                at = end;
            }
            // Bytes and bits: `x'00'`, `B'01'`.
            (b'x' | b'X' | b'b' | b'B', Some(b'\'')) => {
                let end = quoted_end(bytes, at + 1, b'\'', false);
                found.push(literal(text, at..end));
                at = end;
            }
            (b'"' | b'`', _) => {
                let end = quoted_end(bytes, at, byte, false);
                found.push(quoted(text, at..end, byte as char));
                at = end;
            }
            // `[name]` of SQLite, unless it is a subscript or a list of array elements.
            (b'[', _) if !after_operand && bracketed_name(rest).is_some() => {
                let end = at + bracketed_name(rest).unwrap_or(1);
                let inner = text.get(at + 1..end - 1).unwrap_or_default();
                found.push(Word { kind: WordKind::Quoted, text: Cow::Borrowed(inner), range: at..end });
                at = end;
            }
            (b'$', _) if !after_operand && dollar_quoted(rest).is_some() => {
                let end = at + dollar_quoted(rest).unwrap_or(1);
                found.push(literal(text, at..end));
                at = end;
            }
            (byte, _) if byte.is_ascii_digit() => {
                let end = at + run(rest, |c| c.is_ascii_alphanumeric() || c == '.' || c == '_');
                found.push(literal(text, at..end));
                at = end;
            }
            (byte, _) if byte == b'_' || byte.is_ascii_alphabetic() || !byte.is_ascii() => {
                let end = at + run(rest, |c| c == '_' || c == '$' || c.is_alphanumeric());
                let end = end.max(at + rest.chars().next().map_or(1, char::len_utf8));
                let word = text.get(at..end).unwrap_or_default();
                found.push(Word { kind: WordKind::Bare, text: Cow::Borrowed(word), range: at..end });
                at = end;
            }
            (byte, next) => {
                let end = if byte == b':' && next == Some(b':') { at + 2 } else { at + 1 };
                let symbol = text.get(at..end).unwrap_or_default();
                found.push(Word { kind: WordKind::Symbol, text: Cow::Borrowed(symbol), range: at..end });
                at = end;
            }
        }
    }
    found
}

fn run(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}

fn literal(text: &str, range: Range<usize>) -> Word<'_> {
    Word { kind: WordKind::Literal, text: Cow::Borrowed(text.get(range.clone()).unwrap_or_default()), range }
}

fn quoted(text: &str, range: Range<usize>, quote: char) -> Word<'_> {
    let inner = text.get(range.start + 1..range.end).unwrap_or_default();
    let inner = inner.strip_suffix(quote).unwrap_or(inner);
    let doubled: String = [quote, quote].iter().collect();
    let unquoted = if inner.contains(&doubled) {
        Cow::Owned(inner.replace(&doubled, &quote.to_string()))
    } else {
        Cow::Borrowed(inner)
    };
    Word { kind: WordKind::Quoted, text: unquoted, range }
}

/// The end of what is quoted from `start` on; the end of the text if it is never closed.
fn quoted_end(bytes: &[u8], start: usize, quote: u8, backslashes: bool) -> usize {
    let mut at = start + 1;
    while let Some(&byte) = bytes.get(at) {
        let escapes = byte == b'\\' && backslashes;
        if escapes || (byte == quote && bytes.get(at + 1) == Some(&quote)) {
            at += 2;
        } else if byte == quote {
            return at + 1;
        } else {
            at += 1;
        }
    }
    bytes.len()
}

fn bracketed_name(text: &str) -> Option<usize> {
    let end = text.find(']')?;
    let inner = text.get(1..end)?;
    let is_name = inner.chars().any(char::is_alphabetic) && !inner.contains(['[', ',', '\'', '(', ':']);
    is_name.then_some(end + 1)
}

fn dollar_quoted(text: &str) -> Option<usize> {
    let tag = run(text.get(1..)?, |c| c == '_' || c.is_alphanumeric()) + 2;
    let mark = text.get(..tag).filter(|mark| mark.ends_with('$'))?;
    let digits = mark.get(1..2).is_some_and(|first| first.chars().all(|c| c.is_ascii_digit()));
    let inside = text.get(tag..)?;
    (!digits).then(|| inside.find(mark).map_or(text.len(), |end| tag + end + tag))
}

/// Whether the text names that thing anywhere outside its literals.
pub(crate) fn mentions(text: &str, name: &str, engine: Engine) -> bool {
    contains_ignoring_case(text, name) && words(text).iter().any(|word| word.names(name, engine))
}

/// A cheap look that spares cutting most texts into words.
pub(crate) fn contains_ignoring_case(text: &str, part: &str) -> bool {
    if part.contains(['"', '`']) || !part.is_ascii() {
        return true;
    }
    let (text, part) = (text.as_bytes(), part.as_bytes());
    !part.is_empty() && text.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part))
}

/// The text with other words at these places, which must be in order and apart.
pub(crate) fn splice(text: &str, edits: &[(Range<usize>, String)]) -> String {
    let mut result = String::with_capacity(text.len() + 16);
    let mut at = 0;
    for (range, replacement) in edits {
        result.push_str(text.get(at..range.start).unwrap_or_default());
        result.push_str(replacement);
        at = range.end;
    }
    result.push_str(text.get(at..).unwrap_or_default());
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        words(text).into_iter().filter(Word::is_identifier).map(|word| word.text.into_owned()).collect()
    }

    #[test]
    fn quotes_comments_and_literals_hide_no_names_and_make_none() {
        assert_eq!(names(r#"a > 'a "b" ''c' AND "d ""e" /* f */ -- g"#), ["a", "AND", "d \"e"]);
        assert_eq!(names("E'it\\'s x' = y"), ["E", "y"]);
        assert_eq!(names("$f$ select z $f$, $1, v"), ["v"]);
        assert_eq!(
            names("[order] = tags[i] AND x = ARRAY[y, w]"),
            ["order", "tags", "i", "AND", "x", "ARRAY", "y", "w"]
        );
        assert_eq!(names("`grün` = größe"), ["grün", "größe"]);
    }

    #[test]
    fn unclosed_quotes_run_to_the_end() {
        for text in ["'abc", "\"abc", "$$abc", "/* abc", "[abc", "E'\\", "é"] {
            assert!(words(text).iter().all(|word| word.range.end <= text.len()), "{text}");
        }
    }

    #[test]
    fn unquoted_names_are_folded_as_the_engine_folds_them() {
        assert!(mentions("SELECT Subject", "subject", Engine::Postgres));
        assert!(!mentions("SELECT Subject", "Subject", Engine::Postgres));
        assert!(mentions("SELECT \"subject\"", "SUBJECT", Engine::Sqlite));
        assert!(!mentions("SELECT 'subject'", "subject", Engine::Sqlite));
    }
}
