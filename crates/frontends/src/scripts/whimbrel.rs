//! Revisions: the section for the engine, in the order of the history.

use whimbrel_plan::revision::{Direction, Revision};
use whimbrel_schema::Engine;

use super::layout::Reading;
use super::place::Place;
use super::{File, Part, Role};

pub(super) static READING: Reading = Reading { word: "whimbrel", owns, role, parts };

fn owns(file: &File) -> bool {
    let first = file.text.lines().map(str::trim).find(|line| !line.is_empty());
    let key = first.and_then(|line| line.trim_start_matches('\u{feff}').strip_prefix("--")?.split_once(':'));
    key.is_some_and(|(key, _)| key.trim() == "revision")
}

/// The order is that of the history, which is made of all of them.
fn role(file: &File) -> Role {
    Role::Up(Place::by_name(&file.path))
}

/// What serves any engine. What is for one alone is read by [`revision_of`].
fn parts(file: &File) -> Vec<Part> {
    match crate::revision::read(&file.text, &file.path) {
        Ok(revision) => Engine::ALL.iter().find_map(|engine| revision_of(&revision, *engine)).into_iter().collect(),
        Err(_) => Vec::new(),
    }
}

/// The bytes of a revision that run on the engine on the way up; `None` where it says nothing of that engine.
pub fn revision_of(revision: &Revision, engine: Engine) -> Option<Part> {
    let section = revision.section(Direction::Up, engine)?;
    Some(Part::new(section.offset..section.offset + section.text.len(), true))
}
