use insta::assert_snapshot;

use crate::project::Project;

#[test]
fn writes_on_the_ledger_and_runs_nothing() {
    let project = Project::with_two_revisions();
    assert_snapshot!(project.whimbrel("stamp aaaa").screen(), @r"
    exit 0
    dev · SQLite [version], app.db
    the ledger says now: at `aaaa00000001`; nothing was run
    ");
    assert_snapshot!(project.whimbrel("current").screen(), @r"
    exit 0
    dev · SQLite [version], app.db
    aaaa00000001  make one  [time], stamped
    1 revision pending; to apply: whimbrel upgrade head
    ");
    assert_snapshot!(project.whimbrel("stamp base").screen(), @r"
    exit 0
    dev · SQLite [version], app.db
    the ledger says now: at base; nothing was run
    ");
    assert_snapshot!(project.whimbrel("stamp cccc").screen(), @r"
    exit 2
    ── stderr ──
    error[target]: no revision is called `cccc`, begins with it or bears it as a branch
      next  whimbrel history
    ");
}
