//! Copies packed, with a hash over what is in them; looked at before anything is given back.
//!
//! Under the lock of the statement that destroys them, values are copied as they are, because that is what takes the
//! least time. They are packed when it has been committed, in a transaction of its own in which only tables of whimbrel's
//! own are touched, so that nobody waits for it. A run that is killed between the two leaves a copy that the next packs.

use serde::{Deserialize, Serialize};

use super::aside::printed_in_full;
use super::manifest::number;
use super::{Kept, KeptError, Manifest};
use crate::{Driver, DriverError};

/// A column of a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackedColumn {
    pub name: String,
    /// As the engine writes it; empty where columns need none.
    pub ty: String,
}

/// What is in packed rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    pub rows: i64,
    /// SHA-256, in order, over every value.
    pub hash: String,
}

/// Whether a copy is what the manifest says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Soundness {
    Sound,
    /// A run was killed before it could pack it, so that there is no hash yet.
    Unpacked,
    Gone,
    Changed {
        found: Sealed,
    },
}

impl Soundness {
    /// What is wrong with it, if something is.
    pub fn fault(&self, kept: &Kept) -> Option<String> {
        match self {
            Soundness::Sound | Soundness::Unpacked => None,
            Soundness::Gone => Some(format!("its table `{}` is gone", kept.table())),
            Soundness::Changed { found } if found.rows != kept.rows => {
                Some(format!("{} rows were kept, and {} are there", kept.rows, found.rows))
            }
            Soundness::Changed { .. } => Some("its values are not those that were kept".to_string()),
        }
    }
}

fn columns(kept: &Kept, driver: &dyn Driver) -> Vec<PackedColumn> {
    let side = kept.side(driver.home(), driver.dialect());
    let columns = side.map(|side| side.columns()).unwrap_or_default();
    columns.into_iter().map(|(name, ty)| PackedColumn { name, ty }).collect()
}

/// A copy that is smaller is packed at once.
const LARGE: i64 = 4 << 20;

/// Packs most of a large copy outside any transaction. The copy stays as it is until [`seal`] has packed the rest, so that
/// a run may be killed anywhere.
pub fn seal_ahead(driver: &mut dyn Driver, kept: &Kept) -> Result<(), DriverError> {
    let (columns, home) = (columns(kept, driver), driver.home().map(str::to_string));
    let Some(side) = kept.side(home.as_deref(), driver.dialect()) else { return Ok(()) };
    if columns.is_empty() || kept.bytes < LARGE {
        return Ok(());
    }
    let (from, into) = (side.name.clone(), side.packed());
    driver.pack_ahead(&from, &columns, &into)
}

/// Packs a copy and puts its hash on the manifest, inside the transaction that is open.
pub fn seal(driver: &mut dyn Driver, kept: &mut Kept) -> Result<(), KeptError> {
    let manifest = Manifest::of(driver);
    let (columns, dialect) = (columns(kept, driver), driver.dialect());
    let Some(side) = kept.side(manifest.home.as_deref(), dialect) else { return Ok(()) };
    if columns.is_empty() {
        return Ok(());
    }
    let (from, into) = (side.name.clone(), side.packed());
    let (drop, bytes) = (side.drop(), side.packed_bytes());
    let sealed: Sealed = printed_in_full(driver, |driver| driver.pack(&from, &columns, &into))?;
    if sealed.rows != kept.rows {
        let what = format!("{} rows were kept, and {} were packed", kept.rows, sealed.rows);
        return Err(KeptError::Row { row: kept.id.to_string(), what });
    }
    driver.execute(&drop)?;
    kept.bytes = number(driver, &bytes)?.unwrap_or(kept.bytes);
    kept.hash = Some(sealed.hash);
    driver.execute(&manifest.seal(kept))?;
    Ok(())
}

/// Those that a run was killed before it could pack.
pub fn unsealed(driver: &mut dyn Driver) -> Result<Vec<Kept>, KeptError> {
    super::manifest::unsealed(driver)
}

/// Compares a copy with the manifest. Changes nothing.
pub fn check(driver: &mut dyn Driver, kept: &Kept) -> Result<Soundness, DriverError> {
    if !driver.has_table(&kept.table())? {
        return Ok(Soundness::Gone);
    }
    let Some(hash) = &kept.hash else { return Ok(Soundness::Unpacked) };
    let (columns, home) = (columns(kept, driver), driver.home().map(str::to_string));
    let Some(packed) = kept.side(home.as_deref(), driver.dialect()).map(|side| side.packed()) else {
        return Ok(Soundness::Gone);
    };
    let found = printed_in_full(driver, |driver| driver.weigh(&packed, &columns))?;
    Ok(match found.rows == kept.rows && found.hash == *hash {
        true => Soundness::Sound,
        false => Soundness::Changed { found },
    })
}

/// Unpacks a copy beside what is packed, inside the transaction that is open. What an earlier run unpacked and did not
/// use makes room.
pub fn open(driver: &mut dyn Driver, kept: &Kept) -> Result<(), DriverError> {
    if kept.hash.is_none() {
        return Ok(());
    }
    let (columns, home) = (columns(kept, driver), driver.home().map(str::to_string));
    let Some(side) = kept.side(home.as_deref(), driver.dialect()) else { return Ok(()) };
    let (packed, into) = (side.packed(), side.name.clone());
    close(driver, kept)?;
    printed_in_full(driver, |driver| driver.unpack(&packed, &columns, &into))
}

/// Takes away what was unpacked, and leaves what is packed.
pub(super) fn close(driver: &mut dyn Driver, kept: &Kept) -> Result<(), DriverError> {
    let home = driver.home().map(str::to_string);
    if let (Some(_), Some(side)) = (&kept.hash, kept.side(home.as_deref(), driver.dialect()))
        && driver.has_table(&kept.place())?
    {
        driver.execute(&side.drop())?;
    }
    Ok(())
}

/// Puts the values into a table of their own, under the names that they had, inside the transaction that is open. Gives
/// the table's name: whimbrel does not look at it again.
pub fn restore_beside(driver: &mut dyn Driver, kept: &Kept) -> Result<String, DriverError> {
    open(driver, kept)?;
    let home = driver.home().map(str::to_string);
    let name = kept.beside();
    if let Some(side) = kept.side(home.as_deref(), driver.dialect()) {
        driver.execute(&side.restore_beside(&name))?;
    }
    close(driver, kept)?;
    Ok(name)
}
