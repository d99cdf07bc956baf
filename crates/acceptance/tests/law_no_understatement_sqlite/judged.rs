//! Every statement of the rules' cases, on tables with rows in them.

use anyhow::{Context, Result};
use whimbrel_acceptance::sections::Sections;
use whimbrel_schema::Engine;

use crate::compare::Measured;
use crate::runs::{Run, measure};

pub fn measured() -> Result<Vec<Measured>> {
    let dialect = whimbrel_engines::dialect(Engine::Sqlite).context("no dialect for SQLite")?;
    let cut = |text: &str| dialect.split(text).into_iter().map(|it| text[it].to_string()).collect();
    let mut all = Vec::new();
    for case in Sections::read_all(Engine::Sqlite)? {
        let known = case.get("known");
        let run = Run {
            place: case.place.clone(),
            setup: cut(case.get("setup")),
            statements: cut(case.get("judge")),
            enforced: !known.contains("-- set: foreign_keys = OFF"),
            empty: known.contains("rows=0"),
            by_table: true,
        };
        all.extend(measure(&run)?);
    }
    Ok(all)
}
