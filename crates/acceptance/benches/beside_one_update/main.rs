//! Batches beside one UPDATE, with others writing all the while: speed, the wait of those others, the size afterwards.
//!
//! `cargo xtask bench backfill` runs it on the released program.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod load;
mod postgres;
mod sqlite;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

/// How often each is measured, in turns, so that all of them meet the same machine; what is said is of all rounds.
pub const ROUNDS: u32 = 3;

/// What was measured of one way to change all rows.
#[derive(Default)]
pub struct Run {
    pub rounds: u32,
    pub took: Duration,
    /// Of the writes that others did meanwhile.
    pub waits: Vec<Duration>,
    /// How large the table was afterwards at most, as a share of what it was.
    pub size: f64,
}

impl Run {
    pub fn of((took, waits): (Duration, Vec<Duration>)) -> Run {
        Run { rounds: 1, took, waits, size: 0.0 }
    }

    pub fn add(&mut self, other: Run) {
        self.rounds += other.rounds;
        self.took += other.took;
        self.waits.extend(other.waits);
        self.size = self.size.max(other.size);
    }
}

fn main() -> Result<()> {
    // `cargo test --benches` runs it too, and wants no minutes of load.
    if !std::env::args().any(|argument| argument == "--run") {
        return Ok(());
    }
    let rows = number("--rows").unwrap_or(2_000_000);
    println!("backfill: {rows} rows, four clients that write a row each 5 ms, {ROUNDS} rounds\n");
    println!("{:<34} {:>10} {:>10} {:>10} {:>10}  wanted", "", "rows/s", "p50", "p99", "longest");
    let mut met = postgres::run(rows)?;
    met &= sqlite::run(rows / 4)?;
    ensure!(met, "a figure is not as wanted");
    Ok(())
}

fn number(flag: &str) -> Option<u64> {
    let mut arguments = std::env::args().skip_while(|argument| argument != flag);
    arguments.nth(1)?.replace('_', "").parse().ok()
}

pub fn print(name: &str, rows: u64, run: &Run, wanted: &str) {
    let per_second = rows as f64 * f64::from(run.rounds) / run.took.as_secs_f64();
    println!(
        "{name:<34} {per_second:>10.0} {:>10} {:>10} {:>10}  {wanted}",
        milliseconds(percentile(&run.waits, 50)),
        milliseconds(percentile(&run.waits, 99)),
        milliseconds(percentile(&run.waits, 100)),
    );
}

pub fn milliseconds(wait: Duration) -> String {
    format!("{:.1} ms", wait.as_secs_f64() * 1_000.0)
}

pub fn percentile(waits: &[Duration], percent: usize) -> Duration {
    let mut sorted = waits.to_vec();
    sorted.sort();
    let at = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted.get(at).copied().unwrap_or_default()
}

/// The statement as the only one of a revision, run by the program.
pub fn whimbrel(url: &str, statement: &str) -> Result<Duration> {
    let program = std::env::var("WHIMBREL_BIN").context("WHIMBREL_BIN names no program")?;
    let folder = tempfile::tempdir()?;
    write(folder.path(), statement)?;
    let begun = Instant::now();
    let mut command = Command::new(program);
    command.args(["upgrade", "heads", "--accept-drift", "bench", "--url", url]).current_dir(folder.path());
    let output = command.output()?;
    let took = begun.elapsed();
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(took)
}

fn write(folder: &Path, statement: &str) -> Result<()> {
    fs::create_dir(folder.join("migrations"))?;
    let text = format!(
        "-- revision: b1\n-- parents:  none\n-- message:  backfill\n\n-- upgrade\n-- backfill\n{statement};\n\n\
         -- downgrade\n-- nothing to do\n"
    );
    Ok(fs::write(folder.join("migrations/b1.sql"), text)?)
}
