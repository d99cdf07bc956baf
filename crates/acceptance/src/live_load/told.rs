use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use anyhow::{Result, ensure};

use super::rows::Stage;

/// Which code said something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Which {
    Old,
    New,
}

/// What applications did, and how long the longest of their statements took.
#[derive(Debug, Clone, Default)]
pub struct Told {
    of: BTreeMap<(String, Which, Stage), Waits>,
    rows: BTreeMap<String, usize>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Waits {
    statements: usize,
    longest: Duration,
}

impl Told {
    pub fn note(&mut self, story: &str, which: Which, stage: Stage, took: Duration) {
        let waits = self.of.entry((story.to_owned(), which, stage)).or_default();
        waits.statements += 1;
        waits.longest = waits.longest.max(took);
    }

    pub fn compared(&mut self, story: &str, rows: usize) {
        *self.rows.entry(story.to_owned()).or_default() += rows;
    }

    pub fn add(&mut self, other: Told) {
        for (key, waits) in other.of {
            let own = self.of.entry(key).or_default();
            own.statements += waits.statements;
            own.longest = own.longest.max(waits.longest);
        }
        for (story, rows) in other.rows {
            self.compared(&story, rows);
        }
    }

    fn total(&self, story: &str, fits: impl Fn(Which, Stage) -> bool) -> Waits {
        let of = self.of.iter().filter(|((name, which, stage), _)| name == story && fits(*which, *stage));
        of.fold(Waits::default(), |sum, (_, waits)| Waits {
            statements: sum.statements + waits.statements,
            longest: sum.longest.max(waits.longest),
        })
    }

    /// Each story had old and new code that did something, and rows to be lost.
    pub fn refuse_vacuous(&self, stories: &[String]) -> Result<()> {
        for story in stories {
            for which in [Which::Old, Which::New] {
                let said = self.total(story, |by, _| by == which).statements;
                ensure!(said >= 10, "{story}: {which:?} code said {said} statements only");
            }
            let rows = self.rows.get(story).copied().unwrap_or_default();
            ensure!(rows > 20, "{story}: {rows} rows were compared");
        }
        Ok(())
    }
}

/// A column of the table for each time in which whimbrel worked, and one for when it did not.
const TIMES: [(&str, &[Stage]); 4] = [
    ("at rest", &[Stage::Before, Stage::Expanded, Stage::Filled, Stage::Contracted]),
    ("expand", &[Stage::Expanding]),
    ("backfill", &[Stage::Filling]),
    ("contract", &[Stage::Contracting]),
];

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns: Vec<&str> = TIMES.iter().map(|(name, _)| *name).collect();
        writeln!(f, "| change | statements | rows | {} |", columns.join(" | "))?;
        writeln!(f, "|---|---|---|{}", "---|".repeat(columns.len()))?;
        for (story, rows) in &self.rows {
            let said = self.total(story, |_, _| true).statements;
            let longest: Vec<String> = TIMES
                .iter()
                .map(|(_, stages)| {
                    let waits = self.total(story, |_, stage| stages.contains(&stage));
                    match waits.statements {
                        0 => "".to_owned(),
                        _ => format!("{:.1} ms", waits.longest.as_secs_f64() * 1_000.0),
                    }
                })
                .collect();
            writeln!(f, "| {story} | {said} | {rows} | {} |", longest.join(" | "))?;
        }
        Ok(())
    }
}
