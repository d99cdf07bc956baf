//! Rust structs and enums, read from their syntax.
//!
//! Both the derive macros and the command read with this. Neither knows here what another item says: where a field's
//! type is one of the project's own, the reading says so ([`Asked`]), and the macro asks the type through
//! [`crate::DbType`] while the command looks for its definition.

mod argument;
mod arguments;
pub mod case;
mod column;
mod enumeration;
mod exclusion;
mod field_type;
mod index;
mod key;
mod literal;
mod newtype;
mod problem;
mod renamed;
mod structure;

#[cfg(test)]
mod tests;

pub use column::{Asked, not_on_engine};
pub use enumeration::{EnumRead, enumeration};
pub use field_type::advice;
pub use newtype::{NewtypeRead, alias, newtype};
pub use problem::{Kind, Problem, Problems};
pub use structure::{TableRead, table};
