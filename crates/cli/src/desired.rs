//! What the project's models ask for: Python and Rust read in place, SQL folded or materialised.

use std::fs;
use std::path::Path;

use whimbrel_frontends::diagnostic::Severity;
use whimbrel_frontends::live::{self, LiveModels};
use whimbrel_frontends::sql::{self, SqlModels};
use whimbrel_frontends::{models, rust, sqlmodel};
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
    /// Classes or structs, read from their source.
    Static {
        models: models::Models,
        language: Language,
    },
    /// Classes, as the project's own interpreter has them.
    Live(LiveModels),
    Sql(SqlModels),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Python,
    Rust,
    Sql,
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
            .note("looked for", "classes of SQLModel or DeclarativeBase, structs that derive `Table`, a `schema.sql`")
            .note("help", "name them under `[models]` in whimbrel.toml: `paths = [\"app/models\"]`")
    })
}

pub fn read_if_there(project: &Project, engines: &[Engine], printer: &Printer) -> Result<Option<Models>, Failure> {
    printer.now("reading the models");
    let paths = project.settings.models()?;
    if paths.is_empty() {
        return Ok(None);
    }
    let languages: Vec<Language> = paths.iter().map(|path| language_of(path)).collect();
    let language = languages[0];
    if let Some(other) = languages.iter().position(|it| *it != language) {
        return Err(Failure::usage("models", "models are written in one language: Python, Rust or SQL")
            .note(language.word(), project.settings.shown(&paths[0]))
            .note(languages[other].word(), project.settings.shown(&paths[other]))
            .note("help", "name one kind under `[models]` in whimbrel.toml"));
    }
    let root = &project.settings.root;
    match (language, project.settings.loader()) {
        (Language::Sql, _) => Ok(Some(Models::Sql(sql::read(&paths)))),
        (Language::Rust, _) => {
            let models = rust::read(&paths, root, project.settings.assume());
            Ok(Some(Models::Static { models, language }))
        }
        (Language::Python, Loader::Static) => {
            let versions = sqlmodel::Versions::of(root);
            let models = sqlmodel::read_assuming(&paths, root, versions, project.settings.assume());
            Ok(Some(Models::Static { models, language }))
        }
        (Language::Python, Loader::Python) => {
            let interpreter = project.settings.python();
            printer.now(format!("asking {} for its models", project.settings.shown(&interpreter)));
            let live = live::load(&interpreter, root, &paths, engines);
            live.map(|models| Some(Models::Live(models)))
                .map_err(|error| diagnose::live_models(&error, &project.settings))
        }
    }
}

impl Language {
    fn word(self) -> &'static str {
        match self {
            Language::Python => "python",
            Language::Rust => "rust",
            Language::Sql => "sql",
        }
    }
}

/// By the end of a file's name; a folder by what it has, where Python goes before SQL.
fn language_of(path: &Path) -> Language {
    let named = |path: &Path, wanted: &str| path.extension().is_some_and(|it| it.eq_ignore_ascii_case(wanted));
    let manifest = |path: &Path| path.file_name().is_some_and(|name| name == "Cargo.toml");
    if path.is_file() {
        return match () {
            () if named(path, "sql") => Language::Sql,
            () if named(path, "rs") || manifest(path) => Language::Rust,
            () => Language::Python,
        };
    }
    let entries = || fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path());
    match () {
        () if entries().any(|path| named(&path, "py")) => Language::Python,
        () if entries().any(|path| named(&path, "sql")) => Language::Sql,
        () if entries().any(|path| named(&path, "rs") || manifest(&path)) => Language::Rust,
        () => Language::Python,
    }
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
            Models::Static { models, language } => {
                (decided(models, *language, project, dialect, printer)?, Scope::Models)
            }
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
fn without_tables(project: &Project, language: Language) -> Failure {
    let paths = project.settings.models().unwrap_or_default();
    let paths: Vec<String> = paths.iter().map(|path| format!("`{}`", project.settings.shown(path))).collect();
    let what = match language {
        Language::Python | Language::Sql => "class",
        Language::Rust => "struct",
    };
    Failure::usage("no-models", format!("no {what} in {} is a table", paths.join(", ")))
        .note("help", "`paths` under `[models]` in whimbrel.toml says where the models are")
}

/// What the classes or structs say, if nothing about it is left undecided.
fn decided(
    models: &models::Models,
    language: Language,
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
            true => Err(without_tables(project, language)),
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
    let readable = language == Language::Python && errors.iter().any(|it| it.code != "python-syntax");
    reports.push(if readable { verdict.note("help", help) } else { verdict });
    Err(Failure::of(Exit::Usage, reports))
}
