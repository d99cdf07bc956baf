//! The live loader: the project's own interpreter imports the models and says what SQLAlchemy made of them.
//!
//! For models that no reading of the source can decide. What comes back is the same as what the static reader gives.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;
use thiserror::Error;

use super::Models;
use super::mapping::ModelTrouble;
use super::model::{SequenceModel, TableModel};
use super::project::{Project, python_files};
use crate::diagnostic::{Diagnostic, Severity};

/// The program that runs in the project's interpreter: module names and import folders as arguments, JSON as output.
pub const PROGRAM: &str = include_str!("loader.py");

#[derive(Debug, Error)]
pub enum LiveError {
    #[error("cannot run `{}`: {source}", .python.display())]
    Start { python: PathBuf, source: std::io::Error },
    #[error("python could not import the models:\n{0}")]
    Python(String),
    #[error("what python said is not understood: {0}")]
    Answer(#[from] serde_json::Error),
}

#[derive(Deserialize)]
struct Answer {
    tables: Vec<TableModel>,
    #[serde(default)]
    sequences: Vec<SequenceModel>,
    #[serde(default)]
    troubles: Vec<AnswerTrouble>,
    #[serde(default)]
    classes: usize,
}

/// What SQLAlchemy itself could not put into SQL for an engine.
#[derive(Deserialize)]
struct AnswerTrouble {
    table: Option<usize>,
    column: Option<String>,
    engine: Option<whimbrel_schema::Engine>,
    message: String,
}

/// Reads what the program printed.
pub fn read(json: &str) -> Result<Models, LiveError> {
    let answer: Answer = serde_json::from_str(json)?;
    let troubles = answer
        .troubles
        .into_iter()
        .map(|trouble| ModelTrouble {
            table: trouble.table,
            column: trouble.column,
            engine: trouble.engine,
            diagnostic: Diagnostic::without_text(
                Severity::Error,
                "sqlalchemy-refuses",
                trouble.message,
                Path::new("python"),
            ),
        })
        .collect();
    Ok(Models {
        tables: answer.tables,
        sequences: answer.sequences,
        classes: answer.classes,
        troubles,
        ..Models::default()
    })
}

/// Runs the interpreter on the models of `project`.
pub fn load(python: &Path, paths: &[PathBuf], project: &Path) -> Result<Models, LiveError> {
    let paths: Vec<PathBuf> =
        paths.iter().map(|path| if path.is_absolute() { path.clone() } else { project.join(path) }).collect();
    let start = |source| LiveError::Start { python: python.to_path_buf(), source };
    let lookup = Project::new(&paths, project);
    let mut modules = Vec::new();
    for path in &paths {
        for file in python_files(path).map_err(start)? {
            modules.push(lookup.module_name(&file));
        }
    }
    let output = Command::new(python)
        .arg("-c")
        .arg(PROGRAM)
        .arg(serde_json::to_string(&lookup.roots())?)
        .arg(serde_json::to_string(&modules)?)
        .current_dir(project)
        .stdin(Stdio::null())
        .output()
        .map_err(start)?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let last: Vec<&str> = said.lines().rev().take(20).collect();
        return Err(LiveError::Python(last.into_iter().rev().collect::<Vec<_>>().join("\n")));
    }
    let said = String::from_utf8_lossy(&output.stdout);
    // The models may print as they are imported; the answer is the last line.
    let answer = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("");
    read(answer)
}
