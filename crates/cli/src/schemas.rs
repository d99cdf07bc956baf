//! The three schemas that are compared: what the models ask for, what the history leads to, what a database has.

use std::collections::BTreeSet;

use whimbrel_engines::url::{DatabaseUrl, SqliteUrl};
use whimbrel_plan::Change;
use whimbrel_plan::Dialect;
use whimbrel_plan::diff::{self, DiffOptions};
use whimbrel_plan::history::{History, UnknownStatement};
use whimbrel_plan::revision::RevisionId;
use whimbrel_run::Driver;
use whimbrel_run::replay::replay;
use whimbrel_schema::{Engine, Pair, Schema};

use crate::diagnose;
use crate::failure::{Failure, Report, Severity};
use crate::printer::Printer;
use crate::project::Project;
use crate::render;

/// The schema that the revisions lead to: folded in memory, and where a statement is not understood, replayed on an
/// empty database.
pub fn of_history(
    project: &Project,
    history: &History,
    revisions: &BTreeSet<RevisionId>,
    dialect: &'static dyn Dialect,
) -> Result<Schema, Failure> {
    let folded = history.schema_of(revisions, dialect).map_err(|error| diagnose::history(&error, &project.settings))?;
    match folded.unknown.first() {
        None => Ok(folded.schema),
        Some(unknown) => replayed(project, history, revisions, dialect, unknown),
    }
}

fn replayed(
    project: &Project,
    history: &History,
    revisions: &BTreeSet<RevisionId>,
    dialect: &'static dyn Dialect,
    unknown: &UnknownStatement,
) -> Result<Schema, Failure> {
    let needed = || diagnose::unknown_statement(unknown, dialect.engine(), &project.settings);
    let mut server = match server(project, dialect.engine()) {
        Ok(Some(server)) => server,
        Ok(None) => return Err(needed()),
        Err(failure) => return Err(failure.after(needed().reports)),
    };
    let mut schema =
        replay(server.as_mut(), history, revisions).map_err(|error| diagnose::replay(&error, &project.settings))?;
    schema.sort();
    Ok(schema)
}

/// Somebody of that engine to ask: SQLite in memory, the environment's server. `None` where there is no server.
pub fn server(project: &Project, engine: Engine) -> Result<Option<Box<dyn Driver>>, Failure> {
    match engine {
        Engine::Sqlite => {
            let url = DatabaseUrl::Sqlite(SqliteUrl { file: None, parameters: Default::default() });
            whimbrel_engines::connect(&url).map(Some).map_err(|error| diagnose::database(&error))
        }
        Engine::Postgres | Engine::Mysql => match project.settings.database()? {
            Some(environment) if environment.url.engine() == engine => project.connect_existing(&environment).map(Some),
            Some(_) | None => Ok(None),
        },
    }
}

/// Whether a server may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    Server,
    Offline,
}

/// What differs. Where two texts may mean the same, the engine is asked; the pair is then in its words. Where it cannot
/// be asked, that is said, and texts that differ are taken to mean different things.
pub fn compare(
    project: &Project,
    schemas: &mut Pair<Schema>,
    dialect: &'static dyn Dialect,
    options: &DiffOptions,
    reach: Reach,
    printer: &Printer,
) -> Result<Vec<Change>, Failure> {
    let changes = diff::diff(schemas.as_ref(), dialect, options);
    let doubtful = diff::in_doubt(&changes);
    if doubtful.is_empty() {
        return Ok(changes);
    }
    let engine = dialect.engine();
    // SQLite in memory is nobody else.
    if reach == Reach::Offline && engine != Engine::Sqlite {
        unasked(&changes, dialect, "no database was asked", printer);
        return Ok(changes);
    }
    let mut driver = match server(project, engine) {
        Ok(Some(driver)) => driver,
        Ok(None) => {
            unasked(&changes, dialect, "no server is named", printer);
            return Ok(changes);
        }
        Err(failure) if failure.is("connection") => {
            let why = failure.reports.last().map(|report| report.message.clone()).unwrap_or_default();
            unasked(&changes, dialect, &why, printer);
            return Ok(changes);
        }
        Err(failure) => return Err(failure),
    };
    let mut asked = |schema: &Schema| driver.normalize(schema, &doubtful);
    match asked(&schemas.from).and_then(|from| Ok(Pair::new(from, asked(&schemas.to)?))) {
        Ok(worded) => *schemas = worded,
        // A standby, or somebody who may only look.
        Err(error) if error.is_refusal() => {
            unasked(&changes, dialect, &error.message, printer);
            return Ok(changes);
        }
        Err(error) => return Err(diagnose::database(&error)),
    }
    Ok(diff::diff(schemas.as_ref(), dialect, options))
}

/// What is new needs no question; what was written otherwise before does.
fn unasked(changes: &[Change], dialect: &dyn Dialect, why: &str, printer: &Printer) {
    let rewritten: Vec<Change> = changes.iter().filter(|change| is_rewritten(change)).cloned().collect();
    let names: Vec<String> = diff::in_doubt(&rewritten).iter().map(|name| format!("`{name}`")).collect();
    if names.is_empty() {
        return;
    }
    let engine = dialect.engine().title();
    let message = format!("whether the expressions in {} mean what they meant is not known: {why}", names.join(", "));
    let report = Report { severity: Severity::Warning, ..Report::error("unasked", message) }
        .note("help", format!("they are taken to differ; {engine} itself can tell: name a server with --url or --env"));
    printer.remark(&render::failure::report_text(&report, printer.width()));
}

fn is_rewritten(change: &Change) -> bool {
    match change {
        Change::AlterColumn { .. }
        | Change::AlterConstraint { .. }
        | Change::AlterIndex { .. }
        | Change::AlterTrigger { .. }
        | Change::AlterObject { .. } => true,
        Change::CreateTable { .. }
        | Change::DropTable { .. }
        | Change::RenameTable { .. }
        | Change::AlterTableOptions { .. }
        | Change::AddColumn { .. }
        | Change::DropColumn { .. }
        | Change::RenameColumn { .. }
        | Change::AddConstraint { .. }
        | Change::DropConstraint { .. }
        | Change::CreateIndex { .. }
        | Change::DropIndex { .. }
        | Change::CreateTrigger { .. }
        | Change::DropTrigger { .. }
        | Change::CreateObject { .. }
        | Change::DropObject { .. }
        | Change::RenameObject { .. }
        | Change::RenameEnumValue { .. }
        | Change::SetComment { .. } => false,
    }
}
