use std::process::Command;

use anyhow::{Context, Result, bail};

/// Runs the command to its end; anything but success is an error that names it.
pub fn succeed(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("running {command:?}"))?;
    if !status.success() {
        bail!("{command:?} ended with {status}");
    }
    Ok(())
}
