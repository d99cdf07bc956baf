//! Variables that hold rows of the table, as far as the words of one file tell.

use std::collections::BTreeSet;

use super::around::is_letter;
use super::names::Names;

#[derive(Debug, Default)]
pub(super) struct Holders<'t> {
    variables: BTreeSet<&'t str>,
}

/// Nobody writes code in lines longer than this.
const LONGEST_LINE: usize = 1000;

impl<'t> Holders<'t> {
    /// Declared with the class (`mail: Mail`, `Mail mail`, `mails []Mail`), taken from it (`mail = Mail.find(1)`), or
    /// gone through (`for mail in mails`, `mails.each do |mail|`).
    pub fn of(text: &'t str, names: &Names) -> Self {
        let mut holders = Holders::default();
        for line in text.lines().filter(|line| line.len() < LONGEST_LINE) {
            if line.contains([':', '=', '|'])
                || line.contains(" in ")
                || line.contains(" of ")
                || line.contains(" as ")
                || names.entities.iter().any(|entity| line.contains(entity.as_str()))
            {
                holders.heed(&Line { pieces: pieces(line) }, names);
            }
        }
        holders
    }

    pub fn has(&self, word: &str) -> bool {
        self.variables.contains(word)
    }

    fn holds(&self, word: &str, names: &Names) -> bool {
        self.has(word) || names.is_variable(word)
    }

    fn heed(&mut self, line: &Line<'t>, names: &Names) {
        for at in 0..line.pieces.len() {
            let word = line.word(at);
            if word.is_empty() {
                continue;
            }
            if names.entities.contains(word) {
                self.declared(line, at);
                continue;
            }
            let is_taken = match (line.at(at + 1), line.at(at + 2)) {
                (":", "=") => self.is_from(line, at + 3, names),
                ("<", "-") => self.is_from(line, at + 3, names),
                ("=", next) if !matches!(next, "=" | ">" | "~") => self.is_from(line, at + 2, names),
                (":", next) if next != ":" => line.type_has(at + 2, names),
                ("in" | "of", _) => self.is_from(line, at + 2, names),
                _ => false,
            };
            if is_taken {
                self.variables.insert(word);
            }
            // PHP's `foreach ($mails as $mail)`.
            if word == "as"
                && line.pieces.contains(&"foreach")
                && at.checked_sub(1).is_some_and(|at| self.holds(line.word(at), names))
            {
                self.variables.extend(line.pieces.iter().rev().find(|piece| piece.starts_with(is_letter)));
            }
        }
        self.passed_on(line, names);
    }

    /// `Mail mail`, `mails []Mail`, `m *Mail`.
    fn declared(&mut self, line: &Line<'t>, at: usize) {
        let is_name = |word: &str| word.starts_with(|it: char| it.is_lowercase()) && !KEYWORDS.contains(&word);
        if is_name(line.word(at + 1)) && matches!(line.at(at + 2), "," | ")" | ";" | "=" | ":") {
            self.variables.insert(line.word(at + 1));
        }
        let mut before = at;
        while before > 0 && matches!(line.at(before - 1), "*" | "[" | "]") {
            before -= 1;
        }
        let name = before.checked_sub(1).map(|at| line.word(at)).unwrap_or_default();
        if is_name(name) {
            self.variables.insert(name);
        }
    }

    /// Whether what stands from there on is a row of the table, or rows: `await Mail.find(1)`, `mails[0]`,
    /// `knex('email')`; and not a field of one.
    fn is_from(&self, line: &Line<'_>, from: usize, names: &Names) -> bool {
        let is_first = |at: &usize| {
            let passed =
                matches!(line.at(*at), "&" | "*" | "@" | "$" | "(" | "[" | "]" | "." | "'" | "\"" | "this" | "self");
            !passed && !KEYWORDS.contains(&line.at(*at))
        };
        let Some(at) = (from..line.pieces.len()).find(is_first) else { return false };
        let word = line.word(at);
        if names.entities.contains(word) {
            return true;
        }
        let quoted = at > from && matches!(line.at(at - 1), "'" | "\"");
        if quoted {
            return names.is_table(word);
        }
        // `mail.title` at the end of the line is a field, `mails.first()` and `mails[0]` are not.
        let is_field = line.at(at + 1) == "." && !matches!(line.at(at + 3), "(" | "." | "[" | "?");
        if self.holds(word, names) {
            return !is_field;
        }
        // A chain that begins with something else: `await db.selectFrom('email')`, `knex('email')`.
        let texts = (at..line.pieces.len()).filter(|at| matches!(line.at(at.wrapping_sub(1)), "'" | "\""));
        texts.take(1).any(|at| names.is_table(line.word(at)) && line.at(at.wrapping_sub(2)) == "(")
    }

    /// What a block or a function over rows gets: `mails.each do |mail|`, `mails.map((mail) => …)`.
    fn passed_on(&mut self, line: &Line<'t>, names: &Names) {
        let is_over = |at: &usize| {
            let word = line.word(*at);
            line.at(at + 1) == "." && self.holds(word, names) || names.entities.contains(word)
        };
        let over = (0..line.pieces.len()).find(is_over);
        let Some(over) = over else { return };
        for at in over..line.pieces.len() {
            let named = match (line.at(at), line.at(at + 2), line.at(at + 3)) {
                ("|", "|", _) => line.word(at + 1),
                ("(", ")", "=") | ("(", "=", ">") => line.word(at + 1),
                _ => continue,
            };
            if !named.is_empty() {
                self.variables.insert(named);
            }
        }
    }
}

const KEYWORDS: [&str; 30] = [
    "await",
    "new",
    "mut",
    "return",
    "class",
    "struct",
    "type",
    "import",
    "from",
    "in",
    "extends",
    "for",
    "as",
    "use",
    "enum",
    "model",
    "interface",
    "export",
    "default",
    "alias",
    "func",
    "impl",
    "and",
    "or",
    "if",
    "of",
    "const",
    "public",
    "private",
    "defmodule",
];

/// Words and single marks, without white space.
struct Line<'t> {
    pieces: Vec<&'t str>,
}

impl<'t> Line<'t> {
    fn at(&self, at: usize) -> &'t str {
        self.pieces.get(at).copied().unwrap_or_default()
    }

    fn word(&self, at: usize) -> &'t str {
        Some(self.at(at)).filter(|piece| piece.starts_with(is_letter)).unwrap_or_default()
    }

    /// Whether the class stands in the type that begins there: `Mail`, `&'a Mail`, `Vec<Mail>`, `Mail | null`.
    fn type_has(&self, from: usize, names: &Names) -> bool {
        let ty = self
            .pieces
            .iter()
            .skip(from)
            .take_while(|piece| !matches!(**piece, "," | ")" | "=" | ";" | "{" | "(" | "."));
        ty.take(8).any(|piece| names.entities.contains(*piece))
    }
}

fn pieces(line: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut begun = None;
    for (at, letter) in line.char_indices().chain([(line.len(), ' ')]) {
        if is_letter(letter) {
            begun.get_or_insert(at);
            continue;
        }
        pieces.extend(begun.take().and_then(|from| line.get(from..at)));
        if !letter.is_whitespace() {
            pieces.extend(line.get(at..at + letter.len_utf8()));
        }
    }
    pieces
}
