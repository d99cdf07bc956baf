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
use crate::failure::Failure;
use crate::project::Project;

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
    let Some(mut server) = server(project, dialect.engine())? else {
        return Err(diagnose::unknown_statement(unknown, dialect.engine(), &project.settings));
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

/// What differs. Where two texts may mean the same, the engine is asked, if there is one; the pair is then in its
/// words.
pub fn compare(
    schemas: &mut Pair<Schema>,
    dialect: &'static dyn Dialect,
    options: &DiffOptions,
    mut engine: impl FnMut() -> Result<Option<Box<dyn Driver>>, Failure>,
) -> Result<Vec<Change>, Failure> {
    let changes = diff::diff(schemas.as_ref(), dialect, options);
    let doubtful = diff::in_doubt(&changes);
    if doubtful.is_empty() {
        return Ok(changes);
    }
    let Some(mut driver) = engine()? else { return Ok(changes) };
    let mut asked = |schema: &Schema| driver.normalize(schema, &doubtful).map_err(|error| diagnose::database(&error));
    *schemas = Pair::new(asked(&schemas.from)?, asked(&schemas.to)?);
    Ok(diff::diff(schemas.as_ref(), dialect, options))
}
