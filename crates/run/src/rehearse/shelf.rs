//! The folder in which rehearsals and their receipts lie.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::receipt::Receipt;
use super::rehearsal::Rehearsal;
use crate::backup::files;

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

    /// The receipt comes last: without it, nothing there counts.
    pub fn put(&self, receipt: &Receipt, rehearsal: &[u8]) -> Result<PathBuf, ShelfError> {
        let folder = self.folder.join(&receipt.id);
        let failed = |path: &Path| {
            let path = path.to_path_buf();
            move |error| ShelfError::Write { path, error }
        };
        fs::create_dir_all(&folder).map_err(failed(&folder))?;
        let path = folder.join(REHEARSAL);
        fs::write(&path, rehearsal).map_err(failed(&path))?;
        let path = folder.join(RECEIPT);
        let mut bytes =
            serde_json::to_vec_pretty(receipt).map_err(|error| ShelfError::NoReceipt { path: path.clone(), error })?;
        bytes.push(b'\n');
        let partial = folder.join(".receipt.json.partial");
        let written = fs::File::create(&partial).and_then(|mut file| {
            file.write_all(&bytes)?;
            file.sync_all()
        });
        written.and_then(|()| fs::rename(&partial, &path)).map_err(failed(&path))?;
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
