//! Laws over random schemas. `WHIMBREL_CASES` says how many; `cargo xtask laws` runs thousands.

#![allow(clippy::panic)]

use std::cell::{Cell, RefCell};

use anyhow::Result;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use whimbrel_acceptance::case::Part;
use whimbrel_acceptance::database::{self, Ground, Journal};
use whimbrel_acceptance::laws::{self, Held, Through};
use whimbrel_acceptance::random::{self, RandomPair};
use whimbrel_schema::{Engine, Pair};

fn cases(usual: u32) -> u32 {
    std::env::var("WHIMBREL_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Runs the law over random pairs; a failure prints the smallest pair that still fails, as a case to keep.
fn over_random_pairs(ground: Ground, count: u32, law: impl Fn(&RandomPair) -> Result<()>) {
    let shrinks = if ground.engine == Engine::Sqlite { 2000 } else { 300 };
    let config = Config { cases: count, max_shrink_iters: shrinks, failure_persistence: None, ..Config::default() };
    // A change is judged by the same pairs each time; whoever asks for a number of cases gets new ones.
    let mut runner = match std::env::var_os("WHIMBREL_CASES") {
        None => TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
        Some(_) => TestRunner::new(config),
    };
    let outcome = runner.run(&random::pair(ground.engine), |pair| {
        law(&pair).map_err(|error| TestCaseError::fail(format!("{error:#}\n\n{}", pair.case("random"))))
    });
    if let Err(error) = outcome {
        panic!("{ground}: {error}");
    }
}

#[test]
fn folding_a_script_is_introspecting_what_it_made_on_sqlite() {
    over_random_pairs(database::SQLITE, cases(300), |pair| {
        for sketch in [&pair.from, &pair.to] {
            let mut database = database::SQLITE.sqlite(Journal::Memory)?;
            laws::folding_is_introspecting(&sketch.schema_sql(), &mut database)?;
        }
        let case = pair.case("random");
        assert!(!case.sql(Part::To, database::SQLITE.engine).is_empty() || pair.to.tables.is_empty());
        Ok(())
    });
}

/// Convergence, preservation and undo over random pairs. Asking SQLite's catalogue costs nothing; `pg_dump` costs more
/// than all the rest, so it is run on every eighth pair, and on all once something has failed.
fn random_pairs_converge(ground: Ground, count: u32, through: Through) -> Result<()> {
    let databases = RefCell::new((ground.database()?, ground.database()?));
    let (held, number, failed) = (RefCell::new(Held::default()), Cell::new(0), Cell::new(false));
    over_random_pairs(ground, count, |pair| {
        if !pair.is_answerable() {
            return Ok(());
        }
        let (here, there) = &mut *databases.borrow_mut();
        here.reset()?;
        there.reset()?;
        number.set(number.get() + 1);
        let seldom = through == Through::Draft && number.get() % 8 == 0;
        let dump = ground.engine == Engine::Sqlite || failed.get() || seldom;
        let outcome = laws::hold(&pair.case("random"), Pair::new(here, there), through, dump);
        failed.set(failed.get() || outcome.is_err());
        *held.borrow_mut() += outcome?;
        Ok(())
    });
    let held = held.into_inner();
    println!("{ground}: {held}");
    assert!(through == Through::Draft || held.chains > count as usize / 4, "too few chains: {held}");
    assert!(held.changes > count as usize && held.rows > count as usize, "a run that looked at little: {held}");
    Ok(())
}

#[test]
fn random_pairs_converge_on_sqlite() -> Result<()> {
    random_pairs_converge(database::SQLITE, cases(400), Through::Draft)
}

#[test]
fn random_pairs_converge_on_postgres() -> Result<()> {
    database::on_each_postgres(|ground| random_pairs_converge(ground, cases(100), Through::Draft))
}

#[test]
fn random_pairs_converge_over_a_chain_on_sqlite() -> Result<()> {
    random_pairs_converge(database::SQLITE, cases(300), Through::Chain)
}

#[test]
fn random_pairs_converge_over_a_chain_on_postgres() -> Result<()> {
    let chains = |ground| random_pairs_converge(ground, cases(60), Through::Chain);
    database::on_each_postgres(chains)
}
