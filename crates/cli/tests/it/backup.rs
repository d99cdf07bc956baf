//! Backups as they are seen at the terminal: made, looked at, restored, pruned; and what becomes of one that is killed.

use std::fs;
use std::time::{Duration, Instant};

use insta::assert_snapshot;

use crate::project::{Project, Ran};

/// Made for these tests, and of no use to anybody.
const IDENTITY: &str = "AGE-SECRET-KEY-135DP7DF8PYZAMPJJ6VVN2JSX3RLL3KU2CAA5C5Q3XPUJ55H4WUVQURLAF5";
const RECIPIENT: &str = "age1pl4s05huunh3g9deznm9yuccm6q9n4qxj73p4wflmtxntq5vaswq46eeqx";

const ROWS: &str = "\
CREATE TABLE user (id INTEGER PRIMARY KEY, name TEXT);
INSERT INTO user VALUES (1, 'ada'), (2, 'grace');
CREATE TABLE email (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES user (id), subject TEXT);
INSERT INTO email VALUES (1, 1, 'engines'), (2, 2, 'compilers'), (3, 2, 'ships');
CREATE TABLE log (line TEXT);
INSERT INTO log VALUES ('begun');
";

fn project() -> Project {
    let project = Project::on("sqlite:///app.db");
    project.sql(ROWS);
    project
}

/// Ids and sizes made the same everywhere.
fn screen(ran: &Ran) -> String {
    let filters = [
        (r"\d{4}-\d\d-\d\d-\d{6}(-\d+)?", "[id]"),
        // Two of one second are told apart by a number, which makes one of them wider.
        (r"\[id\]  +", "[id]  "),
        (r"\b\d+(\.\d)? (B|kB|MB)\b", "[size]"),
    ];
    filters.iter().fold(ran.screen(), |text, (pattern, word)| {
        regex::Regex::new(pattern).unwrap().replace_all(&text, *word).into_owned()
    })
}

/// What is in the folder of backups, beside the file that keeps them out of a repository.
fn ids(project: &Project) -> Vec<String> {
    let mut names = if project.path("backups").exists() { project.list("backups") } else { Vec::new() };
    names.retain(|name| name != ".gitignore");
    names
}

#[test]
fn from_the_first_backup_to_the_last() {
    let project = project();
    assert_snapshot!(screen(&project.whimbrel("backup list")), @r"
    exit 0
    backups
    no backups yet; next: whimbrel backup create
    ");
    assert_snapshot!(screen(&project.whimbrel("backup create")), @r"
    exit 0
    dev · SQLite [version], app.db
    backed up as [id]  3 tables, [size] → [size]  [duration]
      in       backups/[id]
    nothing has come out of it yet; next: whimbrel backup restore [id] --into URL
    ");
    assert_eq!(std::fs::read_to_string(project.path("backups/.gitignore")).unwrap(), "*\n");
    assert_snapshot!(screen(&project.whimbrel("backup verify")), @r"
    exit 0
    backups
      [id]  2 files as they were made, [size]
    ");
    assert_snapshot!(screen(&project.whimbrel("backup restore --into sqlite:///copy.db")), @r"
    exit 0
    SQLite [version], copy.db
    restored from [id]  3 tables, 6 rows  [duration]
    every table is equal by row count and content hash; the backup is proved
    ");
    project.whimbrel("backup create").ok();
    assert_snapshot!(screen(&project.whimbrel("backup list")), @r"
    exit 0
    backups
      [id]  [time]  full  3 tables, [size]  proved [time]
      [id]  [time]  full  3 tables, [size]  not proved yet
    ");
    // The last one stays, and so does the last that a database has come out of.
    assert_snapshot!(screen(&project.whimbrel("backup prune --keep 1")), @r"
    exit 0
    backups
    nothing has had its time, 2 backups left
    ");
    project.whimbrel("backup create").ok();
    assert_snapshot!(screen(&project.whimbrel("backup prune --keep 1 --dry-run")), @r"
    exit 0
    backups
      [id]  [time]  full  3 tables, [size]  not proved yet
    would remove 1 backup, 2 backups left
    ");
    assert_eq!(ids(&project).len(), 3);
    project.whimbrel("backup prune --keep 1").ok();
    assert_eq!(ids(&project).len(), 2);
}

#[test]
fn nothing_is_written_over_that_nobody_has_named() {
    let project = project();
    project.whimbrel("backup create").ok();
    project.sql("DELETE FROM email WHERE id = 3; UPDATE log SET line = 'since then'");
    assert_snapshot!(screen(&project.whimbrel("backup restore")), @r"
    exit 3
    ── stderr ──
    error[database-not-empty]: `app.db` is not empty: it has the tables `email`, `log`, `user`
      next  add --over app.db to write over it
      or    add --into URL to make another database
    nothing was changed · exit 3
    ");
    assert_snapshot!(screen(&project.whimbrel("backup restore --over production")), @r"
    exit 3
    ── stderr ──
    error[other-database]: the database is called `app.db`, and `production` was told
      next  add --over app.db if that is the one
    nothing was changed · exit 3
    ");
    assert_snapshot!(screen(&project.whimbrel("backup restore --table email --over app.db")), @r"
    exit 0
    dev · SQLite [version], app.db
    restored email from [id]  3 rows  [duration]
    it is equal by row count and content hash
    ");
    let connection = rusqlite::Connection::open(project.path("app.db")).unwrap();
    let line = || connection.query_row("SELECT line FROM log", [], |row| row.get::<_, String>(0)).unwrap();
    assert_eq!(line(), "since then", "another table was restored too");
    project.whimbrel("backup restore --over app.db").ok();
    assert_eq!(line(), "begun");
    assert_snapshot!(screen(&project.whimbrel("backup restore --table nothing --into sqlite:///new.db")), @r"
    exit 4
    ── stderr ──
    error[database]: there is no table `nothing` in the backup
    nothing was changed · exit 4
    ");
    assert!(!project.path("new.db").exists(), "an empty database was left");
}

#[test]
fn a_changed_backup_is_named_and_restores_nothing() {
    let project = project();
    project.whimbrel("backup create").ok();
    let data = project.path(&format!("backups/{}/data/database.sqlite.zst", ids(&project)[0]));
    let mut bytes = fs::read(&data).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    fs::write(&data, &bytes).unwrap();
    assert_snapshot!(screen(&project.whimbrel("backup verify --all")), @r"
    exit 1
    backups
      [id]  `data/database.sqlite.zst` was changed
    ");
    assert_snapshot!(screen(&project.whimbrel("backup restore --into sqlite:///copy.db")), @r"
    exit 3
    ── stderr ──
    error[backup-damaged]: the backup `[id]` is not what was made: `data/database.sqlite.zst` was changed
      next  whimbrel backup list
      or    whimbrel backup create
    nothing was changed · exit 3
    ");
    assert!(!project.path("copy.db").exists(), "an empty database was left");
    fs::remove_file(project.path(&format!("backups/{}/manifest.json", ids(&project)[0]))).unwrap();
    assert_snapshot!(screen(&project.whimbrel("backup list")), @r"
    exit 0
    backups
      [id]  no backup: its manifest was changed: `manifest.json` is missing
    ");
    assert_eq!(project.whimbrel("backup verify").exit(), 1);
}

#[test]
fn encrypted_to_those_who_are_named_and_opened_by_them() {
    let project = project();
    project.append("whimbrel.toml", &format!("[backup]\nrecipients = [\"{RECIPIENT}\"]\nstaging = \"staging\"\n"));
    fs::create_dir(project.path("staging")).unwrap();
    project.write("key.txt", &format!("# created: today\n{IDENTITY}\n"));
    project.whimbrel("backup create").ok();
    assert!(project.list("staging").is_empty());
    assert_snapshot!(screen(&project.whimbrel("backup restore --into sqlite:///copy.db")), @r"
    exit 3
    ── stderr ──
    error[backup-encrypted]: the backup `[id]` is encrypted to age1pl4s05huunh3g9deznm9yuccm6q9n4qxj73p4wflmtxntq5vaswq46eeqx, and no identity was given
      next  add --identity FILE, with the identity of one of them
    nothing was changed · exit 3
    ");
    project.whimbrel("backup restore --into sqlite:///copy.db --identity key.txt").ok();
    assert!(project.list("staging").is_empty());
    // Whoever mixes the two up is not shown the secret.
    let mixed = project.whimbrel(&format!("backup create --recipient {IDENTITY}"));
    assert_eq!(mixed.exit(), 2);
    assert!(!mixed.stderr().contains(&IDENTITY[20..]), "{}", mixed.stderr());
}

#[test]
fn a_command_takes_the_backup_away() {
    let project = project();
    project.append("whimbrel.toml", "[backup]\nstream = \"cat > away.tar\"\n");
    assert_snapshot!(screen(&project.whimbrel("backup create")), @r"
    exit 0
    dev · SQLite [version], app.db
    backed up as [id]  3 tables, [size] → [size]  [duration]
      in       `cat > away.tar`
    nothing has come out of it yet; next: unpack it, then: whimbrel backup restore [id] --folder THERE --into URL
    ");
    assert!(ids(&project).is_empty());
    fs::create_dir(project.path("came back")).unwrap();
    let status = std::process::Command::new("tar")
        .args(["-xf", "../away.tar"])
        .current_dir(project.path("came back"))
        .status()
        .unwrap();
    assert!(status.success());
    project.whimbrel("backup restore --folder \"came back\" --into sqlite:///copy.db").ok();

    project.write("whimbrel.toml", &project.read("whimbrel.toml").replace("cat > away.tar", "echo no room >&2; false"));
    assert_snapshot!(screen(&project.whimbrel("backup create")), @r"
    exit 4
    ── stderr ──
    error[backup-command]: `echo no room >&2; false` ended with exit status: 1
      it said  no room
    nothing was changed · exit 4
    ");
}

#[test]
fn your_own_command_makes_one_and_another_looks_at_it() {
    let project = project();
    let settings = "[backup]\nscope = \"external\"\ncreate = \"echo snap-$WHIMBREL_BACKUP_ID | tr -d 0-9\"\n\
                    verify = \"test $WHIMBREL_BACKUP_REFERENCE = snap----\"\n";
    project.append("whimbrel.toml", settings);
    // The revision drops a table: a copy of that is ours.
    project.revision_of("aaaa00000001", "none", "drop", "DROP TABLE log;", "CREATE TABLE log (line TEXT);");
    assert_snapshot!(screen(&project.whimbrel("backup create")), @r"
    exit 0
    dev · SQLite [version], app.db
    backed up by your command as [id] (snap----), with 3 tables, [size] → [size] of ours  [duration]
      in       backups/[id]
    nothing has come out of it yet; next: whimbrel backup verify [id]
    ");
    assert_snapshot!(screen(&project.whimbrel("backup verify")), @r"
    exit 0
    backups
      [id]  `test $WHIMBREL_BACKUP_REFERENCE = snap----` says that it is good, [size]
    ");
    assert_snapshot!(screen(&project.whimbrel("backup list")), @r"
    exit 0
    backups
      [id]  [time]  external  3 tables, [size]  proved [time]
    ");
    project.write("whimbrel.toml", &project.read("whimbrel.toml").replace("= snap----", "= other"));
    assert_eq!(project.whimbrel("backup verify").exit(), 1);
    project.whimbrel("backup restore --table log --into sqlite:///copy.db").ok();
}

#[test]
fn of_what_pending_revisions_touch() {
    let project = project();
    let change = "ALTER TABLE email ADD COLUMN archived INTEGER;";
    project.revision_of("aaaa00000001", "none", "archived", change, "ALTER TABLE email DROP COLUMN archived;");
    project.whimbrel("backup create --scope affected").ok();
    project.whimbrel("backup restore --into sqlite:///copy.db").ok();
    let connection = rusqlite::Connection::open(project.path("copy.db")).unwrap();
    let count = |table: &str| -> i64 {
        connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    };
    assert_eq!((count("email"), count("user"), count("log")), (3, 2, 0));
}

/// Waits until one is in the making: what an earlier run has left is swept away before.
#[cfg(unix)]
fn started(project: &Project) {
    let deadline = Instant::now() + Duration::from_secs(20);
    let is_being_made = |id: &String| {
        let lock = fs::File::open(project.path(&format!("backups/{id}/.making")));
        lock.is_ok_and(|lock| lock.try_lock().is_err())
    };
    while !ids(project).iter().any(is_being_made) {
        assert!(Instant::now() < deadline, "it never begins");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Killed at many moments: nothing that looks like a backup is half of one, and the next run sweeps the rest away.
#[cfg(unix)]
#[test]
fn killed_while_it_copies() {
    let project = Project::on("sqlite:///app.db");
    project.append("whimbrel.toml", "[backup]\nstaging = \"staging\"\n");
    fs::create_dir(project.path("staging")).unwrap();
    project.sql(
        "PRAGMA synchronous = OFF; CREATE TABLE t (a INTEGER PRIMARY KEY, b BLOB); \
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000) \
         INSERT INTO t SELECT i, randomblob(1000) FROM n",
    );
    let begun = Instant::now();
    project.whimbrel("backup create").ok();
    let whole = begun.elapsed();
    let (mut left, mut complete) = (0, 1);
    for kill in 1..=8_u32 {
        let running = project.start("backup create");
        std::thread::sleep(whole * kill / 9 + Duration::from_millis(1));
        running.signal("KILL");
        running.end();
        let (partial, backups): (Vec<_>, Vec<_>) = ids(&project).into_iter().partition(|id| id.starts_with('.'));
        left += partial.len();
        assert!(backups.len() >= complete, "a backup is gone");
        complete = backups.len();
    }
    println!("{left} of 8 kills left something behind");
    let running = project.start("backup create");
    started(&project);
    running.signal("KILL");
    running.end();
    let listed = project.whimbrel("backup list").ok();
    assert!(listed.stdout().contains("was left by a run that was interrupted"), "{}", listed.stdout());
    // Everything that looks like a backup is one.
    project.whimbrel("backup verify --all").ok();
    let swept = project.whimbrel("backup create").ok();
    assert!(swept.stderr().contains("swept away `backups/."), "{}", swept.stderr());
    assert!(ids(&project).iter().all(|id| !id.starts_with('.')), "{:?}", ids(&project));
    project.whimbrel("backup restore --into sqlite:///copy.db").ok();
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_nothing() {
    let project = Project::on("sqlite:///app.db");
    project.sql(
        "PRAGMA synchronous = OFF; CREATE TABLE t (a INTEGER PRIMARY KEY, b BLOB); \
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000) \
         INSERT INTO t SELECT i, randomblob(1000) FROM n",
    );
    let running = project.start("backup create");
    started(&project);
    running.signal("INT");
    let ran = running.end();
    assert_eq!(ran.exit(), 4, "{}", ran.stderr());
    assert!(ran.stderr().contains("it was stopped"), "{}", ran.stderr());
    assert!(ids(&project).is_empty(), "{:?}", ids(&project));
}
