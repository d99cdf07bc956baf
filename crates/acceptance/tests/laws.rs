//! Laws over random schemas. `WHIMBREL_CASES` says how many; `cargo xtask laws` runs thousands.

#![allow(clippy::panic)]

use anyhow::Result;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use whimbrel_acceptance::case::Part;
use whimbrel_acceptance::database::{self, Ground, Journal};
use whimbrel_acceptance::laws;
use whimbrel_acceptance::random::{self, RandomPair};

fn cases(usual: u32) -> u32 {
    std::env::var("WHIMBREL_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Runs the law over random pairs; a failure prints the smallest pair that still fails, as a case to keep.
fn over_random_pairs(ground: Ground, count: u32, law: impl Fn(&RandomPair) -> Result<()>) {
    let config = Config { cases: count, max_shrink_iters: 400, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new(config);
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
