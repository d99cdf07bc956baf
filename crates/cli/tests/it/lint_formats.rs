//! What programs get from `whimbrel lint`, one format after the other.

use insta::assert_snapshot;
use serde_json::Value;

use crate::project::Project;

/// One finding that stands, one that is accepted.
fn project() -> Project {
    let project = Project::with_rules(&["index-blocks-writes"]);
    project.write(
        "a b.sql",
        "CREATE INDEX ix_a\n  ON a (id);\n\n\
         -- whimbrel: allow index-blocks-writes, because `b` is \"small\"\nCREATE INDEX ix_b ON b (id);\n",
    );
    project
}

#[test]
fn github_shows_findings_on_lines() {
    let ran = project().whimbrel("lint \"a b.sql\" --format github");
    assert_eq!(ran.exit(), 1);
    assert_snapshot!(ran.stdout(), @"::warning file=a b.sql,line=1,endLine=2,title=care[index-blocks-writes]::creating index `ix_a` blocks every write to `a` while it builds%0Atakes SHARE on `a`, reads all of it and builds an index%0Ahere: the size of `a` is unknown, so the worst is assumed; --url tells%0Asafe way: build it CONCURRENTLY, in a revision of its own, outside a transaction. No fix is offered: `a` is not known from these files, and if it is partitioned, PostgreSQL builds nothing CONCURRENTLY on it; --url tells%0Amore: whimbrel explain index-blocks-writes");
}

#[test]
fn gitlab_gets_one_issue_for_each_finding() {
    let text = project().whimbrel("lint \"a b.sql\" --format gitlab").stdout();
    let issues: Value = serde_json::from_str(&text).unwrap();
    let issue = &issues[0];
    assert_eq!(issues.as_array().unwrap().len(), 1);
    assert_eq!(issue["check_name"], "index-blocks-writes");
    assert_eq!(issue["severity"], "minor");
    assert_eq!(issue["location"], serde_json::json!({ "path": "a b.sql", "lines": { "begin": 1, "end": 2 } }));
    let moved = project();
    moved.write("a b.sql", &format!("\n\n{}", moved.read("a b.sql")));
    let moved: Value = serde_json::from_str(&moved.whimbrel("lint \"a b.sql\" --format gitlab").stdout()).unwrap();
    assert_eq!(moved[0]["fingerprint"], issue["fingerprint"], "a finding that moved is the same");
}

#[test]
fn junit_has_a_test_for_each_statement() {
    let project = project();
    assert_snapshot!(project.whimbrel("lint \"a b.sql\" --format junit").stdout(), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="whimbrel lint" tests="2" failures="1" errors="0">
      <testsuite name="a b.sql" tests="2" failures="1" errors="0" skipped="0">
        <testcase classname="a b.sql" name="line 1: CREATE INDEX ix_a">
          <failure type="index-blocks-writes" message="creating index `ix_a` blocks every write to `a` while it builds">care[index-blocks-writes]: creating index `ix_a` blocks every write to `a` while it builds&#10;takes SHARE on `a`, reads all of it and builds an index&#10;here: the size of `a` is unknown, so the worst is assumed; --url tells&#10;safe way: build it CONCURRENTLY, in a revision of its own, outside a transaction. No fix is offered: `a` is not known from these files, and if it is partitioned, PostgreSQL builds nothing CONCURRENTLY on it; --url tells&#10;more: whimbrel explain index-blocks-writes</failure>
        </testcase>
        <testcase classname="a b.sql" name="line 5: CREATE INDEX ix_b ON b (id)"/>
      </testsuite>
    </testsuites>
    "#);
    let passed = project.whimbrel("lint \"a b.sql\" --format junit --fail-on breaking").ok().stdout();
    assert!(passed.contains("failures=\"0\"") && passed.contains("<system-out>care[index"), "{passed}");
}

#[test]
fn sarif_has_rules_places_and_what_was_accepted() {
    let text = project().whimbrel("lint \"a b.sql\" --format sarif").stdout();
    let log: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 2);
    for result in results {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        let location = &result["locations"][0]["physicalLocation"];
        assert_eq!(location["artifactLocation"]["uri"], "a%20b.sql");
    }
    assert_snapshot!(format!("{:#}", results[0]["locations"][0]["physicalLocation"]["region"]), @r#"
    {
      "byteLength": 29,
      "byteOffset": 0,
      "endColumn": 12,
      "endLine": 2,
      "startColumn": 1,
      "startLine": 1
    }
    "#);
    assert_eq!(results[1]["suppressions"][0]["justification"], "`b` is \"small\"");
    assert!(results[0].get("suppressions").is_none());
}

/// Readers of SARIF refuse a log with a `null` in it, whatever it is of.
#[test]
fn nothing_in_sarif_is_null() {
    fn nulls(value: &Value, at: &str) -> Vec<String> {
        match value {
            Value::Null => vec![at.to_string()],
            Value::Array(items) => {
                (items.iter().enumerate()).flat_map(|(n, it)| nulls(it, &format!("{at}/{n}"))).collect()
            }
            Value::Object(fields) => fields.iter().flat_map(|(key, it)| nulls(it, &format!("{at}/{key}"))).collect(),
            Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
        }
    }
    let project = Project::new();
    let slips =
        "-- whimbrel: allow nothing-such, because x\nSELECT 1;\n-- whimbrel: alow\nDO $$ BEGIN END $$;\nno SQL;\n";
    project.write("a.sql", slips);
    for engine in ["postgres", "sqlite", "mysql"] {
        let log = project.whimbrel(&format!("lint a.sql --engine {engine} --format sarif")).stdout();
        let log: Value = serde_json::from_str(&log).unwrap();
        assert!(!log["runs"][0]["results"].as_array().unwrap().is_empty());
        assert_eq!(nulls(&log, ""), Vec::<String>::new(), "{engine}");
    }
}

#[test]
fn json_is_one_document_with_everything() {
    let project = project();
    let ran = project.whimbrel("lint \"a b.sql\" --format json");
    let document = ran.json();
    assert_eq!(document, project.whimbrel("lint \"a b.sql\" --json").json());
    assert_eq!((document["command"].as_str(), document["exit"].as_i64()), (Some("lint"), Some(1)));
    let statements = &document["result"]["files"][0]["statements"];
    let first = &statements[0];
    assert_eq!(first["verdict"], "care");
    assert_eq!(first["place"]["line"], 1);
    assert_eq!((first["place"]["start"].as_i64(), first["place"]["end"].as_i64()), (Some(0), Some(29)));
    let touch = &first["touches"][0];
    assert_eq!(
        (&touch["relation"], &touch["lock"], &touch["blocks"]),
        (&"a".into(), &"SHARE".into(), &"writes".into())
    );
    assert_eq!(touch["work"], serde_json::json!(["build_index"]));
    assert_eq!(first["findings"][0]["rule"], "index-blocks-writes");
    // That somebody accepts a danger does not make it none.
    assert_eq!(statements[1]["verdict"], "care");
    assert_eq!(statements[1]["accepted"][0]["reason"], "`b` is \"small\"");
    let failed = project.whimbrel("lint missing.sql --format json");
    assert_eq!(failed.json()["error"]["code"], "unreadable");
}
