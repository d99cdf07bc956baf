//! The laws and the cases, on real engines.
