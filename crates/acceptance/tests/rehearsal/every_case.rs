//! Law 6 through the rehearsal itself: every written case, as the revisions that autogenerate makes of it, run and
//! measured by what `whimbrel rehearse` measures with. What was predicted is never less than what was done; what was
//! predicted beyond that is counted and printed.

use std::collections::BTreeMap;
use std::fmt;

use anyhow::{Result, ensure};
use whimbrel_acceptance::case::{Case, Choice, Part};
use whimbrel_acceptance::database::{self, Database, Ground, SQLITE};
use whimbrel_acceptance::draw::Draw;
use whimbrel_acceptance::{laws, truth};
use whimbrel_frontends::revision::read_folder;
use whimbrel_plan::evolution::{Fill, evolve};
use whimbrel_plan::review::{Blocks, Touch, Touched, Work};
use whimbrel_run::Actor;
use whimbrel_run::apply::Options;
use whimbrel_run::rehearse::{Copied, Fate, How, Measured, Reading, Rehearsal, RelationKind, Wanted, rehearse};
use whimbrel_schema::{Engine, ObjectName, Pair};

/// How the statements of a case are cut into revisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    /// As autogenerate does.
    Written,
    /// One each: what an earlier statement of the transaction holds already hides nothing of a later one.
    Apart,
}

/// What one run looked at.
#[derive(Default)]
struct Tally {
    cases: usize,
    statements: usize,
    /// Statements that took a lock behind which somebody waits.
    locking: usize,
    rewritten: usize,
    under: Vec<String>,
    not_run: Vec<String>,
    over: BTreeMap<&'static str, usize>,
    /// Predictions that a lock, or work, is taken to be.
    predicted: BTreeMap<&'static str, usize>,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tally { cases, statements, locking, rewritten, .. } = self;
        write!(f, "{cases} cases, {statements} statements ({locking} lock others out, {rewritten} rewrite)")?;
        write!(f, ", {} understated; said in vain:", self.under.len())?;
        for (kind, of) in &self.predicted {
            write!(f, " {kind} {} of {of};", self.over.get(kind).copied().unwrap_or_default())?;
        }
        Ok(())
    }
}

/// Those that every run takes, and all of them where cases are asked for.
const SAMPLE: usize = 16;
const SEED: u64 = 5;

#[test]
fn nothing_that_the_cases_do_is_understated_on_sqlite() -> Result<()> {
    // Its one lock is the transaction's, so that none hides another.
    hold(SQLITE, &[Cut::Written])
}

#[test]
fn nothing_that_the_cases_do_is_understated_on_postgres() -> Result<()> {
    match wants_all() {
        true => database::on_each_postgres(|ground| hold(ground, &[Cut::Written, Cut::Apart])),
        false => database::postgres()?
            .into_iter()
            .rfind(|ground| ground.major == 15)
            .map_or(Ok(()), |ground| hold(ground, &[Cut::Apart])),
    }
}

fn wants_all() -> bool {
    std::env::var_os("WHIMBREL_CASES").is_some()
}

fn hold(ground: Ground, cuts: &[Cut]) -> Result<()> {
    let mut cases = Case::read_folder(&truth::home().join("cases/diff"))?;
    cases.retain(|case| case.runs_on(ground.engine, ground.major) && !case.has(&Choice::NoChanges));
    if !wants_all() {
        println!("{SAMPLE} cases by the seed {SEED}; all of them: cargo xtask laws");
        Draw::of(SEED, u64::from(ground.major)).shuffle(&mut cases);
        cases.truncate(SAMPLE);
    }
    let (mut here, mut there) = (ground.database()?, ground.database()?);
    for cut in cuts {
        let mut tally = Tally::default();
        for case in &cases {
            here.reset()?;
            there.reset()?;
            match rehearsed(case, Pair::new(&mut here, &mut there), *cut) {
                Ok(found) => tally.take(case, &found),
                Err(error) => tally.not_run.push(format!("{}: {error:#}\n\n{case}", case.name)),
            }
        }
        println!("{ground}, {cut:?}: {tally}");
        ensure!(tally.not_run.is_empty(), "{ground}, {cut:?}: not run\n{}", tally.not_run.join("\n"));
        ensure!(tally.under.is_empty(), "{ground}, {cut:?}: less was predicted than done\n{}", tally.under.join("\n"));
        ensure!(tally.statements > cases.len() && tally.locking > 10, "{ground}: nearly nothing was measured: {tally}");
    }
    Ok(())
}

fn rehearsed(case: &Case, databases: Pair<&mut Database>, cut: Cut) -> Result<Rehearsal> {
    let Pair { from: here, to: there } = databases;
    let engine = here.ground.engine;
    there.driver.execute_script(case.sql(Part::To, engine))?;
    here.driver.execute_script(case.sql(Part::From, engine))?;
    let (from, to) = (here.driver.introspect()?, there.driver.introspect()?);
    here.driver.execute_script(case.sql(Part::Rows, engine))?;
    let has_key: Vec<ObjectName> =
        from.tables.values().filter(|table| table.primary_key.is_some()).map(|table| table.name.clone()).collect();
    let evolution = evolve(Pair::new(from, to), here.driver.dialect(), &laws::choices(case)?)?;
    let folder = tempfile::tempdir()?;
    let mut written: Vec<String> = Vec::new();
    for link in &evolution.links {
        let statements = link.draft.upgrade.iter().map(|statement| match statement.transactional {
            true => format!("{};\n", statement.sql),
            false => format!("-- transaction: none\n{};\n", statement.sql),
        });
        let all: Vec<String> = statements.chain(link.fills.iter().map(|fill| filling(fill, &has_key))).collect();
        match cut {
            Cut::Written => written.push(all.concat()),
            Cut::Apart => written.extend(apart(all)),
        }
    }
    let mut parent = "none".to_string();
    for (at, upgrade) in written.iter().filter(|upgrade| !upgrade.is_empty()).enumerate() {
        let id = format!("{:012x}", at + 1);
        let text = format!(
            "-- revision: {id}\n-- parents:  {parent}\n-- message:  {id}\n\n-- upgrade\n{upgrade}\n\n-- downgrade\n\
             -- nothing to do\n"
        );
        std::fs::write(folder.path().join(format!("{id}.sql")), text)?;
        parent = id;
    }
    let history = read_folder(folder.path()).map_err(|problems| anyhow::anyhow!("{problems:?}"))?;
    let mut options = Options::new(Actor::here("0.0.0"));
    // What keeping locks is held already when the statement begins, and would hide what the statement does.
    options.keep.nothing = Some("only the statement is measured".to_string());
    let wanted = Wanted {
        history: &history,
        target: &"head".parse()?,
        options: &options,
        copy: Copied { how: How::Existing, place: case.name.clone(), took_us: 0, backup: None },
        queries: Vec::new(),
        under_load: false,
        undo: false,
        kill: false,
        seed: SEED,
        version: "0.0.0".to_string(),
    };
    let url = whimbrel_engines::url::parse(&here.url)?;
    let found = rehearse(wanted, &mut || whimbrel_engines::connect(&url), &mut |_| {})?;
    ensure!(found.stopped.is_none(), "it does not run: {:?}\n{}", found.stopped, written.concat());
    ensure!(found.statements().count() > 0, "nothing was run");
    Ok(found)
}

/// Without a key it does not run in batches, and a person takes the mark away.
fn filling(fill: &Fill, has_key: &[ObjectName]) -> String {
    let mark = if has_key.contains(&fill.table) { "-- backfill\n" } else { "" };
    format!("{mark}{};\n", fill.sql)
}

/// What a statement sets for its session those behind it read, and a revision ends with a session as it began.
fn apart(statements: Vec<String>) -> Vec<String> {
    let together = statements.iter().position(|sql| sql.contains("set_config(")).unwrap_or(statements.len());
    let (own, rest) = statements.split_at(together);
    own.iter().cloned().chain([rest.concat()]).collect()
}

impl Tally {
    fn take(&mut self, case: &Case, found: &Rehearsal) {
        self.cases += 1;
        for (_, statement) in found.statements() {
            self.statements += 1;
            let under = statement.under.iter().map(|what| format!("{}: {what}\n    {}", case.name, statement.sql));
            self.under.extend(under);
            let Some(reading) = &statement.reading else {
                self.under.push(format!("{}: nothing was read off\n    {}", case.name, statement.sql));
                continue;
            };
            self.locking += usize::from(reading.blocks() >= Blocks::Writes);
            let rewritten = |fate: Fate| matches!(fate, Fate::Rewritten | Fate::Replaced);
            self.rewritten += usize::from(reading.relations.iter().any(|it| rewritten(it.fate)));
            self.said_in_vain(statement, reading, found.engine);
        }
    }

    fn said_in_vain(&mut self, statement: &Measured, reading: &Reading, engine: Engine) {
        for touch in &statement.prediction.touches {
            if touch.lock.blocks > Blocks::Nothing {
                // The moment of a commit, in which readers of SQLite wait too, no gauge sees.
                let expected = if engine == Engine::Sqlite { Blocks::Writes } else { touch.lock.blocks };
                self.count("locks", blocks_of(touch, reading) < expected);
            }
            for work in &touch.work {
                let (kind, done) = match work {
                    Work::Scan => ("scans", about(touch, reading).any(|it| it.rows_read.is_none_or(|rows| rows > 0))),
                    // What `ALTER TABLE` writes where it is its gauge does not see, and says so.
                    Work::Rewrite if engine == Engine::Sqlite => continue,
                    Work::Rewrite => (
                        "rewrites",
                        about(touch, reading).any(|it| matches!(it.fate, Fate::Rewritten | Fate::Replaced)),
                    ),
                    Work::BuildIndex => (
                        "index builds",
                        about(touch, reading).any(|it| {
                            it.kind == RelationKind::Index && matches!(it.fate, Fate::Made | Fate::Rewritten)
                        }),
                    ),
                    Work::ChangeRows(_) => continue,
                };
                self.count(kind, !done);
            }
        }
    }

    fn count(&mut self, kind: &'static str, in_vain: bool) {
        *self.predicted.entry(kind).or_default() += 1;
        *self.over.entry(kind).or_default() += usize::from(in_vain);
    }
}

/// What was measured of the relation and of its parts; of everything, where the touch names no relation.
fn about<'r>(
    touch: &'r Touch,
    reading: &'r Reading,
) -> impl Iterator<Item = &'r whimbrel_run::rehearse::RelationReading> {
    reading.relations.iter().filter(move |it| {
        // One lock is for all of a file of SQLite.
        let own = match &it.on {
            Touched::Relation(name) => touch.is_on(name),
            Touched::Database | Touched::Unnamed => true,
        };
        touch.relation().is_none() || own || it.part_of.as_ref().is_some_and(|table| touch.is_on(table))
    })
}

fn blocks_of(touch: &Touch, reading: &Reading) -> Blocks {
    about(touch, reading).map(|it| it.blocks()).max().unwrap_or(Blocks::Nothing)
}
