use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use whimbrel_acceptance::database::Ground;
use whimbrel_acceptance::server;
use whimbrel_run::Driver;
use whimbrel_schema::Engine;

use super::changes::{BASE, Change, ROWS, WORKLOAD, statements};

/// What a change did, as measured.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Label {
    /// It kept writers, or readers too, out of a table while it worked through thousands of rows.
    pub blocks: bool,
    pub fails: bool,
    /// Rows or values are gone.
    pub destroys: bool,
    /// The first of the queries of today's code that fail afterwards.
    pub breaks: Option<String>,
}

impl Label {
    pub fn dangerous(&self) -> bool {
        self.blocks || self.fails || self.destroys || self.breaks.is_some()
    }

    pub fn words(&self) -> String {
        let mut words = Vec::new();
        words.extend(self.blocks.then_some("blocks"));
        words.extend(self.fails.then_some("fails"));
        words.extend(self.destroys.then_some("destroys"));
        words.extend(self.breaks.is_some().then_some("breaks"));
        if words.is_empty() { "harmless".to_string() } else { words.join(", ") }
    }
}

/// Work on fewer rows than this is over before anybody notices.
const MANY: u64 = 5_000;

/// Locks that keep writers out.
const STRONG: &str = "'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'";

/// Runs each change on a copy of the same database.
pub fn measure(changes: &[Change]) -> Result<Vec<Label>> {
    let server = server::shared(None)?;
    let ground = Ground { engine: Engine::Postgres, major: server.major };
    let mut base = ground.database()?;
    for statement in statements(BASE)?.into_iter().chain(statements(ROWS)?) {
        base.driver.execute(statement).with_context(|| statement.to_string())?;
    }
    for statement in [
        "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'app') THEN CREATE ROLE app; END IF; END $$",
        "GRANT ALL ON ALL TABLES IN SCHEMA public TO app",
        "GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO app",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO app",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON SEQUENCES TO app",
        "ANALYZE",
    ] {
        base.driver.execute(statement)?;
    }
    let template = one(base.driver.as_mut(), "SELECT current_database()")?;
    let url = base.url.clone();
    // A template may have no other sessions.
    let mut admin = connect(&url.replace(&format!("/{template}?"), "/postgres?"))?;
    base.driver = connect(&url.replace(&format!("/{template}?"), "/postgres?"))?;
    let broken = broken_query(copy(&mut admin, &url, &template)?.as_mut())?;
    ensure!(broken.is_none(), "the workload fails by itself: {broken:?}");
    changes
        .iter()
        .map(|change| label(&mut admin, &url, &template, change).with_context(|| change.name.clone()))
        .collect()
}

fn connect(url: &str) -> Result<Box<dyn Driver>> {
    whimbrel_acceptance::database::open(url)
}

fn one(driver: &mut dyn Driver, query: &str) -> Result<String> {
    let rows = driver.query(query, &[])?;
    rows.into_iter().next().and_then(|row| row.into_iter().next().flatten()).context("no row")
}

/// A copy of the database, dropped by the next one's coming.
fn copy(admin: &mut Box<dyn Driver>, url: &str, template: &str) -> Result<Box<dyn Driver>> {
    admin.execute("DROP DATABASE IF EXISTS judged WITH (FORCE)")?;
    admin.execute(&format!("CREATE DATABASE judged TEMPLATE {template}"))?;
    connect(&url.replace(template, "judged"))
}

fn label(admin: &mut Box<dyn Driver>, url: &str, template: &str, change: &Change) -> Result<Label> {
    let mut driver = copy(admin, url, template)?;
    let before = Contents::of(driver.as_mut())?;
    let old = Relations::of(driver.as_mut())?;
    let mut label = Label::default();
    match change.alone {
        true => alone(&mut driver, &url.replace(template, "judged"), change, &old, &mut label)?,
        false => together(&mut driver, change, &old, &mut label)?,
    }
    if label.fails {
        return Ok(label);
    }
    label.destroys = before.lost_in(driver.as_mut())?;
    // What the change set for its own session is not set for the code.
    drop(driver);
    label.breaks = broken_query(connect(&url.replace(template, "judged"))?.as_mut())?;
    Ok(label)
}

/// All statements in one transaction; its locks and its work are looked at after each.
fn together(driver: &mut Box<dyn Driver>, change: &Change, old: &Relations, label: &mut Label) -> Result<()> {
    driver.execute("BEGIN")?;
    let mut worked = work(driver.as_mut(), old)?;
    for statement in statements(&change.sql)? {
        if driver.execute(statement).is_err() {
            label.fails = true;
            driver.execute("ROLLBACK")?;
            return Ok(());
        }
        let now = work(driver.as_mut(), old)?;
        let much = now.0.saturating_sub(worked.0) >= MANY || rewritten(&worked.1, &now.1);
        label.blocks |= much && old.held(driver.as_mut(), "pg_backend_pid()")?;
        // Every row that it changes keeps other writers of that row waiting.
        label.blocks |= now.2.saturating_sub(worked.2) >= MANY;
        worked = now;
    }
    label.fails |= driver.execute("COMMIT").is_err();
    Ok(())
}

/// Each statement on its own, with somebody who watches the locks meanwhile.
fn alone(driver: &mut Box<dyn Driver>, url: &str, change: &Change, old: &Relations, label: &mut Label) -> Result<()> {
    let pid = one(driver.as_mut(), "SELECT pg_backend_pid()")?;
    for statement in statements(&change.sql)? {
        let files = files(driver.as_mut(), old)?;
        let done = Arc::new(AtomicBool::new(false));
        let watcher = {
            let (done, old, pid, mut watch) = (done.clone(), old.clone(), pid.clone(), connect(url)?);
            thread::spawn(move || -> Result<usize> {
                let mut seen = 0;
                while !done.load(Ordering::SeqCst) {
                    seen += usize::from(old.held(watch.as_mut(), &pid)?);
                    thread::sleep(Duration::from_millis(1));
                }
                Ok(seen)
            })
        };
        let result = driver.execute(statement);
        done.store(true, Ordering::SeqCst);
        let seen = watcher.join().map_err(|_| anyhow::anyhow!("the watcher ended badly"))??;
        if result.is_err() {
            label.fails = true;
            return Ok(());
        }
        // A lock of a moment may be seen once; work shows it again and again.
        label.blocks |= seen > 2 && rewritten(&files, &self::files(driver.as_mut(), old)?);
    }
    Ok(())
}

/// Rows read in sequence, the files of the old relations, rows written: of the transaction so far.
fn work(driver: &mut dyn Driver, old: &Relations) -> Result<(u64, Files, u64)> {
    let read = one(driver, "SELECT coalesce(sum(seq_tup_read), 0) FROM pg_stat_xact_user_tables")?.parse()?;
    let names = old.names();
    let written = format!(
        "SELECT coalesce(sum(n_tup_upd + n_tup_del), 0) FROM pg_stat_xact_user_tables WHERE relid IN ({names})"
    );
    Ok((read, files(driver, old)?, one(driver, &written)?.parse()?))
}

/// The file of each relation that holds many rows, by its object id.
type Files = BTreeMap<String, String>;

fn files(driver: &mut dyn Driver, old: &Relations) -> Result<Files> {
    let large = old.large();
    let query = format!("SELECT oid, relfilenode FROM pg_class WHERE oid IN ({large}) AND relfilenode <> 0");
    let rows = driver.query(&query, &[])?.into_iter();
    Ok(rows.filter_map(|row| <[Option<String>; 2]>::try_from(row).ok()).filter_map(|[a, b]| Some((a?, b?))).collect())
}

/// Whether one that is still there was written anew.
fn rewritten(from: &Files, to: &Files) -> bool {
    from.iter().any(|(relation, file)| to.get(relation).is_some_and(|now| now != file))
}

/// The relations that were there before, with how many rows they had.
#[derive(Debug, Clone)]
struct Relations {
    rows: BTreeMap<u32, u64>,
}

impl Relations {
    fn of(driver: &mut dyn Driver) -> Result<Self> {
        let query = "SELECT oid, greatest(reltuples, 0)::bigint FROM pg_class \
                     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'm', 'i')";
        let mut rows = BTreeMap::new();
        for row in driver.query(query, &[])? {
            if let [Some(oid), Some(count)] = row.as_slice() {
                rows.insert(oid.parse()?, count.parse()?);
            }
        }
        ensure!(rows.len() > 10, "the base has only {} relations", rows.len());
        Ok(Relations { rows })
    }

    fn names(&self) -> String {
        self.rows.keys().map(u32::to_string).collect::<Vec<_>>().join(", ")
    }

    fn large(&self) -> String {
        let large = self.rows.iter().filter(|(_, rows)| **rows >= MANY);
        large.map(|(oid, _)| oid.to_string()).collect::<Vec<_>>().join(", ")
    }

    /// Whether that session holds a lock on one of them that keeps writers out.
    fn held(&self, driver: &mut dyn Driver, pid: &str) -> Result<bool> {
        let query = format!(
            "SELECT count(*) FROM pg_locks WHERE pid = {pid} AND granted AND locktype = 'relation' \
             AND mode IN ({STRONG}) AND relation IN ({})",
            self.names()
        );
        Ok(one(driver, &query)? != "0")
    }
}

/// How many rows each table has, and how many values each of its columns.
struct Contents {
    tables: BTreeMap<String, BTreeMap<String, u64>>,
}

impl Contents {
    fn of(driver: &mut dyn Driver) -> Result<Self> {
        let mut tables: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
        for (oid, name, columns) in columns(driver)? {
            let counted: Vec<String> = columns.iter().map(|(_, name)| format!("count({name})")).collect();
            let row = driver.query(&format!("SELECT count(*), {} FROM {name}", counted.join(", ")), &[])?;
            let row = row.into_iter().next().context("no row")?;
            let numbers = row.into_iter().map(|value| Ok(value.context("a count")?.parse()?));
            let numbers = numbers.collect::<Result<Vec<u64>>>()?;
            let keys = std::iter::once("*".to_string()).chain(columns.into_iter().map(|(number, _)| number));
            tables.insert(oid, keys.zip(numbers).collect());
        }
        Ok(Contents { tables })
    }

    fn lost_in(&self, driver: &mut dyn Driver) -> Result<bool> {
        let now = Contents::of(driver)?;
        Ok(self.tables.iter().any(|(table, columns)| {
            let after = now.tables.get(table);
            columns.iter().any(|(column, count)| {
                let after = after.and_then(|columns| columns.get(column)).copied().unwrap_or_default();
                after < *count
            })
        }))
    }
}

type Columns = Vec<(String, String, Vec<(String, String)>)>;

/// Ordinary tables by their object id, so that a new name is no other table; columns by their number.
fn columns(driver: &mut dyn Driver) -> Result<Columns> {
    let query = "SELECT c.oid, c.oid::regclass::text, a.attnum, quote_ident(a.attname) \
                 FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
                 WHERE c.relkind = 'r' AND c.oid >= 16384 AND c.relnamespace <> 'pg_catalog'::regnamespace \
                 AND c.relnamespace <> 'information_schema'::regnamespace ORDER BY c.oid, a.attnum";
    let mut tables: Columns = Vec::new();
    for row in driver.query(query, &[])? {
        let [Some(oid), Some(table), Some(number), Some(column)] = row.as_slice() else { continue };
        if tables.last().is_none_or(|(last, _, _)| last != oid) {
            tables.push((oid.clone(), table.clone(), Vec::new()));
        }
        if let Some((_, _, columns)) = tables.last_mut() {
            columns.push((number.clone(), column.clone()));
        }
    }
    Ok(tables)
}

/// The first query of today's code that fails, as an ordinary user.
fn broken_query(driver: &mut dyn Driver) -> Result<Option<String>> {
    driver.execute("SET ROLE app")?;
    for query in statements(WORKLOAD)? {
        driver.execute("BEGIN")?;
        let result = driver.execute(query);
        driver.execute("ROLLBACK")?;
        if let Err(error) = result {
            return Ok(Some(format!("{query}: {error}")));
        }
    }
    Ok(None)
}
