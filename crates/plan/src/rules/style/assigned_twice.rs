use whimbrel_schema::Engine;

use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};
use crate::words::{Word, words as cut};
use crate::{DataChange, Step};

pub(super) static RULE: Rule = Rule {
    id: "assigned-twice",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres],
    scales: false,
    what: "a statement assigns a column twice",
    why: "The server refuses an UPDATE that sets a column twice and an INSERT that lists it twice.",
    safe_way: "keep the one that is meant",
    example: Example {
        bad: "UPDATE email SET state = 'new', state = 'old' WHERE id = 1;",
        good: "UPDATE email SET state = 'old' WHERE id = 1;",
    },
    sources: &["https://www.postgresql.org/docs/current/sql-update.html"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    let [Step::ChangeData { change, .. }] = seen.steps() else { return };
    let words = cut(seen.sql);
    let twice = match change {
        DataChange::Update if seen.begins(&["UPDATE"]) => twice_in_set(&words),
        DataChange::Insert if seen.begins(&["INSERT"]) => twice_in_list(&words),
        _ => None,
    };
    if let Some(name) = twice {
        found.statement(format!("`{name}` gets two values")).label("fails").here = None;
    }
}

/// The targets after SET: each name that stands before a `=` at its own depth.
fn twice_in_set(words: &[Word<'_>]) -> Option<String> {
    let set = words.iter().position(|word| word.is_keyword("SET"))?;
    let (mut depth, mut begins) = (0_usize, true);
    let mut names: Vec<String> = Vec::new();
    for pair in words.get(set + 1..)?.windows(2) {
        let [word, next] = pair else { continue };
        if depth == 0 && (word.is_keyword("FROM") || word.is_keyword("WHERE") || word.is_keyword("RETURNING")) {
            break;
        }
        if depth == 0 && begins && word.is_identifier() && next.is_symbol("=") {
            let name = folded(word);
            if names.contains(&name) {
                return Some(name);
            }
            names.push(name);
        }
        begins = depth == 0 && word.is_symbol(",");
        depth = match &*word.text {
            "(" if word.is_symbol("(") => depth + 1,
            ")" if word.is_symbol(")") => depth.saturating_sub(1),
            _ => depth,
        };
    }
    None
}

/// The columns in the brackets behind the table's name.
fn twice_in_list(words: &[Word<'_>]) -> Option<String> {
    let open = words.iter().position(|word| word.is_symbol("("))?;
    // A query or VALUES comes before any list of columns.
    let lists = words.iter().take(open).any(|word| word.is_keyword("VALUES") || word.is_keyword("SELECT"));
    let mut names: Vec<String> = Vec::new();
    for word in words.iter().skip(open + 1).take_while(|word| !word.is_symbol(")")) {
        if lists || word.is_keyword("SELECT") || word.is_symbol("(") {
            return None;
        }
        if word.is_identifier() {
            let name = folded(word);
            if names.contains(&name) {
                return Some(name);
            }
            names.push(name);
        }
    }
    None
}

fn folded(word: &Word<'_>) -> String {
    if word.is_keyword(&word.text) { word.text.to_ascii_lowercase() } else { word.text.to_string() }
}
