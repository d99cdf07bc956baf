//! What SQLModel and SQLAlchemy themselves make of models, asked of the real ones or read from a record.

mod corpus;
mod inspector;
mod model;
mod reading;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use whimbrel_schema::Engine;

pub use corpus::{Corpus, Record};
pub use inspector::disagreements;
pub use model::ModelCase;
pub use reading::{Reading, compare, versions};

/// What `truth.py` is asked, per case.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Question {
    pub name: String,
    pub path: Vec<PathBuf>,
    pub modules: Vec<String>,
    pub metadata: Vec<String>,
    pub call: Vec<String>,
    pub targets: BTreeMap<Engine, String>,
    pub before: BTreeMap<Engine, Vec<String>>,
    pub without: BTreeMap<Engine, Vec<String>>,
    pub environment: BTreeMap<Engine, BTreeMap<String, String>>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Answer {
    pub name: String,
    pub engines: BTreeMap<Engine, Outcome>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Outcome {
    Failed { error: String },
    Created(Created),
}

/// What `create_all` did, and what SQLAlchemy's inspector then found.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Created {
    pub versions: BTreeMap<String, String>,
    pub statements: Vec<String>,
    pub tables: Vec<InspectedTable>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct InspectedTable {
    pub schema: Option<String>,
    pub name: String,
    pub columns: Vec<InspectedColumn>,
    pub primary_key: InspectedKey,
    pub uniques: Vec<InspectedKey>,
    pub foreign_keys: Vec<InspectedForeignKey>,
    pub checks: Vec<InspectedCheck>,
    pub indexes: Vec<InspectedIndex>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct InspectedColumn {
    pub name: String,
    #[serde(rename = "type")]
    pub ty: String,
    pub nullable: bool,
    pub default: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct InspectedKey {
    pub name: Option<String>,
    pub columns: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct InspectedForeignKey {
    pub name: Option<String>,
    pub columns: Vec<String>,
    pub references: String,
    pub referenced_columns: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct InspectedCheck {
    pub name: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct InspectedIndex {
    pub name: Option<String>,
    pub unique: bool,
}

/// The folder of this crate, with its cases, records and scripts.
pub fn home() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What `cargo xtask` installed.
pub fn engines_folder() -> PathBuf {
    home().ancestors().nth(2).unwrap_or(home()).join(".engines")
}

/// An environment's interpreter; `python` has the newest SQLModel, `python-packages` the published packages.
///
/// `None` only where the test may go without: in CI it has to be there.
pub fn interpreter(environment: &str) -> Result<Option<PathBuf>> {
    let path = engines_folder().join(environment).join("bin/python");
    if path.is_file() {
        return Ok(Some(path));
    }
    let required = std::env::var("WHIMBREL_REQUIRE_ENGINES").unwrap_or_default();
    if std::env::var_os("CI").is_some() || required.split(',').any(|word| matches!(word, "python" | "all")) {
        bail!("{} is not there; run: cargo xtask python", path.display());
    }
    eprintln!("skipped: {} is not there; cargo xtask python installs it", path.display());
    Ok(None)
}

/// Puts the questions to the interpreter; the answers come in their order.
pub fn ask(interpreter: &Path, questions: &[Question]) -> Result<Vec<Answer>> {
    let scratch = tempfile::tempdir()?;
    let mut child = Command::new(interpreter)
        .arg("-B")
        .arg(home().join("python/truth.py"))
        // Some packages write to the home folder when they are imported.
        .env("HOME", scratch.path())
        .current_dir(scratch.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("starting {}", interpreter.display()))?;
    let request = serde_json::to_vec(&serde_json::json!({ "cases": questions }))?;
    child.stdin.take().context("the interpreter has no input")?.write_all(&request)?;
    let output = child.wait_with_output()?;
    let answers = String::from_utf8(output.stdout)?;
    let answers: Vec<Answer> =
        answers.lines().map(serde_json::from_str).collect::<Result<_, _>>().context("reading truth.py's answer")?;
    if answers.len() != questions.len() {
        bail!("truth.py answered {} of {} questions:\n{}", answers.len(), questions.len(), tail(&output.stderr));
    }
    Ok(answers)
}

fn tail(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}
