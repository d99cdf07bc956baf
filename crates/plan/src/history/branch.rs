use super::{History, TargetError};
use crate::revision::RevisionId;

impl History {
    /// The revisions of a branch: the one that bears the label, all that follow it, and those before it back to where
    /// it left the others.
    pub(super) fn branch(&self, label: &str) -> Result<Vec<bool>, TargetError> {
        let &start = self.labels.get(label).ok_or_else(|| TargetError::NoBranch(label.to_string()))?;
        let mut marks = self.follow(start);
        let mut at = start;
        while let [parent] = self.parents_of(at) {
            if self.children_of(*parent).len() > 1 {
                break;
            }
            at = *parent;
            super::set(&mut marks, at);
        }
        Ok(marks)
    }

    /// Those that follow through parents alone; what merely depends on one belongs to its own branch.
    fn follow(&self, start: usize) -> Vec<bool> {
        let mut marks = self.marked([start]);
        for at in start..self.len() {
            if marks.get(at) == Some(&true) {
                for &child in self.children_of(at) {
                    super::set(&mut marks, child);
                }
            }
        }
        marks
    }

    /// The labels of the branches that a revision is on.
    pub fn labels_of(&self, id: &RevisionId) -> Vec<&str> {
        let Some(&at) = self.place.get(id) else { return Vec::new() };
        self.labels
            .keys()
            .filter(|label| self.branch(label).is_ok_and(|marks| marks.get(at) == Some(&true)))
            .map(String::as_str)
            .collect()
    }

    /// Every label with the revision that bears it.
    pub fn labels(&self) -> impl Iterator<Item = (&str, &RevisionId)> {
        self.labels.iter().filter_map(|(label, &at)| Some((label.as_str(), &self.revisions.get(at)?.id)))
    }
}
