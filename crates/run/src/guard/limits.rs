use std::collections::BTreeSet;
use std::time::Duration;

use whimbrel_plan::guard::{Class, Foreseen};
use whimbrel_schema::Engine;

/// How long is waited, and for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// One try of a statement behind which readers or writers would queue.
    pub lock: Duration,
    /// All tries of one revision together.
    pub patience: Duration,
    /// A statement that works on all rows while others are kept out; none if `None`.
    pub statement: Option<Duration>,
}

impl Default for Timeouts {
    /// With 50 ms a try nobody waits noticeably longer than for a slow query.
    fn default() -> Self {
        Timeouts {
            lock: Duration::from_millis(50),
            patience: Duration::from_secs(300),
            statement: Some(Duration::from_secs(1800)),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    None,
    Of(Duration),
    /// What the revision itself has set.
    Own,
}

impl Limit {
    pub fn time(self) -> Option<Duration> {
        match self {
            Limit::Of(time) => Some(time),
            Limit::None | Limit::Own => None,
        }
    }
}

/// What one statement may wait and take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub class: Class,
    /// Each of its waits for a lock.
    pub lock: Limit,
    pub statement: Limit,
    /// After so long somebody looks who is in the way.
    pub look_after: Duration,
}

impl Limits {
    /// For what clears away: cut short, it would leave something itself.
    pub const PATIENT: Limits =
        Limits { class: Class::Patient, lock: Limit::None, statement: Limit::None, look_after: LOOK_AFTER };
}

impl Timeouts {
    /// The settings that are limited for each statement by its class, whatever the server or the role says.
    pub fn guarded(&self, engine: Engine) -> BTreeSet<String> {
        let named = match engine {
            Engine::Postgres => [Some("lock_timeout"), self.statement.map(|_| "statement_timeout")],
            Engine::Sqlite | Engine::Mysql => [None, None],
        };
        named.into_iter().flatten().map(str::to_string).collect()
    }

    pub fn limits(&self, foreseen: &Foreseen) -> Limits {
        let lock = match foreseen.class {
            // It holds nobody up by waiting, and does not wait for ever either.
            Class::Free => Limit::Of(self.patience),
            // Cut short, it would leave half of its work behind.
            Class::Patient => Limit::None,
            Class::Brief | Class::Long => Limit::Of(self.lock),
        };
        let statement = match foreseen.class {
            Class::Free | Class::Patient => Limit::None,
            // What is brief by its prediction is bounded all the same: others wait for it.
            Class::Brief | Class::Long => self.statement.map_or(Limit::None, Limit::Of),
        };
        let unless = |own: &Option<String>, limit: Limit| if own.is_some() { Limit::Own } else { limit };
        let lock = unless(&foreseen.own_lock_timeout, lock);
        let look_after = match lock {
            Limit::Of(time) => (time / 2).min(LOOK_AFTER),
            Limit::None | Limit::Own => LOOK_AFTER,
        };
        Limits {
            class: foreseen.class,
            lock,
            statement: unless(&foreseen.own_statement_timeout, statement),
            look_after,
        }
    }
}

/// What waits longer than this is worth a look, and another connection.
const LOOK_AFTER: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    fn foreseen(class: Class) -> Foreseen {
        Foreseen { class, own_lock_timeout: None, own_statement_timeout: None, only_session: false }
    }

    #[test]
    fn what_others_queue_for_waits_a_moment_and_what_must_not_be_cut_is_not() {
        let timeouts = Timeouts::default();
        let limits = |class| timeouts.limits(&foreseen(class));
        assert_eq!(limits(Class::Brief).lock, Limit::Of(timeouts.lock));
        assert_eq!(limits(Class::Long).lock, Limit::Of(timeouts.lock));
        assert_eq!((limits(Class::Patient).lock, limits(Class::Patient).statement), (Limit::None, Limit::None));
        assert_eq!(
            (limits(Class::Free).lock, limits(Class::Free).statement),
            (Limit::Of(timeouts.patience), Limit::None)
        );
        assert!(limits(Class::Long).statement.time().is_some());
    }

    #[test]
    fn what_a_revision_sets_itself_is_left_alone() {
        let own = Foreseen { own_lock_timeout: Some("2s".into()), ..foreseen(Class::Long) };
        let limits = Timeouts::default().limits(&own);
        assert_eq!(limits.lock, Limit::Own);
        assert_ne!(limits.statement, Limit::Own);
    }
}
