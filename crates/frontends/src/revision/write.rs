use whimbrel_plan::revision::{Revision, RevisionId};

use super::section::tidy;

/// The file that says what the revision says. Reading it back gives the same revision.
pub fn write(revision: &Revision) -> String {
    let mut text = String::new();
    line(&mut text, "revision", revision.id.as_str());
    line(&mut text, "parents", &ids(&revision.parents, "none"));
    if !revision.depends_on.is_empty() {
        line(&mut text, "depends", &ids(&revision.depends_on, ""));
    }
    if !revision.labels.is_empty() {
        line(&mut text, "branch", &revision.labels.join(", "));
    }
    line(&mut text, "message", &revision.message);
    if let Some(phase) = revision.phase {
        line(&mut text, "phase", phase.word());
    }
    if let Some(part) = revision.part {
        line(&mut text, "part", &part.to_string());
    }
    if let Some(created) = &revision.created {
        line(&mut text, "created", created);
    }
    if !revision.preamble.is_empty() {
        text.push('\n');
        text.push_str(&revision.preamble);
        text.push('\n');
    }
    for section in &revision.sections {
        text.push_str("\n-- ");
        text.push_str(&section.direction.to_string());
        if let Some(engine) = section.engine {
            text.push_str(&format!(" ({engine})"));
        }
        text.push('\n');
        // White space within the SQL is the author's: a string may go over several lines.
        let body = section.text.trim_matches('\n');
        if !tidy(body).is_empty() {
            text.push_str(body.trim_end());
            text.push('\n');
        }
    }
    text
}

/// As wide as the longest key that always stands there, so that the values stand in one column.
const WIDTH: usize = "revision:".len();

fn line(text: &mut String, key: &str, value: &str) {
    let key = format!("{key}:");
    text.push_str(format!("-- {key:WIDTH$} {value}").trim_end());
    text.push('\n');
}

fn ids(ids: &[RevisionId], none: &str) -> String {
    match ids {
        [] => none.to_string(),
        ids => ids.iter().map(RevisionId::as_str).collect::<Vec<_>>().join(", "),
    }
}
