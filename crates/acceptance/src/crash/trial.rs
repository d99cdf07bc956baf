use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail, ensure};
use tempfile::TempDir;
use whimbrel_engines::{postgres, sqlite};
use whimbrel_frontends::revision::read_folder;
use whimbrel_plan::Dialect;
use whimbrel_plan::revision::Direction;
use whimbrel_schema::Engine;

use super::kill::{Kill, Kind};
use super::plan::Course;
use super::play::Stage;
use super::scenario::{START, Scenario, Way};
use super::state::{Place, State, ledger_is_at_rest, ledger_is_true};
use super::tally::Tally;
use super::whimbrel::{Line, Ran};
use crate::database::open;
use crate::draw::Draw;

/// One scenario in one direction on one stage: once without a break, then again and again with kills.
pub struct Trial<'a> {
    pub stage: &'a mut dyn Stage,
    pub program: &'a Path,
    pub scenario: &'a Scenario,
    pub way: Way,
    pub draw: Draw,
    /// How many times it is played with kills.
    pub plays: usize,
}

/// How many kills there are in a row at most, before a run is left alone.
const IN_A_ROW: usize = 4;

impl Trial<'_> {
    /// What happened, also up to a failure; the folder stays where something failed.
    pub fn run(mut self, tally: &mut Tally) -> Result<()> {
        let folder = tempfile::Builder::new().prefix("whimbrel-crash-").tempdir()?;
        match self.run_in(&folder, tally) {
            Ok(()) => Ok(()),
            Err(error) => {
                let kept = folder.keep();
                let what = format!("{} {}, kept in {}", self.scenario.name, self.way, kept.display());
                Err(error.context(what))
            }
        }
    }

    fn run_in(&mut self, folder: &TempDir, tally: &mut Tally) -> Result<()> {
        let migrations = folder.path().join("migrations");
        self.scenario.write(&migrations)?;
        self.stage.prepare(statements(&migrations, self.way, self.stage.engine())?);
        let (start, words) = self.start(folder.path())?;

        let watched = self.stage.copy(&start)?;
        let ran = self.stage.watch(&line(self, folder.path(), "watched", &words), &watched)?;
        ensure!(ran.succeeded(), "the unbroken run failed: {}", ran.told());
        let whole = self.stage.copy(&start)?;
        let (ran, course) = self.stage.unbroken(&line(self, folder.path(), "unbroken", &words), &whole)?;
        ensure!(ran.succeeded(), "the unbroken run failed: {}", ran.told());
        if self.way == Way::Around {
            for url in [&watched, &whole] {
                let ran = line(self, folder.path(), "back", &back()).run(&[], url)?;
                ensure!(ran.succeeded(), "the unbroken run back failed: {}", ran.told());
            }
        }
        let wanted = State::read(open(&whole)?.as_mut())?;
        let volatile = wanted.volatile(&State::read(open(&watched)?.as_mut())?);
        self.is_in_order(&whole, &wanted, &volatile, &migrations).context("after the unbroken run")?;
        if self.way == Way::Around {
            let started = State::read(open(&start)?.as_mut())?;
            // What a backfill filled may stay: from the head the way back ends elsewhere than from the middle, and each
            // is right.
            if !wanted.volatile(&started).is_empty() {
                return [&watched, &whole, &start].into_iter().try_for_each(|url| self.stage.remove(url));
            }
        }
        self.stage.remove(&watched)?;
        self.stage.remove(&whole)?;
        tally.begun(&self.scenario.name, wanted.count());

        for number in 0..self.plays {
            let url = self.stage.copy(&start)?;
            let mut kills = Vec::new();
            let played = self.play(&url, folder.path(), &words, &course, &mut kills, tally);
            let played = played.and_then(|()| self.is_in_order(&url, &wanted, &volatile, &migrations));
            played.with_context(|| {
                let kills: Vec<String> = kills.iter().map(Kill::to_string).collect();
                format!("play {number}, killed: {}", kills.join("; then "))
            })?;
            self.stage.remove(&url)?;
        }
        self.stage.remove(&start)
    }

    /// The database from which every play starts, and the command that is killed.
    fn start(&mut self, folder: &Path) -> Result<(String, Vec<String>)> {
        let url = self.stage.fresh()?;
        let mut before = vec![["upgrade", START]];
        let words = match self.way {
            Way::Up | Way::Around => ["upgrade", "head"],
            Way::Down => {
                before.push(["upgrade", "head"]);
                ["downgrade", START]
            }
        };
        for words in before {
            let ran = line(self, folder, "start", &words.map(str::to_owned)).run(&[], &url)?;
            ensure!(ran.succeeded(), "the start cannot be made: {}", ran.told());
        }
        Ok((url, words.map(str::to_owned).into()))
    }

    /// A server that was stopped empties unlogged tables by itself, whoever was at work in them.
    fn drawn(&mut self, course: &Course) -> Kill {
        let kill = course.draw(self.stage.engine(), &mut self.draw);
        match kill.kind {
            Kind::ServerStopped if self.scenario.has_unlogged() => Kill { kind: Kind::BackendTerminated, ..kill },
            Kind::ServerStopped
            | Kind::ClientKilled
            | Kind::BackendTerminated
            | Kind::ConnectionCut
            | Kind::DiskFull => kill,
        }
    }

    /// Kills it, once or several times in a row, and then does what it says until it is done.
    fn play(
        &mut self,
        url: &str,
        folder: &Path,
        words: &[String],
        course: &Course,
        kills: &mut Vec<Kill>,
        tally: &mut Tally,
    ) -> Result<()> {
        let mut next = words.to_vec();
        loop {
            let kill = self.drawn(course);
            // Not always: the next run may also begin while what the last one left is still at work.
            let before = match self.draw.chance(0.5) {
                true => Some(self.stage.look(url)?),
                false => None,
            };
            let struck =
                self.stage.killed(&line(self, folder, &format!("killed-{}", kills.len()), &next), url, &kill)?;
            kills.push(kill.clone());
            if let Some(before) = before
                && struck.ran.exit == Some(4)
            {
                let differences = before.differences(&self.stage.look(url)?, open(url)?.as_mut(), &[]);
                ensure!(differences.is_empty(), "it said that nothing was changed: {differences:?}");
            }
            let Some(landing) = struck.landing else {
                ensure!(struck.ran.succeeded(), "it ended by itself, and not well: {}", struck.ran.told());
                tally.missed();
                break;
            };
            tally.killed(kill.kind, landing);
            next = self.follow(&struck.ran, url, words, tally)?;
            if kills.len() == IN_A_ROW || !self.draw.chance(0.35) {
                break;
            }
        }
        if self.way == Way::Around {
            return self.turn_back(url, folder, course, kills, tally);
        }
        self.end(url, folder, words, next, tally)
    }

    /// Wherever the way up ended: back, which may be killed too.
    fn turn_back(
        &mut self,
        url: &str,
        folder: &Path,
        course: &Course,
        kills: &mut Vec<Kill>,
        tally: &mut Tally,
    ) -> Result<()> {
        let (words, mut next) = (back(), back());
        if self.draw.chance(0.5) {
            let kill = self.drawn(course);
            let struck = self.stage.killed(&line(self, folder, "killed-back", &words), url, &kill)?;
            kills.push(kill.clone());
            match struck.landing {
                Some(landing) => tally.killed(kill.kind, landing),
                None => tally.missed(),
            }
            if !struck.ran.succeeded() {
                next = self.follow(&struck.ran, url, &words, tally)?;
            }
        }
        self.end(url, folder, &words, next, tally)
    }

    /// Does what it says until it is done: a person who reads no further than the first command named.
    fn end(
        &mut self,
        url: &str,
        folder: &Path,
        words: &[String],
        mut next: Vec<String>,
        tally: &mut Tally,
    ) -> Result<()> {
        for attempt in 0..4 {
            let ran = line(self, folder, &format!("next-{attempt}"), &next).run(&[], url)?;
            if ran.succeeded() {
                // What it named may have been a part of the way only.
                let again = line(self, folder, "again", words).run(&[], url)?;
                ensure!(again.succeeded(), "once more, and it fails: {}", again.told());
                tally.ended(attempt + 1);
                return Ok(());
            }
            let named = self.follow(&ran, url, words, tally)?;
            ensure!(!ran.next().is_empty(), "it names no next command: {}", ran.told());
            next = named;
        }
        bail!("it does not come to an end by what it says itself; the last words: {next:?}")
    }

    /// What to type after a run that did not end well.
    fn follow(&mut self, ran: &Ran, url: &str, words: &[String], tally: &mut Tally) -> Result<Vec<String>> {
        let split = |line: &String| line.split_whitespace().skip(1).map(str::to_owned).collect::<Vec<_>>();
        let named = ran.next();
        if ran.code().as_deref() != Some("undecided") {
            return Ok(named.first().map_or_else(|| words.to_vec(), split));
        }
        tally.asked(&self.scenario.name);
        let effect = self.scenario.effects.iter().find(|(piece, _)| ran.stdout.contains(piece));
        let (_, query) = effect.ok_or_else(|| anyhow!("it asks what it could see itself: {}", ran.told()))?;
        let wanted = match open(url)?.query(query, &[])?.is_empty() {
            true => "--resume again",
            false => "--resume done",
        };
        let line = named.iter().find(|line| line.contains(wanted)).context("it does not name what fits")?;
        Ok(split(line))
    }

    /// The state is the wanted one, the ledger is true, and nothing is left lying about.
    fn is_in_order(&mut self, url: &str, wanted: &State, volatile: &[Place], migrations: &Path) -> Result<()> {
        let left = self.stage.leftovers(url)?;
        ensure!(left.is_empty(), "left behind: {}", left.join("; "));
        let mut driver = open(url)?;
        let found = State::read(driver.as_mut())?;
        let differences = wanted.differences(&found, driver.as_mut(), volatile);
        ensure!(differences.is_empty(), "not as after an unbroken run:\n  {}", differences.join("\n  "));
        match self.way {
            Way::Up | Way::Down => ledger_is_true(driver.as_mut(), migrations),
            // A revision that was undone from its middle was never done.
            Way::Around => ledger_is_at_rest(driver.as_mut()).map(drop),
        }
    }
}

fn back() -> Vec<String> {
    ["downgrade", START].map(str::to_owned).into()
}

fn line(trial: &Trial<'_>, folder: &Path, name: &str, words: &[String]) -> Line {
    let (program, folder): (PathBuf, PathBuf) = (trial.program.to_owned(), folder.to_owned());
    Line { program, folder, words: words.to_vec(), name: name.to_owned() }
}

/// Every statement that the runs of this trial may send.
fn statements(migrations: &Path, way: Way, engine: Engine) -> Result<BTreeSet<String>> {
    let dialect: &dyn Dialect = match engine {
        Engine::Postgres => postgres::dialect(),
        Engine::Sqlite => sqlite::dialect(),
        Engine::Mysql => bail!("no MySQL is started by the tests"),
    };
    let history = read_folder(migrations).map_err(|problems| anyhow!("{problems:?}"))?;
    let direction = match way {
        Way::Up | Way::Around => Direction::Up,
        Way::Down => Direction::Down,
    };
    let mut found = BTreeSet::new();
    for revision in history.revisions() {
        found.extend(revision.statements(direction, dialect)?.into_iter().map(|statement| statement.sql));
    }
    Ok(found)
}
