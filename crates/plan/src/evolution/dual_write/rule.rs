use whimbrel_schema::{ObjectName, Table};

use crate::Dialect;
use crate::backfill::FewRows;

/// When a row is not in step, in the words of the triggers that keep it so. Read back from the triggers themselves, so
/// that whoever asks goes by what the revision made, and not by what would be made today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub table: ObjectName,
    /// All that the triggers write.
    pub columns: Vec<String>,
    /// A condition on a row that is called [`ROW`].
    pub broken: String,
    /// Each way in which a row comes back in step.
    pub mends: Vec<Mend>,
}

/// Columns written from the others, where those are right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mend {
    pub writes: Vec<String>,
    /// What stands behind SET, about a row that is called [`ROW`].
    pub set: String,
}

/// What triggers call the row in hand, on every engine that has them.
pub const ROW: &str = "new";

impl Rule {
    /// The first few rows that are not in step. `table` is as the database has it.
    pub fn broken_rows(&self, table: &Table, most: usize, dialect: &dyn Dialect) -> Option<FewRows> {
        let from = format!("{} AS {ROW}", dialect.quote_name(&self.table));
        FewRows::new(table, (&from, ROW), &self.broken, most, dialect)
    }

    /// How many rows are not in step.
    pub fn count(&self, dialect: &dyn Dialect) -> String {
        format!("SELECT count(*) FROM {} AS {ROW} WHERE {}", dialect.quote_name(&self.table), self.broken)
    }

    /// The UPDATE that brings every row back in step.
    pub fn update(&self, mend: &Mend, dialect: &dyn Dialect) -> String {
        format!("UPDATE {} AS {ROW} SET {} WHERE {}", dialect.quote_name(&self.table), mend.set, self.broken)
    }

    /// The same for so many rows at most. `table` is as the database has it; `None` where rows have no name.
    pub fn update_some(&self, mend: &Mend, table: &Table, most: usize, dialect: &dyn Dialect) -> Option<String> {
        let quoted: Vec<String> =
            table.primary_key.iter().flat_map(|key| &key.columns).map(|column| dialect.quote(column)).collect();
        let batching = dialect.batching()?;
        let key = match quoted.is_empty() {
            true => match batching.row_number(table) {
                Some(number) => vec![number],
                None => batching.row_place(table).into_iter().map(|(column, _)| column.to_string()).collect(),
            },
            false => quoted,
        };
        if key.is_empty() {
            return None;
        }
        let of = |name: &str| key.iter().map(|column| format!("{name}.{column}")).collect::<Vec<_>>().join(", ");
        let (name, broken) = (dialect.quote_name(&self.table), &self.broken);
        Some(format!(
            "UPDATE {name} AS {ROW} SET {} WHERE ({}) IN (SELECT {} FROM {name} AS {ROW} WHERE {broken}\nLIMIT {most})",
            mend.set,
            of(ROW),
            of(ROW),
        ))
    }
}
