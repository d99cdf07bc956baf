use std::collections::{BTreeMap, HashMap};

use super::{History, HistoryError};
use crate::revision::{Revision, RevisionId};

/// Checks that the revisions make a history and puts them in order.
pub(super) fn build(mut revisions: Vec<Revision>) -> Result<History, Vec<HistoryError>> {
    revisions.sort_by(|a, b| (&a.id, &a.source.file).cmp(&(&b.id, &b.source.file)));
    let mut errors = Vec::new();
    let mut place: HashMap<RevisionId, usize> = HashMap::with_capacity(revisions.len());
    for (at, revision) in revisions.iter().enumerate() {
        if let Some(&first) = place.get(&revision.id) {
            let first = revisions.get(first).map(|first| first.source.file.clone()).unwrap_or_default();
            let files = [first, revision.source.file.clone()];
            errors.push(HistoryError::Duplicate { revision: revision.id.clone(), files });
        } else {
            place.insert(revision.id.clone(), at);
        }
    }
    let mut look_up = |revision: &Revision, ids: &[RevisionId]| -> Vec<usize> {
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            match place.get(id) {
                Some(&at) if !found.contains(&at) => found.push(at),
                Some(_) => {}
                None => errors.push(HistoryError::UnknownParent {
                    revision: revision.id.clone(),
                    parent: id.clone(),
                    file: revision.source.file.clone(),
                }),
            }
        }
        found
    };
    let parents: Vec<Vec<usize>> = revisions.iter().map(|revision| look_up(revision, &revision.parents)).collect();
    let needs: Vec<Vec<usize>> = revisions.iter().map(|revision| look_up(revision, &revision.depends_on)).collect();
    let labels = labels_of(&revisions, &mut errors);
    if !errors.is_empty() {
        return Err(errors);
    }
    match sorted(&parents, &needs) {
        Ok(order) => Ok(assemble(revisions, &order, &parents, &needs, &labels)),
        Err(cycle) => {
            let revisions = cycle.into_iter().filter_map(|at| revisions.get(at));
            let (ids, files) = revisions.map(|it| (it.id.clone(), it.source.file.clone())).unzip();
            Err(vec![HistoryError::Cycle { revisions: ids, files }])
        }
    }
}

fn labels_of(revisions: &[Revision], errors: &mut Vec<HistoryError>) -> BTreeMap<String, usize> {
    let mut labels: BTreeMap<String, usize> = BTreeMap::new();
    for (at, revision) in revisions.iter().enumerate() {
        for label in &revision.labels {
            match labels.get(label).and_then(|&first| revisions.get(first)) {
                Some(first) => errors.push(HistoryError::DuplicateLabel {
                    label: label.clone(),
                    revisions: [first.id.clone(), revision.id.clone()],
                    file: revision.source.file.clone(),
                }),
                None => {
                    labels.insert(label.clone(), at);
                }
            }
        }
    }
    labels
}

/// Parents first, each branch in one piece: depth first, from the heads in the order of their ids. Walked without
/// recursion, since a history may be thousands of revisions deep.
fn sorted(parents: &[Vec<usize>], needs: &[Vec<usize>]) -> Result<Vec<usize>, Vec<usize>> {
    #[derive(Clone, Copy, PartialEq)]
    enum Visit {
        New,
        Open,
        Done,
    }
    let count = parents.len();
    let mut has_child = vec![false; count];
    for &parent in parents.iter().flatten() {
        super::set(&mut has_child, parent);
    }
    let below = |at: usize, nth: usize| -> Option<usize> {
        let parents = parents.get(at).map_or(&[][..], Vec::as_slice);
        let needs = needs.get(at).map_or(&[][..], Vec::as_slice);
        parents.iter().chain(needs).nth(nth).copied()
    };
    let mut visits = vec![Visit::New; count];
    let mut order = Vec::with_capacity(count);
    let heads = (0..count).filter(|&at| has_child.get(at) == Some(&false));
    // What no head leads to can only be part of a cycle; starting there finds it.
    for start in heads.chain(0..count) {
        let mut stack = vec![(start, 0)];
        while let Some((at, nth)) = stack.pop() {
            let Some(visit) = visits.get_mut(at) else { continue };
            if *visit == Visit::Done {
                continue;
            }
            *visit = Visit::Open;
            match below(at, nth) {
                None => {
                    *visit = Visit::Done;
                    order.push(at);
                }
                Some(next) => {
                    stack.push((at, nth + 1));
                    match visits.get(next) {
                        Some(Visit::New) => stack.push((next, 0)),
                        Some(Visit::Open) => {
                            let from = stack.iter().position(|&(open, _)| open == next).unwrap_or(0);
                            return Err(stack.iter().skip(from).map(|&(open, _)| open).collect());
                        }
                        Some(Visit::Done) | None => {}
                    }
                }
            }
        }
    }
    Ok(order)
}

fn assemble(
    revisions: Vec<Revision>,
    order: &[usize],
    parents: &[Vec<usize>],
    needs: &[Vec<usize>],
    labels: &BTreeMap<String, usize>,
) -> History {
    let mut rank = vec![0; order.len()];
    for (new, &old) in order.iter().enumerate() {
        if let Some(slot) = rank.get_mut(old) {
            *slot = new;
        }
    }
    let rank_of = |old: usize| rank.get(old).copied().unwrap_or_default();
    let renamed = |edges: &[Vec<usize>]| -> Vec<Vec<usize>> {
        let of = |old: usize| edges.get(old).map_or(&[][..], Vec::as_slice);
        order.iter().map(|&old| of(old).iter().map(|&below| rank_of(below)).collect()).collect()
    };
    let reversed = |edges: &[Vec<usize>]| -> Vec<Vec<usize>> {
        let mut back = vec![Vec::new(); edges.len()];
        for (above, below) in edges.iter().enumerate().flat_map(|(at, all)| all.iter().map(move |&below| (at, below))) {
            if let Some(list) = back.get_mut(below) {
                list.push(above);
            }
        }
        back
    };
    let (parents, needs) = (renamed(parents), renamed(needs));
    let mut slots: Vec<Option<Revision>> = revisions.into_iter().map(Some).collect();
    let revisions: Vec<Revision> = order.iter().filter_map(|&old| slots.get_mut(old).and_then(Option::take)).collect();
    History {
        place: revisions.iter().enumerate().map(|(at, revision)| (revision.id.clone(), at)).collect(),
        by_id: revisions.iter().enumerate().map(|(at, revision)| (revision.id.clone(), at)).collect(),
        children: reversed(&parents),
        needed_by: reversed(&needs),
        labels: labels.iter().map(|(label, &old)| (label.clone(), rank_of(old))).collect(),
        parents,
        needs,
        revisions,
    }
}
