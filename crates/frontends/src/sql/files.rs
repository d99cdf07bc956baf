use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{SqlFile, SqlModels};
use crate::diagnostic::{Diagnostic, Severity};

/// Adds the file, or every `.sql` file below the folder in the order of their paths.
pub(super) fn collect(path: &Path, models: &mut SqlModels) {
    if path.is_dir() {
        match entries(path) {
            Ok(entries) => {
                for entry in entries {
                    if entry.is_dir() || entry.extension().is_some_and(|extension| extension == "sql") {
                        collect(&entry, models);
                    }
                }
            }
            Err(error) => models.diagnostics.push(unreadable(path, &error)),
        }
        return;
    }
    match fs::read_to_string(path) {
        Ok(text) => models.files.push(SqlFile { path: Arc::from(path), text: Arc::from(text) }),
        Err(error) => models.diagnostics.push(unreadable(path, &error)),
    }
}

fn entries(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut entries =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<std::io::Result<Vec<_>>>()?;
    entries.retain(|entry| {
        let hidden = entry.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        !hidden && !entry.is_symlink() || entry.is_file()
    });
    entries.sort();
    Ok(entries)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Diagnostic {
    let message = format!("cannot read `{}`: {error}", path.display());
    Diagnostic::without_text(Severity::Error, "unreadable-file", message, path)
}
