//! PostgreSQL: how it reads, renders and runs.

mod at_work;
mod backup;
mod batching;
mod bind;
mod cast;
mod complete;
mod connection;
mod creation;
mod ddl_guard;
mod dialect;
mod digest;
mod driver;
mod dual_write;
mod error;
mod expression;
mod facts;
mod following;
mod gauge;
mod hand_over;
mod in_step;
mod introspect;
mod keeping;
mod leftovers;
mod lexer;
mod naming;
mod normalize;
mod observer;
mod own_server;
mod packing;
mod passfile;
mod placeholders;
mod predict;
mod quote;
mod render;
mod scratch;
mod session;
mod settings;
mod split;
mod stand_in;
mod try_out;
mod types;
mod understand;

use whimbrel_plan::Dialect;

pub use connection::Connection;
pub use dialect::{POSTGRES, Postgres};
pub use driver::{PostgresDriver, connect};
pub use own_server::OwnServer;
pub use settings::Settings;

pub fn dialect() -> &'static dyn Dialect {
    &POSTGRES
}
