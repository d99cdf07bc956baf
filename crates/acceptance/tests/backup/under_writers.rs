use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use rusqlite::Connection;
use whimbrel_acceptance::backup::Shelf;
use whimbrel_acceptance::database::{Journal, SQLITE};
use whimbrel_acceptance::draw::Draw;
use whimbrel_run::backup::Scope;

const ACCOUNTS: i64 = 2_000;
const EACH: i64 = 100;
/// A writer waits for no more than this; on a machine that is busy with other tests.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

const SCHEMA: &str = "\
CREATE TABLE account (id INTEGER PRIMARY KEY, money INTEGER NOT NULL, note TEXT);
CREATE TABLE transfer (id INTEGER PRIMARY KEY, \"from\" INTEGER, \"to\" INTEGER, money INTEGER);
";

/// What a writer saw: how often it wrote, and how long it waited at the longest.
struct Written {
    transfers: i64,
    longest: Duration,
}

/// Moves money about until it is told to stop: the sum never changes, and every transfer is written down.
fn writes(path: &str, seed: u64, over: &AtomicBool) -> Result<Written> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(LONGEST_WAIT * 4)?;
    connection.execute_batch("PRAGMA synchronous = OFF")?;
    let (mut draw, mut written) = (Draw::new(seed), Written { transfers: 0, longest: Duration::ZERO });
    while !over.load(Ordering::SeqCst) {
        let mut account = || i64::try_from(draw.below(2_000)).unwrap_or(0) + 1;
        let (from, to, begun) = (account(), account(), Instant::now());
        connection.execute_batch(&format!(
            "BEGIN IMMEDIATE; UPDATE account SET money = money - 1 WHERE id = {from}; \
             UPDATE account SET money = money + 1 WHERE id = {to}; \
             INSERT INTO transfer (\"from\", \"to\", money) VALUES ({from}, {to}, 1); COMMIT"
        ))?;
        written.longest = written.longest.max(begun.elapsed());
        written.transfers += 1;
        thread::sleep(Duration::from_micros(500));
    }
    Ok(written)
}

fn number(connection: &Connection, query: &str) -> Result<i64> {
    Ok(connection.query_row(query, [], |row| row.get(0))?)
}

/// Backups while two others write: each is the database at one moment, and those who write are let in meanwhile.
#[test]
fn a_copy_is_of_one_moment_and_nobody_starves() -> Result<()> {
    for journal in [Journal::Rollback, Journal::Wal] {
        let mut source = SQLITE.sqlite(journal)?;
        source.driver.execute_script(SCHEMA)?;
        source.driver.execute_script(&format!(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ACCOUNTS}) \
             INSERT INTO account SELECT i, {EACH}, hex(randomblob(2000)) FROM n"
        ))?;
        let path = source.url.trim_start_matches("sqlite:///").to_owned();
        let path = format!("/{}", path.trim_start_matches('/'));
        let over = Arc::new(AtomicBool::new(false));
        let writers: Vec<_> = [1, 2]
            .map(|seed| {
                let (path, over) = (path.clone(), Arc::clone(&over));
                thread::spawn(move || writes(&path, seed, &over))
            })
            .into_iter()
            .collect();
        let shelf = Shelf::new()?;
        let mut seen = Vec::new();
        let outcome = (0..3).try_for_each(|_| -> Result<()> {
            thread::sleep(Duration::from_millis(50));
            let backup = shelf.take(source.driver.as_mut(), Scope::Full)?;
            let mut target = SQLITE.sqlite(Journal::Rollback)?;
            shelf.restore(target.driver.as_mut(), &backup, None, None)?;
            let place = target.url.trim_start_matches("sqlite:///").trim_start_matches('/').to_owned();
            let restored = Connection::open(format!("/{place}"))?;
            assert_eq!(number(&restored, "SELECT sum(money) FROM account")?, ACCOUNTS * EACH, "{journal:?}");
            let of_each = "SELECT count(*) FROM account WHERE money <> 100 \
                           - (SELECT count(*) FROM transfer WHERE \"from\" = account.id) \
                           + (SELECT count(*) FROM transfer WHERE \"to\" = account.id)";
            restored.execute_batch("CREATE INDEX a ON transfer (\"from\"); CREATE INDEX b ON transfer (\"to\")")?;
            assert_eq!(number(&restored, of_each)?, 0, "{journal:?}: half a transfer is in it");
            seen.push(number(&restored, "SELECT count(*) FROM transfer")?);
            Ok(())
        });
        over.store(true, Ordering::SeqCst);
        let mut transfers = 0;
        for writer in writers {
            let written = writer.join().ok().context("a writer fell over")??;
            println!("{journal:?}: {} transfers, the longest {:?}", written.transfers, written.longest);
            ensure!(written.longest < LONGEST_WAIT, "{journal:?}: a writer waited {:?}", written.longest);
            transfers += written.transfers;
        }
        outcome?;
        let grows = seen.windows(2).all(|pair| pair[0] < pair[1]);
        ensure!(grows && seen[2] < transfers, "nobody wrote meanwhile: {seen:?} of {transfers}");
    }
    Ok(())
}
