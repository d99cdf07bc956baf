//! Rehearsals on real engines: what is measured, which queries break, slow down or wait, and whether the way back and a
//! run that is killed end where they should.
#![allow(clippy::panic)]

#[path = "rehearsal/every_case.rs"]
mod every_case;

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use whimbrel_acceptance::database::{self, Database, Ground, SQLITE};
use whimbrel_frontends::revision::read_folder;
use whimbrel_plan::review::{Blocks, Touched};
use whimbrel_run::apply::{Held, Options};
use whimbrel_run::backup::Scope;
use whimbrel_run::rehearse::{
    Came, Code, Copied, Fate, How, Measured, Preserved, Query, Reading, Rehearsal, RelationReading, Severity, Trial,
    Version, Wanted, rehearse,
};
use whimbrel_run::{Actor, apply};

struct Copy {
    database: Database,
    folder: tempfile::TempDir,
    /// Of more than so many rows nothing is kept under a lock that others wait for.
    kept_rows: u64,
}

/// SQLite, and two versions of PostgreSQL where they are installed.
fn grounds() -> Result<Vec<Ground>> {
    let servers = database::postgres()?.into_iter().filter(|ground| ground.major != 13);
    Ok([SQLITE].into_iter().chain(servers).collect())
}

fn servers() -> Result<Vec<Ground>> {
    Ok(database::postgres()?.into_iter().filter(|ground| ground.major != 13).collect())
}

impl Copy {
    /// A database in which the first revision is applied, and filled.
    fn of(ground: Ground, first: &str, rows: &str) -> Result<Copy> {
        let mut copy = Copy { database: ground.database()?, folder: tempfile::tempdir()?, kept_rows: 1_000_000 };
        copy.revision("aaaa00000001", "none", first, "-- nothing to do")?;
        copy.upgrade()?;
        copy.database.driver.execute_script(rows)?;
        Ok(copy)
    }

    fn revision(&self, id: &str, parents: &str, upgrade: &str, downgrade: &str) -> Result<()> {
        let text = format!(
            "-- revision: {id}\n-- parents:  {parents}\n-- message:  revision {id}\n\n-- upgrade\n{upgrade}\n\n\
             -- downgrade\n{downgrade}\n"
        );
        Ok(std::fs::write(self.folder.path().join(format!("{id}.sql")), text)?)
    }

    fn upgrade(&mut self) -> Result<()> {
        let history = read_folder(self.folder.path()).map_err(|problems| anyhow::anyhow!("{problems:?}"))?;
        let options = Options::new(Actor::here("0.0.0"));
        apply::upgrade(self.database.driver.as_mut(), &history, &"head".parse()?, &options, &mut |_| {})?;
        Ok(())
    }

    fn rehearse(&self, queries: &[(&str, Version)], seed: u64) -> Result<Rehearsal> {
        self.rehearse_at(&self.database.url, queries, seed, true)
    }

    /// Run once and left so, where it is not `tried`.
    fn rehearse_at(&self, url: &str, queries: &[(&str, Version)], seed: u64, tried: bool) -> Result<Rehearsal> {
        let history = read_folder(self.folder.path()).map_err(|problems| anyhow::anyhow!("{problems:?}"))?;
        let mut options = Options::new(Actor::here("0.0.0"));
        options.keep.rows = self.kept_rows;
        let target = "head".parse()?;
        let query = |(sql, version): &(&str, Version)| Query {
            name: "query.sql:1".to_string(),
            sql: (*sql).to_string(),
            version: *version,
        };
        let wanted = Wanted {
            history: &history,
            target: &target,
            options: &options,
            copy: Copied { how: How::Existing, place: "a test".to_string(), took_us: 0, backup: None },
            queries: queries.iter().map(query).collect(),
            under_load: true,
            undo: tried,
            kill: tried,
            seed,
            version: "0.0.0".to_string(),
        };
        let url = whimbrel_engines::url::parse(url)?;
        let found = rehearse(wanted, &mut || whimbrel_engines::connect(&url), &mut |_| {})?;
        let text = serde_json::to_string(&found)?;
        ensure!(serde_json::from_str::<Rehearsal>(&text)? == found, "it does not survive being written and read");
        Ok(found)
    }
}

const EMAIL: &str = "CREATE TABLE email (id integer PRIMARY KEY, subject text NOT NULL, size integer);\n\
                     CREATE INDEX ix_email_subject ON email (subject);";

fn rows(ground: Ground, count: usize) -> String {
    let series = match ground.major {
        0 => format!(
            "WITH RECURSIVE n(g) AS (SELECT 1 UNION ALL SELECT g + 1 FROM n WHERE g < {count}) SELECT g, 's' || g, g FROM n"
        ),
        _ => format!("SELECT g, 's' || g, g FROM generate_series(1, {count}) g"),
    };
    format!("INSERT INTO email {series}")
}

fn measured(found: &Rehearsal, at: usize) -> Result<&Measured> {
    let statement = found.statements().nth(at).map(|(_, statement)| statement);
    statement.with_context(|| format!("no statement {at}: {:#?}", found.stopped))
}

fn relation<'f>(measured: &'f Measured, name: &str) -> Result<&'f RelationReading> {
    let reading = measured.reading.as_ref().context("nothing was read off")?;
    let is = |it: &&RelationReading| matches!(&it.on, Touched::Relation(on) if on.to_string() == name);
    reading.relations.iter().find(is).with_context(|| format!("nothing of `{name}`: {reading:#?}"))
}

#[test]
fn a_rename_that_breaks_old_queries_is_named_in_the_engines_words() -> Result<()> {
    for ground in grounds()? {
        let copy = Copy::of(ground, EMAIL, &rows(ground, 50))?;
        copy.revision(
            "bbbb00000002",
            "aaaa00000001",
            "ALTER TABLE email RENAME COLUMN subject TO title;",
            "ALTER TABLE email RENAME COLUMN title TO subject;",
        )?;
        let queries = [
            ("SELECT id, subject FROM email WHERE subject = %s", Version::Old),
            ("SELECT title FROM email WHERE id = :id", Version::New),
            ("SELECT count(*) FROM email", Version::Old),
        ];
        let found = copy.rehearse(&queries, 1)?;
        let broken: Vec<_> = found.findings.iter().filter(|it| it.code == Code::QueryBreaks).collect();
        assert_eq!(broken.len(), 1, "{ground}: {:#?}", found.findings);
        let words = if ground.major == 0 { "no such column: subject" } else { "column \"subject\" does not exist" };
        assert!(broken[0].message.contains(words), "{ground}: {}", broken[0].message);
        assert!(broken[0].severity == Severity::Broken && !found.passed() && found.broken_queries() == 1);
        assert!(found.queries[1].answers[1].came.worked(), "{ground}: the new code works after it");
        assert!(matches!(found.queries[2].answers[1].came, Came::Worked { rows: Some(1), .. }), "{ground}");
        assert!(matches!(found.undone, Trial::Passed { .. }), "{ground}: {:?}", found.undone);
        assert!(matches!(found.killed, Trial::Passed { .. }), "{ground}: {:?}", found.killed);
    }
    Ok(())
}

#[test]
fn an_index_that_goes_makes_a_plan_worse() -> Result<()> {
    for ground in grounds()? {
        let copy = Copy::of(ground, EMAIL, &rows(ground, 5_000))?;
        copy.revision(
            "bbbb00000002",
            "aaaa00000001",
            "DROP INDEX ix_email_subject;",
            "CREATE INDEX ix_email_subject ON email (subject);",
        )?;
        let queries = [
            ("SELECT id FROM email WHERE subject = 's7'", Version::Old),
            ("SELECT size FROM email WHERE subject = $1", Version::New),
            ("SELECT id FROM email WHERE id = 7", Version::Old),
        ];
        let found = copy.rehearse(&queries, 2)?;
        let worse: Vec<&str> =
            found.findings.iter().filter(|it| it.code == Code::PlanWorse).map(|it| it.message.as_str()).collect();
        assert_eq!(worse.len(), 2, "{ground}: {:#?}", found.findings);
        assert!(worse[0].contains("was read by `ix_email_subject`"), "{ground}: {worse:?}");
        assert!(found.passed(), "{ground}: slower is not broken");
    }
    Ok(())
}

#[test]
fn a_statement_that_keeps_readers_out_shows_their_milliseconds() -> Result<()> {
    for ground in servers()? {
        let copy = Copy::of(ground, EMAIL, &rows(ground, 200))?;
        copy.revision(
            "bbbb00000002",
            "aaaa00000001",
            "ALTER TABLE email ALTER COLUMN size TYPE bigint;\nSELECT pg_sleep(0.4);",
            "ALTER TABLE email ALTER COLUMN size TYPE integer;",
        )?;
        let found = copy.rehearse(&[("SELECT count(*) FROM email", Version::Old)], 3)?;
        let alter = measured(&found, 0)?;
        let email = relation(alter, "email")?;
        assert_eq!((email.fate, email.blocks()), (Fate::Rewritten, Blocks::ReadsAndWrites), "{ground}");
        assert!(email.locks.iter().any(|lock| lock.name == "ACCESS EXCLUSIVE"), "{ground}: {email:?}");
        assert!(alter.reading.as_ref().is_some_and(|it| it.wal_bytes > Some(0)), "{ground}: {alter:#?}");
        // The wait is as long as the transaction, not as the statement.
        let longest = found.longest_wait_us();
        assert!((300_000..5_000_000).contains(&longest), "{ground}: waited {longest} µs: {alter:#?}");
        assert!(alter.held_us() >= 400_000, "{ground}: held for {} µs", alter.held_us());
        assert!(alter.under.is_empty(), "{ground}: {:?}", alter.under);
    }
    Ok(())
}

/// What the server's own table of locks says of one statement in a transaction of its own: as law 6 measures it.
fn locks_of(database: &mut Database, sql: &str) -> Result<Vec<(String, String)>> {
    let driver = database.driver.as_mut();
    let names = "SELECT oid::text, relname FROM pg_class WHERE relnamespace = 'public'::regnamespace \
                 AND relname IN ('email', 'ix_email_subject', 'parent')";
    let text = |cell: Option<String>| cell.unwrap_or_default();
    let pair = |row: Vec<Option<String>>| {
        let mut cells = row.into_iter().map(text);
        Some((cells.next()?, cells.next()?))
    };
    let names: BTreeMap<String, String> = driver.query(names, &[])?.into_iter().filter_map(pair).collect();
    driver.begin()?;
    driver.execute(sql)?;
    let held = "SELECT relation::text, mode FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation' \
                AND granted AND relation >= 16384";
    let held: Vec<(String, String)> = driver.query(held, &[])?.into_iter().filter_map(pair).collect();
    driver.rollback()?;
    let mode = |mode: &str| mode.trim_end_matches("Lock").to_uppercase();
    let of_case = held.iter().filter_map(|(oid, held)| Some((names.get(oid)?.clone(), mode(held))));
    let mut locks: Vec<(String, String)> = of_case.collect();
    locks.sort();
    Ok(locks)
}

#[test]
fn locks_are_those_of_the_servers_own_table() -> Result<()> {
    const CASES: [(&str, &str); 6] = [
        ("ALTER TABLE email ADD COLUMN flag boolean", "ALTER TABLE email DROP COLUMN flag"),
        ("CREATE INDEX ix_size ON email (size)", "DROP INDEX ix_size"),
        ("ALTER TABLE email ADD CONSTRAINT c CHECK (size > 0) NOT VALID", "ALTER TABLE email DROP CONSTRAINT c"),
        (
            "ALTER TABLE email ADD CONSTRAINT f FOREIGN KEY (size) REFERENCES parent (id) NOT VALID",
            "ALTER TABLE email DROP CONSTRAINT f",
        ),
        ("UPDATE email SET size = size + 1", "UPDATE email SET size = size - 1"),
        ("DROP INDEX ix_email_subject", "CREATE INDEX ix_email_subject ON email (subject)"),
    ];
    for ground in servers()? {
        for (upgrade, downgrade) in CASES {
            let first = format!("{EMAIL}\nCREATE TABLE parent (id integer PRIMARY KEY);");
            let mut copy = Copy::of(ground, &first, &rows(ground, 20))?;
            let expected = locks_of(&mut copy.database, upgrade)?;
            assert!(!expected.is_empty(), "{ground}: {upgrade} locked nothing");
            copy.revision("bbbb00000002", "aaaa00000001", &format!("{upgrade};"), &format!("{downgrade};"))?;
            let found = copy.rehearse(&[], 4)?;
            let reading = measured(&found, 0)?.reading.clone().context("nothing was read off")?;
            let mut seen = Vec::new();
            for relation in &reading.relations {
                let Touched::Relation(name) = &relation.on else { continue };
                let of_case = ["email", "ix_email_subject", "parent"].contains(&name.to_string().as_str());
                let locks = relation.locks.iter().filter(|_| of_case);
                seen.extend(locks.map(|lock| (name.to_string(), lock.name.replace(' ', ""))));
            }
            seen.sort();
            assert_eq!(seen, expected, "{ground}: {upgrade}");
            assert_eq!(measured(&found, 0)?.under, Vec::<String>::new(), "{ground}: {upgrade}");
        }
    }
    Ok(())
}

/// What one statement locks and what becomes of each relation, in words that can be compared.
fn doings(measured: &Measured) -> Result<Vec<String>> {
    let reading = measured.reading.as_ref().context("nothing was read off")?;
    let of = |relation: &RelationReading| {
        let locks: Vec<&str> = relation.locks.iter().map(|lock| lock.name.as_str()).collect();
        format!("{:?} {} {:?}", relation.on, locks.join(", "), relation.fate)
    };
    let mut all: Vec<String> = reading.relations.iter().map(of).collect();
    all.sort();
    Ok(all)
}

#[test]
fn what_was_measured_on_a_restored_copy_is_what_happens_where_it_counts() -> Result<()> {
    let revisions = [
        "ALTER TABLE email ADD COLUMN flag boolean DEFAULT false;\nCREATE INDEX ix_size ON email (size);",
        "ALTER TABLE email ALTER COLUMN size TYPE bigint;",
        "ALTER TABLE email ADD CONSTRAINT c CHECK (size > 0) NOT VALID;\nALTER TABLE email VALIDATE CONSTRAINT c;",
        "UPDATE email SET flag = true WHERE size > 100;\nALTER TABLE email RENAME COLUMN subject TO title;",
        "DROP INDEX ix_email_subject;\nCREATE TABLE note (id integer PRIMARY KEY REFERENCES email (id));",
    ];
    let back = [
        "DROP INDEX ix_size;\nALTER TABLE email DROP COLUMN flag;",
        "ALTER TABLE email ALTER COLUMN size TYPE integer;",
        "ALTER TABLE email DROP CONSTRAINT c;",
        "ALTER TABLE email RENAME COLUMN title TO subject;\nUPDATE email SET flag = false;",
        "DROP TABLE note;\nCREATE INDEX ix_email_subject ON email (title);",
    ];
    let ids = ["aaaa00000001", "bbbb00000002", "cccc00000003", "dddd00000004", "eeee00000005", "ffff00000006"];
    // Backed up by the programs that are found beside it.
    for ground in servers()?.into_iter().filter(|ground| ground.major == 15) {
        let mut real = Copy::of(ground, EMAIL, &rows(ground, 5_000))?;
        let mut copy = ground.database()?;
        let folder = tempfile::tempdir()?;
        let mut go_on = |_| std::ops::ControlFlow::Continue(());
        real.database.driver.copy_out(&Scope::Full, folder.path(), &mut go_on)?;
        copy.driver.copy_in(folder.path(), None, &mut go_on)?;
        for (at, (upgrade, downgrade)) in revisions.iter().zip(back).enumerate() {
            real.revision(ids[at + 1], ids[at], upgrade, downgrade)?;
        }
        let rehearsed = real.rehearse_at(&copy.url, &[], 7, true)?;
        let happened = real.rehearse_at(&real.database.url, &[], 7, false)?;
        assert!(rehearsed.stopped.is_none() && happened.stopped.is_none(), "{:?}", rehearsed.stopped);
        assert!(matches!(rehearsed.undone, Trial::Passed { .. }), "{ground}: {:?}", rehearsed.undone);
        assert_eq!(happened.statements().count(), 9, "{ground}");
        println!("{ground}: statement, on the copy, where it counts");
        for ((_, foreseen), (_, real)) in rehearsed.statements().zip(happened.statements()) {
            println!("  {:>8} µs {:>8} µs  {}", foreseen.took_us, real.took_us, real.sql);
            assert_eq!(doings(foreseen)?, doings(real)?, "{ground}: {}", real.sql);
            // Nothing is done that was not foretold, here or there.
            assert_eq!((&foreseen.under, &real.under), (&Vec::new(), &Vec::new()), "{ground}: {}", real.sql);
        }
    }
    Ok(())
}

#[test]
fn what_runs_in_no_transaction_is_watched_from_beside() -> Result<()> {
    for ground in servers()? {
        let copy = Copy::of(ground, EMAIL, &rows(ground, 30_000))?;
        copy.revision(
            "bbbb00000002",
            "aaaa00000001",
            "-- transaction: none\nCREATE INDEX CONCURRENTLY ix_size ON email (size);",
            "DROP INDEX ix_size;",
        )?;
        let found = copy.rehearse(&[("SELECT id FROM email WHERE size = 3", Version::Old)], 5)?;
        let build = measured(&found, 0)?;
        let reading = build.reading.as_ref().context("nothing was read off")?;
        assert!(reading.sampled, "{ground}");
        let email = relation(build, "email")?;
        assert!(email.locks.iter().any(|lock| lock.name == "SHARE UPDATE EXCLUSIVE"), "{ground}: {email:?}");
        assert!(email.blocks() == Blocks::SchemaChanges && email.rows_read >= Some(30_000), "{ground}: {email:?}");
        assert_eq!(relation(build, "ix_size")?.fate, Fate::Made);
        assert!(build.under.is_empty() && build.waited.is_empty(), "{ground}: {build:#?}");
        assert!(matches!(found.killed, Trial::Passed { .. }), "{ground}: {:?}", found.killed);
    }
    Ok(())
}

#[test]
fn a_run_that_is_killed_anywhere_is_ended_by_the_next() -> Result<()> {
    for ground in grounds()? {
        let copy = Copy::of(ground, EMAIL, &rows(ground, 300))?;
        copy.revision(
            "bbbb00000002",
            "aaaa00000001",
            "ALTER TABLE email ADD COLUMN title text;\n-- backfill\nUPDATE email SET title = subject WHERE title IS NULL;\n\
             CREATE INDEX ix_title ON email (title);",
            "DROP INDEX ix_title;\nALTER TABLE email DROP COLUMN title;",
        )?;
        let mut told = std::collections::BTreeSet::new();
        for seed in 0..3 {
            let found = copy.rehearse(&[], seed)?;
            let Trial::Passed { told: how, .. } = &found.killed else { panic!("{ground}: {:?}", found.killed) };
            told.insert(how.clone());
            let email = found.tables.iter().find(|it| it.table.to_string() == "email").context("email")?;
            assert!(matches!(email.outcome, Preserved::Same { rows: 300 }), "{ground}: {email:?}");
            let mut driver = database::open(&copy.database.url)?;
            let history = read_folder(copy.folder.path()).map_err(|problems| anyhow::anyhow!("{problems:?}"))?;
            let options = Options::new(Actor::here("0.0.0"));
            apply::downgrade(driver.as_mut(), &history, &"aaaa00000001".parse()?, &options, &mut |_| {})?;
        }
        assert!(told.iter().any(|how| how.starts_with("killed")) && told.len() > 1, "{ground}: {told:?}");
    }
    Ok(())
}

#[test]
fn a_way_back_that_does_not_lead_back_is_told() -> Result<()> {
    for ground in grounds()? {
        let copy = Copy::of(ground, EMAIL, &rows(ground, 30))?;
        copy.revision(
            "bbbb00000002",
            "aaaa00000001",
            "CREATE TABLE note (id integer PRIMARY KEY);\nDELETE FROM email WHERE id > 20;",
            "UPDATE email SET size = 0 WHERE id = 1;",
        )?;
        let found = copy.rehearse(&[], 6)?;
        let Trial::Failed { why } = &found.undone else { panic!("{ground}: {:?}", found.undone) };
        assert!(why.iter().any(|why| why.contains("note")), "{ground}: {why:?}");
        assert!(why.iter().any(|why| why.contains("`email`")), "{ground}: {why:?}");
        assert!(matches!(found.killed, Trial::NotDone { .. }), "{ground}: {:?}", found.killed);
        let email = found.tables.iter().find(|it| it.table.to_string() == "email").context("email")?;
        assert!(
            matches!(&email.outcome, Preserved::Changed { from: 30, to: 20, by: Some(by) } if by.contains("statement 2")),
            "{ground}: {email:?}"
        );
        assert!(!found.destroyed.is_empty(), "{ground}: rows went and nobody says so");
    }
    Ok(())
}

#[test]
fn a_revision_that_fails_is_a_result() -> Result<()> {
    for ground in grounds()? {
        let copy = Copy::of(ground, EMAIL, &rows(ground, 10))?;
        copy.revision(
            "bbbb00000002",
            "aaaa00000001",
            "ALTER TABLE email ADD COLUMN one integer;\nINSERT INTO email (id, subject) VALUES (1, 'there already');",
            "ALTER TABLE email DROP COLUMN one;",
        )?;
        let found = copy.rehearse(&[("SELECT 1", Version::Old)], 7)?;
        let stopped = found.stopped.as_ref().context("it did not stop")?;
        assert_eq!(stopped.statement, Some(2), "{ground}: {stopped:?}");
        let words = if ground.major == 0 { "UNIQUE constraint failed" } else { "duplicate key value" };
        assert!(stopped.why.contains(words) && !found.passed(), "{ground}: {stopped:?}");
    }
    Ok(())
}

/// A wait of its own would hold up the whole suite: this one only shows that the number is there to be read.
#[test]
fn what_sorts_on_the_disk_says_how_much() -> Result<()> {
    for ground in servers()? {
        let copy = Copy::of(ground, EMAIL, &rows(ground, 30_000))?;
        copy.revision(
            "bbbb00000002",
            "aaaa00000001",
            "SET maintenance_work_mem = '1MB';\nCREATE INDEX ix_both ON email (size, subject);",
            "DROP INDEX ix_both;",
        )?;
        let found = copy.rehearse(&[], 8)?;
        let reading = measured(&found, 1)?.reading.clone().context("nothing was read off")?;
        assert!(reading.temporary_bytes > Some(100_000), "{ground}: {reading:#?}");
        assert!(Duration::from_micros(found.took_us) > Duration::ZERO);
    }
    Ok(())
}

/// The locks of a reading by relation, each by its name.
fn locks(reading: Option<&Reading>) -> Result<Vec<String>> {
    let reading = reading.context("nothing was read off")?;
    let named = |on: &Touched| match on {
        Touched::Relation(name) => name.to_string(),
        Touched::Database | Touched::Unnamed => "the database".to_string(),
    };
    let all = reading.relations.iter().flat_map(|it| it.locks.iter().map(move |lock| (named(&it.on), lock)));
    Ok(all.map(|(on, lock)| format!("{} on {on}", lock.name)).collect())
}

#[test]
fn what_keeping_locks_is_measured_by_itself_and_told_of_the_statement_that_destroys() -> Result<()> {
    for ground in grounds()? {
        let copy = Copy::of(ground, EMAIL, &rows(ground, 3_000))?;
        let upgrade = "CREATE TABLE note (id integer PRIMARY KEY);\nALTER TABLE email DROP COLUMN size;";
        let downgrade = "ALTER TABLE email ADD COLUMN size integer;\nDROP TABLE note;";
        copy.revision("bbbb00000002", "aaaa00000001", upgrade, downgrade)?;
        let found = copy.rehearse(&[("SELECT count(*) FROM email", Version::Old)], 3)?;
        let (harmless, drops) = (measured(&found, 0)?, measured(&found, 1)?);
        assert!(harmless.keeping.is_empty(), "{ground}: {:#?}", harmless.keeping);
        let [keeping] = drops.keeping.as_slice() else {
            panic!("{ground}: kept once before the statement that destroys: {:#?}", drops.keeping)
        };
        let (lock, blocks) = match ground.major {
            0 => ("RESERVED on the database", Blocks::Writes),
            _ => ("ACCESS EXCLUSIVE on email", Blocks::ReadsAndWrites),
        };
        let taken = locks(keeping.reading.as_ref())?;
        assert!(taken.iter().any(|it| it == lock), "{ground}: {lock} is not in {taken:?}");
        assert_eq!((keeping.held, keeping.blocks()), (Held::Along, blocks), "{ground}");
        assert!(keeping.what.contains("size"), "{ground}: {}", keeping.what);
        // It comes before the first statement, and lets go when the transaction is over.
        assert!(keeping.began_us <= harmless.began_us && keeping.over_us == drops.over_us, "{ground}: {keeping:#?}");
        assert!(keeping.held_us() >= keeping.took_us && keeping.took_us > 0, "{ground}: {keeping:#?}");
        assert!(found.longest_lock_us() >= keeping.held_us(), "{ground}: {} µs", found.longest_lock_us());
        if ground.major != 0 {
            // What is held already the statement cannot take once more.
            let own = locks(drops.reading.as_ref())?;
            assert!(!own.iter().any(|it| it == lock), "{ground}: {own:?}");
            assert!(keeping.reading.as_ref().is_some_and(|it| it.wal_bytes > Some(0)), "{ground}: {keeping:#?}");
        }
        assert!(matches!(found.undone, Trial::Passed { .. }), "{ground}: {:?}", found.undone);
    }
    Ok(())
}

#[test]
fn a_keeping_that_blocks_more_than_its_statement_is_a_finding() -> Result<()> {
    for ground in servers()? {
        let copy = Copy::of(ground, EMAIL, &rows(ground, 300))?;
        copy.revision("bbbb00000002", "aaaa00000001", "DELETE FROM email WHERE id < 100;", "-- nothing to do")?;
        let found = copy.rehearse(&[], 3)?;
        let delete = measured(&found, 0)?;
        let [keeping] = delete.keeping.as_slice() else { panic!("{ground}: {:#?}", delete.keeping) };
        assert!(delete.blocks() < Blocks::Writes && keeping.blocks() == Blocks::Writes, "{ground}: {keeping:#?}");
        let told: Vec<&str> =
            found.findings.iter().filter(|it| it.code == Code::KeepingLocks).map(|it| it.message.as_str()).collect();
        assert_eq!(told.len(), 1, "{ground}: {:#?}", found.findings);
        assert!(told[0].contains("keeps whoever writes out") && told[0].contains("would not"), "{ground}: {told:?}");
    }
    Ok(())
}

#[test]
fn of_a_table_that_is_copied_while_others_write_the_lock_that_begins_it_is_measured() -> Result<()> {
    for ground in servers()? {
        let mut copy = Copy::of(ground, EMAIL, &rows(ground, 3_000))?;
        copy.kept_rows = 100;
        copy.database.driver.execute_script("ANALYZE")?;
        let back = "ALTER TABLE email ADD COLUMN size integer;";
        copy.revision("bbbb00000002", "aaaa00000001", "ALTER TABLE email DROP COLUMN size;", back)?;
        let found = copy.rehearse(&[], 3)?;
        let keeping = &measured(&found, 0)?.keeping;
        let held: Vec<Held> = keeping.iter().map(|it| it.held).collect();
        assert_eq!(held, [Held::Ahead, Held::Along], "{ground}: {keeping:#?}");
        let begun = locks(keeping[0].reading.as_ref())?;
        assert!(begun.iter().any(|it| it == "SHARE ROW EXCLUSIVE on email"), "{ground}: {begun:?}");
        let along = locks(keeping[1].reading.as_ref())?;
        assert!(along.iter().any(|it| it == "ACCESS EXCLUSIVE on email"), "{ground}: {along:?}");
        assert!(keeping[0].over_us <= keeping[1].began_us, "{ground}: {keeping:#?}");
    }
    Ok(())
}
