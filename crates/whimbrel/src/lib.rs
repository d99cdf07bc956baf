//! Database models as plain Rust structs.
//!
//! One definition is the table, the value and the documentation:
//!
//! ```
//! use whimbrel::Table;
//!
//! /// People who write.
//! #[derive(Table)]
//! #[table(comment)]
//! struct User {
//!     #[column(primary_key)]
//!     id: i64,
//!     #[column(max_length = 80, unique)]
//!     name: String,
//! }
//!
//! #[derive(Table)]
//! struct Email {
//!     #[column(primary_key)]
//!     id: i64,
//!     #[column(index)]
//!     subject: String,
//!     #[column(foreign_key = "user.id", on_delete = "cascade")]
//!     user_id: i64,
//!     /// `Option` is what may be NULL.
//!     archived_at: Option<std::time::SystemTime>,
//! }
//!
//! assert_eq!(Email::NAME, "email");
//! assert_eq!(User::model().columns[1].ty.postgres.sql, "VARCHAR(80)");
//! ```
//!
//! `whimbrel revision --autogenerate` reads the same structs from their source, without compiling them. This crate opens
//! no connection and brings no driver.

pub use whimbrel_derive::{DbEnum, DbType, Table};
pub use whimbrel_models::{DbType, Table};

/// What a struct asks for, as values in no engine's terms.
pub mod model {
    pub use whimbrel_models::{
        Asked, ByEngine, CheckModel, ColumnModel, ComputedModel, ExclusionElementModel, ExclusionModel,
        ForeignKeyModel, IdentityModel, IndexModel, Integral, KeyModel, KeyPart, NamedType, Otherwise, SequenceNumbers,
        Sql, TableModel, TableModelOptions, TypeModel, TypeOptions,
    };
    pub use whimbrel_schema::{Action, Deferrable, Engine, Match, Notes};
}
