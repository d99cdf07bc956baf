//! What people write, read into values.

pub mod diagnostic;
pub mod live;
pub mod revision;
pub mod sql;
pub mod sqlmodel;
