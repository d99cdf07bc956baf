//! What a protected environment refuses, by name, and what opens it.

use insta::assert_snapshot;

use crate::project::Project;

const TOML: &str = "[environments.production]\nurl = \"sqlite:///app.db\"\nprotected = true\n";

/// A protected database with rows, and a revision that is pending.
fn project() -> Project {
    let project = Project::new();
    project.write("whimbrel.toml", TOML);
    project.revision("aaaa00000001", "none", "CREATE TABLE one (id INTEGER PRIMARY KEY)");
    project.whimbrel("upgrade").ok();
    project.sql("INSERT INTO one VALUES (1), (2)");
    project.revision("bbbb00000002", "aaaa00000001", "CREATE TABLE two (id INTEGER PRIMARY KEY)");
    project
}

/// A backup that a database has come out of.
fn back_up(project: &Project) {
    project.whimbrel("backup create").ok();
    let _ = std::fs::remove_file(project.path("copy.db"));
    project.whimbrel("backup restore --into sqlite:///copy.db").ok();
}

/// The screen, without ids and times.
fn settled(screen: &str) -> String {
    let mut screen = screen.to_string();
    for (pattern, word) in [
        (r"\d{4}-\d\d-\d\d-\d{6}(-\w+)?", "[id]"),
        (r"\d{4}-\d\d-\d\dT[\d:.]+Z", "[moment]"),
        (r"\[time\], \S+@\S+", "[time], [who]"),
        (r"s\d:[0-9a-f]{6,}", "[fingerprint]"),
    ] {
        screen = regex::Regex::new(pattern).unwrap().replace_all(&screen, word).into_owned();
    }
    screen
}

#[test]
fn a_database_that_is_empty_has_nothing_to_lose() {
    let project = Project::new();
    project.write("whimbrel.toml", TOML);
    project.revision("aaaa00000001", "none", "CREATE TABLE one (id INTEGER PRIMARY KEY)");
    assert_snapshot!(project.whimbrel("upgrade --verbose").screen(), @r"
    exit 0
    production · SQLite [version], app.db
      ✓ drift      none
      ✓ review     1 revision, nothing unresolved
      ✓ aaaa  make one  [duration]
    applied 1 revision in [duration]; the database stands at `aaaa00000001` (head)
    ");
}

#[test]
fn without_a_backup_nothing_is_changed() {
    let project = project();
    assert_snapshot!(settled(&project.whimbrel("upgrade").screen()), @r#"
    exit 3
    ── stderr ──
    error[no-proved-backup]: production is protected, and no backup newer than its last change has been restored and compared
      last backup  none of this database
      next         whimbrel backup create   (then: whimbrel backup restore latest --into URL)
      or           whimbrel upgrade head --prove   (backs up, restores and compares, rehearses, then applies)
      or           whimbrel upgrade head --without-backup "reason"   (goes on the ledger)
    nothing was changed · exit 3
    "#);
    project.whimbrel("backup create").ok();
    assert_snapshot!(settled(&project.whimbrel("upgrade").screen()), @r#"
    exit 3
    ── stderr ──
    error[no-proved-backup]: production is protected, and no backup newer than its last change has been restored and compared
      last backup  [id], which nobody has restored and compared
      next         whimbrel backup restore [id] --into URL   (a new database, which is compared with it)
      or           whimbrel upgrade head --prove   (backs up, restores and compares, rehearses, then applies)
      or           whimbrel upgrade head --without-backup "reason"   (goes on the ledger)
    nothing was changed · exit 3
    "#);
    // One that is older than the last change.
    back_up(&project);
    let around = "upgrade --without-rehearsal \"tried by hand\"";
    project.whimbrel(around).ok();
    project.revision("cccc00000003", "bbbb00000002", "CREATE TABLE three (id INTEGER PRIMARY KEY)");
    let refused = settled(&project.whimbrel(around).screen());
    assert!(
        refused.contains("error[no-proved-backup]") && refused.contains("before revision bbbb00000002"),
        "{refused}"
    );
    // Of another database.
    std::fs::rename(project.path("copy.db"), project.path("other.db")).unwrap();
    let other = project.whimbrel("backup create --url sqlite:///other.db");
    other.ok();
    let refused = project.whimbrel(around).screen();
    assert!(
        refused.contains("error[no-proved-backup]") && refused.contains("before revision bbbb00000002"),
        "{refused}"
    );
}

#[test]
fn without_a_rehearsal_nothing_is_changed() {
    let project = project();
    back_up(&project);
    assert_snapshot!(settled(&project.whimbrel("upgrade").screen()), @r#"
    exit 3
    ── stderr ──
    error[no-rehearsal]: production is protected, and what is pending was never rehearsed
      next  whimbrel rehearse head
      or    whimbrel upgrade head --prove   (backs up, restores and compares, rehearses, then applies)
      or    whimbrel upgrade head --without-rehearsal "reason"   (goes on the ledger)
    nothing was changed · exit 3
    "#);
}

#[test]
fn what_a_review_finds_is_resolved_first() {
    let project = project();
    let text = "-- question: is it meant?\nCREATE INDEX ix_one ON one (id);\n\nUPDATE one SET id = id + 10;";
    project.revision_of("cccc00000003", "bbbb00000002", "index", text, "DROP INDEX ix_one;");
    assert_snapshot!(settled(&project.whimbrel("upgrade").screen()), @r#"
    exit 3
    ── stderr ──
    error[unreviewed]: production is protected, and what is pending was not resolved
      unresolved  migrations/cccc00000003_index.sql  question: is it meant?
      next        whimbrel lint   (says the safe way; answer questions in the files)
      or          allow it in the file with its reason, where it is meant so
      or          whimbrel upgrade head --without-review "reason"   (goes on the ledger)
    nothing was changed · exit 3
    "#);
    let through = "upgrade --without-review \"looked at\" --without-backup no --without-rehearsal no";
    let done = project.whimbrel(through).ok().stdout();
    assert!(done.contains("! review     gone around: looked at"), "{done}");
}

#[test]
fn a_door_needs_a_reason_and_leaves_a_trace() {
    let project = project();
    assert_snapshot!(project.whimbrel("upgrade --without-backup \" \"").screen(), @r"
    exit 2
    ── stderr ──
    error[usage]: invalid value ' ' for '--without-backup <REASON>': it goes on the ledger, and has to say something

    For more information, try '--help'.
    ");
    let through = "upgrade --without-backup \"nobody needs it\" --without-rehearsal \"tried by hand\"";
    assert_snapshot!(project.whimbrel(through).screen(), @r"
    exit 0
    production · SQLite [version], app.db
      ! backup     gone around: nobody needs it
      ! rehearsal  gone around: tried by hand
      ✓ bbbb  make two  [duration]
    applied 1 revision in [duration]; the database stands at `bbbb00000002` (head)
    ");
    assert_snapshot!(settled(&project.whimbrel("history").screen()), @r"
    exit 0
    ●  bbbb  make two  [time]
    ●  aaaa  make one  [time]

    gone around a gate:
      without rehearsal  upgrade bbbb  tried by hand    [time], [who]
      without backup     upgrade bbbb  nobody needs it  [time], [who]
    ");
    assert_snapshot!(settled(&project.whimbrel("status").screen()), @r"
    exit 0
    production · SQLite [version], app.db
      at       bbbb  make two  [time]
      pending  nothing
      around   upgrade bbbb without rehearsal: tried by hand  [time], [who]
      around   upgrade bbbb without backup: nobody needs it  [time], [who]
    ");
}

#[test]
fn doors_of_an_environment_without_gates_are_told() {
    let project = Project::with_two_revisions();
    assert_snapshot!(project.whimbrel("upgrade --without-backup \"why not\"").screen(), @r"
    exit 0
    dev · SQLite [version], app.db
      ✓ aaaa  make one  [duration]
      ✓ bbbb  make two  [duration]
    applied 2 revisions in [duration]; the database stands at `bbbb00000002` (head)
    ── stderr ──
    dev is not protected, so --without-backup goes around nothing
    ");
    let history = project.whimbrel("history").ok().stdout();
    assert!(!history.contains("gone around"), "{history}");
}

#[test]
fn whoever_goes_back_says_which_environment_is_meant() {
    let project = project();
    assert_snapshot!(project.whimbrel("downgrade base").screen(), @r"
    exit 3
    ── stderr ──
    error[unconfirmed]: production is protected, and nobody has said that it is meant
      next  whimbrel downgrade base --confirm production
    nothing was changed · exit 3
    ");
    assert_snapshot!(project.whimbrel("downgrade base --confirm staging").screen(), @r"
    exit 3
    ── stderr ──
    error[unconfirmed]: production is protected, and nobody has said that it is meant
      confirmed  `staging`, which is another name
      next       whimbrel downgrade base --confirm production
    nothing was changed · exit 3
    ");
    assert_snapshot!(settled(&project.whimbrel("downgrade base --confirm production").screen()), @r#"
    exit 3
    ── stderr ──
    error[no-proved-backup]: production is protected, and no backup newer than its last change has been restored and compared
      last backup  none of this database
      next         whimbrel backup create   (then: whimbrel backup restore latest --into URL)
      or           whimbrel downgrade base --without-backup "reason"   (goes on the ledger)
    nothing was changed · exit 3
    "#);
    back_up(&project);
    project.whimbrel("downgrade base --confirm production").ok();
}

#[test]
fn a_protected_database_is_protected_by_whatever_name() {
    let project = project();
    let refused = project.whimbrel("upgrade --url sqlite:///app.db").screen();
    assert!(refused.contains("error[no-proved-backup]: production is protected"), "{refused}");
    let refused = project.whimbrel("backup restore --into sqlite:///app.db --over app.db");
    assert_eq!(refused.exit(), 2, "there is no backup yet");
    back_up(&project);
    let refused = project.whimbrel("backup restore --into sqlite:///app.db --over app.db").screen();
    assert!(refused.contains("error[unconfirmed]"), "{refused}");
}

#[test]
fn a_backup_that_was_changed_is_none() {
    let project = project();
    back_up(&project);
    let id = project.list("backups").into_iter().find(|name| name.starts_with("20")).unwrap();
    let data = format!("backups/{id}/data");
    let file = project.path(&data).join(project.list(&data).into_iter().next().unwrap());
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let refused = project.whimbrel("upgrade --without-rehearsal \"by hand\"").screen();
    assert!(refused.contains("error[no-proved-backup]") && refused.contains("no longer what was made"), "{refused}");
}

/// Times and sizes made the same.
fn staged(screen: &str) -> String {
    let mut screen = settled(screen);
    for (pattern, word) in
        [(r"[\d.]+ [kM]?B", "[size]"), (r"\d+(\.\d+)? ms", "[duration]"), (r"  +(\[duration\])", "  $1")]
    {
        screen = regex::Regex::new(pattern).unwrap().replace_all(&screen, word).into_owned();
    }
    screen
}

#[test]
fn the_whole_way_is_one_command() {
    let project = project();
    assert_snapshot!(staged(&project.whimbrel("upgrade --prove").screen()), @r"
    exit 0
    production · SQLite [version], app.db · at aaaa · 1 revision pending
      ✓ history     matches the database, no drift  [duration]
      ✓ review      1 revision, nothing unresolved  [duration]
      ✓ backup      [id], 7 tables, [size] → [size]  [duration]
      ✓ restored    every table equal by row count and content hash  [duration]
      ✓ rehearsed   on that copy: longest lock [duration], no queries asked  [duration]
      ✓ bbbb  make two  [duration]
    applied 1 revision in [duration]; the database stands at `bbbb00000002` (head)
    ");
    let shown = "SELECT gate || ' ' || door FROM whimbrel_ledger_gate WHERE event = 2 ORDER BY number";
    let connection = rusqlite::Connection::open(project.path("app.db")).unwrap();
    let mut statement = connection.prepare(shown).unwrap();
    let rows: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(rows, ["drift 0", "review 0", "backup 0", "rehearsal 0"]);
    // Nothing is left to prove.
    let again = project.whimbrel("upgrade --prove").ok().stdout();
    assert!(again.starts_with("nothing to apply"), "{again}");
}

#[test]
fn a_stage_that_fails_ends_it() {
    let project = project();
    project.sql("CREATE TABLE stray (id INTEGER PRIMARY KEY)");
    let refused = project.whimbrel("upgrade --prove");
    assert!(refused.exit() == 3 && refused.stderr().contains("error[drift]"), "{}", refused.screen());
    project.sql("DROP TABLE stray");
    // It fails on the rows that are there.
    project.revision_of(
        "cccc00000003",
        "bbbb00000002",
        "fails",
        "INSERT INTO one VALUES (1);",
        "DELETE FROM one WHERE id = 1;",
    );
    let refused = project.whimbrel("upgrade --prove");
    assert_eq!(refused.exit(), 3, "{}", refused.screen());
    assert!(refused.stderr().contains("error[rehearsal-failed]"), "{}", refused.screen());
    let history = project.whimbrel("history").ok().stdout();
    assert!(history.contains("pending") && !history.contains("begun"), "{history}");
}

#[test]
fn what_was_rehearsed_by_itself_is_enough_until_something_moves() {
    let project = project();
    // It makes a backup, and proves it.
    project.whimbrel("rehearse head").ok();
    project.revision("cccc00000003", "bbbb00000002", "CREATE TABLE three (id INTEGER PRIMARY KEY)");
    let refused = settled(&project.whimbrel("upgrade").screen());
    assert!(refused.contains("error[stale-rehearsal]"), "{refused}");
    assert!(refused.contains("cccc00000003 was not rehearsed"), "{refused}");
    project.whimbrel("upgrade bbbb").ok();
    // Somebody changes what was found.
    project.whimbrel("rehearse head").ok();
    let shelf = ".whimbrel/rehearsals";
    let newest = project.list(shelf).into_iter().next_back().unwrap();
    let file = format!("{shelf}/{newest}/rehearsal.json");
    project.write(&file, &project.read(&file).replace("three", "four"));
    let refused = settled(&project.whimbrel("upgrade").screen());
    assert!(refused.contains("error[unsigned-rehearsal]"), "{refused}");
    assert!(refused.contains("the rehearsal beside it is another one"), "{refused}");
}
