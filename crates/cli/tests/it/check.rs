use insta::assert_snapshot;

use crate::project::Project;

fn project() -> Project {
    let project = Project::with_sql();
    project.whimbrel("revision --autogenerate -m first --rev-id aaaa00000001").ok();
    project
}

#[test]
fn without_a_database_it_says_so() {
    let project = project();
    assert_snapshot!(project.whimbrel("check").screen(), @r"
    exit 0
    ✓ models ↔ history: no difference
    - history ↔ database: not compared, dev · sqlite:///app.db is not there yet
    ");
    project.whimbrel("upgrade").ok();
    assert_snapshot!(project.whimbrel("check").screen(), @r"
    exit 0
    ✓ models ↔ history: no difference
    ✓ history ↔ database: no difference
    ");
    assert_snapshot!(project.whimbrel("check --offline").screen(), @r"
    exit 0
    ✓ models ↔ history: no difference
    - history ↔ database: not compared, as asked
    ");
    assert_snapshot!(project.whimbrel("check --quiet").screen(), @"exit 0");
}

#[test]
fn every_difference_is_named_by_its_pair() {
    let project = project();
    project.whimbrel("upgrade").ok();
    project.append("schema.sql", "ALTER TABLE email ADD COLUMN archived_at DATETIME;\n");
    assert_snapshot!(project.whimbrel("check").screen(), @r#"
    exit 1
    ✗ models ↔ history: 1 difference
      the models ask for what no revision does:
        add column `email.archived_at` DATETIME
      next  whimbrel revision --autogenerate -m "…"
    ✓ history ↔ database: no difference
    "#);
    project.whimbrel("revision --autogenerate -m more --rev-id bbbb00000002").ok();
    assert_snapshot!(project.whimbrel("check").screen(), @r"
    exit 1
    ✓ models ↔ history: no difference
    ✗ history ↔ database: 1 difference
      the database has not yet:
        revision `bbbb00000002` more
      next  whimbrel upgrade head
    ");
    project.whimbrel("upgrade").ok();
    project.sql("CREATE INDEX by_hand ON note (id); DROP INDEX ix_email_subject; CREATE TABLE beside (id INTEGER);");
    assert_snapshot!(project.whimbrel("check").screen(), @r"
    exit 1
    ✓ models ↔ history: no difference
    ✗ history ↔ database: 3 differences
      dev · SQLite [version], app.db was changed beside its revisions:
        index `ix_email_subject` of `email` is gone
        index `by_hand` of `note` is not in the history
        table `beside` is not in the history
      next  write it as a revision, or undo it in the database
    ");
    let document = project.whimbrel("check --json").json();
    assert_eq!(document["exit"], 1);
    assert_eq!(document["result"]["database"]["changes"].as_array().unwrap().len(), 3);
}

#[test]
fn without_models_history_and_database_are_compared() {
    let project = Project::with_revisions(&[("aaaa00000001", "none", "CREATE TABLE one (id INTEGER PRIMARY KEY)")]);
    project.whimbrel("upgrade").ok();
    assert_snapshot!(project.whimbrel("check").screen(), @r"
    exit 0
    - models ↔ history: no models were found
    ✓ history ↔ database: no difference
    ");
}
