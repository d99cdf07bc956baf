//! Law 7, both versions live: while the triggers stand, what old code and new code write, in every form and order, is
//! in step after every statement, and is what the other reads. `WHIMBREL_CASES` says how many sequences: one for each
//! hundred, in every scenario.

#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod model;
mod run;
mod scenario;
mod statement;

use anyhow::{Result, ensure};
use run::{Looked, Weakened};
use whimbrel_acceptance::database::{self, Ground, Journal};
use whimbrel_schema::Engine;

fn seeds() -> std::ops::Range<u64> {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    if let Some(seed) = number("WHIMBREL_SEED") {
        return seed..seed + 1;
    }
    match number("WHIMBREL_CASES") {
        Some(count) => {
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |it| it.as_secs());
            now * 1_000..now * 1_000 + (count / 100).max(1)
        }
        None => 0..3,
    }
}

fn database(ground: Ground) -> Result<database::Database> {
    if ground.engine == Engine::Sqlite { ground.sqlite(Journal::Memory) } else { ground.database() }
}

fn over(grounds: &[Ground]) -> Result<()> {
    let mut looked = Looked::default();
    for ground in grounds {
        for scenario in scenario::all().iter().filter(|it| it.only.is_none_or(|only| only == ground.engine)) {
            let mut database = database(*ground)?;
            for seed in seeds() {
                database.reset()?;
                let outcome = run::hold(scenario, &mut database, seed, Weakened::No);
                looked += outcome.unwrap_or_else(|error| {
                    panic!("{ground}, {}, WHIMBREL_SEED={seed}: {error:#}", scenario.name);
                });
            }
        }
    }
    println!("{looked:?}");
    ensure!(looked.statements > 200 && looked.rows > 1_000, "a run that looked at little: {looked:?}");
    ensure!(looked.of_old > 50 && looked.of_new > 50 && looked.backfilled > 20, "one side was silent: {looked:?}");
    Ok(())
}

#[test]
fn both_versions_see_one_truth_on_sqlite() -> Result<()> {
    over(&[database::SQLITE])
}

#[test]
fn both_versions_see_one_truth_on_postgres() -> Result<()> {
    over(&database::postgres()?)
}

/// The law finds triggers of which a half is missing: a test that could not fail would say nothing.
#[test]
fn weakened_triggers_are_found() -> Result<()> {
    let mut grounds = vec![database::SQLITE];
    grounds.extend(database::postgres()?.into_iter().next());
    for ground in grounds {
        for weakened in [Weakened::NoUpdates, Weakened::NoWayBack] {
            let all = scenario::all();
            let scenario = all.first().expect("there are scenarios");
            let mut found = 0;
            for seed in 0..5 {
                let mut database = database(ground)?;
                found += u32::from(run::hold(scenario, &mut database, seed, weakened).is_err());
            }
            ensure!(found == 5, "{ground}: {weakened:?} was found in {found} of 5 sequences");
        }
    }
    Ok(())
}
