use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::time::{SystemTime, UNIX_EPOCH};

use whimbrel_plan::history::History;
use whimbrel_plan::revision::{Revision, RevisionId};

/// The name of a new revision's file: the beginning of its id, its message, and its phase where it is part of an
/// evolution. `taken` are the names that are in the folder.
pub fn file_name(revision: &Revision, taken: &BTreeSet<String>) -> String {
    let id = revision.id.as_str();
    let begins = |start: &str| taken.iter().any(|name| name.starts_with(&format!("{start}_")));
    let length = (SHORTEST..=id.len()).find(|&length| id.get(..length).is_some_and(|start| !begins(start)));
    let start = length.and_then(|length| id.get(..length)).unwrap_or(id);
    let phase = match (revision.part, revision.phase) {
        (Some(_), Some(phase)) => format!(".{phase}"),
        (Some(_) | None, _) => String::new(),
    };
    format!("{start}_{}{phase}.sql", slug(&revision.message))
}

const SHORTEST: usize = 4;
const LONGEST: usize = 50;

/// Words as a file name has them: lower case, joined by `_`, not too long and not cut inside a word where that can be
/// avoided.
pub fn slug(message: &str) -> String {
    let mut slug = String::new();
    let lower = message.to_lowercase();
    for word in lower.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty()) {
        if slug.chars().count() + word.chars().count() + 1 > LONGEST && !slug.is_empty() {
            break;
        }
        if !slug.is_empty() {
            slug.push('_');
        }
        slug.extend(word.chars().take(LONGEST));
    }
    if slug.is_empty() { "revision".to_string() } else { slug }
}

/// An id that no revision of the history has.
pub fn new_id(history: &History) -> RevisionId {
    loop {
        // Random enough for names: every `RandomState` is keyed by the system, and differs from the last.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_nanos());
        let number = RandomState::new().hash_one((now, std::process::id()));
        let text = format!("{number:016x}");
        // All digits would be read as a number by some tools, and `e` among digits as a power of ten.
        let lettered = text.bytes().take(LENGTH).any(|byte| matches!(byte, b'a'..=b'd' | b'f'));
        if let Some(Ok(id)) = text.get(..LENGTH).map(RevisionId::new)
            && lettered
            && !history.contains(&id)
        {
            return id;
        }
    }
}

const LENGTH: usize = 12;
