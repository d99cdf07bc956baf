//! What keeps the columns of old code and those of new code in step while both versions run.
//!
//! It is a value of the schema in between: triggers, and functions for them where the engine wants those. The revision
//! that expands makes them and the one that contracts drops them, by the same ops as any other trigger.

mod keep;
mod rule;
mod value;

use thiserror::Error;
use whimbrel_schema::{Object, ObjectName, Trigger};

pub use rule::{Mend, ROW, Rule};
pub use value::{DualWrite, Kept, Side, Value, columns_in};

/// What an engine needs for a [`DualWrite`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Keepers {
    pub objects: Vec<Object>,
    /// Each with its table or view.
    pub triggers: Vec<(ObjectName, Trigger)>,
}

/// Why columns cannot be kept in step.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DualWriteError {
    #[error("there is no table `{table}`")]
    NoTable { table: ObjectName },
    #[error("there is no column `{table}.{column}`")]
    NoColumn { table: ObjectName, column: String },
    #[error("`{table}.{column}` is computed by the database: nothing can write it")]
    Computed { table: ObjectName, column: String },
    #[error("the new column `{table}.{column}` counts by itself, so that nobody could tell who wrote it")]
    Counted { table: ObjectName, column: String },
    #[error("`{table}.{column}` decides in which partition a row lives: a trigger cannot change it any more")]
    PartitionKey { table: ObjectName, column: String },
    #[error("`{table}.{column}` is part of the primary key, which has to be there before a trigger fills it")]
    Key { table: ObjectName, column: String },
    #[error("`{table}` has columns named `rowid`, `_rowid_` and `oid` and no primary key: its rows have no name")]
    NoRowName { table: ObjectName },
    #[error("{engine} cannot keep two columns in step")]
    Unsupported { engine: &'static str },
}
