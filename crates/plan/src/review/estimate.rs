//! How long a statement takes at a given size, from rates that were measured on two modest cores with data in memory.
//! A figure to plan by, no promise: real tables are wider, real discs slower, real machines faster.

use std::time::Duration;

use super::{Extent, TableFacts, Touch, Work};

/// Rows a second.
const SCANNED: f64 = 4_000_000.0;
const INDEXED: f64 = 1_500_000.0;
const REWRITTEN: f64 = 200_000.0;
const CHANGED: f64 = 130_000.0;
/// Rows of the measured tables were about this long, indexes included; longer rows take longer in proportion.
const ROW: f64 = 180.0;

/// How long the touch's work takes on a table of that size.
pub fn of(touch: &Touch, table: &TableFacts) -> Duration {
    let rows = table.rows as f64;
    let width = (table.bytes as f64 / rows.max(1.0) / ROW).max(1.0);
    let seconds: f64 = touch
        .work
        .iter()
        .map(|work| match work {
            Work::Scan => rows / SCANNED * width,
            Work::BuildIndex => rows / INDEXED,
            Work::Rewrite => rows / REWRITTEN * width,
            Work::ChangeRows(Extent::Listed) => 0.0,
            Work::ChangeRows(Extent::Found | Extent::All) => rows / CHANGED * width,
        })
        .sum();
    Duration::from_secs_f64(seconds.min(1e9))
}

/// `about 95 s`.
pub fn words(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        _ if seconds < 0.1 => "less than 0.1 s".to_string(),
        _ if seconds < 10.0 => format!("about {seconds:.1} s"),
        _ if seconds < 120.0 => format!("about {seconds:.0} s"),
        _ if seconds < 7200.0 => format!("about {:.0} min", seconds / 60.0),
        _ => format!("about {:.0} h", seconds / 3600.0),
    }
}
