//! A statement on a real server: which locks its backend holds before it commits, whose files are others, what was read.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use whimbrel_acceptance::database::Database;
use whimbrel_plan::fold::Folding;
use whimbrel_plan::review::{Circumstances, Facts, Session};
use whimbrel_plan::{Step, Understanding};
use whimbrel_run::Driver;
use whimbrel_schema::Schema;

use crate::compare::Measured;
use crate::did::{self, Did};
use crate::rows;

pub struct Run {
    pub place: String,
    /// Tables as a script, and rows for them; `rows: None` makes some up.
    pub base: String,
    pub rows: Option<String>,
    pub setup: Vec<String>,
    pub statements: Vec<String>,
    pub settings: Vec<(String, String)>,
}

/// A relation as it was before the statement.
#[derive(Debug, Clone)]
struct Relation {
    name: String,
    /// Itself, or the table that it is a part of.
    table: String,
    part: bool,
    index: bool,
    file: String,
}

/// Runs the statements one by one, each in a transaction of its own where the server lets it, each judged before.
pub fn measure(database: &mut Database, run: &Run) -> Result<Vec<Measured>> {
    prepare(database, run, true)?;
    let mut seen = Seen::new(database, run)?;
    let mut all = Vec::new();
    for sql in &run.statements {
        all.push(seen.judge_and_run(database, sql)?);
    }
    // What rows made impossible is looked at once more without any.
    if all.iter().any(|measured| measured.did.error.is_some()) {
        prepare(database, run, false)?;
        let mut seen = Seen::new(database, run)?;
        for sql in &run.statements {
            let mut measured = seen.judge_and_run(database, sql)?;
            if measured.did.error.is_none() {
                // Of an empty table nothing can be told but who waits.
                measured.did.sampled = true;
                measured.place = format!("{} (without rows)", measured.place);
                all.push(measured);
            }
        }
    }
    Ok(all)
}

fn prepare(database: &mut Database, run: &Run, with_rows: bool) -> Result<()> {
    // Settings of the run before, and what it left behind.
    database.driver.execute("RESET ALL")?;
    database.reset()?;
    let driver = database.driver.as_mut();
    for role in ["r1", "app", "reporting"] {
        // A role outlives its database; another test may be making it at this moment.
        let there = "duplicate_object OR unique_violation";
        let create = format!("DO $$ BEGIN CREATE ROLE {role}; EXCEPTION WHEN {there} THEN NULL; END $$");
        driver.execute(&create)?;
    }
    if run.statements.iter().chain(&run.setup).any(|sql| sql.to_ascii_lowercase().contains("gist")) {
        driver.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")?;
    }
    driver.execute_script(&run.base).context("the base")?;
    if let Some(rows) = run.rows.as_ref().filter(|_| with_rows) {
        driver.execute_script(rows).context("the rows")?;
    }
    for statement in &run.setup {
        // A part of a setup that this version does not know is missing, and the statement is refused then.
        if let Err(error) = driver.execute(statement) {
            println!("{}: setup: {error}: {statement}", run.place);
        }
    }
    if with_rows && run.rows.is_none() {
        rows::fill(driver)?;
    }
    for (name, value) in &run.settings {
        driver.execute(&format!("SET {name} = '{value}'"))?;
    }
    Ok(())
}

/// The schema as whoever reads the files knows it.
struct Seen {
    schema: Folding,
    sure: bool,
    session: Session,
    facts: Facts,
    place: String,
}

impl Seen {
    fn new(database: &mut Database, run: &Run) -> Result<Seen> {
        let dialect = database.driver.dialect();
        let facts = Facts { version: Some(database.driver.version()), ..Facts::default() };
        let session = Session::new(run.settings.iter().cloned().collect());
        let (schema, place) = (Folding::new(Schema::new(dialect.engine())), run.place.clone());
        let mut seen = Seen { schema, sure: true, session, facts, place };
        let base = dialect.split(&run.base).into_iter().map(|range| run.base[range].to_string());
        for sql in base.chain(run.setup.iter().cloned()) {
            seen.follow(&dialect.understand(&sql), database);
        }
        Ok(seen)
    }

    fn follow(&mut self, understanding: &Understanding, database: &mut Database) {
        let Understanding::Known { steps, .. } = understanding else {
            self.sure = false;
            return;
        };
        for step in steps {
            self.session.take(step, false);
            self.sure &= self.schema.apply(step, database.driver.dialect()).is_ok();
        }
    }

    fn judge_and_run(&mut self, database: &mut Database, sql: &str) -> Result<Measured> {
        let dialect = database.driver.dialect();
        let understanding = dialect.understand(sql);
        let at = Circumstances {
            before: self.schema.schema(),
            complete: self.sure,
            certain: self.sure,
            facts: &self.facts,
            session: &self.session,
            in_transaction: understanding.transactional(),
        };
        let prediction = dialect.predict(sql, &understanding, &at);
        let did = match &understanding {
            Understanding::Known { steps, .. } if is_of_session(steps) => in_session(database, sql, steps)?,
            _ => run(database, sql, understanding.transactional())?,
        };
        if did.error.is_none() {
            self.follow(&understanding, database);
        }
        Ok(Measured { place: self.place.clone(), sql: sql.to_string(), understanding, prediction, did })
    }
}

fn is_of_session(steps: &[Step]) -> bool {
    !steps.is_empty() && steps.iter().all(|step| matches!(step, Step::SetSession { .. }))
}

/// Settings stay; transactions are this file's own.
fn in_session(database: &mut Database, sql: &str, steps: &[Step]) -> Result<Did> {
    let words = ["BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "ROLLBACK TO", "TRANSACTION", "CONSTRAINTS"];
    let of_transaction = |step: &Step| matches!(step, Step::SetSession { name, .. } if words.contains(&name.as_str()));
    let mut did = Did { sampled: true, ..Did::default() };
    if !steps.iter().any(of_transaction) {
        let plain = sql.replacen("LOCAL ", "", 1).replacen("local ", "", 1);
        did.error = database.driver.execute(&plain).err().map(|error| error.to_string());
    }
    Ok(did)
}

fn run(database: &mut Database, sql: &str, transactional: bool) -> Result<Did> {
    let driver = database.driver.as_mut();
    let before = relations(driver)?;
    let mut did = Did { sampled: !transactional, ..Did::default() };
    for relation in before.values().filter(|relation| relation.part) {
        did.parts.insert(relation.name.clone(), relation.table.clone());
    }
    if transactional {
        driver.begin()?;
    }
    // What the session read before is counted with what it reads now.
    let read_before = read(driver)?;
    if let Err(error) = driver.execute(sql) {
        did.error = Some(error.to_string().lines().next().unwrap_or_default().to_string());
        if transactional {
            driver.rollback()?;
        }
        return Ok(did);
    }
    let after = relations(driver)?;
    if transactional {
        locks(driver, &before, &mut did)?;
        scans(&read_before, &read(driver)?, &before, &mut did);
        driver.commit()?;
    }
    files(&before, &after, &mut did);
    Ok(did)
}

fn locks(driver: &mut dyn Driver, before: &BTreeMap<String, Relation>, did: &mut Did) -> Result<()> {
    let held = driver.query(
        "SELECT relation::text, mode FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation' AND granted \
         AND relation >= 16384",
        &[],
    )?;
    for row in held {
        let [Some(number), Some(name)] = row.as_slice() else { continue };
        // What the statement itself made is nobody else's.
        let Some(relation) = before.get(number) else { continue };
        let happened = did.of(&relation.table);
        let mode = Some(did::mode(name).with_context(|| format!("`{name}` is no mode"))?);
        match relation.part {
            true => happened.mode_of_parts = happened.mode_of_parts.max(mode),
            false => happened.mode = happened.mode.max(mode),
        }
    }
    Ok(())
}

fn scans(
    then: &BTreeMap<String, i64>,
    now: &BTreeMap<String, i64>,
    before: &BTreeMap<String, Relation>,
    did: &mut Did,
) {
    for (number, rows) in now {
        let more = rows > then.get(number).unwrap_or(&0);
        if let Some(relation) = before.get(number).filter(|relation| more && !relation.part) {
            did.of(&relation.table).scanned = true;
        }
    }
}

/// How many rows the backend has read from each relation from end to end.
fn read(driver: &mut dyn Driver) -> Result<BTreeMap<String, i64>> {
    let rows = driver.query("SELECT relid::text, seq_tup_read::text FROM pg_stat_xact_all_tables", &[])?;
    let count = |row: &Vec<Option<String>>| match row.as_slice() {
        [Some(number), Some(rows)] => Some((number.clone(), rows.parse().ok()?)),
        _ => None,
    };
    Ok(rows.iter().filter_map(count).collect())
}

/// Other files, and files of indexes that were not there.
fn files(before: &BTreeMap<String, Relation>, after: &BTreeMap<String, Relation>, did: &mut Did) {
    for (number, now) in after {
        match before.get(number) {
            Some(then) if then.file == now.file || now.file.is_empty() => {}
            Some(then) if then.index => did.of(&then.table).indexes_built = true,
            Some(then) if !then.part => did.of(&then.table).rewritten = true,
            Some(_) => {}
            None if now.index && !now.file.is_empty() => {
                let old_table = before.values().any(|relation| !relation.part && relation.table == now.table);
                let old_file = before.values().any(|relation| relation.file == now.file);
                if old_table && !old_file {
                    did.of(&now.table).indexes_built = true;
                }
            }
            None => {}
        }
    }
}

/// Every relation of the database that people made, by its number.
fn relations(driver: &mut dyn Driver) -> Result<BTreeMap<String, Relation>> {
    let found = driver.query(RELATIONS, &[])?;
    let mut relations = BTreeMap::new();
    for row in found {
        let [Some(number), Some(kind), Some(name), owner, file] = row.as_slice() else { continue };
        let table = owner.clone().unwrap_or_else(|| name.clone());
        let (part, index) = (owner.is_some(), matches!(kind.as_str(), "i" | "I"));
        let file = file.clone().unwrap_or_default();
        // Sequences get a new file with every change: that is no work.
        let file = if kind == "S" { String::new() } else { file };
        relations.insert(number.clone(), Relation { name: name.clone(), table, part, index, file });
    }
    Ok(relations)
}

const RELATIONS: &str = "
SELECT c.oid::text, c.relkind::text,
       CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || c.relname,
       (SELECT CASE m.nspname WHEN 'public' THEN '' ELSE m.nspname || '.' END || o.relname
        FROM pg_class o JOIN pg_namespace m ON m.oid = o.relnamespace
        WHERE o.oid = coalesce(
            (SELECT indrelid FROM pg_index WHERE indexrelid = c.oid),
            (SELECT refobjid FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid
             AND c.relkind = 'S' AND refclassid = 'pg_class'::regclass AND deptype IN ('a', 'i') LIMIT 1))),
       pg_relation_filenode(c.oid)::text
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid >= 16384 AND n.nspname !~ '^pg_'";
