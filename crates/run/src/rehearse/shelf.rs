//! The folder in which rehearsals and their receipts lie.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::receipt::Receipt;
use super::rehearsal::Rehearsal;
use crate::backup::{files, sealed};

/// One folder for each rehearsal, named by its id, with `receipt.json` and `rehearsal.json` in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shelf {
    folder: PathBuf,
}

#[derive(Debug, Error)]
pub enum ShelfError {
    #[error("`{}` cannot be written: {error}", path.display())]
    Write { path: PathBuf, error: io::Error },
    #[error("`{}` cannot be read: {error}", path.display())]
    Read { path: PathBuf, error: io::Error },
    #[error("`{}` is no receipt: {error}", path.display())]
    NoReceipt { path: PathBuf, error: serde_json::Error },
}

const RECEIPT: &str = "receipt.json";
const REHEARSAL: &str = "rehearsal.json";

/// Whoever applies may be somebody else than who rehearsed, and has to read it.
fn everybodys(path: &Path) -> io::Result<fs::File> {
    fs::File::create_new(path)
}

impl Shelf {
    pub fn at(folder: impl Into<PathBuf>) -> Shelf {
        Shelf { folder: folder.into() }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The rehearsal as it will lie there: the receipt binds the hash of these bytes.
    pub fn bytes(rehearsal: &Rehearsal) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec_pretty(rehearsal)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// SHA-256, in hexadecimal.
    pub fn hash(bytes: &[u8]) -> String {
        files::sha256(bytes)
    }

    /// A folder of its own for a rehearsal, and its name, which nobody else has: two of one plan may end in one second.
    pub fn reserve(&self, wanted: &str) -> Result<String, ShelfError> {
        let failed = |path: &Path, error| Err(ShelfError::Write { path: path.to_path_buf(), error });
        if let Err(error) = fs::create_dir_all(&self.folder) {
            return failed(&self.folder, error);
        }
        let names = std::iter::once(wanted.to_string()).chain((2..).map(|number: u32| format!("{wanted}-{number}")));
        for name in names {
            let path = self.folder.join(&name);
            match fs::create_dir(&path) {
                Ok(()) => return Ok(name),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return failed(&path, error),
            }
        }
        Ok(wanted.to_string())
    }

    /// The receipt comes last: without it, nothing there counts.
    pub fn put(&self, receipt: &Receipt, rehearsal: &[u8]) -> Result<PathBuf, ShelfError> {
        let folder = self.folder.join(&receipt.id);
        let failed = |path: &Path| {
            let path = path.to_path_buf();
            move |error| ShelfError::Write { path, error }
        };
        fs::create_dir_all(&folder).map_err(failed(&folder))?;
        let path = folder.join(REHEARSAL);
        sealed::put(&folder, REHEARSAL, rehearsal, everybodys).map_err(failed(&path))?;
        let path = folder.join(RECEIPT);
        let mut bytes =
            serde_json::to_vec_pretty(receipt).map_err(|error| ShelfError::NoReceipt { path: path.clone(), error })?;
        bytes.push(b'\n');
        sealed::put(&folder, RECEIPT, &bytes, everybodys).map_err(failed(&path))?;
        files::sync_folder(&folder).map_err(failed(&folder))?;
        Ok(path)
    }

    /// Every receipt, the newest first. One that cannot be read is told, and the others are there all the same.
    pub fn receipts(&self) -> (Vec<Receipt>, Vec<ShelfError>) {
        let (mut receipts, mut faults) = (Vec::new(), Vec::new());
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return (receipts, faults),
            Err(error) => {
                faults.push(ShelfError::Read { path: self.folder.clone(), error });
                return (receipts, faults);
            }
        };
        for entry in entries.flatten() {
            let path = entry.path().join(RECEIPT);
            match fs::read(&path) {
                Ok(bytes) => match serde_json::from_slice(&bytes) {
                    Ok(receipt) => receipts.push(receipt),
                    Err(error) => faults.push(ShelfError::NoReceipt { path, error }),
                },
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => faults.push(ShelfError::Read { path, error }),
            }
        }
        receipts.sort_by(|one: &Receipt, other| (&other.made_at, &other.id).cmp(&(&one.made_at, &one.id)));
        (receipts, faults)
    }

    /// The newest receipt for a plan.
    pub fn newest(&self, plan: &str) -> Option<Receipt> {
        self.receipts().0.into_iter().find(|receipt| receipt.bound.plan == plan)
    }

    /// The rehearsal of a receipt, as its bytes; whoever reads them holds them against the receipt's hash.
    pub fn rehearsal(&self, receipt: &Receipt) -> Result<Vec<u8>, ShelfError> {
        let path = self.folder.join(&receipt.id).join(REHEARSAL);
        fs::read(&path).map_err(|error| ShelfError::Read { path, error })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_of_one_second_have_a_folder_each() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::at(folder.path().join("deep/rehearsals"));
        let names = [(); 3].map(|()| shelf.reserve("2026-11-22-094107-3fa1c2").unwrap());
        assert_eq!(names.join(" "), "2026-11-22-094107-3fa1c2 2026-11-22-094107-3fa1c2-2 2026-11-22-094107-3fa1c2-3");
        // Nothing that was only begun is a receipt.
        assert!(shelf.receipts().0.is_empty() && shelf.receipts().1.is_empty());
    }
}
