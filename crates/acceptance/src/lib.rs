//! The laws and the cases, on real engines.

pub mod case;
pub mod server;
