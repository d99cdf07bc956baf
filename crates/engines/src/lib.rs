//! One room per engine, with the same file names in every room. Rooms do not visit each other.

pub mod url;

#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(feature = "sqlite")]
pub mod sqlite;
