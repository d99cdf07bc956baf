//! What an earlier run left, explained and not touched.

use insta::assert_snapshot;
use whimbrel_acceptance::database;

use crate::postgres::{execute, fresh_database, rows};
use crate::project::Project;

#[test]
fn where_nothing_is_left_it_says_so() {
    let project = Project::on("sqlite:///app.db");
    project.revision_of("aaaa00000001", "none", "one", "CREATE TABLE one (id integer);", "DROP TABLE one;");
    project.whimbrel("upgrade").ok();
    assert_snapshot!(project.whimbrel("repair").screen(), @r"
    exit 0
    dev · SQLite [version], app.db
    no revision was left half-way
    nothing was changed
    ");
}

#[test]
fn a_statement_that_cannot_be_seen_is_a_choice_of_two() {
    let project = Project::on("sqlite:///app.db");
    let url = format!("sqlite:///{}", project.path("app.db").display());
    let steps =
        "-- transaction: none\nCREATE TABLE one (id integer);\n-- transaction: none\nINSERT INTO one VALUES (1);";
    project.revision_of("aaaa00000001", "none", "one", steps, "DROP TABLE one;");
    project.whimbrel("upgrade").ok();
    // As a run leaves it that is killed within a statement whose row on the ledger is no part of it.
    let mut driver = database::open(&url).unwrap();
    driver.execute("DELETE FROM whimbrel_ledger WHERE outcome = 'done'").unwrap();
    let intent = "outcome = 'intent', sql = 'INSERT INTO one VALUES (1)'";
    driver.execute(&format!("UPDATE whimbrel_ledger_statement SET {intent} WHERE ordinal = 2")).unwrap();
    let before = driver.query("SELECT * FROM whimbrel_ledger_statement", &[]).unwrap();
    assert_snapshot!(project.whimbrel("repair").screen(), @r"
    exit 1
    dev · SQLite [version], app.db
    an earlier run stopped within aaaa ([time], ada@[host]), after 1 of 2 statements
      statement 2 of 2  INSERT INTO one VALUES (1)
      whether it took effect cannot be seen: it changes rows
    nothing was changed
    next  whimbrel upgrade aaaa00000001 --resume done   (if the database shows that it took effect)
    or    whimbrel upgrade aaaa00000001 --resume again   (if it did not)
    ");
    assert_eq!(driver.query("SELECT * FROM whimbrel_ledger_statement", &[]).unwrap(), before);
    project.whimbrel("upgrade aaaa00000001 --resume done").ok();
    assert_eq!(project.whimbrel("repair").exit(), 0);
}

#[test]
fn an_invalid_index_is_named_with_what_ends_it() {
    let Some(url) = fresh_database() else { return };
    let project = Project::on(&url);
    let table =
        "CREATE TABLE email (id integer PRIMARY KEY, subject text);\nINSERT INTO email VALUES (1, 'a'), (2, 'a');";
    project.revision_of("aaaa00000001", "none", "email", table, "DROP TABLE email;");
    let index = "CREATE UNIQUE INDEX CONCURRENTLY ix ON email (subject);";
    project.revision_of("bbbb00000002", "aaaa00000001", "index", index, "DROP INDEX ix;");
    assert_eq!(project.whimbrel("upgrade").exit(), 5);
    assert_snapshot!(project.whimbrel("repair").screen(), @r#"
    exit 1
    dev · PostgreSQL [version], [database]
    an earlier run stopped within bbbb ([time], ada@[host]), after 0 of 1 statement
      statement 1 of 1  CREATE UNIQUE INDEX CONCURRENTLY ix ON email (subject)
      it failed: revision `bbbb00000002`, [project]/migrations/bbbb00000002_index.sql:6: could not create unique index "ix"
      it left the invalid index `ix`: the next run clears that away and runs it again
    nothing was changed
    next  whimbrel upgrade bbbb00000002
    "#);
    assert_eq!(rows(&url, "SELECT count(*) FROM pg_index WHERE NOT indisvalid"), "1", "nothing was changed");
    execute(&url, "UPDATE email SET subject = 'b' WHERE id = 2");
    project.whimbrel("upgrade bbbb00000002").ok();
    assert_eq!(project.whimbrel("repair").exit(), 0);
}

const UNTIL: &str = "CREATE TABLE email (id integer PRIMARY KEY, subject text);\n";
const AFTER: &str = "CREATE TABLE email (id integer PRIMARY KEY, title text);\n";

/// A rename whose contract is still to come, and rows that were written past the triggers.
fn out_of_step(project: &Project, past: &dyn Fn(&str)) {
    project.write("schema.sql", UNTIL);
    project.whimbrel("revision --autogenerate -m first --rev-id aaaa00000001").ok();
    project.whimbrel("upgrade").ok();
    past("INSERT INTO email (id, subject) VALUES (1, 'one'), (2, 'two'), (3, 'three')");
    project.write("schema.sql", AFTER);
    let ids = "--rev-id bbbb00000002 --rev-id cccc00000003 --rev-id dddd00000004";
    project.whimbrel(&format!("revision --autogenerate -m title --rename email.subject:title {ids}")).ok();
    project.whimbrel("upgrade bbbb00000002").ok();
    let waiting = project.whimbrel("repair");
    assert_eq!(waiting.exit(), 0, "rows that a backfill is still to fill are no mistake: {}", waiting.screen());
    project.whimbrel("upgrade cccc00000003").ok();
}

fn both_ways(project: &Project, past: &dyn Fn(&str), row: &dyn Fn() -> String) {
    past("UPDATE email SET title = 'zwei' WHERE id = 2");
    let screen = project.whimbrel("repair").screen();
    assert!(screen.starts_with("exit 1"), "{screen}");
    assert!(screen.contains("are not in step in 1 row: id = 2\n"), "{screen}");
    assert!(screen.contains("where `subject` is right") && screen.contains("where `title` is right"), "{screen}");
    assert!(screen.contains("by  whimbrel repair --mend email.title"), "{screen}");
    assert!(screen.contains("by  whimbrel repair --mend email.subject"), "{screen}");
    assert_eq!(row(), "two zwei", "nothing was changed");
    let mended = project.whimbrel("repair --mend email.subject").ok().stdout();
    assert_eq!(mended, "wrote `subject` of 1 row of `email`\n");
    assert_eq!(row(), "zwei zwei");
    past("UPDATE email SET title = 'dos' WHERE id = 2");
    project.whimbrel("repair --mend email.title").ok();
    assert_eq!(row(), "zwei zwei");
    assert_eq!(project.whimbrel("repair").exit(), 0);
    let unknown = project.whimbrel("repair --mend email.nothing");
    assert_eq!(unknown.exit(), 2, "{}", unknown.screen());
    project.whimbrel("upgrade").ok();
}

#[test]
fn rows_that_are_not_in_step_are_mended_from_the_side_that_is_right() {
    let project = Project::on("sqlite:///app.db");
    project.append("whimbrel.toml", "\n[models]\npaths = [\"schema.sql\"]\n");
    let open = || database::open(&format!("sqlite:///{}", project.path("app.db").display())).unwrap();
    // As a restore writes them, or somebody with triggers of his own making.
    let past = |sql: &str| {
        let mut driver = open();
        let triggers = driver.query("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'", &[]).unwrap();
        for trigger in &triggers {
            driver.execute(&format!("DROP TRIGGER \"{}\"", trigger[0].as_deref().unwrap())).unwrap();
        }
        driver.execute(sql).unwrap();
        for trigger in &triggers {
            driver.execute(trigger[1].as_deref().unwrap()).unwrap();
        }
    };
    let row = || {
        let rows = open().query("SELECT subject || ' ' || title FROM email WHERE id = 2", &[]).unwrap();
        rows[0][0].clone().unwrap()
    };
    out_of_step(&project, &past);
    both_ways(&project, &past, &row);
}

#[test]
fn rows_are_mended_on_postgres_too() {
    let Some(url) = fresh_database() else { return };
    let project = Project::on(&url);
    project.append("whimbrel.toml", "\n[models]\npaths = [\"schema.sql\"]\n");
    let past = |sql: &str| execute(&url, &format!("SET session_replication_role = replica; {sql}"));
    let row = || rows(&url, "SELECT subject || ' ' || title FROM email WHERE id = 2");
    out_of_step(&project, &past);
    both_ways(&project, &past, &row);
}

#[test]
fn an_index_that_nobody_waits_for_is_built_anew_when_it_is_agreed() {
    let Some(url) = fresh_database() else { return };
    let project = Project::on(&url);
    let table = "CREATE TABLE email (id integer PRIMARY KEY, subject text);";
    project.revision_of("aaaa00000001", "none", "email", table, "DROP TABLE email;");
    project.whimbrel("upgrade").ok();
    execute(&url, "INSERT INTO email VALUES (1, 'a'), (2, 'a')");
    // Somebody else's, and there is no revision of it.
    let mut driver = database::open(&url).unwrap();
    assert!(driver.execute("CREATE UNIQUE INDEX CONCURRENTLY ix ON email (subject)").is_err());
    assert_snapshot!(project.whimbrel("repair").screen(), @r"
    exit 1
    dev · PostgreSQL [version], [database]
    no revision was left half-way
    the index `ix` is invalid: every write keeps it, and no query uses it
      `ix`  REINDEX INDEX CONCURRENTLY ix
        by  whimbrel repair --mend ix
    nothing was changed
    ");
    execute(&url, "DELETE FROM email WHERE id = 2");
    project.whimbrel("repair --mend ix").ok();
    assert_eq!(rows(&url, "SELECT count(*) FROM pg_index WHERE NOT indisvalid"), "0");
    assert_eq!(project.whimbrel("repair").exit(), 0);
}

#[test]
fn the_statement_that_runs_now_is_named_and_so_is_a_run_that_is_gone() {
    let Some(url) = fresh_database() else { return };
    let project = Project::on(&url);
    project.revision_of("aaaa00000001", "none", "slow", "SELECT pg_sleep(20), 'a secret';", "SELECT 1;");
    let running = project.start("upgrade");
    let mut status = String::new();
    for _ in 0..100 {
        status = project.whimbrel("status").ok().stdout();
        if status.contains("pg_sleep") {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let now = status.lines().find(|line| line.trim_start().starts_with("now")).unwrap_or(&status);
    assert!(now.contains("SELECT pg_sleep(20), '…'") && now.contains("pid "), "{status}");
    let document = project.whimbrel("status --json").ok().json();
    let work = &document["result"]["environments"][0]["at_work"];
    assert!(work["seconds"].is_number() && work["pid"].is_number(), "{document}");
    let screen = project.whimbrel("repair --mend lock").screen();
    assert!(screen.contains("is to be put right"), "a run that lives is not ended: {screen}");
    running.signal("INT");
    running.end();
    assert!(!project.whimbrel("status").ok().stdout().contains("now "));
}
