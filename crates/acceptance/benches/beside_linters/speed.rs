use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::changes::{BASE, Change};

/// How many files, and how often each program reads them; the fastest time counts.
const FILES: usize = 10_000;
const TIMES: usize = 7;

/// The same small files through the programs as people run them: whimbrel as it is released, squawk as PyPI carries it.
/// Nothing without a released whimbrel.
pub fn compare(changes: &[Change], folder: &Path) -> Result<()> {
    let Some(whimbrel) = std::env::var_os("WHIMBREL_BIN") else { return Ok(()) };
    let many = folder.join("many");
    write(changes, &many)?;
    let one = folder.join("one");
    fs::create_dir_all(&one)?;
    fs::write(one.join("V1__one.sql"), &changes.first().context("no change")?.sql)?;
    println!("\n{FILES} files, each of one change; the best of {TIMES} runs\n");
    println!("{:<28} {:>10} {:>10} {:>8}", "", "whimbrel", "squawk", "ratio");
    let squawk = std::env::var_os("SQUAWK_BIN");
    for (what, folder, ours, theirs) in [
        ("all files, for people", &many, ["--color", "always"].as_slice(), "tty"),
        ("all files, for programs", &many, ["--format", "github"].as_slice(), "gcc"),
        ("one file, for people", &one, ["--color", "always"].as_slice(), "tty"),
    ] {
        let lint = || {
            let mut command = Command::new(&whimbrel);
            command.arg("lint").arg(folder).args(["--engine", "postgres"]).args(ours);
            command
        };
        // Squawk takes names of files, and is told all of them at once.
        let rival = squawk.as_ref().map(|squawk| {
            let names = names(folder);
            move || {
                let mut command = Command::new(squawk);
                command.args(["--reporter", theirs, "--assume-in-transaction"]).args(&names);
                command
            }
        });
        let (ours, theirs) = fastest(lint, rival)?;
        let milliseconds = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1000.0);
        let ratio = theirs.map(|theirs| format!("{:.2}", theirs.as_secs_f64() / ours.as_secs_f64()));
        let theirs = theirs.map(milliseconds);
        let (theirs, ratio) = (theirs.unwrap_or_default(), ratio.unwrap_or_default());
        println!("{what:<28} {:>10} {theirs:>10} {ratio:>8}", milliseconds(ours));
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

/// Both in turn, so that neither has the machine at a better time. Findings are no failure; a program that says nothing
/// is.
fn fastest(ours: impl Fn() -> Command, theirs: Option<impl Fn() -> Command>) -> Result<(Duration, Option<Duration>)> {
    let mut best = (Duration::MAX, theirs.as_ref().map(|_| Duration::MAX));
    for _ in 0..TIMES {
        best.0 = best.0.min(time(ours())?);
        if let (Some(best), Some(theirs)) = (&mut best.1, &theirs) {
            *best = (*best).min(time(theirs())?);
        }
    }
    Ok(best)
}

fn time(mut command: Command) -> Result<Duration> {
    command.stderr(Stdio::null());
    let begun = Instant::now();
    let output = command.output().with_context(|| format!("{command:?}"))?;
    let took = begun.elapsed();
    ensure!(output.status.code().is_some_and(|code| code < 2) && output.stdout.len() > 1, "{command:?}");
    Ok(took)
}
