//! What people write, read into values.
