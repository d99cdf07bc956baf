//! Values in, text out. Everything may carry colours; the printer takes them away where nobody sees them.

pub mod failure;
pub mod json;
pub mod revision;
pub mod snippet;
pub mod table;
pub mod words;
mod wrap;
