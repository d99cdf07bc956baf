use std::collections::BTreeSet;

use whimbrel_plan::history::History;
use whimbrel_plan::revision::{Phase, Revision, RevisionId};

/// The links of the evolution that this contract ends: what expands and fills before it, back to the first part of its
/// chain, or where it is not numbered, to the contract before.
pub(super) fn before<'h>(contract: &Revision, history: &'h History) -> Vec<&'h Revision> {
    let mut links = Vec::new();
    let mut seen: BTreeSet<&RevisionId> = BTreeSet::new();
    let mut open: Vec<&Revision> = contract.parents.iter().filter_map(|id| history.get(id)).collect();
    while let Some(revision) = open.pop() {
        if !seen.insert(&revision.id) {
            continue;
        }
        let first = match revision.phase {
            Some(Phase::Contract) => continue,
            Some(Phase::Expand | Phase::Backfill) => {
                links.push(revision);
                match (revision.part, contract.part) {
                    (Some(one), Some(last)) => one.number == 1 && one.of == last.of,
                    (Some(_) | None, _) => false,
                }
            }
            None => false,
        };
        if !first {
            open.extend(revision.parents.iter().filter_map(|id| history.get(id)));
        }
    }
    links
}

#[cfg(test)]
mod tests {
    use whimbrel_plan::revision::Part;

    use super::*;

    fn link(id: &str, parent: Option<&str>, phase: Option<Phase>, number: u32) -> Revision {
        let id = RevisionId::new(id).unwrap();
        let parents = parent.map(|parent| RevisionId::new(parent).unwrap()).into_iter().collect();
        let part = Some(Part { number, of: 3 }).filter(|_| number > 0);
        Revision { phase, part, ..Revision::new(id, parents, "m") }
    }

    fn ids(last: &str, revisions: &[Revision]) -> Vec<String> {
        let history = History::new(revisions.to_vec()).unwrap();
        let contract = history.get(&RevisionId::new(last).unwrap()).unwrap();
        before(contract, &history).iter().map(|revision| revision.id.to_string()).collect()
    }

    #[test]
    fn a_chain_ends_at_its_first_part_or_at_the_contract_before() {
        use Phase::{Backfill, Contract, Expand};
        let revisions = [
            link("aaaa", None, Some(Expand), 0),
            link("bbbb", Some("aaaa"), Some(Expand), 1),
            link("cccc", Some("bbbb"), None, 0),
            link("dddd", Some("cccc"), Some(Backfill), 2),
            link("eeee", Some("dddd"), Some(Contract), 3),
            link("ffff", Some("eeee"), Some(Contract), 0),
        ];
        assert_eq!(ids("eeee", &revisions), ["dddd", "bbbb"]);
        assert!(ids("ffff", &revisions).is_empty(), "it stands alone");
    }
}
