//! Every rule finds what it should and nothing else: `review/ENGINE/RULE.sql` holds cases as SQL.
//!
//! A case begins with `-- case: NAME`. What stands below `-- setup` was applied before; what stands below `-- judge` is
//! judged, each statement with exactly the findings that `-- finds: RULE, RULE` above it names, and none without such a
//! line. `-- fixed` is what `--fix` makes of what is judged. Lines of their own before `-- judge` say what is known:
//! `-- facts: TABLE rows=N bytes=N`, `-- invalid: INDEX`, `-- set: NAME = VALUE`, `-- version: N`, `-- variant: MariaDB`,
//! `-- partial` where files came before that are not shown, `-- on: RULE` for a rule that is off by itself,
//! `-- engine: ENGINE` where the folder does not say it.

#![allow(clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use whimbrel_acceptance::review_case::{fixed, folder, read, review, script_of};
use whimbrel_plan::Dialect;
use whimbrel_plan::review::{Review, Severity};
use whimbrel_plan::rules::{self, Rule};
use whimbrel_schema::Engine;

/// The rules that a case expects of each statement, by the byte at which it begins.
fn expected(judge: &str, dialect: &dyn Dialect) -> Vec<(usize, BTreeSet<String>)> {
    let mut after = 0;
    let mut expected = Vec::new();
    for range in dialect.split(judge) {
        let gap = judge.get(after..range.start).unwrap_or_default();
        let named = gap.lines().filter_map(|line| line.strip_prefix("-- finds: ")).flat_map(|line| line.split(", "));
        expected.push((range.start, named.map(str::to_string).collect()));
        after = range.end;
    }
    expected
}

fn found(review: &Review) -> Vec<(usize, BTreeSet<String>)> {
    let mut all = Vec::new();
    for file in &review.files {
        let mut after = 0;
        for statement in &file.statements {
            // What is found in the lines above a statement counts as its own.
            let above = file.findings.iter().filter(|it| (after..statement.span.start).contains(&it.span.start));
            let rules = statement.findings.iter().chain(above).map(|finding| finding.rule.to_string());
            all.push((statement.span.start, rules.collect()));
            after = statement.span.end;
        }
    }
    all
}

fn without_comments(text: &str) -> String {
    text.lines().filter(|line| !line.starts_with("-- finds: ")).map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// What one file of cases proves about its rule.
#[derive(Debug, Default)]
struct Proved {
    finds: usize,
    clean: usize,
    fixes: usize,
}

fn judge_file(path: &Path, rule: &str, dialect: &dyn Dialect, problems: &mut Vec<String>) -> Proved {
    let mut proved = Proved::default();
    for case in read(path, rule) {
        let place = format!("{}, `{}`", path.display(), case.name);
        let expected = expected(&case.judge, dialect);
        assert!(!expected.is_empty(), "{place}: nothing is judged");
        let review = review(&case, &case.judge, dialect);
        let found = found(&review);
        if found != expected {
            let told: String = review.findings().map(|(_, it)| format!("\n  {}: {}", it.rule, it.message)).collect();
            problems.push(format!("{place}\n  expected {expected:?}\n  found    {found:?}{told}"));
        }
        // Where a rule has a fix and does not offer it, it says why not.
        for (_, finding) in review.findings().filter(|(_, finding)| finding.fix.is_none()) {
            let rewrites = rules::find(finding.rule).is_some_and(|rule| rule.fix.is_some());
            if rewrites && finding.severity > Severity::Advice && !finding.safe_way.contains(rules::NO_FIX) {
                problems.push(format!("{place}\n  {} offers no fix, and does not say why", finding.rule));
            }
        }
        match expected.iter().any(|(_, rules)| rules.contains(rule)) {
            true => proved.finds += 1,
            false => proved.clean += 1,
        }
        if let Some(wanted) = &case.fixed {
            proved.fixes += 1;
            let made = fixed(&case, dialect).unwrap_or_else(|| panic!("{place}: cannot be fixed"));
            let then: String =
                made.then.iter().map(|later| format!("-- later: {}\n{}", later.message, script_of(later))).collect();
            let text = without_comments(&format!("{}{then}", made.text));
            let wanted = without_comments(wanted);
            if text.trim() != wanted.trim() {
                let refused = &made.refused;
                problems.push(format!("{place}\n  fixed to\n{text}\n  and not to\n{wanted}\n  {refused:?}"));
            }
        }
    }
    proved
}

#[test]
fn every_rule_finds_exactly_what_its_cases_say() {
    let mut problems = Vec::new();
    let mut judged = 0;
    for engine in Engine::ALL {
        let Some(dialect) = whimbrel_engines::dialect(engine) else { continue };
        let mut files: BTreeMap<String, PathBuf> = fs::read_dir(folder(engine))
            .map(|entries| entries.flatten().map(|entry| entry.path()).collect::<Vec<_>>())
            .unwrap_or_default()
            .into_iter()
            .map(|path| (path.file_stem().unwrap_or_default().to_string_lossy().into_owned(), path))
            .collect();
        for rule in rules::all().filter(|rule: &&Rule| rule.engines.contains(&engine)) {
            let Some(path) = files.remove(rule.id) else {
                problems.push(format!("`{}` has no cases on {engine}", rule.id));
                continue;
            };
            let proved = judge_file(&path, rule.id, dialect, &mut problems);
            judged += proved.finds + proved.clean;
            if proved.finds == 0 || proved.clean == 0 || (rule.fix.is_some() && proved.fixes == 0) {
                problems.push(format!("{} proves too little: {proved:?}", path.display()));
            }
        }
        problems.extend(files.into_keys().map(|name| format!("`{name}` is no rule on {engine}")));
    }
    assert!(judged > 0, "there are no cases");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// What was measured to go wrong: the name of each case says which rules speak of it, and what it is.
#[test]
fn every_trap_that_was_measured_is_found() {
    let path = folder(Engine::Postgres).with_file_name("traps.sql");
    let mut problems = Vec::new();
    let cases = read(&path, "");
    for case in &cases {
        let dialect =
            whimbrel_engines::dialect(case.engine.unwrap_or(Engine::Postgres)).unwrap_or_else(|| panic!("{case:?}"));
        let (rules, what) = case.name.split_once(": ").unwrap_or_else(|| panic!("{}: which rules?", case.name));
        let review = review(case, &case.judge, dialect);
        let found: BTreeSet<&str> = review.findings().map(|(_, finding)| finding.rule).collect();
        let missed: Vec<&str> = rules.split(", ").filter(|rule| !found.contains(rule)).collect();
        if !missed.is_empty() {
            problems.push(format!("{what}: {missed:?} is not found, only {found:?}"));
        }
    }
    assert!(cases.len() > 20, "only {} traps", cases.len());
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
