use std::ops::Range;

use whimbrel_plan::revision::{Part, Phase, RevisionId, Section};

use super::{Problem, lines, section};

/// The keys, in the order in which they are written.
pub(super) const KEYS: [&str; 9] =
    ["revision", "parents", "depends", "branch", "message", "phase", "part", "created", "format"];

/// What the header says, as far as it has been read.
#[derive(Default)]
pub(super) struct Draft {
    values: Vec<(&'static str, Value)>,
    /// Where the header ends, for what is missing from it.
    end: usize,
}

struct Value {
    text: String,
    line: usize,
    span: Range<usize>,
}

pub(super) struct Header {
    pub id: RevisionId,
    pub parents: Vec<RevisionId>,
    pub depends_on: Vec<RevisionId>,
    pub labels: Vec<String>,
    pub message: String,
    pub phase: Option<Phase>,
    pub part: Option<Part>,
    pub created: Option<String>,
}

/// Reads the comment lines at the top, up to the first line that is none, is empty, or begins a section. Gives the
/// byte at which the rest begins.
pub(super) fn read(text: &str, problems: &mut Vec<Problem>) -> (Draft, usize) {
    let mut draft = Draft::default();
    let mut begun = false;
    for (line, range, content) in lines(text) {
        draft.end = line;
        let content = content.trim();
        if content.is_empty() && !begun {
            continue;
        }
        let Some(comment) = content.strip_prefix("--") else { return (draft, range.start) };
        if section::is_marker(content) {
            return (draft, range.start);
        }
        begun = true;
        let Some((key, value)) = comment.split_once(':') else {
            let next = "free comments stand below the header, after an empty line";
            problems.push(Problem::new(line, range, "a comment without a key in the header", next));
            continue;
        };
        let span = range.start..range.start + content.len();
        match KEYS.iter().find(|known| known.eq_ignore_ascii_case(key.trim())) {
            Some(key) if draft.get(key).is_some() => {
                let next = "delete one of the two lines";
                problems.push(Problem::new(line, span, format!("`{key}:` stands twice in the header"), next));
            }
            Some(key) => draft.values.push((key, Value { text: value.trim().to_string(), line, span })),
            None => {
                let message = format!("`{}:` is no key of the header", key.trim());
                let known = KEYS.iter().filter(|key| **key != "format").map(|key| format!("`{key}:`"));
                let known = known.collect::<Vec<_>>().join(", ");
                let next = format!("the keys are {known}; free comments stand below, after an empty line");
                problems.push(Problem::new(line, span, message, next));
            }
        }
    }
    (draft, text.len())
}

impl Draft {
    fn get(&self, key: &str) -> Option<&Value> {
        self.values.iter().find(|(known, _)| *known == key).map(|(_, value)| value)
    }

    /// Reads the values; tells what is missing and what says nothing.
    pub(super) fn finish(&self, sections: &[Section], problems: &mut Vec<Problem>) -> Option<Header> {
        let id =
            self.required("revision", "-- revision: 8c1f0e7d2b34", problems).and_then(|value| read_id(value, problems));
        let parents = self.required("parents", "-- parents:  none", problems);
        let parents = parents.map(|value| read_ids(value, problems)).unwrap_or_default();
        // Alembic asks for no words either, but the line has to be there.
        let message = match self.get("message") {
            Some(value) => Some(value.text.clone()),
            None => self.required("message", "-- message:  what it does", problems).map(|value| value.text.clone()),
        };
        let depends_on = self.get("depends").map(|value| read_ids(value, problems)).unwrap_or_default();
        let labels = self.get("branch").map(|value| read_labels(value, problems)).unwrap_or_default();
        let phase = self.get("phase").and_then(|value| read_phase(value, problems));
        let part = self.get("part").and_then(|value| read_part(value, problems));
        let created = self.get("created").map(|value| value.text.clone()).filter(|text| !text.is_empty());
        if let Some(format) = self.get("format").filter(|format| !format.text.eq_ignore_ascii_case("sql")) {
            let message = format!("format `{}` is not one that this whimbrel reads", format.text);
            problems.push(problem(format, message, "the format of a revision is `sql`"));
        }
        if let Some(id) = &id
            && let Some(value) = self.get("parents").filter(|_| parents.contains(id))
        {
            problems.push(problem(
                value,
                format!("`{id}` is its own parent"),
                "name the revision before it, or `none`",
            ));
        }
        if !sections.iter().any(|section| section.direction == whimbrel_plan::revision::Direction::Up) {
            let next = "write `-- upgrade` on a line of its own, and the SQL below it";
            problems.push(Problem::new(self.end, 0..0, "there is no `-- upgrade` section", next));
        }
        Some(Header { id: id?, parents, depends_on, labels, message: message?, phase, part, created })
    }

    fn required(&self, key: &str, example: &str, problems: &mut Vec<Problem>) -> Option<&Value> {
        let found = self.get(key);
        match found {
            Some(value) if !value.text.is_empty() => return Some(value),
            Some(value) => {
                problems.push(problem(value, format!("`{key}:` is empty"), format!("for example `{example}`")));
            }
            None => {
                let message = format!("the header has no `{key}:`");
                problems.push(Problem::new(1, 0..0, message, format!("write a line like `{example}` at the top")));
            }
        }
        None
    }
}

fn problem(value: &Value, message: impl Into<String>, next: impl Into<String>) -> Problem {
    Problem::new(value.line, value.span.clone(), message, next)
}

fn read_id(value: &Value, problems: &mut Vec<Problem>) -> Option<RevisionId> {
    match RevisionId::new(&value.text) {
        Ok(id) => Some(id),
        Err(error) => {
            problems.push(problem(value, error.to_string(), "an id is like `8c1f0e7d2b34`"));
            None
        }
    }
}

fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| character == ',' || character.is_whitespace()).filter(|part| !part.is_empty())
}

fn read_ids(value: &Value, problems: &mut Vec<Problem>) -> Vec<RevisionId> {
    if value.text.eq_ignore_ascii_case("none") {
        return Vec::new();
    }
    let mut ids = Vec::new();
    for part in parts(&value.text) {
        match RevisionId::new(part) {
            Ok(id) if ids.contains(&id) => {
                problems.push(problem(value, format!("`{id}` stands twice"), "delete one of the two"));
            }
            Ok(id) => ids.push(id),
            Err(error) => {
                let next = "ids are separated by commas; the first revision has `none`";
                problems.push(problem(value, error.to_string(), next));
            }
        }
    }
    ids
}

fn read_labels(value: &Value, problems: &mut Vec<Problem>) -> Vec<String> {
    let mut labels: Vec<String> = Vec::new();
    for part in parts(&value.text) {
        let known = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | '-');
        if !part.chars().all(known) || RevisionId::new(&part.replace('-', "_")).is_err() {
            let next = "labels are letters, digits, `_`, `.` and `-`, and none of the words that targets use";
            problems.push(problem(value, format!("`{part}` cannot be a branch label"), next));
        } else if !labels.iter().any(|label| label == part) {
            labels.push(part.to_string());
        }
    }
    labels
}

fn read_phase(value: &Value, problems: &mut Vec<Problem>) -> Option<Phase> {
    let found = Phase::ALL.into_iter().find(|phase| phase.word().eq_ignore_ascii_case(&value.text));
    if found.is_none() {
        let next = "the phases are `expand`, `backfill` and `contract`; a plain revision has none";
        problems.push(problem(value, format!("`{}` is no phase", value.text), next));
    }
    found
}

fn read_part(value: &Value, problems: &mut Vec<Problem>) -> Option<Part> {
    let words: Vec<&str> = value.text.split_whitespace().collect();
    let part = match words.as_slice() {
        [number, "of", of] => number.parse().ok().zip(of.parse().ok()),
        _ => None,
    };
    match part {
        Some((number, of)) if (1..=of).contains(&number) => Some(Part { number, of }),
        Some(_) | None => {
            problems.push(problem(value, format!("`{}` is no part", value.text), "a part is like `2 of 3`"));
            None
        }
    }
}
