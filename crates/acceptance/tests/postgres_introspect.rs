#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
//! Reading a schema back from real servers, of every major that is installed.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use whimbrel_acceptance::server;
use whimbrel_engines::postgres::{PostgresDriver, connect};
use whimbrel_engines::url::{DatabaseUrl, parse};
use whimbrel_run::Driver;
use whimbrel_schema::{Generation, Object, ObjectId, ObjectKind, Schema};

fn fresh(major: u32) -> PostgresDriver {
    let url = server::shared(Some(major)).unwrap().fresh_database().unwrap();
    open(&url)
}

fn open(url: &str) -> PostgresDriver {
    let DatabaseUrl::Postgres(url) = parse(url).unwrap() else { panic!("not PostgreSQL") };
    connect(&url).unwrap()
}

/// One of every kind that the major knows.
fn everything(major: u32) -> Vec<&'static str> {
    let mut scripts = vec![include_str!("postgres_introspect/everything.sql")];
    if major >= 15 {
        scripts.push(include_str!("postgres_introspect/since_15.sql"));
    }
    if major >= 18 {
        scripts.push(include_str!("postgres_introspect/since_18.sql"));
    }
    scripts
}

fn read_everything(major: u32) -> Schema {
    let mut driver = fresh(major);
    for script in everything(major) {
        driver.execute_script(script).unwrap_or_else(|error| panic!("{major}: {error:?}"));
    }
    driver.introspect().unwrap_or_else(|error| panic!("{major}: {error:?}"))
}

/// A schema, one thing a line, without what is as it usually is.
fn shown(schema: &Schema) -> String {
    let mut lines = Vec::new();
    for table in schema.tables.values() {
        let mut value = serde_json::to_value(table).unwrap();
        let columns = value.as_object_mut().unwrap().remove("columns").unwrap();
        lines.push(format!("table {}", compact(value)));
        lines.extend(columns.as_array().unwrap().iter().map(|column| format!("    {}", compact(column.clone()))));
    }
    lines.extend(schema.objects.values().map(|object| compact(serde_json::to_value(object).unwrap())));
    lines.join("\n")
}

fn compact(value: Value) -> String {
    pruned(value).to_string()
}

fn pruned(value: Value) -> Value {
    let usual =
        [json!(null), json!([]), json!({}), json!("no"), json!("no_action"), json!("simple"), json!("permanent")];
    match value {
        Value::Object(fields) => {
            let kept = fields.into_iter().map(|(key, value)| (key, pruned(value)));
            let kept =
                kept.filter(|(key, value)| !usual.contains(value) && (key == "nullable" || *value != json!(false)));
            Value::Object(kept.collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(pruned).collect()),
        other => other,
    }
}

#[test]
fn everything_is_read() {
    if !server::installed().contains(&15) {
        assert!(server::may_be_missing(), "run: cargo xtask engines");
        return;
    }
    insta::assert_snapshot!(shown(&read_everything(15)));
}

/// Later servers word views and know types differently; tables read the same on all.
#[test]
fn tables_read_the_same_on_every_major() {
    let mut schemas = server::installed().into_iter().map(|major| (major, read_everything(major)));
    let Some((_, oldest)) = schemas.next() else {
        assert!(server::may_be_missing(), "run: cargo xtask engines");
        return;
    };
    assert!(oldest.tables.len() > 10);
    for (major, schema) in schemas {
        for (name, table) in oldest.tables.iter() {
            assert_eq!(schema.tables.get(name), Some(table), "{major}");
        }
        for (id, object) in &oldest.objects {
            let worded = matches!(object, Object::View(_) | Object::Routine(_) | Object::Opaque(_));
            assert!(schema.objects.contains_key(id), "{major}: {id}");
            assert!(worded || schema.objects.get(id) == Some(object), "{major}: {id}");
        }
    }
}

#[test]
fn what_newer_majors_know_is_read() {
    for major in server::installed().into_iter().filter(|major| *major >= 15) {
        let schema = read_everything(major);
        let newer = schema.table(&"newer".into()).unwrap();
        assert!(!newer.uniques[0].nulls_distinct && !newer.indexes[0].nulls_distinct, "{major}");
        assert_eq!(newer.foreign_keys[0].set_columns, ["a"], "{major}");
        if major < 18 {
            continue;
        }
        let newest = schema.table(&"newest".into()).unwrap();
        assert_eq!(newest.column("b").unwrap().generation, Some(Generation::Virtual("a + 1".into())));
        let checks: Vec<_> = newest.checks.iter().map(|check| (check.name.as_deref(), check.enforced)).collect();
        assert_eq!(checks, [(Some("newest_loose"), false)]);
        assert!(!newest.column("c").unwrap().nullable);
        let temporal = ObjectId {
            kind: ObjectKind::Opaque,
            name: "newest_time".into(),
            detail: Some("temporal constraint on newest".to_string()),
        };
        assert!(schema.objects.contains_key(&temporal));
    }
}

/// `pg_dump` is Debian's, of major 15, and reads no newer server.
#[test]
fn a_restored_dump_reads_the_same() {
    let program = Path::new("/usr/lib/postgresql/15/bin/pg_dump");
    let majors = server::installed().into_iter().filter(|major| *major <= 15);
    for major in majors.filter(|_| program.exists()) {
        let server = server::shared(Some(major)).unwrap();
        let urls = [server.fresh_database().unwrap(), server.fresh_database().unwrap()];
        let mut original = open(&urls[0]);
        for script in everything(major) {
            original.execute_script(script).unwrap();
        }
        let dump = Command::new(program).arg(&urls[0]).output().unwrap();
        assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
        let mut psql = Command::new(program.with_file_name("psql"))
            .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", &urls[1]])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        psql.stdin.take().unwrap().write_all(&dump.stdout).unwrap();
        assert!(psql.wait().unwrap().success());
        let read = [original.introspect().unwrap(), open(&urls[1]).introspect().unwrap()];
        let lines = read.each_ref().map(shown);
        let differing: Vec<_> = lines[0].lines().zip(lines[1].lines()).filter(|(one, other)| one != other).collect();
        assert!(differing.is_empty(), "{major}: {differing:#?}");
        assert_eq!(read[0].fingerprint(), read[1].fingerprint(), "{major}");
    }
}

#[test]
fn reading_leaves_a_transaction_as_it_was() {
    for major in server::installed() {
        let mut driver = fresh(major);
        driver.begin().unwrap();
        driver.execute_script("CREATE TABLE t (a int DEFAULT 1)").unwrap();
        assert_eq!(driver.introspect().unwrap().tables.len(), 1, "{major}");
        assert_eq!(driver.query("SHOW search_path", &[]).unwrap(), [[Some("\"$user\", public".to_string())]]);
        driver.rollback().unwrap();
        assert!(driver.introspect().unwrap().is_empty(), "{major}");
    }
}

#[test]
fn another_home_reads_as_home() {
    for major in server::installed() {
        let url = server::shared(Some(major)).unwrap().fresh_database().unwrap();
        let script =
            "CREATE SCHEMA app; CREATE TYPE app.mood AS ENUM ('a'); CREATE TABLE app.t (m app.mood DEFAULT 'a');
                      CREATE TABLE public.u (m app.mood DEFAULT 'a')";
        open(&url).execute_script(script).unwrap();
        let mut driver = open(&format!("{url}&options=-csearch_path%3Dapp,public"));
        assert_eq!(driver.home(), Some("app"));
        let schema = driver.introspect().unwrap();
        let names: Vec<String> = schema.tables.keys().map(ToString::to_string).collect();
        assert_eq!(names, ["t", "public.u"], "{major}");
        let column = &schema.table(&"t".into()).unwrap().columns[0];
        assert_eq!((column.ty.to_string(), column.default.clone().unwrap().0), ("mood".into(), "'a'::mood".into()));
    }
}

/// Catalogues have columns that not everybody may read, and other ones on other majors.
#[test]
fn a_role_that_is_no_superuser_reads_the_same() {
    for major in server::installed() {
        let url = server::shared(Some(major)).unwrap().fresh_database().unwrap();
        let mut driver = open(&url);
        for script in everything(major) {
            driver.execute_script(script).unwrap_or_else(|error| panic!("{major}: {error:?}"));
        }
        driver.execute_script("DROP ROLE IF EXISTS ordinary; CREATE ROLE ordinary LOGIN").unwrap();
        let read = open(&url.replacen("postgres@", "ordinary@", 1)).introspect();
        let read = read.unwrap_or_else(|error| panic!("{major}: {error:?}"));
        assert_eq!(shown(&read), shown(&driver.introspect().unwrap()), "{major}");
    }
}
