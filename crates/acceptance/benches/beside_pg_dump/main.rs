//! A backup and its proof beside `pg_dump -Fd -j2` and `pg_restore -j2`, which prove nothing.
//!
//! `cargo xtask bench backup` runs it on the released program.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use whimbrel_acceptance::database::open;
use whimbrel_acceptance::server::{Options, Server};

/// What a proved backup may take, of what the two programs do.
const WANTED: f64 = 1.2;

/// There and back.
#[derive(Debug, Clone, Copy)]
struct Taken {
    out: Duration,
    back: Duration,
    bytes: u64,
}

impl Taken {
    fn whole(&self) -> f64 {
        (self.out + self.back).as_secs_f64()
    }

    fn better(one: Option<Taken>, other: Taken) -> Option<Taken> {
        Some(one.filter(|one| one.whole() < other.whole()).unwrap_or(other))
    }
}

fn main() -> Result<()> {
    // `cargo test --benches` runs it too, and wants no minutes of copying.
    if !std::env::args().any(|argument| argument == "--run") {
        return Ok(());
    }
    let rows = number("--rows").unwrap_or(3_000_000);
    let rounds = number("--rounds").unwrap_or(3);
    let settings = [("shared_buffers", "512MB"), ("max_wal_size", "8GB"), ("maintenance_work_mem", "256MB")];
    let settings = settings.map(|(name, value)| (name.to_string(), value.to_string())).to_vec();
    let server = Server::start_with(Some(15), &Options { durable: true, settings })?;
    let source = server.fresh_database()?;
    let bytes = fill(&source, rows)?;
    println!("backup: {rows} rows and what belongs to them, {} MB in PostgreSQL {}\n", bytes >> 20, server.major);
    println!("{:<44} {:>8} {:>8} {:>8} {:>9}", "", "out", "back", "both", "on disk");
    let (mut theirs, mut ours): (Option<Taken>, Option<Taken>) = (None, None);
    for _ in 0..rounds {
        theirs = Taken::better(theirs, programs(&server, &source)?);
        ours = Taken::better(ours, whimbrel(&server, &source)?);
    }
    let (theirs, ours) = (theirs.context("no round")?, ours.context("no round")?);
    print("pg_dump -Fd -j2, pg_restore -j2", &theirs);
    print("whimbrel backup create, restore (proved)", &ours);
    let ratio = ours.whole() / theirs.whole();
    println!("\nthe best of {rounds} rounds each: {ratio:.2}× (wanted: at most {WANTED}×)");
    ensure!(ratio <= WANTED, "a proved backup takes {ratio:.2}× what pg_dump and pg_restore do");
    Ok(())
}

fn number(flag: &str) -> Option<u64> {
    let mut arguments = std::env::args().skip_while(|argument| argument != flag);
    arguments.nth(1)?.replace('_', "").parse().ok()
}

fn print(name: &str, taken: &Taken) {
    let seconds = |time: Duration| format!("{:.1} s", time.as_secs_f64());
    println!(
        "{name:<44} {:>8} {:>8} {:>8} {:>6} MB",
        seconds(taken.out),
        seconds(taken.back),
        seconds(taken.out + taken.back),
        taken.bytes >> 20
    );
}

/// One table with most of the rows, as databases have it, and two that refer to it.
fn fill(url: &str, rows: u64) -> Result<u64> {
    let mut driver = open(url)?;
    driver.execute_script(&format!(
        "CREATE TABLE person (id bigint PRIMARY KEY, email text NOT NULL UNIQUE, name text NOT NULL, \
         born timestamptz NOT NULL, balance numeric(12, 2) NOT NULL, score double precision NOT NULL, \
         active boolean NOT NULL, about text, settings jsonb NOT NULL); \
         CREATE TABLE message (id bigint PRIMARY KEY, author bigint NOT NULL REFERENCES person, at timestamptz NOT NULL, \
         body text NOT NULL); CREATE INDEX ON message (author); \
         CREATE TABLE counter (id int PRIMARY KEY, n bigint NOT NULL); \
         INSERT INTO person SELECT g, 'person' || g || '@example.com', 'name ' || md5(g::text), \
         '2020-01-01'::timestamptz + g * interval '37 seconds', g % 100000 / 7.0, g / 3.0, g % 3 = 0, \
         CASE WHEN g % 4 > 0 THEN repeat(md5((g * 7)::text) || ' ', (g % 5)::int) END, \
         jsonb_build_object('theme', g % 7, 'tags', ARRAY['a' || g % 50, 'b' || g % 11]) \
         FROM generate_series(1, {half}) AS g; \
         INSERT INTO message SELECT g, 1 + g % {half}, '2021-01-01'::timestamptz + g * interval '11 seconds', \
         'message ' || md5((g * 13)::text) || ' ' || md5((g * 17)::text) FROM generate_series(1, {half}) AS g; \
         INSERT INTO counter SELECT g, g * g FROM generate_series(1, 1000) AS g",
        half = rows / 2
    ))?;
    driver.execute("VACUUM ANALYZE")?;
    driver.execute("CHECKPOINT")?;
    let size = driver.query("SELECT pg_database_size(current_database())", &[])?;
    Ok(size.into_iter().flatten().flatten().next().context("no size")?.parse()?)
}

fn programs(server: &Server, source: &str) -> Result<Taken> {
    let folder = tempfile::tempdir()?;
    let target = server.fresh_database()?;
    let bin = Path::new("/usr/lib/postgresql/15/bin");
    let dump = folder.path().join("dump");
    let out = timed(Command::new(bin.join("pg_dump")).args(["-Fd", "-j2", "-f"]).arg(&dump).args(["-d", source]))?;
    let bytes = weight(&dump)?;
    let back = timed(Command::new(bin.join("pg_restore")).args(["-j2", "-d", &target]).arg(&dump))?;
    server.drop_database(&target)?;
    Ok(Taken { out, back, bytes })
}

fn whimbrel(server: &Server, source: &str) -> Result<Taken> {
    let program = std::env::var("WHIMBREL_BIN").context("WHIMBREL_BIN names no program")?;
    let folder = tempfile::tempdir()?;
    fs::create_dir(folder.path().join("migrations"))?;
    let target = server.fresh_database()?;
    let run = |arguments: &[&str]| {
        timed(
            Command::new(&program).arg("backup").args(arguments).args(["--folder", "kept"]).current_dir(folder.path()),
        )
    };
    let out = run(&["create", "--url", source])?;
    let bytes = weight(&folder.path().join("kept"))?;
    let back = run(&["restore", "--url", source, "--into", &target])?;
    server.drop_database(&target)?;
    Ok(Taken { out, back, bytes })
}

fn timed(command: &mut Command) -> Result<Duration> {
    let begun = Instant::now();
    let output = command.output()?;
    let took = begun.elapsed();
    ensure!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(took)
}

fn weight(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        bytes += match entry.file_type()?.is_dir() {
            true => weight(&entry.path())?,
            false => entry.metadata()?.len(),
        };
    }
    Ok(bytes)
}
