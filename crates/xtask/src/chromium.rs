//! Installs the browser in which the tests open the page of a rehearsal.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Result;

use crate::engines::may_use_apt;
use crate::process::succeed;

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

fn found() -> Option<&'static str> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<_> = std::env::split_paths(&path).collect();
    NAMES.into_iter().find(|name| folders.iter().any(|folder: &PathBuf| folder.join(name).is_file()))
}

pub fn install() -> Result<()> {
    if let Some(name) = found() {
        println!("Chromium: found as `{name}`");
        return Ok(());
    }
    if !may_use_apt() || !Path::new("/etc/debian_version").exists() {
        println!("Chromium: not on this machine; the page of a rehearsal is not opened by the tests");
        return Ok(());
    }
    println!("Chromium: installing Debian's package `chromium` with apt-get");
    let apt = |arguments: &[&str]| {
        succeed(Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null()))
    };
    apt(&["update", "-q"])?;
    apt(&["install", "-y", "-q", "--no-install-recommends", "chromium"])
}
