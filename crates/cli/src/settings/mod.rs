//! `whimbrel.toml`, the environment and the arguments, turned into what they mean. Nothing is looked for before it is
//! asked for: `whimbrel heads` never searches for models.

pub mod conventions;
mod duration;
pub mod file;
pub mod guard;
mod same_place;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use whimbrel_engines::url::{DatabaseUrl, SqliteUrl};
use whimbrel_plan::review::Severity;
use whimbrel_schema::Engine;

use crate::args::Global;
use crate::environment;
use crate::failure::Failure;
use conventions::VariableSource;
pub use file::Loader;
use same_place::is_one_place;

/// Where revisions are, if nothing else is said.
pub const FOLDER: &str = "migrations";

/// Where receipts lie, if nothing else is said.
const SHELF: &str = ".whimbrel/rehearsals";

/// How old what a protected database asks for may be, if nothing else is said.
const AGE: Duration = Duration::from_secs(24 * 60 * 60);

/// The environment that is meant when several are there and none is named.
const DEFAULT_ENVIRONMENT: &str = "dev";

#[derive(Debug, Clone)]
pub struct Settings {
    /// The folder that relative paths start from.
    pub root: PathBuf,
    file: file::File,
    environment: Option<String>,
    url: Option<String>,
    here: PathBuf,
    /// The URLs of protected environments, where they had to be looked for.
    resolved: Arc<Mutex<BTreeMap<String, Option<String>>>>,
}

/// A database, and what to call it.
#[derive(Debug, Clone)]
pub struct Environment {
    /// `None` where the database was named by `--url` or found by convention.
    pub name: Option<String>,
    pub url: DatabaseUrl,
    pub protected: bool,
    /// How long old and new stand side by side before a contract.
    pub soak: Duration,
    /// As which everything is done there.
    pub role: Option<String>,
    /// In words: `--url`, `whimbrel.toml`, `DATABASE_URL`.
    pub source: String,
}

impl Environment {
    /// A SQLite database whose file nobody has made yet.
    pub fn is_missing(&self) -> bool {
        match &self.url {
            DatabaseUrl::Sqlite(SqliteUrl { file: Some(file), .. }) => !file.exists(),
            DatabaseUrl::Sqlite(SqliteUrl { file: None, .. }) | DatabaseUrl::Postgres(_) | DatabaseUrl::Mysql(_) => {
                false
            }
        }
    }
}

impl Environment {
    /// Takes away the file that connecting has made where there was none, if nothing has come into it.
    pub fn drop_empty(&self) {
        let DatabaseUrl::Sqlite(SqliteUrl { file: Some(file), .. }) = &self.url else { return };
        if fs::metadata(file).is_ok_and(|found| found.len() == 0) {
            let _ = fs::remove_file(file);
        }
    }
}

/// Where a database is, as somebody wrote it.
struct Place<'a> {
    name: Option<&'a str>,
    url: String,
    protected: bool,
    source: String,
    /// What the names of files in it are relative to.
    folder: &'a Path,
}

impl Settings {
    pub fn load(global: &Global) -> Result<Settings, Failure> {
        let here = std::env::current_dir()
            .map_err(|error| Failure::usage("config", format!("the current folder cannot be read: {error}")))?;
        let path = match &global.config {
            Some(path) => Some(here.join(path)),
            None => conventions::find_file(&here),
        };
        let file = match &path {
            Some(path) => file::read(path, &path.strip_prefix(&here).unwrap_or(path).display().to_string())?,
            None => file::File::default(),
        };
        let root = match path.as_deref().and_then(Path::parent) {
            Some(folder) => folder.to_path_buf(),
            None => conventions::find_root(&here),
        };
        let resolved = Arc::default();
        Ok(Settings { root, file, environment: global.env.clone(), url: global.url.clone(), here, resolved })
    }

    /// The folder of revisions; it need not exist.
    pub fn folder(&self) -> PathBuf {
        self.root.join(self.file.migrations.folder.as_deref().unwrap_or(Path::new(FOLDER)))
    }

    /// Files, packages or folders with models, as absolute paths; none where nobody named any and none were found.
    pub fn models(&self) -> Result<Vec<PathBuf>, Failure> {
        let paths = match &self.file.models.paths {
            Some(paths) => paths.clone(),
            None => conventions::find_models(&self.root),
        };
        let absolute: Vec<PathBuf> = paths.iter().map(|path| self.root.join(path)).collect();
        match absolute.iter().find(|path| !path.exists()) {
            None => Ok(absolute),
            Some(missing) => {
                let message = format!("`{}` does not exist", self.shown(missing));
                Err(Failure::usage("no-models", message).note("named by", "`paths` under `[models]` in whimbrel.toml"))
            }
        }
    }

    pub fn loader(&self) -> Loader {
        self.file.models.loader
    }

    /// What the source leaves to configuration, as the project decides it for its schema.
    pub fn assume(&self) -> &[String] {
        &self.file.models.assume
    }

    /// The project's own interpreter: the configured one, else that of a virtual environment, else the path's.
    pub fn python(&self) -> PathBuf {
        let usual = || [".venv/bin/python", "venv/bin/python"].into_iter().map(|path| self.root.join(path));
        match &self.file.models.python {
            Some(path) if path.components().count() > 1 => self.root.join(path),
            Some(path) => path.clone(),
            None => usual().find(|path| path.exists()).unwrap_or_else(|| PathBuf::from("python3")),
        }
    }

    /// How the batches of a backfill are run.
    pub fn backfill(&self) -> whimbrel_run::backfill::Options {
        let file = &self.file.backfill;
        let milliseconds = |number: Option<u64>| number.map(std::time::Duration::from_millis);
        let usual = whimbrel_run::backfill::Options::default();
        whimbrel_run::backfill::Options {
            pause_when: file.pause_when.clone(),
            lag: file.replica_lag_s.map_or(usual.lag, std::time::Duration::from_secs),
            rows: file.rows,
            target: milliseconds(file.batch_ms),
            pause: milliseconds(file.pause_ms),
            jobs: file.jobs.unwrap_or(usual.jobs).clamp(1, 64),
        }
    }

    pub fn backup(&self) -> &file::Backup {
        &self.file.backup
    }

    /// A path of whimbrel.toml.
    pub fn under_root(&self, path: &Path) -> PathBuf {
        self.root.join(path)
    }

    /// A path of the command line.
    pub fn under_here(&self, path: &Path) -> PathBuf {
        self.here.join(path)
    }

    pub fn guard(&self) -> &guard::Guard {
        &self.file.guard
    }

    /// Limits that `upgrade` sets for each statement by its class.
    pub fn guarded(&self, engine: Engine) -> BTreeSet<String> {
        self.guard().timeouts(&guard::Guard::default()).guarded(engine)
    }

    /// From how many rows on nothing is copied under a lock, where somebody says so.
    pub fn keep_rows(&self) -> Option<u64> {
        self.file.keep.rows
    }

    /// For how many days what revisions destroy is kept, where somebody says so.
    pub fn keep_days(&self) -> Option<u32> {
        self.file.keep.days
    }

    pub fn rehearse(&self) -> &file::Rehearse {
        &self.file.rehearse
    }

    /// The folder of rehearsals and their receipts; it need not exist.
    pub fn shelf(&self) -> PathBuf {
        self.root.join(self.file.rehearse.folder.as_deref().unwrap_or(Path::new(SHELF)))
    }

    /// How old the backup of a protected database may be.
    pub fn backup_age(&self) -> Result<Duration, Failure> {
        self.age("backup_age", self.file.protect.backup_age.as_deref())
    }

    /// The same of its rehearsal.
    pub fn rehearsal_age(&self) -> Result<Duration, Failure> {
        self.age("rehearsal_age", self.file.protect.rehearsal_age.as_deref())
    }

    fn age(&self, key: &str, text: Option<&str>) -> Result<Duration, Failure> {
        let Some(text) = text else { return Ok(AGE) };
        time(text).map_err(|failure| failure.note("named by", format!("`{key}` under `[protect]`")))
    }

    /// From which severity on a finding holds an upgrade of a protected database back.
    pub fn review_fails_on(&self) -> Severity {
        let lint = self.file.lint.fail_on;
        self.file.protect.fail_on.or(lint).map_or(Severity::Care, |word| word.0)
    }

    pub fn lint(&self) -> &file::Lint {
        &self.file.lint
    }

    /// Patterns of files that are not looked through for names.
    pub fn excluded_code(&self) -> &[String] {
        &self.file.refs.exclude
    }

    /// The names of all environments.
    pub fn environments(&self) -> Vec<String> {
        self.file.environments.keys().cloned().collect()
    }

    /// The same project, working on another environment.
    pub fn on(&self, environment: &str) -> Settings {
        Settings { environment: Some(environment.to_string()), url: None, ..self.clone() }
    }

    /// The engines that whimbrel.toml names, without asking anything else.
    pub fn named_engines(&self) -> &[Engine] {
        self.file.migrations.engines.as_deref().unwrap_or_default()
    }

    /// The engines that revisions are written for, the main one first.
    pub fn engines(&self) -> Result<Vec<Engine>, Failure> {
        match &self.file.migrations.engines {
            Some(engines) if !engines.is_empty() => Ok(engines.clone()),
            Some(_) | None => Ok(vec![self.database()?.map_or(Engine::Sqlite, |database| database.url.engine())]),
        }
    }

    /// The same project, working on the database of that URL.
    pub fn at(&self, url: &str) -> Settings {
        Settings { environment: None, url: Some(url.to_string()), ..self.clone() }
    }

    /// Whether the command itself was told which database to work on.
    pub fn names_database(&self) -> bool {
        self.url.is_some() || self.environment.is_some()
    }

    /// The database to work on, if one is named anywhere.
    pub fn database(&self) -> Result<Option<Environment>, Failure> {
        let Some(environment) = self.database_to_look_at()? else { return Ok(None) };
        match environment.url {
            DatabaseUrl::Sqlite(_) | DatabaseUrl::Postgres(_) => Ok(Some(environment)),
            DatabaseUrl::Mysql(_) => {
                let message = "no migrations are run on MySQL and MariaDB yet: whimbrel only judges SQL for them";
                let failure = Failure::usage("bad-url", message).note("named by", &environment.source);
                Err(failure.next(format!("whimbrel lint FILES --url '{}'", environment.url)))
            }
        }
    }

    /// The same, also where whimbrel only looks and runs nothing.
    pub fn database_to_look_at(&self) -> Result<Option<Environment>, Failure> {
        self.place()?.map(|place| self.named(&place)).transpose()
    }

    fn place(&self) -> Result<Option<Place<'_>>, Failure> {
        if let Some(text) = &self.url {
            let source = "--url".to_string();
            return Ok(Some(Place { name: None, url: text.clone(), protected: false, source, folder: &self.here }));
        }
        let folder = &self.root;
        if let Some((name, environment)) = self.environment()? {
            let Some(text) = &environment.url else {
                return Err(Failure::usage("no-url", format!("environment `{name}` has no url"))
                    .note("help", format!("set `url` under `[environments.{name}]` in whimbrel.toml")));
            };
            let (url, source) = (self.resolved(name, text)?, format!("environment `{name}`"));
            return Ok(Some(Place { name: Some(name), url, protected: environment.protected, source, folder }));
        }
        let named = conventions::variable(&self.root, environment::DATABASE_URL);
        Ok(named.map(|(url, source)| {
            let source = match source {
                VariableSource::Environment => environment::DATABASE_URL.to_string(),
                VariableSource::DotEnv => format!("{} in .env", environment::DATABASE_URL),
            };
            Place { name: None, url, protected: false, source, folder }
        }))
    }

    /// The database to work on, or what to do about there being none.
    pub fn need_database(&self) -> Result<Environment, Failure> {
        self.database()?.ok_or_else(|| {
            Failure::usage("no-database", "no database is named")
                .note("looked at", "--url, whimbrel.toml, DATABASE_URL, DATABASE_URL in .env")
                .next("whimbrel init")
                .next("export DATABASE_URL=sqlite:///app.db")
        })
    }

    fn environment(&self) -> Result<Option<(&str, &file::Environment)>, Failure> {
        let known = &self.file.environments;
        let name = match (&self.environment, known.len()) {
            (Some(name), _) => name.as_str(),
            (None, 0) => return Ok(None),
            (None, 1) => known.keys().next().map_or(DEFAULT_ENVIRONMENT, String::as_str),
            (None, _) => DEFAULT_ENVIRONMENT,
        };
        match known.get_key_value(name) {
            Some((name, environment)) => Ok(Some((name, environment))),
            None => {
                let names: Vec<String> = known.keys().map(|name| format!("`{name}`")).collect();
                let names = if names.is_empty() { "none".to_string() } else { names.join(", ") };
                let failure = match &self.environment {
                    Some(name) => Failure::usage("no-environment", format!("there is no environment `{name}`")),
                    None => Failure::usage("no-environment", "several environments are configured, and none is named"),
                };
                Err(failure.note("known are", names).note("help", "name one with --env, or call one of them `dev`"))
            }
        }
    }

    /// `env:NAME`, `file:PATH` and `command:…` stand for a URL that is kept elsewhere.
    fn resolved(&self, name: &str, text: &str) -> Result<String, Failure> {
        let failed = |what: String| {
            Failure::usage("no-url", what).note("asked by", format!("`url` under `[environments.{name}]`"))
        };
        if let Some(variable) = text.strip_prefix("env:") {
            return match conventions::variable(&self.root, variable) {
                Some((value, _)) => Ok(value),
                None => Err(failed(format!("the environment variable `{variable}` is not set, here or in .env"))
                    .next(format!("export {variable}=…"))),
            };
        }
        if let Some(path) = text.strip_prefix("file:").filter(|path| !path.contains('?')) {
            let content = fs::read_to_string(self.root.join(path))
                .map_err(|error| failed(format!("`{path}` cannot be read: {error}")))?;
            return Ok(content.trim().to_string());
        }
        if let Some(line) = text.strip_prefix("command:") {
            let output = Command::new("sh")
                .args(["-c", line])
                .current_dir(&self.root)
                .output()
                .map_err(|error| failed(format!("`{line}` cannot be run: {error}")))?;
            if !output.status.success() {
                let said = String::from_utf8_lossy(&output.stderr).trim().to_string();
                return Err(failed(format!("`{line}` failed ({})", output.status)).note("it said", said));
            }
            return Ok(String::from_utf8_lossy(&output.stdout).trim().to_string());
        }
        Ok(text.to_string())
    }

    fn named(&self, place: &Place<'_>) -> Result<Environment, Failure> {
        let url = whimbrel_engines::url::parse(&place.url)
            .map_err(|error| Failure::usage("bad-url", error.to_string()).note("named by", &place.source))?;
        let url = match url {
            DatabaseUrl::Sqlite(SqliteUrl { file: Some(file), parameters }) => {
                DatabaseUrl::Sqlite(SqliteUrl { file: Some(place.folder.join(file)), parameters })
            }
            url @ (DatabaseUrl::Sqlite(_) | DatabaseUrl::Postgres(_) | DatabaseUrl::Mysql(_)) => url,
        };
        let name = place.name.map(str::to_string).or_else(|| self.protected_by_url(&url));
        let environment = name.as_deref().and_then(|name| self.file.environments.get(name));
        let protected = place.protected || place.name.is_none() && environment.is_some();
        let soak = match environment.and_then(|environment| environment.soak.as_deref()) {
            Some(text) => {
                time(text).map_err(|failure| failure.note("named by", format!("`soak` of {}", place.source)))?
            }
            None => Duration::ZERO,
        };
        // A file of SQLite beside a server is no reason to complain of what is said for the server.
        let role = match url {
            DatabaseUrl::Postgres(_) => environment.and_then(|it| it.role.as_ref()).or(self.file.guard.role.as_ref()),
            DatabaseUrl::Sqlite(_) | DatabaseUrl::Mysql(_) => environment.and_then(|it| it.role.as_ref()),
        };
        let role = role.cloned();
        let source = place.source.clone();
        Ok(Environment { name, url, protected, soak, role, source })
    }

    /// The protected environment whose database this is: named in another way, it is not less protected.
    fn protected_by_url(&self, url: &DatabaseUrl) -> Option<String> {
        let protected = self.file.environments.iter().filter(|(_, environment)| environment.protected);
        let texts = protected.filter_map(|(name, environment)| Some((name, environment.url.as_deref()?)));
        let is_it = |(name, text): &(&String, &str)| {
            let other = self.resolved_once(name, text).and_then(|text| whimbrel_engines::url::parse(&text).ok());
            other.is_some_and(|other| is_one_place(&self.within_root(other), url))
        };
        texts.filter(is_it).map(|(name, _)| name.clone()).next()
    }

    /// A command is run once for one command of whimbrel's. `None` where the URL is not to be had here: somebody who has
    /// not got it works on another database.
    fn resolved_once(&self, name: &str, text: &str) -> Option<String> {
        let mut resolved = self.resolved.lock().unwrap_or_else(PoisonError::into_inner);
        resolved.entry(name.to_string()).or_insert_with(|| self.resolved(name, text).ok()).clone()
    }

    fn within_root(&self, url: DatabaseUrl) -> DatabaseUrl {
        match url {
            DatabaseUrl::Sqlite(SqliteUrl { file: Some(file), parameters }) => {
                DatabaseUrl::Sqlite(SqliteUrl { file: Some(self.root.join(file)), parameters })
            }
            url @ (DatabaseUrl::Sqlite(_) | DatabaseUrl::Postgres(_) | DatabaseUrl::Mysql(_)) => url,
        }
    }

    /// A path as a person at the terminal would write it.
    pub fn shown(&self, path: &Path) -> String {
        let near = path.strip_prefix(&self.here).or_else(|_| path.strip_prefix(&self.root)).unwrap_or(path);
        // `./a.sql` is `a.sql`, also to the programs that look for the file; `.` alone stays.
        let near = near.strip_prefix(".").ok().filter(|rest| !rest.as_os_str().is_empty()).unwrap_or(near);
        near.display().to_string()
    }
}

fn time(text: &str) -> Result<Duration, Failure> {
    duration::parse(text).ok_or_else(|| {
        Failure::usage("config", format!("`{text}` is no time that whimbrel understands"))
            .note("help", "a number and `s`, `m`, `h` or `d`, as `24h`")
    })
}
