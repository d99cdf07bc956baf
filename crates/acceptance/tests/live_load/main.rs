//! Old code and new code run through a whole evolution, on one database: it is expanded under old code, both write while
//! the old rows are filled, old code stops, it is contracted under new code. No statement fails, no row is lost or
//! differs, and the longest that any statement of theirs waited is told.

#![allow(clippy::panic)]

mod application;
mod op;

use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use application::{Application, Told};
use op::Op;
use whimbrel_acceptance::database::{self, Ground, Journal};
use whimbrel_acceptance::laws::ensure_same;
use whimbrel_plan::Choices;
use whimbrel_plan::autogenerate::{DraftStatement, draft};
use whimbrel_plan::evolution::dual_write::DualWrite;
use whimbrel_run::Driver;
use whimbrel_schema::{Engine, Pair};

/// Rows from before.
const ROWS: usize = 3_000;
const BATCH: usize = 500;

fn database(ground: Ground) -> Result<database::Database> {
    if ground.engine == Engine::Sqlite { ground.sqlite(Journal::Wal) } else { ground.database() }
}

fn live_through(op: &Op, ground: Ground) -> Result<()> {
    let (mut here, mut there) = (database(ground)?, database(ground)?);
    there.driver.execute_script(op.to)?;
    let to = there.driver.introspect()?;
    here.driver.execute_script(op.from)?;
    let url = here.url.clone();
    let driver = here.driver.as_mut();
    let dialect = driver.dialect();
    for id in 1..=ROWS {
        driver.execute(&match op.old {
            Some(old) => format!("INSERT INTO mail (id, {old}) VALUES ({id}, '{id}')"),
            None => format!("INSERT INTO mail (id) VALUES ({id})"),
        })?;
    }
    let from = driver.introspect()?;
    let mut middle = from.clone();
    middle.table_mut(&"mail".into()).context("no table")?.columns.push(op.new_column());
    DualWrite { table: "mail".into(), kept: vec![(op.kept)(ground.engine)] }.keep(&mut middle, dialect)?;
    let expand = draft(Pair::new(from, middle.clone()), dialect, &Choices::default())?;
    let contract = draft(Pair::new(middle, to.clone()), dialect, &Choices::default())?;

    let began = Instant::now();
    let old: Vec<Application> = [10_000, 20_000].map(|first| Application::start(&url, op.old, first)).into();
    sleep(Duration::from_millis(200));
    run(&expand.upgrade, driver).context("the expanding revision")?;
    let new: Vec<Application> = [30_000, 40_000].map(|first| Application::start(&url, Some(op.new), first)).into();
    let mut last = 0;
    while last < 50_000 {
        let fill = (op.fill)(ground.engine);
        let batch = format!("id > {last} AND id <= {}", last + BATCH);
        driver.execute(&format!("UPDATE mail SET {0} = {fill} WHERE {0} IS NULL AND {batch}", op.new))?;
        last += BATCH;
        sleep(Duration::from_millis(2));
    }
    sleep(Duration::from_millis(200));
    let old: Vec<Told> = old.into_iter().map(Application::stop).collect::<Result<_>>().context("old code")?;
    run(&contract.upgrade, driver).context("the contracting revision")?;
    sleep(Duration::from_millis(100));
    let new: Vec<Told> = new.into_iter().map(Application::stop).collect::<Result<_>>().context("new code")?;

    ensure_same("contracted → wanted", Pair::new(&driver.introspect()?, &to), driver)?;
    let rows = compare(op, driver, &old, &new)?;
    let all = || old.iter().chain(&new);
    let statements: usize = all().map(|told| told.statements).sum();
    let longest = all().map(|told| told.longest).max().unwrap_or_default();
    println!(
        "{ground}, {}: {statements} statements and {rows} rows in {:?}, longest wait {longest:?}",
        op.name,
        began.elapsed()
    );
    let busy = |told: &Vec<Told>| told.iter().all(|told| told.statements > 20);
    ensure!(busy(&old) && busy(&new), "one side was idle: {old:?} {new:?}");
    Ok(())
}

/// Each row as whoever wrote it last left it; the number of rows.
fn compare(op: &Op, driver: &mut dyn Driver, old: &[Told], new: &[Told]) -> Result<usize> {
    let query = format!("SELECT id, CAST({} AS text) FROM mail ORDER BY id", op.new);
    let mut found = std::collections::BTreeMap::new();
    for row in driver.query(&query, &[])? {
        let [Some(id), Some(value)] = row.as_slice() else { panic!("a row without a value: {row:?}") };
        found.insert(id.parse::<usize>()?, value.clone());
    }
    let forward = |value: Option<&String>| (op.forward)(value.map_or("", String::as_str));
    let before = (1..=ROWS).map(|id| (id, (op.forward)(&id.to_string())));
    let by_old = old.iter().flat_map(|told| &told.rows).map(|(id, value)| (*id, forward(value.as_ref())));
    let by_new = new.iter().flat_map(|told| &told.rows).map(|(id, value)| (*id, value.clone().unwrap_or_default()));
    let mut number = 0;
    for (id, value) in before.chain(by_old).chain(by_new) {
        ensure!(found.get(&id) == Some(&value), "row {id} is {:?}, and not {value}", found.get(&id));
        number += 1;
    }
    ensure!(number == found.len(), "{} rows, and not {number}", found.len());
    Ok(number)
}

/// As a revision runs.
fn run(statements: &[DraftStatement], driver: &mut dyn Driver) -> Result<()> {
    driver.prepare_session()?;
    let mut open = false;
    for statement in statements {
        if open && !statement.transactional {
            driver.commit()?;
        } else if !open && statement.transactional {
            begin(driver)?;
        }
        open = statement.transactional;
        driver.execute(&statement.sql).with_context(|| statement.sql.clone())?;
    }
    if open { Ok(driver.commit()?) } else { Ok(()) }
}

/// On SQLite somebody else may be writing just now.
fn begin(driver: &mut dyn Driver) -> Result<()> {
    let began = Instant::now();
    loop {
        match driver.begin() {
            Err(_) if began.elapsed() < Duration::from_secs(20) => sleep(Duration::from_millis(1)),
            outcome => return Ok(outcome?),
        }
    }
}

#[test]
fn both_versions_live_through_it_on_sqlite() -> Result<()> {
    op::all().iter().try_for_each(|op| live_through(op, database::SQLITE).context(op.name))
}

#[test]
fn both_versions_live_through_it_on_postgres() -> Result<()> {
    for ground in database::postgres()? {
        op::all()
            .iter()
            .try_for_each(|op| live_through(op, ground).with_context(|| format!("{ground}, {}", op.name)))?;
    }
    Ok(())
}
