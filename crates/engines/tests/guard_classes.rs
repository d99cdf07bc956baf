//! The class in which each kind of statement is run, by what its engine's room predicts.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use whimbrel_engines::{postgres, sqlite};
use whimbrel_plan::Dialect;
use whimbrel_plan::guard::{Class, Foresight};
use whimbrel_schema::Version;

/// The classes of statements on a database in which the first script has run.
fn classes(dialect: &'static dyn Dialect, version: Version, before: &str, after: &str) -> Vec<(String, Class)> {
    let mut schema = whimbrel_schema::Schema::new(dialect.engine());
    for range in dialect.split(before) {
        let whimbrel_plan::Understanding::Known { steps, .. } = dialect.understand(&before[range]) else { panic!() };
        steps.iter().for_each(|step| whimbrel_plan::fold::apply(&mut schema, step, dialect).unwrap());
    }
    let mut foresight = Foresight::new(dialect, version);
    foresight.start_at(schema);
    let statements: Vec<(&str, _)> =
        dialect.split(after).into_iter().map(|range| &after[range]).map(|sql| (sql, dialect.understand(sql))).collect();
    let together = statements.iter().all(|(_, understanding)| understanding.transactional());
    let foreseen = match together {
        true => foresight.transaction(statements.iter().map(|(sql, understanding)| (*sql, understanding))),
        false => statements.iter().map(|(sql, understanding)| foresight.alone(sql, understanding)).collect(),
    };
    statements.iter().map(|(sql, _)| sql.to_string()).zip(foreseen.iter().map(|it| it.class)).collect()
}

const TABLES: &str = "CREATE TABLE author (id integer PRIMARY KEY, name text);
    CREATE TABLE email (id integer PRIMARY KEY, subject text, author integer);
    CREATE INDEX ix_subject ON email (subject);";

#[test]
fn on_postgres() {
    let of = |script: &str| -> Vec<Class> {
        let found = classes(postgres::dialect(), Version::new(15, 0, 0), TABLES, script);
        found.into_iter().map(|(_, class)| class).collect()
    };
    let cases: [(&str, &[Class]); 19] = [
        ("CREATE TABLE other (id integer)", &[Class::Free]),
        ("INSERT INTO email VALUES (1)", &[Class::Free]),
        ("UPDATE email SET subject = ''", &[Class::Free]),
        ("ALTER TABLE email ADD COLUMN flag boolean", &[Class::Brief]),
        ("ALTER TABLE email ALTER COLUMN subject SET NOT NULL", &[Class::Long]),
        ("ALTER TABLE email ALTER COLUMN id TYPE bigint", &[Class::Long]),
        ("CREATE INDEX ix ON email (author)", &[Class::Long]),
        ("CREATE INDEX CONCURRENTLY ix ON email (author)", &[Class::Patient]),
        ("DROP INDEX CONCURRENTLY ix_subject", &[Class::Patient]),
        ("DROP INDEX ix_subject", &[Class::Brief]),
        ("REINDEX TABLE CONCURRENTLY email", &[Class::Patient]),
        ("VACUUM FULL email", &[Class::Long]),
        ("VACUUM email", &[Class::Patient]),
        ("DO $$ BEGIN END $$", &[Class::Long]),
        // A foreign key keeps writers of both tables out while it looks at every row.
        ("ALTER TABLE email ADD FOREIGN KEY (author) REFERENCES author", &[Class::Long]),
        ("ALTER TABLE email ADD CONSTRAINT c FOREIGN KEY (author) REFERENCES author NOT VALID", &[Class::Brief]),
        // What a transaction has made is its own.
        ("CREATE TABLE o (id integer); CREATE INDEX i ON o (id); ALTER TABLE o ADD x integer", &[Class::Free; 3]),
        // What comes after a strong lock is waited for too.
        (
            "UPDATE email SET subject = ''; ALTER TABLE email ADD COLUMN flag boolean; UPDATE author SET name = ''",
            &[Class::Free, Class::Brief, Class::Long],
        ),
        ("ALTER TABLE email ADD COLUMN flag boolean; CREATE TABLE other (id integer)", &[Class::Brief, Class::Brief]),
    ];
    for (script, expected) in cases {
        assert_eq!(of(script), expected, "{script}");
    }
    // The check is there and its rows are not looked at yet.
    let before = format!("{TABLES} ALTER TABLE email ADD CONSTRAINT c CHECK (id > 0) NOT VALID;");
    let validate = "ALTER TABLE email VALIDATE CONSTRAINT c";
    let found = classes(postgres::dialect(), Version::new(15, 0, 0), &before, validate);
    assert_eq!(found, [(validate.to_string(), Class::Patient)]);
}

#[test]
fn on_sqlite() {
    let of = |script: &str| -> Vec<Class> {
        let found = classes(sqlite::dialect(), Version::new(3, 50, 0), TABLES, script);
        found.into_iter().map(|(_, class)| class).collect()
    };
    assert_eq!(of("ALTER TABLE email ADD COLUMN flag integer"), [Class::Brief]);
    assert_eq!(of("CREATE INDEX ix ON email (author)"), [Class::Long]);
    assert_eq!(of("DROP TABLE email"), [Class::Long]);
}

#[test]
fn what_a_revision_sets_is_seen_until_it_ends() {
    let dialect = postgres::dialect();
    let mut foresight = Foresight::new(dialect, Version::new(15, 0, 0));
    let statements = ["SET lock_timeout = '2s'", "DROP TABLE email", "SET LOCAL statement_timeout = '1s'", "SELECT 1"];
    let understood: Vec<_> = statements.iter().map(|sql| dialect.understand(sql)).collect();
    let foreseen = foresight.transaction(statements.iter().copied().zip(&understood));
    let own: Vec<_> = foreseen
        .iter()
        .map(|it| (it.only_session, it.own_lock_timeout.as_deref(), it.own_statement_timeout.as_deref()))
        .collect();
    assert_eq!(
        own,
        [(true, None, None), (false, Some("2s"), None), (true, Some("2s"), None), (false, Some("2s"), Some("1s"))]
    );
    // The transaction has ended, the revision has not.
    let after = foresight.alone("DROP TABLE email", &dialect.understand("DROP TABLE email"));
    assert_eq!((after.own_lock_timeout.as_deref(), after.own_statement_timeout), (Some("2s"), None));
    foresight.begin_revision();
    let next = foresight.alone("DROP TABLE email", &dialect.understand("DROP TABLE email"));
    assert_eq!(next.own_lock_timeout, None);
}
