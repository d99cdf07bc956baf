use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use insta::assert_snapshot;
use whimbrel_acceptance::server;
use whimbrel_run::rehearse::PublicKey;

use crate::postgres::{execute, fresh_database, rows};
use crate::project::Project;

/// One table with rows, and a revision that is pending.
fn project(upgrade: &str, downgrade: &str) -> Project {
    let project = Project::with_revisions(&[]);
    filled(&project);
    project.sql("INSERT INTO email VALUES (1, 'a', 3), (2, 'b', 4)");
    project.revision_of("bbbb00000002", "aaaa00000001", "second", upgrade, downgrade);
    project
}

fn filled(project: &Project) {
    let table = "CREATE TABLE email (id INTEGER PRIMARY KEY, subject VARCHAR(50) NOT NULL, size INTEGER);\n\
                 CREATE INDEX ix_email_subject ON email (subject);";
    project.revision_of("aaaa00000001", "none", "first", table, "DROP TABLE email;");
    project.whimbrel("upgrade").ok();
}

/// Everything in `app.db`, as text.
fn contents(project: &Project) -> String {
    let connection = rusqlite::Connection::open(project.path("app.db")).unwrap();
    let mut all = String::new();
    for query in [
        "SELECT group_concat(sql, ';') FROM sqlite_master",
        "SELECT group_concat(id || subject || size) FROM email",
        "SELECT group_concat(seq || revision) FROM whimbrel_ledger",
    ] {
        let text: Option<String> = connection.query_row(query, [], |row| row.get(0)).unwrap();
        all.push_str(&text.unwrap_or_default());
    }
    all
}

fn copies(project: &Project) -> Vec<String> {
    project.list(".").into_iter().filter(|name| name.contains("rehearsal-")).collect()
}

const RENAME: (&str, &str) =
    ("ALTER TABLE email RENAME COLUMN subject TO title;", "ALTER TABLE email RENAME COLUMN title TO subject;");

#[test]
fn what_breaks_old_code_is_told_and_the_database_is_left_alone() {
    let project = project(RENAME.0, RENAME.1);
    project.write("queries/inbox.sql", "SELECT id FROM email WHERE subject = :subject;\n\nSELECT size FROM email;\n");
    let before = contents(&project);
    let ran = project.whimbrel("rehearse --queries queries --markdown page.md --without-load");
    let mut screen = ran.screen();
    for (pattern, word) in [
        (r"\d+\.(\d ms|\[duration\])", "[duration]"),
        (r"\d{4}-\d\d-\d\d-\d{6}(-\w+)?", "[id]"),
        (r"\d+ (tables|rows)\b", "[n] $1"),
        (r"  +(\[duration\])", "  $1"),
        (r"(killed  +).*(before|\[duration\] into) statement 1 of bbbb00000002.*", "$1[moment]"),
    ] {
        screen = regex::Regex::new(pattern).unwrap().replace_all(&screen, word).into_owned();
    }
    assert_snapshot!(screen, @r"
    exit 1
    dev · SQLite [version], app.db

      ✓  copy     backup [id], restored: [n] tables ([n] rows), each equal by row count and hash  [duration]
      ✓  ran      1 revision, 1 statement, longest lock [duration]  [duration]
      ✓  rows     1 table as they were
      ✓  undone   schema and rows are what they were  [duration]
      ✓  killed   [moment]
      ✗  queries  2 queries in 2 states: 1 break, longest wait [duration]

    broken[query-breaks]: `queries/inbox.sql:1` (old code) fails after bbbb00000002: no such column: subject
    receipt  .whimbrel/rehearsals/[id]/receipt.json  (not signed: no `key` under `[rehearse]`)
    next     correct it, then: whimbrel rehearse heads
    ── stderr ──
    there is no backup of this database; one is made in `backups`
    ");
    assert_eq!(contents(&project), before);
    assert_eq!(copies(&project), [""; 0]);
    let page = project.read("page.md");
    assert!(page.contains("no such column: subject") && page.contains("| `email` | 2 | 2 |"), "{page}");
}

fn backups(project: &Project) -> Vec<String> {
    project.list("backups").into_iter().filter(|name| !name.starts_with('.')).collect()
}

/// `docs/rehearsal.schema.json` names every key that there is.
fn hold_to_schema(document: &serde_json::Value) {
    let schema = serde_json::from_str(include_str!("../../../../docs/rehearsal.schema.json")).unwrap();
    let problems = crate::json_schema::problems(&document["result"], &schema);
    assert!(problems.is_empty(), "{problems:#?}\n{document:#}");
}

/// The backup that a rehearsal's copy came out of, and how it was copied.
fn copied(document: &serde_json::Value) -> (String, String) {
    let receipt = &document["result"]["receipt"];
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_string();
    assert_eq!(receipt["bound"]["backup"]["id"], receipt["copy"]["backup"], "{document:#}");
    (text(&receipt["copy"]["how"]), text(&receipt["copy"]["backup"]))
}

#[test]
fn the_copy_comes_out_of_a_backup_and_proves_it() {
    let project = project("ALTER TABLE email ADD COLUMN flag INTEGER;", "ALTER TABLE email DROP COLUMN flag;");
    let ran = project.whimbrel("rehearse --json").ok();
    assert!(ran.stderr().contains("there is no backup of this database; one is made in `backups`"), "{}", ran.stderr());
    let (how, first) = copied(&ran.json());
    assert_eq!((how.as_str(), backups(&project)), ("restored", vec![first.clone()]));
    let proof: serde_json::Value = serde_json::from_str(&project.read(&format!("backups/{first}/proof.json"))).unwrap();
    let rows = proof["by"]["restore"]["rows"].as_u64();
    assert!(rows >= Some(3) && proof["differences"] == serde_json::json!([]), "{proof:#}");
    project.whimbrel(&format!("backup verify {first}")).ok();

    // As long as it stands for the database, it is the one; what is newer and does not is passed over.
    project.whimbrel("backup create --scope affected").ok();
    let ran = project.whimbrel("rehearse --json").ok();
    assert_eq!((copied(&ran.json()).1, ran.stderr().contains("one is made")), (first.clone(), false));
    let (_, second) = copied(&project.whimbrel("rehearse --backup new --json").ok().json());
    assert!(second > first && copied(&project.whimbrel("rehearse --json").ok().json()).1 == second);
    assert_eq!(copied(&project.whimbrel(&format!("rehearse --backup {first} --json")).ok().json()).1, first);
    let none = project.whimbrel("rehearse --backup none --json").ok().json();
    assert_eq!(copied(&none), ("file".to_string(), "-".to_string()));
    assert_eq!(backups(&project).len(), 3);

    project.sql("CREATE TABLE beside (id INTEGER PRIMARY KEY)");
    let ran = project.whimbrel("rehearse --accept-drift test --json").ok();
    let why = format!("the backup `{second}` does not stand for the database as it is now: the schema is another one");
    assert!(ran.stderr().contains(&why), "{}", ran.stderr());
    project.whimbrel("upgrade --accept-drift test").ok();
    let nothing = project.whimbrel("rehearse --json").ok().json();
    assert_eq!(nothing["result"]["rehearsal"]["copy"]["how"], "nothing");
    hold_to_schema(&nothing);
    assert_eq!(backups(&project).len(), 4);
    project.revision_of("cccc00000003", "bbbb00000002", "third", "DROP TABLE email;", "SELECT 1;");
    let refused = project.whimbrel(&format!("rehearse --backup {second}"));
    assert_snapshot!(settled(&refused.screen()), @r"
    exit 3
    ── stderr ──
    error[backup-unfit]: the backup `[id]` does not stand for the database as it is now: the ledger has gone on since it was taken
      next  whimbrel rehearse --backup new
    nothing was changed · exit 3
    ");
}

#[test]
fn a_copy_of_postgres_comes_out_of_a_backup_and_proves_it() {
    let Some(url) = fresh_database() else { return };
    let project = Project::on(&url);
    filled(&project);
    execute(&url, "INSERT INTO email SELECT g, 's' || g, g FROM generate_series(1, 100) g");
    let dropped = ("ALTER TABLE email DROP COLUMN size;", "ALTER TABLE email ADD COLUMN size INTEGER;");
    project.revision_of("bbbb00000002", "aaaa00000001", "second", RENAME.0, RENAME.1);
    project.revision_of("cccc00000003", "bbbb00000002", "third", dropped.0, dropped.1);
    project.write("queries/one.sql", "SELECT id FROM email WHERE subject = %s;\nSELECT nothing FROM email;");
    let broken = project.whimbrel("rehearse --queries queries --json").json();
    hold_to_schema(&broken);
    let (found, text) = (&broken["result"]["rehearsal"], broken.to_string());
    assert!(found["findings"].as_array().is_some_and(|all| all.len() > 2), "{broken:#}");
    for key in ["\"locks\":[{", "\"destroyed\":[{", "\"failed\":{", "\"worked\":{", "\"touches\":[{", "\"passed\":{"] {
        assert!(text.contains(key), "{key} is nowhere, and was held to nothing: {broken:#}");
    }
    let ran = project.whimbrel("rehearse --json").ok();
    let (how, id) = copied(&ran.json());
    let standing = project.whimbrel("backup list --json").ok().json();
    let listed = standing["result"].to_string();
    assert!(how == "restored" && listed.contains(&id) && listed.contains("proved"), "{listed}");
    assert_eq!(copied(&project.whimbrel("rehearse --json").ok().json()).1, id);
    assert_eq!(rows(&url, "SELECT count(*), min(subject) FROM email"), "100 | s1");
}

#[test]
fn a_copy_may_have_a_server_of_its_own() {
    let Some(url) = fresh_database() else { return };
    let project = Project::on(&url);
    // Where the tests are root's, the server runs as another user, who has to come in.
    std::fs::create_dir(project.path("t")).unwrap();
    for (folder, mode) in [(".", 0o755), ("t", 0o777)] {
        std::fs::set_permissions(project.path(folder), std::fs::Permissions::from_mode(mode)).unwrap();
    }
    let temporary = project.path("t").display().to_string();
    let project = project.variable("TMPDIR", &temporary);
    let servers = || project.list("t").into_iter().filter(|name| name.starts_with("whimbrel-server-")).count();
    filled(&project);
    execute(&url, "INSERT INTO email SELECT g, 's' || g, g FROM generate_series(1, 100) g");
    project.revision_of("bbbb00000002", "aaaa00000001", "second", RENAME.0, RENAME.1);
    let document = project.whimbrel("rehearse --scratch-server --json").ok().json();
    let place = document["result"]["rehearsal"]["copy"]["place"].as_str().unwrap().to_string();
    assert!(place.contains("restored on a server of its own") && servers() == 0, "{place}");
    project.revision_of("bbbb00000002", "aaaa00000001", "second", "SELECT pg_sleep(60);", "SELECT 1;");
    let running = project.start("rehearse --scratch-server");
    // From when on something lies in its folder, somebody is there who clears up.
    let is_begun = || {
        let all = project.list("t").into_iter().filter(|name| name.starts_with("whimbrel-server-"));
        all.into_iter().any(|name| !project.list(&format!("t/{name}")).is_empty())
    };
    let begun = Instant::now();
    while !is_begun() && begun.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(is_begun() && servers() == 1);
    running.signal("KILL");
    assert_ne!(running.end().exit(), 0);
    let begun = Instant::now();
    while servers() > 0 && begun.elapsed() < Duration::from_secs(120) {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(servers(), 0, "a server outlived the one that started it");
    project.write("whimbrel.toml", "[environments.dev]\nurl = \"sqlite:///app.db\"\n");
    project.sql("CREATE TABLE email (id INTEGER)");
    let refused = project.whimbrel("rehearse --scratch-server --accept-drift here");
    assert!(refused.exit() == 2 && refused.stderr().contains("no server to start for it"), "{}", refused.stderr());
}

fn settled(text: &str) -> String {
    regex::Regex::new(r"\d{4}-\d\d-\d\d-\d{6}(-\d+)?").unwrap().replace_all(text, "[id]").into_owned()
}

#[test]
fn a_backup_that_is_elsewhere_or_shut_is_told() {
    let project = project("ALTER TABLE email ADD COLUMN flag INTEGER;", "ALTER TABLE email DROP COLUMN flag;");
    let plain = project.read("whimbrel.toml");
    project.append("whimbrel.toml", "\n[backup]\nscope = \"external\"\ncreate = \"echo 1\"\n");
    let ran = project.whimbrel("rehearse --json").ok();
    assert!(ran.stderr().contains("(`scope = \"external\"`): the copy is made without one"), "{}", ran.stderr());
    assert_eq!(copied(&ran.json()).0, "file");
    assert_eq!(project.whimbrel("rehearse --backup new").exit(), 2);
    project.write("whimbrel.toml", &plain);
    let recipient = "age1pl4s05huunh3g9deznm9yuccm6q9n4qxj73p4wflmtxntq5vaswq46eeqx";
    project.append("whimbrel.toml", &format!("\n[backup]\nrecipients = [\"{recipient}\"]\n"));
    let shut = project.whimbrel("rehearse");
    let told = shut.stderr();
    assert!(shut.exit() == 3 && told.contains("no identity is named that opens them"), "{told}");
    assert!(!project.path("backups").exists());
    let identity = "AGE-SECRET-KEY-135DP7DF8PYZAMPJJ6VVN2JSX3RLL3KU2CAA5C5Q3XPUJ55H4WUVQURLAF5\n";
    project.write("identity", identity);
    assert_eq!(copied(&project.whimbrel("rehearse --identity identity --json").ok().json()).0, "restored");
}

#[test]
fn a_receipt_is_bound_and_signed() {
    let project = project("ALTER TABLE email ADD COLUMN flag INTEGER;", "ALTER TABLE email DROP COLUMN flag;");
    project.append("whimbrel.toml", "\n[rehearse]\nkey = \"env:REHEARSAL_KEY\"\n");
    let refused = project.whimbrel("rehearse");
    assert!(refused.exit() == 2 && refused.stderr().contains("`REHEARSAL_KEY` is not set"), "{}", refused.stderr());
    let project = project.variable("REHEARSAL_KEY", "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g");
    let document = project.whimbrel("rehearse --json").ok().json();
    hold_to_schema(&document);
    let receipt: whimbrel_run::rehearse::Receipt =
        serde_json::from_value(document["result"]["receipt"].clone()).unwrap();
    let public = PublicKey::read("11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=").unwrap();
    let other = PublicKey::read("22qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=").unwrap();
    assert_eq!(receipt.signed_by(&public), whimbrel_run::rehearse::Signed::Well);
    assert_eq!(receipt.signed_by(&other), whimbrel_run::rehearse::Signed::ByAnother);
    let mut forged = receipt.clone();
    forged.bound.plan.push('0');
    assert_eq!(forged.signed_by(&public), whimbrel_run::rehearse::Signed::Wrong);
    let file = &document["result"]["rehearsal"]["revisions"][0]["statements"][0]["file"];
    assert_eq!(file, "migrations/bbbb00000002_second.sql", "by its place within the project");
    assert!(receipt.passed && receipt.bound.revisions.len() == 1 && receipt.summary.broken_queries == 0);
    let shelf = whimbrel_run::rehearse::Shelf::at(project.path(".whimbrel/rehearsals"));
    assert_eq!(shelf.newest(&receipt.bound.plan), Some(receipt.clone()));
    let bytes = shelf.rehearsal(&receipt).unwrap();
    assert_eq!(whimbrel_run::rehearse::Shelf::hash(&bytes), receipt.rehearsal);
    // What it was made from and what is read off the database now are one.
    assert_eq!(
        project.whimbrel("rehearse --json").ok().json()["result"]["receipt"]["bound"],
        document["result"]["receipt"]["bound"]
    );
    project.whimbrel("upgrade").ok();
    let screen = project.whimbrel("rehearse").screen();
    assert_snapshot!(screen, @r"
    exit 0
    nothing is pending: there is nothing to rehearse
    dev · SQLite [version], app.db
    ");
}

#[test]
fn tables_without_rows_are_made_by_the_revisions_that_are_applied() {
    if server::installed().is_empty() && server::may_be_missing() {
        return;
    }
    // One of its own: others make and drop scratch databases too.
    let server = server::Server::start(None).unwrap();
    let url = server.fresh_database().unwrap();
    let project = Project::on(&url);
    filled(&project);
    project.revision_of("bbbb00000002", "aaaa00000001", "second", RENAME.0, RENAME.1);
    project.write("app/inbox.py", "def inbox(cursor):\n    cursor.execute('SELECT title FROM email WHERE id = %s')\n");
    project.write("queries/old.sql", "SELECT subject FROM email");
    let document = project.whimbrel("rehearse --schema-only --queries queries --code --json").json();
    let found = &document["result"]["rehearsal"];
    assert_eq!(
        (document["exit"].as_u64(), found["copy"]["how"].as_str()),
        (Some(1), Some("schema_only")),
        "{document:#}"
    );
    let told = found["findings"][0]["message"].as_str().unwrap();
    assert_eq!(told, "`queries/old.sql:1` (old code) fails after bbbb00000002: column \"subject\" does not exist");
    let asked = &found["queries"][1];
    assert_eq!(asked["name"], "app/inbox.py:2");
    assert!(asked["answers"][0]["came"]["failed"].is_object() && asked["answers"][1]["came"]["worked"].is_object());
    let locks = found["revisions"][0]["statements"][0]["reading"]["relations"].to_string();
    assert!(locks.contains("ACCESS EXCLUSIVE"), "{locks}");
    assert_eq!(rows(&url, SCRATCH), "0");
    // One that is killed leaves its database, and the next rehearsal drops it.
    project.revision_of("cccc00000003", "bbbb00000002", "third", "SELECT pg_sleep(30);", "SELECT 1;");
    let running = project.start("rehearse --schema-only");
    let begun = Instant::now();
    let sleeping = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(30)' AND pid <> pg_backend_pid()";
    while rows(&url, sleeping) == "0" && begun.elapsed() < Duration::from_secs(30) {
        std::thread::sleep(Duration::from_millis(20));
    }
    running.signal("KILL");
    assert_ne!(running.end().exit(), 0);
    assert_eq!(rows(&url, SCRATCH), "1");
    std::fs::remove_file(project.path("migrations/cccc00000003_third.sql")).unwrap();
    let deserted = "SELECT count(*) FROM pg_stat_activity WHERE datname LIKE 'whimbrel_scratch%'";
    while rows(&url, deserted) != "0" && begun.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(50));
    }
    let ran = project.whimbrel("rehearse --schema-only");
    assert!(ran.stderr().contains("which a killed run had left behind, is dropped"), "{}", ran.stderr());
    assert_eq!(rows(&url, SCRATCH), "0");
}

const SCRATCH: &str = "SELECT count(*) FROM pg_database WHERE datname LIKE 'whimbrel_scratch%'";

/// Long enough to be stopped in.
const LONG: &str = "CREATE TABLE numbers AS WITH RECURSIVE n(g) AS \
                    (SELECT 1 UNION ALL SELECT g + 1 FROM n WHERE g < 40000000) SELECT count(*) c FROM n;";

#[test]
fn no_copy_is_left_behind_when_it_is_stopped_or_killed() {
    let project = project(LONG, "DROP TABLE numbers;");
    let before = contents(&project);
    for signal in ["INT", "KILL"] {
        let running = project.start("rehearse");
        let begun = Instant::now();
        while copies(&project).is_empty() && begun.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(5));
        }
        std::thread::sleep(Duration::from_millis(300));
        assert_eq!(copies(&project).len(), 1, "{signal}: it was over too early");
        running.signal(signal);
        let ran = running.end();
        assert_ne!(ran.exit(), 0, "{signal}");
        assert_eq!(contents(&project), before, "{signal}");
        if signal == "INT" {
            assert_eq!(copies(&project), [""; 0], "{}", ran.stderr());
        }
    }
    // Nobody could clear up after the second: the next one does.
    assert_eq!(copies(&project).len(), 1);
    let short = "ALTER TABLE email ADD COLUMN flag INTEGER;";
    project.revision_of("bbbb00000002", "aaaa00000001", "second", short, "ALTER TABLE email DROP COLUMN flag;");
    project.whimbrel("rehearse").ok();
    assert_eq!(copies(&project), [""; 0]);
}

#[test]
fn a_copy_that_is_named_must_be_one() {
    let Some(url) = fresh_database() else { return };
    let project = Project::on(&url);
    filled(&project);
    execute(&url, "INSERT INTO email SELECT g, 's' || g, g FROM generate_series(1, 100) g");
    let copy = server::shared(None).unwrap().copy_of(&url).unwrap();
    project.revision_of("bbbb00000002", "aaaa00000001", "second", RENAME.0, RENAME.1);
    let refused = project.whimbrel(&format!("rehearse --on {url}"));
    assert_eq!(refused.exit(), 3);
    assert!(refused.stderr().contains("--on names the database itself"), "{}", refused.stderr());
    project.append("whimbrel.toml", &format!("\n[environments.live]\nurl = \"{copy}\"\nprotected = true\n"));
    let refused = project.whimbrel(&format!("rehearse --env dev --on {copy}&application_name=x"));
    assert!(
        refused.exit() == 3 && refused.stderr().contains("the database of `live`, which is protected"),
        "{}",
        refused.stderr()
    );
    project.write("whimbrel.toml", &format!("[environments.dev]\nurl = \"{url}\"\n"));
    project.write("queries/one.sql", "SELECT id FROM email WHERE subject = %s");
    let ran = project.whimbrel(&format!("rehearse --on {copy} --queries queries"));
    let shown = ran.stdout();
    assert!(ran.exit() == 1 && shown.contains("column \"subject\" does not exist"), "{shown}{}", ran.stderr());
    assert!(shown.contains("the copy stays as the rehearsal left it"), "{shown}");
    assert_eq!(rows(&url, "SELECT count(*), min(subject) FROM email"), "100 | s1");
}
