//! Models written as SQL: a `schema.sql`, or a folder of such files.
//!
//! The statements are folded in memory like those of a revision. What no fold can know (a `DO` block, a table made
//! from a query) is reported, so that the caller has the whole run on a scratch database instead and reads that.

mod files;

use std::collections::VecDeque;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use whimbrel_plan::fold::{self, Folding};
use whimbrel_plan::{Dialect, Understanding};
use whimbrel_schema::Schema;

use crate::diagnostic::{Diagnostic, Severity};

/// The files as they were read, in the order of their names.
#[derive(Debug, Clone, Default)]
pub struct SqlModels {
    pub files: Vec<SqlFile>,
    /// What could not be read at all.
    pub diagnostics: Vec<Diagnostic>,
}

#[derive(Debug, Clone)]
pub struct SqlFile {
    pub path: Arc<Path>,
    pub text: Arc<str>,
}

/// One statement of a file.
#[derive(Debug, Clone)]
pub struct SqlStatement<'a> {
    pub file: &'a SqlFile,
    pub span: Range<usize>,
}

impl SqlStatement<'_> {
    pub fn text(&self) -> &str {
        self.file.text.get(self.span.clone()).unwrap_or_default()
    }

    /// Something to say about this statement, at its beginning.
    pub fn diagnostic(&self, code: &'static str, message: String) -> Diagnostic {
        let first_line = self.text().lines().next().map_or(0, str::len);
        let span = self.span.start..self.span.start + first_line;
        Diagnostic::new(Severity::Error, code, message, self.file.path.clone(), self.file.text.clone(), span)
    }
}

/// What the statements amount to.
#[derive(Debug, Clone)]
pub struct FoldedSql {
    pub schema: Schema,
    /// One for each statement that no fold can follow. While there is any, `schema` is not the whole truth.
    pub unknown: Vec<Diagnostic>,
}

/// Reads files and folders (every `.sql` in them, by name, folders within folders too).
pub fn read<P: AsRef<Path>>(paths: &[P]) -> SqlModels {
    let mut models = SqlModels::default();
    for path in paths {
        files::collect(path.as_ref(), &mut models);
    }
    models
}

impl SqlModels {
    pub fn statements(&self, dialect: &dyn Dialect) -> Vec<SqlStatement<'_>> {
        let mut statements = Vec::new();
        for file in &self.files {
            statements.extend(dialect.split(&file.text).into_iter().map(|span| SqlStatement { file, span }));
        }
        statements
    }

    /// Folds every statement over an empty schema. A statement that names something not made yet is tried again after
    /// the others: the order of files is the order of their names, which need not be the order of their needs.
    pub fn fold(&self, dialect: &dyn Dialect) -> FoldedSql {
        let mut folding = Folding::new(Schema::new(dialect.engine()));
        let mut unknown = Vec::new();
        let mut waiting = VecDeque::new();
        for statement in self.statements(dialect) {
            match dialect.understand(statement.text()) {
                Understanding::Known { steps, .. } => waiting.push_back((statement, steps)),
                Understanding::Unknown { reason, .. } => {
                    unknown.push(statement.diagnostic("unknown-statement", format!("not understood: {reason}")));
                }
            }
        }
        loop {
            let before = waiting.len();
            let mut left = VecDeque::new();
            let mut refusals = Vec::new();
            for (statement, steps) in waiting {
                let refused = steps
                    .iter()
                    .enumerate()
                    .find_map(|(number, step)| folding.apply(step, dialect).err().map(|refusal| (number, refusal)));
                match refused {
                    None => {}
                    // Nothing of it has been done, so it can wait.
                    Some((0, refusal)) => {
                        refusals.push(statement.diagnostic("impossible-statement", refusal.to_string()));
                        left.push_back((statement, steps));
                    }
                    Some((_, refusal)) => {
                        unknown.push(statement.diagnostic("impossible-statement", refusal.to_string()));
                    }
                }
            }
            if left.is_empty() || left.len() == before {
                unknown.extend(refusals);
                break;
            }
            waiting = left;
        }
        let mut schema = folding.into_schema();
        fold::settle(&mut schema, dialect);
        FoldedSql { schema, unknown }
    }
}
