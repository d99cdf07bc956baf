//! `whimbrel lint --since`: only what a branch adds or changes is judged.

use insta::assert_snapshot;

use crate::project::Project;

/// Two files on `main`, and a branch.
fn branch() -> Project {
    let project = Project::new();
    project.write("whimbrel.toml", "[lint]\nengine = \"postgres\"\n");
    project.write("db/V1__a.sql", "CREATE TABLE a (id bigint PRIMARY KEY, t text);\n");
    project.write("db/V2__a.sql", "CREATE INDEX ix_old ON a (id);\n");
    project.git(&["init", "-q", "-b", "main"]);
    project.git(&["add", "."]);
    project.git(&["commit", "-qm", "first"]);
    project.git(&["checkout", "-qb", "branch"]);
    project
}

#[test]
fn what_the_branch_adds_is_judged_by_what_was_before() {
    let project = branch();
    let nothing = project.whimbrel("lint db --since main").ok().screen();
    assert_snapshot!(nothing, @r"
    exit 0
    nothing to judge: no migration is new or changed since main
    ");
    project.write("db/V3__a.sql", "CREATE INDEX ix_new ON a (t);\n");
    project.git(&["add", "."]);
    project.git(&["commit", "-qm", "second"]);
    // Not even added yet.
    project.write("db/V4__b.sql", "CREATE TABLE b (id bigint PRIMARY KEY);\nCREATE INDEX ix_b ON b (id);\n");
    let screen = project.whimbrel("lint db --since main").screen();
    assert!(screen.contains("`ix_new` blocks every write") && !screen.contains("ix_old"), "{screen}");
    assert!(
        screen.contains("3 statements in 2 files") && screen.contains("after 2 files read for the state"),
        "{screen}"
    );
}

#[test]
fn an_old_file_that_was_changed_is_judged_too() {
    let project = branch();
    project.append("db/V2__a.sql", "CREATE INDEX ix_more ON a (t);\n");
    let screen = project.whimbrel("lint db --since main").screen();
    assert!(screen.contains("`ix_old` blocks") && screen.contains("`ix_more` blocks"), "{screen}");
    assert!(
        screen.contains("`db/V2__a.sql` is older than the branch and was changed since main: it is judged too"),
        "{screen}"
    );
}

#[test]
fn without_git_or_with_an_unknown_name_that_is_said() {
    let project = branch();
    assert_snapshot!(project.whimbrel("lint db --since origin/main").screen(), @r"
    exit 2
    ── stderr ──
    error[git]: git knows no commit `origin/main` here
      next  git fetch origin main
    ");
    let stranger = Project::new();
    stranger.write("a.sql", "SELECT 1;\n");
    let screen = stranger.whimbrel("lint a.sql --engine pg --since main").screen();
    assert!(screen.contains("error[git]: --since asks git, and this is no work tree of it"), "{screen}");
    let alone = branch().variable("PATH", "/no/such/folder");
    let screen = alone.whimbrel("lint db --since main").screen();
    assert!(screen.contains("error[git]: --since asks git, and there is no git on the path"), "{screen}");
}
