//! Law 4. `cargo xtask crash` runs a thousand kills and more; here are as many as a change is judged by.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use whimbrel_acceptance::crash::{Covered, Orders, Suite};
use whimbrel_acceptance::database::{self, SQLITE};
use whimbrel_schema::Engine;

/// What `cargo xtask crash` asks for, as `KEY=VALUE` words.
const ORDERS: &str = "WHIMBREL_CRASH";

const KILLS: usize = 60;

/// The same kills in every run, so that red means the change; on SQLite and on the newest PostgreSQL.
fn bounded() -> Result<Orders> {
    let mut grounds = vec![SQLITE];
    grounds.extend(database::postgres()?.last());
    Ok(Orders {
        program: assert_cmd::cargo::cargo_bin!("whimbrel").to_path_buf(),
        kills: KILLS,
        seed: 1,
        trial: None,
        only: None,
        grounds,
        workers: 2,
        progress: false,
    })
}

fn ordered(words: &str) -> Result<Orders> {
    let mut orders = Orders { progress: true, ..bounded()? };
    orders.grounds = std::iter::once(SQLITE).chain(database::postgres()?).collect();
    for word in words.split_whitespace() {
        let (key, value) = word.split_once('=').context("`KEY=VALUE` is wanted")?;
        match key {
            "kills" => orders.kills = value.parse()?,
            "seed" => orders.seed = value.parse()?,
            "trial" => orders.trial = Some(value.parse()?),
            "only" => orders.only = Some(value.to_owned()),
            "workers" => orders.workers = value.parse()?,
            "engine" => {
                let engine: Engine = value.parse()?;
                orders.grounds.retain(|ground| ground.engine == engine);
            }
            other => anyhow::bail!("`{other}` is not known"),
        }
    }
    Ok(orders)
}

#[test]
fn killed_anywhere_the_next_run_ends_as_an_unbroken_one() -> Result<()> {
    let begun = Instant::now();
    let words = std::env::var(ORDERS).unwrap_or_default();
    let orders = if words.is_empty() { bounded()? } else { ordered(&words)? };
    let (kills, whole) = (orders.kills, orders.trial.is_none() && orders.only.is_none());
    let tally = Suite::new(orders)?.run()?;
    println!("{tally}\n  in {} s", begun.elapsed().as_secs());
    if whole {
        tally.refuse_vacuous(kills)?;
    }
    Ok(())
}

/// SQLite has no such things, or makes the table anew for them: then other steps stand in the revision.
const NOT_ON_SQLITE: &[&str] = &[
    "Change::RenameObject",
    "Change::RenameEnumValue",
    "Change::SetComment",
    "Step::SetTableOptions",
    "Step::RebuildTable",
    "Step::SetColumnType",
    "Step::SetNullable",
    "Step::SetDefault",
    "Step::SetGeneration",
    "Step::AddConstraint",
    "Step::DropConstraint",
    "Step::RenameConstraint",
    "Step::ValidateConstraint",
    "Step::SetDeferrable",
    "Step::RenameIndex",
    "Step::SetIndexStorage",
    "Step::RenameObject",
    "Step::AlterObject",
    "Step::Amend",
    "Step::AddEnumValue",
    "Step::RenameEnumValue",
    "Step::SetTriggerEnabled",
    "Step::AttachPartition",
    "Step::DetachPartition",
    "Step::SetComment",
    "move to another schema",
    "add exclusion",
    "drop exclusion",
    "add enum value",
    "remove enum value",
    "rename enum value",
    "add identity",
    "change partitions",
];

/// PostgreSQL makes no table anew; and what sets all options at once is read back as what it changes of them.
const NOT_ON_POSTGRES: &[&str] =
    &["Step::RebuildTable", "Step::SetTableOptions", "Step::SetIndexStorage", "Step::AlterObject"];

#[test]
fn every_kind_of_change_and_step_is_in_a_scenario_of_each_engine_that_has_it() -> Result<()> {
    let mut problems = Vec::new();
    for (engine, without) in [(Engine::Sqlite, NOT_ON_SQLITE), (Engine::Postgres, NOT_ON_POSTGRES)] {
        let covered = Covered::by_scenarios_on(engine)?;
        println!("{engine}: {} scenarios, {} of them chains", covered.scenarios, covered.chains);
        ensure!(covered.chains > 20 && covered.unread.len() < 8, "few scenarios can be read: {:?}", covered.unread);
        let missing = covered.missing(without);
        if !missing.is_empty() {
            problems
                .push(format!("no scenario on {engine} has {missing:?}: write one in `cases/crash` or `cases/diff`"));
        }
        let there = covered.there_after_all(without);
        if !there.is_empty() {
            problems.push(format!("{engine} has {there:?} after all"));
        }
    }
    ensure!(problems.is_empty(), "{}", problems.join("\n"));
    Ok(())
}
