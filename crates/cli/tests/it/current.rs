use insta::assert_snapshot;

use crate::project::Project;

#[test]
fn looking_makes_no_database() {
    let project = Project::with_two_revisions();
    assert_snapshot!(project.whimbrel("current").screen(), @r"
    exit 0
    dev · sqlite:///app.db, which is not there yet
    base: no revision is applied
    2 revisions pending; to apply: whimbrel upgrade head
    ");
    assert!(!project.path("app.db").exists());
}

#[test]
fn says_where_the_database_stands_and_what_is_missing() {
    let project = Project::with_two_revisions();
    project.whimbrel("upgrade +1").ok();
    assert_snapshot!(project.whimbrel("current").screen(), @r"
    exit 0
    dev · SQLite [version], app.db
    aaaa00000001  make one  [time]
    1 revision pending; to apply: whimbrel upgrade head
    ");
    project.whimbrel("upgrade").ok();
    assert_snapshot!(project.whimbrel("current --verbose").screen(), @r"
    exit 0
    dev · SQLite [version], app.db
    bbbb00000002  make two  (head)  [time], by ada@[host]
    ");
    assert_snapshot!(project.whimbrel("current --quiet").screen(), @r"
    exit 0
    bbbb00000002
    ");
    let document = project.whimbrel("current --json").ok().json();
    assert_eq!(document["result"]["revisions"][0]["id"], "bbbb00000002");
    assert_eq!(document["result"]["pending"], 0);
}

#[test]
fn a_revision_without_a_file_is_told() {
    let project = Project::with_two_revisions();
    project.whimbrel("upgrade").ok();
    std::fs::remove_file(project.path("migrations/bbbb00000002_make_two.sql")).unwrap();
    assert_snapshot!(project.whimbrel("current").screen(), @r"
    exit 0
    dev · SQLite [version], app.db
    aaaa00000001  make one  (head)                      [time]
    bbbb00000002  make two  (no file is this revision)  [time]
    ");
    assert_snapshot!(project.whimbrel("upgrade").screen(), @r"
    exit 3
    ── stderr ──
    error[missing]: 1 applied revision without a file
      missing  `bbbb00000002` make two, applied [time] by ada@[host]
      next     get the files (another branch or a newer checkout has them), then: whimbrel upgrade head
    nothing was changed · exit 3
    ");
}

#[test]
fn models_are_not_read() {
    let project = Project::with_two_revisions();
    project.write("models.py", "from sqlmodel import SQLModel\nclass Broken(SQLModel, table=True)\n");
    project.whimbrel("current").ok();
}
