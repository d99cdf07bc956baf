//! Old code and new code on one database, while the real program takes it through whole evolutions.
//!
//! A [`Story`] is a change, what old code says of it and what new code says, each statement with what it means for a
//! row. A play deploys twice: old code runs, `whimbrel upgrade` expands, new code starts beside it, the backfill runs and
//! the contract waits; old code stops, and the next deploy contracts under new code. No statement may fail, whatever is
//! read is what was written last by either, and at the end every row is there and is what the model says.

mod application;
mod code;
mod play;
mod rows;
mod session;
mod story;
mod told;

pub use play::{Load, Play};
pub use story::Story;
pub use told::Told;
