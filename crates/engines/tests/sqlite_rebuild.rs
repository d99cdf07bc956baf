//! A rebuild keeps every row, every rowid, and everything that hangs on the table or reads it.

#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod sqlite_support;

use sqlite_support::{assert_same, empty, file, folded, memory, settled, steps, take};
use whimbrel_engines::sqlite::dialect;
use whimbrel_plan::{How, Step};
use whimbrel_run::Driver;
use whimbrel_schema::{Expression, Generation, Schema, Table};

/// What shall become of one table, and what must read the same before and after.
struct Rebuild<'a> {
    script: &'a str,
    table: &'a str,
    change: fn(&mut Table),
    /// Values for columns that are not copied from themselves.
    copy: &'a [(&'a str, &'a str)],
    same: &'a [&'a str],
}

/// Runs it as a revision runs, on every kind of database, and gives back the last of them.
fn check(rebuild: &Rebuild<'_>) -> Box<dyn Driver> {
    let folder = tempfile::tempdir().unwrap();
    let wal = file(&folder.path().join("wal.db"), "WAL");
    let delete = file(&folder.path().join("delete.db"), "DELETE");
    let mut last = None;
    for mut driver in [wal, delete, memory()] {
        driver.execute_script(rebuild.script).unwrap();
        let before = folded(rebuild.script);
        let step = step(rebuild, &before);
        assert_eq!(dialect().how(&step, &before), How::InPlace);
        let statements = dialect().render(&step, &before).unwrap();
        let rows: Vec<_> = rebuild.same.iter().map(|query| driver.query(query, &[]).unwrap()).collect();
        assert!(rows.iter().all(|rows| !rows.is_empty()), "a comparison of nothing");

        driver.prepare_session().unwrap();
        driver.begin().unwrap();
        for statement in &statements {
            driver.execute(statement).unwrap_or_else(|error| panic!("{error}\n{statement}"));
        }
        assert_eq!(driver.violations().unwrap(), Vec::<String>::new());
        driver.commit().unwrap();

        for (query, rows) in rebuild.same.iter().zip(rows) {
            assert_eq!(driver.query(query, &[]).unwrap(), rows, "{query}\n{statements:#?}");
        }
        let mut expected = before.clone();
        take(&mut expected, &step);
        let read = driver.introspect().unwrap();
        assert_same(settled(expected), &read, &format!("{statements:#?}"));

        let mut understood = before;
        steps(&statements.join(";\n")).iter().for_each(|step| take(&mut understood, step));
        assert_same(settled(understood), &read, "the statements, read back");
        let broken = driver.query("PRAGMA integrity_check", &[]).unwrap();
        assert_eq!(broken, [[Some("ok".to_string())]]);
        last = Some(driver);
    }
    last.unwrap()
}

fn step(rebuild: &Rebuild<'_>, before: &Schema) -> Step {
    let from = before.table(&rebuild.table.into()).unwrap();
    let mut to = from.clone();
    (rebuild.change)(&mut to);
    let computed = |column: &whimbrel_schema::Column| {
        matches!(column.generation, Some(Generation::Stored(_) | Generation::Virtual(_)))
    };
    let mut copy = Vec::new();
    for column in to.columns.iter().filter(|column| !computed(column)) {
        match rebuild.copy.iter().find(|(name, _)| *name == column.name) {
            Some((name, value)) => copy.push(((*name).to_string(), Expression::new(*value))),
            None if from.column(&column.name).is_some() => {
                copy.push((column.name.clone(), Expression::new(dialect().quote(&column.name))));
            }
            None => {}
        }
    }
    Step::RebuildTable { table: rebuild.table.into(), to: Box::new(to), copy }
}

fn not_null(table: &mut Table, column: &str) {
    table.column_mut(column).unwrap().nullable = false;
}

#[test]
fn views_and_triggers_everywhere() {
    let mut driver = check(&Rebuild {
        script: "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);
            CREATE INDEX i ON t (a);
            CREATE UNIQUE INDEX j ON t (lower(a)) WHERE a IS NOT NULL;
            CREATE TABLE log (what TEXT);
            CREATE TRIGGER own AFTER UPDATE ON t BEGIN INSERT INTO log VALUES (old.a || '>' || new.a); END;
            CREATE TRIGGER other AFTER INSERT ON log BEGIN UPDATE t SET a = a WHERE id = -1; END;
            CREATE VIEW v AS SELECT id, a FROM t;
            CREATE VIEW w AS SELECT v.a FROM v JOIN t ON t.id = v.id;
            CREATE TRIGGER instead INSTEAD OF INSERT ON v BEGIN INSERT INTO t (a) VALUES (new.a); END;
            INSERT INTO t VALUES (1, 'x'), (7, 'y');",
        table: "t",
        change: |table| not_null(table, "a"),
        copy: &[],
        same: &["SELECT id, a FROM t ORDER BY id", "SELECT * FROM v", "SELECT * FROM w"],
    });
    driver.execute_script("INSERT INTO v (a) VALUES ('z'); UPDATE t SET a = 'zz' WHERE a = 'z'").unwrap();
    assert_eq!(driver.query("SELECT what FROM log", &[]).unwrap(), [[Some("z>zz".to_string())]]);
    assert!(driver.execute("INSERT INTO t (a) VALUES (NULL)").is_err());
}

#[test]
fn children_of_the_table_and_the_table_as_its_own_child() {
    check(&Rebuild {
        script: "CREATE TABLE t (id INTEGER PRIMARY KEY, up INT REFERENCES t (id) ON DELETE CASCADE, a TEXT);
            CREATE TABLE child (id INTEGER PRIMARY KEY, t_id INT NOT NULL REFERENCES t (id) ON DELETE CASCADE);
            INSERT INTO t VALUES (1, NULL, 'x'), (2, 1, 'y'); INSERT INTO child VALUES (1, 1), (2, 2);",
        table: "t",
        change: |table| {
            table.column_mut("a").unwrap().ty = dialect().read_type("VARCHAR(10)");
            table.checks.push(whimbrel_schema::Check::new(Some("a_short".to_string()), "length(a) < 10"));
        },
        copy: &[],
        same: &["SELECT id, up, a FROM t ORDER BY id", "SELECT * FROM child"],
    });
}

#[test]
fn a_quoted_table_with_quoted_columns_and_qualified_checks() {
    check(&Rebuild {
        script: "CREATE TABLE \"my table\" (\"the id\" INTEGER PRIMARY KEY, \"a b\" INT, CHECK (\"my table\".\"a b\" > 0 OR 'my table.x' <> ''));
            INSERT INTO \"my table\" VALUES (3, 4);",
        table: "my table",
        change: |table| {
            table.columns.push(whimbrel_schema::Column::new("order", dialect().read_type("TEXT")).default("'it''s'"));
            table.checks[0].expression = Expression::new("\"a b\" > 0 OR 'my table.x' <> ''");
        },
        copy: &[],
        same: &["SELECT \"the id\", \"a b\" FROM \"my table\""],
    });
}

#[test]
fn qualified_checks_of_the_new_table_are_freed_of_its_name() {
    let script = "CREATE TABLE t (a INT)";
    let before = folded(script);
    let mut to = before.table(&"t".into()).unwrap().clone();
    to.checks.push(whimbrel_schema::Check::new(None, "t.a > 0 AND abs( \"t\" . a) < 9"));
    let copy = vec![("a".to_string(), Expression::new("a"))];
    let step = Step::RebuildTable { table: "t".into(), to: Box::new(to), copy };
    let mut driver = memory();
    driver.execute_script(script).unwrap();
    for statement in dialect().render(&step, &before).unwrap() {
        driver.execute(&statement).unwrap();
    }
    let read = driver.introspect().unwrap();
    assert_eq!(read.table(&"t".into()).unwrap().checks[0].expression.text(), "a > 0 AND abs(  a) < 9");
}

#[test]
fn generated_columns_are_computed_again() {
    check(&Rebuild {
        script: "CREATE TABLE t (id INTEGER PRIMARY KEY, a INT, b INT AS (a * 2) STORED, c TEXT AS (a || '!') VIRTUAL);
            INSERT INTO t (a) VALUES (1), (2);",
        table: "t",
        change: |table| not_null(table, "a"),
        copy: &[],
        same: &["SELECT id, a, b, c FROM t ORDER BY id"],
    });
}

#[test]
fn without_rowid() {
    check(&Rebuild {
        script: "CREATE TABLE t (a TEXT, b INT, c INT, PRIMARY KEY (a, b DESC)) WITHOUT ROWID;
            INSERT INTO t VALUES ('x', 1, 1), ('x', 2, NULL);",
        table: "t",
        change: |table| table.column_mut("c").unwrap().default = Some("0".into()),
        copy: &[],
        same: &["SELECT a, b, c FROM t ORDER BY a, b"],
    });
}

#[test]
fn rowids_are_kept_where_nothing_else_carries_them() {
    check(&Rebuild {
        script: "CREATE TABLE t (code TEXT PRIMARY KEY, a INT);
            INSERT INTO t VALUES ('a', 1), ('b', 2), ('c', 3); DELETE FROM t WHERE code = 'a'; UPDATE t SET rowid = 99 WHERE code = 'b';",
        table: "t",
        change: |table| table.column_mut("a").unwrap().ty = dialect().read_type("TEXT"),
        copy: &[],
        same: &["SELECT rowid, code FROM t ORDER BY 1"],
    });
}

#[test]
fn a_column_called_rowid_is_no_rowid() {
    check(&Rebuild {
        script: "CREATE TABLE t (rowid TEXT, a INT); INSERT INTO t VALUES ('x', 1), ('y', 2); DELETE FROM t WHERE a = 1;",
        table: "t",
        change: |table| table.column_mut("a").unwrap().ty = dialect().read_type("TEXT"),
        copy: &[],
        same: &["SELECT _rowid_, rowid FROM t"],
    });
}

#[test]
fn autoincrement_goes_on_from_where_it_was() {
    let mut driver = check(&Rebuild {
        script: "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT); INSERT INTO t VALUES (1, 'x'), (41, 'y'); DELETE FROM t WHERE id = 41;",
        table: "t",
        change: |table| not_null(table, "a"),
        copy: &[],
        same: &["SELECT seq FROM sqlite_sequence WHERE name = 't'", "SELECT * FROM t"],
    });
    driver.execute("INSERT INTO t (a) VALUES ('z')").unwrap();
    assert_eq!(driver.query("SELECT max(id) FROM t", &[]).unwrap(), [[Some("42".to_string())]]);
    assert_eq!(driver.query("SELECT count(*) FROM sqlite_sequence", &[]).unwrap(), [[Some("1".to_string())]]);
}

#[test]
fn autoincrement_of_a_table_that_is_empty_now() {
    check(&Rebuild {
        script: "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT); INSERT INTO t VALUES (7, 'x'); DELETE FROM t;",
        table: "t",
        change: |table| not_null(table, "a"),
        copy: &[],
        same: &["SELECT name, seq FROM sqlite_sequence"],
    });
}

#[test]
fn a_full_text_index_still_finds_its_rows() {
    let mut driver = check(&Rebuild {
        script: "CREATE TABLE post (slug TEXT PRIMARY KEY, body TEXT);
            CREATE VIRTUAL TABLE post_fts USING fts5(body, content='post', content_rowid='rowid');
            CREATE TRIGGER post_ai AFTER INSERT ON post BEGIN INSERT INTO post_fts (rowid, body) VALUES (new.rowid, new.body); END;
            INSERT INTO post VALUES ('gone', 'nothing'), ('a', 'whimbrels fly'), ('b', 'storms blow');
            DELETE FROM post WHERE slug = 'gone';",
        table: "post",
        change: |table| not_null(table, "body"),
        copy: &[],
        same: &[
            "SELECT rowid, body FROM post_fts WHERE post_fts MATCH 'storms'",
            "SELECT p.slug FROM post_fts f JOIN post p ON p.rowid = f.rowid WHERE post_fts MATCH 'fly'",
        ],
    });
    driver.execute("INSERT INTO post VALUES ('c', 'curlews call')").unwrap();
    let found = driver.query("SELECT count(*) FROM post_fts WHERE post_fts MATCH 'curlews'", &[]).unwrap();
    assert_eq!(found, [[Some("1".to_string())]]);
}

#[test]
fn columns_come_go_and_are_computed() {
    let mut driver = check(&Rebuild {
        script: "CREATE TABLE t (id INTEGER PRIMARY KEY, first TEXT, last TEXT, old INT); INSERT INTO t VALUES (1, 'a', 'b', 3), (2, NULL, 'c', 4);",
        table: "t",
        change: |table| {
            table.columns.retain(|column| column.name != "old");
            let name = whimbrel_schema::Column::new("name", dialect().read_type("TEXT")).not_null();
            table.columns.insert(1, name);
            table.options.strict = true;
        },
        copy: &[("name", "coalesce(first || ' ', '') || last")],
        same: &["SELECT id, first, last FROM t ORDER BY id"],
    });
    let names = driver.query("SELECT name FROM t ORDER BY id", &[]).unwrap();
    assert_eq!(names, [[Some("a b".to_string())], [Some("c".to_string())]]);
}

#[test]
fn it_is_written_as_a_person_would() {
    let before = folded(
        "CREATE TABLE email (id INTEGER PRIMARY KEY, subject TEXT, user_id INT REFERENCES user (id) ON DELETE CASCADE);
         CREATE INDEX ix_email_subject ON email (subject); CREATE VIEW recent AS SELECT subject FROM email;",
    );
    let mut to = before.table(&"email".into()).unwrap().clone();
    not_null(&mut to, "subject");
    let copy = ["id", "subject", "user_id"].map(|name| (name.to_string(), Expression::new(name))).to_vec();
    let step = Step::RebuildTable { table: "email".into(), to: Box::new(to), copy };
    insta::assert_snapshot!(dialect().render(&step, &before).unwrap().join(";\n"), @"
    CREATE TABLE _whimbrel_new_email (
        id INTEGER NOT NULL PRIMARY KEY,
        subject TEXT NOT NULL,
        user_id INT,
        FOREIGN KEY (user_id) REFERENCES user (id) ON DELETE CASCADE
    );
    INSERT INTO _whimbrel_new_email (id, subject, user_id)
    SELECT id, subject, user_id
    FROM email;
    DROP TABLE email;
    PRAGMA legacy_alter_table = ON;
    ALTER TABLE _whimbrel_new_email RENAME TO email;
    PRAGMA legacy_alter_table = OFF;
    CREATE INDEX ix_email_subject ON email (subject)
    ");
}

#[test]
fn a_table_that_is_not_there_and_one_that_cannot_be() {
    let step = Step::RebuildTable { table: "t".into(), to: Box::new(Table::new("t")), copy: Vec::new() };
    assert!(dialect().render(&step, &empty()).is_err());
    let before = folded("CREATE VIRTUAL TABLE t USING fts5(a)");
    assert!(dialect().render(&step, &before).is_err());
}
