use std::str::FromStr;

use whimbrel_plan::revision::{Direction, Directive, Section};
use whimbrel_schema::Engine;

use super::{Problem, lines};

/// `-- upgrade`, `-- downgrade`, and what stands in parentheses behind it. A line that is nothing else begins a
/// section wherever it stands, inside a quoted body too.
struct Marker<'a> {
    direction: Direction,
    engine: Option<&'a str>,
}

fn marker(line: &str) -> Option<Marker<'_>> {
    let comment = line.trim().strip_prefix("--")?.trim();
    let (word, rest) = match comment.find(|character: char| !character.is_ascii_alphabetic()) {
        Some(end) => comment.split_at(end),
        None => (comment, ""),
    };
    let direction = match word {
        word if word.eq_ignore_ascii_case("upgrade") => Direction::Up,
        word if word.eq_ignore_ascii_case("downgrade") => Direction::Down,
        _ => return None,
    };
    let rest = rest.trim();
    let engine = match rest {
        "" => None,
        rest => Some(rest.strip_prefix('(')?.strip_suffix(')')?.trim()),
    };
    Some(Marker { direction, engine })
}

pub(super) fn is_marker(line: &str) -> bool {
    marker(line).is_some()
}

/// Reads everything from `start` on: the comments before the first section, and the sections.
pub(super) fn read(text: &str, start: usize, problems: &mut Vec<Problem>) -> (String, Vec<Section>) {
    let mut preamble = String::new();
    let mut sections: Vec<Section> = Vec::new();
    for (line, range, content) in lines(text).skip_while(|(_, range, _)| range.start < start) {
        let span = range.start..range.start + content.trim_end().len();
        if let Some(found) = marker(content) {
            let engine = match found.engine.map(Engine::from_str).transpose() {
                Ok(engine) => engine,
                Err(error) => {
                    let next = "a section for one engine is like `-- upgrade (postgres)`";
                    problems.push(Problem::new(line, span.clone(), error.to_string(), next));
                    None
                }
            };
            let twice = |section: &Section| section.direction == found.direction && section.engine == engine;
            if sections.iter().any(twice) {
                let next = "put the statements of the two into one";
                problems.push(Problem::new(line, span, format!("a second `{}`", content.trim()), next));
            }
            let line = u32::try_from(line + 1).unwrap_or(u32::MAX);
            let text = String::new();
            sections.push(Section { direction: found.direction, engine, text, line, offset: range.end });
            continue;
        }
        if let Some(section) = sections.last_mut() {
            section.text.push_str(content);
            continue;
        }
        let plain = content.trim();
        if Directive::read(content).is_some() {
            let next = "directives stand in a section, above the statement they are about";
            problems.push(Problem::new(line, span, "a directive before the first section", next));
        } else if plain.is_empty() || plain.starts_with("--") {
            preamble.push_str(content);
        } else if !problems.iter().any(|problem| problem.message == STRAY) {
            let next = "write `-- upgrade` on a line of its own above it";
            problems.push(Problem::new(line, span, STRAY, next));
        }
    }
    (tidy(&preamble), sections)
}

const STRAY: &str = "SQL that stands in no section";

/// Without empty lines around it and white space at the ends of lines.
pub(super) fn tidy(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let first = lines.iter().position(|line| !line.is_empty()).unwrap_or(lines.len());
    let last = lines.iter().rposition(|line| !line.is_empty()).map_or(first, |last| last + 1);
    lines.get(first..last).unwrap_or_default().join("\n")
}
