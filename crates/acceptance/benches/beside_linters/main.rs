//! Whimbrel, squawk and eugene judge the same changes, and each is held against what PostgreSQL really did.
//!
//! The label of a change is measured, nobody's opinion: it is run on a database with rows, and it is dangerous if it
//! keeps others out while it works, if it fails, if rows or values are gone, or if what the code that runs now asks
//! for fails afterwards. A tool speaks of a change if it has at least one finding about it.

mod changes;
mod label;
mod linters;
mod report;
mod speed;

use anyhow::{Result, ensure};

use changes::Change;
use linters::Linter;

fn main() -> Result<()> {
    // `cargo bench` and `cargo test --all-targets` pass flags of their own.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if !arguments.iter().any(|argument| argument == "--run") {
        return Ok(());
    }
    let changes = changes::all()?;
    ensure!(changes.len() > 100, "only {} changes", changes.len());
    let labels = label::measure(&changes)?;
    let folder = tempfile::tempdir()?;
    let mut scores = Vec::new();
    for linter in Linter::installed() {
        let said = changes.iter().map(|change| linter.findings(change, folder.path())).collect::<Result<Vec<_>>>()?;
        scores.push(report::Score::of(linter.name(), &labels, said));
    }
    print!("{}", report::table(&scores));
    speed::compare(&changes, folder.path())?;
    let detailed = arguments.iter().any(|argument| argument == "--each");
    if detailed {
        print!("{}", report::each(&changes, &labels, &scores));
    }
    report::judge(&scores)
}

/// A change and what it did.
type Labelled<'a> = (&'a Change, &'a label::Label);
