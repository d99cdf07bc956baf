use std::time::Duration;

use thiserror::Error;
use whimbrel_schema::ObjectName;

use crate::DriverError;

/// Why batches came to an end before their time. What is done stays done.
#[derive(Debug, Clone, Error)]
pub enum BackfillFailure {
    #[error(
        "after going over `{table}` {passes} times, {left} rows are still not as the UPDATE makes them: something keeps \
         making such rows"
    )]
    Unending { table: ObjectName, passes: u64, left: u64 },
    #[error("rows of `{table}` stayed locked by others for {} s: {error}", waited.as_secs())]
    InTheWay { table: ObjectName, waited: Duration, error: DriverError },
    #[error("the query that says when to pause cannot be asked: {error}")]
    PauseQuery { query: String, error: DriverError },
}

impl BackfillFailure {
    pub fn next(&self, command: &str) -> Vec<String> {
        match self {
            BackfillFailure::Unending { table, .. } => vec![
                format!(
                    "find what writes `{table}`: code that still writes the old values, a trigger that changes what is \
                     written, or a FROM that finds several rows for one"
                ),
                format!("then: {command}"),
            ],
            BackfillFailure::InTheWay { .. } => {
                vec!["end the transaction that holds the rows, or wait for it".to_string(), format!("then: {command}")]
            }
            BackfillFailure::PauseQuery { .. } => vec![
                "correct `pause_when` under `[backfill]` in whimbrel.toml, or `--pause-when`".to_string(),
                format!("then: {command}"),
            ],
        }
    }
}
