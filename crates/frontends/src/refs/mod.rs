//! Where code names a table or a column of it. Pure: texts in, places out.
//!
//! Nothing here can know what code means when it runs, so each place says how certain it is and why. `Certain` names the
//! table and the column together, `Likely` by what surrounds it, `Possible` is the bare word where a column may stand.

mod around;
mod data;
mod files;
mod holders;
mod learn;
mod names;
mod python;
mod sql;
mod template;
mod texts;
mod told;
mod words;

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use aho_corasick::AhoCorasick;
use serde::Serialize;

pub use files::Language;
use names::Names;
pub use texts::{SqlText, SqlTexts, beginnings, sql_texts};

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Wanted {
    pub table: String,
    pub column: Option<String>,
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.column {
            Some(column) => write!(f, "{}.{column}", self.table),
            None => f.write_str(&self.table),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    Certain,
    Likely,
    Possible,
}

impl Certainty {
    pub fn word(self) -> &'static str {
        match self {
            Certainty::Certain => "certain",
            Certainty::Likely => "likely",
            Certainty::Possible => "possible",
        }
    }
}

/// One place in one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Which of what is wanted.
    pub wanted: usize,
    /// In bytes.
    pub span: Range<usize>,
    pub certainty: Certainty,
    pub why: Why,
}

/// What the place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    Definition,
    Model,
    Sql,
    /// `SELECT *`, `INSERT` without a list of columns.
    EveryColumn,
    Attribute,
    Argument,
    Text,
    Template,
    Word,
    Comment,
}

impl Why {
    pub fn words(self) -> &'static str {
        match self {
            Why::Definition => "its definition",
            Why::Model => "the model",
            Why::Sql => "SQL",
            Why::EveryColumn => "every column",
            Why::Attribute => "an attribute",
            Why::Argument => "an argument",
            Why::Text => "a text",
            Why::Template => "a template",
            Why::Word => "a word",
            Why::Comment => "a comment or prose",
        }
    }
}

/// A search for several things at once.
#[derive(Debug, Clone)]
pub struct Search {
    wanted: Vec<Wanted>,
    names: Vec<Names>,
    /// Of the words of which one has to be in a file that is worth reading.
    automaton: Option<AhoCorasick>,
}

impl Search {
    pub fn new(wanted: Vec<Wanted>) -> Self {
        let names: Vec<Names> = wanted.iter().map(Names::of).collect();
        let automaton = automaton(&names);
        Search { wanted, names, automaton }
    }

    pub fn wanted(&self) -> &[Wanted] {
        &self.wanted
    }

    /// The words of which one has to be in a file that is worth reading, whatever their case.
    pub fn words(&self) -> BTreeSet<String> {
        self.names.iter().flat_map(Names::words).collect()
    }

    /// Whether the file may name anything that is wanted: one pass, no parsing.
    pub fn touches(&self, bytes: &[u8]) -> bool {
        self.automaton.as_ref().is_none_or(|words| words.is_match(bytes))
    }

    /// Learns from the models of the project, each with its path, what classes and attributes stand for what is wanted.
    /// Whether more files are worth reading than before.
    pub fn learn<'t>(&mut self, texts: impl IntoIterator<Item = (&'t str, &'t str)>) -> bool {
        let before = self.words();
        let mut others = Vec::new();
        let python = texts.into_iter().filter_map(|(path, text)| match Language::of(path) {
            Language::Python => Some(text),
            Language::Code(_) => {
                others.push(text);
                None
            }
            Language::Sql | Language::Template | Language::Data | Language::Prose => None,
        });
        let classes = learn::classes(python);
        for names in &mut self.names {
            learn::take(names, &classes);
            others.iter().for_each(|text| told::heed(text, names));
        }
        let grew = self.words() != before;
        if grew {
            self.automaton = automaton(&self.names);
        }
        grew
    }

    /// The places of one text, in their order. A migration has none: it is what the search is for.
    pub fn places(&self, path: &str, text: &str) -> Vec<Found> {
        let language = Language::of(path);
        if files::is_migration(language, text) {
            return Vec::new();
        }
        let mut found = Vec::new();
        for (at, names) in self.names.iter().enumerate() {
            let mut finder = Finder { wanted: at, names, path, text, found: Vec::new() };
            match language {
                Language::Python => python::find(&mut finder),
                Language::Sql => sql::find(&mut finder),
                Language::Template => template::find(&mut finder),
                Language::Code(_) | Language::Data | Language::Prose => words::find(&mut finder, language),
            }
            found.append(&mut finder.found);
        }
        found.retain(|found| !self.is_denied(text, found));
        found.sort_by(|one, other| {
            (one.span.start, one.certainty, one.wanted).cmp(&(other.span.start, other.certainty, other.wanted))
        });
        found.dedup_by(|other, one| one.span.start == other.span.start && one.wanted == other.wanted);
        found
    }

    /// Whether a person has said of the place that it is something else: `whimbrel: not email.subject` on its line or
    /// the line before.
    fn is_denied(&self, text: &str, found: &Found) -> bool {
        let Some(wanted) = self.wanted.get(found.wanted) else { return false };
        let start = text.get(..found.span.start).and_then(|before| before.rfind('\n')).unwrap_or(0);
        let start = text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let end =
            text.get(found.span.end..).and_then(|rest| rest.find('\n')).map_or(text.len(), |at| found.span.end + at);
        let mark = format!("{MARK}{wanted}");
        let around = text.get(start..end).unwrap_or_default();
        around.match_indices(&mark).any(|(at, mark)| {
            !around[at + mark.len()..].starts_with(|next: char| next.is_alphanumeric() || matches!(next, '_' | '.'))
        })
    }
}

/// What a person writes beside a place that is something else.
pub const MARK: &str = "whimbrel: not ";

/// `None` where there are too many words for one; then every file is read.
fn automaton(names: &[Names]) -> Option<AhoCorasick> {
    let words: BTreeSet<String> = names.iter().flat_map(Names::words).collect();
    AhoCorasick::builder().ascii_case_insensitive(true).build(words).ok()
}

/// The search for one thing in one text.
struct Finder<'s> {
    wanted: usize,
    names: &'s Names,
    path: &'s str,
    text: &'s str,
    found: Vec<Found>,
}

impl Finder<'_> {
    fn add(&mut self, span: Range<usize>, certainty: Certainty, why: Why) {
        self.found.push(Found { wanted: self.wanted, span, certainty, why });
    }
}

#[cfg(test)]
mod tests;
