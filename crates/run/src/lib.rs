//! Everything that happens to a database, through a trait, without knowing which database it is.

mod driver;

pub use driver::{Canceller, Driver, DriverError, DriverErrorKind, Row, Value};
