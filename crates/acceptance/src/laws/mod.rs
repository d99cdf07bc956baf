//! The laws that hold for every case, on every engine.

mod by;
mod fold;
mod hold;
mod kept;
mod oracle;
mod route;
mod rows;

pub use by::{By, ByApplication};
pub use fold::{fold, folding_is_introspecting};
pub use hold::{Held, choices, hold, hold_by};
pub use kept::{GivenBack, give_back};
pub use oracle::{Compared, ensure_same_dump};
pub use route::Through;
pub use rows::{Expectation, Moves, backfilled, expect};

use anyhow::{Context, Result, ensure};
use whimbrel_plan::diff::{DiffOptions, diff, in_doubt};
use whimbrel_run::Driver;
use whimbrel_schema::{Pair, Schema};

use crate::case::{Case, Part};
use crate::database::Database;
use crate::difference::differences;

/// Both schemas of a case, each made in a database of its own and read back.
fn made(case: &Case, databases: Pair<&mut Database>) -> Result<Pair<Schema>> {
    let engine = databases.from.ground.engine;
    let to = &mut databases.to.driver;
    to.execute_script(case.sql(Part::To, engine)).context("the engine refused `to`")?;
    let from = &mut databases.from.driver;
    from.execute_script(case.sql(Part::From, engine)).context("the engine refused `from`")?;
    Ok(Pair::new(from.introspect()?, to.introspect()?))
}

/// Fails with every difference, if there is one, after the engine was asked about the expressions that only it can
/// judge.
pub fn ensure_same(what: &str, schemas: Pair<&Schema>, driver: &mut dyn Driver) -> Result<()> {
    let (mut from, mut to) = (schemas.from.clone(), schemas.to.clone());
    let dialect = driver.dialect();
    let doubtful = in_doubt(&diff(Pair::new(&from, &to), dialect, &DiffOptions::default()));
    if !doubtful.is_empty() {
        from = driver.normalize(&from, &doubtful)?;
        to = driver.normalize(&to, &doubtful)?;
    }
    let changes = diff(Pair::new(&from, &to), dialect, &DiffOptions::default());
    let changes: Vec<String> = changes.iter().map(ToString::to_string).collect();
    ensure!(changes.is_empty(), "{what}: the diff is not empty\n  {}", changes.join("\n  "));
    from.sort();
    to.sort();
    let fields = differences(Pair::new(&from, &to), dialect);
    ensure!(fields.is_empty(), "{what}: not the same field by field\n  {}", fields.join("\n  "));
    Ok(())
}
