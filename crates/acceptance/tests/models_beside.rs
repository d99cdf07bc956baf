//! Structs that carry the derives of sqlx, diesel and serde beside ours, with the types of the crates that people use:
//! read from a project whose whimbrel is a dependency by path, and made for real on both engines. That the same sources
//! compile is held by `cargo xtask beside`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use whimbrel_acceptance::database::{self, Ground};
use whimbrel_acceptance::laws::ensure_same;
use whimbrel_engines::dialect;
use whimbrel_frontends::models::Models;
use whimbrel_frontends::rust;
use whimbrel_plan::Choices;
use whimbrel_plan::autogenerate::draft;
use whimbrel_schema::{Pair, Schema};

#[path = "../cases/beside/src/expected.rs"]
mod expected;

fn models() -> Models {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("cases/beside");
    rust::read(&[PathBuf::from("Cargo.toml")], &folder, &[])
}

#[test]
fn the_command_reads_what_the_macro_writes() {
    let models = models();
    let mut found: Vec<String> = models.tables.iter().flat_map(expected::lines).collect();
    found.sort();
    assert_eq!(found, expected::LINES);
}

/// The database that they make is the one that they ask for.
fn made(ground: Ground) -> Result<()> {
    let dialect = dialect(ground.engine).context("no such engine")?;
    let desired = models().lower(dialect);
    let told: Vec<String> = desired.diagnostics.iter().map(ToString::to_string).collect();
    ensure!(told.is_empty() && desired.undecided.is_empty(), "{told:#?}");
    ensure!(desired.schema.tables.len() == 5, "{} tables", desired.schema.tables.len());
    let drafted = draft(Pair::new(Schema::new(ground.engine), desired.schema.clone()), dialect, &Choices::default())?;
    let mut database = ground.database()?;
    for statement in &drafted.upgrade {
        database.driver.execute_script(&statement.sql).with_context(|| statement.sql.clone())?;
    }
    let live = database.driver.introspect()?;
    ensure_same("models → database", Pair::new(&desired.schema, &live), database.driver.as_mut())
}

#[test]
fn types_of_other_crates_are_made_on_sqlite() -> Result<()> {
    made(database::SQLITE)
}

#[test]
fn types_of_other_crates_are_made_on_postgres() -> Result<()> {
    let all = database::postgres()?;
    let Some(ground) = all.iter().find(|ground| ground.major == 15).or(all.last()) else { return Ok(()) };
    made(*ground)
}
