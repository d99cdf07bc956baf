//! The cases of rules: SQL with what has to be found in it, and what fixes make of it. `tests/review_cases.rs` says how
//! they are written.

#![allow(clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use whimbrel_frontends::scripts::{self, Part};
use whimbrel_plan::Dialect;
use whimbrel_plan::review::{self, Config, Fixed, Followup, Looked, Review, Reviewer, Script, TableFacts};
use whimbrel_plan::rules;
use whimbrel_schema::{Engine, Schema};

#[derive(Debug, Default)]
pub struct Case {
    pub name: String,
    pub setup: String,
    pub judge: String,
    pub fixed: Option<String>,
    /// Where it says so itself, and its folder does not.
    pub engine: Option<Engine>,
    pub config: Config,
}

/// Where an engine's cases are.
pub fn folder(engine: Engine) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("review").join(engine.word())
}

/// The cases of one file.
pub fn read(path: &Path, rule: &str) -> Vec<Case> {
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
                _ => match line.strip_prefix("-- engine: ") {
                    Some(word) => {
                        let engine = Engine::ALL.into_iter().find(|engine| engine.word() == word);
                        case.engine = Some(engine.unwrap_or_else(|| panic!("{}: no engine `{word}`", path.display())));
                    }
                    None => known(line, &mut case.config, path),
                },
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
    if line == "-- partial" {
        config.from_empty = false;
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

/// A text cut as a file is whose tool opens one transaction.
pub fn cut(text: &str, name: &str, dialect: &dyn Dialect) -> Arc<Script> {
    let whole = [Part::new(0..text.len(), true)];
    Arc::new(scripts::cut(Arc::new(PathBuf::from(name)), Arc::from(text), &whole, dialect))
}

/// The file, and those that follow it, judged one after the other.
fn review_all(case: &Case, judged: &[String], dialect: &dyn Dialect) -> Review {
    let mut reviewer = Reviewer::new(Schema::new(dialect.engine()), dialect, &case.config);
    let mut take = |text: &str, judged: bool| {
        let mut script = cut(text, if judged { "judged.sql" } else { "setup.sql" }, dialect);
        Arc::make_mut(&mut script).judged = judged;
        let understood: Vec<_> = script.statements.iter().map(|it| dialect.understand(script.sql(it))).collect();
        reviewer.take(&script, &understood)
    };
    take(&case.setup, false);
    Review { files: judged.iter().filter_map(|text| take(text, true)).collect() }
}

/// What is judged, after what was there before.
pub fn review(case: &Case, judged: &str, dialect: &dyn Dialect) -> Review {
    review_all(case, &[judged.to_string()], dialect)
}

/// What `--fix` makes of the case.
pub fn fixed(case: &Case, dialect: &dyn Dialect) -> Option<Fixed> {
    let mut look = |text: &str, then: &[Followup]| {
        let files: Vec<String> = std::iter::once(text.to_string()).chain(then.iter().map(script_of)).collect();
        let mut review = review_all(case, &files, dialect);
        let reviewed = review.files.remove(0);
        let later = review.findings().map(|(_, finding)| finding.clone()).collect();
        Ok(Looked { reviewed, later })
    };
    review::fix(&case.judge, &mut look)
}

/// A file that follows.
pub fn script_of(then: &Followup) -> String {
    let outside = if then.no_transaction { "-- transaction: none\n" } else { "" };
    then.statements.iter().map(|statement| format!("{outside}{statement};\n")).collect()
}
