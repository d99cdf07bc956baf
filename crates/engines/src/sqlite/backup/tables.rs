//! Tables as a file has them: those with rows of their own, the virtual ones, and which of the first belong to those.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;

/// By their names in lower case, which is how SQLite tells them apart.
#[derive(Debug, Default)]
pub(super) struct Tables {
    /// Those with rows, spelled as they were made.
    pub plain: BTreeMap<String, String>,
    /// Virtual tables, and the tables in which each keeps what is its own.
    pub kept_by: BTreeMap<String, BTreeSet<String>>,
}

impl Tables {
    /// Of `main`, or of a file that is attached.
    pub(super) fn of(connection: &Connection, schema: &str) -> rusqlite::Result<Tables> {
        let mut tables = Tables::default();
        let query = format!("SELECT name, rootpage > 0 FROM \"{schema}\".sqlite_master WHERE type = 'table'");
        let mut query = connection.prepare(&query)?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let (name, is_plain): (String, bool) = (row.get(0)?, row.get(1)?);
            let key = name.to_ascii_lowercase();
            if !is_plain {
                tables.kept_by.insert(key, BTreeSet::new());
            } else if !key.starts_with("sqlite_") || key == "sqlite_sequence" {
                // What the planner has counted is nobody's data.
                tables.plain.insert(key, name);
            }
        }
        if tables.kept_by.is_empty() {
            return Ok(tables);
        }
        let query = "SELECT lower(name) FROM pragma_table_list WHERE schema = ?1 AND type = 'shadow'";
        let mut query = connection.prepare(query)?;
        let shadows: Vec<String> = query.query_map([schema], |row| row.get(0))?.collect::<Result<_, _>>()?;
        for shadow in shadows {
            // Of `a` and `a_b`, the second keeps `a_b_data`.
            let owner = tables.kept_by.iter_mut().filter(|(name, _)| is_of(&shadow, name));
            if let Some((_, kept)) = owner.max_by_key(|(name, _)| name.len()) {
                kept.insert(shadow);
            }
        }
        Ok(tables)
    }

    /// The tables with rows that are meant by a name; none where there is nothing of that name.
    pub(super) fn meant(&self, name: &str) -> Vec<String> {
        let key = name.to_ascii_lowercase();
        match self.kept_by.get(&key) {
            Some(kept) => kept.iter().cloned().collect(),
            None => self.plain.contains_key(&key).then_some(key).into_iter().collect(),
        }
    }
}

fn is_of(shadow: &str, table: &str) -> bool {
    shadow.strip_prefix(table).is_some_and(|rest| rest.starts_with('_'))
}

pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
