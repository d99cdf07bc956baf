//! Large tables are copied before the lock is taken, and whatever is written meanwhile is in the copy.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Result, ensure};
use whimbrel_acceptance::project::{self, On, Project};
use whimbrel_run::apply::{ApplyError, Failure, Options};
use whimbrel_run::keep::{self, Keep, Soundness};
use whimbrel_run::{DriverError, DriverErrorKind, backfill};

const ROWS: u64 = 3_000;
const WRITERS: u64 = 3;

#[test]
fn runner() {
    project::be_a_runner();
}

/// Each row says twice what it holds: in `v` and in another place, which stays.
struct Story {
    make: &'static str,
    there: &'static str,
    back: &'static str,
    /// One transaction each, of the numbers `$n`, which many share, and `$x`, which no other has.
    writes: &'static [&'static str],
    /// Rows that differ from what they were when the values went.
    wrong: &'static str,
}

const COLUMN: Story = Story {
    make: "CREATE TABLE t (id bigint PRIMARY KEY, v text, mood text, w text);
        INSERT INTO t SELECT n, 'v' || n, NULL, 'v' || n FROM generate_series(1, 3000) AS n;",
    there: "ALTER TABLE t DROP COLUMN v;",
    back: "ALTER TABLE t ADD COLUMN v text;",
    writes: &[
        "UPDATE t SET v = '$x', w = '$x' WHERE id BETWEEN $n AND $n + 3",
        "UPDATE t SET v = NULL, w = NULL WHERE id = $n",
        "DELETE FROM t WHERE id = $n AND v IS NOT NULL",
        "INSERT INTO t (id, v, w) VALUES ($n, '$x', '$x') ON CONFLICT (id) DO UPDATE SET v = '$x', w = '$x'",
        "DELETE FROM t WHERE id = $n; INSERT INTO t (id, v, w) VALUES ($n, 'again $x', 'again $x') ON CONFLICT (id) DO NOTHING",
        "UPDATE t SET id = 100000 + $x, v = 'moved', w = 'moved' WHERE id = $n",
    ],
    wrong: "SELECT id, v, w FROM t WHERE v IS DISTINCT FROM w",
};

const TABLE: Story = Story {
    make: "CREATE TYPE mood AS ENUM ('sad', 'glad');
        CREATE TABLE t (\"the key\" text, part integer, v numeric, m mood, at timestamptz, PRIMARY KEY (part, \"the key\"));
        CREATE TABLE u (LIKE t);
        INSERT INTO t SELECT 'k' || n, n % 7, n, 'glad', '2026-01-01 12:00+00' FROM generate_series(1, 3000) AS n;
        INSERT INTO u SELECT * FROM t;",
    there: "DROP TABLE t;",
    back: "CREATE TABLE t (\"the key\" text, part integer, v numeric, m mood, at timestamptz, PRIMARY KEY (part, \"the key\"));",
    writes: &[
        "UPDATE t SET v = $x, m = 'sad' WHERE \"the key\" = 'k$n'; UPDATE u SET v = $x, m = 'sad' WHERE \"the key\" = 'k$n'",
        "DELETE FROM t WHERE \"the key\" = 'k$n'; DELETE FROM u WHERE \"the key\" = 'k$n'",
        "INSERT INTO t VALUES ('new $x', 1, $n, 'sad', '2026-07-01 12:00+02'); \
         INSERT INTO u VALUES ('new $x', 1, $n, 'sad', '2026-07-01 12:00+02')",
        "UPDATE t SET part = part + 7 WHERE \"the key\" = 'k$n'; UPDATE u SET part = part + 7 WHERE \"the key\" = 'k$n'",
    ],
    wrong: "(TABLE t EXCEPT ALL TABLE u) UNION ALL (TABLE u EXCEPT ALL TABLE t)",
};

fn options(project: &Project) -> Options {
    let backfill =
        backfill::Options { rows: Some(60), pause: Some(Duration::from_millis(4)), ..backfill::Options::default() };
    Options { keep: Keep { rows: 1_000, ..Keep::default() }, backfill, ..project.options() }
}

/// Writes until the values are gone; gives what was said then.
fn write(project: &Project, story: &Story, seed: u64, written: &AtomicU64) -> Result<DriverError> {
    let mut driver = project.connect()?;
    let mut random = (seed + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    driver.execute("SET TimeZone = 'Asia/Kathmandu'")?;
    driver.execute("SET DateStyle = 'German'")?;
    for turn in 0_u64.. {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let one = story.writes[(random >> 20) as usize % story.writes.len()];
        let (n, x) = ((random >> 32) % ROWS + 1, turn * WRITERS + seed);
        let one = one.replace("$n", &n.to_string()).replace("$x", &x.to_string());
        let mut write = || -> Result<(), DriverError> {
            driver.begin()?;
            for statement in one.split(';') {
                driver.execute(statement)?;
            }
            driver.commit()
        };
        if let Err(error) = write() {
            let _ = driver.rollback();
            return Ok(error);
        }
        written.fetch_add(1, Ordering::Relaxed);
    }
    unreachable!("writers write until they cannot")
}

fn left_over(project: &Project) -> Result<u64> {
    let found = project.rows(
        "SELECT 1 FROM pg_class WHERE relname LIKE 'whimbrel\\_ahead%' UNION ALL \
         SELECT 1 FROM pg_proc WHERE proname LIKE 'whimbrel\\_ahead%' UNION ALL \
         SELECT 1 FROM pg_trigger WHERE tgname LIKE 'whimbrel\\_%'",
    )?;
    Ok(found.len() as u64)
}

/// Upgrades with writers beside it; `meanwhile` looks on.
fn upgraded(
    project: &Project,
    story: &Story,
    meanwhile: impl FnOnce() + Send,
) -> Result<(Result<(), ApplyError>, Vec<DriverError>, u64)> {
    let written = AtomicU64::new(0);
    thread::scope(|scope| {
        let writer = |seed| {
            let written = &written;
            scope.spawn(move || write(project, story, seed, written))
        };
        let writers: Vec<_> = (0..WRITERS).map(writer).collect();
        while written.load(Ordering::Relaxed) < 20 && writers.iter().any(|writer| !writer.is_finished()) {
            thread::sleep(Duration::from_millis(1));
        }
        scope.spawn(meanwhile);
        let before = written.load(Ordering::Relaxed);
        let ended = project.upgrade_with("head", &options(project))?.map(drop);
        let during = written.load(Ordering::Relaxed) - before;
        if ended.is_err() {
            project.sql("ALTER TABLE t RENAME TO elsewhere")?;
        }
        let said = writers.into_iter().map(|writer| writer.join().expect("a writer panicked"));
        Ok((ended, said.collect::<Result<_>>()?, during))
    })
}

fn lives(story: &Story) -> Result<()> {
    let project = Project::new(On::Postgres)?;
    project.revision("a1", "none", story.make, "-- nothing to do")?;
    project.revision("b2", "a1", story.there, story.back)?;
    project.upgrade("a1")??;
    project.sql("ANALYZE t")?;
    let (ended, said, during) = upgraded(&project, story, || {})?;
    ended?;
    ensure!(during > 100, "{during} writes are no load");
    for error in &said {
        ensure!(matches!(error.code.as_deref(), Some("42703" | "42P01")), "a write failed: {error:?}");
    }
    assert_eq!(left_over(&project)?, 0);
    let kept = keep::read(&mut *project.connect()?)?;
    let [kept] = kept.as_slice() else { panic!("{kept:?}") };
    assert_eq!(keep::check(&mut *project.connect()?, kept)?, Soundness::Sound);
    project.downgrade("a1")??;
    let wrong = project.rows(story.wrong)?;
    ensure!(wrong.is_empty(), "{} rows are not what they were, such as {:?}", wrong.len(), wrong.first());
    assert!(keep::read(&mut *project.connect()?)?.is_empty());
    Ok(())
}

#[test]
fn a_column_is_copied_while_others_write() -> Result<()> {
    lives(&COLUMN)
}

#[test]
fn a_table_is_copied_while_others_write() -> Result<()> {
    lives(&TABLE)
}

/// What a run that was killed half-way through leaves keeps nobody from writing, and the next clears it away.
#[test]
fn a_copy_that_was_cut_off_is_cleared_away() -> Result<()> {
    let project = Project::new(On::Postgres)?;
    project.revision("a1", "none", COLUMN.make, "-- nothing to do")?;
    project.revision("b2", "a1", COLUMN.there, COLUMN.back)?;
    project.upgrade("a1")??;
    project.sql("ANALYZE t")?;
    let kill = || {
        let follows = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity, pg_class \
             WHERE relname = 'whimbrel_ahead_0' AND datname = current_database() AND query LIKE '%whimbrel_ahead_0%' AND pid <> pg_backend_pid() \
             AND query LIKE '%INSERT%batched%' AND application_name LIKE 'whimbrel%'";
        for _ in 0..400 {
            if project.rows(follows).is_ok_and(|rows| !rows.is_empty()) {
                return;
            }
            thread::sleep(Duration::from_millis(1));
        }
    };
    let (ended, said, _) = upgraded(&project, &COLUMN, kill)?;
    let failure = ended.expect_err("nobody was killed").failure;
    ensure!(matches!(*failure, Failure::Lost { .. }), "{failure:?}");
    ensure!(said.iter().all(|error| error.kind == DriverErrorKind::Statement), "{said:?}");
    project.sql("ALTER TABLE elsewhere RENAME TO t")?;
    ensure!(left_over(&project)? > 0, "nothing was left over");
    project.upgrade_with("head", &options(&project))??;
    assert_eq!(left_over(&project)?, 0);
    project.downgrade("a1")??;
    assert!(project.rows(COLUMN.wrong)?.is_empty());
    Ok(())
}
