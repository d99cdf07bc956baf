use std::fmt;
use std::time::Duration;

use whimbrel_plan::revision::Direction;
use whimbrel_run::event::Found;
use whimbrel_run::protect::How;
use whimbrel_run::{self as run};

/// What happens during a run, told as it happens. Its `Display` is a line for a log.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// Files lie in the folder that were not there when this program was built. Only debug builds look.
    NotEmbedded { files: Vec<String> },
    /// Another runner has the lock.
    Waiting { at_most: Duration },
    /// The lock is held, and this many revisions are to be run.
    Pending { revisions: usize },
    /// Another runner has run these meanwhile.
    Elsewhere { revisions: usize },
    /// An earlier run stopped within a revision, and this one goes on with it.
    Unfinished { revision: String, done: usize, of: usize },
    /// What became of the statement at which the earlier run stopped.
    Recovered { sql: String, found: String },
    /// A gate of a protected database was passed; `around` is the reason why it was gone around.
    GatePassed { gate: String, around: Option<String> },
    /// Whether the database is what its history says could not be found out.
    DriftUnchecked { why: String },
    /// The database is not what its history says, and that was accepted.
    DriftAccepted { differences: Vec<String>, reason: String },
    /// Nobody has answered these, and the revision destroys nothing, so it runs.
    Questions { revision: String, questions: Vec<String> },
    /// What the next statements destroy is copied first.
    Keeping { what: String, rows: Option<u64> },
    /// It is kept until then.
    Kept { what: String, rows: i64, until: String },
    /// What the run has to say about values that are kept, or are not.
    KeptRemark { text: String },
    /// This is gone for good.
    NotKept { what: String, why: String },
    /// Values are back in their place.
    GivenBack { what: String, rows: u64 },
    /// A revision begins.
    RevisionStarted { revision: String, message: String, number: usize, of: usize, undoes: bool },
    /// A statement begins.
    StatementStarted { sql: String, number: usize, of: usize },
    /// A statement has ended.
    StatementDone { number: usize, of: usize, rows: u64, took: Duration },
    /// How far an UPDATE is that runs in batches.
    Backfill { table: String, passed: u64, total: Option<u64>, changed: u64, left: Option<Duration> },
    /// Fewer connections change rows side by side than were asked for.
    FewerJobs { jobs: usize, of: u64, why: String },
    /// The batches went over every row once, and what was written behind them meanwhile is not known.
    Unproved { table: String, why: String },
    /// Others keep a statement from its locks.
    Blocked { by: Vec<String>, waited: Duration },
    /// What the engine remarked, or what was cleared away.
    Notice { text: String },
    /// A revision has taken effect.
    RevisionDone { revision: String, took: Duration },
}

impl Event {
    pub(super) fn of(event: run::Event<'_>) -> Event {
        let text = |text: &dyn fmt::Display| text.to_string();
        match event {
            run::Event::Waiting { at_most } => Event::Waiting { at_most },
            run::Event::Pending { revisions, .. } => Event::Pending { revisions },
            run::Event::Elsewhere { revisions } => Event::Elsewhere { revisions },
            run::Event::Unfinished { event, done, of } => {
                Event::Unfinished { revision: text(&event.revision), done, of }
            }
            run::Event::Recovered { sql, found, .. } => Event::Recovered { sql: sql.to_string(), found: told(found) },
            run::Event::GatePassed { pass } => Event::GatePassed {
                gate: text(&pass.gate),
                around: match &pass.how {
                    How::Door(reason) => Some(reason.clone()),
                    How::Shown(_) | How::Nothing(_) => None,
                },
            },
            run::Event::DriftUnchecked { why } => Event::DriftUnchecked { why: why.to_string() },
            run::Event::DriftAccepted { differences, reason } => {
                Event::DriftAccepted { differences: differences.to_vec(), reason: reason.to_string() }
            }
            run::Event::Questions { revision, questions } => {
                Event::Questions { revision: text(&revision.id), questions: questions.to_vec() }
            }
            run::Event::Keeping { loss, rows, .. } => Event::Keeping { what: text(loss), rows },
            run::Event::Kept { kept } => {
                Event::Kept { what: text(&kept.loss), rows: kept.rows, until: kept.until.clone() }
            }
            run::Event::KeptUnpacked { kept, why } => {
                Event::KeptRemark { text: format!("what is kept of {} stays unpacked for now: {why}", kept.loss) }
            }
            run::Event::NotKept { what, why } => Event::NotKept { what: what.to_string(), why: why.to_string() },
            run::Event::NotSeen { statements, why } => Event::KeptRemark {
                text: format!(
                    "whether {} destroys anything cannot be seen ({why}); nothing of it is kept",
                    statements.join("; ")
                ),
            },
            run::Event::NothingKept { losses, reason } => {
                let told: Vec<String> = losses.iter().map(ToString::to_string).collect();
                Event::NotKept { what: told.join(", "), why: reason.to_string() }
            }
            run::Event::LeftKept { losses, reason } => {
                let told: Vec<String> = losses.iter().map(ToString::to_string).collect();
                Event::KeptRemark { text: format!("{} stays where it is kept: {reason}", told.join(", ")) }
            }
            run::Event::GivenBack { kept, rows } => Event::GivenBack { what: text(&kept.loss), rows },
            run::Event::NotGivenBack { kept, why } => {
                Event::KeptRemark { text: format!("{} is not given back: {why}", kept.loss) }
            }
            run::Event::KeptExpired { kept } => {
                Event::KeptRemark { text: format!("{} kept for as long as they were to be, and gone now", kept.len()) }
            }
            run::Event::RevisionStarted { revision, direction, number, of } => Event::RevisionStarted {
                revision: text(&revision.id),
                message: revision.message.clone(),
                number,
                of,
                undoes: direction == Direction::Down,
            },
            run::Event::StatementStarted { statement, number, of } => {
                Event::StatementStarted { sql: statement.sql.clone(), number, of }
            }
            run::Event::StatementDone { number, of, rows, took } => Event::StatementDone { number, of, rows, took },
            run::Event::Backfill { progress } => Event::Backfill {
                table: text(&progress.table),
                passed: progress.passed,
                total: progress.total,
                changed: progress.changed,
                left: progress.left,
            },
            run::Event::FewerJobs { jobs, of, why } => Event::FewerJobs { jobs, of, why: why.to_string() },
            run::Event::Unproved { table, why, .. } => Event::Unproved { table: text(table), why: why.to_string() },
            run::Event::Blocked { sight, waited, .. } => {
                Event::Blocked { by: sight.blockers.iter().map(ToString::to_string).collect(), waited }
            }
            run::Event::OwnLimit { setting, value } => {
                Event::Notice { text: format!("the revision has set {setting} to {value} itself, and that holds") }
            }
            run::Event::Cleared { what } => {
                Event::Notice { text: format!("what an earlier try left was cleared away: {what}") }
            }
            run::Event::Notice { text } => Event::Notice { text: text.to_string() },
            run::Event::RevisionDone { revision, took, .. } => {
                Event::RevisionDone { revision: text(&revision.id), took }
            }
        }
    }

    /// Whether somebody should look at it.
    #[must_use]
    pub fn is_warning(&self) -> bool {
        match self {
            Event::NotEmbedded { .. }
            | Event::DriftUnchecked { .. }
            | Event::DriftAccepted { .. }
            | Event::Questions { .. }
            | Event::NotKept { .. }
            | Event::Unproved { .. }
            | Event::Blocked { .. }
            | Event::GatePassed { around: Some(_), .. } => true,
            Event::Waiting { .. }
            | Event::Pending { .. }
            | Event::Elsewhere { .. }
            | Event::Unfinished { .. }
            | Event::Recovered { .. }
            | Event::GatePassed { around: None, .. }
            | Event::Keeping { .. }
            | Event::Kept { .. }
            | Event::KeptRemark { .. }
            | Event::GivenBack { .. }
            | Event::RevisionStarted { .. }
            | Event::StatementStarted { .. }
            | Event::StatementDone { .. }
            | Event::Backfill { .. }
            | Event::FewerJobs { .. }
            | Event::Notice { .. }
            | Event::RevisionDone { .. } => false,
        }
    }
}

fn told(found: Found<'_>) -> String {
    match found {
        Found::Done => "it had taken effect: going on behind it".to_string(),
        Found::Batches { changed } => format!("{changed} rows of it are changed: going on behind them"),
        Found::Nothing => "it had not taken effect: running it again".to_string(),
        Found::InvalidIndex { index } => {
            format!("it left the invalid index `{index}`: dropping it and building it again")
        }
        Found::LeftOut => "what it undoes was not done: left out".to_string(),
        Found::SaidDone => "taken as done, as told".to_string(),
        Found::SaidAgain => "running it again, as told".to_string(),
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Event::NotEmbedded { files } => write!(
                f,
                "not built into this program: {} (a `build.rs` with `cargo:rerun-if-changed=` and the folder builds anew)",
                files.join(", ")
            ),
            Event::Waiting { at_most } => {
                write!(f, "another runner has the lock; waiting up to {} s", at_most.as_secs())
            }
            Event::Pending { revisions } => write!(f, "{revisions} to run"),
            Event::Elsewhere { revisions } => write!(f, "{revisions} done by another runner in the meantime"),
            Event::Unfinished { revision, done, of } => {
                write!(f, "an earlier run stopped within `{revision}`, after {done} of {of} statements")
            }
            Event::Recovered { sql, found } => write!(f, "{found}: {sql}"),
            Event::GatePassed { gate, around: None } => write!(f, "gate {gate} passed"),
            Event::GatePassed { gate, around: Some(reason) } => write!(f, "gate {gate} gone around: {reason}"),
            Event::DriftUnchecked { why } => write!(f, "whether the database drifted is not known: {why}"),
            Event::DriftAccepted { differences, reason } => {
                write!(f, "differences from its history accepted ({reason}): {}", differences.join("; "))
            }
            Event::Questions { revision, questions } => {
                write!(f, "`{revision}` has open questions: {}", questions.join(" · "))
            }
            Event::Keeping { what, .. } => write!(f, "keeping {what}"),
            Event::Kept { what, rows, until } => write!(f, "kept {what} until {until} ({rows} rows)"),
            Event::KeptRemark { text } | Event::Notice { text } => f.write_str(text),
            Event::NotKept { what, why } => write!(f, "nothing is kept of {what}: {why}"),
            Event::GivenBack { what, rows } => write!(f, "gave {what} back ({rows} rows)"),
            Event::RevisionStarted { revision, message, number, of, undoes } => {
                let undoing = if *undoes { "undoing " } else { "" };
                write!(f, "{undoing}`{revision}` {message} ({number} of {of})")
            }
            Event::StatementStarted { sql, number, of } => write!(f, "statement {number} of {of}: {sql}"),
            Event::StatementDone { number, of, rows, took } => {
                write!(f, "statement {number} of {of} done, {rows} rows, {} ms", took.as_millis())
            }
            Event::Backfill { table, passed, total: Some(total), .. } => {
                write!(f, "filling `{table}`: {passed} of {total} rows")
            }
            Event::Backfill { table, passed, total: None, .. } => write!(f, "filling `{table}`: {passed} rows"),
            Event::FewerJobs { jobs, of, why } => write!(f, "{jobs} of {of} connections fill rows: {why}"),
            Event::Unproved { table, why } => write!(f, "whether every row of `{table}` is filled is not known: {why}"),
            Event::Blocked { by, waited } => {
                let by = if by.is_empty() { "others".to_string() } else { by.join("; ") };
                write!(f, "kept waiting for {} s by {by}", waited.as_secs())
            }
            Event::RevisionDone { revision, took } => write!(f, "`{revision}` done, {} ms", took.as_millis()),
        }
    }
}
