//! A folder that is being filled, and is no backup yet. A lock in it says that somebody is at it: the system lets go of
//! that when the process ends, however it ends, so what lies there unlocked was left behind.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::BackupError;
use super::files;

pub(super) const LOCK: &str = ".making";

/// Between the making of the folder and that of its lock; a machine that sleeps in between is not thought of.
const MOMENT: Duration = Duration::from_secs(60);

pub(super) struct Workplace {
    path: PathBuf,
    /// Held, and never asked for.
    lock: Option<File>,
}

impl Workplace {
    /// `None` where there is one of that name.
    pub(super) fn create(path: &Path) -> Result<Option<Workplace>, BackupError> {
        match files::create_folder(path) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(None),
            Err(error) => return Err(BackupError::file("making the folder", path)(error)),
        }
        Workplace { path: path.to_path_buf(), lock: None }.locked().map(Some)
    }

    /// In a folder that others use too, under a name that nobody can foresee.
    pub(super) fn beside(folder: &Path, prefix: &str) -> Result<Workplace, BackupError> {
        let path = tempfile::Builder::new().prefix(prefix).tempdir_in(folder);
        let path = path.map_err(BackupError::file("making a folder in", folder))?.keep();
        Workplace { path, lock: None }.locked()
    }

    fn locked(mut self) -> Result<Workplace, BackupError> {
        let path = self.path.join(LOCK);
        let file = files::create(&path).map_err(BackupError::file("making", &path))?;
        match file.lock() {
            // There are file systems without locks. What is left on one is never taken for left behind: it is named, and
            // stays for a person to remove.
            Err(error) if error.kind() == io::ErrorKind::Unsupported => {}
            outcome => outcome.map_err(BackupError::file("locking", &path))?,
        }
        self.lock = Some(file);
        Ok(self)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the folder the name under which it is whole.
    pub(super) fn finish(mut self, name: &Path) -> Result<(), BackupError> {
        fs::rename(&self.path, name).map_err(BackupError::file("renaming", &self.path))?;
        // From here on it is whole; the lock that still lies in it says nothing any more.
        self.path = PathBuf::new();
        let lock = name.join(LOCK);
        fs::remove_file(&lock).map_err(BackupError::file("removing", &lock))?;
        files::sync_folder(name).map_err(BackupError::file("syncing", name))?;
        let folder = name.parent().unwrap_or(Path::new("."));
        files::sync_folder(folder).map_err(BackupError::file("syncing", folder))
    }
}

impl Drop for Workplace {
    fn drop(&mut self) {
        if !self.path.as_os_str().is_empty() {
            // What cannot be taken away now is found and named by the next run.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

/// Whether somebody is filling it now, or may be.
pub(super) fn is_in_use(path: &Path) -> bool {
    match File::open(path.join(LOCK)) {
        Ok(lock) => match lock.try_lock() {
            Ok(()) => false,
            Err(TryLockError::WouldBlock | TryLockError::Error(_)) => true,
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let made = fs::metadata(path).and_then(|found| found.modified());
            made.ok().and_then(|made| made.elapsed().ok()).is_some_and(|age| age < MOMENT)
        }
        // Another user's.
        Err(_) => true,
    }
}
