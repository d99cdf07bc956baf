//! The live loader: for what no reading of the source can decide, the project's own interpreter is asked.
//!
//! It answers with the CREATE statements that SQLAlchemy itself writes, and those are read like any other SQL. Models
//! are imported and nothing connects anywhere.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use serde::Deserialize;
use thiserror::Error;
use whimbrel_plan::Dialect;
use whimbrel_schema::{Engine, Expression, ObjectName, Schema};

use crate::sql::{FoldedSql, SqlFile, SqlModels};

const LOADER: &str = include_str!("loader.py");

#[derive(Debug, Error)]
pub enum LiveError {
    #[error("cannot run `{}`: {error}", python.display())]
    Interpreter { python: PathBuf, error: std::io::Error },
    /// `report` is what the interpreter wrote: a traceback, with file and line.
    #[error("`{}` could not import the models\n{report}", python.display())]
    Import { python: PathBuf, report: String },
    #[error("`{}` did not answer as the loader does: {reason}", python.display())]
    Answer { python: PathBuf, reason: String },
    #[error("importing {} made no table", listed(paths))]
    NoTables { paths: Vec<PathBuf> },
}

fn listed(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| format!("`{}`", path.display())).collect::<Vec<_>>().join(", ")
}

/// The models as SQLAlchemy writes them, per engine.
#[derive(Debug, Clone)]
pub struct LiveModels {
    pub sqlalchemy: String,
    python: PathBuf,
    engines: BTreeMap<Engine, EngineAnswer>,
}

#[derive(Debug, Deserialize)]
struct Answer {
    sqlalchemy: String,
    tables: usize,
    engines: BTreeMap<Engine, EngineAnswer>,
}

#[derive(Debug, Clone, Deserialize)]
struct EngineAnswer {
    statements: Vec<String>,
    client_defaults: Vec<ClientDefault>,
}

#[derive(Debug, Clone, Deserialize)]
struct ClientDefault {
    namespace: Option<String>,
    table: String,
    column: String,
    sql: String,
}

/// Imports the models at `paths` with `python` and asks for their SQL on each engine.
pub fn load(python: &Path, project: &Path, paths: &[PathBuf], engines: &[Engine]) -> Result<LiveModels, LiveError> {
    let words: Vec<&str> = engines.iter().map(|engine| engine.word()).collect();
    let output = Command::new(python)
        .args(["-c", LOADER])
        .arg(project)
        .arg(words.join(","))
        .args(paths)
        .current_dir(project)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| LiveError::Interpreter { python: python.to_path_buf(), error })?;
    if !output.status.success() {
        let report = match String::from_utf8_lossy(&output.stderr).trim_end() {
            "" => format!("nothing, and ended with {}", output.status),
            said => said.to_string(),
        };
        return Err(LiveError::Import { python: python.to_path_buf(), report });
    }
    if output.stdout.iter().all(u8::is_ascii_whitespace) {
        let reason = "it said nothing".to_string();
        return Err(LiveError::Answer { python: python.to_path_buf(), reason });
    }
    let answer: Answer = serde_json::from_slice(&output.stdout)
        .map_err(|error| LiveError::Answer { python: python.to_path_buf(), reason: error.to_string() })?;
    if answer.tables == 0 {
        return Err(LiveError::NoTables { paths: paths.to_vec() });
    }
    Ok(LiveModels { sqlalchemy: answer.sqlalchemy, python: python.to_path_buf(), engines: answer.engines })
}

impl LiveModels {
    /// The statements as SQL models: what cannot be folded can be run on a scratch database instead.
    pub fn statements(&self, engine: Engine) -> SqlModels {
        let mut text = String::new();
        for statement in self.engines.get(&engine).map_or(&[][..], |answer| &answer.statements) {
            text.push_str(statement);
            text.push_str(";\n\n");
        }
        let file = SqlFile { path: Arc::from(self.python.as_path()), text: Arc::from(text) };
        SqlModels { files: vec![file], diagnostics: Vec::new() }
    }

    pub fn fold(&self, dialect: &dyn Dialect) -> FoldedSql {
        let mut folded = self.statements(dialect.engine()).fold(dialect);
        self.annotate(&mut folded.schema);
        folded
    }

    /// Adds what the application gives new rows.
    pub fn annotate(&self, schema: &mut Schema) {
        let Some(answer) = self.engines.get(&schema.engine) else { return };
        for default in &answer.client_defaults {
            let name = ObjectName { namespace: default.namespace.clone(), name: default.table.clone() };
            let column = schema.table_mut(&name).and_then(|table| table.column_mut(&default.column));
            if let Some(column) = column {
                column.notes.client_default = Some(Expression::new(&default.sql));
            }
        }
    }
}
