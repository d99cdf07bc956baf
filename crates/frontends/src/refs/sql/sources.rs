//! The tables of a statement, by what announces them, with their aliases.

use std::ops::Range;

use super::super::{Certainty, Why};
use super::read::{DEEPEST, Reader};
use super::scope::{Holds, Relation, Scope};
use super::token::Kind;

/// Behind these in FROM no alias and no table follows.
const KEYWORDS: [&str; 40] = [
    "WHERE",
    "JOIN",
    "LEFT",
    "RIGHT",
    "INNER",
    "OUTER",
    "CROSS",
    "FULL",
    "ON",
    "SET",
    "VALUES",
    "ORDER",
    "GROUP",
    "LIMIT",
    "USING",
    "SELECT",
    "UNION",
    "RETURNING",
    "NATURAL",
    "FOR",
    "HAVING",
    "WINDOW",
    "OFFSET",
    "EXCEPT",
    "INTERSECT",
    "DEFAULT",
    "ADD",
    "DROP",
    "ALTER",
    "RENAME",
    "CASCADE",
    "RESTRICT",
    "FROM",
    "WHEN",
    "AND",
    "TO",
    "FETCH",
    "AS",
    "WITH",
    "OF",
];

/// They stand between what announces a table and its name.
const BETWEEN: [&str; 7] = ["IF", "NOT", "EXISTS", "ONLY", "LATERAL", "CONCURRENTLY", "TABLE"];

impl Reader<'_> {
    /// Collects what stands in FROM and wherever else a table is named.
    pub(super) fn sources(&mut self, range: Range<usize>, scope: &mut Scope<'_>, within_from: bool, depth: usize) {
        let first = range.start;
        let mut expected = within_from;
        let mut in_from = within_from;
        let mut at = range.start;
        while at < range.end {
            match self.kind(at) {
                Some(Kind::Open) => {
                    let close = self.close(at, range.end);
                    if expected && depth < DEEPEST {
                        let holds = match self.begins_query(at + 1) {
                            true => {
                                let with = scope.with.clone();
                                let holds = self.query(at + 1..close, &with, scope.outer, depth + 1);
                                self.apart.insert(at);
                                Some(holds)
                            }
                            false => {
                                self.sources(at + 1..close, scope, true, depth + 1);
                                None
                            }
                        };
                        let (alias, behind) = self.alias(close + 1, range.end);
                        if let Some(holds) = holds {
                            scope.relations.push(Relation { names: alias.into_iter().collect(), holds });
                        }
                        (at, expected) = (behind, false);
                        continue;
                    }
                    at = close;
                }
                Some(Kind::Comma) => expected = in_from,
                Some(Kind::Word) if self.announces(at, first) => {
                    expected = true;
                    // `a, b` stand side by side only in these.
                    if self.is(at, &["FROM", "USING", "TRUNCATE"]) {
                        in_from = true;
                    }
                }
                Some(Kind::Word) if expected && self.is(at, &BETWEEN) => {}
                Some(Kind::Word) if self.is(at, &KEYWORDS) => {
                    expected = false;
                    if !self.is(at, &["LEFT", "RIGHT", "INNER", "OUTER", "CROSS", "FULL", "NATURAL", "ON", "AS"]) {
                        in_from = false;
                    }
                }
                Some(Kind::Word | Kind::Quoted) if expected => {
                    at = self.table(at, range.end, scope);
                    expected = false;
                    continue;
                }
                Some(Kind::Other) if expected => {
                    let (alias, behind) = self.alias(at + 1, range.end);
                    // What a program puts there is a table, and what a file's name is, is none.
                    let value = self.text.get(self.tokens[at].span.clone()).is_some_and(|it| it.starts_with('\''));
                    if !value {
                        scope.relations.push(Relation { names: alias.into_iter().collect(), holds: Holds::Unknown });
                    }
                    (at, expected) = (behind.max(at + 1), false);
                    continue;
                }
                Some(_) => {}
                None => return,
            }
            at += 1;
        }
    }

    /// Whether the name of a table follows.
    pub(super) fn announces(&self, at: usize, first: usize) -> bool {
        if self.is(at, &["FROM"]) {
            return !self.was(at, &["DISTINCT"]);
        }
        if self.is(at, &["JOIN", "INTO", "TABLE", "COPY", "VIEW", "ANALYZE", "TRUNCATE"]) {
            return true;
        }
        if self.is(at, &["UPDATE"]) {
            return !self.was(at, &["FOR", "ON", "DO", "OR", "BEFORE", "AFTER", "NO", "KEY"])
                && !self.is(at + 1, &["OF", "OR", "ON"]);
        }
        if self.is(at, &["USING"]) {
            return self.kind(at + 1) != Some(Kind::Open) && !self.is(first, &["CREATE", "ALTER"]);
        }
        // `JOIN t ON x = y` has no table behind ON, `CREATE INDEX ix ON t` has.
        self.is(at, &["ON"])
            && self.is(first, &["CREATE", "DROP", "COMMENT", "GRANT", "REVOKE"])
            && !self.is(at + 1, &["COLUMN", "DELETE", "UPDATE"])
    }

    /// Reads a table's name and its alias; the place behind them.
    pub(super) fn table(&mut self, at: usize, end: usize, scope: &mut Scope<'_>) -> usize {
        let mut at = at;
        self.apart.insert(at);
        while self.kind(at + 1) == Some(Kind::Dot) && self.word(at + 2).is_some() {
            at += 2;
            self.apart.insert(at);
        }
        let Some(name) = self.word(at) else { return at + 1 };
        let qualified = at.checked_sub(1).is_some_and(|before| self.kind(before) == Some(Kind::Dot));
        let defined = scope.with.iter().rev().find(|it| it.names.iter().any(|it| name.eq_ignore_ascii_case(it)));
        let is_call = self.kind(at + 1) == Some(Kind::Open) && self.is_in_from(at);
        let holds = match defined.filter(|_| !qualified) {
            Some(defined) => defined.holds,
            None if self.names.is_table(name) && !is_call => {
                if self.names.column.is_none() {
                    self.add(at, Certainty::Certain, Why::Sql);
                }
                Holds::Ours
            }
            None => Holds::Other,
        };
        let mut names = vec![name.to_lowercase()];
        let after = if is_call { self.close(at + 1, end) + 1 } else { at + 1 };
        let (alias, behind) = self.alias(after, end);
        names.extend(alias);
        scope.relations.push(Relation { names, holds });
        if is_call { at + 1 } else { behind }
    }

    /// A name with brackets behind FROM is a function's.
    pub(super) fn is_in_from(&self, at: usize) -> bool {
        let mut before = at;
        while let Some(earlier) = before.checked_sub(1) {
            before = earlier;
            match self.kind(before) {
                Some(Kind::Dot | Kind::Quoted) => {}
                Some(Kind::Comma) => return true,
                Some(_) if self.is(before, &["FROM", "JOIN", "LATERAL", "ONLY"]) => return true,
                Some(Kind::Word) if self.kind(before + 1) == Some(Kind::Dot) => {}
                Some(_) | None => return false,
            }
        }
        false
    }

    pub(super) fn alias(&mut self, at: usize, end: usize) -> (Option<String>, usize) {
        let named = if self.is(at, &["AS"]) { at + 1 } else { at };
        let is_name = named < end && self.word(named).is_some() && !self.is(named, &KEYWORDS);
        // `t SET`, `t ADD` and the like have none, and neither has `t (a, b)`.
        match self
            .word(named)
            .filter(|_| is_name && !self.is(named, &["COLUMN", "OWNER", "VALIDATE", "ENABLE", "DISABLE"]))
        {
            Some(alias) => {
                self.apart.insert(named);
                (Some(alias.to_lowercase()), named + 1)
            }
            None => (None, at),
        }
    }
}
