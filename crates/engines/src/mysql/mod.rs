//! MySQL and MariaDB: how they read, and what they do with a statement. There is no driver yet.

mod complete;
mod dialect;
mod expression;
mod naming;
mod predict;
mod reader;
mod render;
mod split;
mod statement;
mod token;
mod types;
mod understand;

pub use dialect::{Mysql, dialect};
