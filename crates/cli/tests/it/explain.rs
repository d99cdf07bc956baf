use insta::assert_snapshot;

use crate::project::Project;

#[test]
fn a_rule_is_explained() {
    assert_snapshot!(Project::new().whimbrel("explain index-blocks-writes").screen(), @r"
    exit 0
    index-blocks-writes: an index is built while every write to the table waits
    care · PostgreSQL

    `CREATE INDEX` takes SHARE on the table until the transaction ends: reads go on, but every
    INSERT, UPDATE and DELETE waits until the index is built and committed. Built CONCURRENTLY, it
    takes SHARE UPDATE EXCLUSIVE, which keeps out only other schema changes and VACUUM.

    found  CREATE INDEX ix_email_subject ON email (subject);
    safe   CREATE INDEX CONCURRENTLY ix_email_subject ON email (subject);

    safe way: build it CONCURRENTLY, in a revision of its own, outside a transaction
    fix: `whimbrel lint --fix` rewrites it where that is certain to be right
    accept it: `-- whimbrel: allow index-blocks-writes, because REASON` above the statement

    https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY
    ");
}

#[test]
fn every_rule_is_listed_and_can_be_explained() {
    let project = Project::new();
    let listed = project.whimbrel("explain --json").ok().json();
    let rules = listed["result"]["rules"].as_array().unwrap();
    assert!(rules.len() > 1);
    let text = project.whimbrel("explain").ok().stdout();
    for rule in rules {
        let id = rule["id"].as_str().unwrap();
        assert!(text.contains(&format!("  {id} ")), "{id}");
        let explained = project.whimbrel(&format!("explain {id} --json")).ok().json();
        assert_eq!(explained["result"], *rule);
    }
}

#[test]
fn a_rule_that_is_not_there_is_told_with_the_nearest() {
    assert_snapshot!(Project::new().whimbrel("explain index-blocks-reads").screen(), @r"
    exit 2
    ── stderr ──
    error[unknown-rule]: there is no rule `index-blocks-reads`
      next  whimbrel explain index-blocks-writes
    ");
}
