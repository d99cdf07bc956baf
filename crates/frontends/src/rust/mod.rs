//! Rust models: structs that derive `Table`, read from the sources of a Cargo project without compiling it.
//!
//! The project's crates are found by their manifests ([`manifest`]), their modules as the compiler finds them ([`tree`]),
//! and names are followed through imports and re-exports ([`resolve`]). What a struct says is read by the same code that
//! the derive macro runs ([`whimbrel_models::read`]); only types of the project's own are looked up here, where the macro
//! asks the compiler. What depends on the build (`cfg`) is a diagnostic unless somebody decides it.

mod code;
mod column_type;
mod condition;
mod manifest;
mod resolve;
mod source;
mod table;
mod tree;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::diagnostic::{Diagnostic, Severity};
use crate::models::{ModelTrouble, Models};
pub use code::Code;
use condition::Conditions;
use manifest::NAME;
use tree::Tree;

/// Syntax nests, and is taken apart by calling down.
const STACK: usize = 64 * 1024 * 1024;

/// Reads the tables of what is named: a `Cargo.toml` for its package or workspace, a folder with one, a file or folder
/// of modules for what is in it. `assume` decides predicates of `cfg`.
pub fn read(paths: &[PathBuf], project: &Path, assume: &[String]) -> Models {
    stacker::grow(STACK, || read_here(paths, project, assume))
}

fn read_here(paths: &[PathBuf], project: &Path, assume: &[String]) -> Models {
    let mut models = Models::default();
    let (conditions, unreadable) = Conditions::assuming(assume);
    for text in unreadable {
        let message = format!("`{text}` in `assume` is no predicate of `cfg`");
        anywhere(&mut models, Code::Undecided, message, project);
    }
    let mut tree = Tree::new(conditions);
    let mut named = Vec::new();
    for path in paths {
        let path = if path.is_absolute() { path.clone() } else { project.join(path) };
        let of_folder = path.join(NAME);
        let (manifest, whole) = if path.file_name().is_some_and(|name| name == NAME) {
            (Some(path.clone()), true)
        } else if of_folder.is_file() {
            (Some(of_folder), true)
        } else {
            let above = path.ancestors().skip(1).take_while(|folder| folder.starts_with(project));
            (above.map(|folder| folder.join(NAME)).find(|manifest| manifest.is_file()), false)
        };
        let packages = match manifest.as_deref().map(manifest::packages) {
            Some(Ok(packages)) => packages,
            Some(Err((file, message))) => {
                let message = format!("`{}` cannot be read: {message}", file.display());
                anywhere(&mut models, Code::UnreadableFile, message, &file);
                continue;
            }
            None => Vec::new(),
        };
        for package in &packages {
            if !tree.crates.contains_key(&package.name) {
                tree.package(package);
            }
        }
        if whole {
            named.extend(packages.iter().map(|package| package.folder.clone()));
            continue;
        }
        // A file that no crate of the project has among its modules is read on its own.
        if !tree.files.iter().any(|file| file.starts_with(&path)) {
            for file in files_of(&path) {
                tree.root(&file, Rc::default());
            }
        }
        named.push(path);
    }
    table::collect(&tree, &named, &mut models);
    models.files.append(&mut tree.files);
    // What cannot be read may hold any table.
    let troubles = tree.diagnostics.drain(..).map(ModelTrouble::anywhere);
    models.troubles.extend(troubles);
    if models.tables.is_empty() && models.troubles.is_empty() {
        let message = "no struct derives `Table` here";
        let code = Code::NoModels;
        models.notes.push(Diagnostic::without_text(code.severity(), code.word(), message, project));
    }
    debug_assert!(models.notes.iter().all(|note| note.severity != Severity::Error));
    models
}

fn anywhere(models: &mut Models, code: Code, message: String, file: &Path) {
    let diagnostic = Diagnostic::without_text(code.severity(), code.word(), message, file);
    models.troubles.push(ModelTrouble::anywhere(diagnostic));
}

/// The file, or those of a folder; folders within it belong to their modules.
fn files_of(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_path_buf()];
    }
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|it| it == "rs")).collect();
    files.sort();
    files
}
