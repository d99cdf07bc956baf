use std::sync::Arc;

use whimbrel_frontends::scripts::{self, Layout};
use whimbrel_plan::review::{Config, Reviewed, Reviewer, Script};
use whimbrel_plan::revision::StatementsError;
use whimbrel_plan::{Dialect, Understanding};
use whimbrel_schema::{Engine, Schema};

use super::File;
use super::inputs::{Input, Taken};
use super::live::Live;
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
    let understood = understood.into_iter().map(|read| read.map(|(script, understood)| (Arc::new(script), understood)));
    let understood: Result<Vec<_>, _> = understood.collect();
    let understood = understood.map_err(|error| diagnose::statements(&error, &project.settings))?;
    let reviewer = Reviewer::new(before.unwrap_or_else(|| Schema::new(engine)), dialect, &config);
    let file = |reviewed: Reviewed| File {
        shown: project.settings.shown(&reviewed.script.file),
        engine,
        layout: input.layout,
        reviewed,
    };
    let runs = scripts::threads(understood.len());
    Ok(scripts::judge(reviewer, &understood, runs).into_iter().map(file).collect())
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
        config.run_by(dialect(engine)?);
        config.guarded = project.settings.guarded(engine);
        // SQLite runs within whimbrel, so it is this one.
        if engine == Engine::Sqlite && live.is_none() {
            config.facts.version = schemas::server(project, engine)?.map(|driver| driver.version());
        }
    }
    if let Some(live) = live {
        config.sharpen(&live.facts);
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
    let (mut script, understood) = scripts::understand(&taken.file, taken.revision.as_ref(), layout, dialect)?;
    script.judged = taken.judged;
    Ok((script, understood))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used)]

    use std::path::PathBuf;

    use whimbrel_frontends::scripts::{Part, Understood, judge};
    use whimbrel_plan::review::Judged;

    use super::*;

    /// Whatever one script leaves behind and another meets: tables, what is unknown, what is deployed together.
    const SCRIPTS: &[&str] = &[
        "CREATE TABLE a (id bigint PRIMARY KEY, b_id bigint);",
        "CREATE INDEX ix_a ON a (b_id); CREATE TABLE b (id bigint PRIMARY KEY);",
        "ALTER TABLE a ADD CONSTRAINT fk FOREIGN KEY (b_id) REFERENCES b (id);",
        "ALTER TABLE b RENAME TO c; ALTER TABLE c ADD COLUMN name text;",
        "CREATE INDEX ix_c ON c (name); SET lock_timeout = '1s';",
        "ALTER TABLE c ALTER COLUMN name SET NOT NULL;",
        "gibberish;",
        "ALTER TABLE d ADD COLUMN name text; DROP TABLE a;",
        "CREATE TABLE a (id bigint); ALTER TABLE a ADD COLUMN x int NOT NULL;",
        "DROP TABLE a; UPDATE c SET name = '';",
    ];

    #[test]
    fn several_runs_say_what_one_says() {
        let dialect = dialect(Engine::Postgres).expect("the engine is built in");
        let script = |(number, text): (usize, &&str)| {
            let whole = [Part::new(0..text.len(), true)];
            let path = Arc::new(PathBuf::from(format!("V{number}__x.sql")));
            let script = Script { judged: number > 1, ..scripts::cut(path, Arc::from(*text), &whole, dialect) };
            let understood: Vec<_> = script.statements.iter().map(|it| dialect.understand(script.sql(it))).collect();
            (Arc::new(script), understood)
        };
        let scripts: Vec<Understood> = SCRIPTS.iter().enumerate().map(script).collect();
        for (from_empty, together) in [(true, false), (true, true), (false, false)] {
            let config = Config { from_empty, together, ..Config::default() };
            let said = |runs| -> Vec<Vec<Judged>> {
                let reviewer = Reviewer::new(Schema::new(Engine::Postgres), dialect, &config);
                judge(reviewer, &scripts, runs).into_iter().map(|file| file.statements).collect()
            };
            let one = said(1);
            assert!(one.len() == SCRIPTS.len() - 2 && one.iter().flatten().any(|it| !it.findings.is_empty()));
            for runs in [2, 3, 10, 40] {
                assert_eq!(format!("{:#?}", said(runs)), format!("{one:#?}"), "{runs} runs");
            }
        }
    }
}
