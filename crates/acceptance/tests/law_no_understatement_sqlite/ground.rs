//! A database file with rows in it, and a second connection that wants to read and write meanwhile.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::{Context, Result};
use rusqlite::{Connection, StatementStatus};
use tempfile::TempDir;

use crate::did::Did;

pub struct Ground {
    folder: TempDir,
    connection: Connection,
    other: Connection,
    log: bool,
}

/// What is in the database.
#[derive(Debug, Default)]
struct Image {
    /// By table, how many rows it has and all of their values.
    rows: BTreeMap<String, (i64, String)>,
    /// What can be used.
    works: BTreeSet<String>,
    /// By page, the table that it belongs to, and the table or index itself.
    pages: BTreeMap<i64, (String, String)>,
}

impl Ground {
    pub fn new(log: bool, enforced: bool) -> Result<Ground> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("it.db");
        let connection = Connection::open(&path)?;
        let journal = if log { "wal" } else { "delete" };
        let enforced = if enforced { "ON" } else { "OFF" };
        // Small pages and a small cache, so that a few thousand rows are as many are elsewhere.
        connection.execute_batch(&format!(
            "PRAGMA page_size = 1024; PRAGMA journal_mode = {journal}; PRAGMA synchronous = OFF;
             PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = 10; PRAGMA foreign_keys = {enforced};
             PRAGMA user_version = 1;"
        ))?;
        let other = Connection::open(&path)?;
        other.busy_timeout(std::time::Duration::ZERO)?;
        connection.busy_timeout(std::time::Duration::ZERO)?;
        Ok(Ground { folder, connection, other, log })
    }

    /// Runs what a case begins with. What SQLite refuses is not there.
    pub fn set_up(&self, statements: &[&str]) {
        for statement in statements {
            let _refused = self.connection.execute_batch(statement).is_err();
        }
    }

    /// Rows in every table, as many as said; what a constraint refuses is left out.
    pub fn fill(&self, count: impl Fn(&str) -> usize) -> Result<usize> {
        self.connection.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA recursive_triggers = OFF; BEGIN")?;
        let mut filled = 0;
        for table in self.names(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite%'",
        )? {
            let columns =
                self.names(&format!("SELECT name FROM pragma_table_info('{}')", table.replace('\'', "''")))?;
            let list = columns.iter().map(|it| quoted(it)).collect::<Vec<_>>().join(", ");
            let types = self.names(&format!("SELECT type FROM pragma_table_info('{}')", table.replace('\'', "''")))?;
            let value = |ty: &String| {
                let ty = ty.to_ascii_lowercase();
                if ty.contains("char") || ty.contains("text") || ty.contains("clob") {
                    "printf('value %d of many that fill a page', i)"
                } else {
                    "i"
                }
            };
            let values = types.iter().map(value).collect::<Vec<_>>().join(", ");
            let sql = format!(
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) \
                 INSERT OR IGNORE INTO {} ({list}) SELECT {values} FROM n",
                count(&table),
                quoted(&table)
            );
            filled += self.connection.execute(&sql, []).unwrap_or_default();
        }
        self.connection.execute_batch("COMMIT")?;
        Ok(filled)
    }

    pub fn enforce(&self, on: bool) -> Result<()> {
        let value = if on { "ON" } else { "OFF" };
        Ok(self.connection.execute_batch(&format!("PRAGMA foreign_keys = {value}"))?)
    }

    fn names(&self, sql: &str) -> Result<Vec<String>> {
        let mut statement = self.connection.prepare(sql)?;
        let rows = statement.query_map([], |row| row.get::<_, Option<String>>(0))?;
        rows.map(|row| Ok(row?.unwrap_or_default())).collect()
    }

    /// Runs the statement in a transaction of its own, and commits it. The work is in steps of SQLite's machine.
    pub fn run(&self, sql: &str, in_transaction: bool) -> Result<(Did, i32)> {
        if self.log {
            self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        }
        let before = self.image()?;
        if in_transaction {
            self.connection.execute_batch("BEGIN")?;
        }
        let mut did = Did::default();
        let steps = match self.execute(sql) {
            Ok(steps) => steps,
            Err(error) => {
                if in_transaction && !self.connection.is_autocommit() {
                    self.connection.execute_batch("ROLLBACK")?;
                }
                did.error = Some(error.to_string());
                return Ok((did, 0));
            }
        };
        if in_transaction && !self.connection.is_autocommit() {
            self.probe(&mut did)?;
        }
        let after = self.image()?;
        self.tell(&before, &after, &mut did)?;
        Ok((did, steps))
    }

    fn execute(&self, sql: &str) -> rusqlite::Result<i32> {
        let mut statement = self.connection.prepare(sql)?;
        let mut rows = statement.raw_query();
        while rows.next()?.is_some() {}
        drop(rows);
        Ok(statement.get_status(StatementStatus::VmStep))
    }

    /// Whether others can read and write now, and whether it can be committed while somebody reads; then commits.
    fn probe(&self, did: &mut Did) -> Result<()> {
        let reads =
            |connection: &Connection| connection.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()));
        did.blocked_reads = reads(&self.other).is_err();
        match self.other.execute_batch("BEGIN IMMEDIATE") {
            Ok(()) => self.other.execute_batch("ROLLBACK")?,
            Err(_) => did.blocked_writes = true,
        }
        if !did.blocked_reads {
            self.other.execute_batch("BEGIN")?;
            reads(&self.other)?;
            did.commit_blocked_reads = self.connection.execute_batch("COMMIT").is_err();
            self.other.execute_batch("COMMIT")?;
        }
        if !self.connection.is_autocommit() {
            self.connection.execute_batch("COMMIT").context("the commit")?;
        }
        Ok(())
    }

    fn image(&self) -> Result<Image> {
        let mut image = Image::default();
        let mut tables = BTreeMap::new();
        {
            let mut statement = self.connection.prepare("SELECT name, tbl_name FROM sqlite_master")?;
            let found = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
            for row in found {
                let (name, table) = row?;
                tables.insert(name, table);
            }
        }
        if self.log {
            let mut statement = self.connection.prepare("SELECT name, pageno FROM dbstat")?;
            let found = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))?;
            for row in found {
                let (name, page) = row?;
                let table = tables.get(&name).cloned().unwrap_or_else(|| name.clone());
                image.pages.insert(page, (table, name));
            }
        }
        for name in
            self.names("SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite%'")?
        {
            if let Ok(found) = self.content(&name) {
                image.works.insert(format!("reading `{name}`"));
                image.rows.insert(name.clone(), found);
            }
            for sql in
                [format!("DELETE FROM {}", quoted(&name)), format!("INSERT INTO {} DEFAULT VALUES", quoted(&name))]
            {
                if self.connection.prepare(&sql).is_ok() {
                    image.works.insert(format!("`{sql}`"));
                }
            }
        }
        Ok(image)
    }

    /// How many rows there are, and a text that is another when they are others.
    fn content(&self, name: &str) -> rusqlite::Result<(i64, String)> {
        let mut statement = self.connection.prepare(&format!("SELECT * FROM {}", quoted(name)))?;
        let width = statement.column_count();
        let mut rows = statement.query([])?;
        let (mut count, mut sum) = (0, 0_u64);
        while let Some(row) = rows.next()? {
            count += 1;
            let mut text = String::new();
            for at in 0..width {
                text.push_str(&format!("{:?}|", row.get_ref(at)?));
            }
            let hash = text
                .bytes()
                .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
            sum = sum.wrapping_add(hash);
        }
        Ok((count, format!("{sum:x}")))
    }

    fn tell(&self, before: &Image, after: &Image, did: &mut Did) -> Result<()> {
        for (table, (count, values)) in &before.rows {
            let Some((left, now)) = after.rows.get(table) else { continue };
            if left < count {
                did.lost_rows.insert(table.clone());
            } else if now != values {
                did.changed_rows.insert(table.clone());
            }
        }
        // Only what is still there can be broken.
        let there = |what: &String| after.rows.keys().any(|name| what.contains(&quoted(name))) || self.exists(what);
        did.broke = before.works.difference(&after.works).filter(|what| there(what)).cloned().collect();
        if self.log {
            let written = written_pages(&self.folder.path().join("it.db-wal"))?;
            let mut of: BTreeMap<&str, (&str, usize, usize)> = BTreeMap::new();
            let mut pages: BTreeSet<i64> = before.pages.keys().copied().collect();
            pages.extend(after.pages.keys());
            for page in pages {
                let Some((table, name)) = after.pages.get(&page).or_else(|| before.pages.get(&page)) else { continue };
                let entry = of.entry(name).or_insert((table, 0, 0));
                entry.1 += 1;
                entry.2 += usize::from(written.contains(&page));
            }
            let most = of.values().filter(|(_, all, written)| *all >= 8 && written * 2 > *all);
            did.wrote = most.map(|(table, _, _)| (*table).to_string()).collect();
        }
        Ok(())
    }

    /// Whether the view or table that stands in `reading …` is still there.
    fn exists(&self, what: &str) -> bool {
        let names = self.names("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')").unwrap_or_default();
        names.iter().any(|name| what.contains(&format!("`{name}`")) || what.contains(&quoted(name)))
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The numbers of the pages in a write-ahead log that was empty before.
fn written_pages(path: &PathBuf) -> Result<BTreeSet<i64>> {
    let bytes = std::fs::read(path).unwrap_or_default();
    let number = |at: usize| bytes.get(at..at + 4).and_then(|four| four.try_into().ok()).map(u32::from_be_bytes);
    let Some(size) = number(8) else { return Ok(BTreeSet::new()) };
    let frames = (32..bytes.len()).step_by(24 + size as usize);
    Ok(frames.filter_map(number).map(i64::from).collect())
}
