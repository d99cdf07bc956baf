//! One risky change as a chain of revisions that two versions of the code can live through.

pub mod dual_write;
