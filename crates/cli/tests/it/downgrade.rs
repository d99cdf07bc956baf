use insta::assert_snapshot;

use crate::project::Project;

fn project() -> Project {
    let project = Project::with_two_revisions();
    project.whimbrel("upgrade").ok();
    project
}

#[test]
fn undoes_down_to_the_target() {
    let project = project();
    assert_snapshot!(project.whimbrel("downgrade -1").screen(), @r"
    exit 0
    dev · SQLite [version], app.db
      ↓ bbbb  make two  [duration]
    undid 1 revision in [duration]; the database stands at `aaaa00000001`
    ");
    assert_snapshot!(project.whimbrel("downgrade base").screen(), @r"
    exit 0
    dev · SQLite [version], app.db
      ↓ aaaa  make one  [duration]
    undid 1 revision in [duration]; the database stands at base
    ");
    assert_snapshot!(project.whimbrel("downgrade base").screen(), @r"
    exit 0
    nothing to undo: the database stands at base
    ");
    assert_snapshot!(project.whimbrel("downgrade -1").screen(), @r"
    exit 2
    ── stderr ──
    error[target]: `-1` goes further than the history does: nothing is there from base
      next  whimbrel history
    ");
}

#[test]
fn a_revision_that_does_not_say_how_is_refused() {
    let project = project();
    let file = "migrations/bbbb00000002_make_two.sql";
    project.write(file, project.read(file).split("-- downgrade").next().unwrap());
    assert_snapshot!(project.whimbrel("downgrade -1").screen(), @r"
    exit 3
    ── stderr ──
    error[no-way-back]: revision `bbbb00000002` does not say how to undo it
      next  write `-- downgrade` into migrations/bbbb00000002_make_two.sql, or `-- nothing to do` below it if there is nothing
    nothing was changed · exit 3
    ");
}

#[test]
fn the_sql_is_printed_for_both_ends() {
    let project = project();
    assert_snapshot!(project.whimbrel("downgrade base --sql").screen(), @r"
    exit 2
    ── stderr ──
    error[target]: a script for a downgrade needs both ends, like `heads:base`
      next  whimbrel downgrade heads:base --sql
    ");
    let script = project.whimbrel("downgrade heads:aaaa --sql").ok().stdout();
    assert!(script.contains("DROP TABLE two") && !script.contains("DROP TABLE one"), "{script}");
}
