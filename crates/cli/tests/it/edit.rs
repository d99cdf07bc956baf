use insta::assert_snapshot;

use crate::project::Project;

#[test]
fn opens_the_file_in_the_editor_with_its_options() {
    let project = Project::with_revisions(&[("aaaa00000001", "none", "CREATE TABLE one (id INTEGER)")])
        .variable("EDITOR", "sed -i s/one/uno/");
    project.whimbrel("edit aaaa").ok();
    assert!(project.read("migrations/aaaa00000001_make_one.sql").contains("CREATE TABLE uno"));
}

#[test]
fn an_editor_that_fails_or_is_missing_is_told() {
    let revisions = [("aaaa00000001", "none", "CREATE TABLE one (id INTEGER)")];
    let project = Project::with_revisions(&revisions).variable("VISUAL", "false");
    assert_snapshot!(project.whimbrel("edit").screen(), @r"
    exit 4
    ── stderr ──
    error[editor]: `false` ended with exit status: 1
    nothing was changed · exit 4
    ");
    let project = Project::with_revisions(&revisions).variable("VISUAL", "").variable("EDITOR", "");
    assert_snapshot!(project.whimbrel("edit").screen(), @r"
    exit 2
    ── stderr ──
    error[no-editor]: neither VISUAL nor EDITOR is set
      next  EDITOR=vi whimbrel edit head
    ");
}
