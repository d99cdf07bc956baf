//! PostgreSQL.

mod bind;
mod cast;
mod complete;
mod connection;
mod dialect;
mod error;
mod expression;
mod lexer;
mod naming;
mod passfile;
mod quote;
mod render;
mod settings;
mod split;
mod tls;
mod types;
mod understand;

pub use connection::Connection;
pub use dialect::{POSTGRES, Postgres};
pub use settings::Settings;
