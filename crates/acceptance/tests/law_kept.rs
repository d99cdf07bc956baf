//! Undo with the values: what an upgrade destroys is kept, and the downgrade gives it back. Every written case, on every
//! engine it is for.

use anyhow::{Result, ensure};
use whimbrel_acceptance::case::Case;
use whimbrel_acceptance::database::{self, Ground};
use whimbrel_acceptance::laws::{self, GivenBack};
use whimbrel_acceptance::truth;
use whimbrel_schema::Pair;

fn values_come_back(ground: Ground) -> Result<()> {
    let folder = truth::home().join("cases/diff");
    let mut cases = Case::read_folder(&folder)?;
    cases.retain(|case| case.runs_on(ground.engine, ground.major));
    let (mut here, mut there) = (ground.database()?, ground.database()?);
    let (mut seen, mut problems) = (GivenBack::default(), Vec::new());
    for case in &cases {
        here.reset()?;
        there.reset()?;
        match laws::give_back(case, Pair::new(&mut here, &mut there)) {
            Ok(more) => seen += more,
            Err(error) => problems.push(format!("{}: {error:#}\n\n{case}", case.name)),
        }
    }
    println!("{ground}: {seen}");
    ensure!(problems.is_empty(), "{ground}: {} cases fail\n\n{}", problems.len(), problems.join("\n"));
    ensure!(seen.kept >= 10 && seen.rows > 100, "a run that looked at little: {seen}");
    Ok(())
}

#[test]
fn values_come_back_on_sqlite() -> Result<()> {
    values_come_back(database::SQLITE)
}

#[test]
fn values_come_back_on_postgres() -> Result<()> {
    database::on_each_postgres(values_come_back)
}
