//! `whimbrel.toml` as it is written. A key that is not here is an error.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use whimbrel_schema::Engine;

use crate::failure::{Failure, Snippet};

pub const NAME: &str = "whimbrel.toml";

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    #[serde(default)]
    pub models: Models,
    #[serde(default)]
    pub migrations: Migrations,
    #[serde(default)]
    pub environments: BTreeMap<String, Environment>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Models {
    #[serde(default)]
    pub paths: Option<Vec<PathBuf>>,
    #[serde(default)]
    pub loader: Loader,
    #[serde(default)]
    pub python: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Loader {
    /// The source is read, never run.
    #[default]
    Static,
    /// The project's own interpreter is asked for its metadata.
    Python,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Migrations {
    #[serde(default)]
    pub folder: Option<PathBuf>,
    #[serde(default)]
    pub engines: Option<Vec<Engine>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    #[serde(default)]
    pub url: Option<String>,
    #[serde(default)]
    pub protected: bool,
}

/// Reads the file; `shown` is what to call it.
pub fn read(path: &Path, shown: &str) -> Result<File, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::usage("config", format!("`{shown}` cannot be read: {error}")))?;
    parse(&text, shown)
}

fn parse(text: &str, name: &str) -> Result<File, Failure> {
    toml::from_str(text).map_err(|error| {
        let message = error.message().trim_end();
        let (message, help) = match message.split_once(", expected ") {
            Some((what, expected)) if what.starts_with("unknown field") => {
                let key = what.trim_start_matches("unknown field").trim();
                (format!("{key} is no key that whimbrel knows here"), Some(format!("known are {expected}")))
            }
            Some(_) | None => (message.to_string(), None),
        };
        let mut failure = Failure::usage("config", message);
        if let Some(span) = error.span() {
            let source: Arc<str> = text.into();
            failure = failure.at(Snippet { file: name.to_string(), source, span, label: String::new() });
        }
        match help {
            Some(help) => failure.note("help", help.replace("one of ", "")),
            None => failure,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_read() {
        let file = parse(
            r#"
            [models]
            paths = ["app/models"]
            loader = "python"
            python = ".venv/bin/python"
            [migrations]
            folder = "db"
            engines = ["sqlite", "postgres"]
            [environments.dev]
            url = "sqlite:///app.db"
            [environments.production]
            url = "env:DATABASE_URL"
            protected = true
            "#,
            NAME,
        )
        .unwrap();
        assert_eq!(file.models.loader, Loader::Python);
        assert_eq!(file.migrations.engines, Some(vec![Engine::Sqlite, Engine::Postgres]));
        assert!(file.environments["production"].protected && !file.environments["dev"].protected);
    }

    #[test]
    fn an_unknown_key_is_shown_where_it_stands() {
        let failure = parse("[models]\nmodls = 1\n", NAME).unwrap_err();
        let text = anstream::adapter::strip_str(&crate::render::failure::text(&failure)).to_string();
        insta::assert_snapshot!(text, @r"
        error[config]: `modls` is no key that whimbrel knows here
          ┌ whimbrel.toml:2:1
          │
        2 │ modls = 1
          │ ^^^^^
          │
          = help: known are `paths`, `loader`, `python`
        ");
    }

    #[test]
    fn an_unknown_engine_and_a_wrong_type_are_errors() {
        assert!(parse("[migrations]\nengines = [\"oracle\"]\n", NAME).is_err());
        assert!(parse("[environments.dev]\nprotected = \"yes\"\n", NAME).is_err());
    }
}
