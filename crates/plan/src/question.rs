use std::fmt;

use serde::{Deserialize, Serialize};
use whimbrel_schema::{ColumnType, ObjectName, Pair};

/// What was not guessed. It stands above the statement that it is about, and a protected database is not upgraded
/// while it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// A column of one type goes while one of the same type comes.
    RenamedColumn {
        table: ObjectName,
        from: String,
        to: String,
    },
    /// A table goes while one comes that has mostly the same columns.
    RenamedTable {
        from: ObjectName,
        to: ObjectName,
    },
    RenamedEnumValue {
        name: ObjectName,
        from: String,
        to: String,
    },
    /// The models do not name it any more; its drop was not written.
    UnnamedTable {
        table: ObjectName,
    },
    /// Rows that exist need a value.
    RequiredColumn {
        table: ObjectName,
        column: String,
    },
    /// Rows that exist may hold NULL where none may be any more.
    NullsInColumn {
        table: ObjectName,
        column: String,
    },
    /// Some values may not survive the conversion.
    LossyConversion {
        table: ObjectName,
        column: String,
        types: Pair<ColumnType>,
    },
    /// Nobody can know how to convert.
    UnknownConversion {
        table: ObjectName,
        column: String,
        types: Pair<ColumnType>,
    },
    /// Rows may still hold the values.
    RemovedEnumValues {
        table: ObjectName,
        column: String,
        values: Vec<String>,
    },
    /// A partitioned table whose partitions nobody here knows gets an index.
    UnknownPartitions {
        table: ObjectName,
        index: String,
    },
    /// No statement does it; nothing was written for it.
    ByHand {
        what: String,
        because: String,
    },
}

impl Question {
    /// How to have it answered, as flags of `whimbrel revision --autogenerate`.
    pub fn answer(&self) -> Option<String> {
        match self {
            Question::RenamedColumn { table, from, to } => Some(format!("--rename {table}.{from}:{to}")),
            Question::RenamedTable { from, to } => Some(format!("--rename {from}:{to}")),
            Question::RenamedEnumValue { name, from, to } => Some(format!("--rename {name}.{from}:{to}")),
            Question::UnnamedTable { table } => Some(format!("--allow-drop {table}")),
            Question::RequiredColumn { table, column } | Question::NullsInColumn { table, column } => {
                Some(format!("--backfill {table}.{column}=EXPRESSION"))
            }
            Question::LossyConversion { table, column, .. }
            | Question::UnknownConversion { table, column, .. }
            | Question::RemovedEnumValues { table, column, .. } => Some(format!("--using {table}.{column}=EXPRESSION")),
            Question::UnknownPartitions { .. } | Question::ByHand { .. } => None,
        }
    }
}

/// One line, as it stands in a revision.
impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Question::RenamedColumn { table, from, to } => {
                write!(f, "was `{table}.{from}` renamed to `{to}`? dropping it loses its values")?;
            }
            Question::RenamedTable { from, to } => write!(f, "was table `{from}` renamed to `{to}`?")?,
            Question::RenamedEnumValue { name, from, to } => {
                write!(f, "was value '{from}' of `{name}` renamed to '{to}'?")?;
            }
            Question::UnnamedTable { table } => {
                write!(f, "the models no longer name `{table}`; its drop was not written")?;
            }
            Question::RequiredColumn { table, column } => {
                write!(
                    f,
                    "which value do the rows that exist get in `{table}.{column}`? without one this fails on rows"
                )?;
            }
            Question::NullsInColumn { table, column } => {
                write!(f, "which value do rows with NULL in `{table}.{column}` get? this fails while there is one")?;
            }
            Question::LossyConversion { table, column, types } => write!(
                f,
                "do all values of `{table}.{column}` survive {} → {}? the statement fails, or changes them, where not",
                types.from, types.to
            )?,
            Question::UnknownConversion { table, column, types } => {
                write!(f, "how do the values of `{table}.{column}` become {} from {}?", types.to, types.from)?;
            }
            Question::RemovedEnumValues { table, column, values } => {
                let values: Vec<String> = values.iter().map(|value| format!("'{value}'")).collect();
                write!(f, "what becomes of rows with {} in `{table}.{column}`?", values.join(", "))?;
            }
            Question::UnknownPartitions { table, index } => write!(
                f,
                "which partitions has `{table}`? none is known here, and on those that exist this blocks every write \
                 while it builds; instead: `{index}` ON ONLY `{table}`, an index CONCURRENTLY on each partition, then \
                 ATTACH PARTITION; delete this line if there is none"
            )?,
            Question::ByHand { what, because } => write!(f, "{what} has to be done by hand: {because}")?,
        }
        match self.answer() {
            Some(answer) => write!(f, " ({answer})"),
            None => Ok(()),
        }
    }
}
