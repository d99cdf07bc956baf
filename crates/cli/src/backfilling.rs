//! How far a backfill is, in words.

use std::time::{Duration, Instant};

use whimbrel_run::backfill::{Doing, Progress};

use crate::printer::Printer;
use crate::render::words;

/// Where nobody watches, a line is enough now and then.
const FIRST_LINE: Duration = Duration::from_secs(10);
const NEXT_LINE: Duration = Duration::from_secs(30);

/// Tells of the batches of one run: below everything else on a terminal, in lines elsewhere.
#[derive(Debug)]
pub struct Backfilling {
    told: Instant,
    every: Duration,
    /// What kept the batches waiting when it was last told.
    held: Option<Doing>,
}

impl Backfilling {
    pub fn new() -> Self {
        Backfilling { told: Instant::now(), every: FIRST_LINE, held: None }
    }

    pub fn see(&mut self, progress: &Progress, printer: &Printer) {
        let line = line(progress);
        match &progress.doing {
            Doing::Done => self.held = None,
            Doing::Stopped => printer.remark(&format!("{line}; the next run goes on there")),
            Doing::Paused { .. } | Doing::Waiting { .. } if !printer.watched() => {
                if self.held.as_ref() != Some(&progress.doing) {
                    printer.remark(&line);
                    self.held = Some(progress.doing.clone());
                }
            }
            Doing::Changing | Doing::Sweeping { .. } | Doing::Reclaiming | Doing::Proving if !printer.watched() => {
                self.held = None;
                if self.told.elapsed() >= self.every {
                    printer.remark(&line);
                    (self.told, self.every) = (Instant::now(), NEXT_LINE);
                }
            }
            Doing::Changing | Doing::Sweeping { .. } | Doing::Reclaiming | Doing::Proving => printer.now(line),
            Doing::Paused { .. } | Doing::Waiting { .. } => printer.now(line),
        }
    }
}

/// `backfill of `email`  ████████░░░░  24.1 M of 41.8 M rows  71k rows/s  4 min 00 s left`.
fn line(progress: &Progress) -> String {
    let mut parts = vec![format!("backfill of `{}`", progress.table)];
    match progress.total.filter(|total| *total > 0) {
        Some(total) => {
            parts.push(bar(progress.passed, total));
            parts.push(format!("{} of {} rows", words::many(progress.passed), words::many(total)));
        }
        None => parts.push(format!("{} rows", words::many(progress.passed))),
    }
    let rate = || progress.rate.map(|rate| format!("{} rows/s", words::many(rate).replace(' ', "")));
    match &progress.doing {
        Doing::Changing => {
            parts.extend(rate());
            parts.extend(progress.left.map(|left| format!("{} left", words::duration(whole(left)))));
        }
        Doing::Sweeping { pass } => {
            parts.push(format!("going over what was written meanwhile ({pass})"));
            parts.extend(rate());
        }
        Doing::Reclaiming => parts.push("clearing away old versions of rows".to_string()),
        Doing::Proving => parts.push("counting what is left".to_string()),
        Doing::Paused { by } => parts.push(format!("paused by {by}; `whimbrel backfill resume` goes on")),
        Doing::Waiting { why } => parts.push(format!("waiting: {why}")),
        Doing::Stopped => parts.push("stopped".to_string()),
        Doing::Done => parts.push("done".to_string()),
    }
    parts.join("  ")
}

/// Nobody wants to know tenths of a second that are an estimate.
fn whole(left: Duration) -> Duration {
    Duration::from_secs(left.as_secs().max(1))
}

const CELLS: u64 = 19;

fn bar(passed: u64, total: u64) -> String {
    let full = (u128::from(passed.min(total)) * u128::from(CELLS) / u128::from(total.max(1))) as usize;
    format!("{}{}", "█".repeat(full), "░".repeat(CELLS as usize - full))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_far_it_is_fits_into_a_line() {
        let progress = Progress {
            table: "email".into(),
            passed: 24_100_000,
            total: Some(41_800_000),
            changed: 24_000_000,
            batches: 4_000,
            rate: Some(71_300),
            left: Some(Duration::from_secs(248)),
            doing: Doing::Changing,
        };
        insta::assert_snapshot!(line(&progress), @"backfill of `email`  ██████████░░░░░░░░░  24.1 M of 41.8 M rows  71.3k rows/s  4 min 08 s left");
        let unknown = Progress { total: None, left: None, rate: None, passed: 950, ..progress.clone() };
        insta::assert_snapshot!(line(&unknown), @"backfill of `email`  950 rows");
        let paused = Progress { doing: Doing::Paused { by: "ada@web-3".to_string() }, ..unknown };
        insta::assert_snapshot!(line(&paused), @"backfill of `email`  950 rows  paused by ada@web-3; `whimbrel backfill resume` goes on");
    }
}
