//! The laws and the cases, on real engines.

pub mod case;
pub mod random;
pub mod server;
