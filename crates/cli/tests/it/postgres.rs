//! The daily path on a real PostgreSQL, as on SQLite.

use std::process::Command;

use insta::assert_snapshot;
use whimbrel_acceptance::{database, server};

use crate::project::{MODELS, Project};

/// A new database; `None` where a test may go without PostgreSQL.
pub fn fresh_database() -> Option<String> {
    if server::installed().is_empty() && server::may_be_missing() {
        return None;
    }
    Some(server::shared(None).unwrap().fresh_database().unwrap())
}

/// Somebody does something to the database beside whimbrel, one statement after the other as `psql` would.
pub fn execute(url: &str, sql: &str) {
    let mut driver = database::open(url).unwrap();
    for range in driver.dialect().split(sql) {
        driver.execute(&sql[range]).unwrap();
    }
}

/// The rows of a query, a line each.
pub fn rows(url: &str, query: &str) -> String {
    let rows = database::open(url).unwrap().query(query, &[]).unwrap();
    let line = |row: Vec<Option<String>>| {
        row.into_iter().map(|cell| cell.unwrap_or_else(|| "NULL".to_string())).collect::<Vec<_>>().join(" | ")
    };
    rows.into_iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn from_init_to_downgrade() {
    let Some(url) = fresh_database() else { return };
    let project = Project::new().variable("DATABASE_URL", &url);
    project.write("app/models.py", MODELS);
    assert_snapshot!(project.whimbrel("init").screen(), @r#"
    exit 0
    found  models in app/models.py
           DATABASE_URL in the environment
    wrote  whimbrel.toml
           migrations/
    next   whimbrel revision --autogenerate -m "first"
    "#);
    assert_snapshot!(project.whimbrel("revision --autogenerate -m first --rev-id aaaa00000001").screen(), @r"
    exit 0
    2 changes for PostgreSQL
      create table `email` with 3 columns
      create table `user` with 2 columns

    wrote migrations/aaaa_first.sql
    read it, then: whimbrel upgrade head
    ");
    assert_snapshot!(project.revision_text("aaaa_first.sql"), @r#"
    -- revision: aaaa00000001
    -- parents:  none
    -- message:  first
    -- created:  [time]

    -- upgrade
    CREATE TABLE "user" (
        id serial,
        name character varying NOT NULL,
        CONSTRAINT user_pkey PRIMARY KEY (id)
    );

    CREATE TABLE email (
        id serial,
        subject character varying NOT NULL,
        user_id integer NOT NULL,
        CONSTRAINT email_pkey PRIMARY KEY (id),
        CONSTRAINT email_user_id_fkey FOREIGN KEY (user_id) REFERENCES "user" (id)
    );

    CREATE INDEX ix_email_subject ON email (subject);

    -- downgrade
    DROP TABLE email;

    DROP TABLE "user";
    "#);
    assert_snapshot!(project.whimbrel("check").screen(), @r"
    exit 1
    ✓ models ↔ history: no difference
    ✗ history ↔ database: 1 difference
      the database has not yet:
        revision `aaaa00000001` first
      next  whimbrel upgrade head
    ");
    assert_snapshot!(project.whimbrel("upgrade").screen(), @r"
    exit 0
    dev · PostgreSQL [version], [database]
      ✓ aaaa  first  [duration]
    applied 1 revision in [duration]; the database stands at `aaaa00000001` (head)
    ");
    assert_snapshot!(project.whimbrel("check").screen(), @r"
    exit 0
    ✓ models ↔ history: no difference
    ✓ history ↔ database: no difference
    ");
    execute(
        &url,
        "INSERT INTO \"user\" (name) VALUES ('Ada'); INSERT INTO email (subject, user_id) VALUES ('hello', 1)",
    );

    // Somebody changes the database by hand; then takes it back.
    execute(&url, "ALTER TABLE email ADD COLUMN by_hand integer; DROP INDEX ix_email_subject");
    assert_snapshot!(project.whimbrel("check").screen(), @r"
    exit 1
    ✓ models ↔ history: no difference
    ✗ history ↔ database: 2 differences
      dev · PostgreSQL [version], [database] was changed beside its revisions:
        column `email.by_hand` is not in the history
        index `ix_email_subject` of `email` is gone
      next  write it as a revision, or undo it in the database
    ");
    assert_snapshot!(project.whimbrel("downgrade base").screen(), @r#"
    exit 3
    ── stderr ──
    error[drift]: the database is not what its history says: somebody changed it beside whimbrel
      differs  column `email.by_hand` is not in the history
               index `ix_email_subject` of `email` is gone
      next     write the difference as a revision, or undo it in the database, then: whimbrel downgrade base
      or       whimbrel downgrade base --accept-drift "reason"   (goes on the ledger)
    nothing was changed · exit 3
    "#);
    execute(&url, "ALTER TABLE email DROP COLUMN by_hand; CREATE INDEX ix_email_subject ON email (subject)");

    // A column that went and one that came: asked first, answered then.
    project.write("app/models.py", &MODELS.replace("subject:", "title:"));
    project.whimbrel("revision --autogenerate --plain -m asked --rev-id bbbb00000002").ok();
    assert_snapshot!(project.whimbrel("upgrade").screen(), @r"
    exit 3
    ── stderr ──
    error[questions]: `bbbb00000002` may destroy data, and asks first
      asked  was `email.subject` renamed to `title`? dropping it loses its values (--rename email.subject:title)
             which value do the rows that exist get in `email.title`? without one this fails on rows (--backfill email.title=EXPRESSION)
      next   answer in migrations/bbbb_asked.sql: correct the statements, delete the question's line, then: whimbrel upgrade head
    nothing was changed · exit 3
    ");
    std::fs::remove_file(project.path("migrations/bbbb_asked.sql")).unwrap();
    let rename = "revision --autogenerate --plain -m rename --rev-id bbbb00000002 --rename email.subject:title";
    assert_snapshot!(project.whimbrel(rename).screen(), @r"
    exit 0
    2 changes for PostgreSQL
      rename column `email.subject` to `title`
      rename index `ix_email_subject` of `email` to `ix_email_title`

    wrote migrations/bbbb_rename.sql
    read it, then: whimbrel upgrade head
    ");
    assert_snapshot!(project.revision_text("bbbb_rename.sql"), @r"
    -- revision: bbbb00000002
    -- parents:  aaaa00000001
    -- message:  rename
    -- created:  [time]

    -- upgrade
    ALTER TABLE email RENAME COLUMN subject TO title;

    ALTER INDEX ix_email_subject RENAME TO ix_email_title;

    -- downgrade
    ALTER INDEX ix_email_title RENAME TO ix_email_subject;

    ALTER TABLE email RENAME COLUMN title TO subject;
    ");
    project.whimbrel("upgrade").ok();
    assert_eq!(rows(&url, "SELECT title, user_id FROM email"), "hello | 1");

    // A table that the models no longer mention stays, until it is named.
    let without_email = project.read("app/models.py").split("class Email").next().unwrap().to_string();
    project.write("app/models.py", &without_email);
    assert_snapshot!(project.whimbrel("revision --autogenerate -m less").screen(), @r"
    exit 0
    ? the models no longer name `email`; its drop was not written
      --allow-drop email
    nothing else differs; no file was written
    ");
    let drop = "revision --autogenerate --plain -m drop --rev-id cccc00000003 --allow-drop email";
    assert_snapshot!(project.whimbrel(drop).screen(), @r"
    exit 0
    1 change for PostgreSQL
      drop table `email`

    wrote migrations/cccc_drop.sql
    read it, then: whimbrel upgrade head
    ");
    project.whimbrel("upgrade").ok();
    assert_snapshot!(project.whimbrel("history").screen(), @r"
    exit 0
    ●  cccc  drop    [time]
    ●  bbbb  rename  [time]
    ●  aaaa  first   [time]
    ");
    assert_snapshot!(project.whimbrel("current --verbose").screen(), @r"
    exit 0
    dev · PostgreSQL [version], [database]
    cccc00000003  drop  (head)  [time], by ada@[host]
    ");
    assert_snapshot!(project.whimbrel("show cccc").screen(), @r#"
    exit 0
    revision  cccc00000003 (head)
    message   drop
    parents   bbbb00000002
    created   [time]
    file      migrations/cccc_drop.sql

    -- upgrade
    -- every row of `email` goes, and is kept for the downgrade
    DROP TABLE email;

    -- downgrade
    -- `email` comes back with the rows that are kept
    CREATE TABLE email (
        id serial,
        title character varying NOT NULL,
        user_id integer NOT NULL,
        CONSTRAINT email_pkey PRIMARY KEY (id),
        CONSTRAINT email_user_id_fkey FOREIGN KEY (user_id) REFERENCES "user" (id)
    );

    CREATE INDEX ix_email_title ON email (title);
    "#);
    assert_snapshot!(project.whimbrel("downgrade -2").screen(), @r"
    exit 0
    dev · PostgreSQL [version], [database]
      gave table `email` back to 1 row
      ↓ cccc  drop    [duration]
      ↓ bbbb  rename  [duration]
    undid 2 revisions in [duration]; the database stands at `aaaa00000001`
    ");
    assert_snapshot!(project.whimbrel("downgrade base").screen(), @r"
    exit 0
    dev · PostgreSQL [version], [database]
      ↓ aaaa  first   [duration]
    undid 1 revision in [duration]; the database stands at base
    ");
    assert_eq!(rows(&url, "SELECT count(*) FROM pg_class WHERE relname IN ('user', 'email')"), "0");
}

#[test]
fn branches_meet_and_ledgers_are_stamped() {
    let Some(url) = fresh_database() else { return };
    let project = Project::on(&url).variable("EDITOR", "sed -i s/integer/bigint/");
    project.revision("aaaa00000001", "none", "CREATE TABLE one (id integer PRIMARY KEY)");
    project.revision("bbbb00000002", "aaaa00000001", "CREATE TABLE two (id integer PRIMARY KEY)");
    project.revision("cccc00000003", "aaaa00000001", "CREATE TABLE three (id integer PRIMARY KEY)");
    assert_snapshot!(project.whimbrel("heads").screen(), @r"
    exit 0
    bbbb00000002  make two    (head)
    cccc00000003  make three  (head)
    to bring them together: whimbrel merge bbbb00000002 cccc00000003
    ");
    assert_snapshot!(project.whimbrel("merge -m both --rev-id dddd00000004").screen(), @r"
    exit 0
    wrote migrations/dddd_both.sql
    next  whimbrel upgrade head
    ");
    project.whimbrel("edit bbbb").ok();
    assert_snapshot!(project.whimbrel("upgrade").screen(), @r"
    exit 0
    dev · PostgreSQL [version], [database]
      ✓ aaaa  make one    [duration]
      ✓ bbbb  make two    [duration]
      ✓ cccc  make three  [duration]
      ✓ dddd  both        [duration]
    applied 4 revisions in [duration]; the database stands at `dddd00000004` (head)
    ");
    assert_snapshot!(project.whimbrel("history").screen(), @r"
    exit 0
    ●─╮  dddd  both        [time]
    │ ●  cccc  make three  [time]
    ● │  bbbb  make two    [time]
    ●─╯  aaaa  make one    [time]
    ");
    assert_eq!(
        rows(
            &url,
            "SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = 'two'::regclass AND attname = 'id'"
        ),
        "bigint"
    );

    // Another database, made by somebody else: only noted.
    let other = fresh_database().unwrap();
    execute(
        &other,
        "CREATE TABLE one (id integer PRIMARY KEY); CREATE TABLE two (id bigint PRIMARY KEY); \
         CREATE TABLE three (id integer PRIMARY KEY)",
    );
    assert_snapshot!(project.whimbrel(&format!("stamp head --url {other}")).screen(), @r"
    exit 0
    PostgreSQL [version], [database]
    the ledger says now: at `dddd00000004`; nothing was run
    ");
    assert_snapshot!(project.whimbrel(&format!("check --url {other}")).screen(), @r"
    exit 0
    - models ↔ history: no models were found
    ✓ history ↔ database: no difference
    ");
    assert_snapshot!(project.whimbrel(&format!("stamp aaaa --purge --url {other}")).screen(), @r"
    exit 0
    PostgreSQL [version], [database]
    the ledger says now: at `aaaa00000001`; nothing was run
    ");
    assert_snapshot!(project.whimbrel(&format!("current --url {other}")).screen(), @r"
    exit 0
    PostgreSQL [version], [database]
    aaaa00000001  make one  [time], stamped
    3 revisions pending; to apply: whimbrel upgrade head
    ");
}

/// Where nothing may be made, an expression cannot be put into the engine's words; that is no reason not to compare.
#[test]
fn a_session_that_may_not_write_can_be_checked() {
    let Some(url) = fresh_database() else { return };
    let project = Project::on(&url);
    let schema = "CREATE TABLE a (id integer PRIMARY KEY, t text DEFAULT lower('X'), CHECK (t <> 'y'));\n";
    project.write("schema.sql", schema);
    project.whimbrel("revision --autogenerate -m first").ok();
    project.whimbrel("upgrade").ok();
    let read_only = format!("{url}&options=-c%20default_transaction_read_only%3Don");
    project.whimbrel(&format!("check --url {read_only}")).ok();
    project.write("schema.sql", &schema.replace("lower('X')", "lower('X') || ''"));
    let check = project.whimbrel(&format!("check --url {read_only}"));
    assert_eq!(check.exit(), 1, "{}", check.screen());
    assert!(check.stdout().contains("change column `a.t`"), "{}", check.screen());
    assert!(check.stderr().starts_with("warning[unasked]: whether the expressions in `a` mean"), "{}", check.screen());
}

/// What is written for somebody else to run does what a run does, when `psql` runs it.
#[test]
fn psql_makes_of_the_script_what_upgrade_makes() {
    let (Some(by_run), Some(by_psql)) = (fresh_database(), fresh_database()) else { return };
    if Command::new("psql").arg("--version").output().is_err() && server::may_be_missing() {
        eprintln!("skipped: psql is not there (Debian: apt-get install postgresql-client)");
        return;
    }
    let project = Project::on(&by_run);
    project.write("models.py", MODELS);
    project.whimbrel("revision --autogenerate -m first --rev-id aaaa00000001").ok();
    project.revision_of(
        "bbbb00000002",
        "aaaa00000001",
        "more",
        "INSERT INTO \"user\" (name) VALUES ('semi;colon'), (E'back\\\\slash'), ('50%'), (':variable');\n\
         CREATE FUNCTION shout(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN upper($1) || ';'; END $$;\n\
         -- transaction: none\nCREATE INDEX CONCURRENTLY ix_user_name ON \"user\" (name);\n\
         COMMENT ON TABLE email IS 'it''s \\here';",
        "COMMENT ON TABLE email IS NULL;\nDROP INDEX ix_user_name;\nDROP FUNCTION shout(text);\nDELETE FROM \"user\";",
    );
    let psql = |script: &str| {
        project.write("script.sql", script);
        let words = ["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--file", "script.sql", &by_psql];
        let output = Command::new("psql").args(words).current_dir(project.path("")).output();
        let output = output.expect("psql is there (Debian: apt-get install postgresql-client)");
        assert!(output.status.success(), "{}\n{script}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "psql has nothing to remark");
    };
    let schema = |url: &str| project.whimbrel(&format!("schema --from database --url {url}")).ok().stdout();
    let ledger = |url: &str| {
        rows(
            url,
            "SELECT revision, direction, checksum, message, deploy FROM whimbrel_ledger WHERE outcome = 'done' ORDER BY seq",
        )
    };

    project.whimbrel("upgrade --deploy v1").ok();
    psql(&project.whimbrel("upgrade --sql --deploy v1").ok().stdout());
    assert!(schema(&by_run).contains("ix_user_name"), "{}", schema(&by_run));
    assert_eq!(schema(&by_psql), schema(&by_run));
    assert_eq!(ledger(&by_psql), ledger(&by_run));
    assert_eq!(ledger(&by_run).lines().count(), 2);
    let names = "SELECT name FROM \"user\" ORDER BY id";
    assert_eq!(rows(&by_psql, names), rows(&by_run, names));
    std::fs::remove_file(project.path("models.py")).unwrap();
    project.whimbrel(&format!("check --url {by_psql}")).ok();
    assert!(project.whimbrel(&format!("upgrade --url {by_psql}")).ok().stdout().starts_with("nothing to apply"));

    project.whimbrel("downgrade base").ok();
    psql(&project.whimbrel("downgrade head:base --sql").ok().stdout());
    assert_eq!(schema(&by_psql), schema(&by_run));
    assert_eq!(ledger(&by_psql).replace("v1", "NULL"), ledger(&by_run).replace("v1", "NULL"));
}

/// Law 5, with the command itself: however many are started at once, each revision takes effect once, all end well.
#[test]
fn ten_commands_at_once() {
    let urls = [Some("sqlite:///app.db".to_string()), fresh_database()];
    for url in urls.into_iter().flatten() {
        let project = Project::on(&url);
        project.revision_of(
            "a0",
            "none",
            "tally",
            "CREATE TABLE tally (n integer);\nINSERT INTO tally VALUES (0);",
            "DROP TABLE tally;",
        );
        for number in 1..6 {
            let (id, parent) = (format!("a{number}"), format!("a{}", number - 1));
            let statements = match number {
                3 => format!(
                    "-- transaction: none\nINSERT INTO tally VALUES ({number});\n-- transaction: none\nCREATE TABLE t{number} (id integer);"
                ),
                _ => format!("INSERT INTO tally VALUES ({number});"),
            };
            project.revision_of(&id, &parent, "more", &statements, "-- nothing to do");
        }
        let ten: Vec<_> = (0..10).map(|_| project.start("upgrade head --json")).collect();
        let documents: Vec<_> = ten.into_iter().map(|running| running.end().ok().json()).collect();
        let applied = |document: &serde_json::Value| document["result"]["revisions"].as_array().unwrap().len();
        assert_eq!(documents.iter().map(applied).sum::<usize>(), 6, "{url}: {documents:#?}");
        for document in &documents {
            assert_eq!(document["result"]["at"], serde_json::json!(["a5"]), "{url}: {document:#}");
        }
        let absolute = url.replace("sqlite:///app.db", &format!("sqlite:///{}", project.path("app.db").display()));
        assert_eq!(
            rows(&absolute, "SELECT n, count(*) FROM tally GROUP BY n ORDER BY n"),
            "0 | 1\n1 | 1\n2 | 1\n3 | 1\n4 | 1\n5 | 1"
        );
    }
}
