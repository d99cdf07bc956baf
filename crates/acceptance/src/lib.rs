//! The laws and the cases, on real engines.

pub mod server;
