//! `--json`: one document on standard output, whatever happens.

use crate::project::Project;

/// Every command there is, so that a new one has to be here.
#[test]
fn every_command_prints_one_document() {
    let project = Project::with_two_revisions().variable("EDITOR", "true");
    let fine = [
        "init",
        "heads",
        "branches",
        "show head",
        "history",
        "current",
        "status",
        "refs one.id",
        "upgrade",
        "downgrade -1",
        "rehearse",
        "upgrade +1",
        "stamp head",
        "repair",
        "backfill",
        "kept",
        "kept check",
        "kept prune",
        "kept drop --all",
        "guard",
        "backup create",
        "backup list",
        "backup verify",
        "backup restore --into sqlite:///copy.db",
        "backup prune --keep 1",
        "check",
        "lint --fail-on unknown",
        "plan",
        "explain",
        "explain unknown-statement",
        "edit",
        "schema --from database",
        "schema --from history",
        "upgrade --sql",
        "downgrade head:base --sql",
        "revision -m more --rev-id cccc00000003",
        "revision -m other --rev-id dddd00000004 --head bbbb00000002 --splice",
        "merge --rev-id eeee00000005",
        "tour",
        "completions bash",
        "man",
        "man --out pages",
    ];
    for line in fine {
        let ran = project.whimbrel(&format!("{line} --json")).ok();
        let document = ran.json();
        assert_eq!(document["command"], line.split(' ').next().unwrap(), "{line}");
        assert_eq!(document["exit"], 0, "{line}");
        assert!(document["result"].is_object() && document.get("error").is_none(), "{line}: {document:#}");
    }
    let help = project.whimbrel("--help").ok().stdout();
    let listed = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    for command in listed.lines().filter_map(|line| line.strip_prefix("  ")?.split_once(' ')).map(|(word, _)| word) {
        assert!(command.is_empty() || fine.iter().any(|line| line.starts_with(command)), "`{command}` is not tried");
    }
}

#[test]
fn every_failure_is_one_document_too() {
    let project = Project::with_two_revisions();
    project.whimbrel("upgrade").ok();
    project.write("broken/whimbrel.toml", "[migrations]\nfoldr = 1\n");
    project.write("models/models.py", "from sqlmodel import SQLModel\nclass A(\n");
    project.write("models/whimbrel.toml", "[models]\npaths = [\"models.py\"]\n");
    project.sql("CREATE TABLE beside (id INTEGER)");
    project.revision("cccc00000003", "bbbb00000002", "CREATE TABLE three (id INTEGER PRIMARY KEY)");
    let wrong = [
        ("frobnicate", 2, "", "usage"),
        ("upgrade --wait long", 2, "", "usage"),
        ("downgrade", 2, "", "usage"),
        ("schema --engine oracle", 2, "", "usage"),
        ("show zzzz", 2, "show", "target"),
        ("merge", 2, "merge", "nothing-to-merge"),
        ("heads --config broken/whimbrel.toml", 2, "heads", "config"),
        ("heads --config missing.toml", 2, "heads", "config"),
        ("schema --config models/whimbrel.toml", 2, "schema", "undecided"),
        ("current --env nowhere", 2, "current", "no-environment"),
        ("current --url nonsense", 2, "current", "bad-url"),
        ("upgrade", 3, "upgrade", "drift"),
        ("upgrade --url sqlite:///no/such/app.db", 4, "upgrade", "connection"),
        ("guard install", 2, "guard", "guard"),
        ("init --models nowhere.py", 2, "init", "exists"),
    ];
    for (line, exit, command, code) in wrong {
        let ran = project.whimbrel(&format!("{line} --json"));
        let document = ran.json();
        assert_eq!((ran.exit(), &document["exit"]), (exit, &serde_json::json!(exit)), "{line}");
        assert_eq!(document["command"], command, "{line}");
        assert_eq!(document["error"]["code"], code, "{line}: {document:#}");
        assert!(document.get("result").is_none(), "{line}");
        let reports = document["error"]["reports"].as_array().unwrap();
        assert_eq!(reports.last().unwrap()["message"], document["error"]["message"], "{line}");
        assert!(document["error"]["next"].is_array(), "{line}");
        assert!(!ran.stderr().is_empty(), "a person reads it too: {line}");
    }
    // Differences are a result, not a failure.
    let differences = project.whimbrel("check --json");
    assert_eq!((differences.exit(), &differences.json()["exit"]), (1, &serde_json::json!(1)));
    // Help was asked for, and is given as it is.
    assert!(project.whimbrel("upgrade --json --help").ok().stdout().starts_with("Apply revisions"));
}
