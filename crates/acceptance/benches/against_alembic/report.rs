use std::fmt::Write as _;
use std::time::Duration;

use crate::measure::Cost;

/// One line of the table: what was done, whimbrel's cost, the other tool's.
pub struct Line {
    pub what: String,
    pub whimbrel: Cost,
    pub other: Option<(String, Cost)>,
    pub wanted: Wanted,
}

/// What the ratio or the memory has to be.
#[derive(Debug, Clone, Copy)]
pub enum Wanted {
    Nothing,
    /// At least so many times faster.
    Faster(f64),
    /// As `Faster`, with a peak of at most so many megabytes.
    FasterWithin(f64, u64),
    /// At most so many times the other's time.
    AtMost(f64),
}

impl Line {
    pub fn verdict(&self) -> Option<bool> {
        let ratio =
            self.other.as_ref().map(|(_, other)| other.median.as_secs_f64() / self.whimbrel.median.as_secs_f64());
        match (self.wanted, ratio) {
            (Wanted::Nothing, _) | (_, None) => None,
            (Wanted::Faster(times), Some(ratio)) => Some(ratio >= times),
            (Wanted::FasterWithin(times, megabytes), Some(ratio)) => {
                Some(ratio >= times && self.whimbrel.peak <= megabytes * 1_000_000)
            }
            (Wanted::AtMost(times), Some(ratio)) => Some(1.0 / ratio <= times),
        }
    }

    fn cells(&self) -> [String; 6] {
        let ratio = match (&self.other, self.wanted) {
            (Some((_, other)), Wanted::AtMost(_)) => {
                format!("{:.2}× its time", self.whimbrel.median.as_secs_f64() / other.median.as_secs_f64())
            }
            (Some((_, other)), Wanted::Nothing | Wanted::Faster(_) | Wanted::FasterWithin(..)) => {
                format!("{:.0}× faster", other.median.as_secs_f64() / self.whimbrel.median.as_secs_f64())
            }
            (None, _) => String::new(),
        };
        let wanted = match self.wanted {
            Wanted::Nothing => String::new(),
            Wanted::Faster(times) => format!("≥ {times}×"),
            Wanted::FasterWithin(times, megabytes) => format!("≥ {times}×, < {megabytes} MB"),
            Wanted::AtMost(times) => format!("≤ {times}×"),
        };
        let met = match self.verdict() {
            Some(true) => ", met",
            Some(false) => ", MISSED",
            None => "",
        };
        let other = self.other.as_ref();
        let other = other.map(|(name, cost)| format!("{} ({name}, {} MB)", shown(cost.median), megabytes(*cost)));
        [
            self.what.clone(),
            shown(self.whimbrel.median),
            format!("{} MB", megabytes(self.whimbrel)),
            other.unwrap_or_default(),
            ratio,
            format!("{wanted}{met}"),
        ]
    }
}

fn megabytes(cost: Cost) -> u64 {
    cost.peak.div_ceil(1_000_000)
}

fn shown(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 1.0 { format!("{:.1} ms", seconds * 1000.0) } else { format!("{seconds:.2} s") }
}

/// The lines as a table that reads as well on a screen as in a document.
pub fn table(lines: &[Line]) -> String {
    let head = ["task", "whimbrel", "peak", "beside it", "ratio", "wanted"].map(str::to_owned);
    let rows: Vec<[String; 6]> = std::iter::once(head).chain(lines.iter().map(Line::cells)).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..6).map(width).collect();
    let mut text = String::new();
    for (number, row) in rows.iter().enumerate() {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!(" {cell:<width$} "));
        let _ = writeln!(text, "|{}|", cells.collect::<Vec<_>>().join("|"));
        if number == 0 {
            let rules = widths.iter().map(|width| "-".repeat(width + 2));
            let _ = writeln!(text, "|{}|", rules.collect::<Vec<_>>().join("|"));
        }
    }
    text
}
