use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::changes::{BASE, Change};

/// How many files, and how often each program reads them; the fastest time counts.
const FILES: usize = 10_000;
const TIMES: usize = 5;

/// The same small files through the programs as people run them: whimbrel as it is released, squawk as PyPI carries it.
/// Nothing without a released whimbrel.
pub fn compare(changes: &[Change], folder: &Path) -> Result<()> {
    let Some(whimbrel) = std::env::var_os("WHIMBREL_BIN") else { return Ok(()) };
    let many = folder.join("many");
    write(changes, &many)?;
    let one = folder.join("one");
    fs::create_dir_all(&one)?;
    fs::write(one.join("V1__one.sql"), &changes.first().context("no change")?.sql)?;
    println!("\n{FILES} files, each of one change\n");
    println!("{:<10} {:>12} {:>12}", "", "all files", "one file");
    let lint = |folder: &Path| {
        let mut command = Command::new(&whimbrel);
        command.arg("lint").arg(folder).args(["--engine", "postgres", "--format", "json"]);
        command
    };
    let ours = (fastest(|| lint(&many))?, fastest(|| lint(&one))?);
    row("whimbrel", ours);
    if let Some(squawk) = std::env::var_os("SQUAWK_BIN") {
        // Squawk takes names of files, and is told all of them at once.
        let lint = |folder: &Path| {
            let mut command = Command::new(&squawk);
            command.args(["--reporter", "json", "--assume-in-transaction"]).args(names(folder));
            command
        };
        let theirs = (fastest(|| lint(&many))?, fastest(|| lint(&one))?);
        row("squawk", theirs);
        let ratio = |ours: Duration, theirs: Duration| format!("{:.2}", theirs.as_secs_f64() / ours.as_secs_f64());
        println!("{:<10} {:>12} {:>12}", "ratio", ratio(ours.0, theirs.0), ratio(ours.1, theirs.1));
    }
    Ok(())
}

/// What every file builds on comes first; then the changes, again and again.
fn write(changes: &[Change], folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join("V1__base.sql"), BASE)?;
    for (number, change) in (2..=FILES).zip(changes.iter().cycle()) {
        fs::write(folder.join(format!("V{number}__change.sql")), format!("{}\n", change.sql))?;
    }
    Ok(())
}

fn names(folder: &Path) -> Vec<std::path::PathBuf> {
    fs::read_dir(folder).map(|entries| entries.flatten().map(|entry| entry.path()).collect()).unwrap_or_default()
}

/// Findings are no failure; a program that says nothing is.
fn fastest(command: impl Fn() -> Command) -> Result<Duration> {
    let mut best = Duration::MAX;
    for _ in 0..TIMES {
        let mut command = command();
        command.stderr(Stdio::null());
        let begun = Instant::now();
        let output = command.output().with_context(|| format!("{command:?}"))?;
        best = best.min(begun.elapsed());
        ensure!(output.status.code().is_some_and(|code| code < 2) && output.stdout.len() > 1, "{command:?}");
    }
    Ok(best)
}

fn row(name: &str, (all, one): (Duration, Duration)) {
    let milliseconds = |time: Duration| format!("{:.0} ms", time.as_secs_f64() * 1000.0);
    println!("{name:<10} {:>12} {:>12}", milliseconds(all), milliseconds(one));
}
