use std::fmt::Write as _;
use std::time::Duration;

use owo_colors::OwoColorize;
use serde::Serialize;
use whimbrel_plan::object_name;
use whimbrel_run::backup::{self, BackupError, RestoreOptions};
use whimbrel_run::protect::Work;
use whimbrel_schema::ObjectName;

use super::heed;
use crate::args::{BackupRestore, Global};
use crate::backups::{Place, identities, progress::watching, refusal};
use crate::failure::{Exit, Outcome};
use crate::printer::{Detail, Printer, Screen};
use crate::project::Project;
use crate::protecting::{self, Said};
use crate::render::words;

pub fn run(arguments: &BackupRestore, place: &Place, global: &Global, project: &Project, printer: &Printer) -> Outcome {
    let refused = |error: BackupError| refusal::of(&error, project);
    let found = place.folder.find(&arguments.backup).map_err(refused)?;
    let environment = match &arguments.into {
        Some(url) => project.settings.at(url).need_database()?,
        None => project.settings.need_database()?,
    };
    let identities = identities(&found, arguments.identity.as_deref(), project)?;
    place.sweep(project, printer)?;
    let was_missing = environment.is_missing();
    let said = Said::meant(&arguments.meant);
    let protection = protecting::protection(project, &environment, &said, &global.again(), printer)?;
    if let Some(protection) = protection.as_ref().filter(|_| !was_missing) {
        let command = format!("whimbrel backup restore {}{}", arguments.backup, global.again());
        let mut looking = project.connect_existing(&environment)?;
        // What it lets through replaces the ledger, so nothing of it could be written down there.
        protecting::ask(looking.as_mut(), Some(protection), Work::Restore, &command)?;
    }
    let mut driver = project.connect(&environment)?;
    let database = project.place(&environment, Some(driver.as_ref()));
    let only: Vec<ObjectName> = arguments.table.iter().map(|table| object_name(table)).collect();
    let stop = heed(Some(driver.as_ref()), printer)?;
    let options = RestoreOptions {
        only: (!only.is_empty()).then_some(&only),
        over: arguments.over.as_deref(),
        identities: &identities,
        staging: place.staging.clone(),
        whimbrel: env!("CARGO_PKG_VERSION").to_string(),
    };
    let begun = std::time::Instant::now();
    let restored = backup::restore(driver.as_mut(), &found, &options, &mut watching(printer, stop));
    let restored = restored.map_err(|error| {
        // Nobody has asked for an empty file.
        if was_missing && !matches!(error, BackupError::Unequal { .. }) {
            drop_empty(&environment.url);
        }
        refused(error)
    })?;
    if let Some(why) = &restored.unwritten {
        printer.remark(&format!("what was proved could not be written down: {why}"));
    }
    let shown = Shown {
        database,
        id: found.manifest.id.to_string(),
        tables: restored.tables.len(),
        rows: restored.tables.iter().map(|table| table.rows).sum(),
        proved: restored.proof.is_some() && restored.unwritten.is_none(),
        only: arguments.table.clone(),
        milliseconds: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
    };
    printer.show(Exit::Fine, &shown);
    Ok(Exit::Fine)
}

/// The file that connecting has made, if nothing has come into it.
fn drop_empty(url: &whimbrel_engines::url::DatabaseUrl) {
    use whimbrel_engines::url::{DatabaseUrl, SqliteUrl};

    let DatabaseUrl::Sqlite(SqliteUrl { file: Some(file), .. }) = url else { return };
    if std::fs::metadata(file).is_ok_and(|found| found.len() == 0) {
        let _ = std::fs::remove_file(file);
    }
}

#[derive(Serialize)]
struct Shown {
    database: String,
    id: String,
    tables: usize,
    rows: u64,
    /// All of it was restored and compared, and that stands beside the backup.
    proved: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    only: Vec<String>,
    milliseconds: u64,
}

impl Screen for Shown {
    fn text(&self, _: Detail) -> String {
        let mut out = format!("{}\n", self.database.dimmed());
        let took = words::duration(Duration::from_millis(self.milliseconds));
        let rows = words::many(self.rows);
        let tables = words::counted(self.tables, "table");
        // Writing to a string cannot fail.
        let _ = match self.only.is_empty() {
            true => writeln!(out, "restored from {}  {tables}, {rows} rows  {took}", self.id.bold()),
            false => writeln!(out, "restored {} from {}  {rows} rows  {took}", self.only.join(", "), self.id.bold()),
        };
        out.push_str(match (self.tables, self.proved) {
            (1, true) => "it is equal by row count and content hash; the backup is proved\n",
            (_, true) => "every table is equal by row count and content hash; the backup is proved\n",
            (1, false) => "it is equal by row count and content hash\n",
            (_, false) => "every table is equal by row count and content hash\n",
        });
        out
    }
}
