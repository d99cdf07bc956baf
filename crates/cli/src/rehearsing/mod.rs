//! What `rehearse` needs beside the rehearsal itself: a copy, queries, and ways to tell of it.

pub mod backup;
pub mod copy;
pub mod interrupts;
pub mod key;
pub mod markdown;
pub mod page;
pub mod queries;
pub mod screen;
