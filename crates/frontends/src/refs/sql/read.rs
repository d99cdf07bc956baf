//! Queries within queries, `WITH`, `UNION`: each with what it sees, and what it gives under which name.

use std::collections::BTreeSet;
use std::ops::Range;

use super::super::names::Names;
use super::super::{Certainty, Why};
use super::Place;
use super::scope::{Holds, Relation, Scope};
use super::token::{Kind, Token};

pub(super) fn places(text: &str, tokens: &[Token], names: &Names) -> Vec<Place> {
    let mut found = Vec::new();
    // What `NEW` and `OLD` are, from the head of a trigger on.
    let mut row = None;
    for tokens in statements(text, tokens) {
        let mut reader = Reader { text, tokens, closes: closes(tokens), names, apart: BTreeSet::new(), found };
        if reader.is(0, &["CREATE"]) {
            row = reader.row_of_trigger();
        }
        let relations = row.iter().cloned().collect();
        let around = Scope { relations, with: Vec::new(), outer: None, renames: false };
        reader.query(0..tokens.len(), &[], row.is_some().then_some(&around), 0);
        found = reader.found;
    }
    found
}

/// Statements end at a semicolon; within a body they also begin behind `BEGIN`, `THEN`, `ELSE` and `LOOP`.
fn statements<'t>(text: &str, tokens: &'t [Token]) -> Vec<&'t [Token]> {
    let word = |at: usize| -> Option<&str> {
        let token = tokens.get(at).filter(|token| token.kind == Kind::Word)?;
        text.get(token.span.clone())
    };
    let is =
        |at: usize, words: &[&str]| word(at).is_some_and(|it| words.iter().any(|word| it.eq_ignore_ascii_case(word)));
    let mut statements = Vec::new();
    let mut start = 0;
    for (at, token) in tokens.iter().enumerate() {
        let begins = is(at, &["SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "MERGE"])
            && at.checked_sub(1).is_some_and(|before| is(before, &["BEGIN", "THEN", "ELSE", "LOOP", "ATOMIC"]))
            // `MERGE … WHEN MATCHED THEN UPDATE` is one statement.
            && !is(start, &["MERGE", "WITH"]);
        if begins || token.kind == Kind::End {
            statements.extend(tokens.get(start..at));
            start = if begins { at } else { at + 1 };
        }
    }
    statements.extend(tokens.get(start..));
    statements.retain(|statement| !statement.is_empty());
    statements
}

/// Of each opening bracket the place of its closing one; the end where there is none.
fn closes(tokens: &[Token]) -> Vec<usize> {
    let mut closes = vec![tokens.len(); tokens.len()];
    let mut open = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Open => open.push(at),
            Kind::Close => {
                if let Some(place) = open.pop().and_then(|opened| closes.get_mut(opened)) {
                    *place = at;
                }
            }
            Kind::Word
            | Kind::Quoted
            | Kind::Dot
            | Kind::Comma
            | Kind::Star
            | Kind::Equals
            | Kind::End
            | Kind::Other => {}
        }
    }
    closes
}

pub(super) struct Reader<'t> {
    pub text: &'t str,
    pub tokens: &'t [Token],
    pub closes: Vec<usize>,
    pub names: &'t Names,
    /// Names that are no column: of tables, aliases; and brackets that are read already.
    pub apart: BTreeSet<usize>,
    pub found: Vec<Place>,
}

/// Queries within queries deeper than this are searched as one.
pub(super) const DEEPEST: usize = 60;

impl<'t> Reader<'t> {
    /// The word at a place; nothing where no word is.
    pub(super) fn word(&self, at: usize) -> Option<&'t str> {
        let token = self.tokens.get(at)?;
        match token.kind {
            Kind::Word | Kind::Quoted => self.text.get(token.span.clone()),
            Kind::Dot
            | Kind::Comma
            | Kind::Open
            | Kind::Close
            | Kind::Star
            | Kind::Equals
            | Kind::End
            | Kind::Other => None,
        }
    }

    pub(super) fn kind(&self, at: usize) -> Option<Kind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    pub(super) fn is(&self, at: usize, words: &[&str]) -> bool {
        self.kind(at) == Some(Kind::Word)
            && self.word(at).is_some_and(|it| words.iter().any(|word| it.eq_ignore_ascii_case(word)))
    }

    pub(super) fn was(&self, at: usize, words: &[&str]) -> bool {
        at.checked_sub(1).is_some_and(|before| self.is(before, words))
    }

    pub(super) fn close(&self, open: usize, end: usize) -> usize {
        self.closes.get(open).copied().unwrap_or(end).min(end)
    }

    pub(super) fn begins_query(&self, at: usize) -> bool {
        self.is(at, &["SELECT", "WITH", "VALUES", "INSERT", "UPDATE", "DELETE", "MERGE"])
            || self.kind(at) == Some(Kind::Open) && self.begins_query(at + 1)
    }

    pub(super) fn add(&mut self, at: usize, certainty: Certainty, why: Why) {
        if let Some(token) = self.tokens.get(at) {
            self.found.push((token.span.clone(), certainty, why));
        }
    }

    /// The first place at this level, from `from` on, where `is` holds.
    pub(super) fn at_level(&self, range: &Range<usize>, is: impl Fn(usize) -> bool) -> Option<usize> {
        let mut at = range.start;
        while at < range.end {
            if is(at) {
                return Some(at);
            }
            at = if self.kind(at) == Some(Kind::Open) { self.close(at, range.end) + 1 } else { at + 1 };
        }
        None
    }

    /// The row of `CREATE TRIGGER … ON t`.
    pub(super) fn row_of_trigger(&self) -> Option<Relation> {
        let is_trigger = (1..4).any(|at| self.is(at, &["TRIGGER"]));
        let on = (0..self.tokens.len()).find(|at| self.is(*at, &["ON"])).filter(|_| is_trigger)?;
        let mut table = on + 1;
        while self.kind(table + 1) == Some(Kind::Dot) {
            table += 2;
        }
        let ours = self.word(table).is_some_and(|name| self.names.is_table(name));
        let holds = if ours { Holds::Ours } else { Holds::Other };
        Some(Relation { names: vec!["new".to_string(), "old".to_string()], holds })
    }

    /// A query with its `WITH` and its `UNION`; what it gives.
    pub(super) fn query(
        &mut self,
        range: Range<usize>,
        with: &[Relation],
        outer: Option<&Scope<'_>>,
        depth: usize,
    ) -> Holds {
        let mut with = with.to_vec();
        let mut at = range.start;
        // What a program puts before it (`{{ config(…) }}`) says nothing.
        while at < range.end && self.kind(at) == Some(Kind::Other) {
            at += 1;
        }
        if self.is(at, &["WITH"]) && depth < DEEPEST {
            at += 1;
            if self.is(at, &["RECURSIVE"]) {
                at += 1;
            }
            while let Some(behind) = self.definition(at, range.end, &mut with, outer, depth) {
                at = behind;
                if self.kind(at) != Some(Kind::Comma) {
                    break;
                }
                at += 1;
            }
        }
        let mut gives = None;
        while at < range.end {
            let rest = at..range.end;
            let end = self.at_level(&rest, |at| self.is(at, &["UNION", "EXCEPT", "INTERSECT"])).unwrap_or(range.end);
            let holds = self.part(at..end, &with, outer, depth);
            gives = match gives {
                None | Some(Holds::Nothing) => Some(holds),
                Some(known) if holds == Holds::Ours && known != Holds::Unknown => Some(Holds::Ours),
                known => known,
            };
            at = end + 1;
            if self.is(at, &["ALL", "DISTINCT"]) {
                at += 1;
            }
        }
        gives.unwrap_or(Holds::Unknown)
    }

    /// `name (columns) AS MATERIALIZED (query)`; the place behind it.
    pub(super) fn definition(
        &mut self,
        at: usize,
        end: usize,
        with: &mut Vec<Relation>,
        outer: Option<&Scope<'_>>,
        depth: usize,
    ) -> Option<usize> {
        let name = self.word(at)?.to_lowercase();
        self.apart.insert(at);
        let mut next = at + 1;
        let mut listed = None;
        if self.kind(next) == Some(Kind::Open) {
            let close = self.close(next, end);
            listed = Some((next + 1..close).any(|at| self.word(at).is_some_and(|word| self.names.is_column(word))));
            self.apart.extend(next + 1..close);
            next = close + 1;
        }
        if !self.is(next, &["AS"]) {
            return None;
        }
        next += 1;
        while self.is(next, &["NOT", "MATERIALIZED"]) {
            next += 1;
        }
        if self.kind(next) != Some(Kind::Open) {
            return None;
        }
        let close = self.close(next, end);
        // What is made of itself has what its first part has.
        let mut inner = with.clone();
        inner.push(Relation { names: vec![name.clone()], holds: Holds::Nothing });
        let gives = self.query(next + 1..close, &inner, outer, depth + 1);
        let holds = match listed {
            Some(false) => Holds::Nothing,
            Some(true) | None => gives,
        };
        with.push(Relation { names: vec![name], holds });
        Some(close + 1)
    }

    /// One statement, or one side of a UNION.
    pub(super) fn part(
        &mut self,
        range: Range<usize>,
        with: &[Relation],
        outer: Option<&Scope<'_>>,
        depth: usize,
    ) -> Holds {
        if self.kind(range.start) == Some(Kind::Open) && self.begins_query(range.start + 1) && depth < DEEPEST {
            let close = self.close(range.start, range.end);
            let gives = self.query(range.start + 1..close, with, outer, depth + 1);
            self.apart.insert(range.start);
            let scope = Scope { relations: Vec::new(), with: with.to_vec(), outer, renames: true };
            self.judge(close + 1..range.end, &scope, depth);
            return gives;
        }
        let mut scope = Scope { relations: Vec::new(), with: with.to_vec(), outer, renames: false };
        if self.is(range.start, &["INSERT", "REPLACE"]) {
            self.insert(range, scope, depth);
            return Holds::Unknown;
        }
        let made = self.is(range.start, &["CREATE"]).then(|| {
            self.at_level(&range, |at| self.was(at, &["AS"]) && self.begins_query(at) && at > range.start + 2)
        });
        if let Some(body) = made.flatten() {
            self.sources(range.start..body - 1, &mut scope, false, depth);
            self.judge(range.start..body - 1, &scope, depth);
            self.query(body..range.end, with, None, depth);
            return Holds::Unknown;
        }
        self.sources(range.clone(), &mut scope, false, depth);
        let gives = self.gives(&range, &mut scope);
        self.judge(range, &scope, depth);
        gives
    }

    /// The list of columns and what follows a conflict are about the table itself, the query between is not.
    pub(super) fn insert(&mut self, range: Range<usize>, mut scope: Scope<'_>, depth: usize) {
        let body = self.at_level(&range, |at| self.is(at, &["SELECT", "WITH", "VALUES", "DEFAULT", "SET"]));
        let body =
            body.or_else(|| self.at_level(&range, |at| self.kind(at) == Some(Kind::Open) && self.begins_query(at + 1)));
        let body = body.unwrap_or(range.end);
        let tail = self.at_level(&(body..range.end), |at| {
            self.is(at, &["ON"]) && self.is(at + 1, &["CONFLICT", "DUPLICATE"]) || self.is(at, &["RETURNING"])
        });
        let tail = tail.unwrap_or(range.end);
        self.sources(range.start..body, &mut scope, false, depth);
        if let Some(relation) = scope.relations.first_mut() {
            relation.names.push("excluded".to_string());
        }
        let into = (range.start..body).find(|at| self.apart.contains(at));
        let listed = self.at_level(&(range.start..body), |at| self.kind(at) == Some(Kind::Open)).is_some();
        if let Some(into) =
            into.filter(|_| !listed && self.names.column.is_some() && !self.is(body, &["SET", "DEFAULT"]))
            && body < range.end
            && scope.holds(Holds::Ours)
        {
            // Values by their order: each column has to be there.
            self.add(into, Certainty::Likely, Why::EveryColumn);
        }
        self.judge(range.start..body, &scope, depth);
        if self.is(body, &["SET"]) {
            self.judge(body..tail, &scope, depth);
        } else if depth < DEEPEST {
            self.query(body..tail, &scope.with, None, depth + 1);
        }
        self.judge(tail..range.end, &scope, depth);
    }
}
