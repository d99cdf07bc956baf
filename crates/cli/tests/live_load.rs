//! Both versions live: old code and new code run through whole evolutions, which the real program carries out.
//! `cargo xtask live-load` takes one change at a time, over more rows and for longer; here all go through one chain.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use whimbrel_acceptance::database::{self, SQLITE};
use whimbrel_acceptance::live_load::{Load, Play, Story, Told};
use whimbrel_acceptance::place::Place;
use whimbrel_schema::Engine;

/// What `cargo xtask live-load` asks for, as `KEY=VALUE` words.
const ORDERS: &str = "WHIMBREL_LIVE_LOAD";

/// What a run is about.
struct Orders {
    load: Load,
    only: Option<String>,
    engine: Option<Engine>,
    /// Each change through an evolution of its own, so that what was waited for is its doing.
    one_by_one: bool,
}

fn orders() -> Result<Orders> {
    let program = assert_cmd::cargo::cargo_bin!("whimbrel").to_path_buf();
    let bounded = Load { program, rows: 120, dwell: Duration::from_millis(250), applications: 2, seed: 1 };
    let words = std::env::var(ORDERS).unwrap_or_default();
    let mut orders = Orders { load: bounded, only: None, engine: None, one_by_one: !words.is_empty() };
    for word in words.split_whitespace() {
        let (key, value) = word.split_once('=').context("`KEY=VALUE` is wanted")?;
        match key {
            "rows" => orders.load.rows = value.parse()?,
            "dwell" => orders.load.dwell = Duration::from_millis(value.parse()?),
            "applications" => orders.load.applications = value.parse()?,
            "seed" => orders.load.seed = value.parse()?,
            "only" => orders.only = Some(value.to_owned()),
            "engine" => orders.engine = Some(value.parse()?),
            other => anyhow::bail!("`{other}` is not known"),
        }
    }
    Ok(orders)
}

fn live_through(orders: &Orders, place: Place) -> Result<()> {
    if orders.engine.is_some_and(|engine| engine != place.ground().engine) {
        return Ok(());
    }
    let begun = Instant::now();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../acceptance/cases/live");
    let (ground, only) = (place.ground(), orders.only.as_deref().unwrap_or_default());
    let mut stories = Story::all(&folder, ground.engine, ground.major)?;
    stories.retain(|story| story.file.contains(only));
    if stories.is_empty() {
        // One that only another engine has is not played here; one that nobody has is a slip of the pen.
        let elsewhere = std::fs::read_dir(&folder)?.flatten();
        let known = elsewhere.into_iter().any(|file| file.file_name().to_string_lossy().contains(only));
        ensure!(known, "no story is called `{only}`");
        println!("{place}: nothing is called `{only}`\n");
        return Ok(());
    }
    let names: Vec<String> = stories.iter().map(|story| story.name.clone()).collect();
    let mut told = Told::default();
    for stories in stories.chunks(if orders.one_by_one { 1 } else { stories.len() }) {
        let files: Vec<&str> = stories.iter().map(|story| story.file.as_str()).collect();
        let play = Play::prepare(&orders.load, place, stories).and_then(Play::run);
        told.add(play.with_context(|| format!("{place}: {}", files.join(", ")))?);
    }
    println!("{place}, {} rows from before in each, {} s\n\n{told}", orders.load.rows, begun.elapsed().as_secs());
    told.refuse_vacuous(&names)
}

#[test]
fn both_versions_live_through_it_on_sqlite() -> Result<()> {
    let orders = orders()?;
    let places = if orders.one_by_one { Place::of(SQLITE) } else { vec![Place::Wal] };
    places.into_iter().try_for_each(|place| live_through(&orders, place))
}

#[test]
fn both_versions_live_through_it_on_postgres() -> Result<()> {
    let orders = orders()?;
    let mut grounds = database::postgres()?;
    if !orders.one_by_one {
        grounds = grounds.pop().into_iter().collect();
    }
    grounds.into_iter().flat_map(Place::of).try_for_each(|place| live_through(&orders, place))
}
