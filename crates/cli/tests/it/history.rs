use insta::assert_snapshot;

use crate::project::Project;

fn forked() -> Project {
    let project = Project::with_revisions(&[
        ("aaaa00000001", "none", "CREATE TABLE one (id INTEGER)"),
        ("bbbb00000002", "aaaa00000001", "CREATE TABLE two (id INTEGER)"),
        ("cccc00000003", "aaaa00000001", "CREATE TABLE three (id INTEGER)"),
        ("dddd00000004", "cccc00000003", "CREATE TABLE four (id INTEGER)"),
    ]);
    project.whimbrel("merge --rev-id eeee00000005").ok();
    project
}

#[test]
fn is_drawn_newest_first() {
    assert_snapshot!(forked().whimbrel("history --offline").screen(), @r"
    exit 0
    ○─╮  eeee  merge bbbb and dddd
    │ ○  dddd  make four
    │ ○  cccc  make three
    ○ │  bbbb  make two
    ○─╯  aaaa  make one
    ");
    assert_snapshot!(forked().whimbrel("history --offline --verbose").screen(), @r"
    exit 0
    ○─╮  eeee00000005  merge bbbb and dddd  migrations/eeee_merge_bbbb_and_dddd.sql
    │ ○  dddd00000004  make four            migrations/dddd00000004_make_four.sql
    │ ○  cccc00000003  make three           migrations/cccc00000003_make_three.sql
    ○ │  bbbb00000002  make two             migrations/bbbb00000002_make_two.sql
    ○─╯  aaaa00000001  make one             migrations/aaaa00000001_make_one.sql
    no database was asked, so what is applied is not known
    ");
}

#[test]
fn a_range_is_a_part_of_it_with_both_ends() {
    let project = forked();
    assert_snapshot!(project.whimbrel("history --offline -r cccc:dddd").screen(), @r"
    exit 0
    ○  dddd  make four
    ○  cccc  make three
    ");
    assert_snapshot!(project.whimbrel("history --offline -r dddd:").screen(), @r"
    exit 0
    ○─╮  eeee  merge bbbb and dddd
    │ ○  dddd  make four
    ○    bbbb  make two
    ");
    assert_snapshot!(project.whimbrel("history --offline -r :bbbb").screen(), @r"
    exit 0
    ○  bbbb  make two
    ○  aaaa  make one
    ");
    assert_snapshot!(project.whimbrel("history --offline -r zzzz:").screen(), @r"
    exit 2
    ── stderr ──
    error[target]: no revision is called `zzzz`, begins with it or bears it as a branch
      next  whimbrel history
    ");
}

#[test]
fn as_json_it_has_parents_and_files() {
    let document = forked().whimbrel("history --offline --json").ok().json();
    let merge = &document["result"]["revisions"][0];
    assert_eq!(merge["parents"], serde_json::json!(["bbbb00000002", "dddd00000004"]));
    assert!(merge["file"].as_str().unwrap().ends_with(".sql"));
    assert!(merge.get("applied").is_none());
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let project = forked();
    let whimbrel = assert_cmd::cargo::cargo_bin!("whimbrel").display().to_string();
    let line =
        format!("for i in 1 2 3 4 5 6 7 8 9; do {whimbrel} history --offline -v || exit 9; done | head -n 1; true");
    let output = std::process::Command::new("sh").args(["-c", &line]).current_dir(project.path(".")).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
