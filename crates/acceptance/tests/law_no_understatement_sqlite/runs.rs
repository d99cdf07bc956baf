//! Statements run one after the other, each predicted and measured: on a write-ahead log and on a rollback journal, on
//! small tables and on large ones.

use std::cell::RefCell;

use anyhow::{Context, Result};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use whimbrel_acceptance::case::Part;
use whimbrel_acceptance::{laws, random};
use whimbrel_plan::autogenerate::draft;
use whimbrel_plan::fold::Folding;
use whimbrel_plan::review::{Circumstances, Facts, Prediction, Session};
use whimbrel_plan::{Dialect, Step, Understanding};
use whimbrel_schema::{Engine, Pair, Schema, Version};

use crate::compare::Measured;
use crate::did::Did;
use crate::ground::Ground;

const SMALL: usize = 40;
const LARGE: usize = 1_500;

pub struct Run {
    pub place: String,
    pub setup: Vec<String>,
    pub statements: Vec<String>,
    pub enforced: bool,
    /// Without rows.
    pub empty: bool,
    /// Whether each table is made large on its own, to know whose size matters.
    pub by_table: bool,
}

pub fn measure(run: &Run) -> Result<Vec<Measured>> {
    let dialect = whimbrel_engines::dialect(Engine::Sqlite).context("no dialect for SQLite")?;
    let mut folding = Folding::new(Schema::new(Engine::Sqlite));
    for sql in &run.setup {
        for step in Measured::steps(&dialect.understand(sql)) {
            folding.apply(step, dialect).with_context(|| format!("{}: {sql}", run.place))?;
        }
    }
    let names: Vec<String> = folding.schema().tables.keys().map(|name| name.name.clone()).collect();
    let ground = |log: bool, rows: &dyn Fn(&str) -> usize| -> Result<Ground> {
        let ground = Ground::new(log, run.enforced)?;
        ground.set_up(&run.setup.iter().map(String::as_str).collect::<Vec<_>>());
        if !run.empty {
            ground.fill(rows)?;
        }
        ground.enforce(run.enforced)?;
        Ok(ground)
    };
    let small = ground(true, &|_| SMALL)?;
    let rolling = ground(false, &|_| LARGE)?;
    let grown: Vec<(Option<String>, Ground)> = match run.by_table {
        true => {
            let one = |name: &String| {
                let rows = |table: &str| if table.eq_ignore_ascii_case(name) { LARGE } else { SMALL };
                anyhow::Ok((Some(name.clone()), ground(true, &rows)?))
            };
            names.iter().map(one).collect::<Result<_>>()?
        }
        false => vec![(None, ground(true, &|_| LARGE)?)],
    };
    let mut session = Session::default();
    let mut all = Vec::new();
    for sql in &run.statements {
        let understanding = dialect.understand(sql);
        let steps = Measured::steps(&understanding);
        let schema = folding.schema();
        if !steps.iter().any(|step| matches!(step, Step::SetSession { .. })) {
            let tables = indexes(schema);
            for (log, did) in measured(sql, understanding.transactional(), steps, &small, &rolling, &grown)? {
                for known in [true, false] {
                    let prediction = predict(sql, &understanding, schema, &session, (log, known, run), dialect);
                    let place = format!("{}: {sql} ({})", run.place, if log { "wal" } else { "delete" });
                    let (understanding, tables) = (understanding.clone(), tables.clone());
                    let did = did.clone();
                    all.push(Measured { place, understanding, prediction, assumed: !known, tables, did });
                }
            }
        } else {
            set(sql, steps, &small, &rolling, &grown, &mut session);
        }
        let failed = all.last().is_some_and(|last| last.did.error.is_some() && last.place.contains(sql.as_str()));
        for step in steps.iter().filter(|_| !failed) {
            if folding.apply(step, dialect).is_err() {
                return Ok(all);
            }
        }
    }
    Ok(all)
}

/// A setting is made outside of transactions; what begins and ends one is not for here.
fn set(
    sql: &str,
    steps: &[Step],
    small: &Ground,
    rolling: &Ground,
    grown: &[(Option<String>, Ground)],
    session: &mut Session,
) {
    let is_setting = |step: &Step| matches!(step, Step::SetSession { value: Some(_), .. });
    if steps.iter().all(is_setting) {
        let grounds = [small, rolling].into_iter().chain(grown.iter().map(|(_, ground)| ground));
        grounds.for_each(|ground| ground.set_up(&[sql]));
        steps.iter().for_each(|step| session.take(step, false));
    }
}

fn predict(
    sql: &str,
    understanding: &Understanding,
    schema: &Schema,
    session: &Session,
    (log, known, run): (bool, bool, &Run),
    dialect: &dyn Dialect,
) -> Prediction {
    let mut facts = Facts::default();
    if known {
        facts.version = Some(Version::new(3, 54, 1));
        let journal = if log { "wal" } else { "delete" };
        let enforced = if run.enforced { "on" } else { "off" };
        let settings = [("journal_mode", journal), ("foreign_keys", enforced), ("secure_delete", "off")];
        facts.settings = settings.map(|(name, value)| (name.to_string(), value.to_string())).into();
    }
    if run.empty {
        facts.tables = schema.tables.keys().map(|name| (name.clone(), Default::default())).collect();
    }
    let in_transaction = understanding.transactional();
    let at = Circumstances { before: schema, complete: true, certain: true, facts: &facts, session, in_transaction };
    dialect.predict(sql, understanding, &at)
}

/// What the statement did with a log, and what it did without.
fn measured(
    sql: &str,
    in_transaction: bool,
    steps: &[Step],
    small: &Ground,
    rolling: &Ground,
    grown: &[(Option<String>, Ground)],
) -> Result<[(bool, Did); 2]> {
    let (without, _) = rolling.run(sql, in_transaction).with_context(|| sql.to_string())?;
    let (mut with, least) = small.run(sql, in_transaction).with_context(|| sql.to_string())?;
    with.work_is_known = true;
    for (table, ground) in grown {
        let (did, steps) = ground.run(sql, in_transaction).with_context(|| sql.to_string())?;
        let grew = f64::from(steps - least) / (LARGE - SMALL) as f64 > 0.5 && did.error.is_none();
        match table {
            Some(table) if grew => drop(with.worked_on.insert(table.clone())),
            Some(_) => {}
            None => with.worked_somewhere |= grew,
        }
        let Did { error, wrote, lost_rows, changed_rows, broke, .. } = did;
        with.error = with.error.or(error);
        with.wrote.extend(wrote);
        with.lost_rows.extend(lost_rows);
        with.changed_rows.extend(changed_rows);
        with.broke.extend(broke);
    }
    // What it is about changes as it says; the law is about the others.
    let named = |name: &String| steps.iter().any(|step| is_about(step, name));
    let mut both = [(true, with), (false, without)];
    for (_, did) in &mut both {
        did.lost_rows.retain(|name| !named(name));
        did.changed_rows.retain(|name| !named(name));
    }
    Ok(both)
}

fn is_about(step: &Step, name: &str) -> bool {
    let same = |table: &whimbrel_schema::ObjectName| table.name.eq_ignore_ascii_case(name);
    if let Step::ChangeData { tables, .. } = step {
        tables.iter().any(same)
    } else if let Step::AddColumn { table, .. } | Step::DropColumn { table, .. } = step {
        same(table)
    } else {
        false
    }
}

fn indexes(schema: &Schema) -> Vec<(String, String)> {
    let of = |table: &whimbrel_schema::Table| {
        let name = table.name.name.clone();
        table.indexes.iter().map(move |index| (index.name.clone(), name.clone())).collect::<Vec<_>>()
    };
    schema.tables.values().flat_map(of).collect()
}

/// What autogenerate writes for random pairs of schemas.
pub fn measured_pairs(count: u32) -> Result<Vec<Measured>> {
    let config = Config { cases: count, max_shrink_iters: 0, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let all = RefCell::new(Vec::new());
    let outcome = runner.run(&random::pair(Engine::Sqlite), |pair| {
        if pair.is_answerable() {
            let found = of_pair(&pair).map_err(|error| TestCaseError::fail(format!("{error:#}")))?;
            all.borrow_mut().extend(found);
        }
        Ok(())
    });
    outcome.map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok(all.into_inner())
}

fn of_pair(pair: &random::RandomPair) -> Result<Vec<Measured>> {
    let dialect = whimbrel_engines::dialect(Engine::Sqlite).context("no dialect for SQLite")?;
    let case = pair.case("random");
    let cut = |text: &str| -> Vec<String> { dialect.split(text).into_iter().map(|it| text[it].to_string()).collect() };
    let from = laws::fold(case.sql(Part::From, Engine::Sqlite), dialect)?;
    let to = laws::fold(case.sql(Part::To, Engine::Sqlite), dialect)?;
    let drafted = draft(Pair::new(from, to), dialect, &laws::choices(&case)?)?;
    measure(&Run {
        place: "random pair".to_string(),
        setup: cut(case.sql(Part::From, Engine::Sqlite)),
        statements: drafted.upgrade.into_iter().map(|statement| statement.sql).collect(),
        enforced: false,
        empty: false,
        by_table: false,
    })
}
