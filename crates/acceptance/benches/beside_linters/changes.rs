use anyhow::{Context, Result};
use whimbrel_engines::dialect;
use whimbrel_schema::Engine;

pub const BASE: &str = include_str!("base.sql");
pub const ROWS: &str = include_str!("rows.sql");
pub const WORKLOAD: &str = include_str!("workload.sql");
const CHANGES: &str = include_str!("changes.sql");

/// One change, as a migration of its own.
#[derive(Debug, Clone)]
pub struct Change {
    pub name: String,
    pub sql: String,
    /// Each statement on its own, rather than all in one transaction.
    pub alone: bool,
}

pub fn all() -> Result<Vec<Change>> {
    let mut changes = Vec::new();
    for part in CHANGES.split("-- change: ").skip(1) {
        let (name, sql) = part.split_once('\n').context("a change without statements")?;
        let alone = name.ends_with(" (alone)");
        let name = name.trim_end_matches(" (alone)").to_string();
        changes.push(Change { name, sql: sql.trim().to_string(), alone });
    }
    Ok(changes)
}

/// The statements of a script.
pub fn statements(sql: &str) -> Result<Vec<&str>> {
    let dialect = dialect(Engine::Postgres).context("this build has no PostgreSQL")?;
    Ok(dialect.split(sql).into_iter().filter_map(|range| sql.get(range)).collect())
}
