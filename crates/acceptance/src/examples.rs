//! The programs under `examples/`, built as they are for everybody.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Result, anyhow, ensure};

/// The program of that name, up to date. `cargo xtask test` has built it by then.
pub fn program(name: &str) -> Result<PathBuf> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let built = BUILT.get_or_init(|| build().map_err(|error| format!("{error:#}")));
    built.as_deref().map(|folder| folder.join(name)).map_err(|error| anyhow!("{error}"))
}

fn build() -> Result<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let target = root.join("target/examples");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(root.join("examples")).args(["build", "--quiet", "--locked", "--bins", "--target-dir"]);
    cargo.arg(&target);
    // What the outer cargo says of this package would make build scripts run anew.
    for (name, _) in std::env::vars_os() {
        let said = name.to_string_lossy();
        if said.starts_with("CARGO_PKG_") || said.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(&name);
        }
    }
    let output = cargo.output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(target.join("debug"))
}
