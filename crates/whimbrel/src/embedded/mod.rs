//! Migrations in the binary: what [`embed!`](crate::embed) writes down, and what is done with it.

mod apart;
mod code;
mod compatibility;
mod current;
mod database;
mod error;
mod event;
mod migrations;
mod next;
mod options;
mod plan;
mod protected;
mod report;
mod review;
mod traced;

pub use compatibility::{Ahead, Compatibility, Missing, Verdict};
pub use current::{Applied, Current};
pub use database::Database;
pub use error::{Error, ErrorKind};
pub use event::Event;
pub use migrations::{File, Migrations, migrations};
pub use options::{Options, Resume, Stop};
pub use plan::{Plan, Planned};
pub use protected::Protected;
pub use report::{Done, Report, Waiting};
pub use review::{Finding, Review};
