use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use whimbrel_plan::keep::{self, Against, Follower, Loss, Side, rows_ahead};
use whimbrel_schema::Schema;

use super::aside::printed_in_full;
use super::manifest::number;
use super::{Kept, KeptError, Manifest};
use crate::backfill::{Copying, Ended, Options, upper};
use crate::guard::Limits;
use crate::{Driver, DriverError, DriverErrorKind};

/// A copy that follows its table, with all that was there before.
#[derive(Debug, Clone)]
pub struct CopiedAhead {
    pub loss: Loss,
    follower: Follower,
    /// Rows that batches brought.
    brought: u64,
}

/// How the batches go about it.
pub(crate) struct Manner<'m> {
    pub options: &'m Options,
    pub patience: Duration,
    pub stop: &'m AtomicBool,
}

/// Whether the values can be copied beforehand, while others write.
pub(crate) fn can_go_ahead(driver: &dyn Driver, loss: &Loss, before: &Schema) -> bool {
    let dialect = driver.dialect();
    Side::new(loss, "whimbrel_kept", driver.home(), dialect)
        .is_some_and(|side| side.ahead(0, before, dialect).is_some())
}

/// How many rows a run that was killed has brought, where its copy has followed ever since and is the one that is wanted.
pub(crate) fn is_there(
    driver: &mut dyn Driver,
    loss: &Loss,
    at: usize,
    before: &Schema,
) -> Result<Option<u64>, DriverError> {
    let (home, dialect) = (driver.home().map(str::to_string), driver.dialect());
    let Some(side) = Side::new(loss, "whimbrel_kept", home.as_deref(), dialect) else { return Ok(None) };
    let (Some(ahead), Some(keeping)) = (side.ahead(at, before, dialect), dialect.keeping()) else { return Ok(None) };
    let Some(query) = keeping.follows(&ahead.follower).filter(|_| ahead.reached().is_some()) else { return Ok(None) };
    if driver.query(&query, &[])?.is_empty() {
        return Ok(None);
    }
    let brought = number(driver, &ahead.brought())?;
    Ok(brought.and_then(|rows| u64::try_from(rows).ok()))
}

/// Has a copy of its own follow the table, outside any transaction that is open. In one that nobody writes the table in.
pub(crate) fn follow(
    driver: &mut dyn Driver,
    loss: &Loss,
    at: usize,
    before: &Schema,
    limits: &Limits,
) -> Result<(), DriverError> {
    let (home, dialect) = (driver.home().map(str::to_string), driver.dialect());
    let Some(side) = Side::new(loss, "whimbrel_kept", home.as_deref(), dialect) else { return Ok(()) };
    let (Some(ahead), Some(keeping)) = (side.ahead(at, before, dialect), dialect.keeping()) else { return Ok(()) };
    if let Some(hold) = keeping.hold(&[side.source()], Against::Writers) {
        driver.execute_within(&hold, limits, &mut |_| {})?;
    }
    ahead.begin.iter().try_for_each(|statement| driver.execute(statement).map(drop))
}

/// Brings what was there before it followed, or what is left of that where a run that was killed had brought some rows.
pub(crate) fn bring(
    driver: &mut dyn Driver,
    loss: &Loss,
    at: usize,
    before: &Schema,
    there: Option<u64>,
    manner: &Manner<'_>,
) -> Result<Option<CopiedAhead>, Ended> {
    let (home, dialect) = (driver.home().map(str::to_string), driver.dialect());
    let Some(side) = Side::new(loss, "whimbrel_kept", home.as_deref(), dialect) else { return Ok(None) };
    let (Some(ahead), Some(keeping)) = (side.ahead(at, before, dialect), dialect.keeping()) else { return Ok(None) };
    let batch = |driver: &mut dyn Driver, after: Option<&_>, upto: &_| {
        printed_in_full(driver, |driver| driver.execute_batch(&ahead.batch(after, upto)))
    };
    let copying = Copying {
        plan: &ahead.plan,
        batch: &batch,
        options: manner.options,
        patience: manner.patience,
        stop: manner.stop,
    };
    let reached = match (there, ahead.reached()) {
        (Some(_), Some(query)) => upper(driver, &query)?,
        (Some(_), None) | (None, _) => None,
    };
    let brought = there.unwrap_or(0) + copying.run(driver, reached)?;
    // So that what was written meanwhile, which is few, is found by its index under the lock.
    if let Some(analyze) = keeping.analyze(&ahead.follower.table) {
        driver.execute(&analyze)?;
    }
    Ok(Some(CopiedAhead { loss: loss.clone(), follower: ahead.follower, brought }))
}

/// Makes it what is kept, under the lock. Gives how many rows it has.
pub(super) fn take_over(
    driver: &mut dyn Driver,
    kept: &Kept,
    copied: &CopiedAhead,
    manifest: &Manifest,
) -> Result<i64, KeptError> {
    let dialect = driver.dialect();
    let (Some(keeping), Some(side)) = (dialect.keeping(), kept.side(manifest.home.as_deref(), dialect)) else {
        return Ok(0);
    };
    let follower = &copied.follower;
    if let Some(query) = keeping.follows(follower)
        && driver.query(&query, &[])?.is_empty()
    {
        let what = format!(
            "while `{}` was copied, somebody has taken off the triggers that kept the copy in step, has attached or detached \
             a partition, or has written the table anew",
            kept.loss.source
        );
        return Err(DriverError::new(DriverErrorKind::Statement, what).into());
    }
    for statement in keeping.stop_following(follower) {
        driver.execute(&statement)?;
    }
    let rows = number(driver, &rows_ahead(follower, copied.brought))?.unwrap_or(0);
    for statement in side.take_over(follower) {
        driver.execute(&statement)?;
    }
    Ok(rows)
}

/// Whether there are copies that follow.
pub(crate) fn any_ahead(driver: &mut dyn Driver) -> Result<bool, DriverError> {
    Ok(!clearing(driver, &[])?.is_empty())
}

/// Clears away copies that follow and were not taken over, but for those of these numbers. Each statement by itself:
/// whoever is in the way is waited for in short turns, so that nobody is held up behind this.
pub fn clear_ahead(
    driver: &mut dyn Driver,
    but: &[usize],
    limits: &Limits,
    patience: Duration,
) -> Result<(), DriverError> {
    let begun = Instant::now();
    for statement in clearing(driver, but)? {
        loop {
            match driver.execute_within(&statement, limits, &mut |_| {}) {
                Err(error) if error.kind == DriverErrorKind::Busy && begun.elapsed() < patience => {
                    std::thread::sleep(Duration::from_millis(100));
                }
                outcome => break outcome.map(drop)?,
            }
        }
    }
    Ok(())
}

/// What clears them away.
fn clearing(driver: &mut dyn Driver, but: &[usize]) -> Result<Vec<String>, DriverError> {
    let home = driver.home().map(str::to_string);
    let Some(keeping) = driver.dialect().keeping() else { return Ok(Vec::new()) };
    let but: Vec<String> = but.iter().map(|number| format!("{}{number}", keep::Ahead::PREFIX)).collect();
    let Some(query) = keeping.clear_following(home.as_deref(), keep::Ahead::PREFIX, &but) else {
        return Ok(Vec::new());
    };
    Ok(driver.query(&query, &[])?.into_iter().flatten().flatten().collect())
}
