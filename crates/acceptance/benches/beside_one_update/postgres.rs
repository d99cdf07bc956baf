use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use whimbrel_acceptance::database::open;
use whimbrel_acceptance::server::{Options, Server};
use whimbrel_run::Driver;

use crate::load::beside;
use crate::{ROUNDS, Run, milliseconds, percentile, print, whimbrel};

const UPDATE: &str = "UPDATE email SET state = 1 WHERE state <> 1";

/// Before the batches and behind them, in the same database: the disk has better and worse moments.
const REST: Duration = Duration::from_secs(5);

/// Of 16 MB each, and more than are written between two checkpoints here.
const WAL_FILES: u32 = 120;

pub fn run(rows: u64) -> Result<bool> {
    let settings =
        [("shared_buffers", "512MB"), ("max_wal_size", "4GB"), ("min_wal_size", "3GB"), ("autovacuum", "off")];
    let settings = settings.map(|(name, value)| (name.to_string(), value.to_string())).to_vec();
    let server = Server::start_with(None, &Options { durable: true, settings })?;
    make_wal_files(&server)?;
    let (mut rest, mut one, mut batches) = (Run::default(), Run::default(), Run::default());
    for round in 0..ROUNDS {
        if round % 2 == 0 {
            one.add(at_once(&server, rows)?);
        }
        let batched = batched(&server, rows)?;
        batches.add(batched.batches);
        rest.add(batched.rest);
        if round % 2 == 1 {
            one.add(at_once(&server, rows)?);
        }
    }
    let speed = one.took.as_secs_f64() / batches.took.as_secs_f64();
    let unloaded = percentile(&rest.waits, 99);
    let slower = percentile(&batches.waits, 99).as_secs_f64() / unloaded.as_secs_f64();
    let met = speed >= 0.8 && slower <= 2.0 && batches.size <= 1.2;
    println!("PostgreSQL {}, nothing else: p99 {}", server.major, milliseconds(unloaded));
    print("PostgreSQL, one UPDATE", rows, &one, &format!("size {:.2}×", one.size));
    print(
        "PostgreSQL, batches",
        rows,
        &batches,
        &format!(
            "speed {speed:.2}× (≥ 0.8×), p99 {slower:.2}× (≤ 2×), size {:.2}× (≤ 1.2×){}",
            batches.size,
            if met { ", met" } else { "" }
        ),
    );
    Ok(met)
}

/// A server that has been up for a while writes into files that it has. One that has just begun makes each of them first,
/// and keeps every commit waiting meanwhile, more often the more is written.
fn make_wal_files(server: &Server) -> Result<()> {
    let mut driver = open(&server.fresh_database()?)?;
    for _ in 0..WAL_FILES {
        driver.query("SELECT pg_logical_emit_message(false, 'bench', 'next')", &[])?;
        driver.query("SELECT pg_switch_wal()", &[])?;
    }
    driver.execute("CHECKPOINT")?;
    Ok(())
}

struct Batched {
    rest: Run,
    batches: Run,
}

fn batched(server: &Server, rows: u64) -> Result<Batched> {
    let (url, mut driver) = table(server, rows)?;
    let before = size(&mut *driver)?;
    let at_rest = || {
        beside(
            rows,
            || client(&url),
            || {
                sleep(REST);
                Ok(REST)
            },
        )
    };
    let mut rest = Run::of(at_rest()?);
    let mut batches = Run::of(beside(rows, || client(&url), || whimbrel(&url, UPDATE))?);
    batches.size = size(&mut *driver)? / before;
    rest.add(Run::of(at_rest()?));
    Ok(Batched { rest, batches })
}

fn at_once(server: &Server, rows: u64) -> Result<Run> {
    let (url, mut driver) = table(server, rows)?;
    let before = size(&mut *driver)?;
    let update = || {
        let mut driver = open(&url)?;
        let begun = Instant::now();
        driver.execute(UPDATE)?;
        Ok(begun.elapsed())
    };
    let run = Run::of(beside(rows, || client(&url), update)?);
    Ok(Run { size: size(&mut *driver)? / before, ..run })
}

/// In a database of its own, so that none finds what another left.
fn table(server: &Server, rows: u64) -> Result<(String, Box<dyn Driver>)> {
    let url = server.fresh_database()?;
    let mut driver = open(&url)?;
    driver.execute(
        "CREATE TABLE email (id bigint PRIMARY KEY, folder integer NOT NULL, state integer NOT NULL, subject text NOT NULL)",
    )?;
    driver.execute(&format!(
        "INSERT INTO email SELECT n, n % 10, 0, 'the subject of the email ' || md5(n::text) FROM generate_series(1, {rows}) AS n"
    ))?;
    driver.execute("VACUUM ANALYZE email")?;
    driver.execute("CHECKPOINT")?;
    Ok((url, driver))
}

fn size(driver: &mut dyn Driver) -> Result<f64> {
    let rows = driver.query("SELECT pg_relation_size('email')", &[])?;
    Ok(rows.into_iter().flatten().flatten().next().context("no size")?.parse()?)
}

fn client(url: &str) -> Result<impl FnMut(u64) -> Result<()> + use<>> {
    let mut driver = open(url)?;
    Ok(move |row: u64| {
        driver.execute(&format!("UPDATE email SET folder = folder + 1 WHERE id = {row}"))?;
        Ok(())
    })
}
