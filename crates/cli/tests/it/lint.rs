//! `whimbrel lint` without any database, on files of several layouts.

use insta::assert_snapshot;

use crate::project::Project;

/// A table, and in a later file an index on it.
fn flyway() -> Project {
    let project = Project::new();
    project.write(
        "db/V1__email.sql",
        "CREATE TABLE email (id bigserial PRIMARY KEY, subject text NOT NULL);\nCREATE INDEX ix_id ON email (id);\n",
    );
    project.write("db/V2__subject.sql", "CREATE INDEX ix_email_subject ON email (subject);\n");
    project.write("db/U2__subject.sql", "DROP INDEX ix_email_subject;\n");
    project
}

/// What is said of statements that are about something else.
const ONLY: &str = "--fail-on care --rule unknown-statement=off --rule no-lock-timeout=off";

#[test]
fn a_finding_is_shown_at_its_place_with_the_safe_way() {
    let project = flyway();
    let screen = project.whimbrel("lint db").screen();
    let shown = screen.split("\n\n").find(|part| part.contains("[index-blocks-writes]")).unwrap();
    assert_snapshot!(shown.trim_start_matches("exit 1\n"), @r"
    care[index-blocks-writes]: creating index `ix_email_subject` blocks every write to `email` while it builds
      ┌ db/V2__subject.sql:1:1
      │
    1 │ CREATE INDEX ix_email_subject ON email (subject);
      │ ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ takes SHARE on `email`, reads all of it and builds an index
      │
      = here: the size of `email` is unknown, so the worst is assumed; --url tells
      = safe way: build it CONCURRENTLY, in a revision of its own, outside a transaction
      = fix: whimbrel lint --fix db/V2__subject.sql
      = more: whimbrel explain index-blocks-writes
    ");
    assert_eq!(screen.matches("[index-blocks-writes]").count(), 1, "the first file's index is on its own table");
}

#[test]
fn one_file_is_judged_by_those_before_it() {
    let project = flyway();
    let screen = project.whimbrel(&format!("lint db/V2__subject.sql {ONLY}")).screen();
    assert!(screen.contains("1 statement in 1 file: 1 care, after 1 file read for the state"), "{screen}");
    assert!(screen.starts_with("exit 1\n"), "{screen}");
}

#[test]
fn the_exit_status_is_that_of_the_worst() {
    let project = flyway();
    assert_eq!(project.whimbrel("lint db/V1__email.sql --rule unknown-statement=off").exit(), 0);
    assert_eq!(project.whimbrel("lint db/V2__subject.sql").exit(), 1);
    assert_eq!(project.whimbrel("lint db/V2__subject.sql --fail-on unknown").exit(), 0);
    project.write("whimbrel.toml", "[lint]\nengine = \"postgres\"\nfail_on = \"unknown\"\n");
    assert_eq!(project.whimbrel("lint db/V2__subject.sql").exit(), 0);
    assert_eq!(project.whimbrel("lint db/V2__subject.sql --rule index-blocks-writes=unknown").exit(), 1);
}

#[test]
fn a_slip_in_a_directive_is_told_and_so_is_one_below_the_last_statement() {
    let project = Project::new();
    project.write(
        "a.sql",
        "-- whimbrel: alow x\nSELECT 1;\n-- transaction: of another tool\nSELECT 2;\n\
         -- whimbrel: allow unknown-statement, because nothing follows\n",
    );
    let screen = project.whimbrel("lint a.sql --engine postgres").screen();
    assert_eq!(screen.matches("care[misread-directive]").count(), 2, "{screen}");
    assert!(screen.contains("`whimbrel: alow x` is not known"), "{screen}");
    assert!(screen.contains("no statement stands below this line"), "{screen}");
}

#[test]
fn revisions_are_judged_as_they_are_applied() {
    let project = Project::with_revisions(&[
        ("aaaa00000001", "none", "CREATE TABLE one (id INTEGER PRIMARY KEY)"),
        ("bbbb00000002", "aaaa00000001", "CREATE INDEX ix ON one (id)"),
    ]);
    let judged = project.whimbrel(&format!("lint --engine postgres {ONLY}")).screen();
    assert!(judged.contains("bbbb00000002_make_ix.sql:6:1"), "{judged}");
    // The history is what orders revisions, whatever their names.
    let text = project.read("migrations/aaaa00000001_make_one.sql");
    project.write("migrations/zzzz_first.sql", &text);
    std::fs::remove_file(project.path("migrations/aaaa00000001_make_one.sql")).unwrap();
    let renamed = project.whimbrel(&format!("lint migrations/bbbb00000002_make_ix.sql --engine postgres {ONLY}"));
    assert!(renamed.screen().contains("after 1 file read for the state"), "{}", renamed.screen());
}

#[test]
fn what_cannot_be_judged_is_told_and_nothing_is_skipped() {
    let project = Project::new();
    assert_snapshot!(project.whimbrel("lint").screen(), @r"
    exit 2
    ── stderr ──
    error[no-files]: nothing was named to judge, and there is no folder `migrations`
      next  whimbrel lint PATH
      or    cat FILE | whimbrel lint -
    ");
    assert_snapshot!(project.whimbrel("lint missing.sql --engine pg").screen(), @r"
    exit 4
    ── stderr ──
    error[unreadable]: `missing.sql` cannot be read: there is no such file or folder
    nothing was changed · exit 4
    ");
    std::fs::write(project.path("latin.sql"), b"SELECT 1;\nSELECT '\xe9';\n").unwrap();
    assert_snapshot!(project.whimbrel("lint latin.sql --engine pg").screen(), @r"
    exit 4
    ── stderr ──
    error[unreadable]: `latin.sql` cannot be read: it is not UTF-8: byte 18, on line 2
      help  if it is text, write it anew: iconv -f latin1 -t utf-8 latin.sql
    nothing was changed · exit 4
    ");
    project.write("a.sql", "CREATE INDEX a ON b (c);\n");
    assert_snapshot!(project.whimbrel("lint a.sql").screen(), @r"
    exit 2
    ── stderr ──
    error[engine]: which engine the SQL is for cannot be seen from it
      looked at  --engine, `[lint]` and `[migrations]` in whimbrel.toml, --url, DATABASE_URL, the SQL itself
      next       whimbrel lint a.sql --engine postgres
      or         whimbrel lint a.sql --engine sqlite
      or         whimbrel lint a.sql --engine mysql
    ");
    assert_snapshot!(project.whimbrel("lint a.sql --engine pg --rule index-blocks-write=off").screen(), @r"
    exit 2
    ── stderr ──
    error[unknown-rule]: there is no rule `index-blocks-write`: did you mean `index-blocks-writes`?
      named by  --rule
      next      whimbrel explain
    ");
}

#[test]
fn limits_that_upgrade_sets_by_itself_are_not_asked_for() {
    let project = Project::with_rules(&["no-lock-timeout", "no-statement-timeout", "concurrent-build-under-timeout"]);
    project.revision("aaaa00000001", "none", "CREATE TABLE email (id bigint PRIMARY KEY, subject text)");
    let adds = "ALTER TABLE email ADD COLUMN at timestamptz DEFAULT clock_timestamp();";
    let builds = "-- transaction: none\nCREATE INDEX CONCURRENTLY ix_subject ON email (subject);";
    project.revision_of("bbbb00000002", "aaaa00000001", "add", &format!("{adds}\n\n{builds}"), "SELECT 1;");
    project.write("plain.sql", adds);
    let rules = |line: &str| {
        let screen = project.whimbrel(line).screen();
        let told = screen.lines().filter_map(|line| line.split_once('[')?.1.split_once("]:"));
        told.map(|(rule, _)| rule.to_string()).collect::<Vec<_>>()
    };
    let revision = "lint migrations/bbbb00000002_add.sql --fail-on unknown";
    assert_eq!(rules("lint plain.sql --fail-on unknown"), ["no-lock-timeout", "no-statement-timeout"]);
    assert_eq!(rules(revision), Vec::<String>::new());
    project.append("whimbrel.toml", "[guard]\nstatement_timeout = \"0\"\n");
    assert_eq!(rules(revision), ["no-statement-timeout"]);
    project.revision_of(
        "bbbb00000002",
        "aaaa00000001",
        "add",
        &format!("SET lock_timeout = '1s';\n{builds}"),
        "SELECT 1;",
    );
    assert_eq!(rules(revision), ["concurrent-build-under-timeout"]);
}
