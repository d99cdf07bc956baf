//! What the project's models ask for: Python read in place, SQL folded or materialised.

use std::fs;
use std::path::{Path, PathBuf};

use whimbrel_frontends::sql::{self, SqlModels};
use whimbrel_plan::Dialect;
use whimbrel_plan::diff::Scope;
use whimbrel_run::Driver;
use whimbrel_schema::Schema;

use crate::diagnose;
use crate::failure::{Exit, Failure};
use crate::printer::Printer;
use crate::project::Project;
use crate::schemas;

/// The models as they were read, before they are put into the terms of an engine.
pub struct Models {
    sql: SqlModels,
}

pub struct Desired {
    pub schema: Schema,
    pub scope: Scope,
}

/// The project's models, or what to do about there being none.
pub fn read(project: &Project) -> Result<Models, Failure> {
    read_if_there(project)?.ok_or_else(|| {
        let root = project.settings.root.display();
        Failure::usage("no-models", format!("no models were found under `{root}`"))
            .note("looked for", "classes of SQLModel or DeclarativeBase, a `schema.sql`")
            .note("help", "name them under `[models]` in whimbrel.toml: `paths = [\"app/models\"]`")
    })
}

pub fn read_if_there(project: &Project) -> Result<Option<Models>, Failure> {
    let paths = project.settings.models()?;
    if paths.is_empty() {
        return Ok(None);
    }
    let (sql, python): (Vec<PathBuf>, Vec<PathBuf>) = paths.into_iter().partition(|path| is_sql(path));
    if let Some(python) = python.first() {
        let message = format!("`{}` is Python, which this build does not read yet", project.settings.shown(python));
        return Err(Failure::usage("models", message).note("help", "models in SQL are read: a `schema.sql`"));
    }
    Ok(Some(Models { sql: sql::read(&sql) }))
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
    pub fn lower(&self, project: &Project, dialect: &'static dyn Dialect, _: &Printer) -> Result<Desired, Failure> {
        Ok(Desired { schema: self.folded(project, dialect)?, scope: Scope::Everything })
    }

    fn folded(&self, project: &Project, dialect: &'static dyn Dialect) -> Result<Schema, Failure> {
        let report = |diagnostic| diagnose::diagnostic(diagnostic, &project.settings);
        if !self.sql.diagnostics.is_empty() {
            return Err(Failure::of(Exit::Usage, self.sql.diagnostics.iter().map(report).collect()));
        }
        let folded = self.sql.fold(dialect);
        if folded.unknown.is_empty() {
            return Ok(folded.schema);
        }
        match schemas::server(project, dialect.engine())? {
            Some(mut server) => self.materialised(server.as_mut(), project, dialect),
            None => {
                let help =
                    "run on a scratch database, these would be read back from it: name a server with --url or --env";
                Err(Failure::of(Exit::Usage, folded.unknown.iter().map(report).collect()).note("help", help))
            }
        }
    }

    /// The scripts run on a scratch database, and read back from it.
    fn materialised(
        &self,
        server: &mut dyn Driver,
        project: &Project,
        dialect: &'static dyn Dialect,
    ) -> Result<Schema, Failure> {
        let mut scratch = server.scratch().map_err(|error| diagnose::database(&error))?;
        for statement in self.sql.statements(dialect) {
            scratch.execute(statement.text()).map_err(|error| {
                let report = statement.diagnostic("statement", error.message.clone());
                Failure::of(Exit::Usage, vec![diagnose::diagnostic(&report, &project.settings)])
            })?;
        }
        let mut schema = scratch.introspect().map_err(|error| diagnose::database(&error))?;
        schema.sort();
        Ok(schema)
    }
}
