use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use whimbrel_schema::Engine;

use super::play::Stage;
use super::postgres::Sessions;
use super::scenario::{Scenario, Way};
use super::sqlite::Files;
use super::tally::Tally;
use super::trial::Trial;
use super::{traced, written};
use crate::case::Case;
use crate::database::{Database, Ground, Journal};
use crate::draw::Draw;
use crate::laws::Through;
use crate::place::Place;

/// What is to be run.
#[derive(Debug, Clone)]
pub struct Orders {
    pub program: PathBuf,
    pub kills: usize,
    pub seed: u64,
    /// Only this one, as a failure printed it.
    pub trial: Option<u64>,
    /// Only scenarios with this in their name.
    pub only: Option<String>,
    pub grounds: Vec<Ground>,
    /// Side by side.
    pub workers: usize,
    /// Printed as it goes on.
    pub progress: bool,
}

fn stage(place: Place) -> Result<Box<dyn Stage>> {
    Ok(match place {
        Place::Rollback => Box::new(Files::new(Journal::Rollback)?),
        Place::Wal => Box::new(Files::new(Journal::Wal)?),
        Place::Postgres(major) => Box::new(Sessions::new(major)?),
    })
}

/// What a trial plays.
struct Item {
    place: Place,
    way: Way,
    source: Source,
}

#[derive(Clone)]
enum Source {
    Written(Scenario),
    /// Drafted when its turn comes: drafting all of them takes longer than a short run.
    Case(Case, Through),
}

pub struct Suite {
    orders: Orders,
    items: Vec<Item>,
}

/// How often a scenario is played with kills before another one is made.
const PLAYS: usize = 3;
/// Those written for crashes are about what is hard to end well; those of the diff are many.
const WRITTEN_TIMES: usize = 5;

impl Suite {
    pub fn new(orders: Orders) -> Result<Suite> {
        let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
        let drafted = Case::read_folder(&cases.join("diff"))?;
        let evolutions = Case::read_folder(&cases.join("crash/evolutions"))?;
        let mut items = Vec::new();
        for place in orders.grounds.iter().flat_map(|ground| Place::of(*ground)) {
            let ground = place.ground();
            let by_hand = written::read_all(&cases.join("crash"), ground)?;
            let by_hand = by_hand.into_iter().map(Source::Written);
            let runs = |case: &&Case| case.runs_on(ground.engine, ground.major);
            let evolutions = evolutions.iter().filter(runs).map(|case| Source::Case(case.clone(), Through::Chain));
            let by_hand = by_hand.chain(evolutions).flat_map(|it| std::iter::repeat_n(it, WRITTEN_TIMES));
            let ways = [Through::Draft, Through::Chain];
            let drafted = drafted.iter().filter(runs).flat_map(|case| ways.map(|way| Source::Case(case.clone(), way)));
            for source in by_hand.chain(drafted) {
                // Of one revision there is hardly a middle to turn back from.
                let is_chain = matches!(&source, Source::Case(_, Through::Chain));
                for way in [Way::Up, Way::Down, Way::Around].into_iter().filter(|way| is_chain || *way != Way::Around) {
                    items.push(Item { place, way, source: source.clone() });
                }
            }
        }
        if let Some(only) = &orders.only {
            items.retain(|item| item.source.name().contains(only.as_str()));
        }
        ensure!(!items.is_empty(), "there is nothing to play");
        Draw::new(orders.seed).shuffle(&mut items);
        Ok(Suite { orders, items })
    }

    /// Plays until there were enough kills; the first failure ends it, with the words that repeat it.
    pub fn run(&self) -> Result<Tally> {
        let begun = Instant::now();
        if self.orders.progress {
            println!("crash: {} kills, seed {}", self.orders.kills, self.orders.seed);
            if !traced::is_there() {
                println!("crash: strace is not here or may not watch: no kills at single system calls, no full disk");
            }
        }
        let (total, failure) = (Mutex::new(Tally::default()), Mutex::new(None));
        let (next, over, shown) = (AtomicU64::new(0), AtomicBool::new(false), AtomicUsize::new(0));
        let lock = || total.lock().unwrap_or_else(PoisonError::into_inner);
        let work = || -> Result<()> {
            let mut ground = Grounds::default();
            while !over.load(Ordering::SeqCst) && lock().kills() < self.orders.kills {
                let number = match self.orders.trial {
                    Some(number) => number,
                    None => next.fetch_add(1, Ordering::SeqCst),
                };
                let (tally, outcome) = self.trial(number, &mut ground);
                lock().add(tally);
                outcome.with_context(|| format!("seed {}: {}", self.orders.seed, self.again(number)))?;
                let kills = lock().kills();
                if self.orders.progress && kills / 50 > shown.fetch_max(kills / 50, Ordering::SeqCst) {
                    println!("crash: {kills} kills, trial {number}, {} s", begun.elapsed().as_secs());
                }
            }
            Ok(())
        };
        thread::scope(|scope| {
            for _ in 0..self.orders.workers.max(1) {
                scope.spawn(|| {
                    if let Err(error) = work() {
                        over.store(true, Ordering::SeqCst);
                        failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                    }
                });
            }
        });
        let total = total.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
            bail!("{error:#}\n\n{total}");
        }
        Ok(total)
    }

    fn again(&self, number: u64) -> String {
        let place = self.item(number).map_or(String::new(), |item| match item.place {
            Place::Rollback | Place::Wal => String::new(),
            Place::Postgres(major) => format!(" ({})", Place::Postgres(major)),
        });
        format!("again by `cargo xtask crash {} --trial {number}`{place}", self.orders.words())
    }

    fn item(&self, number: u64) -> Option<&Item> {
        let length = u64::try_from(self.items.len()).ok()?;
        self.items.get(usize::try_from(number.checked_rem(length)?).ok()?)
    }

    fn trial(&self, number: u64, grounds: &mut Grounds) -> (Tally, Result<()>) {
        let Some(item) = self.item(number) else { return (Tally::default(), Ok(())) };
        let mut tally = Tally::on(item.place);
        let outcome = self.play(item, number, grounds, &mut tally);
        (tally, outcome.with_context(|| item.place.to_string()))
    }

    fn play(&self, item: &Item, number: u64, grounds: &mut Grounds, tally: &mut Tally) -> Result<()> {
        let scenario = match &item.source {
            Source::Written(scenario) => scenario.clone(),
            Source::Case(case, through) => {
                let database = grounds.drafting(item.place)?;
                let drafted = match through {
                    Through::Draft => Scenario::drafted(case, database),
                    Through::Chain => Scenario::chained(case, database),
                };
                match (drafted.with_context(|| case.name.clone())?, through) {
                    (Some(scenario), _) => scenario,
                    (None, Through::Draft) => {
                        tally.left_out(&case.name);
                        return Ok(());
                    }
                    // It is one plain revision, which is played as such.
                    (None, Through::Chain) => return Ok(()),
                }
            }
        };
        if item.way != Way::Up && !scenario.has_way_back {
            return Ok(());
        }
        let draw = Draw::of(self.orders.seed, number);
        let (program, way) = (self.orders.program.as_path(), item.way);
        let stage = grounds.stage(item.place)?;
        let run = Trial { stage, program, scenario: &scenario, way, draw, plays: PLAYS }.run(tally);
        if run.is_err() {
            // Whatever stage it was on, nobody plays there again.
            grounds.stages.remove(&item.place);
        }
        run
    }
}

impl Orders {
    fn words(&self) -> String {
        let majors: Vec<String> =
            self.grounds.iter().filter(|it| it.major > 0).map(|it| it.major.to_string()).collect();
        let sqlite = self.grounds.iter().any(|ground| ground.engine == Engine::Sqlite);
        let engine = match (sqlite, majors.is_empty()) {
            (true, false) => "",
            (true, true) => " --engine sqlite",
            (false, _) => " --engine postgres",
        };
        let majors = if majors.is_empty() { String::new() } else { format!(" --postgres {}", majors.join(",")) };
        let only = self.only.as_ref().map_or(String::new(), |only| format!(" --only {only}"));
        format!("--seed {}{engine}{majors}{only}", self.seed)
    }
}

impl Source {
    fn name(&self) -> String {
        match self {
            Source::Written(scenario) => scenario.name.clone(),
            Source::Case(case, Through::Draft) => format!("drafted/{}", case.name),
            Source::Case(case, Through::Chain) => format!("chained/{}", case.name),
        }
    }
}

/// What one worker plays on, made when it is first needed.
#[derive(Default)]
struct Grounds {
    stages: BTreeMap<Place, Box<dyn Stage>>,
    drafting: BTreeMap<Place, Database>,
}

impl Grounds {
    fn stage(&mut self, place: Place) -> Result<&mut dyn Stage> {
        let stage = match self.stages.remove(&place) {
            Some(stage) => stage,
            None => stage(place)?,
        };
        Ok(self.stages.entry(place).or_insert(stage).as_mut())
    }

    fn drafting(&mut self, place: Place) -> Result<&mut Database> {
        let database = match self.drafting.remove(&place) {
            Some(database) => database,
            None => place.ground().database()?,
        };
        Ok(self.drafting.entry(place).or_insert(database))
    }
}
