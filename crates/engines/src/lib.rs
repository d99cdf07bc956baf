//! One room per engine, with the same file names in every room. Rooms do not visit each other.

mod open;
#[cfg(any(feature = "mysql", feature = "postgres"))]
mod tls;
pub mod url;

#[cfg(feature = "mysql")]
pub mod mysql;
#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(feature = "sqlite-unbundled")]
pub mod sqlite;

pub use open::{Look, connect, connect_existing, dialect, feature, look};
