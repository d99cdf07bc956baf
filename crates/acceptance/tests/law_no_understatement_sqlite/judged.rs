//! Every statement of the rules' cases, on tables with rows in them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use whimbrel_schema::Engine;

use crate::compare::Measured;
use crate::runs::{Run, measure};

pub fn measured() -> Result<Vec<Measured>> {
    let dialect = whimbrel_engines::dialect(Engine::Sqlite).context("no dialect for SQLite")?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("review/sqlite");
    let mut files: Vec<_> = fs::read_dir(&folder)?.flatten().map(|entry| entry.path()).collect();
    files.sort();
    let mut all = Vec::new();
    for path in files {
        let text = fs::read_to_string(&path)?;
        for case in text.split("-- case: ").skip(1) {
            let name = case.lines().next().unwrap_or_default();
            let sections = sections(case);
            let section = |name: &str| sections.get(name).map(String::as_str).unwrap_or_default();
            let cut = |text: &str| dialect.split(text).into_iter().map(|it| text[it].to_string()).collect();
            let known = section("known");
            let run = Run {
                place: format!("{}, `{name}`", path.file_name().unwrap_or_default().to_string_lossy()),
                setup: cut(section("setup")),
                statements: cut(section("judge")),
                enforced: !known.contains("-- set: foreign_keys = OFF"),
                empty: known.contains("rows=0"),
                by_table: true,
            };
            all.extend(measure(&run)?);
        }
    }
    Ok(all)
}

fn sections(case: &str) -> BTreeMap<&'static str, String> {
    let mut sections: BTreeMap<&'static str, String> = BTreeMap::new();
    let mut section = "known";
    for line in case.lines().skip(1) {
        match line {
            "-- setup" => section = "setup",
            "-- judge" => section = "judge",
            "-- fixed" => section = "fixed",
            _ => {
                let text = sections.entry(section).or_default();
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    sections
}
