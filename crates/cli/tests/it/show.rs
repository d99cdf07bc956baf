use insta::assert_snapshot;

use crate::project::Project;

#[test]
fn shows_the_revision_and_its_place() {
    let project = Project::with_two_revisions();
    assert_snapshot!(project.whimbrel("show aaaa").screen(), @r"
    exit 0
    revision  aaaa00000001
    message   make one
    parents   none: it is the first
    children  bbbb00000002
    file      migrations/aaaa00000001_make_one.sql

    -- upgrade
    CREATE TABLE one (id INTEGER PRIMARY KEY);

    -- downgrade
    DROP TABLE one;
    ");
    assert_snapshot!(project.whimbrel("show head --quiet").screen(), @r"
    exit 0
    revision  bbbb00000002 (head)
    message   make two
    parents   aaaa00000001
    file      migrations/bbbb00000002_make_two.sql
    ");
    assert_snapshot!(project.whimbrel("show head-1 --json").ok().json()["result"]["children"].to_string(), @r#"["bbbb00000002"]"#);
}

#[test]
fn what_names_nothing_or_too_much_is_told() {
    let project = Project::with_revisions(&[
        ("aaaa00000001", "none", "CREATE TABLE one (id INTEGER)"),
        ("aaab00000002", "aaaa00000001", "CREATE TABLE two (id INTEGER)"),
    ]);
    assert_snapshot!(project.whimbrel("show aaa").screen(), @r"
    exit 2
    ── stderr ──
    error[target]: `aaa` begins 2 revisions: `aaaa00000001`, `aaab00000002`
      next  write one more character of the one that is meant
    ");
    assert_snapshot!(project.whimbrel("show nothing").screen(), @r"
    exit 2
    ── stderr ──
    error[target]: no revision is called `nothing`, begins with it or bears it as a branch
      next  whimbrel history
    ");
    assert_snapshot!(project.whimbrel("show \"a b\"").screen(), @r"
    exit 2
    ── stderr ──
    error[target]: `a b` is no target: ids are letters, digits, `_` and `.`
      next  targets are `head`, `heads`, `base`, an id or its beginning, `+1`, `-1`, `id+2`, `branch@head`
    ");
}
