use whimbrel_plan::Step;

use super::tree::{Is, Node, Tree};
use super::{Refusal, Steps};
use crate::postgres::lexer;
use crate::postgres::quote;

/// Whether the server takes the statement inside a transaction. Judged by its words, so that it can be said of what
/// is otherwise not understood.
pub(super) fn transactional(statement: &str) -> bool {
    let words: Vec<String> = lexer::words(statement).take(24).map(|token| token.text.to_ascii_lowercase()).collect();
    let word = |at: usize| words.get(at).map_or("", String::as_str);
    let has = |wanted: &str| words.iter().any(|word| word == wanted);
    match (word(0), word(1)) {
        ("create" | "drop", "database" | "tablespace" | "subscription") => false,
        ("create" | "drop", "index" | "unique") => !has("concurrently"),
        ("reindex", _) => !(has("concurrently") || has("database") || has("schema") || has("system")),
        ("alter", "system") => false,
        ("alter", "database") => !has("tablespace"),
        ("alter", "subscription") => !(has("refresh") || has("publication")),
        ("alter", "table") => !(has("detach") && has("concurrently")),
        ("vacuum", _) | ("discard", "all") => false,
        ("cluster", "" | ";" | "verbose") => false,
        ("commit" | "rollback", "prepared") => false,
        _ => true,
    }
}

/// `COPY … FROM stdin` with its rows behind it, which no grammar can read.
pub(super) fn copied_rows(tree: &Tree<'_>) -> Option<Refusal> {
    let copy = tree.root().children().next().filter(|node| node.kind() == Is::COPY)?;
    let stdin = copy.find(Is::COPY_STDIN)?;
    Some(stdin.refuse("rows within a script are not read"))
}

pub(super) fn set(node: Node<'_>) -> Steps {
    let step = |name: &str, value: Option<String>| {
        Ok(vec![Step::SetSession { name: name.to_string(), value: value.filter(|value| !value.is_empty()) }])
    };
    let last = || node.children().filter(|child| child.kind() != Is::SEMICOLON).last();
    match node.kind() {
        Is::BEGIN => step("BEGIN", None),
        Is::COMMIT_TRANSACTION => step("COMMIT", None),
        Is::ROLLBACK_TRANSACTION => step("ROLLBACK", None),
        Is::ROLLBACK_TO_SAVEPOINT => step("ROLLBACK TO", Some(node.need(Is::SAVEPOINT_REF)?.sql())),
        Is::SAVEPOINT_CREATE => step("SAVEPOINT", Some(node.need(Is::SAVEPOINT)?.sql())),
        Is::RELEASE_SAVEPOINT => step("RELEASE", Some(node.need(Is::SAVEPOINT_REF)?.sql())),
        Is::SET_TRANSACTION => step("TRANSACTION", Some(after_set(node))),
        Is::SET_CONSTRAINTS => step("CONSTRAINTS", Some(after_word(&after_set(node)))),
        Is::SET_ROLE => step("role", last().map(|role| role.sql())),
        Is::RESET_ROLE => step("role", None),
        Is::SET_SESSION_AUTH => step("session_authorization", last().map(|role| role.sql())),
        Is::RESET_SESSION_AUTH => step("session_authorization", None),
        Is::RESET => match node.child(Is::CONFIG_PARAMETER_REF) {
            Some(name) => step(&name.text().to_ascii_lowercase(), None),
            None if node.has(Is::RESET_TIME_ZONE) => step("timezone", None),
            None => step("ALL", None),
        },
        _ => {
            if let Some(config) = node.child(Is::SET_CONFIG) {
                let name = config.need(Is::CONFIG_PARAMETER_REF)?.text().to_ascii_lowercase();
                let Some(values) = config.child(Is::TO_CONFIG_VALUE) else {
                    return step(&name, Some("DEFAULT".to_string()));
                };
                let values: Vec<Node<'_>> =
                    values.children().skip(1).filter(|value| value.kind() != Is::COMMA).collect();
                if name == "search_path" {
                    search_path(&values)?;
                }
                return step(&name, Some(values.iter().map(|value| value.sql()).collect::<Vec<_>>().join(", ")));
            }
            if let Some(value) = node.child(Is::SET_SCHEMA_VALUE) {
                let value = value.need(Is::LITERAL)?;
                search_path(&[value])?;
                return step("search_path", Some(value.sql()));
            }
            if let Some(zone) = node.child(Is::SET_TIME_ZONE) {
                let value = zone.children().nth(2).map(|value| value.sql());
                return step("timezone", value);
            }
            Err(node.refuse("this setting is not known"))
        }
    }
}

fn after_set(node: Node<'_>) -> String {
    after_word(node.sql().trim_end_matches(';'))
}

fn after_word(text: &str) -> String {
    text.trim().split_once(char::is_whitespace).map_or("", |(_, rest)| rest).trim().to_string()
}

/// Another first schema would change what every plain name after it means.
pub(super) fn search_path(values: &[Node<'_>]) -> Result<(), Refusal> {
    let Some(first) = values.first() else { return Ok(()) };
    let mut names = values.iter().flat_map(|value| match value.text_value() {
        Ok(text) => text.split(',').map(|name| quote::fold(name.trim())).collect::<Vec<_>>(),
        Err(_) => vec![quote::fold(value.text())],
    });
    let skipped = |name: &String| name.is_empty() || matches!(name.as_str(), "$user" | "pg_catalog" | "default");
    match names.find(|name| !skipped(name)).as_deref() {
        None | Some(super::DEFAULT_NAMESPACE) => Ok(()),
        Some(other) => Err(first.refuse(format!("plain names after it mean the schema `{other}`"))),
    }
}
