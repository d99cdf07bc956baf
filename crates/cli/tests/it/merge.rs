use insta::assert_snapshot;

use crate::project::Project;

#[test]
fn brings_all_heads_together() {
    let project = Project::with_revisions(&[
        ("aaaa00000001", "none", "CREATE TABLE one (id INTEGER)"),
        ("bbbb00000002", "aaaa00000001", "CREATE TABLE two (id INTEGER)"),
        ("cccc00000003", "aaaa00000001", "CREATE TABLE three (id INTEGER)"),
    ]);
    assert_snapshot!(project.whimbrel("merge --rev-id dddd00000004").screen(), @r"
    exit 0
    wrote migrations/dddd_merge_bbbb_and_cccc.sql
    next  whimbrel upgrade head
    ");
    assert_snapshot!(project.read("migrations/dddd_merge_bbbb_and_cccc.sql"), @r"
    -- revision: dddd00000004
    -- parents:  bbbb00000002, cccc00000003
    -- message:  merge bbbb and cccc

    -- upgrade
    -- nothing to do: a merge only brings branches together

    -- downgrade
    -- nothing to do: a merge only brings branches together
    ");
    assert_snapshot!(project.whimbrel("merge").screen(), @r"
    exit 2
    ── stderr ──
    error[nothing-to-merge]: `dddd00000004` is alone: a merge brings two or more revisions together
      next  whimbrel heads
    ");
    assert_snapshot!(project.whimbrel("merge aaaa dddd").screen(), @r"
    exit 2
    ── stderr ──
    error[nothing-to-merge]: `aaaa00000001` is part of `dddd00000004` already
      next  whimbrel history
    ");
}
