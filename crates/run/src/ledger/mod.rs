//! The ledger: what was done to a database, kept in that database.
//!
//! `whimbrel_ledger` has one row for each event and rows are only ever added; replaying them in order says which
//! revisions are applied. A revision that is one transaction is one row, written in that transaction, its statements in
//! a column of it. Any other is a row `started`, then its statements in `whimbrel_ledger_statement` (the intent
//! committed before each one runs), then a row `done` that names the first. `whimbrel_ledger_deploy` has one row for each
//! deploy that came by, also one that had nothing to apply: the last of them is the code that runs now.
//! `whimbrel_ledger_gate` has one row for each gate of a protected database that was passed, by what was shown or around
//! it; it is made when the first one is, on a ledger of any age.
//! `whimbrel_ledger_effect` has one row for each revision that was run, which says what it means for code from before it,
//! to programs that do not have that revision.
//! `whimbrel_ledger_format` says which version of all this the tables have; versions only add, and the first run that
//! changes anything adds what a ledger of an older version has not.

mod deploy;
mod effects;
mod event;
mod gates;
mod read;
mod write;

pub use deploy::{DeployRow, deploys};
pub use effects::{Effect, EffectRow, effects};
pub use event::{AppliedRevision, EventDirection, LedgerEvent, Outcome, StatementOutcome, StatementRow};
pub use gates::{GateRow, gates};
pub use read::{Ledger, LedgerError, read, statements_of};
pub use write::{CURRENT, EventRow, Seq, Tables, Time};

/// The version of the tables that this code writes.
pub const FORMAT: i64 = 2;
