//! The queries of old and new code: from folders, from what the engine has counted, from the code.

use std::path::{Path, PathBuf};

use whimbrel_plan::Dialect;
use whimbrel_run::rehearse::{Query, Version};
use whimbrel_run::{Driver, ledger};

use crate::args::Rehearse;
use crate::failure::{Exit, Failure};
use crate::printer::Printer;
use crate::project::Project;
use crate::render::words;
use crate::{code, diagnose, git};

/// All of them, each once for each version of the code.
pub fn gather(
    arguments: &Rehearse,
    project: &Project,
    source: &mut dyn Driver,
    printer: &Printer,
) -> Result<Vec<Query>, Failure> {
    let dialect = source.dialect();
    let settings = project.settings.rehearse();
    let configured = settings.queries.as_ref().map(|folder| project.settings.root.join(folder));
    let mut queries = Vec::new();
    let old = arguments.queries.clone().or(configured);
    if let Some(folder) = &old {
        read(folder, Version::Old, project, dialect, &mut queries)?;
    }
    if let Some(folder) = &arguments.new_queries {
        read(folder, Version::New, project, dialect, &mut queries)?;
    }
    if arguments.observed {
        let observed = source.observed_queries().map_err(|error| diagnose::database(&error))?;
        let observed = observed.ok_or_else(|| {
            Failure::usage(
                "no-queries",
                "the database has counted no queries: `pg_stat_statements` is not installed there",
            )
            .next("whimbrel rehearse --queries FOLDER")
        })?;
        for (at, query) in observed.into_iter().enumerate() {
            let name = format!("pg_stat_statements #{} ({} calls)", at + 1, query.calls);
            queries.push(Query { name, sql: query.sql, version: Version::Old });
        }
    }
    if arguments.code {
        of_code(arguments, project, source, printer, &mut queries)?;
    }
    let mut seen = std::collections::BTreeSet::new();
    queries.retain(|query| seen.insert((query.sql.clone(), query.version)));
    Ok(queries)
}

/// What the code here says is new; what the code of the last deploy said is old, and where no deploy is known, nothing is
/// known of old code.
fn of_code(
    arguments: &Rehearse,
    project: &Project,
    source: &mut dyn Driver,
    printer: &Printer,
    into: &mut Vec<Query>,
) -> Result<(), Failure> {
    let failed = |what: String| Failure::new(Exit::Failed, "code", what);
    let sweep = project.sweep();
    let deployed = match &arguments.old_code {
        Some(named) => Some(named.clone()),
        None => {
            let deploys = ledger::deploys(source).map_err(|error| diagnose::ledger(&error))?;
            deploys.last().and_then(|deploy| deploy.commit.clone())
        }
    };
    let mut versions = vec![(Version::New, code::Version::WorkingTree)];
    match deployed {
        Some(named) => {
            let commit = git::commit(&sweep.root, &named).map_err(failed)?;
            versions.push((Version::Old, code::Version::Commit(commit)));
        }
        None => printer.remark("which code runs now is not known: --old-code REF names its commit"),
    }
    let dialect = source.dialect();
    for (version, code) in versions {
        let mut unknown = 0;
        for (file, found) in sweep.queries(&code).map_err(failed)? {
            unknown += found.unknown.len();
            for text in found.texts {
                for range in dialect.split(&text.sql) {
                    let line = text.line + text.sql.get(..range.start).unwrap_or_default().matches('\n').count();
                    let sql = text.sql.get(range).unwrap_or_default().to_string();
                    into.push(Query { name: format!("{file}:{line}"), sql, version });
                }
            }
        }
        if unknown > 0 {
            let counted = words::counted(unknown, "text");
            printer.remark(&format!("{counted} of {} code put together as they run are not asked", version.word()));
        }
    }
    Ok(())
}

/// Every statement of every `.sql` file below the folder, or of the one file.
fn read(
    place: &Path,
    version: Version,
    project: &Project,
    dialect: &dyn Dialect,
    into: &mut Vec<Query>,
) -> Result<(), Failure> {
    let failed = |path: &Path, error: std::io::Error| {
        let path = project.settings.shown(path);
        Failure::new(Exit::Usage, "no-queries", format!("`{path}` cannot be read: {}", error.kind()))
    };
    let mut files = Vec::new();
    list(place, &mut files).map_err(|(path, error)| failed(&path, error))?;
    files.sort();
    let before = into.len();
    for file in files {
        let text = std::fs::read_to_string(&file).map_err(|error| failed(&file, error))?;
        for range in dialect.split(&text) {
            let line = text.get(..range.start).unwrap_or_default().matches('\n').count() + 1;
            let name = format!("{}:{line}", project.settings.shown(&file));
            let sql = text.get(range).unwrap_or_default().to_string();
            into.push(Query { name, sql, version });
        }
    }
    match into.len() == before {
        // A folder that is named and holds nothing would prove nothing.
        true => {
            let place = project.settings.shown(place);
            Err(Failure::usage("no-queries", format!("there is no query in `{place}`"))
                .note("help", "a query is a statement in a file that ends in `.sql`"))
        }
        false => Ok(()),
    }
}

fn list(place: &Path, files: &mut Vec<PathBuf>) -> Result<(), (PathBuf, std::io::Error)> {
    let failed = |error| (place.to_path_buf(), error);
    if place.metadata().map_err(failed)?.is_file() {
        files.push(place.to_path_buf());
        return Ok(());
    }
    for entry in std::fs::read_dir(place).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let is_sql = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("sql"));
        if path.is_dir() {
            list(&path, files)?;
        } else if is_sql {
            files.push(path);
        }
    }
    Ok(())
}
