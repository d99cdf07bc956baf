//! What is predicted of a statement is never less than what PostgreSQL did: over the measured operations of
//! `facts/postgres.jsonl` in every version, over the same operations and every statement of `review/postgres/` run on
//! real servers, and over what autogenerate writes for random pairs. What is predicted beyond that is counted and
//! printed, by kind and by statement.
#![allow(clippy::panic)]

mod base;
mod compare;
mod did;
mod facts;
mod judged;
mod live;
mod pairs;
mod rows;

use anyhow::{Result, ensure};
use compare::{Compared, Measured};
use facts::Known;
use whimbrel_acceptance::database;
use whimbrel_plan::review::{Blocks, Lock, Prediction, Work};

/// A prediction that says less; each has to be caught.
type Weakened = (&'static str, fn(&mut Prediction));

const WEAKENED: [Weakened; 4] = [
    ("locks", |prediction| {
        prediction.touches.iter_mut().for_each(|touch| {
            touch.lock = Lock::new("ACCESS SHARE", Blocks::Nothing, touch.lock.held);
        });
    }),
    ("other relations", |prediction| prediction.touches.truncate(1)),
    ("rewriting", |prediction| {
        prediction.touches.iter_mut().for_each(|touch| touch.work.retain(|work| *work != Work::Rewrite));
    }),
    ("work", |prediction| prediction.touches.iter_mut().for_each(|touch| touch.work.clear())),
];

/// Fails with every understatement, and where a weaker prediction would have passed; prints what was said in vain.
fn hold(what: &str, measured: &[Measured], least: usize, weakened: &[Weakened]) -> Result<()> {
    let all: Compared = measured.iter().map(Measured::compare).sum();
    println!("{what}: {all}");
    ensure!(all.statements >= least, "{what}: only {} statements were looked at", all.statements);
    ensure!(all.under.is_empty(), "{what}: less was predicted than happened\n{}", all.under.join("\n"));
    for (name, weaken) in weakened {
        let caught: Compared = measured.iter().map(|it| it.with(*weaken).compare()).sum();
        ensure!(!caught.under.is_empty(), "{what}: a prediction without {name} would not have been noticed");
    }
    Ok(())
}

#[test]
fn measured_operations_are_not_understated() -> Result<()> {
    hold("facts", &facts::measured(Known::All)?, 500, &WEAKENED)
}

#[test]
fn what_is_not_known_is_taken_for_the_worst() -> Result<()> {
    hold("facts, unseen", &facts::measured(Known::Nothing)?, 500, &WEAKENED[..1])?;
    hold("facts, doubted", &facts::measured(Known::Doubtful)?, 500, &WEAKENED[..1])
}

#[test]
fn operations_run_again_are_not_understated() -> Result<()> {
    database::on_each_postgres(|ground| hold(&format!("{ground}, operations"), &facts::run(ground)?, 80, &WEAKENED))
}

#[test]
fn more_operations_are_not_understated() -> Result<()> {
    database::on_each_postgres(|ground| {
        hold(&format!("{ground}, more operations"), &base::run_more(ground)?, 60, &WEAKENED)
    })
}

#[test]
fn cases_of_the_rules_are_not_understated() -> Result<()> {
    database::on_each_postgres(|ground| hold(&format!("{ground}, cases"), &judged::measured(ground)?, 200, &WEAKENED))
}

#[test]
fn what_autogenerate_writes_is_not_understated() -> Result<()> {
    let cases = std::env::var("WHIMBREL_CASES").ok().and_then(|text| text.parse::<u32>().ok());
    // Each statement of a pair is run and measured; one pair for each twenty that the laws take.
    let wanted = cases.map_or(25, |cases| (cases / 20).max(25));
    database::on_each_postgres(|ground| {
        hold(&format!("{ground}, random pairs"), &pairs::measured(ground, wanted)?, 60, &WEAKENED)
    })
}
