//! How long each stage takes from a backup to the database being upgraded, and what rehearsing costs beyond running.
//!
//! `cargo xtask bench pipeline` runs it on the released program.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use whimbrel_acceptance::database::open;
use whimbrel_acceptance::server::{Options, Server};

const FIRST: &str = "\
CREATE TABLE person (id bigint PRIMARY KEY, email text NOT NULL, score double precision NOT NULL, about text);
CREATE TABLE message (id bigint PRIMARY KEY, author bigint NOT NULL REFERENCES person, body text NOT NULL);";

/// What is pending: something that is over at once, an index, a table written anew, a check of every row.
const PENDING: [(&str, &str); 4] = [
    ("ALTER TABLE person ADD COLUMN active boolean NOT NULL DEFAULT true;", "ALTER TABLE person DROP COLUMN active;"),
    ("CREATE INDEX ix_author ON message (author);", "DROP INDEX ix_author;"),
    (
        "ALTER TABLE person ALTER COLUMN score TYPE numeric;",
        "ALTER TABLE person ALTER COLUMN score TYPE double precision;",
    ),
    (
        "ALTER TABLE message ADD CONSTRAINT ck_body CHECK (length(body) > 0) NOT VALID;\n\
         ALTER TABLE message VALIDATE CONSTRAINT ck_body;",
        "ALTER TABLE message DROP CONSTRAINT ck_body;",
    ),
];

fn main() -> Result<()> {
    // `cargo test --benches` runs it too, and wants no minutes of copying.
    if !std::env::args().any(|argument| argument == "--run") {
        return Ok(());
    }
    let megabytes = number("--megabytes").unwrap_or(1024);
    let settings = [("shared_buffers", "512MB"), ("max_wal_size", "8GB"), ("maintenance_work_mem", "256MB")];
    let settings = settings.map(|(name, value)| (name.to_string(), value.to_string())).to_vec();
    let server = Server::start_with(Some(15), &Options { durable: true, settings })?;
    let url = server.fresh_database()?;
    let project = Project::new(&url)?;
    project.whimbrel(&["upgrade", "aaaa"])?;
    let bytes = fill(&url, megabytes)?;
    println!("pipeline: {} MB in PostgreSQL {}\n", bytes >> 20, server.major);
    let plain = plainly(&server, &url)?;

    let (_, made) = project.whimbrel(&["backup", "create"])?;
    stage("backup", made);
    let (document, rehearsing) = project.whimbrel(&["rehearse", "--json", "--backup", "latest"])?;
    let found = &document["result"]["rehearsal"];
    ensure!(found["copy"]["how"] == "restored" && found["stopped"].is_null(), "{found:#}");
    let copied = micros(&found["copy"]["took_us"]);
    stage("restored and compared", copied);
    let revisions = found["revisions"].as_array().context("no revisions")?;
    let statements: Vec<&Value> =
        revisions.iter().flat_map(|it| it["statements"].as_array().into_iter().flatten()).collect();
    let ran: Duration = revisions.iter().map(|revision| micros(&revision["took_us"])).sum();
    stage("rehearsed: run and measured", ran);
    let (undone, killed) = (&found["undone"]["passed"]["took_us"], &found["killed"]["passed"]["took_us"]);
    stage("rehearsed: undone", micros(undone));
    stage("rehearsed: killed and ended", micros(killed));
    let told = copied + ran + micros(undone) + micros(killed);
    stage("rehearsed: everything else (hashes above all)", rehearsing.saturating_sub(told));
    let (_, applied) = project.whimbrel(&["upgrade", "head"])?;
    stage("applied", applied);
    stage("all", made + rehearsing + applied);

    let measured: Duration = statements.iter().map(|statement| micros(&statement["took_us"])).sum();
    let over = |time: Duration| time.as_secs_f64() / plain.as_secs_f64();
    println!("\nthe {} statements, plainly", statements.len());
    stage("on a copy of the files", plain);
    println!("  {:<48} {:>9}  {:.2}×", "while they were measured", shown(measured), over(measured));
    println!("  {:<48} {:>9}  {:.2}×", "with their transactions, ledger and measuring", shown(ran), over(ran));
    println!("  {:<48} {:>9}  {:.2}×", "where it counts, by `whimbrel upgrade`", shown(applied), over(applied));
    Ok(())
}

fn number(flag: &str) -> Option<u64> {
    let mut arguments = std::env::args().skip_while(|argument| argument != flag);
    arguments.nth(1)?.replace('_', "").parse().ok()
}

fn micros(value: &Value) -> Duration {
    Duration::from_micros(value.as_u64().unwrap_or_default())
}

fn shown(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

fn stage(name: &str, took: Duration) {
    println!("  {name:<48} {:>9}", shown(took));
}

/// A folder with the revisions, and the program that is run in it.
struct Project {
    folder: tempfile::TempDir,
    program: String,
}

impl Project {
    fn new(url: &str) -> Result<Project> {
        let program = std::env::var("WHIMBREL_BIN").context("WHIMBREL_BIN names no program")?;
        let project = Project { folder: tempfile::tempdir()?, program };
        fs::create_dir(project.path().join("migrations"))?;
        fs::write(project.path().join("whimbrel.toml"), format!("[environments.dev]\nurl = \"{url}\"\n"))?;
        project.revision("aaaa00000001", "none", FIRST, "DROP TABLE message;\nDROP TABLE person;")?;
        let mut parent = "aaaa00000001".to_string();
        for (at, (up, down)) in PENDING.into_iter().enumerate() {
            let id = format!("bbbb0000000{at}");
            project.revision(&id, &parent, up, down)?;
            parent = id;
        }
        Ok(project)
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn revision(&self, id: &str, parents: &str, up: &str, down: &str) -> Result<()> {
        let text = format!(
            "-- revision: {id}\n-- parents:  {parents}\n-- message:  {id}\n\n-- upgrade\n{up}\n\n-- downgrade\n{down}\n"
        );
        Ok(fs::write(self.path().join(format!("migrations/{id}.sql")), text)?)
    }

    fn whimbrel(&self, arguments: &[&str]) -> Result<(Value, Duration)> {
        let begun = Instant::now();
        let output = Command::new(&self.program).args(arguments).current_dir(self.path()).output()?;
        let took = begun.elapsed();
        ensure!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        Ok((serde_json::from_slice(&output.stdout).unwrap_or_default(), took))
    }
}

/// Until the database is that large.
fn fill(url: &str, megabytes: u64) -> Result<u64> {
    let mut driver = open(url)?;
    let mut number = |question: &str| -> Result<u64> {
        let rows = driver.query(question, &[])?;
        Ok(rows.into_iter().flatten().flatten().next().context("no number")?.parse()?)
    };
    const AT_ONCE: u64 = 50_000;
    let mut rows = 0;
    while number("SELECT pg_database_size(current_database())")? < megabytes << 20 {
        let (from, to) = (rows + 1, rows + AT_ONCE);
        let mut other = open(url)?;
        other.execute(&format!(
            "INSERT INTO person SELECT g, 'person' || g || '@example.com', g / 3.0, repeat(md5(g::text) || ' ', (g % 5)::int) \
             FROM generate_series({from}, {to}) g"
        ))?;
        other.execute(&format!(
            "INSERT INTO message SELECT g, 1 + (g * 7) % {to}, 'message ' || md5(g::text) || ' ' || md5((g * 17)::text) \
             FROM generate_series({from}, {to}) g"
        ))?;
        rows = to;
    }
    let bytes = number("SELECT pg_database_size(current_database())")?;
    driver.execute("VACUUM ANALYZE")?;
    driver.execute("CHECKPOINT")?;
    Ok(bytes)
}

/// The same statements, and nobody looking on.
fn plainly(server: &Server, url: &str) -> Result<Duration> {
    let copy = server.copy_of(url)?;
    let mut driver = open(&copy)?;
    let begun = Instant::now();
    for statement in PENDING.iter().flat_map(|(up, _)| up.split_inclusive(';')).filter(|it| !it.trim().is_empty()) {
        driver.execute(statement)?;
    }
    let took = begun.elapsed();
    drop(driver);
    server.drop_database(&copy)?;
    Ok(took)
}
