//! The folder of a copy that is a file.

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use whimbrel_engines::url::{DatabaseUrl, SqliteUrl};

use crate::failure::{Exit, Failure};
use crate::settings::Environment;

/// Folders of copies begin so, and say whose they are.
const PREFIX: &str = "whimbrel-rehearsal-";

/// Where there is room for a database: beside the file on SQLite, elsewhere where temporary files go. What a process that
/// is no longer there has left is cleared away.
pub(super) fn make(environment: &Environment) -> Result<TempDir, Failure> {
    let home = match &environment.url {
        DatabaseUrl::Sqlite(SqliteUrl { file: Some(file), .. }) => {
            file.parent().filter(|it| !it.as_os_str().is_empty()).map(Path::to_path_buf)
        }
        DatabaseUrl::Sqlite(SqliteUrl { file: None, .. }) | DatabaseUrl::Postgres(_) | DatabaseUrl::Mysql(_) => None,
    };
    let home: PathBuf = home.unwrap_or_else(std::env::temp_dir);
    clear(&home);
    let prefix = format!(".{PREFIX}{}-", std::process::id());
    tempfile::Builder::new().prefix(&prefix).tempdir_in(&home).map_err(|error| {
        let home = home.display();
        Failure::new(
            Exit::Failed,
            "no-copy",
            format!("no folder for the copy can be made in `{home}`: {}", error.kind()),
        )
    })
}

fn clear(home: &Path) {
    for entry in std::fs::read_dir(home).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let pid = name.strip_prefix('.').and_then(|name| name.strip_prefix(PREFIX));
        let pid = pid.and_then(|rest| rest.split('-').next()?.parse::<u32>().ok());
        // Elsewhere than on Linux nobody can be looked for so, and what is left stays.
        let gone = |pid: u32| Path::new("/proc/self").exists() && !Path::new(&format!("/proc/{pid}")).exists();
        if pid.is_some_and(gone) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}
