use insta::assert_snapshot;
use whimbrel_acceptance::database;
use whimbrel_run::{Driver, DriverError};

use crate::postgres::fresh_database;
use crate::project::Project;

/// A session that is not whimbrel's.
fn stranger(url: &str) -> Box<dyn Driver> {
    let mut driver = database::open(url).unwrap();
    driver.execute("RESET whimbrel.session").unwrap();
    driver
}

fn refused(outcome: Result<u64, DriverError>, statement: &str) {
    let error = outcome.expect_err(statement);
    assert!(error.message.contains("is changed by whimbrel"), "{statement}: {error}");
    assert!(error.hint.is_some_and(|hint| hint.contains("SET whimbrel.emergency")), "{statement}");
}

#[test]
fn what_does_not_come_through_whimbrel_is_refused_and_the_door_is_written_down() {
    let Some(url) = fresh_database() else { return };
    let project = Project::on(&url);
    let first =
        "CREATE TABLE email (id integer PRIMARY KEY, subject text);\nCREATE INDEX ix_subject ON email (subject);";
    project.revision_of("aaaa00000001", "none", "first", first, "DROP TABLE email;");
    project.whimbrel("upgrade head").ok();
    let screen = |command: &str| project.whimbrel(command).screen().replace(&url, "URL");
    assert_snapshot!(screen("guard -q").lines().skip(2).collect::<Vec<_>>().join("\n"), @r"
    no guard: whoever has the right changes the schema past whimbrel
    next  whimbrel guard install
    ");
    assert_snapshot!(screen("guard install").lines().skip(2).collect::<Vec<_>>().join("\n"), @r"
    changes of the schema go through whimbrel from now on; others are refused
    in an emergency: SET whimbrel.emergency = 'reason'   (it is written down)
    ");
    assert_snapshot!(screen("guard install --allow-role nobody_here"), @r"
    exit 4
    ── stderr ──
    error[database]: there is no role `nobody_here`
    nothing was changed · exit 4
    ");

    let mut driver = stranger(&url);
    for statement in [
        "CREATE TABLE other (id integer)",
        "CREATE TABLE other AS SELECT 1 AS one",
        "SELECT 1 AS one INTO other",
        "ALTER TABLE email ADD COLUMN body text",
        "ALTER TABLE email RENAME TO mail",
        "DROP TABLE email",
        "CREATE INDEX ix ON email (id, subject)",
        "CREATE INDEX CONCURRENTLY ix ON email (id, subject)",
        "DROP INDEX ix_subject",
        "DROP INDEX CONCURRENTLY ix_subject",
        "CREATE VIEW subjects AS SELECT subject FROM email",
        "COMMENT ON TABLE email IS 'mail'",
        "CREATE FUNCTION one() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA other",
        "CREATE TYPE mood AS ENUM ('good')",
    ] {
        refused(driver.execute(statement), statement);
        // What is temporary stands in the way of the early refusal, and the late one comes.
        driver.execute("CREATE TEMPORARY TABLE mine (id integer)").unwrap();
        refused(driver.execute(statement), statement);
        driver.execute("DROP TABLE mine").unwrap();
    }
    for statement in [
        "CREATE TEMPORARY TABLE mine (id serial PRIMARY KEY, subject text)",
        "CREATE INDEX ON mine (subject)",
        "ALTER TABLE mine ADD COLUMN body text",
        "CREATE TEMPORARY VIEW ours AS SELECT id FROM mine",
        "CREATE FUNCTION pg_temp.one() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "DROP VIEW ours",
        "DROP TABLE mine",
        "SELECT 1 AS one INTO TEMPORARY ours",
        "GRANT SELECT ON email TO PUBLIC",
        "REVOKE SELECT ON email FROM PUBLIC",
        "TRUNCATE email",
    ] {
        driver.execute(statement).unwrap_or_else(|error| panic!("{statement}: {error}"));
    }

    project.revision_of(
        "bbbb00000002",
        "aaaa00000001",
        "second",
        "RESET ALL;\nALTER TABLE email ADD COLUMN body text;",
        "ALTER TABLE email DROP COLUMN body;",
    );
    project.whimbrel("upgrade head").ok();
    project.whimbrel("check").ok();
    project.whimbrel("downgrade -1").ok();
    project.whimbrel("upgrade head").ok();

    driver.execute("SET whimbrel.emergency = 'the queue is full'").unwrap();
    driver.execute("CREATE INDEX CONCURRENTLY ix_body ON email (body)").unwrap();
    driver.execute("DROP INDEX ix_subject").unwrap();
    driver.execute("RESET whimbrel.emergency").unwrap();
    refused(driver.execute("DROP INDEX ix_body"), "the door is shut again");
    assert_snapshot!(screen("check"), @r"
    exit 1
    - models ↔ history: no models were found
    ✗ history ↔ database: 2 differences
      dev · PostgreSQL [version], [database] was changed beside its revisions:
        index `ix_subject` of `email` is gone
        index `ix_body` of `email` is not in the history
        [time] `postgres` did DROP INDEX of public.ix_subject through the emergency door: the queue is full
        [time] `postgres` did CREATE INDEX of public.ix_body through the emergency door: the queue is full
      next  write it as a revision, or undo it in the database
    ");
    assert_snapshot!(screen("guard").lines().skip(2).collect::<Vec<_>>().join("\n"), @r"
    changes of the schema go through whimbrel ([time], postgres)
    2 changes came through the emergency door:
      [time]  postgres  DROP INDEX public.ix_subject  the queue is full
      [time]  postgres  CREATE INDEX public.ix_body   the queue is full
    ");

    driver.execute("ALTER EVENT TRIGGER whimbrel_guard_before DISABLE").unwrap();
    assert_snapshot!(screen("guard status").lines().skip(2).collect::<Vec<_>>().join("\n"), @r"
    ✗ the guard is not whole: whimbrel_guard_before
      next  whimbrel guard install
    2 changes came through the emergency door:
      [time]  postgres  DROP INDEX public.ix_subject  the queue is full
      [time]  postgres  CREATE INDEX public.ix_body   the queue is full
    ");
    project.whimbrel("guard install").ok();
    assert!(screen("guard").contains("the queue is full"), "what was written down stays");
    assert_snapshot!(screen("guard remove").lines().skip(2).collect::<Vec<_>>().join("\n"), @r"
    the guard is removed, and what it wrote down with it
    2 changes came through the emergency door:
      [time]  postgres  DROP INDEX public.ix_subject  the queue is full
      [time]  postgres  CREATE INDEX public.ix_body   the queue is full
    ");
    driver.execute("CREATE TABLE other (id integer)").unwrap();
}

/// Nobody is let past the guard by owning the table, and a role that was named is.
#[test]
fn the_guard_asks_owners_too_and_lets_named_roles_through() {
    let Some(url) = fresh_database() else { return };
    let project = Project::on(&url);
    let mut driver = stranger(&url);
    let (owner, keeper) = (format!("owner_{}", std::process::id()), format!("keeper_{}", std::process::id()));
    let roles =
        format!("CREATE ROLE {owner}; CREATE ROLE {keeper}; GRANT CREATE ON SCHEMA public TO {owner}, {keeper}");
    driver.execute_script(&roles).unwrap();
    driver.execute_script(&format!("SET ROLE {owner}; CREATE TABLE own (id integer); RESET ROLE")).unwrap();
    project.whimbrel(&format!("guard install --allow-role {keeper}")).ok();
    driver.execute(&format!("SET ROLE {owner}")).unwrap();
    refused(driver.execute("ALTER TABLE own ADD COLUMN more text"), "its owner");
    driver.execute("SET whimbrel.emergency = 'as its owner'").unwrap();
    driver.execute("ALTER TABLE own ADD COLUMN more text").unwrap();
    driver.execute("RESET whimbrel.emergency").unwrap();
    driver.execute(&format!("SET ROLE {keeper}")).unwrap();
    driver.execute("CREATE TABLE kept (id integer)").unwrap();
    let shown = project.whimbrel("guard").screen();
    assert!(shown.contains("as its owner") && !shown.contains("kept"), "{shown}");
    driver
        .execute_script(&format!("RESET ROLE; SET whimbrel.session = 'over'; DROP OWNED BY {owner}, {keeper}"))
        .unwrap();
    driver.execute_script(&format!("DROP ROLE {owner}; DROP ROLE {keeper}")).unwrap();
}

#[test]
fn sqlite_has_no_such_guard() {
    let project = Project::with_two_revisions();
    project.whimbrel("upgrade head").ok();
    assert_snapshot!(project.whimbrel("guard install").screen(), @r"
    exit 2
    ── stderr ──
    error[guard]: SQLite cannot refuse changes of its schema
      because  only PostgreSQL has triggers for changes of the schema
    ");
}
