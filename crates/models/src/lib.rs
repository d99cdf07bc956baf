//! Models as values: what people's classes and structs ask for, before it is put into the terms of one engine.
//!
//! Readers of every language end here (`whimbrel-frontends`), and so does `#[derive(Table)]`, whose reading of Rust is
//! in this crate ([`read`], behind the feature of that name) so that the macro and the command cannot differ. Nothing
//! here opens a file or a connection, and no driver is among the dependencies.

mod model;
#[cfg(feature = "read")]
pub mod read;
mod table;
pub mod types;

pub use model::{
    ByEngine, CheckModel, ColumnModel, ComputedModel, ENGINES, ExclusionElementModel, ExclusionModel, ForeignKeyModel,
    IdentityModel, IndexModel, Integral, KeyModel, KeyPart, NamedType, SequenceModel, SequenceNumbers, Sql, TableModel,
    TableModelOptions, TypeModel,
};
pub use table::{Asked, DbType, Otherwise, Table};
pub use types::TypeOptions;
