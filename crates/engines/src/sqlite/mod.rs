//! SQLite: how it reads, renders and runs.
//!
//! SQLite keeps the text of every statement that made its schema, so one reader ([`understand`]) serves for people's
//! files and for live databases alike.

mod backup;
mod batching;
mod bindings;
mod complete;
mod copy;
mod dialect;
mod driver;
mod dual_write;
mod expression;
mod facts;
mod gauge;
mod how;
mod in_step;
mod introspect;
mod keeping;
mod lock;
mod naming;
mod orphans;
mod packing;
mod predict;
mod rebuild;
mod renamed;
mod render;
mod split;
mod stand_in;
mod strings;
mod token;
mod try_out;
mod types;
mod understand;

pub use copy::copy;
pub use dialect::{Sqlite, dialect};
pub use driver::{Mode, Place, SqliteDriver, connect};
