use whimbrel_plan::keep::{Lost, Side};
use whimbrel_schema::Schema;

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

/// Gives the values back to the rows that are there, inside the transaction of the downgrade. Nothing that watches the
/// table hears of it: to those who use the table, the values never were away. Says how many rows got theirs.
pub fn give_back(driver: &mut dyn Driver, kept: &Kept, now: &str) -> Result<u64, DriverError> {
    let manifest = Manifest::of(driver);
    let dialect = driver.dialect();
    let Some(side) = kept.side(manifest.home.as_deref(), dialect) else { return Ok(0) };
    let given = printed_in_full(driver, |driver| in_silence(driver, kept, &side))?;
    // What found no row may be asked for, until its time is over.
    match i64::try_from(given).is_ok_and(|given| given >= kept.rows) {
        true => remove(driver, kept)?,
        false => {
            close(driver, kept)?;
            driver.execute(&manifest.mark_given_back(kept.id, now))?;
        }
    }
    Ok(given)
}

fn in_silence(driver: &mut dyn Driver, kept: &Kept, side: &Side<'_>) -> Result<u64, DriverError> {
    let dialect = driver.dialect();
    let Some(keeping) = dialect.keeping() else { return Ok(0) };
    let table = side.table();
    if let Some(analyze) = keeping.analyze(&side.name) {
        driver.execute(&analyze)?;
    }
    let triggers = driver.query(&keeping.triggers(&table), &[])?;
    let statements = |at: usize| -> Vec<String> { triggers.iter().filter_map(|row| row.get(at)?.clone()).collect() };
    let updates = matches!(kept.loss.what, Lost::Columns | Lost::Conversion | Lost::Overwritten);
    let locked = kept.loss.columns.iter().filter(|column| updates && column.only_numbered);
    let locks: Vec<_> = locked.filter_map(|column| keeping.unlock_numbers(&table, &column.name)).collect();
    for statement in statements(0).iter().chain(locks.iter().map(|lock| &lock.from)) {
        driver.execute(statement)?;
    }
    let given = driver.execute(&side.give_back())?;
    if let Some(settle) = keeping.settle() {
        driver.execute(settle)?;
    }
    for statement in locks.iter().map(|lock| &lock.to).chain(&statements(1)) {
        driver.execute(statement)?;
    }
    for (column, number) in &kept.numbers {
        for statement in keeping.go_on_from(&table, column, *number) {
            driver.execute(&statement)?;
        }
    }
    Ok(given)
}
