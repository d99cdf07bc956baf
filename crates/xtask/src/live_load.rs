//! Both versions live at length: each change through an evolution of its own, over more rows and for longer.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};

use crate::engines;
use crate::process::{cargo, succeed};

pub fn run(arguments: &[String]) -> Result<()> {
    let (mut rows, mut dwell, mut seed) = ("20000".to_owned(), "500".to_owned(), None);
    let mut majors = "13,15,18".to_owned();
    let mut words = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let mut value = || rest.next().cloned().with_context(|| format!("`{argument}` needs a value"));
        match argument.as_str() {
            "--rows" => rows = value()?,
            "--dwell" => dwell = value()?,
            "--seed" => seed = Some(value()?),
            "--postgres" => majors = value()?,
            "--engine" | "--only" | "--applications" => {
                words.push(format!("{}={}", argument.trim_start_matches("--"), value()?));
            }
            other => bail!(
                "unknown argument `{other}`; known: --rows NUMBER, --dwell MILLISECONDS, --applications NUMBER, \
                 --seed NUMBER, --only NAME, --engine sqlite|postgres, --postgres LIST"
            ),
        }
    }
    let seed = match seed {
        Some(seed) => seed,
        None => SystemTime::now().duration_since(UNIX_EPOCH)?.subsec_nanos().to_string(),
    };
    for (what, number) in [("rows", &rows), ("milliseconds", &dwell), ("seed", &seed)] {
        number.parse::<u64>().with_context(|| format!("`{number}`: {what}"))?;
    }
    words.extend([format!("rows={rows}"), format!("dwell={dwell}"), format!("seed={seed}")]);
    if !words.iter().any(|word| word == "engine=sqlite") {
        engines::run(&["--postgres".to_owned(), majors.clone()])?;
    }
    println!("live-load: {rows} rows in each change, seed {seed}");
    succeed(
        cargo()
            .args(["test", "--package", "whimbrel-cli", "--test", "live_load", "--", "--nocapture", "--test-threads=1"])
            .env("WHIMBREL_REQUIRE_ENGINES", "all")
            .env("WHIMBREL_LIVE_LOAD", words.join(" "))
            .env("WHIMBREL_MAJORS", majors),
    )
}
