//! Every name of a statement, judged by the tables that it sees.

use std::ops::Range;

use super::super::{Certainty, Why};
use super::read::{DEEPEST, Reader};
use super::scope::{Holds, Scope};
use super::token::Kind;

impl Reader<'_> {
    /// Judges every name, here and in what is within brackets.
    pub(super) fn judge(&mut self, range: Range<usize>, scope: &Scope<'_>, depth: usize) {
        let mut at = range.start;
        let mut setting = false;
        let mut ordering = false;
        while at < range.end {
            if self.kind(at) == Some(Kind::Open) && (self.apart.contains(&at) || self.begins_query(at + 1)) {
                let close = self.close(at, range.end);
                if !self.apart.contains(&at) && depth < DEEPEST {
                    self.query(at + 1..close, &scope.with, Some(scope), depth + 1);
                }
                at = close + 1;
                continue;
            }
            if self.is(at, &["REFERENCES"]) && self.word(at + 1).is_some() {
                at = self.reference(at + 1, range.end, scope, depth);
                continue;
            }
            setting = self.is(at, &["SET"]) || setting && !self.is(at, &["FROM", "WHERE", "RETURNING"]);
            ordering = self.is(at, &["ORDER", "GROUP"]) || ordering && !self.is(at, &["LIMIT"]);
            self.judge_word(at, scope, setting, ordering);
            at += 1;
        }
    }

    /// `REFERENCES t (a, b)`: the columns are those of that table.
    pub(super) fn reference(&mut self, at: usize, end: usize, scope: &Scope<'_>, depth: usize) -> usize {
        let mut there = Scope { relations: Vec::new(), with: Vec::new(), outer: None, renames: false };
        let mut last = at;
        while self.kind(last + 1) == Some(Kind::Dot) && self.word(last + 2).is_some() {
            last += 2;
        }
        // No alias: a word that follows belongs to the constraint.
        self.table(at, last + 1, &mut there);
        there.with.clone_from(&scope.with);
        let open = last + 1;
        if self.kind(open) != Some(Kind::Open) {
            return open;
        }
        let close = self.close(open, end);
        self.judge(open + 1..close, &there, depth);
        close + 1
    }

    pub(super) fn judge_word(&mut self, at: usize, scope: &Scope<'_>, setting: bool, ordering: bool) {
        let Some(word) = self.word(at).filter(|_| !self.apart.contains(&at)) else { return };
        if self.names.column.is_none() {
            if self.names.is_table(word) {
                self.judge_table(at, word, scope);
            }
            return;
        }
        if !self.names.is_column(word) {
            return;
        }
        let before = at.checked_sub(1).and_then(|before| self.kind(before));
        let qualifier = at.checked_sub(2).filter(|_| before == Some(Kind::Dot)).and_then(|at| self.word(at));
        let after = self.kind(at + 1);
        let certainty = match qualifier {
            // A table of that name in a schema that is called like the qualifier, or its alias.
            _ if after == Some(Kind::Dot) => None,
            Some(name) => self.qualified(name, scope),
            // Something stands there that is put in.
            None if before == Some(Kind::Dot) => Some(Certainty::Possible),
            None if setting && after == Some(Kind::Equals) && self.is_assigned(at) => {
                match scope.relations.first().map(|target| target.holds) {
                    Some(Holds::Ours) => Some(Certainty::Certain),
                    Some(Holds::Other | Holds::Nothing) => None,
                    Some(Holds::Unknown) | None => Some(Certainty::Possible),
                }
            }
            // `subject(…)` is a call, but `INSERT INTO t (subject)` is not.
            None if after == Some(Kind::Open) => scope.unqualified().map(|_| Certainty::Possible),
            None if self.is_type(at) => None,
            None if ordering && scope.renames => Some(Certainty::Possible),
            None => scope.unqualified(),
        };
        if let Some(certainty) = certainty {
            self.add(at, certainty, Why::Sql);
        }
    }

    /// `SET a = …, b = …`.
    pub(super) fn is_assigned(&self, at: usize) -> bool {
        self.was(at, &["SET"]) || at.checked_sub(1).is_some_and(|before| self.kind(before) == Some(Kind::Comma))
    }

    /// `CAST(x AS date)`.
    pub(super) fn is_type(&self, at: usize) -> bool {
        self.was(at, &["AS"]) && self.kind(at + 1) == Some(Kind::Close)
    }

    pub(super) fn qualified(&self, name: &str, scope: &Scope<'_>) -> Option<Certainty> {
        match scope.named(name) {
            Some(Holds::Ours) => Some(Certainty::Certain),
            Some(Holds::Other | Holds::Nothing) => None,
            Some(Holds::Unknown) => Some(Certainty::Possible),
            None if self.names.is_table(name) => Some(Certainty::Certain),
            // `NEW.subject` in the trigger of a table; an alias that something around has given.
            None => match scope.unqualified()? {
                Certainty::Certain | Certainty::Likely => Some(Certainty::Likely),
                Certainty::Possible => Some(Certainty::Possible),
            },
        }
    }

    pub(super) fn judge_table(&mut self, at: usize, word: &str, scope: &Scope<'_>) {
        let before = at.checked_sub(1).and_then(|before| self.kind(before));
        let qualifies = self.kind(at + 1) == Some(Kind::Dot);
        match scope.named(word).filter(|_| qualifies) {
            Some(Holds::Ours) => self.add(at, Certainty::Certain, Why::Sql),
            Some(Holds::Other | Holds::Nothing) => {}
            Some(Holds::Unknown) => self.add(at, Certainty::Possible, Why::Sql),
            None if qualifies && before != Some(Kind::Dot) => self.add(at, Certainty::Certain, Why::Sql),
            None => self.add(at, Certainty::Possible, Why::Sql),
        }
    }
}
