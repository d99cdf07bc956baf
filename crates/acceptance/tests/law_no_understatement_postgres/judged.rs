//! Every statement of the rules' cases, on tables with rows in them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use whimbrel_acceptance::database::Ground;

use crate::compare::Measured;
use crate::live::{Run, measure};

pub fn measured(ground: Ground) -> Result<Vec<Measured>> {
    let dialect = whimbrel_engines::dialect(ground.engine).context("no dialect for PostgreSQL")?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("review/postgres");
    let mut files: Vec<_> = fs::read_dir(&folder)?.flatten().map(|entry| entry.path()).collect();
    files.sort();
    let (mut all, mut database) = (Vec::new(), ground.database()?);
    for path in files {
        let text = fs::read_to_string(&path)?;
        for case in text.split("-- case: ").skip(1) {
            let name = case.lines().next().unwrap_or_default();
            let sections = sections(case);
            let section = |name: &str| sections.get(name).map(String::as_str).unwrap_or_default();
            let cut = |text: &str| dialect.split(text).into_iter().map(|it| text[it].to_string()).collect();
            let settings = section("known").lines().filter_map(|line| line.strip_prefix("-- set: ")?.split_once(" = "));
            let run = Run {
                place: format!("{}, `{name}`", path.file_name().unwrap_or_default().to_string_lossy()),
                base: String::new(),
                rows: None,
                setup: cut(section("setup")),
                statements: cut(section("judge")),
                settings: settings.map(|(name, value)| (name.to_string(), value.to_string())).collect(),
            };
            all.extend(measure(&mut database, &run).with_context(|| run.place.clone())?);
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
