//! A chain undone from wherever it stands: expanded, within its backfill, behind it, contracted; while old code writes on,
//! and killed on the way. What old and new code wrote is there afterwards, and the chain can be run again.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use whimbrel_acceptance::case::Case;
use whimbrel_acceptance::draw::Draw;
use whimbrel_acceptance::laws::{self, ensure_same};
use whimbrel_acceptance::project::{self, On, Project, on_each_engine};
use whimbrel_plan::autogenerate::DraftStatement;
use whimbrel_plan::evolution::{Evolution, evolve};
use whimbrel_plan::revision::Phase;
use whimbrel_run::apply::{self, ApplyError, Failure, Refusal};
use whimbrel_run::{Event, backfill, ledger};
use whimbrel_schema::{Pair, Schema};

#[test]
fn runner() {
    project::be_a_runner();
}

const ROWS: u32 = 400;
const BATCH: u32 = 50;

/// One change, and how old and new code write one value.
struct Story {
    from: &'static str,
    to: &'static str,
    choices: &'static str,
    /// `{n}` is the row, `{v}` the value.
    fill: &'static str,
    old: [&'static str; 2],
    new: [&'static str; 2],
    /// What old code reads: every row, with its value.
    read: &'static str,
}

const RENAMED: Story = Story {
    from: "CREATE TABLE t (id integer PRIMARY KEY, subject text NOT NULL); CREATE INDEX ix_t ON t (subject);",
    to: "CREATE TABLE t (id integer PRIMARY KEY, title text NOT NULL); CREATE INDEX ix_t ON t (title);",
    choices: "rename t.subject:title",
    fill: "INSERT INTO t VALUES ({n}, '{v}')",
    old: ["INSERT INTO t (id, subject) VALUES ({n}, '{v}')", "UPDATE t SET subject = '{v}' WHERE id = {n}"],
    new: ["INSERT INTO t (id, title) VALUES ({n}, '{v}')", "UPDATE t SET title = '{v}' WHERE id = {n}"],
    read: "SELECT id, subject FROM t",
};

const SPLIT: Story = Story {
    from: "CREATE TABLE t (id integer PRIMARY KEY, name text NOT NULL);",
    to: "CREATE TABLE t (id integer PRIMARY KEY, initial text NOT NULL, rest text NOT NULL);",
    choices: "backfill t.initial = substr(name, 1, 1)\nbackfill t.rest = substr(name, 2)\n\
              backfill t.name = initial || rest",
    fill: "INSERT INTO t VALUES ({n}, '{v}')",
    old: ["INSERT INTO t (id, name) VALUES ({n}, '{v}')", "UPDATE t SET name = '{v}' WHERE id = {n}"],
    new: [
        "INSERT INTO t (id, initial, rest) VALUES ({n}, substr('{v}', 1, 1), substr('{v}', 2))",
        "UPDATE t SET initial = substr('{v}', 1, 1), rest = substr('{v}', 2) WHERE id = {n}",
    ],
    read: "SELECT id, name FROM t",
};

/// Where the chain stands when it is undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    Expanded,
    /// So many batches of the backfill have run.
    Batches(u64),
    Filled,
    Contracted,
}

const MOMENTS: [Moment; 6] =
    [Moment::Expanded, Moment::Batches(0), Moment::Batches(1), Moment::Batches(3), Moment::Filled, Moment::Contracted];

/// A database whose history is `a1`, then the chain.
struct Chain<'p> {
    project: &'p Project,
    story: &'static Story,
    from: Schema,
    wanted: Schema,
    /// What every row has to be, as both codes wrote it.
    rows: BTreeMap<u32, String>,
    next: u32,
}

impl<'p> Chain<'p> {
    fn new(project: &'p Project, story: &'static Story, rows: u32) -> Result<Self> {
        let mut driver = project.connect()?;
        let mut there = driver.scratch()?;
        there.execute_script(story.to)?;
        let wanted = there.introspect()?;
        project.revision("a1", "none", story.from, "-- nothing to do")?;
        project.upgrade("head")??;
        let from = driver.introspect()?;
        let case = Case::read("chain", &format!("-- from\n-- to\n-- choices\n{}\n", story.choices))?;
        let evolution = evolve(Pair::new(from.clone(), wanted.clone()), driver.dialect(), &laws::choices(&case)?)?;
        write(project, &evolution)?;
        let mut chain = Chain { project, story, from, wanted, rows: BTreeMap::new(), next: 0 };
        driver.begin()?;
        for _ in 0..rows {
            chain.next += 1;
            let value = format!("row {}", chain.next);
            driver.execute(&put(story.fill, chain.next, &value))?;
            chain.rows.insert(chain.next, value);
        }
        driver.commit()?;
        Ok(chain)
    }

    /// A row comes and one changes, by this code.
    fn write(&mut self, by: [&str; 2], mark: &str) -> Result<()> {
        let mut driver = self.project.connect()?;
        self.next += 1;
        let changed = 1 + self.next % ROWS;
        for (statement, row) in by.iter().zip([self.next, changed]) {
            let value = format!("{mark} {row}");
            let sql = put(statement, row, &value);
            driver.execute(&sql).with_context(|| sql)?;
            self.rows.insert(row, value);
        }
        Ok(())
    }

    fn both_write(&mut self, at: &str) -> Result<()> {
        self.write(self.story.old, &format!("old {at}"))?;
        self.write(self.story.new, &format!("new {at}"))
    }

    fn go_to(&mut self, moment: Moment) -> Result<()> {
        match moment {
            Moment::Expanded => self.project.upgrade("b2")??,
            Moment::Batches(count) => {
                self.project.upgrade("b2")??;
                self.both_write("before the backfill")?;
                return self.stop_after(count);
            }
            Moment::Filled => self.project.upgrade("c3")??,
            Moment::Contracted => self.project.upgrade("d4")??,
        };
        Ok(())
    }

    fn stop_after(&self, count: u64) -> Result<()> {
        let mut options = self.project.options();
        options.backfill.rows = Some(u64::from(BATCH));
        // Progress is told so often at most.
        options.backfill.pause = Some(Duration::from_millis(if count > 1 { 110 } else { 0 }));
        let stop = options.stop.clone();
        let mut listen = |event: Event<'_>| {
            let reached = match event {
                Event::StatementStarted { .. } => count == 0,
                Event::Backfill { progress } => progress.batches >= count && count > 0,
                _ => false,
            };
            if reached {
                stop.store(true, Ordering::Relaxed);
            }
        };
        let history = self.project.history()?;
        let ended =
            apply::upgrade(&mut *self.project.connect()?, &history, &"c3".parse()?, &options, &mut listen).unwrap_err();
        ensure!(matches!(*ended.failure, Failure::Stopped), "{ended:?}");
        let ledger = ledger::read(&mut *self.project.connect()?)?;
        ensure!(ledger.unfinished().is_some_and(|event| event.revision.as_str() == "c3"), "it stands not half-way");
        let filled = backfill::read(&mut *self.project.connect()?)?;
        ensure!(filled.len() == 1 && filled[0].batches == count, "not {count} batches: {filled:?}");
        Ok(())
    }

    /// Within the backfill, without a word of either code.
    fn stop_after_expand(&self) -> Result<()> {
        self.project.upgrade("b2")??;
        self.stop_after(1)
    }

    fn downgrade(&self, target: &str) -> Result<Result<(), ApplyError>> {
        Ok(self.project.downgrade(target)?.map(drop))
    }

    /// The schema before the chain, and in it what both codes have written.
    fn is_back(&self, at: &str) -> Result<()> {
        let mut driver = self.project.connect()?;
        let live = driver.introspect()?;
        ensure_same(&format!("{at}: back → from"), Pair::new(&live, &self.from), driver.as_mut())?;
        ensure!(self.project.applied()? == ["a1"], "{at}: applied is {:?}", self.project.applied()?);
        let ledger = ledger::read(driver.as_mut())?;
        ensure!(ledger.unfinished().is_none(), "{at}: {:?} is unfinished", ledger.unfinished());
        let running = backfill::read(driver.as_mut())?;
        ensure!(running.iter().all(|it| it.state == backfill::State::Done), "{at}: {running:?} goes on");
        self.rows_are_right(self.story.read, at)
    }

    fn rows_are_right(&self, query: &str, at: &str) -> Result<()> {
        let found: BTreeMap<u32, String> = self
            .project
            .rows(query)?
            .into_iter()
            .map(|row| (row[0].as_deref().unwrap().parse().unwrap(), row[1].clone().unwrap_or("NULL".into())))
            .collect();
        let wrong: Vec<_> = self.rows.iter().filter(|(id, value)| found.get(id) != Some(value)).take(5).collect();
        ensure!(
            wrong.is_empty() && found.len() == self.rows.len(),
            "{at}: {} rows of {}; wanted, and found: {:?}",
            found.len(),
            self.rows.len(),
            wrong.iter().map(|(id, value)| (id, value, found.get(id))).collect::<Vec<_>>()
        );
        Ok(())
    }

    /// The whole chain once more, to its end.
    fn goes_up_again(&self, read_new: &str, at: &str) -> Result<()> {
        self.project.upgrade("head")?.with_context(|| format!("{at}: up again"))?;
        let mut driver = self.project.connect()?;
        let live = driver.introspect()?;
        ensure_same(&format!("{at}: up again → to"), Pair::new(&live, &self.wanted), driver.as_mut())?;
        self.rows_are_right(read_new, &format!("{at}: up again"))
    }
}

fn put(statement: &str, row: u32, value: &str) -> String {
    statement.replace("{n}", &row.to_string()).replace("{v}", value)
}

/// The chain as the files that autogenerate would make of it.
fn write(project: &Project, evolution: &Evolution) -> Result<()> {
    let sql = |statements: &[DraftStatement]| -> String {
        let one = |it: &DraftStatement| {
            format!("{}{};\n", if it.transactional { "" } else { "-- transaction: none\n" }, it.sql)
        };
        statements.iter().map(one).collect()
    };
    let phases: Vec<_> = evolution.links.iter().map(|link| link.phase).collect();
    ensure!(phases == [Some(Phase::Expand), Some(Phase::Backfill), Some(Phase::Contract)], "{phases:?}");
    for ((link, id), parent) in evolution.links.iter().zip(["b2", "c3", "d4"]).zip(["a1", "b2", "c3"]) {
        let fills: String = link.fills.iter().map(|fill| format!("-- backfill\n{};\n", fill.sql)).collect();
        let back = sql(&link.draft.downgrade);
        let back = if back.is_empty() { "-- nothing to do".to_string() } else { back };
        project.revision(id, parent, &format!("{}{fills}", sql(&link.draft.upgrade)), &back)?;
    }
    Ok(())
}

fn undone_from(project: &Project, story: &'static Story, read_new: &str, moment: Moment) -> Result<()> {
    let at = format!("{moment:?}");
    let mut chain = Chain::new(project, story, ROWS)?;
    chain.go_to(moment)?;
    match moment {
        // Old code is gone by then.
        Moment::Contracted => chain.write(story.new, "new after the contract")?,
        Moment::Expanded | Moment::Batches(_) | Moment::Filled => chain.both_write(&at)?,
    }
    // Step by step: in between both codes live.
    while project.applied()? != ["a1", "b2"] {
        chain.downgrade("-1")?.with_context(|| format!("{at}: one step"))?;
        chain.both_write(&format!("{at}, one step back"))?;
    }
    chain.downgrade("a1")?.with_context(|| format!("{at}: the rest"))?;
    chain.write(story.old, "old alone")?;
    chain.is_back(&at)?;
    chain.goes_up_again(read_new, &at)?;
    // And all of it at once.
    chain.downgrade("a1")??;
    chain.is_back(&format!("{at}, the second time"))
}

#[test]
fn a_chain_is_undone_from_wherever_it_stands() -> Result<()> {
    on_each_engine(|project| {
        // A write-ahead log changes nothing of where a chain stands.
        let moments = if project.on == On::SqliteWal { &MOMENTS[2..3] } else { &MOMENTS[..] };
        for moment in moments {
            let project = Project::new(project.on)?;
            undone_from(&project, &RENAMED, "SELECT id, title FROM t", *moment).context(format!("{moment:?}"))?;
        }
        Ok(())
    })
}

#[test]
fn a_split_is_undone_with_what_new_code_wrote() -> Result<()> {
    on_each_engine(|project| {
        for moment in [Moment::Batches(1), Moment::Contracted] {
            let project = Project::new(project.on)?;
            let read = "SELECT id, initial || rest FROM t";
            undone_from(&project, &SPLIT, read, moment).context(format!("{moment:?}"))?;
        }
        Ok(())
    })
}

/// As many as `WHIMBREL_KILLS` says, or as many as every run of the tests can afford.
fn kills() -> u64 {
    std::env::var("WHIMBREL_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(2)
}

#[test]
fn killed_on_the_way_down_it_is_ended_either_way() -> Result<()> {
    let mut within = 0;
    on_each_engine(|project| {
        let engine = project.on;
        // How long it takes here, the start of the process and all.
        let chain = Chain::new(&project, &RENAMED, ROWS)?;
        chain.stop_after_expand()?;
        let begun = Instant::now();
        ensure!(project.undoer("a1")?.status()?.success(), "unbroken, it fails");
        let took = begun.elapsed();
        chain.is_back("unbroken")?;
        for seed in 1..=kills() {
            let mut draw = Draw::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
            let project = Project::new(engine)?;
            let mut chain = Chain::new(&project, &RENAMED, ROWS)?;
            chain.go_to(Moment::Batches(1))?;
            let mut runner = project.undoer("a1")?.spawn()?;
            sleep(took.mul_f64(0.3 + 0.7 * draw.share()));
            let _ = runner.kill();
            within += u32::from(!runner.wait()?.success());
            let at = format!("seed {seed}");
            if draw.chance(0.5) {
                chain.write(RENAMED.old, "old after the kill")?;
                chain.downgrade("a1")?.with_context(|| format!("{at}: down once more"))?;
                chain.is_back(&at)?;
            }
            // Up from wherever it is; what a refusal names first comes first.
            if let Err(error) = project.upgrade("head")? {
                let next = error.next("whimbrel upgrade head");
                let target = next[0].strip_prefix("whimbrel downgrade ").with_context(|| format!("{at}: {next:?}"))?;
                chain.downgrade(target)??;
            }
            chain.goes_up_again("SELECT id, title FROM t", &at)?;
            chain.downgrade("a1")??;
            chain.is_back(&format!("{at}, the second time"))?;
        }
        Ok(())
    })?;
    ensure!(within > 0, "nothing was killed: this shows nothing");
    Ok(())
}

/// Old code writes on while the chain is taken back from under it, and no statement of it fails.
#[test]
fn old_code_lives_through_the_way_down() -> Result<()> {
    on_each_engine(|project| {
        let mut chain = Chain::new(&project, &RENAMED, ROWS)?;
        chain.go_to(Moment::Batches(1))?;
        let over = AtomicBool::new(false);
        let first = chain.next + 1;
        let (ended, wrote) = scope(|scope| {
            let writer = scope.spawn(|| -> Result<u32> {
                let mut driver = project.connect()?;
                let mut row = first;
                while !over.load(Ordering::Relaxed) || row < first + 5 {
                    let sql = put(RENAMED.old[0], row, &format!("row {row}"));
                    driver.execute(&sql).with_context(|| sql)?;
                    row += 1;
                    sleep(Duration::from_millis(2));
                }
                Ok(row)
            });
            sleep(Duration::from_millis(20));
            let ended = project.downgrade("a1");
            over.store(true, Ordering::Relaxed);
            (ended, writer.join().unwrap())
        });
        ended??;
        for row in first..wrote.context("old code")? {
            chain.rows.insert(row, format!("row {row}"));
        }
        chain.is_back("under old code")
    })
}

/// Where the way down would have to guess, it says so, and how to get there all the same.
#[test]
fn a_downgrade_that_changes_rows_back_wants_all_of_them_changed() -> Result<()> {
    on_each_engine(|project| {
        project.revision(
            "a1",
            "none",
            "CREATE TABLE t (id integer PRIMARY KEY, n integer); INSERT INTO t VALUES (1, 1), (2, 2), (3, 3);",
            "DROP TABLE t;",
        )?;
        project.revision("b2", "a1", "-- backfill\nUPDATE t SET n = n * 2;", "UPDATE t SET n = n / 2;")?;
        project.revision("c3", "b2", "-- nothing to do", "-- nothing to do")?;
        project.upgrade("a1")??;
        let mut options = project.options();
        options.backfill.rows = Some(1);
        let stop = options.stop.clone();
        let mut listen = |event: Event<'_>| {
            if matches!(event, Event::Backfill { progress } if progress.batches == 1) {
                stop.store(true, Ordering::Relaxed);
            }
        };
        let history = project.history()?;
        let ended = apply::upgrade(&mut *project.connect()?, &history, &"b2".parse()?, &options, &mut listen);
        ensure!(matches!(*ended.unwrap_err().failure, Failure::Stopped));
        let error = project.downgrade("a1")?.unwrap_err();
        let Failure::Refused(refusal) = &*error.failure else { panic!("{error:?}") };
        assert!(matches!(**refusal, Refusal::NoWayBackFromHere { .. }), "{refusal:?}");
        let next = error.next("whimbrel downgrade a1");
        assert!(next[0].starts_with("whimbrel upgrade b2 "), "{next:?}");
        project.upgrade("b2")??;
        project.downgrade("a1")??;
        assert_eq!(project.value("SELECT sum(n) FROM t")?, "6");
        Ok(())
    })
}

/// A revision in steps that stopped between them: what was done is undone, what was not is left out.
#[test]
fn steps_that_were_never_taken_are_left_out() -> Result<()> {
    on_each_engine(|project| {
        project.revision(
            "a1",
            "none",
            "CREATE TABLE t (id integer PRIMARY KEY, v text, w text); INSERT INTO t VALUES (1, 'a', 'b'), (2, 'c', 'd');",
            "DROP TABLE t;",
        )?;
        project.upgrade("a1")??;
        // Valid to read, and refused by the engine.
        project.revision(
            "b2",
            "a1",
            "-- transaction: none\nALTER TABLE t DROP COLUMN v;\n-- transaction: none\nALTER TABLE t DROP COLUMN missing;\n\
             -- transaction: none\nALTER TABLE t DROP COLUMN w;",
            "ALTER TABLE t ADD COLUMN w text;\nALTER TABLE t ADD COLUMN v text;",
        )?;
        let error = project.upgrade("head")?.unwrap_err();
        ensure!(error.exit_status() == 5, "{error:?}");
        let mut told = Vec::new();
        let mut listen = |event: Event<'_>| {
            if let Event::Recovered { sql, found, .. } = event {
                told.push(format!("{found:?}: {sql}"));
            }
        };
        let history = project.history()?;
        let options = project.options();
        apply::downgrade(&mut *project.connect()?, &history, &"a1".parse()?, &options, &mut listen)?;
        assert_eq!(told, ["LeftOut: ALTER TABLE t ADD COLUMN w text"]);
        let rows = project.rows("SELECT v, w FROM t ORDER BY id")?;
        let told: Vec<String> = rows.into_iter().map(|row| row.into_iter().flatten().collect()).collect();
        assert_eq!(told, ["ab", "cd"]);
        ensure!(project.applied()? == ["a1"]);
        Ok(())
    })
}
