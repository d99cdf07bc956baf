use insta::assert_snapshot;

use crate::project::Project;

#[test]
fn applies_what_is_missing_and_says_each() {
    let project = Project::with_two_revisions();
    assert_snapshot!(project.whimbrel("upgrade").screen(), @r"
    exit 0
    dev · SQLite [version], app.db
      ✓ aaaa  make one  [duration]
      ✓ bbbb  make two  [duration]
    applied 2 revisions in [duration]; the database stands at `bbbb00000002` (head)
    ");
    assert_snapshot!(project.whimbrel("upgrade head").screen(), @r"
    exit 0
    nothing to apply: the database stands at `bbbb00000002` (head)
    ");
}

#[test]
fn a_statement_that_fails_is_shown_and_taken_back() {
    let project = Project::with_two_revisions();
    project.write(
        "migrations/cccc_bad.sql",
        "-- revision: cccc00000003\n-- parents: bbbb00000002\n-- message: bad\n\n-- upgrade\n\
         CREATE TABLE three (id INTEGER);\nINSERT INTO nowhere VALUES (1);\n\n-- downgrade\nDROP TABLE three;\n",
    );
    assert_snapshot!(project.whimbrel("upgrade").screen(), @r"
    exit 5
    dev · SQLite [version], app.db
      ✓ aaaa  make one  [duration]
      ✓ bbbb  make two  [duration]
    ── stderr ──
    error[statement]: the upgrade of `cccc00000003` failed: no such table: nowhere
      ┌ migrations/cccc_bad.sql:7:1
      │
    7 │ INSERT INTO nowhere VALUES (1);
      │ ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      │
      = done: `aaaa00000001`, `bbbb00000002`
      next  correct the statement, then: whimbrel upgrade head
    stopped part-way · exit 5
    ");
    assert_snapshot!(project.whimbrel("upgrade").screen(), @r"
    exit 4
    ── stderr ──
    error[statement]: the upgrade of `cccc00000003` failed: no such table: nowhere
      ┌ migrations/cccc_bad.sql:7:1
      │
    7 │ INSERT INTO nowhere VALUES (1);
      │ ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      next  correct the statement, then: whimbrel upgrade head
    nothing was changed · exit 4
    ");
    assert_snapshot!(project.whimbrel("current").screen(), @r"
    exit 0
    dev · SQLite [version], app.db
    bbbb00000002  make two  [time]
    1 revision pending; to apply: whimbrel upgrade head
    ");
    let document = project.whimbrel("upgrade --json").json();
    assert_eq!(document["error"]["code"], "statement");
    assert_eq!(document["error"]["reports"][0]["snippet"]["line"], 7);
}

#[test]
fn an_edited_revision_is_refused() {
    let project = Project::with_two_revisions();
    project.whimbrel("upgrade +1").ok();
    let file = "migrations/aaaa00000001_make_one.sql";
    project.write(file, &project.read(file).replace("CREATE TABLE one (id", "CREATE TABLE one (key"));
    assert_snapshot!(project.whimbrel("upgrade").screen(), @r"
    exit 3
    ── stderr ──
    error[edited]: 1 revision changed in the files after being applied
      edited  `aaaa00000001` make one, applied [time] by ada@[host]
      next    bring the files back as they were, and write the change as a new revision
      or      whimbrel stamp aaaa00000001   (if the edit changed nothing that runs)
    nothing was changed · exit 3
    ");
}

#[test]
fn a_database_that_drifted_is_refused() {
    let project = Project::with_two_revisions();
    project.whimbrel("upgrade +1").ok();
    project.sql("CREATE INDEX by_hand ON one (id)");
    assert_snapshot!(project.whimbrel("upgrade").screen(), @r#"
    exit 3
    ── stderr ──
    error[drift]: the database is not what its history says: somebody changed it beside whimbrel
      differs  index `by_hand` of `one` is not in the history
      next     write the difference as a revision, or undo it in the database, then: whimbrel upgrade head
      or       whimbrel upgrade head --accept-drift "reason"   (goes on the ledger)
    nothing was changed · exit 3
    "#);
    assert_snapshot!(project.whimbrel("upgrade --accept-drift \"it stays\"").screen(), @r"
    exit 0
    dev · SQLite [version], app.db
    1 difference from its history accepted: it stays
      ✓ bbbb  make two  [duration]
    applied 1 revision in [duration]; the database stands at `bbbb00000002` (head)
    ");
}

#[test]
fn several_heads_have_to_be_named() {
    let project = Project::with_two_revisions();
    project.revision("cccc00000003", "aaaa00000001", "CREATE TABLE three (id INTEGER PRIMARY KEY)");
    assert_snapshot!(project.whimbrel("upgrade head").screen(), @r"
    exit 2
    ── stderr ──
    error[target]: there are 2 heads: `bbbb00000002`, `cccc00000003`
      next  whimbrel merge bbbb00000002 cccc00000003
      or    say which: `heads` for all of them
    ");
    assert_snapshot!(project.whimbrel("upgrade heads").screen(), @r"
    exit 0
    dev · SQLite [version], app.db
      ✓ aaaa  make one    [duration]
      ✓ bbbb  make two    [duration]
      ✓ cccc  make three  [duration]
    applied 3 revisions in [duration]; the database stands at `bbbb00000002` and `cccc00000003` (heads)
    ");
}

#[test]
fn the_sql_is_printed_and_nothing_is_run() {
    let project = Project::with_two_revisions();
    let script = project.whimbrel("upgrade --sql").ok().stdout();
    assert!(script.contains("CREATE TABLE one") && script.contains("CREATE TABLE two"), "{script}");
    let part = project.whimbrel("upgrade --sql aaaa:bbbb").ok().stdout();
    assert!(!part.contains("CREATE TABLE one") && part.contains("CREATE TABLE two"), "{part}");
    assert!(!project.path("app.db").exists());
    // What was printed does what would have been done.
    project.sql(&script);
    assert_snapshot!(project.whimbrel("current").screen(), @r"
    exit 0
    dev · SQLite [version], app.db
    bbbb00000002  make two  (head)  [time]
    ");
    assert_snapshot!(project.whimbrel("upgrade").screen(), @r"
    exit 0
    nothing to apply: the database stands at `bbbb00000002` (head)
    ");
}

#[test]
fn the_deploy_goes_on_the_ledger() {
    let project = Project::with_two_revisions().variable("WHIMBREL_DEPLOY", "v1");
    project.whimbrel("upgrade +1").ok();
    project.whimbrel("upgrade --deploy v2").ok();
    assert_snapshot!(project.whimbrel("history").screen(), @r"
    exit 0
    ●  bbbb  make two  [time], deploy v2
    ●  aaaa  make one  [time], deploy v1
    ");
}

#[test]
fn as_json_it_is_one_document() {
    let document = Project::with_two_revisions().whimbrel("upgrade --json").ok().json();
    assert_eq!(document["result"]["revisions"][1]["id"], "bbbb00000002");
    assert_eq!(document["result"]["at_head"], true);
}
