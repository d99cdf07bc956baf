use std::collections::BTreeMap;

use whimbrel_plan::fold::Folding;
use whimbrel_plan::review::{Circumstances, Facts, Prediction, Session};
use whimbrel_plan::revision::{Direction, Revision};
use whimbrel_plan::{Dialect, Understanding};
use whimbrel_schema::Schema;

use crate::apply::Failure;

/// What is predicted of one statement.
#[derive(Debug, Clone)]
pub(super) struct Foretold {
    pub understanding: Understanding,
    pub prediction: Prediction,
}

/// Predicts every statement of a revision, from the schema and the facts of the copy as they are before it.
pub(super) fn foretell(
    revision: &Revision,
    before: &Schema,
    facts: &Facts,
    dialect: &dyn Dialect,
) -> Result<Vec<Foretold>, Failure> {
    let mut schema = Folding::new(before.clone());
    let own: BTreeMap<String, String> =
        dialect.own_session().iter().map(|(name, value)| ((*name).to_string(), (*value).to_string())).collect();
    let mut settings = facts.settings.clone();
    settings.extend(own);
    let mut session = Session::new(settings);
    let mut sure = true;
    let mut foretold = Vec::new();
    for statement in revision.statements(Direction::Up, dialect)? {
        let understanding = dialect.understand(&statement.sql);
        let at = Circumstances {
            before: schema.schema(),
            complete: sure,
            certain: sure,
            facts,
            session: &session,
            in_transaction: understanding.shares_transactions(dialect) && !statement.no_transaction,
        };
        let prediction = dialect.predict(&statement.sql, &understanding, &at);
        match &understanding {
            Understanding::Unknown { .. } => sure = false,
            Understanding::Known { steps, .. } => {
                for step in steps {
                    session.take(step, false);
                    sure &= schema.apply(step, dialect).is_ok();
                }
            }
        }
        foretold.push(Foretold { understanding, prediction });
    }
    Ok(foretold)
}

/// The schema that the revisions lead to; `None` where a statement is not understood.
pub(super) fn lead(from: &Schema, revisions: &[&Revision], dialect: &dyn Dialect) -> Option<Schema> {
    let mut schema = Folding::new(from.clone());
    for revision in revisions {
        for statement in revision.statements(Direction::Up, dialect).ok()? {
            let Understanding::Known { steps, .. } = dialect.understand(&statement.sql) else { return None };
            steps.iter().try_for_each(|step| schema.apply(step, dialect)).ok()?;
        }
    }
    Some(schema.into_schema())
}
