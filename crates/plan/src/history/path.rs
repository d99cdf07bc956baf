use std::collections::BTreeSet;

use super::{History, Target, TargetError};
use crate::revision::{Revision, RevisionId};

/// The part of the history that a target looks at.
struct Scope<'a> {
    applied: &'a [bool],
    /// The branch before `@`, and its revisions.
    branch: Option<(&'a str, Vec<bool>)>,
}

impl Scope<'_> {
    fn holds(&self, at: usize) -> bool {
        self.branch.as_ref().is_none_or(|(_, marks)| marks.get(at) == Some(&true))
    }
}

impl History {
    /// The revisions that have to be applied to reach the target, parents first.
    pub fn upgrade_path(&self, applied: &BTreeSet<RevisionId>, target: &Target) -> Result<Vec<&Revision>, TargetError> {
        if leads(target).is_some_and(|steps| steps < 0) {
            return Err(TargetError::LeadsDown { target: target.to_string() });
        }
        let applied = self.marks_of(applied);
        let wanted = self.ancestors(self.places(target, &applied)?);
        let marked = |marks: &[bool], at: usize| marks.get(at) == Some(&true);
        Ok(self.pick((0..self.len()).filter(|&at| marked(&wanted, at) && !marked(&applied, at))))
    }

    /// The revisions that have to be undone to get down to the target, children first.
    pub fn downgrade_path(
        &self,
        applied: &BTreeSet<RevisionId>,
        target: &Target,
    ) -> Result<Vec<&Revision>, TargetError> {
        let applied = self.marks_of(applied);
        let undone = self.undone(target, &applied)?;
        let marked = |marks: &[bool], at: usize| marks.get(at) == Some(&true);
        Ok(self.pick((0..self.len()).rev().filter(|&at| marked(&undone, at) && marked(&applied, at))))
    }

    /// The revisions that a target names; none for base.
    pub fn resolve(&self, target: &Target, applied: &BTreeSet<RevisionId>) -> Result<Vec<&Revision>, TargetError> {
        Ok(self.pick(self.places(target, &self.marks_of(applied))?))
    }

    /// The one revision that a target names.
    pub fn resolve_one(&self, target: &Target, applied: &BTreeSet<RevisionId>) -> Result<&Revision, TargetError> {
        match self.resolve(target, applied)?.as_slice() {
            [one] => Ok(one),
            _ => Err(TargetError::NotOne { target: target.to_string() }),
        }
    }

    fn places(&self, target: &Target, applied: &[bool]) -> Result<Vec<usize>, TargetError> {
        self.places_in(target, &Scope { applied, branch: None })
    }

    fn places_in(&self, target: &Target, scope: &Scope<'_>) -> Result<Vec<usize>, TargetError> {
        match target {
            Target::Base => Ok(Vec::new()),
            Target::Head => {
                let heads = self.heads_in(scope);
                match (heads.len(), &scope.branch) {
                    (0 | 1, _) => Ok(heads),
                    (_, None) => Err(TargetError::SeveralHeads { heads: self.ids(&heads) }),
                    (_, Some((label, _))) => {
                        let label = label.to_string();
                        Err(TargetError::SeveralBranchHeads { label, heads: self.ids(&heads) })
                    }
                }
            }
            Target::Heads => Ok(self.heads_in(scope)),
            Target::Current => Ok(self.current_in(scope)),
            Target::Named(name) => Ok(vec![self.named(name, scope)?]),
            Target::Relative { from, steps } => {
                let start = match from {
                    Some(from) => match self.places_in(from, scope)?.as_slice() {
                        [] => None,
                        [one] => Some(*one),
                        several => {
                            return Err(TargetError::SeveralStarts { steps: *steps, at: self.ids(several) });
                        }
                    },
                    None => self.single_current(*steps, scope)?,
                };
                Ok(self.walk(start, *steps, scope)?.into_iter().collect())
            }
            Target::OnBranch { label, place } => {
                let branch = Some((label.as_str(), self.branch(label)?));
                self.places_in(place, &Scope { applied: scope.applied, branch })
            }
        }
    }

    fn heads_in(&self, scope: &Scope<'_>) -> Vec<usize> {
        (0..self.len()).filter(|&at| self.children_of(at).is_empty() && scope.holds(at)).collect()
    }

    fn current_in(&self, scope: &Scope<'_>) -> Vec<usize> {
        let heads = self.heads_among_marks(scope.applied);
        heads.into_iter().filter(|&at| scope.holds(at)).collect()
    }

    fn single_current(&self, steps: i32, scope: &Scope<'_>) -> Result<Option<usize>, TargetError> {
        match self.current_in(scope).as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(*one)),
            several => Err(TargetError::SeveralStarts { steps, at: self.ids(several) }),
        }
    }

    /// A full id first, then a branch, then the beginning of an id.
    fn named(&self, name: &str, scope: &Scope<'_>) -> Result<usize, TargetError> {
        let exact = RevisionId::new(name).ok().and_then(|id| self.place.get(&id).copied());
        let found = match exact.or_else(|| self.labels.get(name).copied()) {
            Some(at) => at,
            None => {
                let Ok(from) = RevisionId::new(name) else { return Err(TargetError::NotFound(name.to_string())) };
                let begun = self.by_id.range(from..).take_while(|(id, _)| id.as_str().starts_with(name));
                let begun: Vec<usize> = begun.map(|(_, &at)| at).filter(|&at| scope.holds(at)).collect();
                match begun.as_slice() {
                    [] => return Err(TargetError::NotFound(name.to_string())),
                    [one] => *one,
                    several => {
                        let candidates = self.ids(several);
                        return Err(TargetError::Ambiguous { text: name.to_string(), candidates });
                    }
                }
            }
        };
        match &scope.branch {
            Some((label, _)) if !scope.holds(found) => Err(TargetError::NotOnBranch {
                revision: self.id_at(found).ok_or_else(|| TargetError::NotFound(name.to_string()))?,
                label: label.to_string(),
            }),
            Some(_) | None => Ok(found),
        }
    }

    /// Walks up or down, as long as there is only one way. `None` is base.
    fn walk(&self, from: Option<usize>, steps: i32, scope: &Scope<'_>) -> Result<Option<usize>, TargetError> {
        let mut at = from;
        for done in 0..steps.unsigned_abs() {
            let ways: Vec<usize> = match (steps > 0, at) {
                (true, Some(at)) => self.children_of(at).iter().copied().filter(|&it| scope.holds(it)).collect(),
                (true, None) => {
                    (0..self.len()).filter(|&it| self.parents_of(it).is_empty() && scope.holds(it)).collect()
                }
                (false, Some(at)) => self.parents_of(at).to_vec(),
                (false, None) => Vec::new(),
            };
            at = match (ways.as_slice(), at) {
                ([one], _) => Some(*one),
                ([], Some(_)) if steps < 0 => None,
                ([], _) => {
                    let from = from.and_then(|from| self.id_at(from));
                    return Err(TargetError::TooFar { steps, from, there: done });
                }
                (several, at) => {
                    let from = from.and_then(|from| self.id_at(from));
                    let place = at.and_then(|at| self.id_at(at)).map_or("base".to_string(), |id| id.to_string());
                    return Err(TargetError::SeveralWays { steps, from, at: place, ways: self.ids(several) });
                }
            };
        }
        Ok(at)
    }

    fn undone(&self, target: &Target, applied: &[bool]) -> Result<Vec<bool>, TargetError> {
        self.undone_in(target, &Scope { applied, branch: None })
    }

    fn undone_in(&self, target: &Target, scope: &Scope<'_>) -> Result<Vec<bool>, TargetError> {
        match target {
            Target::Base => match &scope.branch {
                None => Ok(vec![true; self.len()]),
                // What follows the branch elsewhere goes with it.
                Some((_, marks)) => Ok(self.descendants(
                    marks.iter().enumerate().filter(|(_, marked)| **marked).map(|(at, _)| at).collect::<Vec<_>>(),
                )),
            },
            Target::Relative { from: None, steps } if *steps > 0 => {
                Err(TargetError::LeadsUp { target: target.to_string() })
            }
            Target::Relative { from: None, steps } => self.last_steps(steps.unsigned_abs(), scope),
            Target::OnBranch { label, place } => {
                let branch = Some((label.as_str(), self.branch(label)?));
                self.undone_in(place, &Scope { applied: scope.applied, branch })
            }
            Target::Head
            | Target::Heads
            | Target::Current
            | Target::Named(_)
            | Target::Relative { from: Some(_), .. } => {
                let places = self.places_in(target, scope)?;
                if places.is_empty() && !self.is_empty() && leads(target).is_some() {
                    return Ok(vec![true; self.len()]);
                }
                if let Some(&missing) = places.iter().find(|&&at| scope.applied.get(at) != Some(&true)) {
                    return Err(match self.id_at(missing) {
                        Some(id) => TargetError::NotApplied(id),
                        None => TargetError::NotFound(target.to_string()),
                    });
                }
                let mut undone = self.descendants(places.iter().copied());
                for kept in places {
                    if let Some(mark) = undone.get_mut(kept) {
                        *mark = false;
                    }
                }
                Ok(undone)
            }
        }
    }

    /// The last `count` revisions, one after the other. A merge is one of them; below it there are several ways.
    fn last_steps(&self, count: u32, scope: &Scope<'_>) -> Result<Vec<bool>, TargetError> {
        let steps = -i32::try_from(count).unwrap_or(i32::MAX);
        let first = self.single_current(steps, scope)?;
        let mut undone = vec![false; self.len()];
        let mut at = first;
        for done in 0..count {
            let from = || first.and_then(|first| self.id_at(first));
            let Some(here) = at else {
                return Err(TargetError::TooFar { steps, from: from(), there: done });
            };
            super::set(&mut undone, here);
            at = match self.parents_of(here) {
                [] => None,
                [one] => Some(*one),
                several if done + 1 < count => {
                    let place = self.id_at(here).map_or(String::new(), |id| id.to_string());
                    return Err(TargetError::SeveralWays { steps, from: from(), at: place, ways: self.ids(several) });
                }
                _ => None,
            };
            // One that was overtaken and is not applied is no step.
            while let Some(here) = at.filter(|here| scope.applied.get(*here) != Some(&true)) {
                let [one] = self.parents_of(here) else { break };
                at = Some(*one);
            }
        }
        // Whatever rests on them goes too: a revision elsewhere may depend on one of these.
        let places: Vec<usize> = undone.iter().enumerate().filter(|(_, mark)| **mark).map(|(at, _)| at).collect();
        Ok(self.descendants(places))
    }

    fn id_at(&self, at: usize) -> Option<RevisionId> {
        self.revisions.get(at).map(|revision| revision.id.clone())
    }

    fn ids(&self, places: &[usize]) -> Vec<RevisionId> {
        places.iter().filter_map(|&at| self.id_at(at)).collect()
    }
}

/// The number of steps, where the target is told in steps.
fn leads(target: &Target) -> Option<i32> {
    match target {
        Target::Relative { from: None, steps } => Some(*steps),
        Target::Relative { from: Some(_), .. } => Some(0),
        Target::OnBranch { place, .. } => leads(place),
        Target::Base | Target::Head | Target::Heads | Target::Current | Target::Named(_) => None,
    }
}
