//! Everything that happens to a database, through a trait, without knowing which database it is.

mod actor;
pub mod apply;
mod at_work;
pub mod backfill;
pub mod backup;
pub mod clock;
pub mod ddl_guard;
pub mod drift;
mod driver;
pub mod event;
pub mod guard;
pub mod keep;
pub mod ledger;
pub mod protect;
pub mod rehearse;
pub mod replay;

pub use actor::{Actor, Deploy};
pub use at_work::{AtWork, Progress};
pub use driver::{Canceller, Driver, DriverError, DriverErrorKind, Row, Value};
pub use event::Event;
