//! What revisions destroy is kept, and given back to the rows that are there.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use anyhow::{Result, ensure};
use whimbrel_acceptance::project::{self, On, Project, on_each_engine};
use whimbrel_run::apply::{Failure, Options, Refusal};
use whimbrel_run::keep::{self, Keep};
use whimbrel_run::{Event, ledger};

#[test]
fn runner() {
    project::be_a_runner();
}

/// Two revisions: one that makes and fills, one that destroys.
fn two(project: &Project, make: &str, there: &str, back: &str) -> Result<()> {
    project.revision("a1", "none", make, "-- nothing to do")?;
    project.revision("b2", "a1", there, back)?;
    project.upgrade("a1")??;
    Ok(())
}

fn all(project: &Project, query: &str) -> Result<Vec<String>> {
    let text = |value: Option<String>| value.unwrap_or_else(|| "NULL".to_string());
    let rows = project.rows(query)?.into_iter();
    Ok(rows.map(|row| row.into_iter().map(text).collect::<Vec<_>>().join("|")).collect())
}

fn heard(project: &Project, down: bool) -> Result<Vec<String>> {
    let mut told = Vec::new();
    let mut listen = |event: Event<'_>| match event {
        Event::Kept { kept } => told.push(format!("kept {} ({})", kept.loss, kept.rows)),
        Event::NotKept { what, why } => told.push(format!("not kept {what}: {why}")),
        Event::GivenBack { kept, rows } => told.push(format!("gave back {} ({rows} of {})", kept.loss, kept.rows)),
        Event::NotGivenBack { kept, .. } => told.push(format!("left {}", kept.loss)),
        Event::KeptExpired { kept } => told.push(format!("let go of {}", kept.len())),
        _ => {}
    };
    let (mut driver, history) = (project.connect()?, project.history()?);
    let options = project.options();
    match down {
        false => {
            whimbrel_run::apply::upgrade(&mut *driver, &history, &"head".parse()?, &options, &mut listen)?;
        }
        true => {
            whimbrel_run::apply::downgrade(&mut *driver, &history, &"a1".parse()?, &options, &mut listen)?;
        }
    }
    Ok(told)
}

#[test]
fn rows_that_went_stay_gone_and_new_ones_keep_what_they_got() -> Result<()> {
    on_each_engine(|project| {
        two(
            &project,
            "CREATE TABLE t (id integer PRIMARY KEY, name varchar(20), size integer);
             INSERT INTO t VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, NULL), (4, 'four', 40);",
            "ALTER TABLE t DROP COLUMN name;",
            "ALTER TABLE t ADD COLUMN name varchar(20) DEFAULT 'new';",
        )?;
        assert_eq!(heard(&project, false)?, ["kept `t.name` (4)"]);
        project.sql("DELETE FROM t WHERE id = 2")?;
        project.sql("UPDATE t SET size = 11 WHERE id = 1")?;
        project.sql("INSERT INTO t VALUES (5, 50)")?;
        assert_eq!(heard(&project, true)?, ["gave back `t.name` (3 of 4)"]);
        let rows = all(&project, "SELECT id, name, size FROM t ORDER BY id")?;
        assert_eq!(rows, ["1|one|11", "3|NULL|NULL", "4|four|40", "5|new|50"]);
        // The row that is gone may be asked for still.
        let kept = keep::read(&mut *project.connect()?)?;
        assert!(matches!(kept.as_slice(), [one] if one.given_back_at.is_some() && one.rows == 4), "{kept:?}");
        // And a second time around.
        project.upgrade("head")??;
        assert_eq!(heard(&project, true)?, ["gave back `t.name` (4 of 4)"]);
        Ok(())
    })
}

#[test]
fn a_dropped_table_comes_back_with_its_numbering() -> Result<()> {
    on_each_engine(|project| {
        let numbered = match project.on {
            On::Sqlite | On::SqliteWal => "integer PRIMARY KEY AUTOINCREMENT",
            On::Postgres => "integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        };
        let make = format!(
            "CREATE TABLE \"odd \"\" name, of a table\" (\"the id\" {numbered}, \"a.b\" text, twice integer GENERATED ALWAYS AS (length(\"a.b\") * 2) STORED);"
        );
        let insert = "INSERT INTO \"odd \"\" name, of a table\" (\"a.b\") VALUES ('x'), ('yy'), (NULL);
            DELETE FROM \"odd \"\" name, of a table\" WHERE \"a.b\" = 'yy' OR \"a.b\" IS NULL;";
        two(&project, &format!("{make}\n{insert}"), "DROP TABLE \"odd \"\" name, of a table\";", &make)?;
        assert_eq!(heard(&project, false)?, ["kept table `odd \" name, of a table` (1)"]);
        assert!(project.rows("SELECT 1 FROM \"odd \"\" name, of a table\"").is_err());
        assert_eq!(heard(&project, true)?, ["gave back table `odd \" name, of a table` (1 of 1)"]);
        project.sql("INSERT INTO \"odd \"\" name, of a table\" (\"a.b\") VALUES ('next')")?;
        let rows = all(&project, "SELECT * FROM \"odd \"\" name, of a table\" ORDER BY 1")?;
        assert_eq!(rows, ["1|x|2", "4|next|8"]);
        assert!(keep::read(&mut *project.connect()?)?.is_empty());
        Ok(())
    })
}

#[test]
fn without_a_key_only_what_leaves_no_doubt_comes_back() -> Result<()> {
    on_each_engine(|project| {
        two(
            &project,
            "CREATE TABLE t (a integer, b text, c text);
             INSERT INTO t VALUES (1, 'x', 'first'), (2, NULL, 'second'), (3, 'same', 'one'), (3, 'same', 'other'),
             (4, 'twice', 'alike'), (4, 'twice', 'alike');",
            "ALTER TABLE t DROP COLUMN c;",
            "ALTER TABLE t ADD COLUMN c text;",
        )?;
        assert_eq!(heard(&project, false)?, ["kept `t.c` (6)"]);
        assert_eq!(heard(&project, true)?, ["gave back `t.c` (4 of 6)"]);
        let rows = all(&project, "SELECT a, b, c FROM t ORDER BY a, c")?;
        assert_eq!(
            rows,
            ["1|x|first", "2|NULL|second", "3|same|NULL", "3|same|NULL", "4|twice|alike", "4|twice|alike"]
        );
        Ok(())
    })
}

#[test]
fn what_somebody_changed_since_a_conversion_stays() -> Result<()> {
    let project = Project::new(On::Postgres)?;
    two(
        &project,
        "CREATE TABLE t (id integer PRIMARY KEY, at timestamp);
         INSERT INTO t VALUES (1, '2024-01-01 10:20:30'), (2, '2024-02-02 11:22:33'), (3, NULL);",
        "ALTER TABLE t ALTER COLUMN at TYPE date;",
        "ALTER TABLE t ALTER COLUMN at TYPE timestamp;",
    )?;
    assert_eq!(heard(&project, false)?, ["kept `t.at` as it was (3)"]);
    project.sql("UPDATE t SET at = '2025-05-05' WHERE id = 2")?;
    // Another session prints dates in another way.
    project.sql(
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET DateStyle = ''German''', current_database()); END $$",
    )?;
    assert_eq!(heard(&project, true)?, ["gave back `t.at` as it was (2 of 3)"]);
    let rows = all(&project, "SELECT id, to_char(at, 'YYYY-MM-DD HH24:MI:SS') FROM t ORDER BY id")?;
    assert_eq!(rows, ["1|2024-01-01 10:20:30", "2|2025-05-05 00:00:00", "3|NULL"]);
    Ok(())
}

#[test]
fn deleted_rows_come_back_where_nobody_took_their_place() -> Result<()> {
    on_each_engine(|project| {
        two(
            &project,
            "CREATE TABLE t (id integer PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c');
             CREATE TABLE n (v text); INSERT INTO n VALUES ('p'), ('q');",
            "DELETE FROM t WHERE id > 1; DELETE FROM n WHERE v = 'p';",
            "-- nothing to do",
        )?;
        let why = "the table has no key, so that nobody can tell the rows that went from those that stayed";
        let told = [format!("not kept deleted rows of `n`: {why}"), "kept deleted rows of `t` (2)".to_string()];
        assert_eq!(heard(&project, false)?, told);
        project.sql("INSERT INTO t VALUES (3, 'new')")?;
        assert_eq!(heard(&project, true)?, ["gave back deleted rows of `t` (1 of 2)"]);
        assert_eq!(all(&project, "SELECT id, v FROM t ORDER BY id")?, ["1|a", "2|b", "3|new"]);
        Ok(())
    })
}

#[test]
fn rows_that_a_merge_deletes_are_kept_as_those_of_a_delete() -> Result<()> {
    let project = Project::new(On::Postgres)?;
    two(
        &project,
        "CREATE TABLE t (id integer PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c');",
        "MERGE INTO t USING (VALUES (2, 'x'), (3, NULL), (4, 'd')) AS n (id, v) ON t.id = n.id
         WHEN MATCHED AND n.v IS NULL THEN DELETE WHEN MATCHED THEN UPDATE SET v = n.v
         WHEN NOT MATCHED THEN INSERT VALUES (n.id, n.v);",
        "-- nothing to do",
    )?;
    assert_eq!(heard(&project, false)?, ["kept deleted rows of `t` (1)"]);
    assert_eq!(all(&project, "SELECT id, v FROM t ORDER BY id")?, ["1|a", "2|x", "4|d"]);
    assert_eq!(heard(&project, true)?, ["gave back deleted rows of `t` (1 of 1)"]);
    assert_eq!(all(&project, "SELECT id, v FROM t ORDER BY id")?, ["1|a", "2|x", "3|c", "4|d"]);
    Ok(())
}

#[test]
fn what_is_kept_is_kept_without_a_remark_of_the_server() -> Result<()> {
    let project = Project::new(On::Postgres)?;
    let make = "CREATE TABLE t (id integer PRIMARY KEY, v text, w text); INSERT INTO t VALUES (1, 'a', 'b');";
    two(&project, make, "ALTER TABLE t DROP COLUMN v;", "ALTER TABLE t ADD COLUMN v text;")?;
    project.revision("c3", "b2", "ALTER TABLE t DROP COLUMN w;", "ALTER TABLE t ADD COLUMN w text;")?;
    let (mut kept, mut notices) = (0, Vec::new());
    let mut listen = |event: Event<'_>| match event {
        Event::Kept { .. } => kept += 1,
        Event::Notice { text } => notices.push(text.to_string()),
        _ => {}
    };
    project.upgrade_heard("head", &mut listen)??;
    assert_eq!(kept, 2);
    assert!(notices.is_empty(), "{notices:?}");
    Ok(())
}

#[test]
fn triggers_hear_nothing_and_are_as_they_were() -> Result<()> {
    on_each_engine(|project| {
        let watch = match project.on {
            On::Sqlite | On::SqliteWal => {
                "CREATE TRIGGER watch AFTER UPDATE ON t BEGIN INSERT INTO heard VALUES (NEW.id); END;"
            }
            On::Postgres => {
                "CREATE FUNCTION hear() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO heard VALUES (NEW.id);
                 RETURN NEW; END $$;
                 CREATE TRIGGER watch AFTER UPDATE ON t FOR EACH ROW EXECUTE FUNCTION hear();"
            }
        };
        let make = format!(
            "CREATE TABLE t (id integer PRIMARY KEY, v text); CREATE TABLE heard (id integer);
             INSERT INTO t VALUES (1, 'a');\n{watch}"
        );
        two(&project, &make, "ALTER TABLE t DROP COLUMN v;", "ALTER TABLE t ADD COLUMN v text;")?;
        project.upgrade("head")??;
        assert_eq!(heard(&project, true)?, ["gave back `t.v` (1 of 1)"]);
        assert_eq!(all(&project, "SELECT v FROM t")?, ["a"]);
        assert!(all(&project, "SELECT id FROM heard")?.is_empty());
        project.sql("UPDATE t SET v = 'b'")?;
        assert_eq!(all(&project, "SELECT id FROM heard")?, ["1"]);
        Ok(())
    })
}

#[test]
fn every_kind_of_value_comes_back() -> Result<()> {
    let project = Project::new(On::Postgres)?;
    let columns = "s.mood, s.mood[], s.posint, s.pair, numeric(20,5), bytea, jsonb, json, text[], integer[][], uuid, \
                   timestamptz, interval, inet, tsvector, double precision, bit varying(8), xml, point, int4range, \
                   \"char\", money, char(5), s.posint[]";
    let values = "'so so', ARRAY['happy','so so']::s.mood[], 7, '(1,\"a,b\")', 123456789012345.67891, '\\x00ff10', \
                  '{\"a\":[1,null]}', '{\"b\" :  1}', ARRAY['a,b','\"q\"',NULL,''], ARRAY[[1,2],[3,4]], \
                  'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '2024-03-31 02:30:00.123456+02', '1 year -2 days 03:04:05.6', \
                  '10.0.0.1/8', 'a fat cat', 0.1::float8 + 0.2::float8, B'1011', '<a>x</a>', '(1.5,-2)', '[1,5)', 'x', \
                  '12.34', 'ab', ARRAY[1,2]::s.posint[]";
    let columns: Vec<&str> = split_outside(columns);
    let named: Vec<String> = columns.iter().enumerate().map(|(at, ty)| format!("\"Col {at}\" {ty}")).collect();
    let made = "CREATE SCHEMA s; CREATE TYPE s.mood AS ENUM ('happy', 'so so'); \
                CREATE DOMAIN s.posint AS integer CHECK (VALUE > 0); CREATE TYPE s.pair AS (n integer, t text);";
    let table = format!("CREATE TABLE s.t (id bigint PRIMARY KEY, {});", named.join(", "));
    let nulls = vec!["NULL"; columns.len()].join(", ");
    let drops = (0..columns.len()).map(|at| format!("ALTER TABLE s.t DROP COLUMN \"Col {at}\";"));
    let drops: String = drops.collect();
    let adds: String = named.iter().map(|column| format!("ALTER TABLE s.t ADD COLUMN {column};")).collect();
    let types = "CREATE TYPE s.mood AS ENUM ('happy', 'so so'); CREATE DOMAIN s.posint AS integer CHECK (VALUE > 0); \
                 CREATE TYPE s.pair AS (n integer, t text);";
    let gone = "DROP TYPE s.mood; DROP DOMAIN s.posint; DROP TYPE s.pair;";
    two(
        &project,
        &format!("{made}{table} INSERT INTO s.t VALUES (1, {values}), (2, {nulls});"),
        &format!("{drops}{gone}"),
        &format!("{types}{adds}"),
    )?;
    let before = all(&project, "SELECT t::text FROM s.t ORDER BY id")?;
    project.upgrade("head")??;
    project.downgrade("a1")??;
    assert_eq!(all(&project, "SELECT t::text FROM s.t ORDER BY id")?, before);

    // The same for the whole table.
    project.revision("b2", "a1", &format!("DROP TABLE s.t; {gone}"), &format!("{types}{table}"))?;
    project.upgrade("head")??;
    project.downgrade("a1")??;
    assert_eq!(all(&project, "SELECT t::text FROM s.t ORDER BY id")?, before);
    Ok(())
}

/// At commas outside of parentheses.
fn split_outside(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0);
    for (at, character) in text.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts
}

#[test]
fn sqlite_gives_back_values_of_any_kind_in_any_column() -> Result<()> {
    let project = Project::new(On::Sqlite)?;
    two(
        &project,
        "CREATE TABLE t (id integer PRIMARY KEY, i integer, n numeric, r real, b blob, x text, d datetime);
         INSERT INTO t VALUES (1, 'abc', '007x', 0.1, 'text', 5, 1e300), (2, x'00ff', 9007199254740993, 3, NULL, x'41', ''),
         (3, 1.5, 1.5, 'r', 7, 'it''s', NULL);",
        "ALTER TABLE t DROP COLUMN i; ALTER TABLE t DROP COLUMN n; ALTER TABLE t DROP COLUMN r;
         ALTER TABLE t DROP COLUMN b; ALTER TABLE t DROP COLUMN x; ALTER TABLE t DROP COLUMN d;",
        "ALTER TABLE t ADD COLUMN i integer; ALTER TABLE t ADD COLUMN n numeric; ALTER TABLE t ADD COLUMN r real;
         ALTER TABLE t ADD COLUMN b blob; ALTER TABLE t ADD COLUMN x text; ALTER TABLE t ADD COLUMN d datetime;",
    )?;
    let query = "SELECT id, typeof(i), quote(i), quote(n), quote(r), quote(b), quote(x), quote(d) FROM t ORDER BY id";
    let before = all(&project, query)?;
    assert_eq!(heard(&project, false)?, ["kept `t.i`, `t.n`, `t.r`, `t.b`, `t.x`, `t.d` (3)"]);
    project.downgrade("a1")??;
    assert_eq!(all(&project, query)?, before);
    Ok(())
}

#[test]
fn what_is_not_in_one_transaction_is_kept_too() -> Result<()> {
    on_each_engine(|project| {
        two(
            &project,
            "CREATE TABLE t (id integer PRIMARY KEY, v text, w text); INSERT INTO t VALUES (1, 'a', 'b');",
            "ALTER TABLE t RENAME COLUMN v TO old;\n-- transaction: none\nALTER TABLE t DROP COLUMN w;\nALTER TABLE t DROP COLUMN old;",
            "-- transaction: none\nALTER TABLE t ADD COLUMN w text;\nALTER TABLE t ADD COLUMN v text;",
        )?;
        assert_eq!(heard(&project, false)?, ["kept `t.w` (1)", "kept `t.v` (1)"]);
        let mut given = heard(&project, true)?;
        given.sort();
        assert_eq!(given, ["gave back `t.v` (1 of 1)", "gave back `t.w` (1 of 1)"]);
        assert_eq!(all(&project, "SELECT v, w FROM t")?, ["a|b"]);
        Ok(())
    })
}

#[test]
fn a_copy_that_would_lock_a_large_table_for_long_is_refused() -> Result<()> {
    on_each_engine(|project| {
        // Rows of several partitions may lie in the same place, and without a key nothing else tells them apart.
        let table = match project.on {
            On::Postgres => {
                "CREATE TABLE t (id integer, v text) PARTITION BY RANGE (id); CREATE TABLE t_1 PARTITION OF t DEFAULT;"
            }
            On::Sqlite | On::SqliteWal => "CREATE TABLE t (id integer, v text);",
        };
        let rows =
            "INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd'), (5, 'e'), (6, 'f'), (7, 'g'), (8, 'h');";
        let make = format!("{table} {rows}");
        two(&project, &make, "ALTER TABLE t DROP COLUMN v;", "ALTER TABLE t ADD COLUMN v text;")?;
        project.sql("ANALYZE t")?;
        let keep = Keep { rows: 7, ..Keep::default() };
        let ended = project.upgrade_with("head", &Options { keep, ..project.options() })?;
        match project.on {
            // The drop itself is done at once.
            On::Postgres => {
                let failure = ended.expect_err("the copy was made").failure;
                let Failure::Refused(refusal) = *failure else { panic!("{failure:?}") };
                assert!(matches!(*refusal, Refusal::LongCopy { rows: 8, at_most: 7, .. }), "{refusal:?}");
                assert_eq!(all(&project, "SELECT v FROM t WHERE id = 8")?, ["h"]);
                assert!(keep::read(&mut *project.connect()?)?.is_empty());
            }
            // It writes the whole table anew in any case.
            On::Sqlite | On::SqliteWal => {
                ended?;
            }
        }
        let keep = Keep { rows: 8, ..Keep::default() };
        project.upgrade_with("head", &Options { keep, ..project.options() })??;
        ensure!(keep::read(&mut *project.connect()?)?.len() == 1, "nothing was kept");
        Ok(())
    })
}

fn only_kept(project: &Project) -> Result<keep::Kept> {
    let kept = keep::read(&mut *project.connect()?)?;
    let [one] = kept.as_slice() else { panic!("{kept:?}") };
    Ok(one.clone())
}

/// More than one chunk, with values of every length.
#[test]
fn what_is_kept_is_packed_and_comes_back_value_by_value() -> Result<()> {
    on_each_engine(|project| {
        let long = match project.on {
            On::Postgres => "repeat('long ' || n, 20000)",
            On::Sqlite | On::SqliteWal => "replace(printf('%.*c', 20000, 'x'), 'x', 'long ' || n)",
        };
        let make = format!(
            "CREATE TABLE t (id integer PRIMARY KEY, v text);
             INSERT INTO t WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 30000)
             SELECT n, CASE WHEN n % 7 = 0 THEN NULL WHEN n % 10000 = 1 THEN {long} ELSE 'some words of row ' || n END
             FROM c;"
        );
        two(&project, &make, "DROP TABLE t;", "CREATE TABLE t (id integer PRIMARY KEY, v text);")?;
        let query = "SELECT count(*), count(v), sum(length(v)), sum(id) FROM t";
        let (before, first) = (all(&project, query)?, all(&project, "SELECT v FROM t WHERE id = 12345")?);
        project.upgrade("head")??;
        let kept = only_kept(&project)?;
        assert_eq!((kept.rows, kept.hash.as_ref().map(String::len)), (30000, Some(64)));
        let chunks = project.value("SELECT count(*) FROM whimbrel_kept_1_packed")?;
        ensure!(chunks.parse::<u32>()? > 1, "only {chunks} chunk");
        assert!(project.rows("SELECT 1 FROM whimbrel_kept_1").is_err());
        assert_eq!(keep::check(&mut *project.connect()?, &kept)?, keep::Soundness::Sound);
        project.downgrade("a1")??;
        assert_eq!(all(&project, query)?, before);
        assert_eq!(all(&project, "SELECT v FROM t WHERE id = 12345")?, first);
        assert!(keep::read(&mut *project.connect()?)?.is_empty());
        Ok(())
    })
}

#[test]
fn a_copy_that_somebody_changed_is_not_given_back() -> Result<()> {
    on_each_engine(|project| {
        let make = "CREATE TABLE t (id integer PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a'), (2, 'b');";
        two(&project, make, "ALTER TABLE t DROP COLUMN v;", "ALTER TABLE t ADD COLUMN v text;")?;
        project.upgrade("head")??;
        let kept = only_kept(&project)?;
        project.sql(match project.on {
            On::Postgres => "UPDATE whimbrel_kept_1_packed SET c0 = ARRAY['a', 'x']",
            On::Sqlite | On::SqliteWal => "UPDATE whimbrel_kept_1_packed SET data = x'00' || data",
        })?;
        let refused = |fault: &str| -> Result<()> {
            let error = project.downgrade("a1")?.unwrap_err();
            let Failure::Refused(refusal) = &*error.failure else { panic!("{error:?}") };
            let Refusal::KeptChanged { number: 1, fault: found, .. } = &**refusal else { panic!("{refusal:?}") };
            assert_eq!((found.as_str(), error.exit_status()), (fault, 3));
            assert!(error.next("whimbrel downgrade a1")[1].contains("--leave-kept"));
            assert_eq!(project.applied()?, ["a1", "b2"]);
            Ok(())
        };
        refused("its values are not those that were kept")?;
        let soundness = keep::check(&mut *project.connect()?, &kept)?;
        assert!(matches!(soundness, keep::Soundness::Changed { .. }), "{soundness:?}");
        project.sql("DELETE FROM whimbrel_kept_1_packed")?;
        refused("2 rows were kept, and 0 are there")?;
        project.sql("DROP TABLE whimbrel_kept_1_packed")?;
        refused("its table `whimbrel_kept_1_packed` is gone")
    })
}

/// A run that is killed behind the commit of the drop leaves the copy as it was made.
#[test]
fn what_was_left_unpacked_is_packed_by_the_next_run() -> Result<()> {
    on_each_engine(|project| {
        let make = "CREATE TABLE t (id integer PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a'), (2, 'b');";
        two(&project, make, "ALTER TABLE t DROP COLUMN v;", "ALTER TABLE t ADD COLUMN v text;")?;
        project.upgrade("head")??;
        let kept = only_kept(&project)?;
        let mut driver = project.connect()?;
        driver.begin()?;
        keep::open(&mut *driver, &kept)?;
        driver.execute("DROP TABLE whimbrel_kept_1_packed")?;
        driver.execute("UPDATE whimbrel_kept SET hash = NULL")?;
        driver.commit()?;
        assert_eq!(keep::check(&mut *driver, &only_kept(&project)?)?, keep::Soundness::Unpacked);
        project.revision("c3", "b2", "CREATE TABLE u (a integer);", "DROP TABLE u;")?;
        project.upgrade("head")??;
        assert_eq!(only_kept(&project)?, kept);
        project.downgrade("a1")??;
        assert_eq!(all(&project, "SELECT id, v FROM t ORDER BY id")?, ["1|a", "2|b"]);
        Ok(())
    })
}

#[test]
fn values_can_be_had_without_undoing_anything() -> Result<()> {
    on_each_engine(|project| {
        let make = "CREATE TABLE t (id integer PRIMARY KEY, \"odd v\" text); INSERT INTO t VALUES (1, 'a'), (2, 'b');";
        two(&project, make, "ALTER TABLE t DROP COLUMN \"odd v\";", "ALTER TABLE t ADD COLUMN \"odd v\" text;")?;
        project.upgrade("head")??;
        let kept = only_kept(&project)?;
        let mut driver = project.connect()?;
        driver.begin()?;
        let table = keep::restore_beside(&mut *driver, &kept)?;
        driver.commit()?;
        assert_eq!(all(&project, &format!("SELECT id, \"odd v\" FROM {table} ORDER BY id"))?, ["1|a", "2|b"]);
        assert_eq!(only_kept(&project)?, kept);
        // It is nobody's drift.
        project.downgrade("a1")??;
        Ok(())
    })
}

const FAMILY: &str = "CREATE TABLE z (id integer PRIMARY KEY, v text);
    CREATE TABLE y (id integer PRIMARY KEY, z integer REFERENCES z (id) ON DELETE CASCADE);
    CREATE TABLE x (id integer PRIMARY KEY, y integer REFERENCES y (id) ON DELETE CASCADE);
    CREATE TABLE w (id integer PRIMARY KEY, z integer DEFAULT 9 REFERENCES z (id) ON DELETE SET NULL, n integer);
    INSERT INTO z VALUES (1, 'a'), (2, 'b'); INSERT INTO y VALUES (10, 1), (11, 1), (20, 2);
    INSERT INTO x VALUES (100, 10), (200, 20), (300, NULL); INSERT INTO w VALUES (5, 1, 0), (6, 2, 0), (7, NULL, 0);";

fn family(project: &Project) -> Result<Vec<Vec<String>>> {
    ["z", "y", "x", "w"].iter().map(|table| all(project, &format!("SELECT * FROM {table} ORDER BY 1"))).collect()
}

#[test]
fn rows_that_go_with_others_come_back_with_them() -> Result<()> {
    on_each_engine(|project| {
        let delete = match project.on {
            On::Postgres => "DELETE FROM z WHERE id = 1;",
            // Keys are not minded in a revision, unless it says so.
            On::Sqlite | On::SqliteWal => {
                "-- transaction: none\nPRAGMA foreign_keys = on;\nDELETE FROM z WHERE id = 1;"
            }
        };
        two(&project, FAMILY, delete, "-- nothing to do")?;
        let before = family(&project)?;
        let mut told = heard(&project, false)?;
        told.sort();
        let wanted = [
            "kept `w.z` where its row was deleted (1)",
            "kept deleted rows of `x` (1)",
            "kept deleted rows of `y` (2)",
            "kept deleted rows of `z` (1)",
        ];
        assert_eq!(told, wanted);
        assert_eq!(all(&project, "SELECT id, z FROM w ORDER BY id")?, ["5|NULL", "6|2", "7|NULL"]);
        project.sql("UPDATE w SET n = 1 WHERE id = 5")?;
        heard(&project, true)?;
        project.sql("UPDATE w SET n = 0 WHERE id = 5")?;
        assert_eq!(family(&project)?, before);
        assert!(keep::read(&mut *project.connect()?)?.is_empty());
        Ok(())
    })
}

#[test]
fn truncate_and_drop_take_others_along_and_give_them_back() -> Result<()> {
    let project = Project::new(On::Postgres)?;
    two(&project, FAMILY, "TRUNCATE z CASCADE;", "-- nothing to do")?;
    let before = family(&project)?;
    assert_eq!(heard(&project, false)?.len(), 4);
    assert!(family(&project)?.iter().all(Vec::is_empty));
    heard(&project, true)?;
    assert_eq!(family(&project)?, before);

    let project = Project::new(On::Postgres)?;
    let heirs = "CREATE TABLE p (id integer, v text); CREATE TABLE c (w text) INHERITS (p);";
    let rows = "INSERT INTO p VALUES (1, 'p'); INSERT INTO c VALUES (2, 'c', 'own');";
    two(&project, &format!("{heirs}{rows}"), "DROP TABLE p CASCADE;", heirs)?;
    assert_eq!(heard(&project, false)?, ["kept table `c` (1)", "kept table `p` (1)"]);
    heard(&project, true)?;
    assert_eq!(all(&project, "SELECT * FROM ONLY p")?, ["1|p"]);
    assert_eq!(all(&project, "SELECT * FROM c")?, ["2|c|own"]);
    Ok(())
}

/// Neither table can be given back before the other, and their foreign keys are looked at with each statement.
#[test]
fn tables_that_refer_to_each_other_in_a_ring_come_back_whole() -> Result<()> {
    let keys = [
        "ALTER TABLE team ADD CONSTRAINT led FOREIGN KEY (lead) REFERENCES person (id);",
        "ALTER TABLE person ADD CONSTRAINT works FOREIGN KEY (team) REFERENCES team (id) DEFERRABLE;",
    ];
    for keys in [keys.concat(), keys.concat().replace(" DEFERRABLE", "")] {
        let project = Project::new(On::Postgres)?;
        let tables = "CREATE TABLE team (id integer PRIMARY KEY, lead integer);
             CREATE TABLE person (id integer PRIMARY KEY, team integer, boss integer REFERENCES person (id));
             INSERT INTO team VALUES (1, 2), (2, 1);
             INSERT INTO person VALUES (1, 1, 2), (2, 2, 1);
             CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'heard'; END $$;
             CREATE TRIGGER no BEFORE INSERT ON team FOR EACH ROW EXECUTE FUNCTION no();";
        two(&project, &format!("{tables}{keys}"), "TRUNCATE team, person;", "-- nothing to do")?;
        let both = |project: &Project| -> Result<[Vec<String>; 2]> {
            Ok([all(project, "SELECT * FROM team ORDER BY 1")?, all(project, "SELECT * FROM person ORDER BY 1")?])
        };
        let before = both(&project)?;
        let known = project.connect()?.introspect()?;
        heard(&project, false)?;
        assert!(both(&project)?.iter().all(Vec::is_empty));
        heard(&project, true)?;
        assert_eq!(both(&project)?, before);
        assert_eq!(project.connect()?.introspect()?, known, "the keys and the trigger are as they were");
    }
    Ok(())
}

/// SQLite deletes the rows of a table before it drops it, and with foreign keys on, what refers to them.
#[test]
fn what_a_dropped_table_of_sqlite_takes_along_is_kept() -> Result<()> {
    for keys in ["ON", "OFF"] {
        let project = Project::new(On::Sqlite)?;
        let make = "CREATE TABLE p (id integer PRIMARY KEY);
             CREATE TABLE c (id integer PRIMARY KEY, p integer REFERENCES p (id) ON DELETE CASCADE);
             INSERT INTO p VALUES (1); INSERT INTO c VALUES (10, 1), (11, NULL);";
        let there = format!("-- transaction: none\nPRAGMA foreign_keys = {keys};\nDROP TABLE p;");
        two(&project, make, &there, "CREATE TABLE p (id integer PRIMARY KEY);")?;
        let told = match heard(&project, false) {
            Ok(told) => told,
            // Without the cascade the rows of `c` would refer to nothing, and that is refused.
            Err(error) => {
                assert_eq!(keys, "OFF", "{error}");
                assert_eq!(all(&project, "SELECT * FROM c ORDER BY 1")?, ["10|1", "11|NULL"]);
                continue;
            }
        };
        let left = all(&project, "SELECT * FROM c ORDER BY 1")?;
        assert_eq!((keys, left.as_slice()), ("ON", &["11|NULL".to_string()][..]));
        assert!(told.contains(&"kept deleted rows of `c` (1)".to_string()), "{told:?}");
        heard(&project, true)?;
        assert_eq!(all(&project, "SELECT * FROM p")?, ["1"]);
        assert_eq!(all(&project, "SELECT * FROM c ORDER BY 1")?, ["10|1", "11|NULL"], "foreign keys {keys}");
    }
    Ok(())
}

#[test]
fn a_large_table_that_goes_along_is_named_before() -> Result<()> {
    let project = Project::new(On::Postgres)?;
    // Which rows that is can be told only afterwards.
    two(&project, FAMILY, "DELETE FROM z WHERE id = 1 AND random() >= 0;", "-- nothing to do")?;
    project.sql("INSERT INTO y SELECT n, 2 FROM generate_series(1000, 1010) AS n")?;
    project.sql("ANALYZE")?;
    let before = family(&project)?;
    let keep = Keep { rows: 10, ..Keep::default() };
    let options = Options { keep, ..project.options() };
    let ended = project.upgrade_with("head", &options)?;
    let error = ended.expect_err("the copy was made");
    assert!(error.to_string().contains("copying 14 rows of `y`"), "{error}");
    assert_eq!(error.exit_status(), 3);
    assert_eq!(family(&project)?, before);
    project.revision("b2", "a1", "DELETE FROM z WHERE id = 1;", "-- nothing to do")?;
    project.upgrade_with("head", &options)??;
    project.downgrade("a1")??;
    assert_eq!(family(&project)?, before);
    Ok(())
}

/// What is deleted, the tables of which only the rows that go are copied, and how many of them.
const DELETED: [(&str, &[(&str, i64)]); 9] = [
    (
        "DELETE FROM \"odd name\" AS e WHERE e.\"the size\" > 15 AND name <> 'DELETE -- WHERE'; -- and so on",
        &[("c", 1), ("odd name", 2)],
    ),
    ("DELETE FROM \"odd name\" WHERE id IN (SELECT max(id) FROM \"odd name\");", &[("odd name", 1)]),
    ("DELETE FROM \"odd name\" WHERE id = 1; DELETE FROM \"odd name\" WHERE id < 3;", &[("c", 2), ("odd name", 2)]),
    ("DELETE FROM \"odd name\" WHERE id = 1; DELETE FROM c WHERE id = 11;", &[("c", 2), ("odd name", 1)]),
    (
        "DELETE FROM \"odd name\" WHERE id = 1 RETURNING id; ALTER TABLE \"odd name\" DROP COLUMN name;",
        &[("c", 1), ("odd name", 1)],
    ),
    // What comes before says what WHERE finds, or another row goes than it finds: whole tables are copied.
    ("UPDATE \"odd name\" SET \"the size\" = 0 WHERE id = 1; DELETE FROM \"odd name\" WHERE \"the size\" = 0;", &[]),
    (
        "DELETE FROM c WHERE id = 10; DELETE FROM \"odd name\" WHERE id NOT IN (SELECT n FROM c WHERE n IS NOT NULL);",
        &[],
    ),
    ("DELETE FROM \"odd name\" WHERE id = 1 AND random() IS NOT NULL;", &[]),
    ("DELETE FROM \"odd name\";", &[]),
];

#[test]
fn of_what_a_delete_names_only_that_is_copied() -> Result<()> {
    on_each_engine(|project| {
        let make = "CREATE TABLE \"odd name\" (id integer PRIMARY KEY, name text, \"the size\" integer);
            CREATE TABLE c (id integer PRIMARY KEY, n integer REFERENCES \"odd name\" (id) ON DELETE CASCADE);
            INSERT INTO \"odd name\" VALUES (1, 'one', 10), (2, 'two', 20), (3, 'DELETE -- WHERE', 30), (4, 'four', 40);
            INSERT INTO c VALUES (10, 1), (11, 2), (12, NULL);";
        // Keys are not minded in a revision there: nothing goes along.
        let make = match project.on {
            On::Postgres => make.to_string(),
            On::Sqlite | On::SqliteWal => make.replace("REFERENCES \"odd name\" (id) ON DELETE CASCADE", ""),
        };
        let rows = |project: &Project| -> Result<Vec<String>> {
            let mut rows = all(project, "SELECT id, \"the size\" FROM \"odd name\" ORDER BY 1")?;
            rows.extend(all(project, "SELECT * FROM c ORDER BY 1")?);
            Ok(rows)
        };
        project.revision("a1", "none", &make, "-- nothing to do")?;
        project.upgrade("a1")??;
        let before = rows(&project)?;
        for (deleted, chosen) in DELETED {
            let back = match deleted.contains("DROP COLUMN") {
                true => "ALTER TABLE \"odd name\" ADD COLUMN name text;",
                false => "-- nothing to do",
            };
            project.revision("b2", "a1", deleted, back)?;
            project.upgrade("head")??;
            let after = rows(&project)?;
            ensure!(after != before, "{deleted}: nothing went");
            let kept = keep::read(&mut *project.connect()?)?;
            let named = kept.iter().filter(|kept| !kept.loss.chosen.is_empty() && kept.rows > 0);
            let named: Vec<(&str, i64)> = named.map(|kept| (kept.loss.table.name.as_str(), kept.rows)).collect();
            match project.on {
                On::Postgres => assert_eq!(named, chosen, "{deleted}"),
                On::Sqlite | On::SqliteWal => {
                    ensure!(named.is_empty() == chosen.is_empty(), "{deleted}: {named:?}");
                    ensure!(named.iter().all(|one| chosen.contains(one) || one.0 == "c"), "{deleted}: {named:?}");
                }
            }
            project.downgrade("a1")??;
            assert_eq!(rows(&project)?, before, "{deleted}");
            ensure!(keep::read(&mut *project.connect()?)?.is_empty(), "{deleted}: something is kept still");
        }
        Ok(())
    })
}

/// A condition means what it means in the session, and not under the settings by which values are printed.
#[test]
fn a_condition_is_asked_as_the_delete_asks_it() -> Result<()> {
    let project = Project::new(On::Postgres)?;
    let make = "CREATE TABLE t (id integer PRIMARY KEY, at timestamptz, mood text COLLATE \"C\");
        CREATE TABLE u (t integer, gone boolean, n integer);
        INSERT INTO t VALUES (1, '2026-01-01 00:30+02', 'a'), (2, '2026-01-01 12:00+00', 'b'), (3, now() + interval '1 day', 'c');
        INSERT INTO u VALUES (3, true, 1), (3, true, 2), (2, false, 3);";
    two(&project, make, "-- nothing to do", "-- nothing to do")?;
    project.upgrade("head")??;
    project.sql(
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET TimeZone = %L', current_database(), 'Europe/Helsinki'); END $$",
    )?;
    let before = all(&project, "SELECT id, mood FROM t ORDER BY 1")?;
    for (parent, (deleted, gone)) in [
        ("b2", ("DELETE FROM ONLY t AS e WHERE e.at::date = '2026-01-01'::date AND e.at < now();", 2)),
        ("b2", ("DELETE FROM t USING u WHERE u.t = t.id AND u.gone;", 1)),
        ("b2", ("DELETE FROM t e USING u, u AS w WHERE (u.t = e.id AND w.n = u.n AND u.gone) OR e.id = 1;", 2)),
    ] {
        project.revision("c3", parent, deleted, "-- nothing to do")?;
        project.upgrade("head")??;
        let kept = only_kept(&project)?;
        assert_eq!((kept.rows, kept.loss.chosen.len()), (gone, 1), "{deleted}");
        project.downgrade("b2")??;
        assert_eq!(all(&project, "SELECT id, mood FROM t ORDER BY 1")?, before, "{deleted}");
    }
    Ok(())
}

/// A trigger may delete what WHERE does not find, and a ring of keys as well.
#[test]
fn what_goes_unnamed_with_a_delete_is_kept_all_the_same() -> Result<()> {
    let project = Project::new(On::Postgres)?;
    let make = "CREATE TABLE t (id integer PRIMARY KEY, boss integer REFERENCES t (id) ON DELETE CASCADE);
        CREATE TABLE v (id integer PRIMARY KEY, n integer);
        CREATE FUNCTION more() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM v WHERE n = OLD.id; RETURN NULL; END $$;
        CREATE TRIGGER more AFTER DELETE ON v FOR EACH ROW EXECUTE FUNCTION more();
        INSERT INTO t VALUES (1, NULL), (2, 1), (3, 2), (4, NULL); INSERT INTO v VALUES (1, NULL), (2, 1), (3, NULL);";
    two(&project, make, "DELETE FROM t WHERE id = 1; DELETE FROM v WHERE id = 1;", "-- nothing to do")?;
    assert_eq!(heard(&project, false)?, ["kept deleted rows of `t` (3)", "kept deleted rows of `v` (2)"]);
    heard(&project, true)?;
    assert_eq!(all(&project, "SELECT * FROM t ORDER BY 1")?, ["1|NULL", "2|1", "3|2", "4|NULL"]);
    assert_eq!(all(&project, "SELECT * FROM v ORDER BY 1")?, ["1|NULL", "2|1", "3|NULL"]);
    Ok(())
}

#[test]
fn nothing_is_kept_where_somebody_says_so_and_the_ledger_says_why() -> Result<()> {
    on_each_engine(|project| {
        let make = "CREATE TABLE t (id integer PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a');";
        two(&project, make, "ALTER TABLE t DROP COLUMN v;", "ALTER TABLE t ADD COLUMN v text;")?;
        let keep = Keep { nothing: Some("the law wants it gone".into()), ..Keep::default() };
        project.upgrade_with("head", &Options { keep, ..project.options() })??;
        assert!(keep::read(&mut *project.connect()?)?.is_empty());
        let ledger = ledger::read(&mut *project.connect()?)?;
        let note = ledger.events.last().unwrap().note.clone();
        assert_eq!(note.as_deref(), Some("nothing kept: the law wants it gone: `t.v`"));
        project.downgrade("a1")??;
        assert_eq!(all(&project, "SELECT id, v FROM t")?, ["1|NULL"]);
        Ok(())
    })
}

#[test]
fn its_time_ends_it() -> Result<()> {
    on_each_engine(|project| {
        let make = "CREATE TABLE t (id integer PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a');";
        two(&project, make, "ALTER TABLE t DROP COLUMN v;", "ALTER TABLE t ADD COLUMN v text;")?;
        project.upgrade_with("head", &Options { keep: Keep { days: 0, ..Keep::default() }, ..project.options() })??;
        project.revision("c3", "b2", "CREATE TABLE u (a integer);", "DROP TABLE u;")?;
        assert_eq!(keep::read(&mut *project.connect()?)?.len(), 1);
        std::thread::sleep(Duration::from_millis(5));
        assert_eq!(heard(&project, false)?, ["let go of 1"]);
        assert!(keep::read(&mut *project.connect()?)?.is_empty());
        Ok(())
    })
}

#[test]
fn a_downgrade_that_cannot_take_the_values_says_so_and_changes_nothing() -> Result<()> {
    on_each_engine(|project| {
        let make = "CREATE TABLE t (id integer PRIMARY KEY, v varchar(20)); INSERT INTO t VALUES (1, NULL);";
        let back = "ALTER TABLE t ADD COLUMN v varchar(20) NOT NULL DEFAULT 'x';";
        two(&project, make, "ALTER TABLE t DROP COLUMN v;", back)?;
        project.upgrade("head")??;
        let error = project.downgrade("a1")?.unwrap_err();
        assert!(matches!(&*error.failure, Failure::Kept { .. }), "{error:?}");
        assert_eq!(error.exit_status(), 4);
        assert!(error.next("whimbrel downgrade a1").join("\n").contains("--leave-kept"));
        assert_eq!(project.applied()?, ["a1", "b2"]);
        let keep = Keep { leave: Some("not needed".into()), ..Keep::default() };
        let target = "a1".parse()?;
        let options = Options { keep, ..project.options() };
        whimbrel_run::apply::downgrade(&mut *project.connect()?, &project.history()?, &target, &options, &mut |_| {})?;
        assert_eq!(all(&project, "SELECT v FROM t")?, ["x"]);
        assert_eq!(keep::read(&mut *project.connect()?)?.len(), 1);
        Ok(())
    })
}

/// Killed anywhere: the values are in their place, or kept, and never neither.
#[test]
fn killed_anywhere_nothing_is_lost() -> Result<()> {
    on_each_engine(|project| {
        let rows = 40_000;
        let make = format!(
            "CREATE TABLE t (id integer PRIMARY KEY, v text);
             INSERT INTO t WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {rows})
             SELECT n, 'value ' || n FROM c;"
        );
        two(&project, &make, "ALTER TABLE t DROP COLUMN v;", "ALTER TABLE t ADD COLUMN v text;")?;
        let mut killed = 0;
        for delay in (0..).map(|round| Duration::from_millis(4 + 9 * round)) {
            let mut runner = project.runner("head")?.spawn()?;
            std::thread::sleep(delay);
            runner.kill()?;
            if runner.wait()?.success() {
                break;
            }
            killed += 1;
            ensure!(killed < 300, "it never gets through");
            // A server may be at the last moment of what its client asked for.
            let (mut driver, mut kept) = (project.connect()?, Vec::new());
            for _ in 0..50 {
                kept = keep::read(&mut *driver)?;
                let there = driver.introspect()?.table(&"t".into()).unwrap().column("v").is_some();
                ensure!(there || !kept.is_empty(), "seed {delay:?}: gone and not kept");
                ensure!(!there || kept.is_empty(), "seed {delay:?}: kept though it is there");
                std::thread::sleep(Duration::from_millis(1));
            }
            if !kept.is_empty() {
                break;
            }
        }
        ensure!(killed > 0, "nothing was killed: this shows nothing");
        project.upgrade("head")??;
        assert_eq!(heard(&project, true)?, [format!("gave back `t.v` ({rows} of {rows})")]);
        assert_eq!(all(&project, "SELECT count(*) FROM t WHERE v = 'value ' || id")?, [rows.to_string()]);
        Ok(())
    })
}
