//! Downloads the published packages whose models the tests read: wheels, pinned by version and hash, unpacked and never
//! run.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::engines::engines_folder;
use crate::process::succeed;
use crate::python;

pub fn run(arguments: &[String]) -> Result<()> {
    if let Some(unknown) = arguments.first() {
        bail!("unknown argument `{unknown}`");
    }
    if !python::interpreter().is_file() {
        python::run(&[])?;
    }
    let list = python::requirements("corpora.txt");
    let wanted = fs::read_to_string(&list).with_context(|| format!("reading {}", list.display()))?;
    let folder = engines_folder().join("corpora");
    let stamp = folder.join("installed.txt");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        println!("corpora: {} is as {} says", folder.display(), list.display());
        return Ok(());
    }
    let packages: Vec<&str> = wanted.lines().filter(|line| !line.starts_with('#')).collect();
    println!("corpora: downloading {} packages from PyPI into {}", packages.len(), folder.display());
    let _ = fs::remove_dir_all(&folder);
    let wheels = folder.join("wheels");
    fs::create_dir_all(&wheels)?;
    succeed(
        Command::new(python::interpreter())
            .args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"])
            .args(["--only-binary", ":all:", "--requirement"])
            .arg(&list)
            .arg("--dest")
            .arg(&wheels),
    )?;
    unpack(&wheels, &folder.join("packages"))?;
    fs::write(stamp, wanted)?;
    Ok(())
}

/// All of them into one folder, as an installation would have them; they import one another.
fn unpack(wheels: &Path, folder: &Path) -> Result<()> {
    for wheel in fs::read_dir(wheels)? {
        succeed(Command::new(python::interpreter()).args(["-m", "zipfile", "-e"]).arg(wheel?.path()).arg(folder))?;
    }
    Ok(())
}
