//! The history: all revisions and how they follow each other.
//!
//! A directed graph without cycles. Everything here is linear in revisions.

mod apart;
mod branch;
mod error;
mod fold;
mod graph;
mod order;
mod path;
mod target;

use std::collections::{BTreeMap, BTreeSet, HashMap};

pub use error::{HistoryError, TargetError};
pub use fold::{FoldHistoryError, FoldedHistory, UnknownStatement};
pub use graph::{Cell, GraphRow};
pub use target::{BadTarget, Target, TargetRange};

use crate::revision::{Revision, RevisionId};

/// All revisions, in an order in which parents come first. The order depends on ids and parents alone, not on the
/// order in which files were read.
#[derive(Debug, Clone, Default)]
pub struct History {
    revisions: Vec<Revision>,
    place: HashMap<RevisionId, usize>,
    /// Sorted by id, for partial ids.
    by_id: BTreeMap<RevisionId, usize>,
    parents: Vec<Vec<usize>>,
    children: Vec<Vec<usize>>,
    /// `depends_on`, and the way back.
    needs: Vec<Vec<usize>>,
    needed_by: Vec<Vec<usize>>,
    /// Label to the revision that bears it.
    labels: BTreeMap<String, usize>,
}

impl History {
    /// Puts revisions in order; tells everything that is wrong with them at once.
    pub fn new(revisions: Vec<Revision>) -> Result<History, Vec<HistoryError>> {
        order::build(revisions)
    }

    pub fn len(&self) -> usize {
        self.revisions.len()
    }

    pub fn is_empty(&self) -> bool {
        self.revisions.is_empty()
    }

    /// Every revision, parents first.
    pub fn revisions(&self) -> &[Revision] {
        &self.revisions
    }

    pub fn get(&self, id: &RevisionId) -> Option<&Revision> {
        self.place.get(id).and_then(|&at| self.revisions.get(at))
    }

    pub fn contains(&self, id: &RevisionId) -> bool {
        self.place.contains_key(id)
    }

    /// Revisions that no other has as its parent.
    pub fn heads(&self) -> Vec<&Revision> {
        self.pick((0..self.len()).filter(|&at| self.children_of(at).is_empty()))
    }

    /// Revisions without a parent.
    pub fn bases(&self) -> Vec<&Revision> {
        self.pick((0..self.len()).filter(|&at| self.parents_of(at).is_empty()))
    }

    pub fn children(&self, id: &RevisionId) -> Vec<&Revision> {
        match self.place.get(id) {
            Some(&at) => self.pick(self.children_of(at).iter().copied()),
            None => Vec::new(),
        }
    }

    /// Revisions from which several others go on.
    pub fn branch_points(&self) -> Vec<&Revision> {
        self.pick((0..self.len()).filter(|&at| self.children_of(at).len() > 1))
    }

    /// Of the revisions given, those that no other of them follows: where a database stands.
    pub fn heads_among(&self, applied: &BTreeSet<RevisionId>) -> Vec<&Revision> {
        let marks = self.marks_of(applied);
        self.pick(self.heads_among_marks(&marks))
    }

    /// The revisions given and everything that has to be applied before them.
    pub fn closure<'a>(&self, ids: impl IntoIterator<Item = &'a RevisionId>) -> BTreeSet<RevisionId> {
        let marks = self.ancestors(ids.into_iter().filter_map(|id| self.place.get(id).copied()));
        self.revisions
            .iter()
            .zip(marks)
            .filter(|(_, marked)| *marked)
            .map(|(revision, _)| revision.id.clone())
            .collect()
    }

    /// The beginning of the id that is enough to name it here, at least four characters.
    pub fn short<'a>(&self, id: &'a RevisionId) -> &'a str {
        let text = id.as_str();
        let below = self.by_id.range(..id).next_back().map(|(other, _)| other.as_str());
        let above = self.by_id.range(id..).find(|(other, _)| *other != id).map(|(other, _)| other.as_str());
        let shared = [below, above].into_iter().flatten().map(|other| shared_start(text, other)).max();
        let length = shared.map_or(SHORTEST, |shared| (shared + 1).max(SHORTEST));
        text.get(..length).unwrap_or(text)
    }

    fn pick(&self, places: impl IntoIterator<Item = usize>) -> Vec<&Revision> {
        places.into_iter().filter_map(|at| self.revisions.get(at)).collect()
    }

    fn parents_of(&self, at: usize) -> &[usize] {
        self.parents.get(at).map_or(&[], Vec::as_slice)
    }

    fn children_of(&self, at: usize) -> &[usize] {
        self.children.get(at).map_or(&[], Vec::as_slice)
    }

    fn marks_of(&self, ids: &BTreeSet<RevisionId>) -> Vec<bool> {
        self.revisions.iter().map(|revision| ids.contains(&revision.id)).collect()
    }

    fn heads_among_marks(&self, marks: &[bool]) -> Vec<usize> {
        let marked = |at: usize| marks.get(at).copied().unwrap_or(false);
        // Also with others between them that were not applied: a contract may be overtaken.
        let mut followed = vec![false; self.len()];
        for at in (0..self.len()).rev() {
            let follows = |&child: &usize| marked(child) || followed.get(child) == Some(&true);
            if self.children_of(at).iter().any(follows) {
                set(&mut followed, at);
            }
        }
        (0..self.len()).filter(|&at| marked(at) && followed.get(at) != Some(&true)).collect()
    }

    /// Marks the places and all they rest on, walking the order once from its end.
    fn ancestors(&self, places: impl IntoIterator<Item = usize>) -> Vec<bool> {
        let mut marks = self.marked(places);
        for at in (0..self.len()).rev() {
            if marks.get(at) == Some(&true) {
                let needs = self.needs.get(at).map_or(&[][..], Vec::as_slice);
                for &below in self.parents_of(at).iter().chain(needs) {
                    set(&mut marks, below);
                }
            }
        }
        marks
    }

    /// Marks the places and all that rests on them.
    fn descendants(&self, places: impl IntoIterator<Item = usize>) -> Vec<bool> {
        let mut marks = self.marked(places);
        for at in 0..self.len() {
            if marks.get(at) == Some(&true) {
                let needed_by = self.needed_by.get(at).map_or(&[][..], Vec::as_slice);
                for &above in self.children_of(at).iter().chain(needed_by) {
                    set(&mut marks, above);
                }
            }
        }
        marks
    }

    fn marked(&self, places: impl IntoIterator<Item = usize>) -> Vec<bool> {
        let mut marks = vec![false; self.len()];
        for at in places {
            set(&mut marks, at);
        }
        marks
    }
}

fn set(marks: &mut [bool], at: usize) {
    if let Some(mark) = marks.get_mut(at) {
        *mark = true;
    }
}

/// As many characters of an id as a screen shows.
const SHORTEST: usize = 4;

fn shared_start(one: &str, other: &str) -> usize {
    one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests;
