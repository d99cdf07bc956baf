use std::fmt::Write as _;
use std::time::Duration;

use owo_colors::OwoColorize;
use serde::Serialize;
use whimbrel_plan::object_name;
use whimbrel_run::backup::{self, Backup, BackupError, RestoreOptions};
use whimbrel_run::protect::{self, Gate, How, Pass, Passed, Work};
use whimbrel_run::{Actor, Driver, DriverError};
use whimbrel_schema::ObjectName;

use super::heed;
use crate::applying;
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
    let said = Said::meant_for_good(&arguments.meant);
    let protection = protecting::protection(project, &environment, &said, &global.again(), printer)?;
    let mut passes = Vec::new();
    if let Some(protection) = protection.as_ref().filter(|_| !was_missing) {
        let mut looking = project.connect_existing(&environment)?;
        passes = protecting::ask(looking.as_mut(), Some(protection), Work::Restore, &again(arguments, global))?;
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
    if matches!(restored, Ok(_) | Err(BackupError::Unequal { .. })) {
        // What it replaced had the ledger in it, so the trace is left in what came out, and says out of what.
        let untraced = leave_trace(driver.as_mut(), passes, &found, &arguments.table, &applying::actor(None, project));
        if let Err(error) = untraced {
            printer.remark(&format!("that it was restored could not be written on the ledger: {error}"));
        }
    }
    let restored = restored.map_err(|error| {
        // Nobody has asked for an empty file.
        if was_missing && !matches!(error, BackupError::Unequal { .. }) {
            environment.drop_empty();
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

/// The command that was typed, as it has to be typed again.
fn again(arguments: &BackupRestore, global: &Global) -> String {
    let mut command = format!("whimbrel backup restore {}", arguments.backup);
    let named = [("--into", arguments.into.as_deref()), ("--over", arguments.over.as_deref())];
    let named = named.into_iter().filter_map(|(option, value)| Some((option, value?.to_string())));
    let tables = arguments.table.iter().map(|table| ("--table", table.clone()));
    let file = arguments.identity.as_ref().map(|file| ("--identity", file.display().to_string()));
    for (option, value) in named.chain(tables).chain(file) {
        // A URL may hold a password, which no message repeats.
        let value = whimbrel_engines::url::parse(&value).map_or(value, |url| url.to_string());
        let _ = write!(command, " {option} {value}");
    }
    let confirmed = arguments.meant.meant.confirm.as_ref();
    let confirmed = confirmed.map(|name| format!(" --confirm {name}")).unwrap_or_default();
    format!("{command}{confirmed}{}", global.again())
}

fn leave_trace(
    driver: &mut dyn Driver,
    mut passes: Vec<Pass>,
    found: &Backup,
    tables: &[String],
    actor: &Actor,
) -> Result<(), DriverError> {
    let what = if tables.is_empty() { "all of it".to_string() } else { tables.join(", ") };
    for pass in passes.iter_mut().filter(|pass| pass.gate == Gate::Confirmation) {
        if let How::Shown(environment) = &pass.how {
            pass.how = How::Shown(format!("{environment}: {what} out of {}", found.manifest.id));
        }
    }
    if passes.is_empty() {
        return Ok(());
    }
    driver.begin()?;
    let passed = Passed::beside(Work::Restore, &passes);
    let written = protect::write_down(driver, &passed, actor).and_then(|()| driver.commit());
    if written.is_err() {
        let _ = driver.rollback();
    }
    written
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
