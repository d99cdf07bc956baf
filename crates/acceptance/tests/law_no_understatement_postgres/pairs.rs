//! What autogenerate writes for random pairs of schemas: operations that nobody chose.

use std::cell::RefCell;

use anyhow::Result;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use whimbrel_acceptance::case::Part;
use whimbrel_acceptance::database::{Database, Ground};
use whimbrel_acceptance::{laws, random};
use whimbrel_plan::autogenerate::draft;
use whimbrel_schema::Pair;

use crate::compare::Measured;
use crate::live::{Run, measure};

pub fn measured(ground: Ground, count: u32) -> Result<Vec<Measured>> {
    let config = Config { cases: count, max_shrink_iters: 0, failure_persistence: None, ..Config::default() };
    let mut runner = match std::env::var_os("WHIMBREL_CASES") {
        None => TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
        Some(_) => TestRunner::new(config),
    };
    let all = RefCell::new(Vec::new());
    let database = RefCell::new(ground.database()?);
    let outcome = runner.run(&random::pair(ground.engine), |pair| {
        if pair.is_answerable() {
            let found = of_pair(&mut database.borrow_mut(), &pair)
                .map_err(|error| TestCaseError::fail(format!("{error:#}")))?;
            all.borrow_mut().extend(found);
        }
        Ok(())
    });
    outcome.map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok(all.into_inner())
}

fn of_pair(database: &mut Database, pair: &random::RandomPair) -> Result<Vec<Measured>> {
    let case = pair.case("random");
    let engine = database.ground.engine;
    let dialect = database.driver.dialect();
    let mut read = |part: Part| -> Result<_> {
        database.reset()?;
        database.driver.execute_script(case.sql(part, engine))?;
        Ok(database.driver.introspect()?)
    };
    let (from, to) = (read(Part::From)?, read(Part::To)?);
    let drafted = draft(Pair::new(from, to), dialect, &laws::choices(&case)?)?;
    measure(
        database,
        &Run {
            place: "a random pair".to_string(),
            base: case.sql(Part::From, engine).to_string(),
            rows: Some(case.sql(Part::Rows, engine).to_string()),
            setup: Vec::new(),
            statements: drafted.upgrade.into_iter().map(|statement| statement.sql).collect(),
            settings: vec![("timezone".to_string(), "UTC".to_string())],
        },
    )
}
