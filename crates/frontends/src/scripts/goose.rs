//! `-- +goose Up`; what stands between `StatementBegin` and `StatementEnd` is one statement.

use super::layout::Reading;
use super::markers::{after, lines};
use super::place::{Place, name_of, numbered};
use super::{File, Part, Role};

pub(super) static READING: Reading = Reading { word: "goose", owns, role, parts };

fn owns(file: &File) -> bool {
    lines(&file.text).any(|(_, line)| command(line).is_some_and(|word| word == "up"))
}

fn role(file: &File) -> Role {
    if !owns(file) {
        return Role::Stranger;
    }
    let version = numbered(name_of(&file.path)).and_then(|(version, _)| Place::versioned(version, &file.path));
    Role::Up(version.unwrap_or_else(|| Place::by_name(&file.path)))
}

/// The command of a line, in lower case with single spaces.
fn command(line: &str) -> Option<String> {
    let rest = after(line, "+goose")?;
    Some(rest.split_whitespace().collect::<Vec<_>>().join(" ").to_ascii_lowercase())
}

fn parts(file: &File) -> Vec<Part> {
    let without = lines(&file.text).any(|(_, line)| command(line).is_some_and(|word| word == "no transaction"));
    let mut parts = Vec::new();
    // Where the open part begins, and whether it is one statement.
    let mut open: Option<(usize, bool)> = None;
    let mut end = |open: &mut Option<(usize, bool)>, at: usize| {
        if let Some((start, whole)) = open.take() {
            parts.push(Part { whole, ..Part::new(start..at, !without) });
        }
    };
    for (range, line) in lines(&file.text) {
        let Some(word) = command(line) else { continue };
        match (word.as_str(), open) {
            ("up", None) => open = Some((range.end, false)),
            ("statementbegin", Some(_)) => {
                end(&mut open, range.start);
                open = Some((range.end, true));
            }
            ("statementend", Some(_)) => {
                end(&mut open, range.start);
                open = Some((range.end, false));
            }
            ("down", Some(_)) => end(&mut open, range.start),
            (_, _) => {}
        }
    }
    end(&mut open, file.text.len());
    parts
}
