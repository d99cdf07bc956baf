//! Files and folders that only their owner reads: a backup holds everything that the database holds.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// Bytes that are read at once.
pub(super) const PIECE: usize = 1 << 20;

pub(super) fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

pub(super) fn create_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// What an engine wrote, for its owner alone.
pub(super) fn hide(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Makes the names in a folder last, where the system lets a folder be synced.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(path)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// All files below a folder, relative to it and sorted; an error where something is neither file nor folder.
pub(super) fn below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let (mut found, mut open) = (Vec::new(), vec![PathBuf::new()]);
    while let Some(inner) = open.pop() {
        for entry in fs::read_dir(folder.join(&inner))? {
            let entry = entry?;
            let path = inner.join(entry.file_name());
            if entry.file_type()?.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}

/// Bytes below a folder; what cannot be looked at counts nothing.
pub(super) fn weight(folder: &Path) -> u64 {
    let files = below(folder).unwrap_or_default();
    files.iter().filter_map(|path| fs::symlink_metadata(folder.join(path)).ok()).map(|found| found.len()).sum()
}

/// Passes on what is written, and knows its length and its hash.
pub(super) struct Weighing<W> {
    to: W,
    hash: Sha256,
    bytes: u64,
}

impl<W: Write> Weighing<W> {
    pub(super) fn new(to: W) -> Self {
        Weighing { to, hash: Sha256::new(), bytes: 0 }
    }

    pub(super) fn finish(self) -> (W, u64, String) {
        (self.to, self.bytes, hex(&self.hash.finalize()))
    }
}

impl<W: Write> Write for Weighing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.hash.update(bytes.get(..written).unwrap_or_default());
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
