use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use whimbrel_run::Driver;
use whimbrel_run::backup::{self, Backup, BackupError};

use super::{Shelf, go_on};
use crate::draw::Draw;

/// Bits flipped in each file; each in a place of its own.
const FLIPS: usize = 12;

/// Damages the backup in every way, each by itself and taken back again, and holds that it is refused and told why:
/// bits of every file, files that are cut, longer, empty, gone, more, and those of `other`. `target` stays empty. Gives
/// the number of damages.
pub fn damaged_is_refused(
    shelf: &Shelf,
    backup: &Backup,
    other: &Backup,
    target: &mut dyn Driver,
    seed: u64,
) -> Result<usize> {
    println!("seed {seed}");
    let mut draw = Draw::new(seed);
    let mut damages = 0;
    let path = &backup.path;
    let files = files_of(path)?;
    ensure!(files.len() >= 3, "the manifest, its hash and the data: {files:?}");
    let mut refused = |what: &str, name: &str| -> Result<()> {
        damages += 1;
        is_refused(shelf, path, target, name).with_context(|| format!("{what} `{name}`, seed {seed}"))
    };
    for name in &files {
        let file = path.join(name);
        let original = fs::read(&file)?;
        let mut put = |bytes: &[u8], what: &str| -> Result<()> {
            fs::write(&file, bytes)?;
            refused(what, name)
        };
        for _ in 0..FLIPS {
            let (at, bit) = (draw.below(original.len()), draw.below(8));
            let mut flipped = original.clone();
            flipped[at] ^= 1 << bit;
            put(&flipped, &format!("bit {bit} of byte {at} of"))?;
        }
        put(&original[..draw.below(original.len())], "a part of")?;
        put(&original[..original.len() - 1], "all but the last byte of")?;
        put(&[], "nothing in")?;
        put(&[original.as_slice(), b"\n"].concat(), "a line more in")?;
        let twin = fs::read(other.path.join(name)).unwrap_or_default();
        if twin != original {
            put(&twin, "another backup's")?;
        }
        fs::remove_file(&file)?;
        refused("no", name)?;
        fs::write(&file, &original)?;
    }
    let more = path.join("data").join("more");
    fs::write(&more, "more")?;
    refused("one more file:", "data/more")?;
    fs::remove_file(&more)?;
    // A whole backup under the name of another: every file of it is as it was made.
    let (mine, theirs) = (path.clone(), other.path.clone());
    let aside = path.with_extension("aside");
    for (from, to) in [(&mine, &aside), (&theirs, &mine)] {
        fs::rename(from, to)?;
    }
    refused("the backup under the name of", "manifest.json")?;
    for (from, to) in [(&mine, &theirs), (&aside, &mine)] {
        fs::rename(from, to)?;
    }
    // And it was the damage that was refused.
    let faults = backup::verify(&Backup::open(path).map_err(|fault| anyhow::anyhow!("{fault}"))?, &mut go_on)?;
    ensure!(faults.is_empty(), "it was not put back: {faults:?}");
    Ok(damages)
}

fn is_refused(shelf: &Shelf, path: &Path, target: &mut dyn Driver, name: &str) -> Result<()> {
    let told = match Backup::open(path) {
        Err(fault) => fault.to_string(),
        Ok(backup) => {
            let faults = backup::verify(&backup, &mut go_on)?;
            ensure!(!faults.is_empty(), "taken for what was made");
            let refused = shelf.restore(target, &backup, None, None);
            ensure!(matches!(refused, Err(BackupError::Damaged { .. })), "restored from: {refused:?}");
            faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
        }
    };
    ensure!(target.introspect()?.is_empty(), "something was restored");
    // Which of the two it is that changed nobody can know.
    let named = if name.starts_with("manifest") { told.contains("manifest") } else { told.contains(name) };
    ensure!(named, "it is not named in: {told}");
    Ok(())
}

fn files_of(folder: &Path) -> Result<Vec<String>> {
    let (mut found, mut open) = (Vec::new(), vec![PathBuf::new()]);
    while let Some(inner) = open.pop() {
        for entry in fs::read_dir(folder.join(&inner))? {
            let entry = entry?;
            let path = inner.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                open.push(path);
            } else {
                found.push(path.to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    Ok(found)
}
