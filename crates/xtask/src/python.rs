//! Makes the virtual environments that the tests hold whimbrel against: one with the newest SQLModel, SQLAlchemy and
//! Alembic, one with the published packages that are imported for real.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::engines::{engines_folder, may_use_apt, root};
use crate::process::succeed;

const OLDEST_PYTHON: (u32, u32) = (3, 11);

/// Folder under `.engines`, and its list of pinned packages.
const ENVIRONMENTS: &[(&str, &str)] = &[("python", "requirements.txt"), ("python-packages", "packages.txt")];

pub fn run(arguments: &[String]) -> Result<()> {
    if let Some(unknown) = arguments.first() {
        bail!("unknown argument `{unknown}`");
    }
    for (folder, list) in ENVIRONMENTS {
        install(&engines_folder().join(folder), &requirements(list))?;
    }
    Ok(())
}

pub fn requirements(list: &str) -> PathBuf {
    root().join("crates/acceptance/python").join(list)
}

/// The interpreter of the first environment.
pub fn interpreter() -> PathBuf {
    engines_folder().join("python/bin/python")
}

pub fn install(folder: &Path, list: &Path) -> Result<()> {
    let wanted = fs::read_to_string(list).with_context(|| format!("reading {}", list.display()))?;
    let stamp = folder.join("installed.txt");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        println!("Python packages: {} is as {} says", folder.display(), list.display());
        return Ok(());
    }
    let python = system_python()?;
    let packages: Vec<&str> = wanted.lines().filter(|line| !line.starts_with('#')).collect();
    println!("Python packages: installing {} into {}", enumerate(&packages), folder.display());
    let _ = fs::remove_dir_all(folder);
    make_environment(&python, folder)?;
    succeed(
        Command::new(folder.join("bin/python"))
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"])
            .arg(list),
    )?;
    fs::write(stamp, wanted)?;
    Ok(())
}

fn enumerate(packages: &[&str]) -> String {
    match packages {
        [first @ .., last] if first.len() < 8 => format!("{} and {last}", first.join(", ")),
        _ => format!("{} packages", packages.len()),
    }
}

pub fn make_environment(python: &str, folder: &Path) -> Result<()> {
    let venv = || succeed(Command::new(python).args(["-m", "venv"]).arg(folder));
    let Err(error) = venv() else { return Ok(()) };
    if !may_use_apt() {
        return Err(error.context("Debian has venv in a package of its own: apt-get install python3-venv"));
    }
    println!("Python: installing Debian's package `python3-venv` with apt-get");
    for arguments in [&["update", "-q"][..], &["install", "-y", "-q", "python3-venv"][..]] {
        let mut apt = Command::new("apt-get");
        succeed(apt.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null()))?;
    }
    venv()
}

/// `python3`, or the newest other one that is on the path, as long as the pinned packages still serve it.
pub fn system_python() -> Result<String> {
    let candidates = ["python3", "python3.13", "python3.12", "python3.11"];
    let found = candidates.iter().find(|name| version_of(name).is_some_and(|version| version >= OLDEST_PYTHON));
    match found {
        Some(name) => Ok((*name).to_owned()),
        None => bail!("no Python {}.{} or newer is on the path", OLDEST_PYTHON.0, OLDEST_PYTHON.1),
    }
}

fn version_of(python: &str) -> Option<(u32, u32)> {
    let output = Command::new(python).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut numbers = text.trim().strip_prefix("Python ")?.split('.').map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}
