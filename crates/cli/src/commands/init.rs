use std::fs;
use std::path::{Path, PathBuf};

use owo_colors::OwoColorize;
use serde::Serialize;

use crate::args::Init;
use crate::environment::DATABASE_URL;
use crate::failure::{Exit, Failure, Outcome};
use crate::output;
use crate::printer::{Detail, Printer, Screen};
use crate::render::table::Columns;
use crate::settings::conventions::{self, Alembic, VariableSource};
use crate::settings::{self, file};

pub fn run(arguments: &Init, printer: &Printer) -> Outcome {
    let root = std::env::current_dir()
        .map_err(|error| Failure::usage("config", format!("the current folder cannot be read: {error}")))?;
    let exists = root.join(file::NAME).exists();
    if exists && (!arguments.models.is_empty() || arguments.folder.is_some()) {
        return Err(Failure::usage("exists", "there is a whimbrel.toml already, and it is never overwritten")
            .note("help", "change `paths` under `[models]` or `folder` under `[migrations]` in it"));
    }
    if let Some(missing) = arguments.models.iter().find(|path| !root.join(path).exists()) {
        return Err(Failure::usage("no-models", format!("`{}` does not exist", missing.display()))
            .note("help", "name what is there, or leave --models out: then whimbrel looks for it"));
    }
    let found = Found::look(&root, arguments);
    let mut screen = Written { found: found.words(), wrote: Vec::new(), kept: Vec::new(), next: found.next() };
    let config = root.join(file::NAME);
    if exists {
        screen.found.clear();
        screen.kept.push(file::NAME.to_string());
    } else {
        output::write_new(&config, &found.config()).map_err(|error| unwritable(Path::new(file::NAME), &error))?;
        screen.wrote.push(file::NAME.to_string());
    }
    let folder = match exists {
        true => file::read(&config, file::NAME)?.migrations.folder.unwrap_or_else(|| PathBuf::from(settings::FOLDER)),
        false => found.folder.clone(),
    };
    let shown = format!("{}/", folder.display());
    if root.join(&folder).is_dir() {
        screen.kept.push(shown);
    } else {
        fs::create_dir_all(root.join(&folder)).map_err(|error| unwritable(&folder, &error))?;
        screen.wrote.push(shown);
    }
    printer.show(Exit::Fine, &screen);
    Ok(Exit::Fine)
}

/// What lies around in the project.
struct Found {
    models: Vec<PathBuf>,
    /// The models were named, not found.
    models_named: bool,
    folder: PathBuf,
    alembic: Option<Alembic>,
    url: Url,
}

enum Url {
    Variable(VariableSource),
    Alembic(String),
    /// It holds a password, which has no place in a second file.
    AlembicSecret,
    Nowhere,
}

impl Found {
    fn look(root: &Path, arguments: &Init) -> Found {
        let alembic = conventions::read_alembic(root);
        let url = match (conventions::variable(root, DATABASE_URL), alembic.as_ref().and_then(|it| it.url.clone())) {
            (Some((_, source)), _) => Url::Variable(source),
            (None, Some(url)) if holds_password(&url) => Url::AlembicSecret,
            (None, Some(url)) => Url::Alembic(url),
            (None, None) => Url::Nowhere,
        };
        let models_named = !arguments.models.is_empty();
        let models = if models_named { arguments.models.clone() } else { conventions::find_models(root) };
        let folder = arguments.folder.clone().unwrap_or_else(|| {
            let usual = PathBuf::from(settings::FOLDER);
            // Alembic's own scripts stay alone.
            if root.join(&usual).join("env.py").exists() { PathBuf::from("revisions") } else { usual }
        });
        Found { models, models_named, folder, alembic, url }
    }

    fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        if !self.models_named {
            match self.models.as_slice() {
                [] => words.push("no models yet: name them under `[models]`".to_string()),
                models => words.extend(models.iter().map(|path| format!("models in {}", path.display()))),
            }
        }
        if let Some(alembic) = &self.alembic {
            words.push(match &alembic.script_location {
                Some(location) => format!("alembic.ini; Alembic's revisions in {location} are left alone"),
                None => "alembic.ini".to_string(),
            });
        }
        words.push(match &self.url {
            Url::Variable(VariableSource::Environment) => format!("{DATABASE_URL} in the environment"),
            Url::Variable(VariableSource::DotEnv) => format!("{DATABASE_URL} in .env"),
            Url::Alembic(url) => format!("the database {url} in alembic.ini"),
            Url::AlembicSecret => {
                format!("a database in alembic.ini, with a password that was not copied: set {DATABASE_URL}")
            }
            Url::Nowhere => format!("no database named anywhere: {DEFAULT_URL} is assumed"),
        });
        words
    }

    fn next(&self) -> Vec<String> {
        match &self.alembic {
            // The database has the tables already: the first revision is only noted, not run.
            Some(_) => vec![
                "whimbrel revision --autogenerate -m \"as it stands\"".to_string(),
                "whimbrel stamp head".to_string(),
                "whimbrel check".to_string(),
            ],
            None => vec!["whimbrel revision --autogenerate -m \"first\"".to_string()],
        }
    }

    fn config(&self) -> String {
        let quoted = |text: &str| toml::Value::String(text.to_string()).to_string();
        let paths: Vec<String> = self.models.iter().map(|path| quoted(&path.display().to_string())).collect();
        let paths = match paths.as_slice() {
            [] => "# paths = [\"app/models\"]".to_string(),
            paths => format!("paths = [{}]", paths.join(", ")),
        };
        let url = match &self.url {
            Url::Variable(_) | Url::AlembicSecret => format!("env:{DATABASE_URL}"),
            Url::Alembic(url) => url.clone(),
            Url::Nowhere => DEFAULT_URL.to_string(),
        };
        let folder = quoted(&self.folder.display().to_string());
        let in_rust = |path: &PathBuf| path.extension().is_some_and(|it| it == "rs") || path.ends_with("Cargo.toml");
        let reading = match !self.models.is_empty() && self.models.iter().all(in_rust) {
            true => READING_RUST,
            false => READING_PYTHON,
        };
        format!(
            "\
# Where whimbrel finds things. Paths start from the folder of this file.

[models]
# Files, packages or folders: Python with SQLModel or SQLAlchemy classes, a Cargo.toml or .rs, or .sql.
{paths}
{reading}

[migrations]
folder = {folder}
# What `whimbrel revision --autogenerate` writes for; without it, the engine of the environment's url.
# engines = [\"sqlite\", \"postgres\"]

# For how long the values that a revision destroys are kept, so that its downgrade gives them back.
# [keep]
# days = 30

# Name an environment with --env or WHIMBREL_ENV; `dev` is meant when none is named.
[environments.dev]
# An SQLAlchemy url, or where it is kept: \"env:NAME\" (also from .env), \"file:PATH\", \"command:PROGRAM …\".
url = {url}

# A protected environment takes no change before it was shown that nothing drifted, a review, a backup that a database has
# come out of, and a rehearsal on that: `whimbrel upgrade --env production --prove` does all of it.
# [environments.production]
# url = \"env:PRODUCTION_DATABASE_URL\"
# protected = true

# [protect]
# backup_age = \"24h\"
# rehearsal_age = \"24h\"
# fail_on = \"care\"

# [backup]
# folder = \"backups\"
# keep = 7
# recipients = [\"age1…\"]

# [rehearse]
# queries = \"queries\"
# key = \"env:REHEARSAL_KEY\"
",
            url = quoted(&url)
        )
    }
}

const READING_PYTHON: &str = "\
# \"static\" reads the source without running it; \"python\" asks the project's own interpreter for its metadata.
# loader = \"static\"
# python = \".venv/bin/python\"
# Values that only the running code would know; a diagnostic says which are needed.
# assume = [\"app.config.SCHEMA = 'shop'\"]";

const READING_RUST: &str = "\
# How the program is built, where `cfg` decides about a table or a column; a diagnostic says what is needed.
# assume = [\"feature = 'ssr'\", \"not(feature = 'mock')\"]";

const DEFAULT_URL: &str = "sqlite:///app.db";

fn holds_password(url: &str) -> bool {
    let Some((_, rest)) = url.split_once("://") else { return false };
    let authority = rest.split('/').next().unwrap_or(rest);
    authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':')) || rest.contains("password=")
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(Exit::Failed, "output", format!("`{}` cannot be written: {error}", path.display()))
}

#[derive(Serialize)]
struct Written {
    found: Vec<String>,
    wrote: Vec<String>,
    kept: Vec<String>,
    next: Vec<String>,
}

impl Screen for Written {
    fn text(&self, detail: Detail) -> String {
        let mut columns = Columns::default();
        for (word, lines) in [("found", &self.found), ("wrote", &self.wrote), ("kept", &self.kept)] {
            for (at, line) in lines.iter().enumerate() {
                let head = if at == 0 { word.dimmed().to_string() } else { String::new() };
                columns.row([head, line.clone()]);
            }
        }
        if detail != Detail::Quiet {
            for (at, command) in self.next.iter().enumerate() {
                let word = if at == 0 { "next" } else { "then" };
                columns.row([word.dimmed().to_string(), command.bold().to_string()]);
            }
        }
        columns.text("")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_noticed() {
        assert!(holds_password("postgresql+psycopg://me:secret@host/db"));
        assert!(holds_password("postgresql://host/db?user=me&password=secret"));
        for url in ["postgresql://me@host:5432/db", "sqlite:///app.db", "postgresql:///db"] {
            assert!(!holds_password(url), "{url}");
        }
    }
}
