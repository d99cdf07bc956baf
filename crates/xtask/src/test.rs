//! Everything that has to hold before a change lands: what CI runs.

use std::env;
use std::process::Stdio;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::process::{cargo, succeed};
use crate::{beside, corpora, crash, engines, hosts, laws, live_load, package, python, tidy};

pub fn run(arguments: &[String]) -> Result<()> {
    let full = match arguments {
        [] => false,
        [flag] if flag == "--full" => true,
        _ => bail!("unknown arguments {arguments:?}; known: --full"),
    };
    let begun = Instant::now();
    let all: &[String] = if full { &["--all".to_owned()] } else { &[] };
    engines::run(all)?;
    python::run(&[])?;
    corpora::run(&[])?;

    run_cargo("format", &["fmt", "--all", "--check"])?;
    run_cargo("format of the examples", &["fmt", "--all", "--check", "--manifest-path", EXAMPLES])?;
    run_cargo("lints", &["clippy", "--workspace", "--all-targets", "--locked", "--", "--deny", "warnings"])?;
    // A workspace of their own, which the tests run; they are built in the folder where those look for them.
    let target = ["--bins", "--locked", "--manifest-path", EXAMPLES, "--target-dir", "target/examples"];
    run_cargo("examples", &[&["build"], &target[..]].concat())?;
    say("tidy", "the rules of ARCHITECTURE.md that a machine can read");
    tidy::run(&[])?;
    dependencies()?;
    say("packages", "what is shipped");
    let published: &[String] = if full { &["--publish-dry-run".to_owned()] } else { &[] };
    package::run(published)?;
    // The tests of the laws drive the command as people do.
    run_cargo("build", &["build", "--workspace", "--all-targets", "--locked"])?;
    run_cargo("examples in the documentation", &["test", "--workspace", "--doc", "--locked", "--quiet"])?;
    tests(full)?;
    if full {
        laws::run(&["--postgres".to_owned(), "all".to_owned()])?;
        crash::run(&[])?;
        live_load::run(&[])?;
        beside::run(&[])?;
        hosts::run(&[])?;
    }
    say("done", &format!("in {} s", begun.elapsed().as_secs()));
    Ok(())
}

const EXAMPLES: &str = "examples/Cargo.toml";

/// What the random tests begin with. The quick run is the same run each time, so that red means the change is at fault;
/// `--full` draws anew.
const SEED: &str = "PROPTEST_RNG_SEED";

/// The tests come last of what every run has, so that their closing line is the run's. What takes thousands of cases has
/// a command of its own, which `--full` calls: one test among all would be ended for being slow.
fn tests(full: bool) -> Result<()> {
    let nextest = succeeds(&["nextest", "--version"]);
    let arguments: &[&str] = if nextest {
        &["nextest", "run", "--workspace", "--locked", "--no-fail-fast"]
    } else {
        println!("tests: cargo-nextest is not installed, so cargo test runs them, one binary after the other");
        &["test", "--workspace", "--locked", "--no-fail-fast", "--bins", "--lib", "--tests"]
    };
    say("tests", &format!("cargo {}", arguments.join(" ")));
    let mut command = cargo();
    command.args(arguments).env("WHIMBREL_REQUIRE_ENGINES", "all");
    if full && env::var_os("WHIMBREL_MAJORS").is_none() {
        command.env("WHIMBREL_MAJORS", "all");
    }
    if !full && env::var_os(SEED).is_none() {
        command.env(SEED, "1");
    }
    succeed(&mut command)
}

/// cargo-deny where it is installed; building it would take longer than all the rest. `tidy` reads the licences of
/// every dependency in any case.
fn dependencies() -> Result<()> {
    if succeeds(&["deny", "--version"]) {
        return run_cargo("dependencies", &["deny", "--locked", "--offline", "check", "bans", "licenses", "sources"]);
    }
    println!("dependencies: cargo-deny is not installed; tidy has held their licences against deny.toml");
    Ok(())
}

fn run_cargo(what: &str, arguments: &[&str]) -> Result<()> {
    say(what, &format!("cargo {}", arguments.join(" ")));
    succeed(cargo().args(arguments)).with_context(|| what.to_owned())
}

fn succeeds(arguments: &[&str]) -> bool {
    let mut command = cargo();
    command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

fn say(what: &str, more: &str) {
    println!("{what}: {more}");
}
