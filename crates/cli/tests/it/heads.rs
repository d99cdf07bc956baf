use insta::assert_snapshot;

use crate::project::Project;

#[test]
fn names_every_head_and_how_to_bring_them_together() {
    let project = Project::with_two_revisions();
    assert_snapshot!(project.whimbrel("heads").screen(), @r"
    exit 0
    bbbb00000002  make two  (head)
    ");
    project.revision("cccc00000003", "aaaa00000001", "CREATE TABLE three (id INTEGER)");
    assert_snapshot!(project.whimbrel("heads").screen(), @r"
    exit 0
    bbbb00000002  make two    (head)
    cccc00000003  make three  (head)
    to bring them together: whimbrel merge bbbb00000002 cccc00000003
    ");
    let document = project.whimbrel("heads --json").ok().json();
    assert_eq!(document["result"]["heads"][1]["id"], "cccc00000003");
}

#[test]
fn an_empty_history_has_none() {
    assert_snapshot!(Project::with_revisions(&[]).whimbrel("heads").screen(), @r"
    exit 0
    there are no revisions yet
    ");
}

#[test]
fn a_file_that_cannot_be_read_is_shown_where_it_is_wrong() {
    let project = Project::with_revisions(&[("aaaa00000001", "none", "CREATE TABLE one (id INTEGER)")]);
    project.write(
        "migrations/x.sql",
        "-- revision: bbbb00000002\n-- parent:  aaaa00000001\n-- message: x\n\n-- upgrade\n",
    );
    assert_snapshot!(project.whimbrel("heads").screen(), @r"
    exit 2
    ── stderr ──
    error[revision-file]: the header has no `parents:`
      ┌ migrations/x.sql:1:1
      │
    1 │ -- revision: bbbb00000002
      │ ^
      │
      = help: write a line like `-- parents:  none` at the top

    error[revision-file]: `parent:` is no key of the header
      ┌ migrations/x.sql:2:1
      │
    2 │ -- parent:  aaaa00000001
      │ ^^^^^^^^^^^^^^^^^^^^^^^^
      │
      = help: the keys are `revision:`, `parents:`, `depends:`, `branch:`, `message:`, `phase:`, `part:`, `created:`; free comments stand below, after an empty line
    ");
    project.write(
        "migrations/x.sql",
        "-- revision: bbbb00000002\n-- parents: dddd\n-- message: x\n\n-- upgrade\nSELECT 1;\n",
    );
    assert_snapshot!(project.whimbrel("heads").screen(), @r"
    exit 2
    ── stderr ──
    error[revision-file]: revision `bbbb00000002` builds on `dddd`, and no file is that revision
      ┌ migrations/x.sql:2:1
      │
    2 │ -- parents: dddd
      │ ^^^^^^^^^^^^^^^^
      │
      = help: bring back the file of `dddd` (another branch may have it), or correct `parents:`
    ");
}
