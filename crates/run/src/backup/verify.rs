//! Whether a backup is what was made: every file that the manifest names, no other, each of its length and its hash.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::{Component, Path};

use serde::{Deserialize, Serialize};

use super::manifest::{MANIFEST, PROOF};
use super::progress::{Doing, Progress, Watch};
use super::sealed::{self, name_of_seal};
use super::{Backup, BackupError, BackupId, FORMAT, FileEntry, files, pack, workplace};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "fault")]
pub enum Fault {
    NoManifest,
    Manifest {
        what: String,
    },
    Newer {
        format: u64,
    },
    /// The manifest is another backup's.
    Misnamed {
        says: BackupId,
    },
    Missing {
        path: String,
    },
    Extra {
        path: String,
    },
    Size {
        path: String,
        expected: u64,
        found: u64,
    },
    Changed {
        path: String,
    },
    Unreadable {
        path: String,
        what: String,
    },
    /// The manifest names what no backup has.
    Outside {
        path: String,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::NoManifest => write!(f, "it has no `{MANIFEST}`"),
            Fault::Manifest { what } => write!(f, "its manifest was changed: {what}"),
            Fault::Newer { format } => {
                write!(f, "it has format {format}, and this whimbrel knows formats up to {FORMAT}")
            }
            Fault::Misnamed { says } => write!(f, "its manifest is that of `{says}`"),
            Fault::Missing { path } => write!(f, "`{path}` is missing"),
            Fault::Extra { path } => write!(f, "`{path}` is no part of it"),
            Fault::Size { path, expected, found } => write!(f, "`{path}` has {found} bytes of {expected}"),
            Fault::Changed { path } => write!(f, "`{path}` was changed"),
            Fault::Unreadable { path, what } => write!(f, "`{path}` cannot be read: {what}"),
            Fault::Outside { path } => write!(f, "`{path}` is outside of it"),
        }
    }
}

/// Reads every byte of it. The faults in the order of the files.
pub fn verify(backup: &Backup, watch: &mut Watch<'_>) -> Result<Vec<Fault>, BackupError> {
    // Between its opening and now somebody may have been at it.
    match Backup::open(&backup.path) {
        Err(fault) => return Ok(vec![fault]),
        Ok(again) if again.sha256 != backup.sha256 => {
            return Ok(vec![Fault::Manifest { what: "it is another one now".to_string() }]);
        }
        Ok(_) => {}
    }
    let manifest = &backup.manifest;
    let (mut faults, mut done, of) = (Vec::new(), 0, manifest.size());
    for file in &manifest.files {
        let mut advance = |bytes: u64| {
            done += bytes;
            watch(Progress::of(Doing::Verifying, done, Some(of)).about(&file.path))
        };
        faults.extend(of_file(&backup.path, file, &mut advance)?);
    }
    faults.extend(extra(backup)?);
    Ok(faults)
}

fn of_file(folder: &Path, file: &FileEntry, advance: &mut pack::Advance<'_>) -> Result<Option<Fault>, BackupError> {
    let name = || file.path.clone();
    if !is_inside(&file.path) {
        return Ok(Some(Fault::Outside { path: name() }));
    }
    let path = folder.join(&file.path);
    let found = match fs::symlink_metadata(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Some(Fault::Missing { path: name() })),
        Err(error) => return Ok(Some(Fault::Unreadable { path: name(), what: error.to_string() })),
        Ok(found) => found,
    };
    if !found.is_file() {
        return Ok(Some(Fault::Unreadable { path: name(), what: "it is no file".to_string() }));
    }
    if found.len() != file.size {
        return Ok(Some(Fault::Size { path: name(), expected: file.size, found: found.len() }));
    }
    match pack::weigh(&path, advance) {
        Ok(weighed) if weighed.size == file.size && weighed.sha256 == file.sha256 => Ok(None),
        Ok(_) => Ok(Some(Fault::Changed { path: name() })),
        Err(BackupError::File { source, .. }) => Ok(Some(Fault::Unreadable { path: name(), what: source.to_string() })),
        Err(other) => Err(other),
    }
}

/// A manifest from somebody else must not make whimbrel read, or write, elsewhere.
pub(super) fn is_inside(path: &str) -> bool {
    let mut parts = Path::new(path).components();
    !path.is_empty() && !path.contains('\\') && parts.all(|part| matches!(part, Component::Normal(_)))
}

fn extra(backup: &Backup) -> Result<Vec<Fault>, BackupError> {
    let mut known: BTreeSet<String> = backup.manifest.files.iter().map(|file| file.path.clone()).collect();
    for name in [MANIFEST, PROOF] {
        known.insert(name.to_string());
        known.insert(name_of_seal(name));
    }
    let found = files::below(&backup.path).map_err(BackupError::file("reading", &backup.path))?;
    let names = found.iter().map(|path| {
        let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
        parts.join("/")
    });
    // What runs leave that were killed when all was done, or while they wrote down a proof.
    let left = |name: &str| name == workplace::LOCK || sealed::is_unfinished(name, PROOF);
    let names = names.filter(|name| !known.contains(name) && !left(name));
    Ok(names.map(|path| Fault::Extra { path }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_nowhere_else() {
        for path in ["data/a.zst", "data/b/c"] {
            assert!(is_inside(path), "{path}");
        }
        for path in ["", "/etc/passwd", "../a", "data/../../a", "./a", "data\\..\\a"] {
            assert!(!is_inside(path), "{path}");
        }
    }
}
