//! `whimbrel plan`: what `upgrade` would do, statement by statement.

use insta::assert_snapshot;

use crate::postgres::{execute, fresh_database};
use crate::project::Project;

fn on_postgres(url: &str) -> Project {
    let project = Project::on(url);
    project.revision_of(
        "aaaa00000001",
        "none",
        "make one",
        "CREATE TABLE one (id bigint PRIMARY KEY);",
        "DROP TABLE one;",
    );
    project.revision_of(
        "bbbb00000002",
        "aaaa00000001",
        "index it",
        "CREATE TABLE two (id bigint PRIMARY KEY);\n-- transaction: none\nCREATE INDEX CONCURRENTLY ix ON one (id);",
        "DROP INDEX ix;",
    );
    project
}

#[test]
fn what_is_pending_is_told_by_the_ledger_with_sizes() {
    let Some(url) = fresh_database() else { return };
    let project = on_postgres(&url);
    let all = project.whimbrel("plan --json").ok().json();
    let ids = |document: &serde_json::Value| -> Vec<String> {
        let revisions = document["result"]["revisions"].as_array().unwrap();
        revisions.iter().map(|revision| revision["id"].as_str().unwrap().to_string()).collect()
    };
    assert_eq!(ids(&all), ["aaaa00000001", "bbbb00000002"]);
    assert_eq!(ids(&project.whimbrel("plan aaaa --json").ok().json()), ["aaaa00000001"]);
    project.whimbrel("upgrade aaaa").ok();
    execute(&url, "INSERT INTO one SELECT generate_series(1, 1000); ANALYZE one");
    let pending = project.whimbrel("plan --json").ok().json();
    assert_eq!(ids(&pending), ["bbbb00000002"]);
    let statements = &pending["result"]["revisions"][0]["review"]["statements"];
    assert_eq!(statements[0]["transaction"], 0);
    assert_eq!(statements[1]["transaction"], serde_json::Value::Null);
    let touch = statements[1]["touches"].as_array().unwrap().iter().find(|touch| touch["relation"] == "one").unwrap();
    assert!(touch["estimated_ms"].is_u64(), "{touch}");
    let text = project.whimbrel("plan").ok().screen();
    assert!(text.contains("bbbb  index it  1 transaction, 1 outside of any"), "{text}");
    assert!(text.contains("CREATE INDEX CONCURRENTLY ix ON one (id)"), "{text}");
    project.whimbrel("upgrade head").ok();
    assert!(project.whimbrel("plan").ok().stdout().ends_with("\nnothing is pending\n"));
}

#[test]
fn without_a_database_every_revision_is_shown_and_nothing_is_made() {
    let project = Project::with_two_revisions();
    let screen = project.whimbrel("plan").ok().screen();
    assert!(screen.contains("which is not there yet · 2 revisions pending"), "{screen}");
    assert!(screen.contains("sizes are unknown, so the worst is assumed; --url tells"), "{screen}");
    assert!(!project.path("app.db").exists());
    let offline = project.whimbrel("plan --offline").ok().stdout();
    assert!(offline.starts_with("SQLite · no database was asked · 2 revisions pending\n"), "{offline}");
    assert_snapshot!(project.whimbrel("plan cccc").screen(), @r"
    exit 2
    ── stderr ──
    error[target]: no revision is called `cccc`, begins with it or bears it as a branch
      next  whimbrel history
    ");
}
