//! Grounds to stand on: each engine, each of its versions that the run asks for, with databases that are empty when
//! they are handed out.

use std::panic::resume_unwind;
use std::path::PathBuf;
use std::thread;

use anyhow::{Context, Result, bail, ensure};
use whimbrel_engines::sqlite::{Mode, Place};
use whimbrel_run::Driver;
use whimbrel_schema::Engine;

use crate::server;

/// One engine in one version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ground {
    pub engine: Engine,
    /// Zero for SQLite, of which there is one.
    pub major: u32,
}

impl std::fmt::Display for Ground {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.engine {
            Engine::Postgres => write!(f, "{} {}", self.engine.title(), self.major),
            Engine::Sqlite | Engine::Mysql => f.write_str(self.engine.title()),
        }
    }
}

pub const SQLITE: Ground = Ground { engine: Engine::Sqlite, major: 0 };

/// The PostgreSQL grounds of this run: those that `WHIMBREL_MAJORS` names (`13,18`, or `all`), or those that every run
/// takes: the oldest that counts, Debian's, the newest.
pub fn postgres() -> Result<Vec<Ground>> {
    let wanted: Vec<u32> = match std::env::var("WHIMBREL_MAJORS").ok().as_deref() {
        None | Some("") => vec![13, 15, 18],
        Some("all") => server::MAJORS.to_vec(),
        Some(list) => list
            .split(',')
            .map(|word| word.trim().parse().with_context(|| format!("WHIMBREL_MAJORS: `{word}` is no version")))
            .collect::<Result<_>>()?,
    };
    let installed = server::installed();
    let missing: Vec<u32> = wanted.iter().copied().filter(|major| !installed.contains(major)).collect();
    if !missing.is_empty() && !server::may_be_missing() {
        bail!("PostgreSQL {missing:?} is not installed; run: cargo xtask engines");
    }
    let grounds = wanted.into_iter().filter(|major| installed.contains(major));
    Ok(grounds.map(|major| Ground { engine: Engine::Postgres, major }).collect())
}

/// The law on each of them, side by side: a server works while the client of another one thinks. Says of each that fails
/// how.
pub fn on_each_postgres(law: impl Fn(Ground) -> Result<()> + Sync) -> Result<()> {
    let grounds = postgres()?;
    let outcomes: Vec<Result<()>> = thread::scope(|scope| {
        let running: Vec<_> = grounds.iter().map(|ground| scope.spawn(|| law(*ground))).collect();
        let ended = |outcome: thread::Result<Result<()>>| outcome.unwrap_or_else(|panic| resume_unwind(panic));
        running.into_iter().map(|thread| ended(thread.join())).collect()
    });
    let problems: Vec<String> =
        outcomes.into_iter().filter_map(|outcome| Some(format!("{:#}", outcome.err()?))).collect();
    ensure!(problems.is_empty(), "{}", problems.join("\n\n"));
    Ok(())
}

/// A database that is thrown away with this value.
pub struct Database {
    pub ground: Ground,
    pub driver: Box<dyn Driver>,
    pub url: String,
    _folder: Option<tempfile::TempDir>,
}

impl Ground {
    /// A new, empty database.
    pub fn database(self) -> Result<Database> {
        match self.engine {
            Engine::Postgres => {
                let url = server::shared(Some(self.major))?.fresh_database()?;
                let driver = open(&url)?;
                Ok(Database { ground: self, driver, url, _folder: None })
            }
            Engine::Sqlite => self.sqlite(Journal::Rollback),
            Engine::Mysql => bail!("no MySQL is started by the tests"),
        }
    }

    pub fn sqlite(self, journal: Journal) -> Result<Database> {
        if journal == Journal::Memory {
            let driver = whimbrel_engines::sqlite::connect(&Place::Memory, Mode::Create)?;
            return Ok(Database {
                ground: self,
                driver: Box::new(driver),
                url: "sqlite:///:memory:".to_owned(),
                _folder: None,
            });
        }
        let folder = tempfile::tempdir()?;
        let path: PathBuf = folder.path().join("test.db");
        let mut driver = whimbrel_engines::sqlite::connect(&Place::File(path.clone()), Mode::Create)?;
        let pragma = match journal {
            Journal::Wal => "PRAGMA journal_mode = wal",
            Journal::Rollback | Journal::Memory => "PRAGMA journal_mode = delete",
        };
        driver.query(pragma, &[])?;
        // Nothing here outlives the test, so nothing has to survive a crash of the machine.
        driver.execute_script("PRAGMA synchronous = off")?;
        let url = format!("sqlite:///{}", path.display());
        Ok(Database { ground: self, driver: Box::new(driver), url, _folder: Some(folder) })
    }
}

/// Where SQLite keeps what a transaction may have to take back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Journal {
    Memory,
    Rollback,
    Wal,
}

pub fn open(url: &str) -> Result<Box<dyn Driver>> {
    Ok(whimbrel_engines::connect(&whimbrel_engines::url::parse(url)?)?)
}

impl Database {
    /// Empties it, faster than a new one would be made.
    pub fn reset(&mut self) -> Result<()> {
        match self.ground.engine {
            Engine::Postgres => {
                let rows = self.driver.query(
                    "SELECT quote_ident(nspname) FROM pg_namespace \
                     WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'",
                    &[],
                )?;
                for name in rows.into_iter().filter_map(|row| row.into_iter().next().flatten()) {
                    self.driver.execute(&format!("DROP SCHEMA {name} CASCADE"))?;
                }
                self.driver.execute("CREATE SCHEMA public")?;
                Ok(())
            }
            Engine::Sqlite | Engine::Mysql => {
                *self = self.ground.database()?;
                Ok(())
            }
        }
    }
}
