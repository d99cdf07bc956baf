use std::sync::Arc;

use whimbrel_frontends::scripts::{self, Layout, Part};
use whimbrel_plan::review::{Config, Reviewer, Script};
use whimbrel_plan::revision::{Direction, StatementsError};
use whimbrel_plan::{Dialect, Understanding};
use whimbrel_schema::{Engine, Schema};

use super::File;
use super::inputs::{Input, Taken};
use super::live::{self, Live};
use crate::diagnose;
use crate::failure::Failure;
use crate::project::{Project, dialect};
use crate::schemas;

/// Judges the files of one input on one engine. They are cut and understood side by side, and folded one by one.
/// `before` is what they meet, where that is not an empty database.
pub fn review(
    input: &Input,
    engine: Engine,
    config: &Config,
    before: Option<Schema>,
    project: &Project,
) -> Result<Vec<File>, Failure> {
    let dialect = dialect(engine)?;
    let from_empty = input.from_empty || before.is_some();
    let config = Config { from_empty, ..config.clone() };
    let understood = scripts::in_parallel(&input.files, |taken| understand(taken, input.layout, dialect));
    let mut reviewer = Reviewer::new(before.unwrap_or_else(|| Schema::new(engine)), dialect, &config);
    let mut files = Vec::new();
    for understood in understood {
        let (script, understood) = understood.map_err(|error| diagnose::statements(&error, &project.settings))?;
        let shown = project.settings.shown(&script.file);
        if let Some(reviewed) = reviewer.take(&Arc::new(script), understood) {
            files.push(File { shown, engine, layout: input.layout, reviewed });
        }
    }
    Ok(files)
}

/// The configuration with what is known of the database, and of whoever runs the files.
pub fn sharpened(
    config: &Config,
    input: &Input,
    live: Option<&Live>,
    engine: Engine,
    project: &Project,
) -> Result<Config, Failure> {
    let mut config = config.clone();
    if input.layout == Layout::Whimbrel {
        for (name, value) in dialect(engine)?.own_session() {
            config.session.entry((*name).to_string()).or_insert_with(|| (*value).to_string());
        }
        // SQLite runs within whimbrel, so it is this one.
        if engine == Engine::Sqlite && live.is_none() {
            config.facts.version = schemas::server(project, engine)?.map(|driver| driver.version());
        }
    }
    if let Some(live) = live {
        live::sharpen(&mut config, &live.facts);
        // SQLite is a part of whatever runs the migration; that of another tool is not known.
        if engine == Engine::Sqlite && input.layout != Layout::Whimbrel {
            config.facts.version = None;
        }
    }
    Ok(config)
}

pub fn understand(
    taken: &Taken,
    layout: Layout,
    dialect: &dyn Dialect,
) -> Result<(Script, Vec<Understanding>), Box<StatementsError>> {
    let parts = parts(taken, layout, dialect.engine())?;
    let mut script = scripts::cut(taken.file.path.clone(), taken.file.text.clone(), &parts, dialect);
    script.judged = taken.judged;
    script.revision = taken.revision.as_ref().map(|revision| revision.id.clone());
    let understood: Vec<_> = script.statements.iter().map(|it| dialect.understand(script.sql(it))).collect();
    scripts::settle(&mut script, &understood, layout, dialect);
    Ok((script, understood))
}

fn parts(taken: &Taken, layout: Layout, engine: Engine) -> Result<Vec<Part>, Box<StatementsError>> {
    let Some(revision) = &taken.revision else { return Ok(layout.parts(&taken.file)) };
    match scripts::revision_of(revision, engine) {
        Some(part) => Ok(vec![part]),
        // It could not be applied there, so it is not passed over.
        None => Err(Box::new(StatementsError::NoSection {
            revision: revision.id.clone(),
            direction: Direction::Up,
            engine: engine.title(),
            file: revision.source.file.clone(),
        })),
    }
}
