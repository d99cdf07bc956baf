//! Whimbrel and Alembic at the same tasks: builds the one, installs the other, and runs both.

use std::process::Command;

use anyhow::Result;

use crate::engines::{self, root};
use crate::process::succeed;
use crate::python;

pub fn run(arguments: &[String]) -> Result<()> {
    engines::run(&["--postgres".to_owned(), "15".to_owned()])?;
    python::run(&[])?;
    println!("bench: building whimbrel as it is released");
    succeed(Command::new(env!("CARGO")).args(["build", "--release", "--package", "whimbrel-cli"]).current_dir(root()))?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), Into::into);
    // Only the command is measured, so what measures it need not be built as it is released.
    succeed(
        Command::new(env!("CARGO"))
            .args(["test", "--package", "whimbrel-acceptance", "--bench", "against_alembic", "--", "--run"])
            .args(arguments)
            .env("WHIMBREL_BIN", target.join("release/whimbrel"))
            .current_dir(root()),
    )
}
