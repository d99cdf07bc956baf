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
