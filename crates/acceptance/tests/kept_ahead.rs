//! Large tables are copied before the lock is taken, and whatever is written meanwhile is in the copy.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use whimbrel_acceptance::project::{self, On, Project};
use whimbrel_run::apply::{self, ApplyError, Failure, Options};
use whimbrel_run::keep::{self, Keep, Soundness};
use whimbrel_run::{DriverError, DriverErrorKind, Event, backfill};

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
    /// One transaction each, of the numbers `$n`, which many share, and `$x`, which no other has. None succeeds once the
    /// values are gone.
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

/// Nothing says of two rows that they are not the same one.
const KEYLESS: Story = Story {
    make: "CREATE TABLE t (n integer, v text);
        INSERT INTO t SELECT n, 'v' || n FROM generate_series(1, 3000) AS n;
        INSERT INTO t SELECT 7000000, 'alike' FROM generate_series(1, 10);
        CREATE INDEX ON t (n);
        CREATE TABLE u (LIKE t INCLUDING INDEXES);
        INSERT INTO u SELECT * FROM t;",
    there: "DROP TABLE t;",
    back: "CREATE TABLE t (n integer, v text); CREATE INDEX ON t (n);",
    writes: &[
        "UPDATE t SET v = '$x' WHERE n = $n; UPDATE u SET v = '$x' WHERE n = $n",
        "UPDATE t SET n = n + 100000 WHERE n = $n; UPDATE u SET n = n + 100000 WHERE n = $n",
        "DELETE FROM t WHERE n = $n; DELETE FROM u WHERE n = $n",
        "INSERT INTO t VALUES (1000000 + $x, '$n'), (1000000 + $x, '$n'); INSERT INTO u VALUES (1000000 + $x, '$n'), (1000000 + $x, '$n')",
    ],
    wrong: "(TABLE t EXCEPT ALL TABLE u) UNION ALL (TABLE u EXCEPT ALL TABLE t)",
};

/// A trigger writes each row a second time, before the copy is told of the first.
const WRITTEN_TWICE: Story = Story {
    make: "CREATE TABLE t (n integer, v text, w text, at timestamptz DEFAULT clock_timestamp());
        CREATE FUNCTION again() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN UPDATE t SET w = NEW.v WHERE ctid = NEW.ctid; RETURN NULL; END $$;
        CREATE TRIGGER again AFTER UPDATE OF v ON t FOR EACH ROW EXECUTE FUNCTION again();
        INSERT INTO t SELECT n, 'v' || n, 'v' || n FROM generate_series(1, 3000) AS n;
        CREATE INDEX ON t (n);",
    there: "DROP TRIGGER again ON t; ALTER TABLE t DROP COLUMN v;",
    back: "ALTER TABLE t ADD COLUMN v text;
        CREATE TRIGGER again AFTER UPDATE OF v ON t FOR EACH ROW EXECUTE FUNCTION again();",
    writes: &[
        "UPDATE t SET v = '$x' WHERE n BETWEEN $n AND $n + 3",
        "DELETE FROM t WHERE n = $n AND v IS NOT NULL",
        "INSERT INTO t (n, v, w) VALUES ($n, '$x', '$x')",
    ],
    wrong: "SELECT n, v, w FROM t WHERE v IS DISTINCT FROM w",
};

/// The same in a table with a key.
const WRITTEN_TWICE_BY_KEY: Story = Story {
    make: "CREATE TABLE t (n integer PRIMARY KEY, v text, w text);
        CREATE FUNCTION again() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN UPDATE t SET v = NEW.w WHERE n = NEW.n; RETURN NULL; END $$;
        CREATE TRIGGER again AFTER UPDATE OF w ON t FOR EACH ROW EXECUTE FUNCTION again();
        INSERT INTO t SELECT n, 'v' || n, 'v' || n FROM generate_series(1, 3000) AS n;",
    writes: &["UPDATE t SET w = '$x' WHERE n = $n", "INSERT INTO t (n, v, w) VALUES (1000000 + $x, '$x', '$x')"],
    there: "ALTER TABLE t DROP COLUMN v;",
    back: "ALTER TABLE t ADD COLUMN v text;",
    wrong: "SELECT n, v, w FROM t WHERE v IS DISTINCT FROM w",
};

const PARTITIONED: Story = Story {
    make: "CREATE TABLE t (id bigint, part integer, v text, w text, PRIMARY KEY (id, part)) PARTITION BY LIST (part);
        CREATE TABLE t_0 PARTITION OF t FOR VALUES IN (0);
        CREATE TABLE t_1 PARTITION OF t FOR VALUES IN (1) PARTITION BY RANGE (id);
        CREATE TABLE t_1_low PARTITION OF t_1 FOR VALUES FROM (0) TO (1500);
        CREATE TABLE t_1_high PARTITION OF t_1 FOR VALUES FROM (1500) TO (MAXVALUE);
        CREATE TABLE t_2 PARTITION OF t FOR VALUES IN (2);
        CREATE TABLE t_3 PARTITION OF t FOR VALUES IN (3);
        INSERT INTO t SELECT n, n % 3, 'v' || n, 'v' || n FROM generate_series(1, 3000) AS n;",
    there: "ALTER TABLE t DROP COLUMN v;",
    back: "ALTER TABLE t ADD COLUMN v text;",
    writes: &[
        "UPDATE t SET v = '$x', w = '$x' WHERE id BETWEEN $n AND $n + 3",
        "UPDATE t SET part = (part + 1) % 3, v = 'moved $x', w = 'moved $x' WHERE id = $n AND part < 3",
        "DELETE FROM t WHERE id = $n AND v IS NOT NULL",
        "INSERT INTO t_0 (id, part, v, w) VALUES (1000000 + $x, 0, '$x', '$x')",
        "INSERT INTO t (id, part, v, w) VALUES ($n, 3, '$x', '$x') ON CONFLICT (id, part) DO UPDATE SET v = '$x', w = '$x'",
        "UPDATE t SET v = v WHERE false; TRUNCATE t_1_high",
    ],
    wrong: "SELECT id, v, w FROM t WHERE v IS DISTINCT FROM w",
};

fn options(project: &Project) -> Options {
    let backfill =
        backfill::Options { rows: Some(60), pause: Some(Duration::from_millis(4)), ..backfill::Options::default() };
    Options { keep: Keep { rows: 1_000, ..Keep::default() }, backfill, ..project.options() }
}

/// What the server tells one of two writers of a row that the other has moved to another partition, whoever looks on: to
/// try again. The copy changes no row of the table, so it is never the other one.
const MOVED: &str = "40001";

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
            if error.code.as_deref() == Some(MOVED) {
                continue;
            }
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
    options: &Options,
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
        let ended = project.upgrade_with("head", options)?.map(drop);
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
    let (ended, said, during) = upgraded(&project, story, &options(&project), || {})?;
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

#[test]
fn what_has_no_key_is_copied_by_where_its_rows_lie() -> Result<()> {
    lives(&KEYLESS)?;
    lives(&WRITTEN_TWICE)
}

#[test]
fn a_row_that_a_trigger_writes_once_more_is_kept_as_it_was_in_the_end() -> Result<()> {
    lives(&WRITTEN_TWICE_BY_KEY)
}

#[test]
fn a_partitioned_table_is_copied_with_rows_that_move_between_its_partitions() -> Result<()> {
    lives(&PARTITIONED)
}

/// The server lets nobody change rows of a published table that has nothing to name them by.
#[test]
fn writers_are_not_refused_where_all_tables_are_published() -> Result<()> {
    let make = format!("{} CREATE PUBLICATION everything FOR ALL TABLES;", COLUMN.make);
    lives(&Story { make: make.leak(), ..COLUMN })
}

/// A run that is killed half-way through, with writers beside it who go on writing: what it leaves is not in their way.
fn cut_off(story: &Story) -> Result<Project> {
    let project = Project::new(On::Postgres)?;
    project.revision("a1", "none", story.make, "-- nothing to do")?;
    project.revision("b2", "a1", story.there, story.back)?;
    project.upgrade("a1")??;
    project.sql("ANALYZE t")?;
    // Pauses so long that the copy is not done before the kill.
    let slow = backfill::Options { pause: Some(Duration::from_millis(300)), ..options(&project).backfill };
    let slow = Options { backfill: slow, ..options(&project) };
    let kill = || {
        let runner = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted \
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
             AND EXISTS (SELECT 1 FROM whimbrel_ahead_0 WHERE batched)";
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(60) {
            if project.rows(runner).is_ok_and(|rows| !rows.is_empty()) {
                return;
            }
            thread::sleep(Duration::from_millis(1));
        }
    };
    let (ended, said, _) = upgraded(&project, story, &slow, kill)?;
    let failure = ended.expect_err("nobody was killed").failure;
    ensure!(matches!(*failure, Failure::Lost { .. }), "{failure:?}");
    ensure!(said.iter().all(|error| error.kind == DriverErrorKind::Statement), "{said:?}");
    project.sql("ALTER TABLE elsewhere RENAME TO t")?;
    ensure!(left_over(&project)? > 0, "nothing was left over");
    Ok(project)
}

/// Ends the upgrade, and gives how many rows of the run before it were taken over.
fn taken_up(project: &Project, story: &Story) -> Result<Option<u64>> {
    let (mut driver, history) = (project.connect()?, project.history()?);
    let mut taken = None;
    let mut listen = |event: Event<'_>| {
        if let Event::Keeping { there, .. } = event {
            taken = there;
        }
    };
    apply::upgrade(&mut *driver, &history, &"head".parse()?, &options(project), &mut listen)?;
    assert_eq!(left_over(project)?, 0);
    let kept = keep::read(&mut *driver)?;
    let [kept] = kept.as_slice() else { panic!("{kept:?}") };
    assert_eq!(keep::check(&mut *driver, kept)?, Soundness::Sound);
    project.downgrade("a1")??;
    let wrong = project.rows(story.wrong)?;
    ensure!(wrong.is_empty(), "{} rows are not what they were, such as {:?}", wrong.len(), wrong.first());
    Ok(taken)
}

#[test]
fn a_copy_that_was_cut_off_is_taken_up_where_it_was() -> Result<()> {
    for story in [&COLUMN, &TABLE, &KEYLESS] {
        let project = cut_off(story)?;
        let batched = project.value("SELECT count(*) FROM whimbrel_ahead_0 WHERE batched")?.parse::<u64>()?;
        ensure!(batched > 0, "no batch was committed before the kill");
        // Between the two runs others go on writing.
        for (one, n) in story.writes.iter().zip(41..) {
            project.sql(&one.replace("$n", &n.to_string()).replace("$x", &(70_000 + n).to_string()))?;
        }
        assert_eq!(taken_up(&project, story)?, Some(batched));
    }
    Ok(())
}

/// Triggers that were off for a while have not heard of everything, and rows that were all written anew lie elsewhere.
#[test]
fn a_copy_that_was_not_followed_all_the_while_is_made_anew() -> Result<()> {
    let project = cut_off(&COLUMN)?;
    project.sql("ALTER TABLE t DISABLE TRIGGER ALL; UPDATE t SET v = 'not heard', w = 'not heard'; ALTER TABLE t ENABLE TRIGGER ALL")?;
    assert_eq!(taken_up(&project, &COLUMN)?, None);
    let project = cut_off(&KEYLESS)?;
    project.sql("DELETE FROM t WHERE n % 3 = 0; DELETE FROM u WHERE n % 3 = 0")?;
    project.sql("VACUUM FULL t")?;
    assert_eq!(taken_up(&project, &KEYLESS)?, None);
    Ok(())
}
