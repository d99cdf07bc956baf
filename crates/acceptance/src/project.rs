//! A folder of revisions and a database beside it: what the tests of applying work on.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, anyhow};
use tempfile::TempDir;
use whimbrel_engines::sqlite;
use whimbrel_frontends::revision::{Problem, read_folder};
use whimbrel_plan::history::{History, Target};
use whimbrel_run::apply::{self, ApplyError, Options, Report};
use whimbrel_run::{Actor, Driver, Event, Row};

use crate::database::open;
use crate::server;

/// The engines that a test is run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    Sqlite,
    SqliteWal,
    Postgres,
}

pub struct Project {
    folder: TempDir,
    pub url: String,
    pub on: On,
}

/// Runs the test on every engine that is there. SQLite always is.
pub fn on_each_engine(mut test: impl FnMut(Project) -> Result<()>) -> Result<()> {
    test(Project::new(On::Sqlite)?).context("on SQLite")?;
    test(Project::new(On::SqliteWal)?).context("on SQLite with a write-ahead log")?;
    if !server::installed().is_empty() || !server::may_be_missing() {
        test(Project::new(On::Postgres)?).context("on PostgreSQL")?;
    }
    Ok(())
}

impl Project {
    pub fn new(on: On) -> Result<Project> {
        let folder = tempfile::tempdir()?;
        fs::create_dir(folder.path().join("migrations"))?;
        let url = match on {
            On::Sqlite | On::SqliteWal => {
                let path = folder.path().join("app.db");
                let mut driver = sqlite::connect(&sqlite::Place::File(path.clone()), sqlite::Mode::Create)?;
                driver.query(
                    if on == On::SqliteWal { "PRAGMA journal_mode = wal" } else { "PRAGMA journal_mode" },
                    &[],
                )?;
                path.display().to_string()
            }
            On::Postgres => server::shared(None)?.fresh_database()?,
        };
        Ok(Project { folder, url, on })
    }

    /// In a database of that server, which need not be the one that tests share.
    pub fn within(server: &server::Server) -> Result<Project> {
        let project = Project::new(On::Sqlite)?;
        Ok(Project { url: server.fresh_database()?, on: On::Postgres, ..project })
    }

    pub fn migrations(&self) -> PathBuf {
        self.folder.path().join("migrations")
    }

    /// Writes one revision file; `parents` as in its header.
    pub fn revision(&self, id: &str, parents: &str, upgrade: &str, downgrade: &str) -> Result<PathBuf> {
        let text = format!(
            "-- revision: {id}\n-- parents:  {parents}\n-- message:  revision {id}\n\n-- upgrade\n{upgrade}\n\n\
             -- downgrade\n{downgrade}\n"
        );
        let path = self.migrations().join(format!("{id}.sql"));
        fs::write(&path, text)?;
        Ok(path)
    }

    pub fn history(&self) -> Result<History> {
        read_folder(&self.migrations())
            .map_err(|problems| anyhow!("{}", problems.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n")))
    }

    pub fn connect(&self) -> Result<Box<dyn Driver>> {
        open(&self.url)
    }

    pub fn options(&self) -> Options {
        Options::new(Actor { who: "test@here".into(), pid: 1, version: "0.0.0".into(), deploy: None })
    }

    pub fn upgrade(&self, target: &str) -> Result<Result<Report, ApplyError>> {
        self.upgrade_with(target, &self.options())
    }

    pub fn upgrade_with(&self, target: &str, options: &Options) -> Result<Result<Report, ApplyError>> {
        let target: Target = target.parse()?;
        Ok(apply::upgrade(&mut *self.connect()?, &self.history()?, &target, options, &mut |_| {}))
    }

    pub fn upgrade_heard(&self, target: &str, listen: &mut dyn FnMut(Event<'_>)) -> Result<Result<Report, ApplyError>> {
        let target: Target = target.parse()?;
        Ok(apply::upgrade(&mut *self.connect()?, &self.history()?, &target, &self.options(), listen))
    }

    pub fn downgrade(&self, target: &str) -> Result<Result<Report, ApplyError>> {
        let target: Target = target.parse()?;
        Ok(apply::downgrade(&mut *self.connect()?, &self.history()?, &target, &self.options(), &mut |_| {}))
    }

    /// A process of its own that upgrades this database: the calling test binary again, at its test `runner`.
    pub fn runner(&self, target: &str) -> Result<Command> {
        self.runner_that("upgrades", target)
    }

    /// The same, going down.
    pub fn undoer(&self, target: &str) -> Result<Command> {
        self.runner_that("downgrades", target)
    }

    fn runner_that(&self, does: &str, target: &str) -> Result<Command> {
        let mut command = Command::new(std::env::current_exe()?);
        let orders = format!("{}\n{}\n{target}\n{does}", self.migrations().display(), self.url);
        command.args(["--exact", "runner", "--nocapture", "--test-threads=1"]).env(RUNNER, orders);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Ok(command)
    }

    /// Runs one statement beside everything.
    pub fn sql(&self, statement: &str) -> Result<()> {
        self.connect()?.execute(statement)?;
        Ok(())
    }

    pub fn rows(&self, query: &str) -> Result<Vec<Row>> {
        Ok(self.connect()?.query(query, &[])?)
    }

    /// One value as text.
    pub fn value(&self, query: &str) -> Result<String> {
        let rows = self.rows(query)?;
        let value = rows.first().and_then(|row| row.first()).cloned().flatten();
        value.with_context(|| format!("no value: {query}"))
    }

    /// The revisions that the ledger calls applied.
    pub fn applied(&self) -> Result<Vec<String>> {
        let ledger = whimbrel_run::ledger::read(&mut *self.connect()?)?;
        Ok(ledger.applied().into_keys().map(|id| id.to_string()).collect())
    }
}

/// Set for a process that is to change a database: its migrations folder, its URL, the target and what it does, a line
/// each.
const RUNNER: &str = "WHIMBREL_ACCEPTANCE_RUNNER";

/// How many connections such a process runs batches with.
pub const JOBS: &str = "WHIMBREL_ACCEPTANCE_JOBS";

/// The other half of [`Project::runner`]: a test of this name and nothing else in it makes the test binary able to be
/// a runner.
pub fn be_a_runner() {
    let Ok(orders) = std::env::var(RUNNER) else { return };
    let status = run(&orders).unwrap_or_else(|error| {
        eprintln!("{error:#}");
        70
    });
    std::process::exit(status);
}

fn run(orders: &str) -> Result<i32> {
    let mut orders = orders.lines();
    let mut order = || orders.next().context("an order is missing");
    let (folder, url, target, does) = (order()?, order()?, order()?, order()?);
    let history = read_folder(Path::new(folder)).map_err(|problems| anyhow!("{problems:?}"))?;
    let mut driver = open(url)?;
    let mut options = Options::new(Actor::here("0.0.0"));
    if let Ok(jobs) = std::env::var(JOBS) {
        options.backfill.jobs = jobs.parse()?;
    }
    let run = if does == "downgrades" { apply::downgrade } else { apply::upgrade };
    match run(&mut *driver, &history, &target.parse()?, &options, &mut |_| {}) {
        Ok(report) => {
            println!("done {} elsewhere {}", report.done.len(), report.elsewhere.len());
            Ok(0)
        }
        Err(error) => {
            eprintln!("{error}");
            Ok(i32::from(error.exit_status()))
        }
    }
}
