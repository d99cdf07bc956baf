//! Scenarios written by hand: `cases/crash/NAME.sql`.
//!
//! The head has `-- engines: postgres 14`; then come `-- start`, and for each revision `-- upgrade` and `-- downgrade`.
//! `-- effect: PIECE | QUERY` says how a person sees whether the statement with that piece took effect. What is written
//! below `-- (postgres)` or `-- (sqlite)` within a section is that engine's alone, up to `-- (all)`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use whimbrel_schema::Engine;

use super::scenario::{Halves, Scenario};
use crate::database::Ground;

/// Those that run on that ground, in the order of their names.
pub fn read_all(folder: &Path, ground: Ground) -> Result<Vec<Scenario>> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "sql"));
    files.sort();
    let mut scenarios = Vec::new();
    for file in files {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read_to_string(&file)?;
        let scenario = read(&name, &text, ground).with_context(|| format!("reading {}", file.display()))?;
        scenarios.extend(scenario);
    }
    ensure!(!scenarios.is_empty(), "no scenario in {} runs on {ground}", folder.display());
    Ok(scenarios)
}

enum Section {
    Head,
    Start,
    Upgrade,
    Downgrade,
}

fn read(name: &str, text: &str, ground: Ground) -> Result<Option<Scenario>> {
    let mut scenario = Scenario { name: format!("written/{name}"), ..Scenario::default() };
    let (mut section, mut only, mut runs) = (Section::Head, None, false);
    for line in text.lines() {
        let words = line.strip_prefix("-- ").unwrap_or_default().trim_end();
        if let Some(engines) = words.strip_prefix("engines: ") {
            runs = engines.split(", ").map(|wanted| is_on(wanted, ground)).collect::<Result<Vec<_>>>()?.contains(&true);
            continue;
        }
        if let Some(effect) = words.strip_prefix("effect: ") {
            let (piece, query) = effect.split_once(" | ").context("an effect is `PIECE | QUERY`")?;
            scenario.effects.push((piece.to_owned(), query.to_owned()));
            continue;
        }
        match words {
            "start" => section = Section::Start,
            "upgrade" => {
                section = Section::Upgrade;
                scenario.revisions.push(Halves::default());
            }
            "downgrade" => section = Section::Downgrade,
            "(all)" => only = None,
            "(postgres)" => only = Some(Engine::Postgres),
            "(sqlite)" => only = Some(Engine::Sqlite),
            _ => {
                if only.is_some_and(|engine| engine != ground.engine) {
                    continue;
                }
                let last = scenario.revisions.last_mut();
                let text = match (&section, last) {
                    (Section::Head, _) if line.trim().is_empty() || line.starts_with("--") => continue,
                    (Section::Head, _) => bail!("SQL before the first section: {line}"),
                    (Section::Start, _) => &mut scenario.start,
                    (Section::Upgrade, Some(halves)) => &mut halves.upgrade,
                    (Section::Downgrade, Some(halves)) => &mut halves.downgrade,
                    (Section::Upgrade | Section::Downgrade, None) => bail!("no `-- upgrade` before: {line}"),
                };
                text.push_str(line);
                text.push('\n');
                continue;
            }
        }
        only = match words {
            "(postgres)" | "(sqlite)" => only,
            _ => None,
        };
    }
    ensure!(!scenario.revisions.is_empty(), "there is no `-- upgrade`");
    scenario.has_way_back = scenario.revisions.iter().all(|halves| !halves.downgrade.trim().is_empty());
    Ok(runs.then_some(scenario))
}

fn is_on(wanted: &str, ground: Ground) -> Result<bool> {
    let (word, since) = wanted.split_once(' ').unwrap_or((wanted, "0"));
    let (engine, since): (Engine, u32) = (word.parse()?, since.parse()?);
    Ok(engine == ground.engine && ground.major >= since)
}
