use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use owo_colors::OwoColorize;
use serde::Serialize;
use whimbrel_plan::revision::Direction;
use whimbrel_plan::{Affected, Understanding, affected, destroyed};
use whimbrel_run::backup::{self, Backup, BackupError, CreateOptions, Folder, Scope};
use whimbrel_run::{Driver, ledger};
use whimbrel_schema::{ObjectName, Schema};

use super::heed;
use crate::args::{BackupCreate, BackupScope};
use crate::backups::{Place, progress::watching, recipients, refusal};
use crate::diagnose;
use crate::failure::{Exit, Failure, Outcome};
use crate::printer::{Detail, Printer, Screen};
use crate::project::Project;
use crate::render::words;
use crate::settings::file;

pub fn run(arguments: &BackupCreate, place: &Place, project: &Project, printer: &Printer) -> Outcome {
    let refused = |error: &BackupError| refusal::of(error, project);
    let settings = project.settings.backup();
    let recipients = recipients(&arguments.recipient, project)?;
    let scope = match (arguments.scope, settings.scope) {
        (Some(BackupScope::Full), _) | (None, file::BackupScope::Full) => BackupScope::Full,
        (Some(BackupScope::Affected), _) | (None, file::BackupScope::Affected) => BackupScope::Affected,
        (Some(BackupScope::External), _) | (None, file::BackupScope::External) => BackupScope::External,
    };
    if scope == BackupScope::External && settings.create.is_none() {
        return Err(Failure::usage("backup-scope", "no command is named that makes an external backup")
            .note("help", "set `create` and `verify` under `[backup]` in whimbrel.toml"));
    }
    let environment = project.settings.need_database()?;
    let mut driver = project.connect_existing(&environment)?;
    let database = project.place(&environment, Some(driver.as_ref()));
    place.sweep(project, printer)?;
    let (scope, destroyed, remark) = decide(scope, &arguments.to, driver.as_mut(), project)?;
    if let Some(remark) = remark {
        printer.remark(&remark);
    }
    let stop = heed(Some(driver.as_ref()), printer)?;
    let mut watch = watching(printer, stop);
    let options = CreateOptions {
        scope,
        command: settings.create.clone(),
        destroyed,
        recipients,
        staging: place.staging.clone(),
        whimbrel: env!("CARGO_PKG_VERSION").to_string(),
    };
    let made = match &settings.stream {
        None => {
            let made = backup::create(driver.as_mut(), &place.folder, &options, &mut watch);
            let made = made.map_err(|error| refused(&error))?;
            Created::of(&made, database, project.settings.shown(&made.path))
        }
        Some(command) => {
            // Made beside, sent, and gone again: what stays is what the command has taken.
            let beside = tempfile::Builder::new().prefix("whimbrel-sent-").tempdir_in(&place.staging);
            let beside = beside.map_err(|error| {
                let message = format!("no folder can be made in `{}`: {error}", place.staging.display());
                Failure::new(Exit::Failed, "backup-file", message)
            })?;
            let made = backup::create(driver.as_mut(), &Folder::new(beside.path()), &options, &mut watch)
                .and_then(|made| backup::external::send(&made, command, &mut watch).map(|()| made));
            let made = made.map_err(|error| refused(&error))?;
            Created { sent: true, ..Created::of(&made, database, format!("`{command}`")) }
        }
    };
    printer.show(Exit::Fine, &made);
    Ok(Exit::Fine)
}

type Decided = (Scope, Vec<ObjectName>, Option<String>);

/// What is copied, the tables with values that pending revisions destroy, and what a person should know.
pub fn decide(scope: BackupScope, to: &str, driver: &mut dyn Driver, project: &Project) -> Result<Decided, Failure> {
    let of_pending: fn(&[Understanding], &Schema) -> Affected = match scope {
        // Everything is in it.
        BackupScope::Full => return Ok((Scope::Full, Vec::new(), None)),
        BackupScope::Affected => affected,
        BackupScope::External => destroyed,
    };
    let history = project.history()?;
    let target = project.target(to)?;
    let applied = ledger::read(driver).map_err(|error| diagnose::ledger(&error))?.applied_ids();
    let pending = history.upgrade_path(&applied, &target).map_err(|error| diagnose::target(&error))?;
    let dialect = driver.dialect();
    let mut statements = Vec::new();
    for revision in &pending {
        let read = revision.statements(Direction::Up, dialect);
        let read = read.map_err(|error| diagnose::statements(&error, &project.settings))?;
        statements.extend(read.iter().map(|statement| dialect.understand(&statement.sql)));
    }
    let schema = driver.introspect().map_err(|error| diagnose::database(&error))?;
    let tables = match of_pending(&statements, &schema) {
        Affected::Tables(tables) => tables,
        Affected::Everything(why) => {
            let all: BTreeSet<ObjectName> = schema.tables.keys().cloned().collect();
            let remark = format!("everything is copied: {why}");
            return Ok(match scope {
                BackupScope::Full | BackupScope::Affected => (Scope::Full, Vec::new(), Some(remark)),
                BackupScope::External => (Scope::External, all.into_iter().collect(), Some(remark)),
            });
        }
    };
    let tables: Vec<ObjectName> = tables.into_iter().collect();
    Ok(match scope {
        BackupScope::Full | BackupScope::Affected => {
            let nothing = tables.is_empty().then(|| {
                let count = words::counted(pending.len(), "pending revision");
                format!("no rows are copied: {count}, and none of them touches a table that is there")
            });
            (Scope::Affected(tables), Vec::new(), nothing)
        }
        BackupScope::External => (Scope::External, tables, None),
    })
}

#[derive(Serialize)]
struct Created {
    database: String,
    id: String,
    /// Where it is: a folder, or the command that took it.
    place: String,
    /// It is where the command has put it, and nowhere here.
    #[serde(skip)]
    sent: bool,
    scope: Scope,
    tables: usize,
    rows: u64,
    bytes: u64,
    #[serde(skip)]
    unpacked: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    recipients: Vec<String>,
    milliseconds: u64,
    manifest_sha256: String,
}

impl Created {
    fn of(made: &Backup, database: String, place: String) -> Created {
        let manifest = &made.manifest;
        Created {
            database,
            id: manifest.id.to_string(),
            place,
            sent: false,
            scope: manifest.scope.clone(),
            tables: manifest.tables.len(),
            rows: manifest.rows(),
            bytes: manifest.size(),
            unpacked: manifest.unpacked(),
            position: manifest.position.clone(),
            reference: manifest.reference.clone(),
            recipients: manifest.recipients.clone(),
            milliseconds: manifest.milliseconds,
            manifest_sha256: made.sha256.clone(),
        }
    }
}

impl Screen for Created {
    fn text(&self, _: Detail) -> String {
        let mut out = format!("{}\n", self.database.dimmed());
        let took = words::duration(Duration::from_millis(self.milliseconds));
        let tables = words::counted(self.tables, "table");
        let copied = format!("{tables}, {} → {}", words::bytes(self.unpacked), words::bytes(self.bytes));
        // Writing to a string cannot fail.
        let _ = match &self.scope {
            Scope::Full => writeln!(out, "backed up as {}  {copied}  {took}", self.id.bold()),
            Scope::Affected(_) => {
                writeln!(out, "backed up the affected tables as {}  {copied}  {took}", self.id.bold())
            }
            Scope::External => {
                let reference = self.reference.as_deref().filter(|it| !it.is_empty()).unwrap_or("no name");
                let also = if self.tables > 0 { format!(", with {copied} of ours") } else { String::new() };
                writeln!(out, "backed up by your command as {} ({reference}){also}  {took}", self.id.bold())
            }
        };
        let _ = writeln!(out, "  in       {}", self.place);
        if !self.recipients.is_empty() {
            let _ = writeln!(out, "  for      {}", self.recipients.join(", "));
        }
        let next = match self.scope {
            _ if self.sent => format!("unpack it, then: whimbrel backup restore {} --folder THERE --into URL", self.id),
            Scope::Full | Scope::Affected(_) => format!("whimbrel backup restore {} --into URL", self.id),
            Scope::External => format!("whimbrel backup verify {}", self.id),
        };
        let _ = writeln!(out, "nothing has come out of it yet; next: {}", next.bold());
        out
    }
}
