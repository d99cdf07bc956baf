//! What queries come to in one state of the database.

use std::time::Instant;

use whimbrel_plan::revision::RevisionId;

use super::load::AT_MOST;
use super::meter::micros;
use super::query::Query;
use super::rehearsal::{Answer, Asked, Came};
use crate::{Driver, DriverError, DriverErrorKind};

pub(super) fn not_asked(query: &Query) -> Asked {
    Asked { name: query.name.clone(), version: query.version, sql: query.sql.clone(), answers: Vec::new() }
}

/// Asks each of them once more. What the engine refuses is an answer; a connection that is lost is none.
pub(super) fn ask(
    driver: &mut dyn Driver,
    after: Option<&RevisionId>,
    queries: &mut [Asked],
) -> Result<(), DriverError> {
    for query in queries {
        let begun = Instant::now();
        let tried = driver.try_out(&query.sql, AT_MOST);
        let took_us = micros(begun.elapsed());
        let first = query.answers.first().and_then(|answer| match &answer.came {
            Came::Worked { plan, .. } => Some(plan),
            Came::Failed { .. } => None,
        });
        let (came, worse) = match tried {
            Ok(tried) => {
                let worse = first.and_then(|first| tried.plan.worse_than(first));
                (Came::Worked { rows: tried.rows, plan: tried.plan }, worse)
            }
            Err(error) if matches!(error.kind, DriverErrorKind::Lost | DriverErrorKind::Connect) => return Err(error),
            Err(error) => (Came::Failed { message: error.message, code: error.code }, None),
        };
        query.answers.push(Answer { after: after.cloned(), took_us, came, worse });
    }
    Ok(())
}
