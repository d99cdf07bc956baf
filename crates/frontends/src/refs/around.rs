//! What stands around a place in code whose grammar nobody here reads: the lines that enclose it, as their indentation
//! says, the chain of calls that it is a link of, and whether one of them is about the table.

use super::holders::Holders;
use super::names::Names;

/// So many lines above are looked at.
const MOST_LINES: usize = 200;

pub(super) struct Around<'t> {
    /// What stands on the line of the place before it.
    own: &'t str,
    /// And behind it.
    behind: &'t str,
    /// Of the same chain the lines above.
    near: Vec<&'t str>,
    /// Those that enclose it, from within outwards.
    above: Vec<&'t str>,
}

impl<'t> Around<'t> {
    pub fn of(text: &'t str, at: usize) -> Self {
        let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |line| line + 1);
        let end = text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |line| at + line);
        let own = text.get(start..at).unwrap_or_default();
        let behind = text.get(at..end).unwrap_or_default();
        let mut around = Around { own, behind, near: Vec::new(), above: Vec::new() };
        // What stands over a definition is about it: `@Index(['title'])`.
        if own.trim_start().starts_with(OVER) {
            let below = text.get(end..).unwrap_or_default().lines().skip(1).take(MOST_OVER);
            let mut below = below.skip_while(|line| line.trim_start().starts_with(OVER));
            around.above.extend(below.next().filter(|line| defined(line).is_some()));
        }
        let (mut depth, mut continues) = (indent(text.get(start..end).unwrap_or_default()), is_link(own));
        for line in text.get(..start).unwrap_or_default().rsplit('\n').skip(1).take(MOST_LINES) {
            if line.trim().is_empty() {
                continue;
            }
            let here = indent(line);
            if here > depth || here == depth && !continues {
                continue;
            }
            // The line that a chain hangs on is its head.
            if continues && around.above.is_empty() {
                around.near.push(line);
            } else {
                around.above.push(line);
            }
            // A bracket alone on its line belongs to the one above.
            continues = is_link(line) || line.trim_start().starts_with([')', ']', '}']) || line.trim() == "{";
            depth = here;
            if depth == 0 && !continues {
                break;
            }
        }
        around
    }

    /// Whether the place belongs to something that is done with the table, or is within its definition.
    pub fn is_about(&self, names: &Names, holders: &Holders<'_>) -> bool {
        let ours = |line: &&str| does_something(line, names, holders) || defines(line, names) == Some(true);
        // Behind the place only what is taken apart (`{ subject } = email`), or read into (`Find(&emails)`), says something.
        let taken = self.behind.rfind(['=', '&']).and_then(|at| self.behind.get(at.saturating_sub(1)..));
        let taken = taken.is_some_and(|taken| !taken.starts_with("==") && is_whole(taken, names, holders));
        if taken || ours(&self.own) || self.near.iter().any(ours) {
            return true;
        }
        for line in &self.above {
            if ours(line) {
                return true;
            }
            // The nearest definition decides.
            if defines(line, names) == Some(false) {
                return false;
            }
        }
        false
    }

    /// Whether the nearest definition around has that name.
    pub fn is_within(&self, name: &str) -> bool {
        self.above.iter().find_map(|line| defined(line)) == Some(name)
    }

    /// Whether the nearest definition around is that of the table.
    pub fn is_defined_within(&self, names: &Names) -> bool {
        for line in &self.above {
            // `table! { email (id) { … } }`.
            let first = words(line).next().unwrap_or_default();
            match defines(line, names) {
                Some(ours) => return ours,
                None if names.is_table(first) && line.trim_end().ends_with('{') => return true,
                None => {}
            }
        }
        false
    }
}

/// What begins a line that stands over a definition, and how many of them there may be.
const OVER: [char; 2] = ['@', '#'];
const MOST_OVER: usize = 12;

/// `= email;`, `(&emails)`: nothing else of it is asked.
fn is_whole(taken: &str, names: &Names, holders: &Holders<'_>) -> bool {
    let known = |word: &str| names.is_variable(word) || holders.has(word);
    if let Some(read_into) = taken.strip_prefix("(&") {
        let word = words(read_into).next().unwrap_or_default();
        return known(word) && read_into.strip_prefix(word).is_some_and(|rest| rest.starts_with(')'));
    }
    let mut all = words(taken);
    !taken.contains('(') && matches!((all.next(), all.next()), (Some(word), None) if known(word))
}

pub(super) fn indent(line: &str) -> usize {
    line.chars().take_while(|letter| letter.is_whitespace()).map(|letter| if letter == '\t' { 4 } else { 1 }).sum()
}

/// Whether the line goes on with what stands above it.
fn is_link(line: &str) -> bool {
    let line = line.trim_start();
    let marks = ["?.", "->", "|>", "&&", "||", "| "];
    marks.into_iter().any(|mark| line.starts_with(mark)) || line.starts_with('.') && !line.starts_with("...")
}

pub(super) fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|it: char| !is_letter(it)).filter(|word| !word.is_empty())
}

pub(super) fn is_letter(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

const DEFINES: [&str; 15] = [
    "struct",
    "class",
    "interface",
    "model",
    "type",
    "entity",
    "table",
    "enum",
    "record",
    "defmodule",
    "schema",
    "trait",
    "impl",
    "object",
    "module",
];

pub(super) fn is_definition(word: &str) -> bool {
    DEFINES.contains(&word)
}

/// What a line begins to define, if it does.
pub(super) fn defined(line: &str) -> Option<&str> {
    let trimmed = line.trim();
    // The bracket may stand on the next line.
    let class = words(trimmed).take(4).any(|word| word == "class") && !trimmed.ends_with([';', ',', ')']);
    let opens = trimmed.ends_with(['{', ':', '(']) || trimmed.ends_with(" do") || class;
    if !opens || !words(trimmed).take(4).any(is_definition) {
        return None;
    }
    let after: Vec<&str> = words(trimmed).skip_while(|word| !is_definition(word)).skip(1).collect();
    // `defmodule App.Mail.Email do`, `impl Display for Email`.
    match after.iter().position(|word| *word == "for") {
        _ if trimmed.starts_with("defmodule") => after.iter().rev().find(|word| **word != "do").copied(),
        Some(at) if trimmed.starts_with("impl") => after.get(at + 1).copied(),
        Some(_) | None => after.first().copied(),
    }
}

/// Whether a line begins the definition of something, and whether that is the table's.
fn defines(line: &str, names: &Names) -> Option<bool> {
    defined(line).map(|name| names.is_kin(name) || names.is_table(name))
}

/// Whether a line does something with the table: `email.find(…)`, `Email::where`, `knex('email')`, `Email {`, `= email`.
fn does_something(line: &str, names: &Names, holders: &Holders<'_>) -> bool {
    let mut begun = None;
    for (at, letter) in line.char_indices().chain([(line.len(), ' ')]) {
        match (is_letter(letter), begun) {
            (true, None) => begun = Some(at),
            (false, Some(from)) => {
                begun = None;
                let part = |range| line.get(range).unwrap_or_default();
                let before = line.get(..from).unwrap_or_default();
                if is_used(part(from..at), before, part(at..line.len()), names, holders) {
                    return true;
                }
            }
            (true, Some(_)) | (false, None) => {}
        }
    }
    false
}

fn is_used(word: &str, before: &str, after: &str, names: &Names, holders: &Holders<'_>) -> bool {
    let bare = before.trim_end_matches(['&', '*', '@', '$', ':', '\'', '"', '`']);
    let behind = after.trim_start_matches(['\'', '"', '`', '?', '!']);
    if before.ends_with(['\'', '"', '`']) {
        let ends = behind.starts_with([')', ',', ' ']);
        let named = names.is_table(word) || names.is_kin(word);
        return named && ends && (takes_a_table(bare) || bare.ends_with(" in "));
    }
    if names.is_kin(word) {
        let marks = [".", "::", "(", "{", " {"];
        let argument = behind.starts_with([')', ',']) && takes_a_table(bare);
        // `from e in Email, where: …`.
        let source = behind.starts_with(',') && bare.ends_with(" in ");
        return argument
            || source
            || marks.into_iter().any(|mark| behind.starts_with(mark))
            || behind.trim().is_empty();
    }
    if !names.is_variable(word) && !holders.has(word) {
        return false;
    }
    let calls = ["->", "::", "|>"].into_iter().any(|mark| behind.trim_start().starts_with(mark))
        || behind.starts_with('.') && !behind.starts_with("..")
        || behind.starts_with('[');
    let ends = behind.trim_start().trim_end_matches(';').is_empty();
    // The head of a chain stands alone on its line, and so does what is taken apart.
    let alone = ends && (bare.trim().is_empty() || bare.trim_end().ends_with('='));
    let whole = behind.starts_with(')') && (takes_a_table(bare) || before.ends_with("(&"));
    calls || alone || whole || bare.ends_with("model: ")
}

/// Whether the bracket that opens there is of a call that takes a table, or a row of it.
fn takes_a_table(before: &str) -> bool {
    let Some(function) = before.trim_end().strip_suffix('(') else { return false };
    let name = words(function).last().unwrap_or_default().replace('_', "").to_lowercase();
    TAKE_A_TABLE.contains(&name.as_str())
}

const TAKE_A_TABLE: [&str; 30] = [
    "from",
    "into",
    "table",
    "update",
    "insert",
    "model",
    "find",
    "first",
    "last",
    "take",
    "select",
    "require",
    "delete",
    "selectfrom",
    "insertinto",
    "updatetable",
    "deletefrom",
    "replaceinto",
    "mergeinto",
    "knex",
    "db",
    "trx",
    "collection",
    "getrepository",
    "repository",
    "scan",
    "pgtable",
    "mysqltable",
    "sqlitetable",
    "define",
];
