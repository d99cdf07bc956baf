//! Migrations as other tools keep them, read into [`Script`](whimbrel_plan::review::Script)s.
//!
//! A layout says three things of a file: whether and in which order it is run on the way up, which of its bytes are,
//! and whether its tool opens a transaction around them. One layout is one file here.

mod atlas;
mod cut;
mod dbmate;
mod diesel;
mod engine;
mod file;
mod flyway;
mod following;
mod golang_migrate;
mod goose;
mod judge;
mod layout;
mod markers;
mod own_words;
mod place;
mod plain;
mod prisma;
mod refinery;
mod sqlx;
mod whimbrel;

#[cfg(test)]
mod tests;

pub use cut::{Part, cut, settle};
pub use engine::recognise as recognise_engine;
pub use file::{File, Listed, Unreadable, in_parallel, list, read, threads};
pub use following::{NewFile, following};
pub use judge::{Understood, judge, judge_revisions, understand};
pub use layout::{Layout, UnknownLayout};
pub use own_words::in_own_words;
pub use place::{Place, Role};
pub use whimbrel::revision_of;
