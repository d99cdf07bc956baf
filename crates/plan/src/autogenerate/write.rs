use whimbrel_schema::{Pair, Schema};

use super::{DraftError, DraftStatement};
use crate::diff::{DiffOptions, diff};
use crate::fold::{Folding, settle_beside};
use crate::ops::Planned;
use crate::{Dialect, Step, Understanding};

/// Writes steps as statements, and follows both what was meant and what was written.
pub(super) struct Writer<'a> {
    way: &'static str,
    dialect: &'a dyn Dialect,
    /// Settled.
    start: &'a Schema,
    /// The schema as the steps lead.
    meant: Folding,
    /// The schema as the statements, read back, lead.
    read: Folding,
    statements: Vec<DraftStatement>,
}

impl<'a> Writer<'a> {
    pub fn new(way: &'static str, start: &'a Schema, dialect: &'a dyn Dialect) -> Self {
        let folding = Folding::new(start.clone());
        Writer { way, dialect, start, meant: folding.clone(), read: folding, statements: Vec::new() }
    }

    pub fn write(&mut self, steps: Vec<Planned>) -> Result<(), DraftError> {
        for planned in steps {
            self.one(planned)?;
        }
        Ok(())
    }

    fn one(&mut self, planned: Planned) -> Result<(), DraftError> {
        let Planned { step, sql, note, questions, alone } = planned;
        let rendered = match sql {
            Some(sql) => vec![sql],
            None => self.dialect.render(&step, self.meant.schema())?,
        };
        self.meant.apply(&step, self.dialect).map_err(|error| DraftError::Fold {
            way: self.way,
            sql: rendered.join("; "),
            error,
        })?;
        let mut note = note;
        let mut questions = questions;
        for sql in rendered {
            let transactional = self.read_back(&sql, &step)? && !alone;
            self.statements.push(DraftStatement {
                sql,
                transactional,
                note: note.take(),
                questions: std::mem::take(&mut questions),
            });
        }
        Ok(())
    }

    /// Whether the statement can be part of a transaction.
    fn read_back(&mut self, sql: &str, step: &Step) -> Result<bool, DraftError> {
        match self.dialect.understand(sql) {
            Understanding::Known { steps, transactional } => {
                for step in &steps {
                    self.read.apply(step, self.dialect).map_err(|error| DraftError::Fold {
                        way: self.way,
                        sql: sql.to_string(),
                        error,
                    })?;
                }
                Ok(transactional)
            }
            // An expression that somebody chose may be anything; the statement around it changes no schema.
            Understanding::Unknown { transactional, .. }
                if matches!(step, Step::ChangeData { .. } | Step::SetSession { .. }) =>
            {
                Ok(transactional)
            }
            Understanding::Unknown { reason, .. } => {
                Err(DraftError::Misread { way: self.way, sql: sql.to_string(), reason })
            }
        }
    }

    /// The statements, once it is certain that they lead to `target`, as written and as read.
    pub fn finish(self, target: &Schema) -> Result<(Vec<DraftStatement>, Schema), DraftError> {
        let options = DiffOptions::default();
        let settled = |mut schema: Schema| {
            settle_beside(&mut schema, self.start, self.dialect);
            schema
        };
        let meant = settled(self.meant.into_schema());
        let left = diff(Pair::new(&meant, target), self.dialect, &options);
        if !left.is_empty() {
            let left = left.iter().map(|change| change.describe()).collect();
            return Err(DraftError::Astray { way: self.way, left });
        }
        let read = settled(self.read.into_schema());
        if let Some(change) = diff(Pair::new(&read, target), self.dialect, &options).first() {
            let sql = self.statements.iter().map(|it| it.sql.as_str()).collect::<Vec<_>>().join("; ");
            let reason = format!("read back, it would still have to {change}");
            return Err(DraftError::Misread { way: self.way, sql, reason });
        }
        Ok((self.statements, meant))
    }
}
