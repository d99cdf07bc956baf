//! How a statement is run beside others who use the database: what it may wait for, how long it may take, and who is in
//! its way.
//!
//! A statement for which readers or writers would queue waits a moment only. If it does not get its locks it is taken
//! back, with the whole transaction that it is a part of, and tried again once those who were in its way are gone: while
//! they are there, nobody is asked to queue for nothing. Nobody else's session is ever ended.

mod blocker;
mod leftover;
mod limits;
mod patience;

pub use blocker::{Blocker, Observer, Sight, first_line};
pub use leftover::{Leftover, Then};
pub use limits::{Limit, Limits, Timeouts};
pub use patience::Patience;
