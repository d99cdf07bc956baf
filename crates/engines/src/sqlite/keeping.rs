//! How values are put aside and given back on SQLite.

use whimbrel_plan::keep::{Against, Keeping, KeptColumn};
use whimbrel_schema::{ColumnType, ObjectName, Pair};

use super::types;
use super::understand::is_off;

#[derive(Debug, Clone, Copy)]
pub(super) struct SqliteKeeping;

fn literal(name: &str) -> String {
    format!("'{}'", name.replace('\'', "''"))
}

impl Keeping for SqliteKeeping {
    fn comes_back(&self, types: Pair<&ColumnType>) -> bool {
        types::affinity(types.from) == types::affinity(types.to)
    }

    /// They are switched off for every revision, and what refers to nothing at its end is refused.
    fn minds_keys(&self) -> bool {
        false
    }

    fn turns_keys(&self, setting: &str, value: Option<&str>) -> Option<bool> {
        value.filter(|_| setting == "foreign_keys").map(|value| !is_off(value))
    }

    fn drop_deletes(&self) -> bool {
        true
    }

    /// Whoever writes is alone.
    fn hold(&self, _tables: &[ObjectName], _against: Against) -> Option<String> {
        None
    }

    /// Columns without a type take every value as it is; those of `CREATE TABLE … AS` would convert some.
    fn create(&self, side: &str, columns: &[String], query: &str) -> Vec<String> {
        let columns = columns.join(", ");
        vec![format!("CREATE TABLE {side} ({columns})"), format!("INSERT INTO {side} ({columns}) {query}")]
    }

    fn put_aside(&self, _column: &KeptColumn, value: &str) -> String {
        value.to_string()
    }

    fn type_aside(&self, _column: &KeptColumn) -> String {
        String::new()
    }

    fn take_back(&self, _column: &KeptColumn, value: &str) -> String {
        value.to_string()
    }

    fn text_of(&self, values: &[String]) -> String {
        let quoted: Vec<String> = values.iter().map(|value| format!("quote({value})")).collect();
        format!("({})", quoted.join(" || ',' || "))
    }

    fn same(&self, a: &str, b: &str) -> String {
        format!("{a} IS {b}")
    }

    fn overriding(&self) -> &'static str {
        ""
    }

    fn triggers(&self, table: &ObjectName) -> String {
        format!(
            "SELECT 'DROP TRIGGER main.\"' || replace(name, '\"', '\"\"') || '\"', sql FROM main.sqlite_master \
             WHERE type = 'trigger' AND tbl_name = {} COLLATE NOCASE ORDER BY rowid",
            literal(&table.name)
        )
    }

    fn last_number(&self, table: &ObjectName, _column: &str) -> String {
        format!("SELECT seq FROM main.sqlite_sequence WHERE name = {} COLLATE NOCASE", literal(&table.name))
    }

    fn go_on_from(&self, table: &ObjectName, _column: &str, number: i64) -> Vec<String> {
        let name = literal(&table.name);
        vec![
            format!("UPDATE main.sqlite_sequence SET seq = max(seq, {number}) WHERE name = {name} COLLATE NOCASE"),
            format!(
                "INSERT INTO main.sqlite_sequence (name, seq) SELECT {name}, {number} WHERE NOT EXISTS \
                 (SELECT 1 FROM main.sqlite_sequence WHERE name = {name} COLLATE NOCASE)"
            ),
        ]
    }

    fn bytes(&self, side: &ObjectName) -> String {
        format!("SELECT coalesce(sum(pgsize), 0) FROM dbstat WHERE name = {}", literal(&side.name))
    }
}
