//! What the project's models ask for: Python read in place, SQL folded or materialised.

use std::fs;
use std::path::{Path, PathBuf};

use whimbrel_frontends::diagnostic::Severity;
use whimbrel_frontends::live::{self, LiveModels};
use whimbrel_frontends::sql::{self, SqlModels};
use whimbrel_frontends::sqlmodel;
use whimbrel_plan::Dialect;
use whimbrel_plan::diff::Scope;
use whimbrel_run::Driver;
use whimbrel_schema::{Engine, Schema};

use crate::diagnose;
use crate::failure::{Exit, Failure, Report};
use crate::printer::Printer;
use crate::project::Project;
use crate::render;
use crate::schemas;
use crate::settings::Loader;

/// The models as they were read, before they are put into the terms of an engine.
pub enum Models {
    /// Classes, read from their source.
    Static(sqlmodel::Models),
    /// Classes, as the project's own interpreter has them.
    Live(LiveModels),
    Sql(SqlModels),
}

pub struct Desired {
    pub schema: Schema,
    pub scope: Scope,
}

/// The project's models, to be lowered to these engines; or what to do about there being none.
pub fn read(project: &Project, engines: &[Engine], printer: &Printer) -> Result<Models, Failure> {
    read_if_there(project, engines, printer)?.ok_or_else(|| {
        let root = project.settings.root.display();
        Failure::usage("no-models", format!("no models were found under `{root}`"))
            .note("looked for", "classes of SQLModel or DeclarativeBase, a `schema.sql`")
            .note("help", "name them under `[models]` in whimbrel.toml: `paths = [\"app/models\"]`")
    })
}

pub fn read_if_there(project: &Project, engines: &[Engine], printer: &Printer) -> Result<Option<Models>, Failure> {
    printer.now("reading the models");
    let paths = project.settings.models()?;
    if paths.is_empty() {
        return Ok(None);
    }
    let (sql, python): (Vec<PathBuf>, Vec<PathBuf>) = paths.into_iter().partition(|path| is_sql(path));
    if let (Some(sql), Some(python)) = (sql.first(), python.first()) {
        let message = "models are either Python or SQL";
        return Err(Failure::usage("models", message)
            .note("sql", project.settings.shown(sql))
            .note("python", project.settings.shown(python))
            .note("help", "name one kind under `[models]` in whimbrel.toml"));
    }
    if python.is_empty() {
        return Ok(Some(Models::Sql(sql::read(&sql))));
    }
    let root = &project.settings.root;
    match project.settings.loader() {
        Loader::Static => {
            let versions = sqlmodel::Versions::of(root);
            Ok(Some(Models::Static(sqlmodel::read_assuming(&python, root, versions, project.settings.assume()))))
        }
        Loader::Python => {
            let interpreter = project.settings.python();
            printer.now(format!("asking {} for its models", project.settings.shown(&interpreter)));
            let live = live::load(&interpreter, root, &python, engines);
            live.map(|models| Some(Models::Live(models)))
                .map_err(|error| diagnose::live_models(&error, &project.settings))
        }
    }
}

/// A `.sql` file, or a folder that has some and no Python.
fn is_sql(path: &Path) -> bool {
    let named = |path: &Path, wanted: &str| path.extension().is_some_and(|it| it.eq_ignore_ascii_case(wanted));
    if path.is_file() {
        return named(path, "sql");
    }
    let entries = || fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path());
    entries().any(|path| named(&path, "sql")) && !entries().any(|path| named(&path, "py"))
}

impl Models {
    /// The models in the terms of one engine. What cannot be read for certain is refused, with the place.
    pub fn lower(
        &self,
        project: &Project,
        dialect: &'static dyn Dialect,
        printer: &Printer,
    ) -> Result<Desired, Failure> {
        let (schema, scope) = match self {
            Models::Static(models) => (decided(models, project, dialect, printer)?, Scope::Models),
            Models::Live(models) => {
                let mut schema = of_sql(&models.statements(dialect.engine()), project, dialect)?;
                models.annotate(&mut schema);
                (schema, Scope::Models)
            }
            Models::Sql(models) => (of_sql(models, project, dialect)?, Scope::Everything),
        };
        Ok(Desired { schema, scope })
    }
}

/// SQL folded in memory; where a statement is not understood, run on a scratch database and read back.
fn of_sql(models: &SqlModels, project: &Project, dialect: &'static dyn Dialect) -> Result<Schema, Failure> {
    let report = |diagnostic| diagnose::diagnostic(diagnostic, &project.settings);
    if !models.diagnostics.is_empty() {
        return Err(Failure::of(Exit::Usage, models.diagnostics.iter().map(report).collect()));
    }
    let folded = models.fold(dialect);
    if folded.unknown.is_empty() {
        return Ok(folded.schema);
    }
    let needed = || folded.unknown.iter().map(report).collect();
    match schemas::server(project, dialect.engine()) {
        Ok(Some(mut server)) => materialised(models, server.as_mut(), project, dialect),
        Ok(None) => {
            let engine = dialect.engine().title();
            let help =
                format!("{engine} itself would be asked, on a scratch database: name a server with --url or --env");
            Err(Failure::of(Exit::Usage, needed()).note("help", help))
        }
        Err(failure) => Err(failure
            .after(needed())
            .note("needed", "a scratch database there, to run what cannot be followed in memory")),
    }
}

fn materialised(
    models: &SqlModels,
    server: &mut dyn Driver,
    project: &Project,
    dialect: &'static dyn Dialect,
) -> Result<Schema, Failure> {
    let mut scratch = server.scratch().map_err(|error| diagnose::database(&error))?;
    for statement in models.statements(dialect) {
        scratch.execute(statement.text()).map_err(|error| {
            let report = statement.diagnostic("statement", error.message.clone());
            Failure::of(Exit::Usage, vec![diagnose::diagnostic(&report, &project.settings)])
        })?;
    }
    let mut schema = scratch.introspect().map_err(|error| diagnose::database(&error))?;
    schema.sort();
    Ok(schema)
}

/// Files that were named, and say nothing: their tables must not look as if they had gone.
fn without_tables(project: &Project) -> Failure {
    let paths = project.settings.models().unwrap_or_default();
    let paths: Vec<String> = paths.iter().map(|path| format!("`{}`", project.settings.shown(path))).collect();
    Failure::usage("no-models", format!("no class in {} is a table", paths.join(", ")))
        .note("help", "`paths` under `[models]` in whimbrel.toml says where the models are")
}

/// What the classes say, if nothing about it is left undecided.
fn decided(
    models: &sqlmodel::Models,
    project: &Project,
    dialect: &'static dyn Dialect,
    printer: &Printer,
) -> Result<Schema, Failure> {
    let desired = models.lower(dialect);
    let (errors, others): (Vec<_>, Vec<_>) =
        desired.diagnostics.iter().partition(|diagnostic| diagnostic.severity == Severity::Error);
    for diagnostic in others {
        if diagnostic.severity == Severity::Warning || printer.verbose() {
            printer.remark(&render::failure::report_text(
                &diagnose::diagnostic(diagnostic, &project.settings),
                printer.width(),
            ));
        }
    }
    if errors.is_empty() && desired.undecided.is_empty() {
        return match desired.schema.tables.is_empty() {
            false => Ok(desired.schema),
            true => Err(without_tables(project)),
        };
    }
    let mut reports: Vec<Report> =
        errors.iter().map(|diagnostic| diagnose::diagnostic(diagnostic, &project.settings)).collect();
    let what = render::words::counted(errors.len(), "place");
    let verdict = Report::error("undecided", format!("the models cannot be read for certain in {what}"));
    let mut tables: Vec<String> =
        desired.undecided.iter().filter_map(|it| it.table.as_ref()).map(|table| format!("`{table}`")).collect();
    tables.dedup();
    let verdict = if tables.is_empty() { verdict } else { verdict.note("undecided", tables.join(", ")) };
    let help = "`loader = \"python\"` under `[models]` in whimbrel.toml asks the project's own interpreter instead";
    // No interpreter makes sense of a mistake in the source.
    let readable = errors.iter().any(|diagnostic| diagnostic.code != "python-syntax");
    reports.push(if readable { verdict.note("help", help) } else { verdict });
    Err(Failure::of(Exit::Usage, reports))
}
