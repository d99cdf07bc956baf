use std::time::{Duration, Instant};

use super::{Blocker, Observer, Sight};

/// The tries of one revision, or of one statement that stands alone.
#[derive(Debug, Clone)]
pub struct Patience {
    at_most: Duration,
    /// When the first try began to wait.
    since: Option<Instant>,
    pub tries: u32,
    /// Who was last seen in the way.
    pub sight: Sight,
    random: u64,
}

impl Patience {
    pub fn new(at_most: Duration) -> Self {
        // Two runs that began together must not go on knocking together; what the number is does not matter.
        let now =
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(1, |it| it.as_nanos() as u64);
        Patience { at_most, since: None, tries: 0, sight: Sight::default(), random: now | 1 }
    }

    pub fn at_most(&self) -> Duration {
        self.at_most
    }

    pub fn waited(&self) -> Duration {
        self.since.map_or(Duration::ZERO, |since| since.elapsed())
    }

    /// A try has ended without its locks, after having waited for so long.
    pub fn tried(&mut self, waited: Duration) {
        self.tries += 1;
        self.since.get_or_insert_with(|| Instant::now().checked_sub(waited).unwrap_or_else(Instant::now));
    }

    pub fn is_over(&self) -> bool {
        self.waited() >= self.at_most
    }

    /// How long to pause before the next try, at least: longer with each, and never the same.
    pub fn pause(&mut self) -> Duration {
        let longest = FIRST.saturating_mul(1 << self.tries.min(5));
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        let part = (self.random % 1000) as f64 / 1000.0;
        longest.mul_f64(0.5 + part / 2.0).min(self.at_most.saturating_sub(self.waited()))
    }

    /// Whether somebody who was in the way still is. Where nobody can be seen, nobody is known to be.
    pub fn is_in_vain(&mut self, observer: Option<&mut (dyn Observer + '_)>) -> bool {
        if self.sight.blockers.is_empty() {
            return false;
        }
        let still: Vec<Blocker> = match observer.map(|observer| observer.still(&self.sight.blockers)) {
            Some(Ok(still)) => still,
            Some(Err(_)) | None => Vec::new(),
        };
        self.sight.blockers.retain(|blocker| still.iter().any(|other| other.is_same(blocker)));
        !self.sight.blockers.is_empty()
    }
}

const FIRST: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests {
    use super::*;

    struct Seen(Vec<Blocker>);

    impl Observer for Seen {
        fn look(&mut self) -> Result<Sight, crate::DriverError> {
            Ok(Sight { blockers: self.0.clone(), ..Sight::default() })
        }

        fn still(&mut self, _: &[Blocker]) -> Result<Vec<Blocker>, crate::DriverError> {
            Ok(self.0.clone())
        }
    }

    fn blocker(transaction: &str) -> Blocker {
        let transaction = Some(transaction.to_string());
        Blocker { pid: Some(1), user: None, application: None, state: None, open: None, query: None, transaction }
    }

    #[test]
    fn a_try_is_in_vain_while_the_same_transaction_is_open() {
        let mut patience = Patience::new(Duration::from_secs(1));
        assert!(!patience.is_in_vain(Some(&mut Seen(vec![blocker("a")]))), "nobody was seen before");
        patience.sight.blockers = vec![blocker("a")];
        assert!(patience.is_in_vain(Some(&mut Seen(vec![blocker("a")]))));
        assert!(!patience.is_in_vain(Some(&mut Seen(vec![blocker("b")]))), "the next transaction of that session");
        patience.sight.blockers = vec![blocker("a")];
        assert!(!patience.is_in_vain(None), "nobody can look, so it is tried");
    }

    #[test]
    fn pauses_grow_and_end_with_the_patience() {
        let mut patience = Patience::new(Duration::from_secs(2));
        assert!(!patience.is_over() && patience.waited().is_zero(), "nothing was tried yet");
        for at_most in [100, 200, 400, 800, 1600, 1600] {
            patience.tried(Duration::ZERO);
            let pause = patience.pause();
            assert!(
                pause <= Duration::from_millis(at_most) && pause >= Duration::from_millis(at_most / 2),
                "{pause:?}"
            );
        }
        let mut patience = Patience::new(Duration::from_secs(2));
        patience.tried(Duration::from_secs(2));
        assert!(patience.is_over() && patience.pause().is_zero());
    }
}
