use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::code::{Fields, Statement, Verb};
use super::rows::{Clock, Row, Rows, SHARDS, Stage};
use super::session::Session;
use super::story::Story;
use super::told::{Told, Which};
use crate::draw::Draw;

/// What every application of a play sees.
pub struct Scene {
    pub url: String,
    pub stories: Vec<Story>,
    /// The model of each story.
    pub rows: Vec<Rows>,
    pub clock: Clock,
}

/// Code of one version, in a thread with a connection of its own.
pub struct Application {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Result<Told>>,
}

impl Application {
    /// `number` is its own, from one: its keys and its values begin there.
    pub fn start(scene: &Arc<Scene>, which: Which, number: u64, seed: u64) -> Application {
        let (scene, stop) = (Arc::clone(scene), Arc::new(AtomicBool::new(false)));
        let stopped = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            let session = Session::open(&scene.url)?;
            let draw = Draw::of(seed, number);
            let mut running =
                Running { scene: &scene, which, session, draw, next: number * OWN, told: Told::default() };
            while !stopped.load(Ordering::Relaxed) {
                running.say_something().with_context(|| format!("{which:?} code"))?;
                // One writer at a time on SQLite: whoever comes back at once starves the others.
                thread::sleep(PAUSE);
            }
            Ok(running.told)
        });
        Application { stop, thread }
    }

    pub fn has_ended(&self) -> bool {
        self.thread.is_finished()
    }

    pub fn stop(self) -> Result<Told> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().map_err(|_| anyhow::anyhow!("an application panicked"))?
    }
}

/// So many keys and values are one application's.
pub const OWN: u64 = 1_000_000;
const PAUSE: Duration = Duration::from_micros(400);

struct Running<'s> {
    scene: &'s Scene,
    which: Which,
    session: Session,
    draw: Draw,
    next: u64,
    told: Told,
}

impl Running<'_> {
    fn say_something(&mut self) -> Result<()> {
        let at = self.draw.below(self.scene.stories.len());
        let (Some(story), Some(rows)) = (self.scene.stories.get(at), self.scene.rows.get(at)) else { return Ok(()) };
        let code = match self.which {
            Which::Old => &story.old,
            Which::New => &story.new,
        };
        let rest = self.draw.number() % SHARDS;
        let mut shard = rows.shard(rest);
        let stage = self.scene.clock.now();
        let known = self.one_of(&shard);
        let Some(statement) = self.draw.pick(code) else { return Ok(()) };
        // Rows are to become more, not fewer.
        if statement.verb == Verb::Delete && !self.draw.one_in(4) {
            return Ok(());
        }
        self.next += SHARDS;
        let fresh = self.next - self.next % SHARDS + rest;
        let id = match (statement.verb, known) {
            (Verb::Insert | Verb::Beside, _) | (Verb::Upsert, None) => fresh,
            (Verb::Upsert, Some(_)) if self.draw.one_in(2) => fresh,
            (Verb::Upsert | Verb::Update | Verb::Delete | Verb::Select, Some(id)) => id,
            (Verb::Update | Verb::Delete | Verb::Select, None) => return Ok(()),
        };
        if statement.verb == Verb::Select {
            return self.read(story, statement, id, &shard, stage);
        }
        let sql = statement.sql(id, fresh);
        let began = Instant::now();
        let touched = self.session.write(&sql).with_context(|| format!("{stage:?}: {sql}"))?;
        self.told.note(&story.name, self.which, stage, began.elapsed());
        match statement.verb {
            Verb::Insert | Verb::Upsert | Verb::Update => {
                ensure!(touched == 1, "{stage:?}: {sql} touched {touched} rows");
                let nothing = Fields::new();
                let before = shard.get(&id).map_or(&nothing, |row| &row.fields);
                let fields = statement.leaves(id, fresh, before);
                // What names none of the columns that change leaves a row of before to the backfill.
                let since = match (shard.get(&id), statement.says_nothing()) {
                    (Some(row), true) => row.since,
                    (Some(_) | None, _) => stage,
                };
                shard.insert(id, Row { fields, since });
            }
            Verb::Delete => {
                ensure!(touched == 1, "{stage:?}: {sql} touched {touched} rows");
                shard.remove(&id);
                return Ok(());
            }
            Verb::Beside | Verb::Select => return Ok(()),
        }
        match code.iter().find(|statement| statement.verb == Verb::Select) {
            Some(select) => self.read(story, select, id, &shard, stage),
            None => Ok(()),
        }
    }

    /// What is read is what was written last, by whomever.
    fn read(
        &mut self,
        story: &Story,
        select: &Statement,
        id: u64,
        shard: &BTreeMap<u64, Row>,
        stage: Stage,
    ) -> Result<()> {
        let began = Instant::now();
        let found = match self.session.read(select, id) {
            Err(error) if story.prepares_again && self.session.prepares_again(&error) => self.session.read(select, id),
            found => found,
        };
        let found = found.with_context(|| format!("{stage:?}: {}", select.sql(id, 0)))?;
        self.told.note(&story.name, self.which, stage, began.elapsed());
        let Some(row) = shard.get(&id) else { return Ok(()) };
        // Of a row from before, new code reads what it is to read once the backfill is proved.
        let waits = self.which == Which::New && row.since < Stage::Expanded && stage < Stage::Filled;
        if waits {
            let is_there = found.is_some() || !select.finds_by("id");
            ensure!(is_there, "{stage:?}: {} finds no row", select.sql(id, 0));
            return Ok(());
        }
        let wanted = select.reads(id, &row.fields);
        ensure!(found == wanted, "{stage:?}: {} reads {found:?}, and not {wanted:?}: {row:?}", select.sql(id, 0));
        Ok(())
    }

    fn one_of(&mut self, shard: &BTreeMap<u64, Row>) -> Option<u64> {
        let (first, last) = (shard.keys().next()?, shard.keys().next_back()?);
        // As often one of those that were written last as any.
        let from = match self.draw.one_in(2) {
            true => first + self.draw.number() % (last - first + 1),
            false => last.saturating_sub(self.draw.number() % (20 * SHARDS)),
        };
        let from = shard.range((Bound::Included(from), Bound::Unbounded)).next();
        from.map(|(id, _)| *id).or(Some(*first))
    }
}
