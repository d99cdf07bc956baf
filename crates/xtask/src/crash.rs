//! Law 4 at length: kills without number, over every scenario, on every engine that is asked for.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};

use crate::engines;
use crate::process::{cargo, succeed};

pub fn run(arguments: &[String]) -> Result<()> {
    let mut kills = None;
    let mut seed = None;
    let mut majors = "13,15,18".to_owned();
    let mut words = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let mut value = || rest.next().cloned().with_context(|| format!("`{argument}` needs a value"));
        match argument.as_str() {
            "--kills" => kills = Some(value()?),
            "--seed" => seed = Some(value()?),
            "--postgres" => majors = value()?,
            "--engine" | "--trial" | "--only" | "--workers" => {
                words.push(format!("{}={}", argument.trim_start_matches("--"), value()?));
            }
            other => bail!(
                "unknown argument `{other}`; known: --kills NUMBER, --seed NUMBER, --trial NUMBER, --only NAME, \
                 --engine sqlite|postgres, --postgres LIST, --workers NUMBER"
            ),
        }
    }
    // One trial again: a few times over, for moments are not the same ones twice.
    let usual = if words.iter().any(|word| word.starts_with("trial=")) { "30" } else { "1000" };
    let kills = kills.unwrap_or_else(|| usual.to_owned());
    kills.parse::<usize>().with_context(|| format!("`{kills}` is no number of kills"))?;
    let seed = match seed {
        Some(seed) => seed,
        // Whoever names no seed wants new kills; the seed is printed.
        None => SystemTime::now().duration_since(UNIX_EPOCH)?.subsec_nanos().to_string(),
    };
    seed.parse::<u64>().with_context(|| format!("`{seed}` is no seed"))?;
    words.extend([format!("kills={kills}"), format!("seed={seed}")]);
    if !words.iter().any(|word| word == "engine=sqlite") {
        engines::run(&["--postgres".to_owned(), majors.clone()])?;
    }
    succeed(
        cargo()
            .args(["test", "--package", "whimbrel-cli", "--test", "crash", "--", "--nocapture"])
            .env("WHIMBREL_REQUIRE_ENGINES", "all")
            .env("WHIMBREL_CRASH", words.join(" "))
            .env("WHIMBREL_MAJORS", majors),
    )
}
