use std::fmt;
use std::time::Duration;

/// The run that has the lock, and what it does at the moment, as far as an engine lets others see it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AtWork {
    /// The server's process, or the run's own where there is no server.
    pub pid: Option<i64>,
    /// Where it comes from: its application and its address.
    pub client: Option<String>,
    /// The first line of what runs, without what stands in quotes; `None` between two statements.
    pub statement: Option<String>,
    /// How long that has been running; or, between two statements, for how long nothing has.
    pub lasts: Option<Duration>,
    /// Sessions whose locks it waits for.
    pub behind: Vec<i64>,
    pub progress: Option<Progress>,
    /// What another session may end it by.
    pub ended_by: Option<String>,
}

/// How far a statement is, where the engine counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// In the words of the engine: `building index: scanning table`.
    pub phase: String,
    pub done: u64,
    /// Zero where nobody knows.
    pub of: u64,
}

impl AtWork {
    /// Whether it stands still for so long that nobody is likely to be there any more.
    pub fn seems_gone(&self) -> bool {
        self.ended_by.is_some() && self.statement.is_none() && self.lasts.is_some_and(|lasts| lasts >= LONG_STILL)
    }
}

/// A run that lives pauses for no longer: between batches of a backfill that is paused it says so every few seconds.
const LONG_STILL: Duration = Duration::from_secs(120);

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.done.saturating_mul(100).checked_div(self.of) {
            Some(percent) => write!(f, "{}, {} %", self.phase, percent.min(100)),
            None => f.write_str(&self.phase),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_told_where_the_whole_is_known() {
        let progress = |done, of| Progress { phase: "scanning".into(), done, of }.to_string();
        assert_eq!(progress(41, 100), "scanning, 41 %");
        assert_eq!(progress(7, 0), "scanning");
        assert_eq!(progress(7, 3), "scanning, 100 %");
    }
}
