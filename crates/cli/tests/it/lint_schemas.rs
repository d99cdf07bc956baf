//! What programs get from `whimbrel lint`, held to what those who read it say of their formats.

use std::collections::BTreeMap;

use roxmltree::{Document, Node};
use serde_json::{Value, json};

use crate::json_schema::problems;
use crate::project::Project;

/// Whatever has a meaning in one of the formats: in names, in texts, in reasons and in the file's own name.
const NASTY: &str = "a%0A,b:c & \"d\" <e>.sql";
const SQL: &str = "CREATE TABLE \"100%, a:b <c> & 'd' \u{1}\u{1f426}\" (id bigint PRIMARY KEY, \"ü\"\"]]>\" text);\n\
    -- whimbrel: allow index-blocks-writes, because \"50%\" of <it> is, & stays: small\n\
    CREATE INDEX i ON email (subject);\n\
    ALTER TABLE \"100%, a:b\r\n::error::<c>]]>\" DROP COLUMN \"x::y\", ADD CONSTRAINT c\n  CHECK (id > 0);\n\
    -- whimbrel: allow nothing-such, because x\n\
    ALTER TABLE email ALTER COLUMN subject SET NOT NULL;\n\
    UPDATE email SET a = '\u{7}\u{fffe}';\n\
    DO $$ BEGIN END $$;\nno SQL;\n";

fn projects() -> Vec<(Project, String)> {
    let nasty = Project::new();
    nasty.write(NASTY, SQL);
    nasty.write("list", "");
    let clean = Project::new();
    clean.write("empty/V1__a.sql", "");
    clean.write("empty/V2__b.sql", "CREATE TABLE a (id bigint PRIMARY KEY);\n");
    let fixable = Project::new();
    fixable.write("db/V1__a.sql", "CREATE TABLE email (id bigint PRIMARY KEY, subject text);\n");
    fixable.write("db/V2__b.sql", "CREATE INDEX ix ON email (subject);\nALTER TABLE email ADD CHECK (id > 0);\n");
    vec![
        (nasty, ". --engine postgres".into()),
        (clean, "empty --engine sqlite".into()),
        (fixable, "db --engine postgres".into()),
    ]
}

/// OASIS's schema, without its descriptions: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/>
#[test]
fn sarif_is_what_its_schema_says() {
    let schema: Value = serde_json::from_str(include_str!("../schemas/sarif-2.1.0.json")).unwrap();
    let mut results = 0;
    for (project, arguments) in projects() {
        let log: Value =
            serde_json::from_str(&project.whimbrel(&format!("lint {arguments} --format sarif")).stdout()).unwrap();
        assert_eq!(problems(&log, &schema), Vec::<String>::new(), "{arguments}");
        results += log["runs"][0]["results"].as_array().unwrap().len();
        // What the schema cannot say: a result's rule is the one at its index, and a place is within the file.
        for result in log["runs"][0]["results"].as_array().unwrap() {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(log["runs"][0]["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
        }
        let mut broken = log.clone();
        broken["runs"][0]["results"] = json!([{ "message": "no object" }]);
        assert!(!problems(&broken, &schema).is_empty(), "nothing is held to the schema");
    }
    assert!(results > 6, "only {results} results");
}

/// <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>
#[test]
fn gitlab_finds_every_key_that_it_needs() {
    let schema = json!({
        "type": "array",
        "items": {
            "type": "object",
            "required": ["description", "check_name", "fingerprint", "severity", "location"],
            "additionalProperties": false,
            "properties": {
                "description": { "type": "string", "pattern": "." },
                "check_name": { "type": "string", "pattern": "^[a-z0-9-]+$" },
                "fingerprint": { "type": "string", "pattern": "^[0-9a-f]{32,}$" },
                "severity": { "enum": ["info", "minor", "major", "critical", "blocker"] },
                "location": {
                    "type": "object",
                    "required": ["path", "lines"],
                    "additionalProperties": false,
                    "properties": {
                        // From the root of the repository, without `./`.
                        "path": { "type": "string", "pattern": "^[^./]" },
                        "lines": {
                            "type": "object",
                            "required": ["begin"],
                            "additionalProperties": false,
                            "properties": { "begin": { "type": "integer", "minimum": 1 }, "end": { "type": "integer", "minimum": 1 } }
                        }
                    }
                }
            }
        }
    });
    let mut all = 0;
    for (project, arguments) in projects() {
        let issues = project.whimbrel(&format!("lint {arguments} --format gitlab")).stdout();
        let issues: Value = serde_json::from_str(&issues).unwrap();
        assert_eq!(problems(&issues, &schema), Vec::<String>::new(), "{arguments}");
        let issues = issues.as_array().unwrap();
        all += issues.len();
        let mut prints: Vec<&str> = issues.iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
        prints.sort_unstable();
        prints.dedup();
        assert_eq!(prints.len(), issues.len(), "GitLab shows only one issue of a fingerprint");
    }
    assert!(all > 6, "only {all} issues");
}

/// As GitHub's runner reads a line: `::command name=value,name=value::text`.
fn read_as_the_runner_does(line: &str) -> (String, BTreeMap<String, String>, String) {
    let (head, text) =
        line.strip_prefix("::").and_then(|line| line.split_once("::")).unwrap_or_else(|| panic!("{line}"));
    let (command, properties) = head.split_once(' ').unwrap_or((head, ""));
    let data = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
    let property = |text: &str| {
        text.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":").replace("%2C", ",").replace("%25", "%")
    };
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or_else(|| panic!("{line}"));
        (name.to_string(), property(value))
    };
    (command.to_string(), properties.split(',').map(pair).collect(), data(text))
}

/// <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>
#[test]
fn github_reads_back_what_was_found() {
    let mut all = 0;
    for (project, arguments) in projects() {
        let text = project.whimbrel(&format!("lint {arguments} --format github")).stdout();
        let document = project.whimbrel(&format!("lint {arguments} --format json")).json();
        let mut expected = Vec::new();
        for file in document["result"]["files"].as_array().unwrap() {
            let of_statements =
                file["statements"].as_array().unwrap().iter().flat_map(|it| it["findings"].as_array().unwrap());
            for finding in of_statements.chain(file["findings"].as_array().into_iter().flatten()) {
                expected.push((
                    file["file"].as_str().unwrap().to_string(),
                    finding["place"]["line"].to_string(),
                    format!(
                        "{}[{}]",
                        finding["severity"].as_str().unwrap().replace('_', "-"),
                        finding["rule"].as_str().unwrap()
                    ),
                    finding["message"].as_str().unwrap().to_string(),
                ));
            }
        }
        let mut told = Vec::new();
        for line in text.lines() {
            let (command, properties, message) = read_as_the_runner_does(line);
            assert!(["notice", "warning", "error"].contains(&command.as_str()), "{line}");
            let known = ["file", "line", "endLine", "col", "endColumn", "title"];
            assert!(properties.keys().all(|name| known.contains(&name.as_str())), "{properties:?}");
            assert!(message.starts_with(|c: char| c.is_alphanumeric() || c == '`'), "{message}");
            let property = |name: &str| properties[name].clone();
            told.push((property("file"), property("line"), property("title"), message));
        }
        assert_eq!(told.len(), expected.len(), "{text}");
        for (file, line, title, message) in expected {
            let is_it = |it: &&(String, String, String, String)| {
                (&it.0, &it.1, &it.2) == (&file, &line, &title) && it.3.starts_with(&message)
            };
            assert!(told.iter().any(|it| is_it(&it)), "{file}:{line} {title} {message:?} is not in\n{told:#?}");
            all += 1;
        }
    }
    assert!(all > 6, "only {all} findings");
}

/// An element as the schema that Jenkins publishes for JUnit's XML has it (`junit-10.xsd` of its xUnit plugin).
struct Element {
    name: &'static str,
    may_have: &'static [&'static str],
    must_have: &'static [&'static str],
    children: &'static [&'static str],
}

const fn element(
    name: &'static str,
    may_have: &'static [&'static str],
    must_have: &'static [&'static str],
    children: &'static [&'static str],
) -> Element {
    Element { name, may_have, must_have, children }
}

const JUNIT: [Element; 8] = [
    element("testsuites", &["name", "time", "tests", "failures", "errors", "disabled"], &[], &["testsuite"]),
    element(
        "testsuite",
        &[
            "name",
            "tests",
            "failures",
            "errors",
            "group",
            "time",
            "skipped",
            "timestamp",
            "hostname",
            "id",
            "package",
            "file",
            "log",
            "url",
            "version",
        ],
        &["name"],
        &["testsuite", "properties", "testcase", "system-out", "system-err"],
    ),
    element(
        "testcase",
        &["name", "time", "classname", "group"],
        &["name"],
        &["skipped", "error", "failure", "system-out", "system-err"],
    ),
    element("failure", &["type", "message"], &[], &[]),
    element("error", &["type", "message"], &[], &[]),
    element("skipped", &["type", "message"], &[], &[]),
    element("system-out", &[], &[], &[]),
    element("system-err", &[], &[], &[]),
];

fn hold(node: Node<'_, '_>) {
    let name = node.tag_name().name();
    let element = JUNIT.iter().find(|element| element.name == name).unwrap_or_else(|| panic!("<{name}>"));
    assert!(node.attributes().all(|attribute| element.may_have.contains(&attribute.name())), "{node:?}");
    assert!(element.must_have.iter().all(|attribute| node.has_attribute(*attribute)), "{node:?}");
    for child in node.children().filter(Node::is_element) {
        assert!(element.children.contains(&child.tag_name().name()), "<{}> in <{name}>", child.tag_name().name());
        hold(child);
    }
    let mixed = ["failure", "error", "skipped", "system-out", "system-err"].contains(&name);
    let text = node.children().filter(Node::is_text).any(|text| !text.text().unwrap_or_default().trim().is_empty());
    assert!(mixed || !text, "text in <{name}>");
}

#[test]
fn junit_is_what_jenkins_says() {
    let mut all = 0;
    for (project, arguments) in projects() {
        let text = project.whimbrel(&format!("lint {arguments} --format junit")).stdout();
        let document = Document::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let root = document.root_element();
        assert_eq!(root.tag_name().name(), "testsuites");
        hold(root);
        let number = |node: Node<'_, '_>, name: &str| node.attribute(name).unwrap().parse::<usize>().unwrap();
        let count = |node: Node<'_, '_>, name: &str| node.descendants().filter(|it| it.has_tag_name(name)).count();
        for node in root.descendants().filter(|node| node.has_tag_name("testsuite") || node.has_tag_name("testsuites"))
        {
            assert_eq!(number(node, "tests"), count(node, "testcase"));
            let failed = node
                .descendants()
                .filter(|it| it.has_tag_name("testcase") && it.children().any(|it| it.has_tag_name("failure")));
            assert_eq!(number(node, "failures"), failed.count());
        }
        all += count(root, "testcase");
    }
    assert!(all > 6, "only {all} tests");
}
