//! A database schema as a value.
//!
//! This crate is the narrow waist of Whimbrel: models are read into it, histories are folded into it, live databases
//! are read into it, and everything that is decided is decided by comparing two of its values. It holds no SQL, no
//! I/O and no engine behaviour; it depends on `serde` and `sha2` alone.
//!
//! A [`Schema`] is always *in the terms of one engine*: type names, implied constraint names and folded identifiers
//! are what that engine's catalogue would show. The engine's own room does that folding.

mod column;
mod column_type;
mod constraint;
mod engine;
mod expression;
mod fingerprint;
mod index;
mod name;
mod notes;
mod object;
mod pair;
mod schema;
mod table;
mod tables;

pub use column::{Column, Generation, Identity, SequenceOptions};
pub use column_type::ColumnType;
pub use constraint::{
    Action, Check, Constraint, ConstraintKind, Deferrable, Exclusion, ExclusionElement, ForeignKey, KeyOrder, Match,
    OnConflict, PrimaryKey, Unique,
};
pub use engine::{Engine, UnknownEngine, Version};
pub use expression::Expression;
pub use fingerprint::{Fingerprint, fingerprint_of};
pub use index::{Index, IndexKey, IndexTarget};
pub use name::ObjectName;
pub use notes::{Notes, Origin};
pub use object::{
    Domain, EnumType, Extension, Namespace, Object, ObjectId, ObjectKind, Opaque, Routine, RoutineKind, Sequence,
    Trigger, View,
};
pub use pair::Pair;
pub use schema::Schema;
pub use table::{PartitionOf, Persistence, RowSecurity, Table, TableOptions};
pub use tables::Tables;
