//! Installs the MariaDB server that the acceptance tests start: Debian's packages, unpacked into `.engines` and not
//! installed, so that nothing of them runs by itself.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::engines::{engines_folder, may_use_apt};
use crate::process::succeed;

/// The server, what makes its first database, and the client that the tests speak through.
const PACKAGES: [&str; 3] = ["mariadb-server-core", "mariadb-server", "mariadb-client-core"];

fn folder() -> PathBuf {
    engines_folder().join("mariadb")
}

pub fn is_installed() -> bool {
    folder().join("usr/sbin/mariadbd").is_file()
}

pub fn install() -> Result<()> {
    if is_installed() {
        println!("MariaDB: found in {}", folder().display());
        return Ok(());
    }
    if !may_use_apt() {
        bail!("MariaDB is unpacked from Debian's packages, which needs apt-get and root");
    }
    println!("MariaDB: unpacking Debian's packages {}", PACKAGES.join(", "));
    let work = engines_folder().join(format!(".download-mariadb-{}", std::process::id()));
    fs::create_dir_all(&work)?;
    let outcome = unpack(&work);
    fs::remove_dir_all(&work)?;
    outcome.context("installing MariaDB")?;
    println!("MariaDB: unpacked into {}", folder().display());
    Ok(())
}

fn unpack(work: &PathBuf) -> Result<()> {
    let mut download = Command::new("apt-get");
    succeed(download.arg("download").args(PACKAGES).current_dir(work).stdout(Stdio::null()).stderr(Stdio::null()))?;
    let target = work.join("root");
    for entry in fs::read_dir(work)? {
        let package = entry?.path();
        if package.extension().is_some_and(|extension| extension == "deb") {
            succeed(Command::new("dpkg").arg("-x").arg(&package).arg(&target))?;
        }
    }
    let _ = fs::remove_dir_all(folder());
    fs::rename(&target, folder()).with_context(|| format!("moving to {}", folder().display()))
}
