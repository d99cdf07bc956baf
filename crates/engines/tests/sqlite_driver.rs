//! The connection: what it makes and does not make, how it waits, what it says.

#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod sqlite_support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use sqlite_support::{file, memory};
use whimbrel_engines::sqlite::{Mode, Place, connect};
use whimbrel_run::{Driver, DriverErrorKind, Value};

fn text(value: &str) -> Option<String> {
    Some(value.to_string())
}

#[test]
fn looking_at_a_missing_file_does_not_make_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    let error = connect(&Place::from(path.as_path()), Mode::Existing).err().unwrap();
    assert_eq!(error.kind, DriverErrorKind::Connect);
    assert!(error.message.starts_with("there is no database file") && error.message.ends_with("app.db`"), "{error}");
    assert!(error.hint.is_some());
    assert!(!path.exists());

    connect(&Place::from(path.as_path()), Mode::Create).unwrap().execute("CREATE TABLE t (a)").unwrap();
    assert!(path.exists());
    let mut found = connect(&Place::from(path.as_path()), Mode::Existing).unwrap();
    assert!(found.has_table("T").unwrap() && !found.has_table("u").unwrap());
}

#[test]
fn what_is_no_database_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    std::fs::write(&path, "this is certainly not a database, however long it gets to be; no, not at all").unwrap();
    let refused = |place: &Place| {
        let error = connect(place, Mode::Create).err().unwrap();
        assert_eq!(error.kind, DriverErrorKind::Connect);
        error.message
    };
    assert!(refused(&Place::File(path)).contains("notes.txt`: file is not a database"));
    assert!(refused(&Place::from(folder.path())).contains("is a folder"));
    assert!(refused(&Place::File(folder.path().join("no/such/app.db"))).starts_with("there is no folder"));
}

#[test]
fn values_come_back_as_text() {
    let mut driver = memory();
    let query = "SELECT ?1, ?2, ?3, 1.5, 2.0, x'00ff', 'é', -7";
    let rows = driver.query(query, &[Value::Text("it's"), Value::Integer(3), Value::Null]).unwrap();
    let expected =
        vec![text("it's"), text("3"), None, text("1.5"), text("2.0"), text("x'00FF'"), text("é"), text("-7")];
    assert_eq!(rows, [expected]);
}

#[test]
fn rows_touched_are_counted_and_errors_have_places() {
    let mut driver = memory();
    driver.execute_script("CREATE TABLE t (a INT UNIQUE); INSERT INTO t VALUES (1), (2), (3)").unwrap();
    assert_eq!(driver.execute("UPDATE t SET a = a + 10 WHERE a > 1").unwrap(), 2);
    assert_eq!(driver.execute("CREATE TABLE u (a)").unwrap(), 0);
    assert_eq!(driver.execute("PRAGMA user_version = 3").unwrap(), 0);
    assert_eq!(driver.execute("DELETE FROM t RETURNING a").unwrap(), 3);

    let script = "CREATE TABLE w (a);\n-- here\nSELECT nowhere FROM w; SELECT 1";
    let error = driver.execute_script(script).unwrap_err();
    assert_eq!(error.kind, DriverErrorKind::Statement);
    assert_eq!(error.message, "no such column: nowhere");
    assert_eq!(error.position, script.find("nowhere"));
    assert!(driver.has_table("w").unwrap());

    driver.execute("INSERT INTO t VALUES (1)").unwrap();
    let error = driver.execute("INSERT INTO t VALUES (1)").unwrap_err();
    assert_eq!((error.message.as_str(), error.code.as_deref()), ("UNIQUE constraint failed: t.a", Some("2067")));
}

#[test]
fn new_orphans_are_named_and_old_ones_are_forgiven() {
    let folder = tempfile::tempdir().unwrap();
    for (journal, padding) in [("WAL", 0), ("DELETE", 0), ("DELETE", 40)] {
        orphans_on_a_file(&folder.path().join(format!("{journal}-{padding}.db")), journal, padding);
    }
}

/// `padding` is in MB: a large file is looked at in another way, since its transactions may not fit into memory.
fn orphans_on_a_file(path: &std::path::Path, journal: &str, padding: u32) {
    let mut driver = file(path, journal);
    driver.execute_script("PRAGMA synchronous = OFF; CREATE TABLE padding (bytes BLOB)").unwrap();
    driver.execute(&format!("INSERT INTO padding VALUES (zeroblob({padding} * 1000000))")).unwrap();
    driver
        .execute_script(
            "PRAGMA foreign_keys = OFF;
             CREATE TABLE parent (id INTEGER PRIMARY KEY);
             CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INT REFERENCES parent (id));
             CREATE TABLE plain (k TEXT PRIMARY KEY, parent_id INT REFERENCES parent (id)) WITHOUT ROWID;
             INSERT INTO parent VALUES (1), (2); INSERT INTO child VALUES (1, 1), (2, 2), (3, 99); INSERT INTO plain VALUES ('a', 98);",
        )
        .unwrap();
    driver.prepare_session().unwrap();

    driver.begin().unwrap();
    driver.execute("ALTER TABLE child RENAME TO kid").unwrap();
    assert_eq!(driver.violations().unwrap(), Vec::<String>::new());
    driver.commit().unwrap();

    driver.begin().unwrap();
    driver.execute("DELETE FROM parent WHERE id = 2").unwrap();
    driver.execute("INSERT INTO plain VALUES ('b', 97)").unwrap();
    let expected = [
        "row 2 of `kid` refers to a row of `parent` that is not there",
        "a row of `plain` refers to a row of `parent` that is not there",
    ];
    assert_eq!(driver.violations().unwrap(), expected);
    driver.rollback().unwrap();

    driver.begin().unwrap();
    driver.execute("DROP TABLE parent").unwrap();
    assert_eq!(driver.violations().unwrap().len(), 2);
    driver.rollback().unwrap();

    // What somebody else has done meanwhile is not this revision's fault either.
    let mut other = file(path, journal);
    other.execute_script("PRAGMA foreign_keys = OFF; DELETE FROM parent").unwrap();
    driver.begin().unwrap();
    assert_eq!(driver.violations().unwrap(), Vec::<String>::new());
    driver.commit().unwrap();
}

#[test]
fn a_key_that_fits_nothing_is_named() {
    let mut driver = memory();
    driver.execute_script("CREATE TABLE p (id INTEGER PRIMARY KEY, a INT); INSERT INTO p VALUES (1, 1)").unwrap();
    driver.prepare_session().unwrap();
    driver.begin().unwrap();
    driver.execute_script("CREATE TABLE c (a INT REFERENCES p (a)); INSERT INTO c VALUES (1)").unwrap();
    let expected = ["a foreign key of `c` refers to columns of `p` that are no key there"];
    assert_eq!(driver.violations().unwrap(), expected);
}

#[test]
fn many_orphans_are_summed_up() {
    let mut driver = memory();
    driver.execute_script("CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (a INT REFERENCES p (id))").unwrap();
    driver.prepare_session().unwrap();
    driver.begin().unwrap();
    driver.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50) INSERT INTO c SELECT i FROM n").unwrap();
    let words = driver.violations().unwrap();
    assert_eq!((words.len(), words.last().unwrap().as_str()), (21, "and 30 more rows like these"));
}

#[test]
fn the_session_is_as_revisions_need_it() {
    let mut driver = memory();
    driver.execute_script("PRAGMA foreign_keys = ON; PRAGMA legacy_alter_table = ON").unwrap();
    driver.prepare_session().unwrap();
    for pragma in ["foreign_keys", "legacy_alter_table"] {
        assert_eq!(driver.query(&format!("PRAGMA {pragma}"), &[]).unwrap(), [[text("0")]]);
    }
    assert_eq!(driver.home(), Some("main"));
    assert!(driver.lock(Duration::ZERO).unwrap());
    driver.unlock().unwrap();
    assert!(driver.describe().starts_with("SQLite 3."));
}

#[test]
fn a_writer_waits_for_another() {
    let folder = tempfile::tempdir().unwrap();
    for journal in ["WAL", "DELETE"] {
        let path = folder.path().join(format!("{journal}.db"));
        let mut first = file(&path, journal);
        first.execute("CREATE TABLE t (a)").unwrap();
        first.begin().unwrap();
        first.execute("INSERT INTO t VALUES (1)").unwrap();
        let waiting = {
            let path = path.clone();
            std::thread::spawn(move || {
                let mut second = file_as_it_is(&path);
                let began = Instant::now();
                second.begin().unwrap();
                let seen = second.query("SELECT count(*) FROM t", &[]).unwrap();
                second.commit().unwrap();
                (began.elapsed(), seen)
            })
        };
        std::thread::sleep(Duration::from_millis(300));
        first.commit().unwrap();
        let (waited, seen) = waiting.join().unwrap();
        assert!(waited > Duration::from_millis(100), "did not wait: {waited:?}");
        assert_eq!(seen, [[text("1")]]);
    }
}

fn file_as_it_is(path: &std::path::Path) -> Box<dyn Driver> {
    Box::new(connect(&Place::from(path), Mode::Existing).unwrap())
}

/// Ten at once, each adding ten times: all get their turn and nothing is lost.
#[test]
fn ten_writers_take_turns() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    file(&path, "WAL").execute_script("CREATE TABLE t (n INT); INSERT INTO t VALUES (0)").unwrap();
    let done = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..10 {
            scope.spawn(|| {
                let mut driver = file_as_it_is(&path);
                driver.execute("PRAGMA synchronous = OFF").unwrap();
                for _ in 0..10 {
                    driver.begin().unwrap();
                    driver.execute("UPDATE t SET n = n + 1").unwrap();
                    driver.commit().unwrap();
                }
                done.fetch_add(1, Ordering::SeqCst);
            });
        }
    });
    assert_eq!(done.load(Ordering::SeqCst), 10);
    assert_eq!(file_as_it_is(&path).query("SELECT n FROM t", &[]).unwrap(), [[text("100")]]);
}

#[test]
fn a_statement_can_be_stopped_and_the_transaction_goes_back() {
    let mut driver = memory();
    driver.execute("CREATE TABLE t (a)").unwrap();
    driver.begin().unwrap();
    let cancel = driver.canceller();
    let stopper = std::thread::spawn(move || {
        for _ in 0..25 {
            std::thread::sleep(Duration::from_millis(20));
            cancel();
        }
    });
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) INSERT INTO t SELECT i FROM n";
    assert_eq!(driver.execute(endless).unwrap_err().kind, DriverErrorKind::Cancelled);
    stopper.join().unwrap();
    driver.rollback().unwrap();
    driver.rollback().unwrap();
    assert_eq!(driver.query("SELECT count(*) FROM t", &[]).unwrap(), [[text("0")]]);
}

#[test]
fn only_what_is_the_peoples_own_is_read() {
    let mut driver = memory();
    driver
        .execute_script(
            "CREATE TABLE whimbrel_ledger (id INTEGER PRIMARY KEY AUTOINCREMENT); CREATE INDEX whimbrel_i ON whimbrel_ledger (id);
             CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
             CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a INT UNIQUE); INSERT INTO t (a) VALUES (1); ANALYZE;
             ATTACH ':memory:' AS other; CREATE TABLE other.u (a); CREATE TEMP TABLE w (a);
             CREATE VIRTUAL TABLE f USING fts5(a);",
        )
        .unwrap();
    let schema = driver.introspect().unwrap();
    let names: Vec<_> = schema.tables.keys().map(|name| name.name.as_str()).collect();
    assert_eq!(names, ["f", "t"]);
    assert!(schema.objects.is_empty());
    let mut scratch = driver.scratch().unwrap();
    assert!(scratch.introspect().unwrap().is_empty());
}
