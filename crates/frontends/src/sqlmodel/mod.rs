//! SQLModel and SQLAlchemy declarative models, read without running them.
//!
//! The project's modules are parsed and evaluated as far as they can be ([`evaluate`]): constants, functions, classes
//! and imports give values, libraries' constructs stay terms. What the terms mean to SQLAlchemy ([`mapping`], [`types`],
//! [`expression`]) gives tables in no engine's terms ([`whimbrel_models`]), and those are put into the terms of one engine
//! ([`crate::models`]). Nothing is guessed: what depends on more than the source is a diagnostic with its place, and the table
//! it concerns is listed as undecided; the live loader ([`crate::live`]) asks the project's own interpreter about those.

mod classes;
mod code;
mod evaluate;
mod expression;
mod library;
mod mapping;
mod names;
mod pattern;
mod project;
mod source;
mod trouble;
mod types;
mod value;
mod versions;

#[cfg(test)]
mod tests;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, Severity};
pub use crate::models::{Desired, Extent, Models, Undecided};
use crate::models::{ModelTrouble, model};
pub use code::Code;
use evaluate::Interpreter;
use project::{Project, python_files};
use source::Arena;
pub(crate) use source::Source;
pub use versions::Versions;

/// Evaluation and syntax trees nest; neither is deeper than this has room for.
const STACK: usize = 256 * 1024 * 1024;

/// Reads models from files, packages and folders of `project`.
pub fn read(paths: &[PathBuf], project: &Path) -> Models {
    read_as(paths, project, Versions::of(project))
}

/// Reads models the way given versions of SQLModel and SQLAlchemy do.
pub fn read_as(paths: &[PathBuf], project: &Path, versions: Versions) -> Models {
    read_assuming(paths, project, versions, &[])
}

/// Reads models with values for names that the source does not decide, each written as an assignment of Python:
/// `app.config.SCHEMA = 'shop'`.
///
/// The deep stack is grown on this thread rather than brought by another: what the reader gives back when it ends is
/// then memory that its caller can use.
pub fn read_assuming(paths: &[PathBuf], project: &Path, versions: Versions, assume: &[String]) -> Models {
    let read = AssertUnwindSafe(|| read_here(paths, project, versions, assume));
    catch_unwind(|| stacker::grow(STACK, read)).unwrap_or_else(|_| {
        let failed = |message: &str| {
            Diagnostic::without_text(Code::ReaderFailed.severity(), Code::ReaderFailed.word(), message, project)
        };
        let mut models = Models::default();
        models.notes.push(failed("reading the models failed on a fault of whimbrel's own"));
        models.troubles.push(ModelTrouble::anywhere(failed("no table is known for certain")));
        models
    })
}

fn read_here(paths: &[PathBuf], project: &Path, versions: Versions, assume: &[String]) -> Models {
    let paths: Vec<PathBuf> =
        paths.iter().map(|path| if path.is_absolute() { path.clone() } else { project.join(path) }).collect();
    let arena = Arena::new();
    let lookup = Project::new(&paths, project);
    let interpreter = Interpreter::new(&arena, &lookup);
    interpreter.assume(assume);
    let mut models = Models::default();
    let mut files = Vec::new();
    for path in &paths {
        match python_files(path) {
            Ok(found) if found.is_empty() => models.notes.push(Diagnostic::without_text(
                Code::NoModels.severity(),
                Code::NoModels.word(),
                format!("there is no python file in `{}`", path.display()),
                path,
            )),
            Ok(found) => files.extend(found),
            Err(error) => models.troubles.push(ModelTrouble::anywhere(Diagnostic::without_text(
                Code::UnreadableFile.severity(),
                Code::UnreadableFile.word(),
                format!("cannot read `{}`: {error}", path.display()),
                path,
            ))),
        }
    }
    for file in &files {
        interpreter.name_file(file.clone());
    }
    interpreter.follow_imports();
    let mapped = mapping::map(&interpreter, versions, &paths);
    interpreter.tell_unused_assumptions();
    models.tables = mapped.tables;
    models.sequences = mapped.sequences;
    models.statements = mapped.statements;
    models.classes = mapped.classes;
    models.troubles.extend(mapped.troubles);
    models.files = interpreter.files();
    for diagnostic in interpreter.diagnostics.borrow_mut().drain(..) {
        match diagnostic.severity {
            // A file that cannot be read may hold any table.
            Severity::Error => {
                models.troubles.push(ModelTrouble::anywhere(diagnostic));
            }
            Severity::Warning | Severity::Note => models.notes.push(diagnostic),
        }
    }
    interpreter.forget();
    models
}
