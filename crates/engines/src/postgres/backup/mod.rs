//! Backups of PostgreSQL: what `pg_dump` writes of one snapshot, with rows and content hashes that the server computes in
//! the same one.

mod about;
mod archive;
mod as_copied;
mod child;
mod clear;
mod client;
mod contents;
mod crew;
mod dump;
mod environment;
mod moment;
mod objects;
mod readable;
mod relations;
mod replace;
mod restore;
mod rows;
mod scope;
mod sum;

use std::path::Path;

use whimbrel_run::DriverError;
use whimbrel_run::backup::{Scope, Snapshot, TableContents, Watch};
use whimbrel_schema::ObjectName;

use super::driver::PostgresDriver;
use moment::Moment;

pub(super) use client::{program_folders, version_of};
pub(super) use rows::of_texts;
pub(super) use sum::Sum;

/// Sessions and processes at once, each of dumping and of hashing. More would slow down whoever uses the database.
fn jobs() -> usize {
    const MOST: usize = 4;
    std::thread::available_parallelism().map_or(1, |cores| cores.get().min(MOST))
}

pub(super) fn contents(
    driver: &mut PostgresDriver,
    tables: Option<&[ObjectName]>,
    watch: &mut Watch<'_>,
) -> Result<Vec<TableContents>, DriverError> {
    let mut moment = Moment::hold(driver)?;
    contents::contents(&mut moment, tables, driver.role.as_deref(), jobs(), watch)
}

pub(super) fn copy_out(
    driver: &mut PostgresDriver,
    scope: &Scope,
    into: &Path,
    watch: &mut Watch<'_>,
) -> Result<Snapshot, DriverError> {
    dump::copy_out(driver, scope, into, jobs(), watch)
}

pub(super) fn copy_in(
    driver: &mut PostgresDriver,
    from: &Path,
    only: Option<&[ObjectName]>,
    watch: &mut Watch<'_>,
) -> Result<(), DriverError> {
    match only {
        None => restore::copy_in(driver, from, jobs(), watch),
        Some(only) => replace::copy_in(driver, from, only, watch),
    }
}
