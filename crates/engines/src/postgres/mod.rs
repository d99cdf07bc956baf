//! PostgreSQL.

mod bind;
mod connection;
mod error;
mod passfile;
mod settings;
mod tls;

pub use connection::Connection;
pub use settings::Settings;
