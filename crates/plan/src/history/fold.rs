use std::collections::BTreeSet;

use thiserror::Error;
use whimbrel_schema::Schema;

use super::{History, Target, TargetError};
use crate::fold::{self, FoldError, Folding};
use crate::revision::{Direction, Revision, RevisionId, RevisionStatement, StatementOrigin, StatementsError};
use crate::{Dialect, Understanding};

/// The schema that a history leads to.
#[derive(Debug, Clone)]
pub struct FoldedHistory {
    pub schema: Schema,
    /// Statements whose effect is not in `schema`. With any, the schema is a guess: who needs it for certain replays
    /// the history on a scratch database.
    pub unknown: Vec<UnknownStatement>,
}

impl FoldedHistory {
    pub fn is_certain(&self) -> bool {
        self.unknown.is_empty()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownStatement {
    pub revision: RevisionId,
    pub origin: StatementOrigin,
    pub sql: String,
    pub reason: String,
}

/// Why a history cannot be folded.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FoldHistoryError {
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error(transparent)]
    Statements(#[from] StatementsError),
    #[error("{origin}: revision `{revision}` cannot follow what is before it: {error}")]
    Step { revision: RevisionId, origin: StatementOrigin, sql: String, error: FoldError },
}

impl History {
    /// The schema at a place in the history, from empty, in memory.
    pub fn schema_at(&self, target: &Target, dialect: &dyn Dialect) -> Result<FoldedHistory, FoldHistoryError> {
        let nothing = BTreeSet::new();
        let named = self.resolve(target, &nothing)?;
        self.schema_of(&self.closure(named.iter().map(|revision| &revision.id)), dialect)
    }

    /// The schema that these revisions make, in the history's order.
    pub fn schema_of(
        &self,
        revisions: &BTreeSet<RevisionId>,
        dialect: &dyn Dialect,
    ) -> Result<FoldedHistory, FoldHistoryError> {
        let mut folded = FoldedHistory { schema: Schema::new(dialect.engine()), unknown: Vec::new() };
        for revision in self.revisions().iter().filter(|revision| revisions.contains(&revision.id)) {
            folded.add(revision, dialect)?;
        }
        fold::settle(&mut folded.schema, dialect);
        Ok(folded)
    }
}

impl FoldedHistory {
    /// Takes one more revision. Call [`fold::settle`] after the last.
    pub fn add(&mut self, revision: &Revision, dialect: &dyn Dialect) -> Result<(), FoldHistoryError> {
        let mut folding = Folding::new(std::mem::replace(&mut self.schema, Schema::new(dialect.engine())));
        let taken = self.take(revision, &mut folding, dialect);
        self.schema = folding.into_schema();
        taken
    }

    fn take(
        &mut self,
        revision: &Revision,
        folding: &mut Folding,
        dialect: &dyn Dialect,
    ) -> Result<(), FoldHistoryError> {
        for statement in revision.statements(Direction::Up, dialect)? {
            let unknown = |statement: RevisionStatement, reason: String| UnknownStatement {
                revision: revision.id.clone(),
                origin: statement.origin,
                sql: statement.sql,
                reason,
            };
            match dialect.understand(&statement.sql) {
                Understanding::Unknown { reason, .. } => self.unknown.push(unknown(statement, reason)),
                Understanding::Known { steps, .. } => {
                    let taken = steps.iter().try_for_each(|step| folding.apply(step, dialect));
                    match taken {
                        Ok(()) => {}
                        Err(error @ FoldError::Unfollowed { .. }) => {
                            self.unknown.push(unknown(statement, error.to_string()));
                        }
                        // What an unknown statement did may be just what is missing here.
                        Err(error) if !self.is_certain() => self.unknown.push(unknown(statement, error.to_string())),
                        Err(error) => {
                            return Err(FoldHistoryError::Step {
                                revision: revision.id.clone(),
                                origin: statement.origin,
                                sql: statement.sql,
                                error,
                            });
                        }
                    }
                }
            }
        }
        Ok(())
    }
}
