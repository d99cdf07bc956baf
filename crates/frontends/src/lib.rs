//! What people write, read into values.

pub mod revision;
