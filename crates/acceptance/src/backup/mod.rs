//! What holds of backups on any engine: what is restored is what was copied, and what is not what was made is refused.

mod damage;
mod laws;
mod shelf;

use std::fs;
use std::path::Path;

use anyhow::{Result, ensure};
use whimbrel_schema::Engine;

pub use damage::damaged_is_refused;
pub use laws::{comes_out_equal, one_table_comes_out, only_affected_rows_are_copied};
pub use shelf::{Shelf, go_on};

/// A database to be backed up, as `cases/backup/ENGINE/NAME.sql` makes it.
#[derive(Debug)]
pub struct Case {
    pub name: String,
    pub script: String,
}

pub fn cases(engine: Engine) -> Result<Vec<Case>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/backup").join(engine.word());
    let mut files: Vec<_> = fs::read_dir(&folder)?.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|it| it == "sql"));
    files.sort();
    ensure!(files.len() >= 4, "only {} cases in `{}`", files.len(), folder.display());
    let case = |path: &std::path::PathBuf| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Case { name, script: fs::read_to_string(path)? })
    };
    files.iter().map(case).collect()
}
