//! Backfills at length: on every version of PostgreSQL, on one connection and on several, with many more kills.

use anyhow::{Context, Result, bail};

use crate::engines;
use crate::process::{cargo, succeed};

const TESTS: [&str; 4] = ["backfill", "backfill_interrupted", "backfill_jobs", "backfill_throttled"];

pub fn run(arguments: &[String]) -> Result<()> {
    let mut kills = "20".to_owned();
    let mut majors = "13,15,18".to_owned();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let mut value = || rest.next().cloned().with_context(|| format!("`{argument}` needs a value"));
        match argument.as_str() {
            "--kills" => kills = value()?,
            "--postgres" => majors = value()?,
            other => bail!("unknown argument `{other}`; known: --kills NUMBER, --postgres LIST"),
        }
    }
    kills.parse::<u32>().with_context(|| format!("`{kills}` is no number of seeds"))?;
    engines::run(&["--postgres".to_owned(), majors.clone()])?;
    for major in majors.split(',') {
        println!("backfill: PostgreSQL {major}, {kills} seeds of kills");
        succeed(
            cargo()
                .args(["test", "--package", "whimbrel-acceptance"])
                .args(TESTS.iter().flat_map(|test| ["--test", test]))
                .args(["--", "--nocapture", "--test-threads=2"])
                .env("WHIMBREL_REQUIRE_ENGINES", "all")
                .env("WHIMBREL_LONG", "1")
                .env("WHIMBREL_KILLS", &kills)
                .env("WHIMBREL_MAJOR", major),
        )?;
    }
    Ok(())
}
