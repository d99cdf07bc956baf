//! Law 4: killed at any point, the next run ends in the same state as an unbroken one.
//!
//! A [`Scenario`] is a start with rows and a history of revisions. A trial runs it once without a break, and then again
//! and again from the same start, each time killed somewhere that the seed draws, once or several times in a row. After
//! that only what whimbrel itself names as the next command is typed, and the end is compared: the schema, every row,
//! the ledger. The process that is killed is a real `whimbrel`.

mod covered;
mod kill;
mod landing;
mod plan;
mod play;
mod postgres;
mod proxy;
mod scenario;
mod sqlite;
mod state;
mod suite;
mod tally;
mod traced;
mod trial;
mod whimbrel;
mod written;

pub use covered::Covered;
pub use kill::{Kill, Kind};
pub use landing::Landing;
pub use scenario::{START, Scenario, Way};
pub use state::State;
pub use suite::{Orders, Suite};
pub use tally::Tally;
