//! A history run on a scratch database, for what cannot be folded in memory.

use std::collections::BTreeSet;

use thiserror::Error;
use whimbrel_plan::history::History;
use whimbrel_plan::revision::{Direction, RevisionId, StatementOrigin, StatementsError};
use whimbrel_schema::Schema;

use crate::{Driver, DriverError};

/// Why a history could not be replayed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReplayError {
    #[error("no scratch database could be made: {0}")]
    Scratch(DriverError),
    #[error(transparent)]
    Statements(#[from] StatementsError),
    #[error(transparent)]
    Statement(Box<ReplayedStatement>),
    #[error(transparent)]
    Driver(DriverError),
}

/// A statement that the scratch database refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{origin}: {error}")]
pub struct ReplayedStatement {
    pub revision: RevisionId,
    pub origin: StatementOrigin,
    pub sql: String,
    #[source]
    pub error: DriverError,
}

/// Runs these revisions, in the history's order, on a scratch database of the driver's kind, and reads what came of it.
pub fn replay(
    driver: &mut dyn Driver,
    history: &History,
    revisions: &BTreeSet<RevisionId>,
) -> Result<Schema, ReplayError> {
    let mut scratch = driver.scratch().map_err(ReplayError::Scratch)?;
    let dialect = scratch.dialect();
    scratch.prepare_session().map_err(ReplayError::Driver)?;
    for revision in history.revisions().iter().filter(|revision| revisions.contains(&revision.id)) {
        // Nobody else is there and nothing is worth keeping, so each statement is a transaction of its own.
        for statement in revision.statements(Direction::Up, dialect)? {
            scratch.execute(&statement.sql).map_err(|error| {
                let (origin, sql) = (statement.origin, statement.sql);
                let refused = ReplayedStatement { revision: revision.id.clone(), origin, sql, error };
                ReplayError::Statement(Box::new(refused))
            })?;
        }
        scratch.prepare_session().map_err(ReplayError::Driver)?;
    }
    scratch.introspect().map_err(ReplayError::Driver)
}
