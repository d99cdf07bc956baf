use whimbrel_plan::keep::{Lost, RingKey};
use whimbrel_schema::{Deferrable, ObjectName, Schema};

use super::aside::printed_in_full;
use super::seal::close;
use super::{Kept, Manifest, remove};
use crate::{Driver, DriverError};

/// Before a downgrade begins: gives up what was kept of values that somebody has changed since.
pub fn forget_changed(driver: &mut dyn Driver, kept: &Kept, live: &Schema) -> Result<(), DriverError> {
    let (home, dialect) = (driver.home().map(str::to_string), driver.dialect());
    let Some(side) = kept.side(home.as_deref(), dialect) else { return Ok(()) };
    let stands = kept.loss.can_tell_changes(live);
    let Some(statement) = side.forget_changed().filter(|_| stands) else { return Ok(()) };
    printed_in_full(driver, |driver| driver.execute(&statement).map(|_| ()))
}

/// Gives the values back to the rows that are there, inside the transaction of the downgrade, in the order given. Nothing
/// that watches the tables hears of it: to those who use them, the values never were away. Says how many rows of each got
/// theirs. `ring` are the foreign keys that can only be looked at when all of them are there.
pub fn give_back(
    driver: &mut dyn Driver,
    kept: &[&Kept],
    ring: &[RingKey],
    now: &str,
) -> Result<Vec<u64>, DriverError> {
    let manifest = Manifest::of(driver);
    let all: Vec<u64> = printed_in_full(driver, |driver| in_silence(driver, kept, ring))?;
    for (kept, given) in kept.iter().zip(&all) {
        // What found no row may be asked for, until its time is over.
        match i64::try_from(*given).is_ok_and(|given| given >= kept.rows) {
            true => remove(driver, kept)?,
            false => {
                close(driver, kept)?;
                driver.execute(&manifest.mark_given_back(kept.id, now))?;
            }
        }
    }
    Ok(all)
}

/// A table with checks that are still to be made cannot be altered: everything is silenced first, and woken when the
/// checks are settled.
fn in_silence(driver: &mut dyn Driver, all: &[&Kept], ring: &[RingKey]) -> Result<Vec<u64>, DriverError> {
    let (home, dialect) = (driver.home().map(str::to_string), driver.dialect());
    let Some(keeping) = dialect.keeping() else { return Ok(vec![0; all.len()]) };
    let mut wake = Vec::new();
    for key in ring.iter().filter(|key| key.deferrable == Deferrable::No) {
        if let Some(loosened) = key.name.as_ref().and_then(|name| keeping.loosen(&key.table, name)) {
            driver.execute(&loosened.from)?;
            wake.push(loosened.to);
        }
    }
    let mut silenced: Vec<ObjectName> = Vec::new();
    for kept in all {
        let Some(side) = kept.side(home.as_deref(), dialect) else { continue };
        let table = side.table();
        if silenced.contains(&table) {
            continue;
        }
        for row in driver.query(&keeping.triggers(&table), &[])? {
            let mut statements = row.into_iter().flatten();
            if let (Some(silence), Some(woken)) = (statements.next(), statements.next()) {
                driver.execute(&silence)?;
                wake.push(woken);
            }
        }
        silenced.push(table);
    }
    for kept in all.iter().filter(|kept| matches!(kept.loss.what, Lost::Columns | Lost::Conversion | Lost::Overwritten))
    {
        let Some(side) = kept.side(home.as_deref(), dialect) else { continue };
        for column in kept.loss.columns.iter().filter(|column| column.only_numbered) {
            if let Some(lock) = keeping.unlock_numbers(&side.table(), &column.name) {
                driver.execute(&lock.from)?;
                wake.push(lock.to);
            }
        }
    }
    if let (Some(put_off), false) = (keeping.put_off(), ring.is_empty()) {
        driver.execute(put_off)?;
    }
    let mut given = Vec::with_capacity(all.len());
    for kept in all {
        let Some(side) = kept.side(home.as_deref(), dialect) else {
            given.push(0);
            continue;
        };
        if let Some(analyze) = keeping.analyze(&side.name) {
            driver.execute(&analyze)?;
        }
        given.push(driver.execute(&side.give_back())?);
    }
    if let Some(settle) = keeping.settle() {
        driver.execute(settle)?;
    }
    wake.iter().try_for_each(|statement| driver.execute(statement).map(drop))?;
    for kept in all {
        let Some(side) = kept.side(home.as_deref(), dialect) else { continue };
        for (column, number) in &kept.numbers {
            for statement in keeping.go_on_from(&side.table(), column, *number) {
                driver.execute(&statement)?;
            }
        }
    }
    Ok(given)
}
