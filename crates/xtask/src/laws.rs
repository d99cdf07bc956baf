//! The laws over many random cases, on every version of the engines that is asked for.

use anyhow::{Context, Result, bail};

use crate::engines;
use crate::process::{cargo, succeed};

/// Those that take a number of cases. A case of the laws is a pair of schemas; the others, of which each costs many times
/// that, take a share of the number.
const TESTS: [&str; 5] =
    ["laws", "law_both_versions", "law_no_understatement_postgres", "law_no_understatement_sqlite", "rehearsal"];

pub fn run(arguments: &[String]) -> Result<()> {
    let mut cases = "5000".to_owned();
    let mut majors = "all".to_owned();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let mut value = || rest.next().cloned().with_context(|| format!("`{argument}` needs a value"));
        match argument.as_str() {
            "--cases" => cases = value()?,
            "--postgres" => majors = value()?,
            other => bail!("unknown argument `{other}`; known: --cases NUMBER, --postgres LIST"),
        }
    }
    cases.parse::<u32>().with_context(|| format!("`{cases}` is no number of cases"))?;
    match majors.as_str() {
        "all" => engines::run(&["--all".to_owned()])?,
        list => engines::run(&["--postgres".to_owned(), list.to_owned()])?,
    }
    println!("laws: {cases} random cases on SQLite and on each of PostgreSQL {majors}");
    succeed(
        cargo()
            .args(["test", "--release", "--package", "whimbrel-acceptance"])
            .args(TESTS.iter().flat_map(|name| ["--test", name]))
            .args(["--", "--nocapture"])
            .env("WHIMBREL_REQUIRE_ENGINES", "all")
            .env("WHIMBREL_CASES", cases)
            .env("WHIMBREL_MAJORS", majors),
    )
}
