//! What a protected environment was shown, and what of it does not count: keys, ages, kills in the middle, and the ways to
//! show everything in one command.

use std::thread::sleep;
use std::time::{Duration, Instant};

use whimbrel_acceptance::{database, server};

use crate::postgres::{execute, fresh_database};
use crate::project::{Project, Ran};

const TOML: &str = "[environments.production]\nurl = \"sqlite:///app.db\"\nprotected = true\n";

/// The secret of RFC 8032, section 7.1, test 1, and its public half; and another secret.
const KEY: &str = "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g";
const PUBLIC: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
const ANOTHER: &str = "MC4CAQAwBQYDK2VwBCIEIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH";

/// A protected database with rows, and a revision that is pending.
fn project(more: &str) -> Project {
    let project = Project::new();
    project.write("whimbrel.toml", TOML);
    project.revision("aaaa00000001", "none", "CREATE TABLE one (id INTEGER PRIMARY KEY)");
    project.whimbrel("upgrade").ok();
    project.sql("INSERT INTO one VALUES (1), (2)");
    project.revision("bbbb00000002", "aaaa00000001", "CREATE TABLE two (id INTEGER PRIMARY KEY)");
    project.write("whimbrel.toml", &format!("{TOML}{more}"));
    project
}

fn refused(ran: &Ran, code: &str, why: &str) {
    let said = ran.stderr();
    assert!(ran.exit() == 3 && said.contains(&format!("error[{code}]")) && said.contains(why), "{}", ran.screen());
    assert!(said.contains("nothing was changed"), "{said}");
}

/// Where the last rehearsal lies.
fn newest(project: &Project) -> String {
    let shelf = ".whimbrel/rehearsals";
    format!("{shelf}/{}", project.list(shelf).into_iter().next_back().unwrap())
}

#[test]
fn who_applies_needs_the_public_key_alone() {
    let project = project("");
    let with = |settings: &str| project.write("whimbrel.toml", &format!("{TOML}\n[rehearse]\n{settings}"));
    // Where nobody signs, nobody is believed.
    project.whimbrel("rehearse head").ok();
    with(&format!("public_key = \"{PUBLIC}\"\n"));
    refused(&project.whimbrel("upgrade"), "unsigned-rehearsal", "it is not signed, and a key is configured");
    refused(&project.whimbrel("upgrade --prove"), "unsigned-rehearsal", "the key that signs is elsewhere");
    // By somebody else.
    project.write("another.pem", ANOTHER);
    with("key = \"file:another.pem\"\n");
    project.whimbrel("rehearse head").ok();
    with(&format!("public_key = \"{PUBLIC}\"\n"));
    refused(&project.whimbrel("upgrade"), "unsigned-rehearsal", "it is signed with another key than is configured");
    with(&format!("public_key = \"{PUBLIC}\"\nkey = \"file:another.pem\"\n"));
    let wrong = project.whimbrel("rehearse head");
    assert!(wrong.exit() == 2 && wrong.stderr().contains("the public half of another key"), "{}", wrong.screen());
    // Where the key is.
    project.write("ours.pem", KEY);
    with(&format!("public_key = \"{PUBLIC}\"\nkey = \"file:ours.pem\"\n"));
    project.whimbrel("rehearse head").ok();
    std::fs::remove_file(project.path("ours.pem")).unwrap();
    let pem = format!("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA{PUBLIC}\n-----END PUBLIC KEY-----\n");
    project.write("public.pem", &pem);
    with("public_key = \"file:public.pem\"\n");
    let receipt = format!("{}/receipt.json", newest(&project));
    let signed = project.read(&receipt);
    let told = signed.replace("\"broken_queries\": 0", "\"broken_queries\": 1");
    assert_ne!(told, signed);
    project.write(&receipt, &told);
    refused(&project.whimbrel("upgrade"), "unsigned-rehearsal", "it says something else than was signed");
    project.write(&receipt, &signed);
    project.whimbrel("upgrade").ok();
}

#[test]
fn a_key_that_is_none_is_told() {
    let project = project("\n[rehearse]\npublic_key = \"file:public.pem\"\n");
    for (text, why) in [
        (None, "`public.pem` cannot be read"),
        (Some("bm8="), "it is no public Ed25519 key"),
        (Some("-----BEGIN PRIVATE KEY-----\nbm8=\n-----END PRIVATE KEY-----\n"), "it is a private key"),
    ] {
        if let Some(text) = text {
            project.write("public.pem", text);
        }
        let ran = project.whimbrel("upgrade");
        let said = ran.stderr();
        assert!(ran.exit() == 2 && said.contains("error[no-key]") && said.contains(why), "{}", ran.screen());
        assert!(said.contains("`public_key` under `[rehearse]`"), "{said}");
    }
}

#[test]
fn what_is_too_old_does_not_count() {
    let project = project("\n[protect]\nbackup_age = \"0s\"\n");
    project.whimbrel("rehearse head").ok();
    refused(&project.whimbrel("upgrade"), "no-proved-backup", "old: at most");
    project.write("whimbrel.toml", &format!("{TOML}\n[protect]\nrehearsal_age = \"0s\"\n"));
    refused(&project.whimbrel("upgrade"), "stale-rehearsal", "which is too old");
    project.write("whimbrel.toml", TOML);
    project.whimbrel("upgrade").ok();
}

#[test]
fn a_run_that_was_killed_goes_on_under_the_receipt_that_let_it_through() {
    let project = project("");
    let slow = "INSERT INTO note SELECT count(*) > 0 FROM (WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c \
                WHERE i < (SELECT max(id) FROM one)) SELECT i FROM c)";
    let steps = format!(
        "-- transaction: none\nCREATE TABLE note (id integer);\n-- transaction: none\n{slow};\n-- transaction: none\n\
         CREATE INDEX ix_note ON note (id);"
    );
    project.revision_of("cccc00000003", "bbbb00000002", "in steps", &steps, "DROP TABLE note;");
    project.revision("dddd00000004", "cccc00000003", "CREATE TABLE last (id INTEGER PRIMARY KEY)");
    project.whimbrel("rehearse head").ok();
    // Where it counts, it takes for ever.
    project.sql("INSERT INTO one VALUES (2000000000)");
    let running = project.start("upgrade --without-review looked-at");
    let url = format!("sqlite:///{}", project.path("app.db").display());
    let begun = "SELECT 1 FROM whimbrel_ledger_statement WHERE outcome = 'done' AND ordinal = 1";
    let deadline = Instant::now() + Duration::from_secs(60);
    while !database::open(&url).and_then(|mut driver| Ok(driver.query(begun, &[])?)).is_ok_and(|rows| !rows.is_empty())
    {
        assert!(Instant::now() < deadline, "it never began");
        sleep(Duration::from_millis(5));
    }
    running.signal("KILL");
    assert_ne!(running.end().exit(), 0);
    project.sql("DELETE FROM one WHERE id > 2");
    let ended = project.whimbrel("upgrade --without-review looked-at").ok().stdout();
    assert!(ended.contains("dddd"), "{ended}");
    let connection = rusqlite::Connection::open(project.path("app.db")).unwrap();
    let column = |sql: &str| -> Vec<String> {
        let mut statement = connection.prepare(sql).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let shown = "SELECT DISTINCT said FROM whimbrel_ledger_gate WHERE gate = 'rehearsal' AND door = 0 AND event > 1";
    let receipts = column(shown);
    assert!(receipts.len() == 1 && newest(&project).ends_with(&receipts[0]), "{receipts:?}");
    let around = column("SELECT DISTINCT gate FROM whimbrel_ledger_gate WHERE door = 1");
    assert_eq!(around, ["review"]);
    assert_eq!(column("SELECT name FROM sqlite_master WHERE name IN ('two', 'ix_note', 'last') ORDER BY 1").len(), 3);
}

#[test]
fn drift_that_was_accepted_stands_on_the_receipt() {
    let project = project("");
    project.sql("CREATE TABLE stray (id INTEGER PRIMARY KEY)");
    let ran = project.whimbrel("rehearse head");
    refused(&ran, "drift", "table `stray` is not in the history");
    assert!(ran.stderr().contains("--accept-drift \"reason\"   (stands on the receipt)"), "{}", ran.stderr());
    assert!(!project.path("backups").exists(), "nothing was copied for it");
    let document = project.whimbrel("rehearse head --accept-drift \"it is going\" --json").ok().json();
    let accepted = "it is going: table `stray` is not in the history";
    assert_eq!(document["result"]["receipt"]["accepted_drift"], accepted);
    let codes = document["result"]["rehearsal"]["findings"].as_array().unwrap();
    assert!(codes.iter().any(|finding| finding["code"] == "drift-accepted"), "{codes:?}");
    refused(&project.whimbrel("upgrade"), "drift", "stray");
    project.whimbrel("upgrade --accept-drift \"it is going\"").ok();
    // All of it at once.
    project.revision("cccc00000003", "bbbb00000002", "CREATE TABLE three (id INTEGER PRIMARY KEY)");
    let proved = project.whimbrel("upgrade --prove --accept-drift \"it is going\"").ok().stdout();
    assert!(proved.contains("✓ rehearsed") && proved.contains("✓ cccc"), "{proved}");
}

#[test]
fn rehearsals_of_one_second_do_not_share_a_folder() {
    let project = project("");
    for _ in 0..3 {
        project.whimbrel("rehearse head --backup none --without-undo --without-load").ok();
    }
    let found = project.list(".whimbrel/rehearsals");
    assert_eq!(found.len(), 3, "{found:?}");
    for name in found {
        let receipt = project.read(&format!(".whimbrel/rehearsals/{name}/receipt.json"));
        assert!(receipt.contains(&format!("\"id\": \"{name}\"")), "{name}: {receipt}");
    }
}

#[test]
fn a_first_upgrade_that_is_refused_leaves_no_empty_file() {
    let project = Project::new();
    project.write("whimbrel.toml", TOML);
    let text = "-- question: is it meant?\nCREATE TABLE one (id INTEGER PRIMARY KEY);";
    project.revision_of("aaaa00000001", "none", "first", text, "DROP TABLE one;");
    refused(&project.whimbrel("upgrade"), "unreviewed", "is it meant?");
    assert!(!project.path("app.db").exists(), "{:?}", project.list("."));
}

#[test]
fn a_protected_database_is_known_behind_every_kind_of_url() {
    let project = project("");
    project.write("url.txt", "sqlite:///app.db\n");
    project.write("sub/file", "");
    let project = project.variable("PRODUCTION", "sqlite:///app.db");
    for url in ["sqlite:///app.db", "file:url.txt", "env:PRODUCTION", "command:cat url.txt; echo ran >> runs"] {
        project.write("whimbrel.toml", &format!("[environments.production]\nurl = \"{url}\"\nprotected = true\n"));
        for given in ["sqlite:///app.db", "sqlite:///./app.db", "sqlite:///sub/../app.db"] {
            let ran = project.whimbrel(&format!("upgrade --url {given}"));
            refused(&ran, "no-proved-backup", "production is protected");
        }
        // What is another database is not kept back.
        project.whimbrel("upgrade aaaa --url sqlite:///other.db").ok();
    }
    let runs = project.read("runs").lines().count();
    assert_eq!(runs, 4, "the command is run once for each of whimbrel's");
}

fn external(project: &Project) {
    // A snapshot that the database's own program makes.
    let create = "cp app.db snapshot-$WHIMBREL_BACKUP_ID.db && echo snapshot-$WHIMBREL_BACKUP_ID.db";
    project.write(
        "whimbrel.toml",
        &format!(
            "{TOML}\n[backup]\nscope = \"external\"\ncreate = \"{create}\"\nverify = \"test -s \
             $WHIMBREL_BACKUP_REFERENCE\"\n"
        ),
    );
}

#[test]
fn the_whole_way_goes_by_a_command_that_makes_the_backups() {
    let project = project("");
    external(&project);
    let proved = project.whimbrel("upgrade --prove").ok().stdout();
    for stage in ["history", "review", "backup", "verified", "copied", "rehearsed", "bbbb"] {
        assert!(proved.contains(&format!("✓ {stage}")), "{stage}: {proved}");
    }
    assert!(proved.contains("by your command: snapshot-"), "{proved}");
    // On a copy that was made of such a backup.
    project.revision("cccc00000003", "bbbb00000002", "CREATE TABLE three (id INTEGER PRIMARY KEY)");
    std::fs::copy(project.path("app.db"), project.path("copy.db")).unwrap();
    let proved = project.whimbrel("upgrade --prove --on sqlite:///copy.db").ok().stdout();
    assert!(proved.contains("✓ rehearsed") && proved.contains("✓ cccc"), "{proved}");
    project.revision("dddd00000004", "cccc00000003", "CREATE TABLE four (id INTEGER PRIMARY KEY)");
    refused(&project.whimbrel("upgrade --prove --on sqlite:///app.db"), "not-a-copy", "the database itself");
    // One that its own command does not believe.
    let toml = project.read("whimbrel.toml");
    project.write("whimbrel.toml", &toml.replace("test -s", "test -d"));
    let ran = project.whimbrel("upgrade --prove");
    assert!(ran.exit() > 2 && ran.stderr().contains("test -d"), "{}", ran.screen());
    // Nobody can say whether it is good.
    project.write(
        "whimbrel.toml",
        &toml.lines().filter(|line| !line.starts_with("verify")).collect::<Vec<_>>().join("\n"),
    );
    let ran = project.whimbrel("upgrade --prove");
    assert!(ran.exit() == 2 && ran.stderr().contains("set `verify` under `[backup]`"), "{}", ran.screen());
    let at = project.whimbrel("current").ok().stdout();
    assert!(at.contains("cccc"), "{at}");
}

#[test]
fn the_whole_way_refuses_what_it_cannot_show_and_names_what_works() {
    let project = project("");
    let ran = project.whimbrel("upgrade --prove --on sqlite:///copy.db");
    assert!(ran.exit() == 2 && ran.stderr().contains("proves no backup"), "{}", ran.screen());
    assert!(ran.stderr().contains("whimbrel upgrade head --prove"), "{}", ran.stderr());
    let ran = project.whimbrel("upgrade --prove --scratch-server");
    assert!(ran.exit() == 2 && ran.stderr().contains("no server to start for it"), "{}", ran.screen());
    for alone in ["--on sqlite:///copy.db", "--scratch-server", "--identity file"] {
        assert_eq!(project.whimbrel(&format!("upgrade {alone}")).exit(), 2, "{alone} says nothing without --prove");
    }
    // What is sent away is not here to be restored, until somebody unpacks it.
    project.write("whimbrel.toml", &format!("{TOML}\n[backup]\nstream = \"cat > sent.tar\"\n"));
    let ran = project.whimbrel("upgrade --prove");
    refused(&ran, "no-copy", "backups are sent away here (`stream`)");
    for next in ["whimbrel backup create   (then unpack what arrives, in `backups`)", "whimbrel upgrade head --prove"] {
        assert!(ran.stderr().contains(next), "{}", ran.stderr());
    }
    project.whimbrel("backup create").ok();
    std::fs::create_dir_all(project.path("backups")).unwrap();
    let unpacked = std::process::Command::new("tar")
        .args(["-xf", "sent.tar", "-C", "backups"])
        .current_dir(project.path("."))
        .status()
        .unwrap();
    assert!(unpacked.success());
    let proved = project.whimbrel("upgrade --prove").ok().stdout();
    assert!(proved.contains("✓ restored") && proved.contains("✓ bbbb"), "{proved}");
}

#[test]
fn the_whole_way_goes_over_a_server_of_its_own() {
    if server::installed().is_empty() && server::may_be_missing() {
        return;
    }
    let Some(url) = fresh_database() else { return };
    let project = Project::new();
    project.write("whimbrel.toml", &format!("[environments.production]\nurl = \"{url}\"\nprotected = true\n"));
    project.revision("aaaa00000001", "none", "CREATE TABLE one (id INTEGER PRIMARY KEY)");
    project.whimbrel("upgrade").ok();
    execute(&url, "INSERT INTO one VALUES (1), (2)");
    project.revision("bbbb00000002", "aaaa00000001", "CREATE TABLE two (id INTEGER PRIMARY KEY)");
    let proved = project.whimbrel("upgrade --prove --scratch-server").ok().stdout();
    assert!(proved.contains("on a server of its own") && proved.contains("✓ bbbb"), "{proved}");
}
