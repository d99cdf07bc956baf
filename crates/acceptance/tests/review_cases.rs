//! Every rule finds what it should and nothing else: `review/ENGINE/RULE.sql` holds cases as SQL.
//!
//! A case begins with `-- case: NAME`. What stands below `-- setup` was applied before; what stands below `-- judge` is
//! judged, each statement with exactly the findings that `-- finds: RULE, RULE` above it names, and none without such a
//! line. `-- fixed` is what `--fix` makes of what is judged. Lines of their own before `-- judge` say what is known:
//! `-- facts: TABLE rows=N bytes=N`, `-- invalid: INDEX`, `-- set: NAME = VALUE`, `-- version: N`, `-- variant: MariaDB`,
//! `-- on: RULE` for a rule that is off by itself.

#![allow(clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use whimbrel_frontends::scripts::{self, Part};
use whimbrel_plan::Dialect;
use whimbrel_plan::review::{self, Config, Fixed, Followup, Looked, Review, Reviewer, Script, TableFacts};
use whimbrel_plan::rules::{self, Rule};
use whimbrel_schema::{Engine, Schema};

#[derive(Debug, Default)]
struct Case {
    name: String,
    setup: String,
    judge: String,
    fixed: Option<String>,
    config: Config,
}

fn folder(engine: Engine) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("review").join(engine.word())
}

fn read(path: &Path, rule: &str) -> Vec<Case> {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut cases: Vec<Case> = Vec::new();
    let mut section = "";
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("-- case: ") {
            let mut case = Case { name: name.to_string(), ..Case::default() };
            case.config.from_empty = true;
            // Where nobody says otherwise, a script is run by somebody who does not wait for locks without end.
            case.config.session.insert("lock_wait_timeout".to_string(), "5".to_string());
            // A rule's own cases are about it, also where it is off by itself.
            let severity = rules::find(rule).map(|rule| rule.severity);
            case.config.rules.insert(rule.to_string(), severity);
            // Limits that no rule minds, unless a case is about them.
            for setting in ["lock_timeout", "statement_timeout"] {
                case.config.session.insert(setting.to_string(), "1h".to_string());
            }
            cases.push(case);
            section = "known";
            continue;
        }
        let case = cases.last_mut().unwrap_or_else(|| panic!("{}: text before the first case", path.display()));
        match line {
            "-- setup" => section = "setup",
            "-- judge" => section = "judge",
            "-- fixed" => {
                section = "fixed";
                case.fixed = Some(String::new());
            }
            _ => match section {
                "setup" => add(&mut case.setup, line),
                "judge" => add(&mut case.judge, line),
                "fixed" => add(case.fixed.get_or_insert_default(), line),
                _ => known(line, &mut case.config, path),
            },
        }
    }
    cases
}

fn add(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

fn known(line: &str, config: &mut Config, path: &Path) {
    if line.trim().is_empty() {
        return;
    }
    let wrong = || -> ! { panic!("{}: `{line}` is not known", path.display()) };
    let Some((key, value)) = line.strip_prefix("-- ").and_then(|line| line.split_once(": ")) else { wrong() };
    match key {
        "facts" => {
            let mut words = value.split_whitespace();
            let name = words.next().unwrap_or_else(|| wrong());
            let mut facts = TableFacts::default();
            for word in words {
                let number = |text: &str| text.replace('_', "").parse().unwrap_or_else(|_| wrong());
                match word.split_once('=') {
                    Some(("rows", text)) => facts.rows = number(text),
                    Some(("bytes", text)) => facts.bytes = number(text),
                    Some(_) | None => wrong(),
                }
            }
            config.facts.tables.insert(name.into(), facts);
        }
        "set" => {
            let (name, value) = value.split_once(" = ").unwrap_or_else(|| wrong());
            config.session.insert(name.to_lowercase(), value.to_string());
        }
        "invalid" => {
            config.facts.invalid_indexes.insert(value.into());
        }
        "version" => config.facts.version = Some(value.parse().unwrap_or_else(|_| wrong())),
        "variant" => config.facts.variant = Some(value.to_string()),
        "on" => {
            let rule = rules::find(value).unwrap_or_else(|| wrong());
            config.rules.insert(rule.id.to_string(), Some(rule.severity));
        }
        _ => wrong(),
    }
}

fn script(text: &str, name: &str, dialect: &dyn Dialect) -> Arc<Script> {
    let whole = [Part::new(0..text.len(), true)];
    Arc::new(scripts::cut(Arc::new(PathBuf::from(name)), Arc::from(text), &whole, dialect))
}

/// The file, and those that follow it, judged one after the other.
fn review_all(case: &Case, judged: &[String], dialect: &dyn Dialect) -> Review {
    let mut reviewer = Reviewer::new(Schema::new(dialect.engine()), dialect, &case.config);
    let mut take = |text: &str, judged: bool| {
        let mut script = script(text, if judged { "judged.sql" } else { "setup.sql" }, dialect);
        Arc::make_mut(&mut script).judged = judged;
        let understood = script.statements.iter().map(|it| dialect.understand(script.sql(it))).collect();
        reviewer.take(&script, understood)
    };
    take(&case.setup, false);
    Review { files: judged.iter().filter_map(|text| take(text, true)).collect() }
}

fn review(case: &Case, judged: &str, dialect: &dyn Dialect) -> Review {
    review_all(case, &[judged.to_string()], dialect)
}

/// What `--fix` makes of the case.
fn fixed(case: &Case, dialect: &dyn Dialect) -> Option<Fixed> {
    let mut look = |text: &str, then: &[Followup]| {
        let files: Vec<String> = std::iter::once(text.to_string()).chain(then.iter().map(script_of)).collect();
        let mut review = review_all(case, &files, dialect);
        let reviewed = review.files.remove(0);
        let later = review.findings().map(|(_, finding)| finding.clone()).collect();
        Some(Looked { reviewed, later })
    };
    review::fix(&case.judge, &mut look)
}

fn script_of(then: &Followup) -> String {
    let outside = if then.no_transaction { "-- transaction: none\n" } else { "" };
    then.statements.iter().map(|statement| format!("{outside}{statement};\n")).collect()
}

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
    let statements = review.files.iter().flat_map(|file| &file.statements);
    let rules = |statement: &whimbrel_plan::review::Judged| {
        let rules = statement.findings.iter().map(|finding| finding.rule.to_string());
        (statement.span.start, rules.collect())
    };
    statements.map(rules).collect()
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
