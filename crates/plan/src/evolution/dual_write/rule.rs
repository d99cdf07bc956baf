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
}

/// What triggers call the row in hand, on every engine that has them.
pub const ROW: &str = "new";

impl Rule {
    /// The first few rows that are not in step. `table` is as the database has it.
    pub fn broken_rows(&self, table: &Table, most: usize, dialect: &dyn Dialect) -> Option<FewRows> {
        let from = format!("{} AS {ROW}", dialect.quote_name(&self.table));
        FewRows::new(table, (&from, ROW), &self.broken, most, dialect)
    }
}
