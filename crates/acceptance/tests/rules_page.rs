//! `docs/rules.md` is written from the rules themselves and from `cases/peers/ids.toml`, which says what other tools call
//! the same. `WHIMBREL_WRITE_DOCS=1` writes it anew.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use serde::Deserialize;
use whimbrel_acceptance::review_case::{Case, read, review};
use whimbrel_acceptance::truth;
use whimbrel_plan::rules::{self, Rule};
use whimbrel_schema::Engine;

/// What one tool's id is to us: the rules of ours, or why there is none.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Peer {
    ours: Vec<String>,
    #[serde(default)]
    why: Option<String>,
}

/// How many ids each tool has, as far as they are published, so that none is left out by a slip.
const COUNTS: [(&str, usize); 8] = [
    ("squawk", 41),
    ("strong_migrations", 35),
    ("eugene", 15),
    ("atlas", 40),
    ("pg-schema-diff", 12),
    ("skeema", 20),
    ("bytebase", 11),
    ("safe-migrate", 26),
];

fn peers() -> BTreeMap<String, BTreeMap<String, Peer>> {
    let text = fs::read_to_string(truth::home().join("cases/peers/ids.toml")).unwrap();
    toml::from_str(&text).unwrap_or_else(|error| panic!("cases/peers/ids.toml: {error}"))
}

fn page() -> PathBuf {
    truth::home().join("../../docs/rules.md")
}

fn one(page: &mut String, rule: &Rule) {
    let engines: Vec<&str> = rule.engines.iter().map(|engine| engine.title()).collect();
    let (on, scales) =
        (if rule.on { "" } else { ", off unless asked for" }, if rule.scales { ", by size" } else { "" });
    let _ = writeln!(page, "### {}\n\n{}{on}{scales} · {}\n", rule.id, rule.severity.word(), engines.join(", "));
    let _ = writeln!(page, "{}.\n\n{}\n\n**Safe way:** {}.\n", sentence(rule.what), rule.why, rule.safe_way);
    let _ = writeln!(page, "```sql\n-- found\n{}\n\n-- safe\n{}\n```\n", rule.example.bad, rule.example.good);
    let fix = if rule.fix.is_some() { "`whimbrel lint --fix` can do it. " } else { "" };
    let sources: Vec<String> = rule.sources.iter().map(|source| format!("<{source}>")).collect();
    let _ = writeln!(page, "{fix}Sources: {}\n", sources.join(", "));
}

/// With a capital letter.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}

fn written() -> String {
    let mut page = String::from(
        "# Rules\n\nWhat Whimbrel knows about dangerous statements. `whimbrel explain RULE` shows the same on the command \
         line.\nThis page is written from the rules; a test holds it to them.\n\n\
         A rule *by size* is advice where the table is known to be small. Accept a finding in the file, with a reason:\n\
         `-- whimbrel: allow RULE, because REASON`.\n\n",
    );
    for rule in rules::all() {
        one(&mut page, rule);
    }
    page.push_str("## What other tools call the same\n\n");
    for (tool, ids) in peers() {
        let _ = writeln!(page, "### Ids of {tool}\n\n| {tool} | here |\n|---|---|");
        for (id, peer) in ids {
            let ours: Vec<String> = peer.ours.iter().map(|rule| format!("[{rule}](#{rule})")).collect();
            let here = peer.why.map_or_else(|| ours.join(", "), |why| format!("none: {why}"));
            let _ = writeln!(page, "| `{id}` | {here} |");
        }
        page.push('\n');
    }
    page.truncate(page.trim_end().len());
    page.push('\n');
    page
}

#[test]
fn every_id_of_other_tools_is_one_of_ours_or_there_is_a_reason() {
    let peers = peers();
    for (tool, count) in COUNTS {
        assert_eq!(peers.get(tool).map(BTreeMap::len), Some(count), "{tool} has another number of ids");
    }
    assert_eq!(peers.len(), COUNTS.len());
    for (tool, ids) in &peers {
        for (id, peer) in ids {
            let missing: Vec<&String> = peer.ours.iter().filter(|rule| rules::find(rule).is_none()).collect();
            assert!(missing.is_empty(), "{tool} `{id}` names {missing:?}, and there is no such rule");
            assert_ne!(peer.ours.is_empty(), peer.why.is_none(), "{tool} `{id}` needs a rule or a reason, not both");
        }
    }
}

/// Tools of whose ids each is shown by SQL that our rules find.
const SHOWN: [&str; 5] = ["squawk", "strong_migrations", "eugene", "atlas", "pg-schema-diff"];

/// The rules that speak of the case, with those on that are off by themselves.
fn found(mut case: Case, base: &str, ours: &[String]) -> BTreeSet<String> {
    if case.setup.is_empty() {
        case.setup = base.to_string();
    }
    for rule in ours.iter().filter_map(|id| rules::find(id)) {
        case.config.rules.insert(rule.id.to_string(), Some(rule.severity));
    }
    let dialect = whimbrel_engines::dialect(case.engine.unwrap_or(Engine::Postgres)).unwrap();
    let judge = case.judge.clone();
    review(&case, &judge, dialect).findings().map(|(_, finding)| finding.rule.to_string()).collect()
}

#[test]
fn what_is_said_to_be_the_same_is_found() {
    let peers = peers();
    let mut problems = Vec::new();
    for tool in SHOWN {
        let path = truth::home().join(format!("cases/peers/{tool}.sql"));
        let mut shown: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut cases = read(&path, "").into_iter();
        let base = cases.next().filter(|case| case.name == "base").unwrap().setup;
        for case in cases {
            let Some(peer) = peers[tool].get(&case.name) else {
                problems.push(format!("{tool} has no id `{}`", case.name));
                continue;
            };
            let id = case.name.clone();
            let found = found(case, &base, &peer.ours);
            if !peer.ours.iter().any(|rule| found.contains(rule)) {
                problems.push(format!("{tool} `{id}`: found {found:?}, and none of {:?}", peer.ours));
            }
            shown.entry(id).or_default().extend(found);
        }
        for (id, peer) in &peers[tool] {
            let empty = BTreeSet::new();
            let found = shown.get(id).unwrap_or(&empty);
            let missing: Vec<&String> = peer.ours.iter().filter(|rule| !found.contains(*rule)).collect();
            if !missing.is_empty() {
                problems.push(format!("{tool} `{id}`: nothing shows {missing:?}"));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn the_page_is_what_the_rules_say() {
    let (path, wanted) = (page(), written());
    if std::env::var_os("WHIMBREL_WRITE_DOCS").is_some() {
        fs::write(&path, &wanted).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == wanted, "docs/rules.md is not what the rules say; run the test with WHIMBREL_WRITE_DOCS=1");
}
