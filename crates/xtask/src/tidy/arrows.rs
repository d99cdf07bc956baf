use super::SourceFile;

/// Who may not know whom: files under the first must not name the second. Each is a wall that a reader relies on.
const NEVER: &[(&str, &[&str], &str)] = &[
    (
        "crates/plan/src/",
        &["std::fs", "std::net", "std::env", "std::process", "SystemTime", "Instant::now", "whimbrel_run", "async fn"],
        "the plan has no I/O, no clock and no async",
    ),
    ("crates/plan/src/", &["whimbrel_engines", "rusqlite", "postgres::"], "the plan asks a dialect, not an engine"),
    ("crates/schema/src/", &["whimbrel_", "std::fs", "std::net"], "the schema depends on nothing of ours"),
    (
        "crates/models/src/",
        &["whimbrel_plan", "whimbrel_engines", "whimbrel_run", "std::fs", "std::net"],
        "models are values: a program that derives them brings no more",
    ),
    (
        "crates/embed/src/",
        &["whimbrel_engines", "whimbrel_run", "whimbrel_models"],
        "what is compiled in is read, and nothing of it runs",
    ),
    (
        "crates/whimbrel/src/",
        &["rusqlite", "postgres::", "tokio", "sqlite::"],
        "an application's facade knows engines by their room's door alone",
    ),
    ("crates/run/src/", &["whimbrel_engines", "rusqlite"], "what runs knows engines by their trait alone"),
    ("crates/frontends/src/", &["whimbrel_engines", "whimbrel_run"], "frontends read text, and touch no database"),
    ("crates/engines/src/sqlite/", &["crate::postgres", "crate::mysql"], "rooms do not visit each other"),
    ("crates/engines/src/postgres/", &["crate::sqlite", "crate::mysql"], "rooms do not visit each other"),
    ("crates/engines/src/mysql/", &["crate::sqlite", "crate::postgres"], "rooms do not visit each other"),
    ("crates/plan/src/rules/", &["crate::ops"], "rules and ops meet in the plan"),
    ("crates/plan/src/ops/", &["crate::rules"], "rules and ops meet in the plan"),
];

const PRINTING: &[&str] =
    &["println!", "eprintln!", "print!(", "eprint!(", "codespan_reporting", "io::stdout", "io::stderr"];

/// Who may print.
const SCREENS: &[&str] = &["crates/cli/", "crates/xtask/", "examples/"];

/// A match over one of these has an arm for each of their values: a new one then fails to compile where it matters.
const CLOSED: &[&str] = &["Step::", "Change::", "Engine::", "Phase::", "ConstraintKind::"];

pub fn problems(file: &SourceFile) -> Vec<String> {
    if !file.is_rust() || file.is_test() || file.path.starts_with("crates/xtask/") {
        return Vec::new();
    }
    let mut problems = Vec::new();
    for (number, line) in file.code() {
        for (place, words, reason) in NEVER {
            let named = words.iter().find(|word| file.path.starts_with(place) && line.contains(**word));
            problems.extend(named.map(|word| file.at(number, &format!("`{word}` has no place here: {reason}"))));
        }
        if !SCREENS.iter().any(|place| file.path.starts_with(place)) {
            let printed = PRINTING.iter().find(|word| line.contains(**word));
            problems.extend(printed.map(|word| file.at(number, &format!("`{word}`: only the command prints"))));
        }
    }
    problems.extend(catch_alls(file));
    problems
}

/// A bare `_ =>` arm that follows, at its own depth, an arm whose pattern begins with a value of a closed enum. Arms
/// with nested matches, tuples and guards are not followed: this finds the plain case and no false one.
fn catch_alls(file: &SourceFile) -> Vec<String> {
    let mut problems = Vec::new();
    let mut arms: Vec<(usize, &str)> = Vec::new();
    for (number, line) in file.code() {
        let depth = line.len() - line.trim_start().len();
        let code = line.trim_start();
        arms.retain(|(arm_depth, _)| *arm_depth <= depth || code.is_empty());
        if code.starts_with("_ =>") {
            let over = arms.iter().rev().find(|(arm_depth, _)| *arm_depth == depth);
            problems.extend(over.map(|(_, name)| {
                let name = name.trim_end_matches("::");
                file.at(number, &format!("`_` over `{name}`: name every value, so that a new one is not forgotten"))
            }));
        } else if let Some(name) = CLOSED.iter().find(|name| code.starts_with(**name) && code.contains("=>")) {
            arms.push((depth, name));
        } else if code.starts_with('}') {
            arms.retain(|(arm_depth, _)| *arm_depth < depth);
        }
    }
    problems
}
