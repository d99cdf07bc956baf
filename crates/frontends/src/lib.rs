//! What people write, read into values.

pub mod diagnostic;
pub mod live;
pub mod models;
pub mod refs;
pub mod revision;
pub mod rust;
pub mod scripts;
pub mod sql;
pub mod sqlmodel;
