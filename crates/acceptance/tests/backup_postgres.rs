//! What is copied out of PostgreSQL comes back equal, and what cannot be is refused by name.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};
use std::{env, fs};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;
use whimbrel_acceptance::backup::comes_out_equal;
use whimbrel_acceptance::database::open;
use whimbrel_acceptance::server::{self, Server};
use whimbrel_run::backup::{Difference, Progress, Scope, Snapshot, TableContents, differences};
use whimbrel_run::{Driver, DriverError, DriverErrorKind};
use whimbrel_schema::ObjectName;

const EVERYTHING: &str = include_str!("backup_postgres/everything.sql");

/// Names the version in a test that runs itself again with other programs.
const MAJOR: &str = "WHIMBREL_BACKUP_MAJOR";
const PROGRAMS: &str = "WHIMBREL_PG_BIN";

fn on_postgres(major: u32, test: impl FnOnce(&'static Server) -> Result<()>) -> Result<()> {
    if !server::installed().contains(&major) && server::may_be_missing() {
        return Ok(());
    }
    test(server::shared(Some(major))?)
}

fn everything(server: &Server) -> Result<(String, Box<dyn Driver>)> {
    let url = server.fresh_database()?;
    let mut driver = open(&url)?;
    driver.execute_script(EVERYTHING)?;
    Ok((url, driver))
}

fn unwatched(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn contents(driver: &mut dyn Driver) -> Result<Vec<TableContents>> {
    Ok(driver.contents(None, &mut unwatched)?)
}

fn copied(driver: &mut dyn Driver) -> Result<(TempDir, Snapshot)> {
    let folder = tempfile::tempdir()?;
    let snapshot = driver.copy_out(&Scope::Full, folder.path(), &mut unwatched)?;
    Ok((folder, snapshot))
}

fn one<'a>(tables: &'a [TableContents], name: &str) -> &'a TableContents {
    tables.iter().find(|table| table.name == name.into()).unwrap_or_else(|| panic!("`{name}` is not in {tables:?}"))
}

/// Others write while it is copied; what was copied comes back.
fn comes_back(from: &Server, into: &[&Server]) -> Result<()> {
    let (url, mut source) = everything(from)?;
    let (stop, written) = (AtomicBool::new(false), AtomicU32::new(0));
    let (folder, snapshot) = std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut writer = open(&url).unwrap();
            while !stop.load(Ordering::Relaxed) {
                let script = "INSERT INTO orders (customer, total) VALUES (1, 1); UPDATE customer SET name = name || '!' \
                              WHERE id = 7; DELETE FROM orders WHERE id = (SELECT min(id) FROM orders WHERE boss IS NULL \
                              AND id NOT IN (SELECT boss FROM orders WHERE boss IS NOT NULL)); SELECT nextval('called'); \
                              INSERT INTO parted VALUES ((random() * 1000000)::int, '2026-05-05', 'new') ON CONFLICT DO NOTHING";
                writer.execute_script(script).unwrap();
                written.fetch_add(1, Ordering::Relaxed);
            }
        });
        let copied = copied(&mut *source);
        stop.store(true, Ordering::Relaxed);
        copied
    })?;
    ensure!(written.load(Ordering::Relaxed) > 3, "nobody wrote while it was copied");
    let now = contents(&mut *source)?;
    ensure!(!differences(&snapshot.tables, &now).is_empty(), "what was written since makes no difference");
    ensure!(snapshot.position.as_deref().is_some_and(|it| it.contains('/')), "{:?}", snapshot.position);
    ensure!(one(&snapshot.tables, "types").rows == 10, "{:?}", one(&snapshot.tables, "types"));
    ensure!(snapshot.tables.iter().any(|it| it.name.name == "pg_largeobject" && it.rows == 4));
    let leaves = ["parted_old", "parted_new", "parted_rest_0", "parted_rest_1"];
    let rows: u64 = leaves.iter().map(|leaf| one(&snapshot.tables, leaf).rows).sum();
    ensure!(rows == one(&snapshot.tables, "parted").rows && rows >= 60, "{rows} rows in the partitions");

    for server in into {
        let url = server.fresh_database()?;
        let mut target = open(&url)?;
        target.copy_in(folder.path(), None, &mut unwatched)?;
        let found = contents(&mut *target)?;
        let differing = differences(&snapshot.tables, &found);
        ensure!(differing.is_empty() && found.len() == snapshot.tables.len(), "{}: {differing:#?}", server.major);
        if server.major == from.major {
            ensure!(target.introspect()?.fingerprint() == snapshot.schema, "another schema came back");
        }
        let shadow = target.query("SELECT total FROM totals WHERE customer = 1", &[])?;
        ensure!(shadow.len() == 1, "the view is empty");
        if server.major == from.major {
            // Over what is there now, too.
            target.execute_script("DROP TABLE types; CREATE SCHEMA more; CREATE TABLE more.of_it (id int)")?;
            target.copy_in(folder.path(), None, &mut unwatched)?;
            let differing = differences(&snapshot.tables, &contents(&mut *target)?);
            ensure!(differing.is_empty(), "restored over another: {differing:#?}");
        }
    }
    Ok(())
}

fn what_is_copied_under_writers_comes_back() -> Result<()> {
    on_postgres(15, |server| comes_back(server, &[server]))
}

fn what_13_has_comes_back_in_13_and_in_15() -> Result<()> {
    on_postgres(15, |newer| on_postgres(13, |server| comes_back(server, &[server, newer])))
}

/// A server for all, so that it is started once.
#[test]
fn on_15() -> Result<()> {
    each(&[
        ("under writers", what_is_copied_under_writers_comes_back),
        ("almost the same", values_that_are_almost_the_same_are_not_equal),
        ("order", the_order_of_rows_and_of_columns_makes_no_difference),
        ("not to be seen", what_the_role_may_not_see_is_refused_by_name),
        ("stopped", a_copy_that_is_stopped_leaves_no_process_and_shows_no_password),
        ("damaged", a_damaged_copy_does_not_come_back_as_if_it_were_whole),
        ("affected", only_what_is_affected_has_rows_and_its_references_hold),
        ("single tables", single_tables_come_back_where_they_are_gone_and_where_they_are_there),
        ("of every kind", every_kind_of_object_comes_out),
    ])
}

#[test]
fn from_13_to_15() -> Result<()> {
    each(&[
        ("under writers", what_13_has_comes_back_in_13_and_in_15),
        ("other roles", what_belongs_to_roles_that_are_not_here_is_named),
    ])
}

type Check = (&'static str, fn() -> Result<()>);

fn each(checks: &[Check]) -> Result<()> {
    let mut failed = Vec::new();
    for (name, check) in checks {
        let begun = Instant::now();
        match check() {
            Ok(()) => println!("{name}: {:.1} s", begun.elapsed().as_secs_f64()),
            Err(error) => failed.push(format!("{name}: {error:#}")),
        }
    }
    ensure!(failed.is_empty(), "{}", failed.join("\n\n"));
    Ok(())
}

/// The folder of the programs that no package of Debian's has.
fn newest_programs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().join(".engines/client-18/bin")
}

/// This test again, in a process of its own with these programs.
fn again(test: &str, programs: &Path) -> Result<()> {
    let output = Command::new(env::current_exe()?)
        .args(["--exact", test, "--nocapture"])
        .env(PROGRAMS, programs)
        .env(MAJOR, "again")
        .output()?;
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    ensure!(output.status.success() && said.contains("1 passed"), "with {}: {said}", programs.display());
    Ok(())
}

#[test]
fn what_18_has_comes_back_with_its_own_programs() -> Result<()> {
    if env::var_os(MAJOR).is_none() {
        if !newest_programs().join("pg_dump").is_file() && server::may_be_missing() {
            return Ok(());
        }
        return again("what_18_has_comes_back_with_its_own_programs", &newest_programs());
    }
    on_postgres(18, |server| comes_back(server, &[server]))?;
    if env::var_os("WHIMBREL_MAJORS").is_none() {
        return Ok(());
    }
    // Newer programs with an older server: what it does not know is not what fails.
    on_postgres(13, |older| on_postgres(18, |newer| comes_back(older, &[older, newer])))
}

#[test]
fn programs_older_than_the_server_are_refused_before_anything_is_begun() -> Result<()> {
    let debian = Path::new("/usr/lib/postgresql/15/bin");
    if env::var_os(MAJOR).is_none() {
        if !debian.is_dir() && server::may_be_missing() {
            return Ok(());
        }
        return again("programs_older_than_the_server_are_refused_before_anything_is_begun", debian);
    }
    on_postgres(18, |server| {
        let mut driver = open(&server.fresh_database()?)?;
        let folder = tempfile::tempdir()?;
        let error = driver.copy_out(&Scope::Full, folder.path(), &mut unwatched).unwrap_err();
        ensure!(error.kind == DriverErrorKind::Unsupported && error.message.starts_with("pg_dump 15."), "{error:?}");
        ensure!(error.message.contains("cannot read PostgreSQL 18."), "{error:?}");
        ensure!(error.hint.as_deref().is_some_and(|hint| hint.contains("postgresql-client-18")), "{error:?}");
        ensure!(fs::read_dir(folder.path())?.next().is_none(), "something was written");
        Ok(())
    })
}

/// Pairs of a table that hold almost the same.
const ALMOST: &[(&str, &str, &str)] = &[
    ("(v text)", "('a'), ('b')", "('a'), ('c')"),
    ("(v text)", "('a'), ('a'), ('b')", "('a'), ('b'), ('b')"),
    ("(v text)", "(NULL)", "('')"),
    ("(v text, w text)", "('ab', 'c')", "('a', 'bc')"),
    ("(v text, w text)", "(NULL, '')", "('', NULL)"),
    ("(v text, w text)", "('a', 'b'), ('c', 'd')", "('a', 'd'), ('c', 'b')"),
    ("(v int, w int)", "(1, 2), (3, 4)", "(1, 4), (3, 2)"),
    ("(v int, w int)", "(1, NULL)", "(NULL, 1)"),
    ("(v int, w int)", "(1, 23)", "(12, 3)"),
    ("(v bigint)", "(1)", "(4294967296)"),
    ("(v bigint)", "(-1)", "(0)"),
    ("(v float8)", "(0)", "('-0')"),
    ("(v float8)", "('NaN')", "('Infinity')"),
    ("(v float8)", "(0.1)", "(0.1 + 1e-17 * 2)"),
    ("(v numeric)", "(1.0)", "(1.00)"),
    ("(v bpchar)", "('a')", "('a ')"),
    ("(v bytea)", "('\\x00')", "('\\x0000')"),
    ("(v json)", "('{\"a\":1}')", "('{\"a\": 1}')"),
    ("(v jsonb)", "('[1.0]')", "('[1.00]')"),
    ("(v timestamptz)", "('2026-01-01 00:00:00+00')", "('2026-01-01 00:00:00.000001+00')"),
    ("(v interval)", "('1 day')", "('24 hours')"),
    ("(v int[])", "('[0:1]={1,2}')", "('{1,2}')"),
    ("(v text[])", "('{NULL}')", "('{\"NULL\"}')"),
    ("(v \"char\")", "('a')", "('b')"),
    ("()", "DEFAULT", "DEFAULT"),
];

fn values_that_are_almost_the_same_are_not_equal() -> Result<()> {
    on_postgres(15, |server| {
        let mut driver = open(&server.fresh_database()?)?;
        let mut script = String::new();
        for (at, (columns, one, other)) in ALMOST.iter().enumerate() {
            for (side, rows) in [("a", one), ("b", other)] {
                script.push_str(&format!("CREATE TABLE {side}{at} {columns};"));
                match *rows {
                    "DEFAULT" => script.push_str(&format!("INSERT INTO {side}{at} DEFAULT VALUES;").repeat(side.len())),
                    rows => script.push_str(&format!("INSERT INTO {side}{at} VALUES {rows};")),
                }
            }
        }
        let last = ALMOST.len() - 1;
        driver.execute_script(&format!("{script} INSERT INTO b{last} DEFAULT VALUES"))?;
        let before = contents(&mut *driver)?;
        for (at, (columns, rows, other)) in ALMOST.iter().enumerate() {
            let (a, b) = (one(&before, &format!("a{at}")), one(&before, &format!("b{at}")));
            ensure!((a.rows, &a.hash) != (b.rows, &b.hash), "{columns}: {rows} and {other} are taken for the same");
        }
        // What a session or the database is set to makes no difference, nor does the order of rows or of columns.
        let name = Server::database_of(&driver_url(&mut *driver, server)?).to_string();
        for setting in [
            "datestyle = 'German'",
            "intervalstyle = 'iso_8601'",
            "timezone = 'Asia/Kathmandu'",
            "bytea_output = 'escape'",
            "extra_float_digits = -3",
            "xmloption = 'document'",
            "search_path = 'pg_temp'",
            "quote_all_identifiers = on",
            "max_parallel_workers_per_gather = 4",
            "min_parallel_table_scan_size = 0",
            "parallel_setup_cost = 0",
        ] {
            driver.execute(&format!("ALTER DATABASE {name} SET {setting}"))?;
        }
        let mut other = open(&server.url(&name))?;
        let names: Vec<ObjectName> =
            before.iter().map(|table| ObjectName::within("public", &table.name.name)).collect();
        let after = other.contents(Some(&names), &mut unwatched)?;
        ensure!(after.len() == before.len());
        for (before, after) in before.iter().zip(&after) {
            ensure!(before.name.name == after.name.name && before.hash == after.hash, "{before:?} {after:?}");
        }
        Ok(())
    })
}

fn driver_url(driver: &mut dyn Driver, server: &Server) -> Result<String> {
    Ok(server.url(&driver.database()))
}

/// The larger of the two is read in parts, the other in whole.
fn the_order_of_rows_and_of_columns_makes_no_difference() -> Result<()> {
    on_postgres(15, |server| {
        let mut driver = open(&server.fresh_database()?)?;
        driver.execute_script(
            "CREATE TABLE a (id int, v text, n numeric); CREATE TABLE b (n numeric, id int, gone int, v text); \
             ALTER TABLE b DROP COLUMN gone; INSERT INTO a SELECT g, 'v' || g, g / 7.0 FROM generate_series(1, 180000) g; \
             INSERT INTO b (id, v, n) SELECT * FROM a ORDER BY random()",
        )?;
        // As many columns as a table can have.
        let columns: Vec<String> = (0..1600).map(|at| format!("c{at} {}", ["int", "text", "bytea"][at % 3])).collect();
        driver.execute(&format!("CREATE TABLE widest ({})", columns.join(", ")))?;
        driver.execute("INSERT INTO widest (c0, c1, c1599) VALUES (1, 'a', 2), (1, 'a', 3)")?;
        let found = contents(&mut *driver)?;
        ensure!(one(&found, "widest").rows == 2);
        driver.execute("UPDATE widest SET c1598 = 'x' WHERE c1599 = 3")?;
        ensure!(one(&contents(&mut *driver)?, "widest").hash != one(&found, "widest").hash, "a column is left out");
        ensure!(one(&found, "a").rows == 180_000 && one(&found, "a").hash == one(&found, "b").hash, "{found:?}");
        Ok(())
    })
}

fn what_the_role_may_not_see_is_refused_by_name() -> Result<()> {
    on_postgres(15, |server| {
        let url = server.fresh_database()?;
        let mut driver = open(&url)?;
        let name = driver.database();
        driver.execute_script(&format!(
            "CREATE ROLE {name}_reader LOGIN; CREATE TABLE seen (id int); CREATE TABLE hidden (id int); \
             CREATE TABLE guarded (id int); ALTER TABLE guarded ENABLE ROW LEVEL SECURITY; \
             GRANT SELECT ON seen, guarded TO {name}_reader"
        ))?;
        let mut reader = open(&url.replace("postgres@", &format!("{name}_reader@")))?;
        let folder = tempfile::tempdir()?;
        let error = reader.copy_out(&Scope::Full, folder.path(), &mut unwatched).unwrap_err();
        ensure!(error.kind == DriverErrorKind::Forbidden, "{error:?}");
        ensure!(error.message.contains("may not read `public.hidden`"), "{error:?}");
        ensure!(error.message.contains("row security hides rows of `public.guarded`"), "{error:?}");
        ensure!(fs::read_dir(folder.path())?.next().is_none(), "something was written");
        driver.execute_script(&format!("GRANT SELECT ON hidden TO {name}_reader; DROP TABLE guarded"))?;
        let copied = reader.copy_out(&Scope::Full, folder.path(), &mut unwatched)?;
        ensure!(copied.tables.len() == 2, "{:?}", copied.tables);
        Ok(())
    })
}

/// Command lines of whatever runs, which everybody on a machine can read.
fn command_lines() -> Vec<String> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let lines = processes.filter_map(|process| fs::read(process.path().join("cmdline")).ok());
    lines.map(|line| String::from_utf8_lossy(&line).replace('\0', " ")).collect()
}

fn a_copy_that_is_stopped_leaves_no_process_and_shows_no_password() -> Result<()> {
    on_postgres(15, |server| {
        let (url, _driver) = everything(server)?;
        let mut driver = open(&url.replace("postgres@", "postgres:s3cretpw@"))?;
        driver.execute("INSERT INTO order_log SELECT repeat(md5(g::text), 30) FROM generate_series(1, 40000) g")?;
        let folder = tempfile::tempdir()?;
        let of_ours = folder.path().display().to_string();
        let mut seen = 0;
        let stopped = driver.copy_out(&Scope::Full, folder.path(), &mut |_| {
            let lines = command_lines();
            assert!(!lines.iter().any(|line| line.contains("s3cretpw")), "a password on a command line");
            seen += lines.iter().filter(|line| line.contains("pg_dump") && line.contains(&of_ours)).count();
            if seen > 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        ensure!(matches!(&stopped, Err(DriverError { kind: DriverErrorKind::Cancelled, .. })), "{stopped:?}");
        ensure!(seen > 0, "pg_dump was never seen");
        let left: Vec<String> = command_lines().into_iter().filter(|line| line.contains(&of_ours)).collect();
        ensure!(left.is_empty(), "{left:?}");
        // It can be done at once, and nothing of the first try is in the way.
        // A server learns that its client is gone when it next looks, which is soon but not at once.
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            let others = driver.query(
                "SELECT application_name, state, query FROM pg_stat_activity WHERE datname = current_database() \
                 AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND state = 'active'",
                &[],
            )?;
            if others.is_empty() {
                break;
            }
            ensure!(Instant::now() < until, "{others:?}");
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    })
}

fn a_damaged_copy_does_not_come_back_as_if_it_were_whole() -> Result<()> {
    on_postgres(15, |server| {
        let mut driver = open(&server.fresh_database()?)?;
        driver.execute_script(
            "CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t SELECT g, md5(g::text) FROM generate_series(1, 500) g",
        )?;
        let (folder, snapshot) = copied(&mut *driver)?;
        let data = fs::read_dir(folder.path())?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .find(|path| path.to_string_lossy().contains(".dat") && !path.ends_with("toc.dat"))
            .context("no rows were written")?;
        let whole = fs::read(&data)?;
        let mut truncated = whole.clone();
        truncated.truncate(whole.len() / 2);
        let mut flipped = whole.clone();
        flipped[whole.len() / 3] ^= 1;
        for (what, bytes) in [("truncated", Some(truncated)), ("one bit flipped", Some(flipped)), ("missing", None)] {
            match bytes {
                Some(bytes) => fs::write(&data, bytes)?,
                None => fs::remove_file(&data)?,
            }
            let mut target = open(&server.fresh_database()?)?;
            if target.copy_in(folder.path(), None, &mut unwatched).is_ok() {
                let differing = differences(&snapshot.tables, &contents(&mut *target)?);
                ensure!(!differing.is_empty(), "{what}: it came back as if it were whole");
            }
        }
        fs::write(&data, &whole)?;
        let toc = folder.path().join("toc.dat");
        let text = fs::read(&toc)?;
        fs::write(&toc, &text[..text.len() / 2])?;
        let mut target = open(&server.fresh_database()?)?;
        let error = target.copy_in(folder.path(), None, &mut unwatched).unwrap_err();
        ensure!(!error.message.is_empty() && contents(&mut *target)?.is_empty(), "{error:?}");
        Ok(())
    })
}

fn only_what_is_affected_has_rows_and_its_references_hold() -> Result<()> {
    on_postgres(15, |server| {
        let (_, mut driver) = everything(server)?;
        let folder = tempfile::tempdir()?;
        let scope = Scope::Affected(vec!["orders".into(), "parted".into(), "not_made_yet".into()]);
        let snapshot = driver.copy_out(&scope, folder.path(), &mut unwatched)?;
        let mut target = open(&server.fresh_database()?)?;
        target.copy_in(folder.path(), None, &mut unwatched)?;
        let found = contents(&mut *target)?;
        ensure!(differences(&snapshot.tables, &found).is_empty(), "{:?}", differences(&snapshot.tables, &found));
        ensure!(
            one(&found, "orders").rows == 5000
                && one(&found, "customer").rows == 200
                && one(&found, "parted").rows == 60
        );
        ensure!(one(&found, "types").rows == 0 && one(&found, "order_log").rows == 0, "rows of others came with it");
        ensure!(target.introspect()?.fingerprint() == snapshot.schema, "another schema came back");
        Ok(())
    })
}

fn what_belongs_to_roles_that_are_not_here_is_named() -> Result<()> {
    on_postgres(15, |server| {
        on_postgres(13, |other| {
            let mut driver = open(&other.fresh_database()?)?;
            driver.execute_script(
                "CREATE ROLE its_owner; CREATE ROLE its_reader; CREATE TABLE t (id int); INSERT INTO t VALUES (1); \
                 ALTER TABLE t OWNER TO its_owner; GRANT SELECT ON t TO its_reader",
            )?;
            let (folder, snapshot) = copied(&mut *driver)?;
            let mut target = open(&server.fresh_database()?)?;
            target.copy_in(folder.path(), None, &mut unwatched)?;
            ensure!(differences(&snapshot.tables, &contents(&mut *target)?) == Vec::<Difference>::new());
            let notices = target.notices().join("\n");
            ensure!(notices.contains("`its_owner`, `its_reader` of the backup are no roles here"), "{notices}");
            ensure!(notices.contains("what `its_owner` owned belongs to `postgres`"), "{notices}");
            // Where they are, nothing is left out.
            let mut same = open(&other.fresh_database()?)?;
            same.copy_in(folder.path(), None, &mut unwatched)?;
            let owner =
                same.query("SELECT relowner::regrole::text, relacl::text FROM pg_class WHERE relname = 't'", &[])?;
            ensure!(
                owner[0][0].as_deref() == Some("its_owner") && owner[0][1].as_deref().unwrap().contains("its_reader")
            );
            ensure!(same.notices().is_empty(), "{:?}", same.notices());
            Ok(())
        })
    })
}

fn single_tables_come_back_where_they_are_gone_and_where_they_are_there() -> Result<()> {
    on_postgres(15, |server| {
        let (_, mut driver) = everything(server)?;
        let (folder, snapshot) = copied(&mut *driver)?;
        let before = driver.introspect()?.fingerprint();
        // Gone, with what belonged to it; changed, though others refer to it and a trigger watches; untouched.
        driver.execute_script(
            "DROP MATERIALIZED VIEW filled; DROP VIEW totals CASCADE; DROP TABLE order_log; DROP TABLE twice; \
             UPDATE customer SET name = 'wrong'; INSERT INTO customer VALUES (1000, 'extra'); \
             INSERT INTO parted VALUES (7777, '2026-03-03', 'extra'); SELECT setval('orders_id_seq', 900000)",
        )?;
        let gone: Vec<ObjectName> = vec!["order_log".into(), "twice".into()];
        driver.copy_in(folder.path(), Some(&gone), &mut unwatched)?;
        let there: Vec<ObjectName> = vec!["customer".into(), "orders".into(), "parted".into()];
        driver.execute("INSERT INTO order_log VALUES ('since')")?;
        driver.copy_in(folder.path(), Some(&there), &mut unwatched)?;
        let found = contents(&mut *driver)?;
        for name in ["twice", "customer", "orders", "parted", "parted_new", "parted_rest_1"] {
            ensure!(one(&found, name) == one(&snapshot.tables, name), "`{name}`: {:?}", one(&found, name));
        }
        ensure!(one(&found, "order_log").rows == 1, "the trigger took part: {:?}", one(&found, "order_log"));
        let last = driver.query("SELECT last_value FROM orders_id_seq", &[])?;
        ensure!(last[0][0].as_deref() == Some("900000"), "a sequence went back: {last:?}");
        let refused = driver.execute("INSERT INTO orders (customer, total) VALUES (4444, 1)").unwrap_err();
        ensure!(refused.message.contains("foreign key"), "{refused:?}");
        driver.execute("INSERT INTO orders (customer, total) VALUES (1, 1)")?;
        ensure!(one(&contents(&mut *driver)?, "order_log").rows == 2, "the trigger is off");
        driver.execute_script(
            "CREATE VIEW totals AS SELECT customer, sum(total) AS total FROM orders GROUP BY customer; \
             CREATE MATERIALIZED VIEW filled AS SELECT count(*) AS n FROM orders; \
             CREATE MATERIALIZED VIEW unfilled AS SELECT * FROM totals WITH NO DATA",
        )?;
        ensure!(driver.introspect()?.fingerprint() == before, "what belongs to a table did not come back with it");
        // Rows that do not fit into the table as it is now leave it as it is.
        driver.execute("ALTER TABLE customer RENAME COLUMN name TO full_name")?;
        let held = contents(&mut *driver)?;
        let error = driver.copy_in(folder.path(), Some(&there[..1]), &mut unwatched).unwrap_err();
        ensure!(error.message.contains("\"name\""), "{error:?}");
        ensure!(contents(&mut *driver)? == held, "something of it was done");
        let error = driver.copy_in(folder.path(), Some(&["nowhere".into()]), &mut unwatched).unwrap_err();
        ensure!(error.message == "`nowhere` is not in the backup", "{error:?}");
        Ok(())
    })
}

/// Through the folder of backups, with the schema that shows how everything is read.
fn every_kind_of_object_comes_out() -> Result<()> {
    on_postgres(15, |server| {
        let mut source = open(&server.fresh_database()?)?;
        source.execute_script(include_str!("postgres_introspect/everything.sql"))?;
        source.execute_script(include_str!("postgres_introspect/since_15.sql"))?;
        source.execute_script("CREATE TABLE rows_of_it AS SELECT g, md5(g::text) FROM generate_series(1, 1000) g")?;
        let mut target = open(&server.fresh_database()?)?;
        comes_out_equal(&mut *source, &mut *target)
    })
}
