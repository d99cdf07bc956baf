//! What both releases of the service share: how a replica starts, brings its database to where it has to be, says
//! whether it is ready, and stops.

mod failure;
mod pool;
mod probes;
mod settings;
mod start;

pub use failure::Failure;
pub use pool::Pool;
pub use start::run;
