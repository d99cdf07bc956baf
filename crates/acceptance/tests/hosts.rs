//! Whimbrel inside of programs that have a SQLite already: Cargo finds one `libsqlite3-sys` for both, or says that there is
//! none. `cargo xtask hosts` also builds each of them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use whimbrel_acceptance::examples::program;

/// What an application depends on, and the line of `libsqlite3-sys` that whimbrel has to join.
struct Host {
    name: &'static str,
    depends: &'static str,
    line: &'static str,
}

const fn host(name: &'static str, line: &'static str, depends: &'static str) -> Host {
    Host { name, depends, line }
}

/// The ends of each range that somebody asks for.
const HOSTS: [Host; 4] = [
    host(
        "sqlx 0.8",
        "0.30",
        "sqlx = { version = '=0.8.6', default-features = false, features = ['runtime-tokio', 'sqlite'] }",
    ),
    host(
        "sqlx 0.9",
        "0.37",
        "sqlx = { version = '=0.9.0', default-features = false, features = ['runtime-tokio', 'sqlite'] }",
    ),
    host("diesel 2.3", "0.38", "diesel = { version = '=2.3.14', default-features = false, features = ['sqlite'] }"),
    host("rusqlite 0.43", "0.40", "rusqlite = '=0.43.0'"),
];

/// What is resolved where `WHIMBREL_HOSTS=all` asks for it.
const MORE: [Host; 17] = [
    host(
        "sea-orm 1",
        "0.30",
        "sea-orm = { version = '=1.1.20', default-features = false, features = ['sqlx-sqlite', 'runtime-tokio'] }",
    ),
    host(
        "sea-orm 2",
        "0.37",
        "sea-orm = { version = '=2.0.4', default-features = false, features = ['sqlx-sqlite', 'runtime-tokio'] }",
    ),
    host("tokio-rusqlite 0.6", "0.35", "tokio-rusqlite = '=0.6.1'"),
    host("tokio-rusqlite 0.7", "0.35", "tokio-rusqlite = '=0.7.0'"),
    host("r2d2_sqlite 0.25", "0.30", "r2d2_sqlite = '=0.25.0'"),
    host("r2d2_sqlite 0.31", "0.35", "r2d2_sqlite = '=0.31.0'"),
    host("rusqlite 0.32", "0.30", "rusqlite = '=0.32.1'"),
    host("rusqlite 0.33", "0.31", "rusqlite = '=0.33.0'"),
    host("rusqlite 0.34", "0.32", "rusqlite = '=0.34.0'"),
    host("rusqlite 0.35", "0.33", "rusqlite = '=0.35.0'"),
    host("rusqlite 0.36", "0.34", "rusqlite = '=0.36.0'"),
    host("rusqlite 0.37", "0.35", "rusqlite = '=0.37.0'"),
    host("rusqlite 0.38", "0.36", "rusqlite = '=0.38.0'"),
    host("rusqlite 0.39", "0.37", "rusqlite = '=0.39.0'"),
    host("rusqlite 0.40", "0.38", "rusqlite = '=0.40.0'"),
    host("rusqlite 0.41", "0.39", "rusqlite = '=0.41.1'"),
    host("rusqlite 0.42", "0.40", "rusqlite = '=0.42.0'"),
];

/// Older than any that whimbrel can join.
const TOO_OLD: &str = "sqlx = { version = '=0.7.4', default-features = false, features = ['runtime-tokio', 'sqlite'] }";

#[test]
fn one_sqlite_is_found_for_both() -> Result<()> {
    let all = std::env::var("WHIMBREL_HOSTS").is_ok_and(|value| value == "all");
    let mut places = BTreeMap::new();
    for host in HOSTS.iter().chain(all.then_some(&MORE).into_iter().flatten()) {
        let folder = tempfile::tempdir()?;
        let resolved = application(folder.path(), host.depends, "sqlite").context(host.name)?;
        ensure!(resolved.status.success(), "{}: {}", host.name, String::from_utf8_lossy(&resolved.stderr));
        let found = versions(folder.path(), "libsqlite3-sys")?;
        let joined = found.len() == 1 && found[0].starts_with(&format!("{}.", host.line));
        ensure!(joined, "{}: {found:?} instead of {}", host.name, host.line);
        if all {
            check(folder.path()).context(host.name)?;
        }
        places.insert(host.line, found);
    }
    ensure!(places.len() > 2, "hosts of only one age prove nothing: {places:?}");
    Ok(())
}

/// What the page says of it, and the ways that it names.
#[test]
fn beside_one_that_is_too_old_cargo_says_so() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let resolved = application(folder.path(), TOO_OLD, "sqlite")?;
    let said = String::from_utf8_lossy(&resolved.stderr).into_owned();
    ensure!(!resolved.status.success() && said.contains("links to the native library `sqlite3`"), "{said}");

    let resolved = application(folder.path(), TOO_OLD, "postgres")?;
    ensure!(resolved.status.success(), "{}", String::from_utf8_lossy(&resolved.stderr));
    assert_eq!(versions(folder.path(), "rusqlite")?, Vec::<String>::new());
    Ok(())
}

/// A program with rusqlite opens its own file.
#[test]
fn a_program_with_rusqlite_carries_its_migrations() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let said = |text: &str| {
        let output =
            Command::new(program("notebook")?).arg(folder.path().join("notes.db")).args(text.split(' ')).output()?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?)
    };
    assert_eq!(said("buy seed")?, "1 buy seed\n");
    assert_eq!(said("count birds")?, "1 buy seed\n2 count birds\n");
    Ok(())
}

/// A program has its file locked; whimbrel, within it, opens the file, reads it and closes it; and the lock is still there.
#[test]
fn a_connection_that_is_closed_takes_no_lock_of_the_program_with_it() -> Result<()> {
    for journal in ["delete", "wal"] {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("notes.db");
        ensure!(Command::new(program("notebook")?).arg(&file).status()?.success());
        let outside = rusqlite::Connection::open(&file)?;
        outside.query_row(&format!("PRAGMA journal_mode = {journal}"), [], |_| Ok(()))?;
        outside.busy_timeout(Duration::ZERO)?;
        outside.execute_batch("BEGIN IMMEDIATE; ROLLBACK").context("nobody has it yet")?;

        let mut holding =
            Command::new(program("holds")?).arg(&file).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut pending = String::new();
        BufReader::new(holding.stdout.take().context("its output")?).read_line(&mut pending)?;
        assert_eq!(pending, "0\n", "whimbrel has read the ledger, and closed the file");
        let refused = outside.execute_batch("BEGIN IMMEDIATE").err().context("the lock of the program is gone")?;
        ensure!(refused.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy), "{refused}");

        holding.stdin.take().context("its input")?.write_all(b"\n")?;
        ensure!(holding.wait()?.success());
        let notes: i64 = outside.query_row("SELECT count(*) FROM note", [], |row| row.get(0))?;
        assert_eq!(notes, 1, "what it wrote is there");
    }
    Ok(())
}

/// An application that depends on that and on whimbrel, resolved anew, as for somebody who adds whimbrel today.
fn application(folder: &Path, depends: &str, feature: &str) -> Result<Output> {
    let crates = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
    let whimbrel = crates.join("whimbrel");
    let manifest = format!(
        "[package]\nname = 'application'\nversion = '0.0.0'\nedition = '2024'\n[workspace]\n[dependencies]\n{depends}\n\
         whimbrel = {{ path = '{}', features = ['{feature}'] }}\n",
        whimbrel.display()
    );
    fs::write(folder.join("Cargo.toml"), manifest)?;
    fs::create_dir_all(folder.join("src"))?;
    fs::write(folder.join("src/main.rs"), "fn main() {}\n")?;
    let _ = fs::remove_file(folder.join("Cargo.lock"));
    Ok(cargo(folder).arg("generate-lockfile").output()?)
}

fn cargo(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(folder);
    command
}

fn check(folder: &Path) -> Result<()> {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/hosts");
    let output = cargo(folder).args(["check", "--quiet"]).env("CARGO_TARGET_DIR", target).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

fn versions(folder: &Path, package: &str) -> Result<Vec<String>> {
    let lock: toml::Table = fs::read_to_string(folder.join("Cargo.lock"))?.parse()?;
    let packages = lock["package"].as_array().context("no packages")?;
    let named = packages.iter().filter(|it| it["name"].as_str() == Some(package));
    Ok(named.filter_map(|it| Some(it["version"].as_str()?.to_string())).collect())
}
