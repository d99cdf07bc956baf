use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use whimbrel_plan::Dialect;
use whimbrel_plan::keep::{Loss, Side};
use whimbrel_plan::revision::RevisionId;
use whimbrel_schema::ObjectName;

use crate::{Driver, DriverError, Row, Value};

/// One thing that is kept: a row of `whimbrel_kept`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    pub id: i64,
    pub revision: RevisionId,
    /// The event of the ledger that destroyed it.
    pub event: i64,
    pub loss: Loss,
    pub rows: i64,
    pub bytes: i64,
    /// The last number that the engine gave in each numbered column.
    pub numbers: Vec<(String, i64)>,
    /// UTC, as on the ledger.
    pub kept_at: String,
    pub until: String,
    /// A downgrade gave it back, as far as its rows were there.
    pub given_back_at: Option<String>,
    /// SHA-256 over every value, once it is packed.
    pub hash: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeptError {
    #[error("row {row} of `whimbrel_kept` cannot be read: {what}")]
    Row { row: String, what: String },
    #[error(transparent)]
    Driver(#[from] DriverError),
}

impl Kept {
    /// The table that its values are copied into.
    pub fn place(&self) -> String {
        Manifest::place(self.id)
    }

    /// The table that holds them now.
    pub fn table(&self) -> String {
        match self.hash {
            Some(_) => format!("{}_packed", self.place()),
            None => self.place(),
        }
    }

    /// The table that it is restored into when nothing is to be undone.
    pub fn beside(&self) -> String {
        format!("whimbrel_restored_{}", self.id)
    }

    /// The SQL about the table of the copy.
    pub fn side<'a>(&'a self, home: Option<&'a str>, dialect: &'a dyn Dialect) -> Option<Side<'a>> {
        Side::new(&self.loss, &self.place(), home, dialect)
    }
}

/// The manifest by its full name, and the SQL about it.
pub struct Manifest {
    pub home: Option<String>,
    table: String,
    dialect: &'static dyn Dialect,
}

impl Manifest {
    pub const TABLE: &'static str = "whimbrel_kept";

    pub fn of(driver: &dyn Driver) -> Self {
        let (home, dialect) = (driver.home().map(str::to_string), driver.dialect());
        let table = dialect.quote_name(&ObjectName { namespace: home.clone(), name: Self::TABLE.to_string() });
        Manifest { home, table, dialect }
    }

    fn place(id: i64) -> String {
        format!("{}_{id}", Self::TABLE)
    }

    pub fn create(&self) -> String {
        format!(
            "CREATE TABLE IF NOT EXISTS {} (\n    id INTEGER NOT NULL PRIMARY KEY,\n    revision TEXT NOT NULL,\n    \
             event INTEGER NOT NULL,\n    loss TEXT NOT NULL,\n    row_count BIGINT NOT NULL,\n    \
             byte_count BIGINT NOT NULL,\n    numbers TEXT NOT NULL,\n    kept_at TEXT NOT NULL,\n    \
             until TEXT NOT NULL,\n    given_back_at TEXT,\n    hash TEXT\n)",
            self.table
        )
    }

    pub fn next_id(&self) -> String {
        format!("SELECT coalesce(max(id), 0) + 1 FROM {}", self.table)
    }

    pub fn insert(&self, kept: &Kept) -> Result<String, KeptError> {
        let json = |text: Result<String, serde_json::Error>| {
            text.map_err(|error| KeptError::Row { row: kept.id.to_string(), what: error.to_string() })
        };
        let text = |text: &str| self.dialect.literal(text);
        let values = [
            kept.id.to_string(),
            text(kept.revision.as_str()),
            kept.event.to_string(),
            text(&json(serde_json::to_string(&kept.loss))?),
            kept.rows.to_string(),
            kept.bytes.to_string(),
            text(&json(serde_json::to_string(&kept.numbers))?),
            text(&kept.kept_at),
            text(&kept.until),
        ];
        Ok(format!(
            "INSERT INTO {} (id, revision, event, loss, row_count, byte_count, numbers, kept_at, until) VALUES ({})",
            self.table,
            values.join(", ")
        ))
    }

    fn select(&self) -> String {
        format!(
            "SELECT id, revision, event, loss, row_count, byte_count, numbers, kept_at, until, given_back_at, hash FROM {}",
            self.table
        )
    }

    pub fn delete(&self, id: i64) -> String {
        format!("DELETE FROM {} WHERE id = {id}", self.table)
    }

    pub fn seal(&self, kept: &Kept) -> String {
        let hash = kept.hash.as_ref().map_or("NULL".to_string(), |hash| self.dialect.literal(hash));
        format!("UPDATE {} SET byte_count = {}, hash = {hash} WHERE id = {}", self.table, kept.bytes, kept.id)
    }

    pub fn mark_given_back(&self, id: i64, now: &str) -> String {
        format!("UPDATE {} SET given_back_at = {} WHERE id = {id}", self.table, self.dialect.literal(now))
    }
}

/// Everything that is kept, oldest first.
pub fn read(driver: &mut dyn Driver) -> Result<Vec<Kept>, KeptError> {
    if !driver.has_table(Manifest::TABLE)? {
        return Ok(Vec::new());
    }
    let query = format!("{} ORDER BY id", Manifest::of(driver).select());
    driver.query(&query, &[])?.into_iter().map(kept).collect()
}

/// What has no hash yet.
pub(super) fn unsealed(driver: &mut dyn Driver) -> Result<Vec<Kept>, KeptError> {
    if !driver.has_table(Manifest::TABLE)? {
        return Ok(Vec::new());
    }
    let query = format!("{} WHERE hash IS NULL ORDER BY id", Manifest::of(driver).select());
    driver.query(&query, &[])?.into_iter().map(kept).collect()
}

/// What the last upgrade to this revision destroyed, as far as it was not given back.
pub fn of_revision(driver: &mut dyn Driver, revision: &RevisionId) -> Result<Vec<Kept>, KeptError> {
    if !driver.has_table(Manifest::TABLE)? {
        return Ok(Vec::new());
    }
    let manifest = Manifest::of(driver);
    let id = driver.dialect().literal(revision.as_str());
    let query = format!(
        "{} WHERE revision = {id} AND given_back_at IS NULL AND event = (SELECT max(event) FROM {} WHERE revision = {id}) \
         ORDER BY id",
        manifest.select(),
        manifest.table
    );
    driver.query(&query, &[])?.into_iter().map(kept).collect()
}

/// What has been kept for as long as it was to be.
pub fn expired(driver: &mut dyn Driver, now: &str) -> Result<Vec<Kept>, KeptError> {
    if !driver.has_table(Manifest::TABLE)? {
        return Ok(Vec::new());
    }
    let manifest = Manifest::of(driver);
    let query = format!("{} WHERE until < {} ORDER BY id", manifest.select(), driver.dialect().literal(now));
    driver.query(&query, &[])?.into_iter().map(kept).collect()
}

/// Gives one kept thing up, inside the transaction that is open.
pub fn remove(driver: &mut dyn Driver, kept: &Kept) -> Result<(), DriverError> {
    let manifest = Manifest::of(driver);
    if let Some(side) = kept.side(manifest.home.as_deref(), driver.dialect()) {
        let (copy, packed) = (side.drop(), side.drop_packed());
        for (table, drop) in [(kept.place(), copy), (format!("{}_packed", kept.place()), packed)] {
            if driver.has_table(&table)? {
                driver.execute(&drop)?;
            }
        }
    }
    driver.execute(&manifest.delete(kept.id))?;
    Ok(())
}

/// One number that a query gives.
pub(super) fn number(driver: &mut dyn Driver, query: &str) -> Result<Option<i64>, DriverError> {
    let rows = driver.query(query, &[] as &[Value<'_>])?;
    let value = rows.into_iter().next().and_then(|row| row.into_iter().next().flatten());
    Ok(value.and_then(|value| value.parse().ok()))
}

/// In the order of [`Manifest::select`].
fn kept(row: Row) -> Result<Kept, KeptError> {
    let id = row.first().cloned().flatten().unwrap_or_default();
    let bad = |what: String| KeptError::Row { row: id.clone(), what };
    let mut values = row.into_iter();
    let mut text = || values.next().flatten();
    let mut needed = || text().ok_or_else(|| bad("a value is missing".to_string()));
    fn read<T: FromStr<Err: ToString>>(text: &str) -> Result<T, String> {
        text.parse().map_err(|error: T::Err| error.to_string())
    }
    let kept = Kept {
        id: read(&needed()?).map_err(bad)?,
        revision: read(&needed()?).map_err(bad)?,
        event: read(&needed()?).map_err(bad)?,
        loss: serde_json::from_str(&needed()?).map_err(|error| bad(error.to_string()))?,
        rows: read(&needed()?).map_err(bad)?,
        bytes: read(&needed()?).map_err(bad)?,
        numbers: serde_json::from_str(&needed()?).map_err(|error| bad(error.to_string()))?,
        kept_at: needed()?,
        until: needed()?,
        given_back_at: text(),
        hash: text(),
    };
    Ok(kept)
}
