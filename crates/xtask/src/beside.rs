//! The derives beside those of sqlx, diesel and serde, with the real crates: a program that no other build needs.

use anyhow::{Result, ensure};

use crate::engines::root;
use crate::process::{cargo, succeed};

pub fn run(arguments: &[String]) -> Result<()> {
    ensure!(arguments.is_empty(), "unknown arguments {arguments:?}");
    let manifest = root().join("crates/acceptance/cases/beside/Cargo.toml");
    let mut command = cargo();
    // What whimbrel itself needs changes with it, and its lock file is the workspace's.
    command.arg("test").arg("--manifest-path").arg(manifest);
    succeed(command.arg("--target-dir").arg(root().join("target/beside")))
}
