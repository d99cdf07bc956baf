use whimbrel_plan::history::{History, Target};
use whimbrel_run::ledger::{AppliedRevision, Ledger};

/// Where a database stands.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Current {
    /// Applied, and with nothing applied after them; then what is applied and not in this history.
    pub revisions: Vec<Applied>,
    /// Revisions of this history that are not applied, in the order in which they would be.
    pub pending: Vec<String>,
    /// The revision that was begun and not ended.
    pub unfinished: Option<String>,
}

/// One revision that is applied.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Applied {
    pub revision: String,
    pub message: String,
    /// UTC, as `2026-11-22T09:41:00.123Z`.
    pub at: String,
    pub who: String,
    pub deploy: Option<String>,
    /// `false` when this history does not have it.
    pub known: bool,
}

impl Current {
    pub(super) fn of(history: &History, ledger: &Ledger) -> Current {
        let standing = ledger.standing();
        let ids = standing.keys().map(|id| (*id).clone()).collect();
        let heads = history.heads_among(&ids).into_iter().filter_map(|head| standing.get(&head.id));
        let strangers = standing.values().filter(|event| !history.contains(&event.revision));
        let applied = |event: &&whimbrel_run::ledger::LedgerEvent| {
            let applied = AppliedRevision::from(*event);
            let known = history.get(&applied.id);
            Applied {
                message: known.map_or_else(|| applied.message.unwrap_or_default(), |it| it.message.clone()),
                revision: applied.id.to_string(),
                at: applied.at,
                who: applied.who,
                deploy: applied.deploy,
                known: known.is_some(),
            }
        };
        let pending = history.upgrade_path(&ids, &Target::Heads).unwrap_or_default();
        Current {
            revisions: heads.chain(strangers).map(applied).collect(),
            pending: pending.into_iter().map(|revision| revision.id.to_string()).collect(),
            unfinished: ledger.unfinished().map(|event| event.revision.to_string()),
        }
    }
}
