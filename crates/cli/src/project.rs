//! What commands work on. Each part is read when it is asked for, and not before.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use whimbrel_engines::Look;
use whimbrel_frontends::revision as files;
use whimbrel_plan::Dialect;
use whimbrel_plan::history::{History, Target};
use whimbrel_plan::revision::{Revision, RevisionId};
use whimbrel_run::{Driver, DriverError};
use whimbrel_schema::Engine;

use crate::args::Global;
use crate::diagnose;
use crate::failure::{Exit, Failure};
use crate::output;
use crate::settings::{Environment, Settings};

pub struct Project {
    pub settings: Settings,
}

impl Project {
    pub fn open(global: &Global) -> Result<Project, Failure> {
        Ok(Project { settings: Settings::load(global)? })
    }

    /// The revisions. A folder that is not there yet is an empty history.
    pub fn history(&self) -> Result<History, Failure> {
        let folder = self.settings.folder();
        if !folder.exists() {
            return Ok(History::default());
        }
        files::read_folder(&folder).map_err(|problems| diagnose::revision_files(&problems, &self.settings))
    }

    /// Opens the database to change it: a SQLite file that is not there is made.
    pub fn connect(&self, environment: &Environment) -> Result<Box<dyn Driver>, Failure> {
        as_role(whimbrel_engines::connect(&environment.url), environment)
    }

    /// Opens the database to look at it.
    pub fn connect_existing(&self, environment: &Environment) -> Result<Box<dyn Driver>, Failure> {
        as_role(whimbrel_engines::connect_existing(&environment.url), environment)
    }

    /// Asks a database on which nothing is run what decides how dangerous a statement is.
    pub fn look(&self, environment: &Environment) -> Result<Look, Failure> {
        if environment.role.is_some() {
            let message = format!("no role is taken on {}", environment.url.engine().title());
            return Err(Failure::usage("config", message).note("named by", &environment.source));
        }
        whimbrel_engines::look(&environment.url).map_err(|error| diagnose::connection(&error, environment))
    }

    /// The environment and its database, as screens name them; a file of the project by its path within it.
    pub fn place(&self, environment: &Environment, driver: Option<&dyn Driver>) -> String {
        let database = match driver {
            Some(driver) => driver.describe(),
            None => environment.url.to_string(),
        };
        let database = database.replace(&format!("{}/", self.settings.root.display()), "");
        match &environment.name {
            Some(name) => format!("{name} · {database}"),
            None => database,
        }
    }

    pub fn target(&self, text: &str) -> Result<Target, Failure> {
        text.parse::<Target>().map_err(|error| diagnose::target(&error.into()))
    }

    /// The one revision that the text names, without asking a database.
    pub fn one<'a>(&self, history: &'a History, text: &str) -> Result<&'a Revision, Failure> {
        history.resolve_one(&self.target(text)?, &BTreeSet::new()).map_err(|error| diagnose::target(&error))
    }

    /// The revisions that the texts name, each once.
    pub fn several<'a>(&self, history: &'a History, texts: &[String]) -> Result<Vec<&'a Revision>, Failure> {
        let mut found: Vec<&Revision> = Vec::new();
        for text in texts {
            let named = history.resolve(&self.target(text)?, &BTreeSet::new());
            for revision in named.map_err(|error| diagnose::target(&error))? {
                if !found.iter().any(|other| other.id == revision.id) {
                    found.push(revision);
                }
            }
        }
        Ok(found)
    }

    /// Writes a new revision's file, and says where. A file that is there is never replaced.
    pub fn write(&self, revision: &Revision) -> Result<PathBuf, Failure> {
        let folder = self.settings.folder();
        let failed = |path: &Path, error: std::io::Error| {
            let path = self.settings.shown(path);
            Failure::new(Exit::Failed, "output", format!("`{path}` cannot be written: {error}"))
        };
        std::fs::create_dir_all(&folder).map_err(|error| failed(&folder, error))?;
        let entries = std::fs::read_dir(&folder).map_err(|error| failed(&folder, error))?;
        let taken = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        let path = folder.join(files::file_name(revision, &taken));
        output::write_new(&path, &files::write(revision)).map_err(|error| failed(&path, error))?;
        Ok(path)
    }

    /// The id that was asked for, or one that is new.
    pub fn id(&self, history: &History, wanted: Option<&str>) -> Result<RevisionId, Failure> {
        let Some(text) = wanted else { return Ok(files::new_id(history)) };
        let id = RevisionId::new(text).map_err(|error| Failure::usage("revision-id", error.to_string()))?;
        match history.get(&id) {
            None => Ok(id),
            Some(other) => {
                let file = self.settings.shown(&other.source.file);
                Err(Failure::usage("revision-id", format!("`{id}` is the id of another revision")).note("file", file))
            }
        }
    }
}

/// The connection, as the role that the environment is worked on with.
fn as_role(
    connected: Result<Box<dyn Driver>, DriverError>,
    environment: &Environment,
) -> Result<Box<dyn Driver>, Failure> {
    let assumed = connected.and_then(|mut driver| {
        if let Some(role) = &environment.role {
            driver.assume_role(role)?;
        }
        Ok(driver)
    });
    assumed.map_err(|error| diagnose::connection(&error, environment))
}

pub fn dialect(engine: Engine) -> Result<&'static dyn Dialect, Failure> {
    whimbrel_engines::dialect(engine).ok_or_else(|| {
        Failure::usage("engine", format!("{} is not part of this whimbrel yet", engine.title()))
            .note("help", "sqlite and postgres are; see `engines` under `[migrations]` in whimbrel.toml")
    })
}
