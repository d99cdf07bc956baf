//! Which tables a plan touches, over schemas and statements as SQLite reads them.

#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use whimbrel_engines::sqlite::{Mode, Place, connect, dialect};
use whimbrel_plan::{Affected, Understanding, affected, destroyed};
use whimbrel_run::Driver as _;
use whimbrel_schema::Schema;

const SCHEMA: &str = "\
CREATE TABLE country (code TEXT PRIMARY KEY);
CREATE TABLE user (id INTEGER PRIMARY KEY, name TEXT, country TEXT REFERENCES country (code));
CREATE TABLE email (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES user (id) ON DELETE CASCADE, subject TEXT);
CREATE TABLE attachment (id INTEGER PRIMARY KEY, email_id INTEGER REFERENCES email (id) ON DELETE SET NULL);
CREATE TABLE log (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES user (id));
CREATE TABLE alone (id INTEGER PRIMARY KEY);
CREATE INDEX ix_email ON email (subject);
CREATE TABLE watched (id INTEGER PRIMARY KEY);
CREATE TRIGGER watch AFTER DELETE ON watched BEGIN DELETE FROM alone; END;
CREATE VIEW names AS SELECT name FROM user;
";

fn schema() -> Schema {
    let mut driver = connect(&Place::Memory, Mode::Create).unwrap();
    driver.execute_script(SCHEMA).unwrap();
    driver.introspect().unwrap()
}

fn told(affected: Affected) -> String {
    match affected {
        Affected::Everything(why) => format!("everything: {why}"),
        Affected::Tables(tables) => tables.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
    }
}

#[test]
fn what_is_touched_and_what_that_refers_to() {
    let schema = schema();
    let cases = [
        ("ALTER TABLE alone ADD COLUMN a TEXT", "alone", ""),
        ("ALTER TABLE email ADD COLUMN a TEXT", "country email user", ""),
        ("ALTER TABLE email DROP COLUMN subject", "country email user", "country email user"),
        ("CREATE TABLE new (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES user (id))", "country user", ""),
        ("CREATE TABLE new (id INTEGER); INSERT INTO new VALUES (1); DROP TABLE new", "", ""),
        ("DROP INDEX ix_email", "country email user", ""),
        ("INSERT INTO alone VALUES (1)", "alone", ""),
        // What goes along by a foreign key, but not what would only be refused.
        ("DELETE FROM user", "attachment country email user", "attachment country email user"),
        ("DELETE FROM country", "country", "country"),
        ("DROP TABLE email", "attachment country email user", "attachment country email user"),
        // Under the name that it has got meanwhile.
        ("ALTER TABLE alone RENAME TO other; DROP TABLE other", "alone", "alone"),
        ("ALTER TABLE alone RENAME TO other", "alone", ""),
        ("PRAGMA foreign_keys = OFF; CREATE VIEW v AS SELECT 1", "", ""),
    ];
    for (script, touches, loses) in cases {
        let statements: Vec<Understanding> =
            dialect().split(script).into_iter().map(|range| dialect().understand(&script[range])).collect();
        assert_eq!(told(affected(&statements, &schema)), touches, "{script}");
        assert_eq!(told(destroyed(&statements, &schema)), loses, "{script}");
    }
}

#[test]
fn what_cannot_be_seen_is_everything() {
    let schema = schema();
    let cases = [
        ("DELETE FROM watched", "everything: the trigger `watch` of `watched` may change any table"),
        ("DELETE FROM names", "everything: rows are changed through `names`, which is no table"),
    ];
    for (statement, told_so) in cases {
        assert_eq!(told(affected(&[dialect().understand(statement)], &schema)), told_so, "{statement}");
    }
    let unknown = dialect().understand("FROBNICATE user");
    assert!(told(affected(&[unknown], &schema)).starts_with("everything: a statement is not understood"));
}
