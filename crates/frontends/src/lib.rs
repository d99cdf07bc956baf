//! What people write, read into values.

pub mod diagnostic;
#[cfg(feature = "models")]
pub mod live;
#[cfg(feature = "models")]
pub mod models;
#[cfg(feature = "refs")]
pub mod refs;
pub mod revision;
#[cfg(feature = "models")]
pub mod rust;
pub mod scripts;
#[cfg(feature = "models")]
pub mod sql;
#[cfg(feature = "models")]
pub mod sqlmodel;
