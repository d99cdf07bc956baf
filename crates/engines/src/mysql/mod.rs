//! MySQL and MariaDB: how they read, what they do with a statement, and what a live one is asked. Nothing is run there
//! yet.

mod complete;
mod dialect;
mod expression;
mod facts;
mod introspect;
mod look;
mod naming;
mod predict;
mod reader;
mod render;
mod settings;
mod split;
mod statement;
mod token;
mod types;
mod understand;
mod wire;

pub use dialect::{Mysql, dialect};
pub(crate) use look::look;
