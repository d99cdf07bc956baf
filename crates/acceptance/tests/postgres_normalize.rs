#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
//! Texts as people write them become the server's own.

use whimbrel_acceptance::server;
use whimbrel_engines::{connect, url};
use whimbrel_plan::{Understanding, fold};
use whimbrel_run::Driver;
use whimbrel_schema::{Engine, ObjectName, Schema};

const SCRIPT: &str = "
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE FUNCTION twice(n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT n * 2';
CREATE DOMAIN positive AS integer CONSTRAINT positive_check CHECK (value>0);
CREATE SEQUENCE tickets;
CREATE TABLE t (
    a integer DEFAULT (1+1),
    b varchar(10) DEFAULT 'x',
    c mood DEFAULT 'sad',
    d integer GENERATED ALWAYS AS (a*2) STORED,
    e integer DEFAULT nextval('tickets'),
    f positive DEFAULT 7,
    CONSTRAINT known CHECK (b IN ('x', 'y') AND a>=0),
    CONSTRAINT doubled CHECK (twice(a) < 100),
    CONSTRAINT moody CHECK (c<>'sad'),
    EXCLUDE USING gist (int4range(a, e) WITH &&) WHERE (a>1)
);
CREATE INDEX by_b ON t (lower(b), (a+1) DESC) WHERE b<>'';
CREATE INDEX by_class ON t (b text_pattern_ops, a int4_ops);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER touched BEFORE UPDATE ON t FOR EACH ROW WHEN (OLD.b IS DISTINCT FROM NEW.b) EXECUTE FUNCTION touch();
CREATE VIEW v (x, y) AS SELECT a, upper(b) FROM t WHERE a>1;
CREATE VIEW on_v AS SELECT x FROM v;
CREATE POLICY mine ON t USING (b='x');
CREATE SCHEMA app;
CREATE DOMAIN app.short AS text CONSTRAINT short_check CHECK (length(value)<5);
CREATE TABLE app.t (a app.short DEFAULT 'x', CONSTRAINT small CHECK (a<'y'));
CREATE TRIGGER touched BEFORE UPDATE ON app.t FOR EACH ROW EXECUTE FUNCTION touch();
";

fn folded(script: &str) -> Schema {
    let dialect = whimbrel_engines::dialect(Engine::Postgres).unwrap();
    let mut schema = Schema::new(Engine::Postgres);
    for range in dialect.split(script) {
        match dialect.understand(&script[range.clone()]) {
            Understanding::Known { steps, .. } => {
                for step in steps {
                    fold::apply(&mut schema, &step, dialect).unwrap();
                }
            }
            Understanding::Unknown { reason, .. } => panic!("{}: {reason}", &script[range]),
        }
    }
    schema.sort();
    schema
}

fn fresh(major: u32) -> Box<dyn Driver> {
    let url = server::shared(Some(major)).unwrap().fresh_database().unwrap();
    connect(&url::parse(&url).unwrap()).unwrap()
}

fn names(schema: &Schema) -> Vec<ObjectName> {
    schema.tables.keys().cloned().chain(schema.objects.keys().map(|id| id.name.clone())).collect()
}

fn same(major: u32, normalized: &Schema, read: &Schema) {
    assert_eq!(normalized.tables, read.tables, "{major}");
    assert_eq!(normalized.objects, read.objects, "{major}");
}

/// The law: what a script folds to, worded by the server, is what the server shows after the script ran.
#[test]
fn a_folded_script_worded_by_the_server_is_what_it_reads() {
    for major in server::installed() {
        let mut ran = fresh(major);
        ran.execute_script(SCRIPT).unwrap();
        let read = ran.introspect().unwrap();
        let folded = folded(SCRIPT);
        assert_ne!(folded.tables, read.tables);

        // On an empty database, everything has to be made; where all of it is there, nothing of it is touched.
        for mut driver in [fresh(major), ran] {
            let before = driver.introspect().unwrap();
            let normalized = driver.normalize(&folded, &names(&folded)).unwrap();
            assert_eq!(driver.notices(), [""; 0], "{major}");
            same(major, &normalized, &read);
            assert_eq!(driver.introspect().unwrap(), before, "{major}: something was left");
        }
    }
}

#[test]
fn what_the_server_refuses_keeps_its_text_and_is_told() {
    for major in server::installed() {
        let mut driver = fresh(major);
        let script = "CREATE TABLE t (a integer, CONSTRAINT good CHECK (a>1), CONSTRAINT bad CHECK (nowhere(a)))";
        let normalized = driver.normalize(&folded(script), &["t".into()]).unwrap();
        let checks: Vec<&str> =
            normalized.table(&"t".into()).unwrap().checks.iter().map(|it| it.expression.text()).collect();
        assert_eq!(checks, ["nowhere(a)", "a > 1"], "{major}");
        let notices = driver.notices();
        assert_eq!(notices.len(), 1);
        assert!(notices[0].contains("`bad`") && notices[0].contains("nowhere(integer)"), "{}", notices[0]);
    }
}

/// Of a message in which it cannot read a word, the server runs nothing: neither what stands before it nor a savepoint.
#[test]
fn what_the_server_cannot_even_read_keeps_its_text_and_is_told() {
    for major in server::installed() {
        for broken in ["a >", "a > (", "a > 'open", "a b c", ")"] {
            let mut driver = fresh(major);
            let mut schema =
                folded("CREATE TABLE t (a integer, CONSTRAINT good CHECK (a>1), CONSTRAINT bad CHECK (a>2))");
            let table = schema.tables.get_mut(&"t".into()).unwrap();
            table.checks.iter_mut().find(|check| check.name.as_deref() == Some("bad")).unwrap().expression =
                broken.into();
            for within_a_transaction in [false, true] {
                if within_a_transaction {
                    driver.begin().unwrap();
                }
                let normalized = driver.normalize(&schema, &["t".into()]).unwrap();
                let checks = &normalized.table(&"t".into()).unwrap().checks;
                let text =
                    |name: &str| checks.iter().find(|it| it.name.as_deref() == Some(name)).unwrap().expression.text();
                assert_eq!((text("good"), text("bad")), ("a > 1", broken), "{major}");
                let notices = driver.notices();
                assert_eq!(notices.len(), 1, "{major}: {notices:?}");
                assert!(notices[0].contains("`bad`") && !notices[0].contains("savepoint"), "{}", notices[0]);
            }
            driver.commit().unwrap();
            assert!(driver.introspect().unwrap().is_empty(), "{major}: something was left");
        }
    }
}

#[test]
fn a_scratch_database_is_empty_and_goes() {
    for major in server::installed() {
        let mut driver = fresh(major);
        driver.execute_script("CREATE TABLE here (id integer)").unwrap();
        let mut scratch = driver.scratch().unwrap();
        assert!(scratch.introspect().unwrap().is_empty(), "{major}");
        scratch.execute_script("CREATE TABLE there (id integer)").unwrap();
        drop(scratch);
        let left = driver.query("SELECT datname FROM pg_database WHERE datname LIKE 'whimbrel_scratch%'", &[]).unwrap();
        assert!(left.is_empty(), "{major}: {left:?}");
    }
}
