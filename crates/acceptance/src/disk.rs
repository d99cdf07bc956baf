//! A disk that is small enough to fill.

use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

/// A file system in memory; gone with this value.
pub struct Disk {
    folder: PathBuf,
}

impl Disk {
    /// `None` where this user may not mount any.
    pub fn of(size: &str, owner: &Path) -> Result<Option<Disk>> {
        let folder = tempfile::Builder::new().prefix("whimbrel-disk-").tempdir_in("/tmp")?.keep();
        if !mount(&["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"], &folder)? {
            std::fs::remove_dir(&folder)?;
            return Ok(None);
        }
        let found = std::fs::metadata(owner)?;
        chown(&folder, Some(found.uid()), Some(found.gid()))?;
        Ok(Some(Disk { folder }))
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn grow(&self, size: &str) -> Result<()> {
        ensure!(mount(&["-o", &format!("remount,size={size}")], &self.folder)?, "the disk does not grow");
        Ok(())
    }

    /// Leaves so much room.
    pub fn leave(&self, kib: u64) -> Result<()> {
        self.grow(&format!("{}k", self.used_kib()? + kib))
    }

    fn used_kib(&self) -> Result<u64> {
        let told = Command::new("df").args(["-k", "--output=used"]).arg(&self.folder).output()?;
        let text = String::from_utf8(told.stdout)?;
        text.lines().nth(1).and_then(|line| line.trim().parse().ok()).context("df says how much is used")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.folder).status();
        let _ = std::fs::remove_dir(&self.folder);
    }
}

fn mount(words: &[&str], folder: &Path) -> Result<bool> {
    let mut command = Command::new("mount");
    command.args(words).arg(folder).stdout(Stdio::null()).stderr(Stdio::null());
    Ok(command.status().context("running mount")?.success())
}
