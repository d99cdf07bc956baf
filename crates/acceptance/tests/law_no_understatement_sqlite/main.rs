//! What is predicted of a statement is never less than what SQLite did: over the measured operations of
//! `facts/sqlite.jsonl`, over every statement of `review/sqlite/`, and over what autogenerate writes for random pairs.
//! What is predicted beyond that is counted and printed.
#![allow(clippy::panic)]

mod compare;
mod did;
mod facts;
mod ground;
mod judged;
mod runs;

use anyhow::{Result, ensure};
use compare::{Compared, Measured};
use whimbrel_plan::review::{Blocks, Lock, Prediction};

/// Fails with every understatement; prints what was said in vain.
fn hold(what: &str, measured: &[Measured], least: usize, noticed: &[Weakened]) -> Result<()> {
    let mut all = Compared::default();
    measured.iter().for_each(|it| all += it.compare());
    println!("{what}: {all}");
    ensure!(all.statements >= least, "{what}: only {} statements were looked at", all.statements);
    ensure!(all.under.is_empty(), "{what}: less was predicted than happened\n{}", all.under.join("\n"));
    for (name, weaken) in noticed {
        let under = measured.iter().map(|it| it.with(weaken(&it.prediction)).compare().under.len()).sum::<usize>();
        ensure!(under > 0, "{what}: a prediction without {name} would not have been noticed");
    }
    Ok(())
}

type Weakened = (&'static str, fn(&Prediction) -> Prediction);

/// Predictions that say less: each has to be caught.
const WEAKENED: [Weakened; 4] = [
    ("locks", |prediction| {
        let mut less = prediction.clone();
        less.touches.iter_mut().for_each(|touch| touch.lock = Lock::new("none", Blocks::Nothing, touch.lock.held));
        less
    }),
    ("readers that wait", |prediction| {
        let mut less = prediction.clone();
        less.touches.iter_mut().for_each(|touch| touch.lock.blocks = touch.lock.blocks.min(Blocks::Writes));
        less
    }),
    ("work", |prediction| {
        let mut less = prediction.clone();
        less.touches.iter_mut().for_each(|touch| touch.work.clear());
        less
    }),
    ("dangers", |prediction| Prediction { dangers: Vec::new(), ..prediction.clone() }),
];

#[test]
fn measured_operations_are_not_understated() -> Result<()> {
    hold("facts", &facts::measured()?, 60, &WEAKENED)
}

#[test]
fn cases_of_the_rules_are_not_understated() -> Result<()> {
    hold("cases", &judged::measured()?, 100, &WEAKENED)
}

#[test]
fn what_autogenerate_writes_is_not_understated() -> Result<()> {
    let cases = std::env::var("WHIMBREL_CASES").ok().and_then(|text| text.parse::<u32>().ok());
    let pairs = cases.map_or(40, |cases| (cases / 10).max(40));
    // What is drafted is what SQLite takes, with foreign keys off: there is nothing dangerous beyond locks and work.
    hold("random pairs", &runs::measured_pairs(pairs)?, 60, &WEAKENED[..3])
}
