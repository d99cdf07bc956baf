use std::fmt;
use std::time::Duration;

use crate::DriverError;

/// Somebody whose locks a statement waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocker {
    /// `None` for a transaction that was prepared and has no session any more.
    pub pid: Option<i64>,
    pub user: Option<String>,
    pub application: Option<String>,
    /// `active`, `idle in transaction`: in the words of the engine.
    pub state: Option<String>,
    /// How long its transaction has been open.
    pub open: Option<Duration>,
    /// The first line of what it runs or has run last, without what stands in quotes.
    pub query: Option<String>,
    /// What tells this transaction from the next one of the same session.
    pub transaction: Option<String>,
}

/// What could be seen of those who are in the way.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sight {
    /// The lock that is waited for: ``ACCESS EXCLUSIVE on `email` ``.
    pub wanted: Option<String>,
    pub blockers: Vec<Blocker>,
    /// Why nobody could be seen.
    pub unseen: Option<String>,
}

/// A second connection that sees who keeps the first one waiting.
pub trait Observer: Send {
    fn look(&mut self) -> Result<Sight, DriverError>;

    /// Which of them are still in the transaction in which they were seen.
    fn still(&mut self, seen: &[Blocker]) -> Result<Vec<Blocker>, DriverError>;
}

impl Blocker {
    pub fn is_same(&self, other: &Blocker) -> bool {
        self.pid == other.pid && self.transaction == other.transaction
    }
}

impl fmt::Display for Blocker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pid {
            Some(pid) => write!(f, "pid {pid}")?,
            None => f.write_str("a prepared transaction")?,
        }
        let user = self.user.as_deref().map(|user| format!("user `{user}`"));
        let application = self.application.as_deref().filter(|name| !name.is_empty());
        let application = application.map(|name| format!("application `{name}`"));
        let about: Vec<String> = user.into_iter().chain(application).collect();
        if !about.is_empty() {
            write!(f, " ({})", about.join(", "))?;
        }
        match (self.state.as_deref(), self.open) {
            (Some(state), Some(open)) => write!(f, ", {state}, in its transaction for {}", seconds(open))?,
            (Some(state), None) => write!(f, ", {state}")?,
            (None, Some(open)) => write!(f, ", open for {}", seconds(open))?,
            (None, None) => {}
        }
        match self.query.as_deref().filter(|query| !query.is_empty()) {
            Some(query) => write!(f, ": {query}"),
            None => Ok(()),
        }
    }
}

fn seconds(time: Duration) -> String {
    match time.as_secs() {
        0..60 => format!("{:.1} s", time.as_secs_f64()),
        seconds => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

/// Enough of a statement to know it by. What stands in quotes may be anybody's data, or a password.
pub fn first_line(sql: &str) -> String {
    let mut line = String::new();
    let mut quoted = false;
    for letter in sql.trim_start().chars().take_while(|letter| *letter != '\n') {
        match (letter, quoted) {
            ('\'', false) => line.push_str("'…'"),
            (_, true) => {}
            (letter, false) => line.push(letter),
        }
        quoted ^= letter == '\'';
    }
    match line.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or_default().trim_end()),
        None => line.trim_end().to_string(),
    }
}

const LONGEST: usize = 72;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_shown_without_what_it_says_in_quotes() {
        assert_eq!(first_line("UPDATE a SET b = 'it''s', c = 1\nWHERE d"), "UPDATE a SET b = '…''…', c = 1");
        assert_eq!(first_line("ALTER ROLE r PASSWORD 'secr"), "ALTER ROLE r PASSWORD '…'");
        let long = first_line(&"é".repeat(100));
        assert_eq!(long.chars().count(), 73);
    }

    #[test]
    fn a_blocker_is_told_by_what_can_be_seen_of_it() {
        let mut blocker = Blocker {
            pid: Some(8112),
            user: Some("app".into()),
            application: Some("psql".into()),
            state: Some("idle in transaction".into()),
            open: Some(Duration::from_secs(190)),
            query: Some("SELECT 1".into()),
            transaction: None,
        };
        assert_eq!(
            blocker.to_string(),
            "pid 8112 (user `app`, application `psql`), idle in transaction, in its transaction for 3 min 10 s: SELECT 1"
        );
        blocker = Blocker { pid: None, user: None, application: None, state: None, query: None, ..blocker };
        assert_eq!(blocker.to_string(), "a prepared transaction, open for 3 min 10 s");
    }
}
