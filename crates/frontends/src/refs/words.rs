use std::ops::Range;

use super::around::{Around, is_definition, is_letter, words};
use super::files::Family;
use super::holders::Holders;
use super::names::Names;
use super::{Certainty, Finder, Language, Why, data, sql, told};

/// A file in a language whose grammar nobody here reads: words with boundaries, and what stands around them.
pub(super) fn find(finder: &mut Finder<'_>, language: Language) {
    let (text, names) = (finder.text, finder.names);
    let family = match language {
        Language::Code(family) => family,
        Language::Prose => {
            matches(text, names).into_iter().for_each(|span| finder.add(span, Certainty::Possible, Why::Comment));
            return;
        }
        Language::Data => {
            for span in matches(text, names) {
                let certainty = data::judge(finder.path, text, &span, names);
                finder.add(span, certainty, Why::Word);
            }
            return;
        }
        Language::Python | Language::Sql | Language::Template => Family::Hash,
    };
    let code = Code { text, names, holders: Holders::of(text, names), family, model: told::model_of(text, names) };
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
                    let (certainty, why) = code.judge(&span);
                    finder.add(span, certainty, why);
                }
            }
            PartKind::Text => {
                let inner = text.get(part.span.clone()).unwrap_or_default();
                if sql::is_sql(inner) {
                    for (span, certainty, why) in sql::scan(inner, names) {
                        finder.add(part.span.start + span.start..part.span.start + span.end, certainty, why);
                    }
                } else if let (Some(certainty), Some(first)) = (code.judge_text(inner, &here), here.first()) {
                    finder.add(first.clone(), certainty, Why::Text);
                }
            }
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
    let all: Vec<&str> = words(bare).collect();
    (all.len() <= MOST_WORDS && all.iter().any(|word| names.is_attribute(word) || names.is_column(word)))
        .then_some(Certainty::Possible)
}

const MOST_WORDS: usize = 4;

/// Every whole word that is one of the names, in order.
pub(super) fn matches(text: &str, names: &Names) -> Vec<Range<usize>> {
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

/// A text of code with what is known of its variables.
pub(super) struct Code<'t> {
    pub text: &'t str,
    pub names: &'t Names,
    pub holders: Holders<'t>,
    pub family: Family,
    /// What the table's class is called in this file alone.
    pub model: Option<&'t str>,
}

impl Code<'_> {
    /// What stands before the word decides, else what stands around it.
    pub fn judge(&self, span: &Range<usize>) -> (Certainty, Why) {
        let names = self.names;
        let before = self.text.get(..span.start).unwrap_or_default();
        if names.column.is_none() {
            let word = self.text.get(span.clone()).unwrap_or_default();
            return match defines(before) {
                true if names.entities.contains(word) || names.is_table(word) => (Certainty::Likely, Why::Definition),
                _ if names.entities.contains(word) => (Certainty::Likely, Why::Model),
                _ => (Certainty::Possible, Why::Word),
            };
        }
        let around = Around::of(self.text, span.start);
        if let Some(receivers) = receivers(before) {
            return (self.of_receivers(&receivers, &around), Why::Attribute);
        }
        if around.is_defined_within(names) || self.model.is_some_and(|model| around.is_within(model)) {
            return (Certainty::Likely, Why::Definition);
        }
        // `use schema::email::dsl::*` brings the columns in by their bare names.
        let bare = self.family == Family::Rust && self.text.contains("dsl::");
        let named = bare || self.is_key(span) && !self.is_of_another(span.start);
        match named && around.is_about(names, &self.holders) {
            true => (Certainty::Likely, Why::Argument),
            false => (Certainty::Possible, Why::Word),
        }
    }

    fn of_receivers(&self, receivers: &Receivers<'_>, around: &Around<'_>) -> Certainty {
        let mut all = receivers.words.iter().copied();
        let nearest = all.find(|word| !GENERIC.contains(word)).unwrap_or_default();
        let of = |word: &str| {
            if self.names.is_entity(word) {
                Certainty::Certain
            } else if self.names.is_variable(word) || self.holders.has(word) {
                Certainty::Likely
            } else {
                Certainty::Possible
            }
        };
        let within = matches!(nearest, "this" | "self") && around.is_defined_within(self.names);
        match of(nearest) {
            Certainty::Possible if within => Certainty::Likely,
            // What is called on rows of the table gives rows of it.
            Certainty::Possible if receivers.called => match all.map(of).min() {
                Some(Certainty::Certain | Certainty::Likely) => Certainty::Likely,
                Some(Certainty::Possible) | None => Certainty::Possible,
            },
            certainty => certainty,
        }
    }

    fn judge_text(&self, inner: &str, here: &[Range<usize>]) -> Option<Certainty> {
        let certainty = judge_text(inner, self.names)?;
        let Some(first) = here.first().filter(|_| certainty == Certainty::Possible) else { return Some(certainty) };
        if self.names.column.is_none() {
            return Some(certainty);
        }
        // `mail.title LIKE :term`; with another's name in front it is another's.
        if let Some(receivers) = receivers(self.text.get(..first.start).unwrap_or_default()) {
            return Some(self.of_receivers(&receivers, &Around::of(self.text, first.start)));
        }
        let around = Around::of(self.text, first.start);
        let about =
            around.is_about(self.names, &self.holders) || self.model.is_some_and(|model| around.is_within(model));
        match about && !self.is_of_another(first.start) {
            true => Some(Certainty::Likely),
            false => Some(certainty),
        }
    }

    /// `conversations: { subject: x }`: the key is of what the brackets are about, unless that is a word of the library's.
    fn is_of_another(&self, at: usize) -> bool {
        let mut before = self.text.get(..at).unwrap_or_default();
        for _ in 0..DEEPEST {
            let Some((opened, '{')) = opener(before) else { return false };
            before = before.get(..opened).unwrap_or_default();
            let key = before.trim_end();
            let Some(key) = key.strip_suffix("=>").or_else(|| key.strip_suffix(':')) else { return false };
            let key = words(key).last().unwrap_or_default();
            if !OF_THE_LIBRARY.contains(&key.to_lowercase().as_str()) {
                return !self.names.is_variable(key) && !self.names.is_attribute(key);
            }
        }
        false
    }

    /// `subject: x`, `subject = x`, `:subject`, `{ subject, body }`.
    fn is_key(&self, span: &Range<usize>) -> bool {
        let after = self.text.get(span.end..).unwrap_or_default().trim_start_matches([' ', '"', '\'', '?']);
        let before = self.text.get(..span.start).unwrap_or_default();
        let is_named = after.starts_with(':') && !after.starts_with("::")
            || after.starts_with('=') && !after.starts_with("==")
            || after.starts_with("] = ")
            || before.ends_with(':') && !before.ends_with("::");
        let listed = after.trim_start().starts_with([',', '}']) && before.trim_end().ends_with(['{', ',']);
        is_named || listed && opener(before).is_some_and(|(_, bracket)| bracket == '{')
    }
}

/// Between a table and its column they say nothing.
const GENERIC: [&str; 9] = ["Column", "Entity", "Model", "c", "columns", "dsl", "fields", "value", "attributes"];

/// What stands before `.`, `?.`, `!.`, `->`, `::`, the nearest first.
pub(super) struct Receivers<'t> {
    words: Vec<&'t str>,
    /// The nearest is called, or an element of it is taken.
    called: bool,
}

/// Brackets within brackets are followed so far.
const DEEPEST: usize = 8;

/// Keys under which columns stand, whatever the table.
const OF_THE_LIBRARY: [&str; 24] = [
    "where",
    "data",
    "select",
    "set",
    "values",
    "value",
    "create",
    "update",
    "insert",
    "orderby",
    "order",
    "order_by",
    "attributes",
    "fields",
    "columns",
    "not",
    "and",
    "or",
    "some",
    "every",
    "none",
    "is",
    "defaults",
    "omit",
];

/// So far back a chain is followed.
const FURTHEST: usize = 600;

pub(super) fn receivers(before: &str) -> Option<Receivers<'_>> {
    let first = (before.len().saturating_sub(FURTHEST)..).find(|at| before.is_char_boundary(*at)).unwrap_or(0);
    let mut rest = before.get(first..).unwrap_or_default();
    let mut receivers = Receivers { words: Vec::new(), called: false };
    let mut links = 0;
    loop {
        let bare = rest.trim_end();
        let Some(linked) = ["->", "::", "."].iter().find_map(|link| bare.strip_suffix(link)) else { break };
        // `...rest` is none, and neither is the end of a sentence.
        if linked.ends_with('.') || links == 0 && bare.len() != rest.len() {
            break;
        }
        links += 1;
        rest = linked.trim_end().trim_end_matches(['?', '!']);
        while let Some(open) = [(')', '('), (']', '[')].iter().find_map(|(close, open)| opened(rest, *close, *open)) {
            receivers.called |= receivers.words.is_empty();
            rest = open;
        }
        let start = rest.char_indices().rev().find(|(_, letter)| !is_letter(*letter));
        let start = start.map_or(0, |(at, letter)| at + letter.len_utf8());
        let word = rest.get(start..).unwrap_or_default();
        receivers.words.push(word);
        rest = rest.get(..start).unwrap_or_default();
        if word.is_empty() {
            break;
        }
    }
    (links > 0).then_some(receivers)
}

/// What stands before the bracket that the last one closes.
fn opened(text: &str, close: char, open: char) -> Option<&str> {
    let mut depth = 0_usize;
    for (at, letter) in text.char_indices().rev() {
        if letter == close {
            depth += 1;
        } else if letter == open {
            depth = depth.checked_sub(1)?;
        }
        if depth == 0 {
            return text.get(..at).filter(|_| letter == open);
        }
    }
    None
}

/// The nearest bracket that is open there, with its place.
fn opener(before: &str) -> Option<(usize, char)> {
    let mut closed = 0_usize;
    for (at, letter) in before.char_indices().rev().take(FURTHEST) {
        match letter {
            ')' | ']' | '}' => closed += 1,
            '(' | '[' | '{' if closed == 0 => return Some((at, letter)),
            '(' | '[' | '{' => closed -= 1,
            _ => {}
        }
    }
    None
}

/// Whether the word that follows is defined there.
fn defines(before: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or_default();
    words(line).last().is_some_and(|word| is_definition(word) && line.trim_end().ends_with(word))
}

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
        // Rust's `r#"…"#` ends at the same number of marks.
        if family == Family::Rust
            && let Some((span, behind)) = raw_text(text, at)
        {
            parts.push(Part { kind: PartKind::Code, span: code..at });
            parts.push(Part { kind: PartKind::Text, span });
            (at, code) = (behind, behind);
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

/// What stands between the quotes of a raw text that begins there, and the place behind it.
fn raw_text(text: &str, at: usize) -> Option<(Range<usize>, usize)> {
    let before = text.get(..at).and_then(|before| before.chars().next_back());
    let marked = text.get(at..)?.strip_prefix('r').filter(|_| !before.is_some_and(|it| is_letter(it) && it != 'b'))?;
    let marks = marked.len() - marked.trim_start_matches('#').len();
    let begun = marked.get(marks..)?.strip_prefix('"')?;
    let start = text.len() - begun.len();
    let close = format!("\"{}", "#".repeat(marks));
    let end = begun.find(&close).map_or(text.len(), |end| start + end);
    Some((start..end, (end + close.len()).min(text.len())))
}
