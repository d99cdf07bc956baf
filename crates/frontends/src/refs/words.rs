use std::ops::Range;

use super::files::Family;
use super::names::Names;
use super::{Certainty, Finder, Language, Why, sql};

/// A file in a language whose grammar nobody here reads: words with boundaries, and what stands around them.
pub(super) fn find(finder: &mut Finder<'_>, language: Language) {
    let (text, names) = (finder.text, finder.names);
    let family = match language {
        Language::Code(family) => family,
        Language::Prose | Language::Data => {
            let (certainty, why) = match language {
                Language::Prose => (Certainty::Possible, Why::Comment),
                _ => (Certainty::Possible, Why::Word),
            };
            for span in matches(text, names) {
                finder.add(span, certainty, why);
            }
            return;
        }
        Language::Python | Language::Sql | Language::Template => Family::Hash,
    };
    let mut places = matches(text, names).into_iter().peekable();
    for part in parts(text, family) {
        let mut here = Vec::new();
        while let Some(span) = places.next_if(|span| span.start < part.span.end) {
            here.push(span);
        }
        if here.is_empty() && part.kind != PartKind::Text {
            continue;
        }
        match part.kind {
            PartKind::Comment => here.into_iter().for_each(|span| finder.add(span, Certainty::Possible, Why::Comment)),
            PartKind::Code => {
                for span in here {
                    let (certainty, why) = judge_code(text, &span, names);
                    finder.add(span, certainty, why);
                }
            }
            PartKind::Text => {
                let inner = text.get(part.span.clone()).unwrap_or_default();
                if sql::is_sql(inner) {
                    for (span, certainty) in sql::scan(inner, names) {
                        finder.add(part.span.start + span.start..part.span.start + span.end, certainty, Why::Sql);
                    }
                } else if let (Some(certainty), Some(first)) = (judge_text(inner, names), here.first()) {
                    let near = certainty == Certainty::Possible && is_near(text, first, names);
                    let certainty = if near { Certainty::Likely } else { certainty };
                    finder.add(first.clone(), certainty, Why::Text);
                }
            }
        }
    }
}

/// Code stands between marks; the rest is text that a form or a label may be in.
pub(super) fn find_in_template(finder: &mut Finder<'_>) {
    let (text, names) = (finder.text, finder.names);
    let mut regions: Vec<Range<usize>> = Vec::new();
    for (open, close) in [("{{", "}}"), ("{%", "%}"), ("<%", "%>"), ("${", "}"), ("<?", "?>"), ("<script", "</script")]
    {
        let mut from = 0;
        while let Some(start) = text.get(from..).and_then(|rest| rest.find(open)).map(|at| from + at) {
            let end = text.get(start..).and_then(|rest| rest.find(close)).map_or(text.len(), |at| start + at);
            regions.push(start..end);
            from = end.max(start + open.len());
        }
    }
    for span in matches(text, names) {
        if regions.iter().any(|region| region.contains(&span.start)) {
            let (certainty, _) = judge_code(text, &span, names);
            finder.add(span, certainty, Why::Template);
        } else if is_quoted(text, &span) {
            finder.add(span, Certainty::Possible, Why::Template);
        }
    }
}

/// What a text that is no SQL names.
pub(super) fn judge_text(text: &str, names: &Names) -> Option<Certainty> {
    let bare = text.trim();
    let Some(column) = &names.column else {
        let rest = bare
            .get(..names.table.len())
            .filter(|start| names.is_table(start))
            .and_then(|start| bare.get(start.len()..))?;
        return match rest.chars().next() {
            // A key into it: `email.id`.
            Some('.') if rest.len() > 1 && rest[1..].chars().all(is_letter) => Some(Certainty::Certain),
            None => Some(Certainty::Possible),
            Some(_) => None,
        };
    };
    let together = format!("{}.{column}", names.table);
    let lower = bare.to_lowercase();
    let bounded = lower.match_indices(&together).any(|(at, _)| {
        let before = lower.get(..at).and_then(|it| it.chars().next_back());
        let after = lower.get(at + together.len()..).and_then(|it| it.chars().next());
        !before.is_some_and(is_letter) && !after.is_some_and(is_letter)
    });
    if bounded {
        return Some(Certainty::Certain);
    }
    // A few words may be a name, an order or a condition; a sentence is none of them.
    let words: Vec<&str> = bare.split(|it: char| !is_letter(it)).filter(|word| !word.is_empty()).collect();
    (words.len() <= MOST_WORDS && words.iter().any(|word| names.is_attribute(word) || names.is_column(word)))
        .then_some(Certainty::Possible)
}

const MOST_WORDS: usize = 3;

fn is_letter(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Every whole word that is one of the names, in order.
fn matches(text: &str, names: &Names) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = None;
    for (at, letter) in text.char_indices().chain([(text.len(), ' ')]) {
        match (is_letter(letter), start) {
            (true, None) => start = Some(at),
            (false, Some(begun)) => {
                let word = text.get(begun..at).unwrap_or_default();
                let named = match names.column {
                    Some(_) => names.is_attribute(word),
                    None => names.is_table(word) || names.entities.contains(word),
                };
                if named {
                    found.push(begun..at);
                }
                start = None;
            }
            (true, Some(_)) | (false, None) => {}
        }
    }
    found
}

/// What stands before the word decides.
fn judge_code(text: &str, span: &Range<usize>, names: &Names) -> (Certainty, Why) {
    if names.column.is_none() {
        let word = text.get(span.clone()).unwrap_or_default();
        return match defines(text.get(..span.start).unwrap_or_default()) {
            true if names.entities.contains(word) || names.is_table(word) => (Certainty::Likely, Why::Definition),
            _ if names.entities.contains(word) => (Certainty::Likely, Why::Model),
            _ => (Certainty::Possible, Why::Word),
        };
    }
    let before = text.get(..span.start).unwrap_or_default();
    if let Some(receiver) = receiver(before) {
        let certainty = if names.is_entity(receiver) {
            Certainty::Certain
        } else if names.is_variable(receiver) {
            Certainty::Likely
        } else {
            Certainty::Possible
        };
        return (certainty, Why::Attribute);
    }
    if is_defined_within(before, names) {
        return (Certainty::Likely, Why::Definition);
    }
    match is_key(text, span) && is_near(text, span, names) {
        true => (Certainty::Likely, Why::Argument),
        false => (Certainty::Possible, Why::Word),
    }
}

/// The word before `.`, `?.`, `!.`, `->`, `::`.
fn receiver(before: &str) -> Option<&str> {
    let rest = before.strip_suffix("->").or_else(|| before.strip_suffix("::")).or_else(|| before.strip_suffix('.'))?;
    let rest = rest.trim_end_matches(['?', '!', ')', ']', '(']);
    let start = rest
        .char_indices()
        .rev()
        .find(|(_, letter)| !is_letter(*letter))
        .map_or(0, |(at, letter)| at + letter.len_utf8());
    Some(rest.get(start..).unwrap_or_default())
}

/// `subject:`, `subject =`, `:subject`, `subject=>`.
fn is_key(text: &str, span: &Range<usize>) -> bool {
    let after = text.get(span.end..).unwrap_or_default().trim_start_matches([' ', '"', '\'', '?']);
    let before = text.get(..span.start).unwrap_or_default();
    after.starts_with([':', '=', ',', '}']) || before.ends_with(':') || before.ends_with(['{', ' ', ','])
}

fn is_quoted(text: &str, span: &Range<usize>) -> bool {
    let quote = |letter: Option<char>| letter.is_some_and(|letter| matches!(letter, '"' | '\''));
    quote(text.get(..span.start).and_then(|it| it.chars().next_back()))
        && quote(text.get(span.end..).and_then(|it| it.chars().next()))
}

/// Whether the table is named on the same line or shortly before.
fn is_near(text: &str, span: &Range<usize>, names: &Names) -> bool {
    let before = text.get(..span.start).unwrap_or_default();
    let start = before.rmatch_indices('\n').nth(LINES_BEFORE).map_or(0, |(at, _)| at);
    let end = text.get(span.end..).and_then(|rest| rest.find('\n')).map_or(text.len(), |at| span.end + at);
    let around = text.get(start..end).unwrap_or_default();
    around
        .split(|it: char| !is_letter(it))
        .any(|word| names.is_entity(word) || names.is_variable(word) && !word.is_empty())
}

const LINES_BEFORE: usize = 3;

/// Whether the word that follows is defined there.
fn defines(before: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or_default().trim_end();
    DEFINES.iter().any(|word| line.ends_with(word))
}

const DEFINES: [&str; 9] = ["struct", "class", "interface", "model", "type", "entity", "table", "enum", "record"];

/// Whether the nearest definition above is that of the table's class.
fn is_defined_within(before: &str, names: &Names) -> bool {
    for line in before.rsplit('\n').skip(1).take(MOST_LINES) {
        let trimmed = line.trim_start();
        // What begins at the margin and closes ends what was above it.
        if line.starts_with('}') || line == "end" {
            return false;
        }
        let mut words = trimmed.split(|it: char| !is_letter(it)).filter(|word| !word.is_empty());
        if words.clone().any(|word| DEFINES.contains(&word)) {
            return words.any(|word| names.is_entity(word) || names.is_table(word));
        }
    }
    false
}

const MOST_LINES: usize = 200;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PartKind {
    Code,
    /// Between its quotes.
    Text,
    Comment,
}

#[derive(Debug, Clone)]
struct Part {
    kind: PartKind,
    span: Range<usize>,
}

/// Cuts code into what is code, text and comment; together they are the whole, but for quotes.
fn parts(text: &str, family: Family) -> Vec<Part> {
    let bytes = text.as_bytes();
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(0);
    let slashes = matches!(family, Family::Slashes | Family::Rust | Family::Both);
    let hash = matches!(family, Family::Hash | Family::Both);
    let mut parts = Vec::new();
    let (mut at, mut code) = (0, 0);
    while at < bytes.len() {
        let until = |end: &str| text.get(at..).and_then(|rest| rest.find(end)).map_or(bytes.len(), |found| at + found);
        let comment = match byte(at) {
            b'/' if slashes && byte(at + 1) == b'/' => Some(until("\n")),
            b'/' if slashes && byte(at + 1) == b'*' => Some((until("*/") + 2).min(bytes.len())),
            b'#' if hash => Some(until("\n")),
            _ => None,
        };
        if let Some(end) = comment {
            parts.push(Part { kind: PartKind::Code, span: code..at });
            parts.push(Part { kind: PartKind::Comment, span: at..end });
            (at, code) = (end, end);
            continue;
        }
        let quote = byte(at);
        let opens = matches!(quote, b'"' | b'`') || quote == b'\'' && family != Family::Rust;
        if !opens {
            at += 1;
            continue;
        }
        let mut end = at + 1;
        while end < bytes.len() && byte(end) != quote {
            // A text in single quotes that does not end on its line is an apostrophe.
            if byte(end) == b'\n' && quote == b'\'' {
                break;
            }
            end += if byte(end) == b'\\' && quote != b'`' { 2 } else { 1 };
        }
        let end = end.min(bytes.len());
        if quote == b'\'' && byte(end) != quote {
            at += 1;
            continue;
        }
        parts.push(Part { kind: PartKind::Code, span: code..at });
        parts.push(Part { kind: PartKind::Text, span: at + 1..end });
        (at, code) = (end + 1, end + 1);
    }
    parts.push(Part { kind: PartKind::Code, span: code.min(bytes.len())..bytes.len() });
    parts
}
