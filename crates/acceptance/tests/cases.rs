//! Every written case under `cases/diff/`, on every engine it is for: convergence, preservation, undo.

use anyhow::{Result, ensure};
use whimbrel_acceptance::case::Case;
use whimbrel_acceptance::database::{self, Ground};
use whimbrel_acceptance::laws::{self, Held, Through};
use whimbrel_acceptance::truth;
use whimbrel_schema::{Engine, Pair};

fn written_cases_hold(ground: Ground, through: Through) -> Result<()> {
    let folder = truth::home().join("cases/diff");
    let mut cases = Case::read_folder(&folder)?;
    cases.retain(|case| case.runs_on(ground.engine, ground.major));
    ensure!(!cases.is_empty(), "no case runs on {ground}");
    let (mut here, mut there) = (ground.database()?, ground.database()?);
    let (mut held, mut problems) = (Held::default(), Vec::new());
    for case in &cases {
        here.reset()?;
        there.reset()?;
        match laws::hold(case, Pair::new(&mut here, &mut there), through, with_dump(ground, through)) {
            Ok(more) => held += more,
            Err(error) => problems.push(format!("{}: {error:#}\n\n{case}", case.name)),
        }
    }
    println!("{ground}: {} cases, {held}", cases.len());
    ensure!(
        problems.is_empty(),
        "{ground}: {} of {} cases fail\n\n{}",
        problems.len(),
        cases.len(),
        problems.join("\n")
    );
    ensure!(held.changes > 0 && held.undone > 0, "the cases changed nothing: {held}");
    ensure!((held.chains > 0) == (through == Through::Chain), "chains are where they are asked for: {held}");
    Ok(())
}

/// PostgreSQL's own dump takes longer than all the rest, and says of a chain what it says of one revision.
fn with_dump(ground: Ground, through: Through) -> bool {
    ground.engine == Engine::Sqlite || through == Through::Draft
}

#[test]
fn written_cases_hold_on_sqlite() -> Result<()> {
    written_cases_hold(database::SQLITE, Through::Draft)
}

#[test]
fn written_cases_hold_on_postgres() -> Result<()> {
    database::on_each_postgres(|ground| written_cases_hold(ground, Through::Draft))
}

#[test]
fn written_cases_hold_over_a_chain_on_sqlite() -> Result<()> {
    written_cases_hold(database::SQLITE, Through::Chain)
}

#[test]
fn written_cases_hold_over_a_chain_on_postgres() -> Result<()> {
    database::on_each_postgres(|ground| written_cases_hold(ground, Through::Chain))
}
