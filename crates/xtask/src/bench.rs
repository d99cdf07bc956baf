//! Whimbrel and Alembic at the same tasks: builds the one, installs the other, and runs both.

use std::path::PathBuf;

use anyhow::Result;

use crate::engines::{self, root};
use crate::linters;
use crate::process::{cargo, succeed};
use crate::python;

const USAGE: &str = "\
cargo xtask bench [--tables 10,100,1000] [--chain 500] [--linear-to 10000] [--write]

  --tables N,…     the sizes of the models (default: 10,100,1000)
  --chain N        the revisions of the long history, 0 for none (default: 500)
  --linear-to N    the size that is held against the largest of --tables, 0 for none (default: 10000)
  --write          write the table to docs/bench.md
";

pub fn run(arguments: &[String]) -> Result<()> {
    if arguments.iter().any(|argument| matches!(argument.as_str(), "-h" | "--help")) {
        print!("{USAGE}");
        return Ok(());
    }
    if arguments.first().is_some_and(|word| word == "review") {
        return review(&arguments[1..]);
    }
    if arguments.first().is_some_and(|word| word == "guard") {
        return guard(&arguments[1..]);
    }
    if arguments.first().is_some_and(|word| word == "backfill") {
        return backfill(&arguments[1..]);
    }
    if arguments.first().is_some_and(|word| word == "refs") {
        return refs(&arguments[1..]);
    }
    if arguments.first().is_some_and(|word| word == "backup") {
        return backup(&arguments[1..]);
    }
    if arguments.first().is_some_and(|word| word == "pipeline") {
        return pipeline(&arguments[1..]);
    }
    engines::run(&["--postgres".to_owned(), "15".to_owned()])?;
    python::run(&[])?;
    let whimbrel = released()?;
    // Only the command is measured, so what measures it need not be built as it is released.
    succeed(
        cargo()
            .args(["test", "--package", "whimbrel-acceptance", "--bench", "against_alembic", "--", "--run"])
            .args(arguments)
            .env("WHIMBREL_BIN", whimbrel),
    )
}

/// Precision, recall and speed of whimbrel and its rivals on one set of changes, labelled by what a server did.
pub fn review(arguments: &[String]) -> Result<()> {
    engines::run(&["--postgres".to_owned(), "15".to_owned()])?;
    let whimbrel = released()?;
    succeed(
        cargo()
            .args(["test", "--package", "whimbrel-acceptance", "--bench", "beside_linters", "--", "--run"])
            .args(arguments)
            .env("WHIMBREL_BIN", whimbrel)
            .envs(linters::install()?),
    )
}

/// The search for what code names, beside `ripgrep -w`.
pub fn refs(arguments: &[String]) -> Result<()> {
    let whimbrel = released()?;
    let mut command = cargo();
    command
        .args(["test", "--package", "whimbrel-acceptance", "--bench", "refs", "--", "--run"])
        .args(arguments)
        .env("WHIMBREL_BIN", whimbrel);
    match ripgrep() {
        Ok(program) => {
            command.env("RIPGREP_BIN", program);
        }
        Err(error) => println!("ripgrep: not compared, because it cannot be built here: {error:#}"),
    }
    succeed(&mut command)
}

const RIPGREP: &str = "14.1.1";

fn ripgrep() -> Result<PathBuf> {
    let root = engines::engines_folder().join("ripgrep");
    let program = root.join("bin/rg");
    if !program.exists() {
        println!("ripgrep: building {RIPGREP} from crates.io into {}", root.display());
        let install = ["install", "ripgrep", "--version", RIPGREP, "--locked", "--quiet", "--root"];
        succeed(cargo().args(install).arg(&root))?;
    }
    Ok(program)
}

/// How long others wait for a change that has to wait itself.
pub fn guard(arguments: &[String]) -> Result<()> {
    engines::run(&["--postgres".to_owned(), "15".to_owned()])?;
    let whimbrel = match std::env::var_os("WHIMBREL_BIN") {
        Some(whimbrel) => PathBuf::from(whimbrel),
        None => released()?,
    };
    succeed(
        cargo()
            .args(["test", "--package", "whimbrel-acceptance", "--bench", "guard", "--", "--run"])
            .args(arguments)
            .env("WHIMBREL_BIN", whimbrel),
    )
}

/// Updates in batches beside one UPDATE, while others write.
pub fn backfill(arguments: &[String]) -> Result<()> {
    engines::run(&["--postgres".to_owned(), "15".to_owned()])?;
    let whimbrel = released()?;
    succeed(
        cargo()
            .args(["test", "--package", "whimbrel-acceptance", "--bench", "beside_one_update", "--", "--run"])
            .args(arguments)
            .env("WHIMBREL_BIN", whimbrel),
    )
}

/// A backup that is proved, beside the programs that prove nothing.
pub fn backup(arguments: &[String]) -> Result<()> {
    on_released("beside_pg_dump", arguments)
}

/// From a backup to the database being upgraded, stage by stage.
pub fn pipeline(arguments: &[String]) -> Result<()> {
    on_released("pipeline", arguments)
}

/// On PostgreSQL 15, with the program that `WHIMBREL_BIN` names or else the released one.
fn on_released(bench: &str, arguments: &[String]) -> Result<()> {
    engines::run(&["--postgres".to_owned(), "15".to_owned()])?;
    let whimbrel = match std::env::var_os("WHIMBREL_BIN") {
        Some(whimbrel) => PathBuf::from(whimbrel),
        None => released()?,
    };
    succeed(
        cargo()
            .args(["test", "--package", "whimbrel-acceptance", "--bench", bench, "--", "--run"])
            .args(arguments)
            .env("WHIMBREL_BIN", whimbrel),
    )
}

/// The program, built as it is released.
fn released() -> Result<PathBuf> {
    println!("bench: building whimbrel as it is released");
    succeed(cargo().args(["build", "--release", "--package", "whimbrel-cli"]))?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    Ok(target.join("release/whimbrel"))
}
