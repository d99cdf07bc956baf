//! How long others wait for an ADD COLUMN when somebody is ahead of it: as it stands, and as whimbrel runs it.
//!
//! A report reads `email` for ten seconds; eight clients read and write it all the time; the column is to be added. Both
//! halves run on one server, one after the other. `cargo xtask bench guard` prints them side by side.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use whimbrel_acceptance::database::open;
use whimbrel_acceptance::server::{Options, Server};

const CLIENTS: usize = 8;
const AHEAD: Duration = Duration::from_secs(10);
/// What nobody may wait longer than.
const WANTED: Duration = Duration::from_millis(100);

fn main() -> Result<()> {
    // Cargo calls benches when it runs tests, too; measuring takes a minute and a machine of its own.
    if !std::env::args().any(|argument| argument == "--run") {
        return Ok(());
    }
    let whimbrel = std::env::var_os("WHIMBREL_BIN").context("cargo xtask bench guard runs this")?;
    let server = Server::start_with(None, &Options { durable: true, settings: Vec::new() })?;
    let unguarded = measure(&server, |url| {
        open(url)?.execute("ALTER TABLE email ADD COLUMN flag boolean")?;
        Ok(())
    })?;
    let guarded = measure(&server, |url| {
        let folder = tempfile::tempdir()?;
        std::fs::create_dir(folder.path().join("migrations"))?;
        let revision = "-- revision: a1\n-- parents:  none\n-- message:  flag\n\n-- upgrade\n\
                        ALTER TABLE email ADD COLUMN flag boolean;\n\n-- downgrade\nALTER TABLE email DROP COLUMN flag;\n";
        std::fs::write(folder.path().join("migrations/a1.sql"), revision)?;
        let mut command = Command::new(&whimbrel);
        command.args(["upgrade", "head", "--url", url]).current_dir(folder.path()).stdin(Stdio::null());
        let ran = command.output()?;
        ensure!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        Ok(())
    })?;
    println!(
        "one ADD COLUMN behind a reader of {} s, with {CLIENTS} clients, on PostgreSQL {}\n",
        AHEAD.as_secs(),
        server.major
    );
    println!("| run          | longest wait of a client | p99     | statements of clients | until it was done |");
    println!("|--------------|--------------------------|---------|-----------------------|-------------------|");
    for (name, measured) in [("as it stands", &unguarded), ("whimbrel", &guarded)] {
        println!(
            "| {name:<12} | {:>21.1} ms | {:>4.1} ms | {:>21} | {:>15.1} s |",
            milliseconds(measured.longest),
            milliseconds(measured.p99),
            measured.statements,
            measured.took.as_secs_f64()
        );
    }
    println!("\nunloaded, a client waited {:.1} ms at most", milliseconds(guarded.before));
    let met = guarded.longest <= WANTED;
    println!("wanted: at most {} ms, {}", WANTED.as_millis(), if met { "met" } else { "not met" });
    ensure!(met, "somebody waited {:?}", guarded.longest);
    Ok(())
}

struct Measured {
    /// While the change waited and ran.
    longest: Duration,
    p99: Duration,
    statements: usize,
    took: Duration,
    /// Before anybody was ahead.
    before: Duration,
}

fn measure(server: &Server, change: impl FnOnce(&str) -> Result<()>) -> Result<Measured> {
    let url = server.fresh_database()?;
    open(&url)?.execute_script(
        "CREATE TABLE email (id integer PRIMARY KEY, subject text); \
         INSERT INTO email SELECT n, 's' || n FROM generate_series(1, 100000) n",
    )?;
    let (ended, counting) = (AtomicBool::new(false), AtomicBool::new(false));
    thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|at| {
                scope.spawn({
                    let (url, ended, counting) = (&url, &ended, &counting);
                    move || client(url, at, ended, counting)
                })
            })
            .collect();
        thread::sleep(Duration::from_secs(2));
        let mut ahead = open(&url)?;
        ahead.begin()?;
        ahead.execute("SELECT count(*) FROM email")?;
        let report = scope.spawn(move || -> Result<()> {
            thread::sleep(AHEAD);
            Ok(ahead.rollback()?)
        });
        counting.store(true, Ordering::SeqCst);
        let begun = Instant::now();
        let changed = change(&url);
        let took = begun.elapsed();
        thread::sleep(Duration::from_millis(200));
        ended.store(true, Ordering::SeqCst);
        let (mut waits, mut before) = (Vec::new(), Duration::ZERO);
        for client in clients {
            let (during, unloaded) = client.join().expect("a client")?;
            waits.extend(during);
            before = before.max(unloaded);
        }
        report.join().expect("the report")?;
        changed?;
        waits.sort();
        let p99 = waits.get(waits.len() * 99 / 100).copied().unwrap_or_default();
        let longest = waits.last().copied().context("no client ran anything")?;
        Ok(Measured { longest, p99, statements: waits.len(), took, before })
    })
}

/// Reads and writes by turns, a hundred times a second or so, as an application does.
fn client(url: &str, at: usize, ended: &AtomicBool, counting: &AtomicBool) -> Result<(Vec<Duration>, Duration)> {
    let mut driver = open(url)?;
    let (mut during, mut before, mut turn) = (Vec::new(), Duration::ZERO, at);
    while !ended.load(Ordering::SeqCst) {
        turn += 1;
        let id = 1 + (turn * 7919 + at * 104_729) % 100_000;
        let begun = Instant::now();
        match turn % 2 {
            0 => driver.execute(&format!("SELECT subject FROM email WHERE id = {id}"))?,
            _ => driver.execute(&format!("UPDATE email SET subject = 'x' WHERE id = {id}"))?,
        };
        let waited = begun.elapsed();
        match counting.load(Ordering::SeqCst) {
            true => during.push(waited),
            false => before = before.max(waited),
        }
        thread::sleep(Duration::from_millis(8));
    }
    Ok((during, before))
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
