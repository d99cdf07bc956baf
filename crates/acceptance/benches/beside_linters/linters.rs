use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use whimbrel_engines::dialect;
use whimbrel_frontends::scripts::{self, Part};
use whimbrel_plan::Dialect;
use whimbrel_plan::review::{Config, Reviewer, Script, Severity};
use whimbrel_schema::{Engine, Schema};

use super::changes::{BASE, Change};

/// Who judges a change. Each is asked about dangers alone: what it says of style, of missing timeouts and of being run
/// twice is left out, for all of them.
pub enum Linter {
    Whimbrel,
    Squawk(PathBuf),
    Eugene(PathBuf),
}

/// Rules of squawk that are about something else than what a statement does to a live system.
const SQUAWK_ASIDE: &[&str] = &[
    "prefer-bigint-over-int",
    "prefer-bigint-over-smallint",
    "prefer-identity",
    "prefer-repack",
    "prefer-robust-stmts",
    "prefer-text-field",
    "prefer-timestamp-tz",
    "ban-char-field",
    "require-timeout-settings",
    "require-lock-timeout",
    "require-statement-timeout",
    "require-table-schema",
    "require-enum-value-ordering",
    "identifier-too-long",
    "ban-create-domain-with-constraint",
];

/// Hints of eugene of the same kinds: a json column, a lock without a timeout, statements that could be one, an enum.
const EUGENE_ASIDE: &[&str] = &["E3", "E9", "W12", "W13"];

/// Rules of whimbrel of the same kinds, beside all that is advice.
const WHIMBREL_ASIDE: &[&str] = &["no-lock-timeout", "no-statement-timeout"];

impl Linter {
    /// Those that are there, whimbrel first.
    pub fn installed() -> Vec<Linter> {
        let at = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.exists());
        let squawk = at("SQUAWK_BIN").map(Linter::Squawk);
        let eugene = at("EUGENE_BIN").map(Linter::Eugene);
        [Linter::Whimbrel].into_iter().chain(squawk).chain(eugene).collect()
    }

    pub fn name(&self) -> &'static str {
        match self {
            Linter::Whimbrel => "whimbrel",
            Linter::Squawk(_) => "squawk",
            Linter::Eugene(_) => "eugene",
        }
    }

    /// The names of what it finds in the change, each once.
    pub fn findings(&self, change: &Change, folder: &Path) -> Result<Vec<String>> {
        let found: BTreeSet<String> = match self {
            Linter::Whimbrel => whimbrel(change)?,
            Linter::Squawk(program) => squawk(program, change, folder)?,
            Linter::Eugene(program) => eugene(program, change, folder)?,
        };
        Ok(found.into_iter().collect())
    }
}

/// The files before the change are read too, as they are in a folder of migrations.
fn whimbrel(change: &Change) -> Result<BTreeSet<String>> {
    let dialect = dialect(Engine::Postgres).context("this build has no PostgreSQL")?;
    let config = Config { from_empty: true, ..Config::default() };
    let mut reviewer = Reviewer::new(Schema::new(Engine::Postgres), dialect, &config);
    let mut found = BTreeSet::new();
    for (text, judged) in [(BASE, false), (change.sql.as_str(), true)] {
        let script = Arc::new(cut(text, judged, !change.alone, dialect));
        let understood: Vec<_> =
            script.statements.iter().map(|statement| dialect.understand(script.sql(statement))).collect();
        for statement in reviewer.take(&script, &understood).into_iter().flat_map(|file| file.statements) {
            let findings = statement.findings.into_iter().filter(|finding| finding.severity > Severity::Advice);
            found.extend(findings.map(|finding| finding.rule.to_string()));
        }
    }
    found.retain(|rule| !WHIMBREL_ASIDE.contains(&rule.as_str()));
    Ok(found)
}

fn cut(text: &str, judged: bool, transaction: bool, dialect: &dyn Dialect) -> Script {
    let whole = [Part::new(0..text.len(), transaction)];
    let name = if judged { "change.sql" } else { "base.sql" };
    Script { judged, ..scripts::cut(Arc::new(PathBuf::from(name)), Arc::from(text), &whole, dialect) }
}

fn squawk(program: &Path, change: &Change, folder: &Path) -> Result<BTreeSet<String>> {
    let file = folder.join("change.sql");
    fs::write(&file, &change.sql)?;
    let mut command = Command::new(program);
    command.args(["--reporter", "json", "--pg-version", "15.0"]).current_dir(folder);
    // It takes every file for one that a tool wraps in a transaction only when told so.
    if !change.alone {
        command.arg("--assume-in-transaction");
    }
    let output = command.arg(&file).output().context("squawk")?;
    let found: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout)
        .with_context(|| format!("squawk said {}", String::from_utf8_lossy(&output.stderr)))?;
    let names = found.iter().filter_map(|finding| finding["rule_name"].as_str());
    Ok(names.filter(|name| !SQUAWK_ASIDE.contains(name)).map(str::to_string).collect())
}

fn eugene(program: &Path, change: &Change, folder: &Path) -> Result<BTreeSet<String>> {
    let file = folder.join("change.sql");
    fs::write(&file, &change.sql)?;
    let output = Command::new(program).args(["lint", "--format", "json"]).arg(&file).output().context("eugene")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(!text.trim().is_empty(), "eugene said {}", String::from_utf8_lossy(&output.stderr));
    let document: serde_json::Value = serde_json::from_str(&text).with_context(|| format!("eugene said {text}"))?;
    let mut found = BTreeSet::new();
    hints(&document, &mut found);
    found.retain(|id| !EUGENE_ASIDE.contains(&id.as_str()));
    Ok(found)
}

/// Every `id` of a triggered rule, wherever it stands in the document.
fn hints(value: &serde_json::Value, found: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Array(items) => items.iter().for_each(|item| hints(item, found)),
        serde_json::Value::Object(fields) => {
            for (key, value) in fields {
                if let (true, Some(rules)) = (key == "triggered_rules" || key == "lints", value.as_array()) {
                    found.extend(rules.iter().filter_map(|rule| rule["id"].as_str()).map(str::to_string));
                }
                hints(value, found);
            }
        }
        serde_json::Value::Null
        | serde_json::Value::Bool(_)
        | serde_json::Value::Number(_)
        | serde_json::Value::String(_) => {}
    }
}
