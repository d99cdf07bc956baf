//! One UPDATE as many small ones: which rows each takes, and how it is known that none is left.
//!
//! The first pass goes over the whole table in the order of a key and says of each row what the UPDATE itself says, so
//! that it ends where one statement would. Whatever is written behind it meanwhile is found by its own condition
//! afterwards, pass after pass, until nothing is found any more: that is the [`Proof`]. An UPDATE for which no such
//! condition can be trusted (`n = n + 1`) is passed over once, and never twice.

mod batch;
mod batching;
mod cut;
mod few;
mod key;
mod proof;
mod update;

pub use batch::{BackfillPlan, Pass, Position};
pub use batching::{Batching, Lexeme, LexemeKind, Pacing};
pub(crate) use cut::Cutter;
pub use few::FewRows;
pub use key::Key;
pub use proof::Proof;
pub use update::{Assignment, NotBatched, Piece, Update, Value, Word};

use crate::Dialect;

/// The parts of a plain UPDATE of one table.
pub fn read(statement: &str, dialect: &dyn Dialect) -> Result<Update, NotBatched> {
    cut::cut(statement, dialect)
}

/// Whether the statement has the form that batches are made of, as far as that can be told without a database.
pub fn check(statement: &str, dialect: &dyn Dialect) -> Result<(), NotBatched> {
    cut::cut(statement, dialect).map(|_| ())
}
