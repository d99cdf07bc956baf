//! A new database in which the revisions that are applied have run.

use std::collections::BTreeSet;
use std::time::Instant;

use whimbrel_engines::url::{DatabaseUrl, SqliteUrl};
use whimbrel_plan::history::{History, Target};
use whimbrel_plan::revision::RevisionId;
use whimbrel_run::apply::{self, Options};
use whimbrel_run::rehearse::{Copied, How, micros};
use whimbrel_run::{Driver, DriverError};

use super::{Copy, Place, clear_scratch, copying_failed, folder, nothing_runs_there};
use crate::failure::{Exit, Failure};
use crate::printer::Printer;
use crate::settings::Environment;

impl Copy {
    /// The tables without their rows: a new database in which the revisions that are applied have run.
    pub fn without_rows(
        environment: &Environment,
        source: &mut dyn Driver,
        (history, applied): (&History, &BTreeSet<RevisionId>),
        options: &Options,
        printer: &Printer,
    ) -> Result<Copy, Failure> {
        let begun = Instant::now();
        let failed = |error: DriverError| copying_failed(&error);
        let place = match &environment.url {
            DatabaseUrl::Sqlite(_) => {
                let folder = folder::make(environment)?;
                let file = Some(folder.path().join("empty.db"));
                let url = DatabaseUrl::Sqlite(SqliteUrl { file, parameters: Default::default() });
                whimbrel_engines::connect(&url).map_err(failed)?;
                Place::File { _folder: folder, url }
            }
            DatabaseUrl::Postgres(_) => {
                clear_scratch(source, printer)?;
                Place::Scratch { main: source.scratch().map_err(failed)? }
            }
            DatabaseUrl::Mysql(_) => return Err(nothing_runs_there()),
        };
        let shown = "its tables, made by the revisions that are applied, and no rows".to_string();
        let copied = Copied { how: How::SchemaOnly, place: shown, took_us: 0, backup: None };
        let mut copy = Copy { copied, backup: None, place, role: None };
        let mut driver = copy.connect().map_err(failed)?;
        for head in history.heads_among(applied) {
            let target = Target::Named(head.id.to_string());
            let ran = apply::upgrade(driver.as_mut(), history, &target, options, &mut |_| {});
            ran.map_err(|error| {
                let message = format!("the revisions that are applied cannot be run on an empty database: {error}");
                Failure::new(Exit::Failed, "no-copy", message).next("whimbrel rehearse --on URL-OF-A-COPY")
            })?;
        }
        copy.copied.took_us = micros(begun.elapsed());
        Ok(copy)
    }
}
