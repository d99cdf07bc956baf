use serde::{Deserialize, Serialize};

use super::{LedgerError, Tables};
use crate::{Driver, DriverErrorKind, Row};

/// What a revision means for code from before it, as it was seen when it was applied: whoever has only older revisions
/// learns it here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EffectRow {
    /// The event of the ledger.
    pub event: i64,
    pub effect: Effect,
    /// What is gone, or asked for now.
    pub told: String,
    /// The deploys whose code was found, or said, to live with it all the same.
    pub clear_of: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// It only adds: older code goes on working.
    Adds,
    /// It takes something away, or asks more of what is written.
    Takes,
    /// Nobody could see.
    Unseen,
}

impl Effect {
    pub const ALL: [Effect; 3] = [Effect::Adds, Effect::Takes, Effect::Unseen];

    pub fn word(self) -> &'static str {
        match self {
            Effect::Adds => "adds",
            Effect::Takes => "takes",
            Effect::Unseen => "unseen",
        }
    }
}

/// What is known of each event, in order. A ledger from before this was written down has nothing of it.
pub fn effects(driver: &mut dyn Driver) -> Result<Vec<EffectRow>, LedgerError> {
    let query = Tables::of(driver).read_effects();
    let rows = match driver.query(&query, &[]) {
        Ok(rows) => rows,
        Err(error) if error.kind == DriverErrorKind::Statement && !driver.has_table(Tables::EFFECT)? => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    rows.into_iter().map(effect).collect()
}

/// In the order of [`Tables::read_effects`].
fn effect(row: Row) -> Result<EffectRow, LedgerError> {
    let mut values = row.into_iter();
    let mut next = || values.next().flatten().unwrap_or_default();
    let event = next();
    let bad = |what: &str| LedgerError::Row { row: format!("{event} of the effects"), what: what.to_string() };
    let word = next();
    // A word of a newer whimbrel is one that this one does not see through.
    let effect = Effect::ALL.into_iter().find(|effect| effect.word() == word).unwrap_or(Effect::Unseen);
    Ok(EffectRow {
        event: event.parse().map_err(|_| bad("its event is none"))?,
        effect,
        told: next(),
        clear_of: serde_json::from_str(&next()).map_err(|_| bad("its deploys are no list"))?,
    })
}

impl Tables<'_> {
    /// Made by the first run that needs it, also on a ledger of an older format: nobody who does not know it misses it.
    pub fn create_effects(&self) -> String {
        format!(
            "CREATE TABLE IF NOT EXISTS {} (\n    event INTEGER NOT NULL PRIMARY KEY,\n    effect TEXT NOT NULL,\n    \
             told TEXT NOT NULL,\n    clear_of TEXT NOT NULL\n)",
            self.effect
        )
    }

    fn read_effects(&self) -> String {
        format!("SELECT event, effect, told, clear_of FROM {} ORDER BY event", self.effect)
    }

    /// Of the event that was written last.
    pub fn insert_last_effect(&self, effect: Effect, told: &str, clear_of: &[String]) -> String {
        format!(
            "INSERT INTO {} (event, effect, told, clear_of) SELECT max(seq), {} FROM {}",
            self.effect,
            self.said(effect, told, clear_of),
            self.ledger
        )
    }

    pub fn insert_effect(&self, row: &EffectRow) -> String {
        let said = self.said(row.effect, &row.told, &row.clear_of);
        format!("INSERT INTO {} (event, effect, told, clear_of) VALUES ({}, {said})", self.effect, row.event)
    }

    fn said(&self, effect: Effect, told: &str, clear_of: &[String]) -> String {
        // A list of plain texts; there is nothing in it that could not be written.
        let clear_of = serde_json::to_string(clear_of).unwrap_or_else(|_| "[]".to_string());
        [effect.word(), told, &clear_of].map(|text| self.text(Some(text))).join(", ")
    }
}
