use insta::assert_snapshot;

use crate::project::Project;

#[test]
fn names_where_the_history_parts() {
    let project = Project::with_two_revisions();
    assert_snapshot!(project.whimbrel("branches").screen(), @r"
    exit 0
    the history has no branches
    ");
    project.revision("cccc00000003", "aaaa00000001", "CREATE TABLE three (id INTEGER)");
    assert_snapshot!(project.whimbrel("branches").screen(), @r"
    exit 0
    aaaa00000001    make one
    ├ bbbb00000002  make two    (head)
    └ cccc00000003  make three  (head)
    ");
}
