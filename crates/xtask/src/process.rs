use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::engines::root;

/// Runs the command to its end; anything but success is an error that names it.
pub fn succeed(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("running {command:?}"))?;
    if !status.success() {
        bail!("{command:?} ended with {status}");
    }
    Ok(())
}

/// A cargo below the one that started this program, which reads its surroundings as if a person had typed it.
///
/// Without what the outer cargo says of the package it runs: build scripts that watch those variables would run anew,
/// and everything above them be built anew, each time the two ways of calling cargo alternate.
pub fn cargo() -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(root());
    for (name, _) in std::env::vars_os() {
        let said = name.to_string_lossy();
        if said.starts_with("CARGO_PKG_") || said.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}
