use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use whimbrel_schema::Engine;

use super::{Created, Question, engines_folder, home};

/// A published package, as `cases/corpora.toml` describes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Corpus {
    pub package: String,
    pub version: String,
    pub paths: Vec<PathBuf>,
    pub modules: Vec<String>,
    #[serde(default)]
    pub call: Vec<String>,
    pub metadata: Vec<String>,
    /// Imported for real in every run.
    pub live: bool,
    pub engines: Vec<Engine>,
    /// What the project's settings would say: the corpus is read without it and with it.
    #[serde(default)]
    pub assume: Vec<String>,
    #[serde(default)]
    pub environment: BTreeMap<Engine, BTreeMap<String, String>>,
    #[serde(default)]
    pub without: BTreeMap<Engine, Vec<String>>,
}

/// `truth/<package>-<version>.json`.
#[derive(Debug, Clone, Deserialize)]
pub struct Record {
    pub package: String,
    pub version: String,
    pub engines: BTreeMap<Engine, Created>,
}

impl Corpus {
    pub fn read_all() -> Result<Vec<Corpus>> {
        #[derive(Deserialize)]
        struct File {
            corpus: Vec<Corpus>,
        }
        let text = fs::read_to_string(home().join("cases/corpora.toml"))?;
        let file: File = toml::from_str(&text).context("reading cases/corpora.toml")?;
        ensure!(file.corpus.len() >= 7, "corpora went missing");
        Ok(file.corpus)
    }

    /// Where the packages are unpacked: what would be the project.
    pub fn project() -> PathBuf {
        engines_folder().join("corpora/packages")
    }

    pub fn record(&self) -> Result<Record> {
        let path = home().join(format!("truth/{}-{}.json", self.package, self.version));
        let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        let record: Record = serde_json::from_str(&text).with_context(|| format!("reading {}", path.display()))?;
        for engine in &self.engines {
            let created = record.engines.get(engine);
            let created = created.with_context(|| format!("{}: nothing recorded for {engine}", path.display()))?;
            ensure!(!created.tables.is_empty(), "{}: no table recorded for {engine}", path.display());
        }
        Ok(record)
    }

    pub fn question(&self, targets: BTreeMap<Engine, String>) -> Question {
        Question {
            name: self.package.clone(),
            path: Vec::new(),
            modules: self.modules.clone(),
            metadata: self.metadata.clone(),
            call: self.call.clone(),
            targets,
            before: BTreeMap::new(),
            without: self.without.clone(),
            environment: self.environment.clone(),
        }
    }
}
