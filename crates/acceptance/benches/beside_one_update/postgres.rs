use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use whimbrel_acceptance::database::open;
use whimbrel_acceptance::server::{Options, Server};

use crate::load::beside;
use crate::{Run, milliseconds, percentile, print, whimbrel};

const UPDATE: &str = "UPDATE email SET state = 1 WHERE state <> 1";

const REST: Duration = Duration::from_secs(10);

pub fn run(rows: u64) -> Result<bool> {
    let settings = [("shared_buffers", "512MB"), ("max_wal_size", "4GB"), ("autovacuum", "off")];
    let settings = settings.map(|(name, value)| (name.to_string(), value.to_string())).to_vec();
    let server = Server::start_with(None, &Options { durable: true, settings })?;
    // Before and afterwards, and for about as long as the batches run: the disk has better and worse moments.
    let rest = || {
        measured(&server, rows, |_| {
            sleep(REST);
            Ok(REST)
        })
    };
    let mut at_rest = rest()?;
    let one = measured(&server, rows, |url| {
        let mut driver = open(url)?;
        let begun = Instant::now();
        driver.execute(UPDATE)?;
        Ok(begun.elapsed())
    })?;
    let batched = measured(&server, rows, |url| whimbrel(url, UPDATE))?;
    at_rest.waits.extend(rest()?.waits);
    let speed = one.took.as_secs_f64() / batched.took.as_secs_f64();
    let unloaded = percentile(&at_rest.waits, 99);
    let slower = percentile(&batched.waits, 99).as_secs_f64() / unloaded.as_secs_f64();
    let met = speed >= 0.8 && slower <= 2.0 && batched.size <= 1.2;
    println!("PostgreSQL {}, nothing else: p99 {}", server.major, milliseconds(unloaded));
    print("PostgreSQL, one UPDATE", rows, &one, &format!("size {:.2}×", one.size));
    print(
        "PostgreSQL, batches",
        rows,
        &batched,
        &format!(
            "speed {speed:.2}× (≥ 0.8×), p99 {slower:.2}× (≤ 2×), size {:.2}× (≤ 1.2×){}",
            batched.size,
            if met { ", met" } else { "" }
        ),
    );
    Ok(met)
}

/// In a database of its own, so that none finds what another left.
fn measured(server: &Server, rows: u64, work: impl FnOnce(&str) -> Result<Duration>) -> Result<Run> {
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
    let size = |driver: &mut dyn whimbrel_run::Driver| -> Result<f64> {
        let rows = driver.query("SELECT pg_relation_size('email')", &[])?;
        Ok(rows.into_iter().flatten().flatten().next().context("no size")?.parse()?)
    };
    let before = size(&mut *driver)?;
    let connect = || {
        let mut driver = open(&url)?;
        Ok(move |row: u64| {
            driver.execute(&format!("UPDATE email SET folder = folder + 1 WHERE id = {row}"))?;
            Ok(())
        })
    };
    let (took, waits) = beside(rows, connect, || work(&url))?;
    Ok(Run { took, waits, size: size(&mut *driver)? / before })
}
