//! What a SELECT gives under the name of the column.

use std::ops::Range;

use super::super::{Certainty, Why};
use super::read::Reader;
use super::scope::{Holds, Scope};
use super::token::Kind;

impl Reader<'_> {
    /// What a SELECT gives under the column's name.
    pub(super) fn gives(&mut self, range: &Range<usize>, scope: &mut Scope<'_>) -> Holds {
        if !self.is(range.start, &["SELECT"]) || self.names.column.is_none() {
            return Holds::Unknown;
        }
        let list = range.start + 1..range.end;
        let end =
            self.at_level(&list, |at| self.is(at, &["FROM", "WHERE", "ORDER", "GROUP", "LIMIT", "HAVING", "FOR"]));
        let end = end.unwrap_or(range.end);
        let mut gives = Holds::Nothing;
        let mut at = range.start + 1;
        while at < end {
            let stop = self.at_level(&(at..end), |at| self.kind(at) == Some(Kind::Comma)).unwrap_or(end);
            let item = at..stop;
            at = stop + 1;
            let Some(last) = item.end.checked_sub(1).filter(|last| *last >= item.start) else { continue };
            if self.kind(last) == Some(Kind::Star) && self.is_every_column(last) {
                let qualifier = last.checked_sub(2).filter(|_| self.kind(last - 1) == Some(Kind::Dot));
                let of = match qualifier.and_then(|at| self.word(at)) {
                    Some(name) => scope.named(name).unwrap_or(Holds::Unknown),
                    None if scope.holds(Holds::Ours) => Holds::Ours,
                    None if scope.holds(Holds::Unknown) || scope.relations.is_empty() => Holds::Unknown,
                    None if scope.holds(Holds::Other) => Holds::Other,
                    None => Holds::Nothing,
                };
                if of == Holds::Ours {
                    self.add(last, Certainty::Possible, Why::EveryColumn);
                }
                if gives != Holds::Ours && of != Holds::Nothing {
                    gives = of;
                }
                continue;
            }
            if !self.word(last).is_some_and(|word| self.names.is_column(word)) {
                // `subject AS title`, `a b`.
                if self.is_output_name(last, &item) {
                    self.apart.insert(last);
                }
                continue;
            }
            let plain = !self.is_output_name(last, &item);
            let qualifier = last.checked_sub(2).filter(|_| self.kind(last - 1) == Some(Kind::Dot));
            let of = match (plain, qualifier.and_then(|at| self.word(at))) {
                (false, _) => {
                    self.apart.insert(last);
                    let same = (item.start..last)
                        .all(|at| self.is(at, &["AS"]) || self.kind(at) == Some(Kind::Dot) || self.word(at).is_some())
                        && (item.start..last).any(|at| self.word(at).is_some_and(|word| self.names.is_column(word)));
                    // `e.subject AS subject`.
                    scope.renames |= !same;
                    if same && scope.holds(Holds::Ours) { Holds::Ours } else { Holds::Other }
                }
                (true, Some(name)) => scope.named(name).unwrap_or(Holds::Unknown),
                (true, None) => match scope.unqualified() {
                    Some(Certainty::Certain | Certainty::Likely) => Holds::Ours,
                    Some(Certainty::Possible) => Holds::Unknown,
                    None => Holds::Other,
                },
            };
            gives = of;
        }
        gives
    }

    /// `*` and `t.*`, not `a * b` nor `count(*)`.
    pub(super) fn is_every_column(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else { return false };
        self.is(before, &["SELECT", "DISTINCT", "ALL"]) || matches!(self.kind(before), Some(Kind::Dot | Kind::Comma))
    }

    /// Whether the last word of what is selected is the name that it gets: behind `AS`, or behind a whole expression.
    pub(super) fn is_output_name(&self, last: usize, item: &Range<usize>) -> bool {
        let Some(before) = last.checked_sub(1).filter(|before| *before >= item.start) else { return false };
        if self.is(before, &["AS"]) {
            return true;
        }
        match self.kind(before) {
            Some(Kind::Close | Kind::Quoted) => true,
            Some(Kind::Word) => !self.is(
                before,
                &[
                    "SELECT", "DISTINCT", "ALL", "NOT", "AND", "OR", "BY", "THEN", "ELSE", "LIKE", "IS", "IN",
                    "BETWEEN", "WHEN", "CASE",
                ],
            ),
            Some(_) | None => false,
        }
    }
}
