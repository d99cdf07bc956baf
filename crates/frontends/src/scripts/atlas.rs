//! `20260101120000_add_users.sql` with an `atlas.sum` beside it. `-- atlas:txmode none` takes the file out of its
//! transaction.

use super::layout::Reading;
use super::markers::{after, lines};
use super::place::{Place, name_of, without_end};
use super::{File, Part, Role};

pub(super) static READING: Reading = Reading { word: "atlas", owns, role, parts };

fn owns(file: &File) -> bool {
    let known = file.beside.as_deref().is_some_and(|sum| sum.starts_with("h1:"));
    known || lines(&file.text).any(|(_, line)| after(line, "atlas:").is_some())
}

fn role(file: &File) -> Role {
    match without_end(name_of(&file.path), ".sql") {
        Some(name) if without_end(name, ".down").is_some() => Role::Down,
        Some(_) => Role::Up(Place::by_name(&file.path)),
        None => Role::Stranger,
    }
}

fn parts(file: &File) -> Vec<Part> {
    let without = lines(&file.text)
        .filter_map(|(_, line)| after(line, "atlas:txmode"))
        .any(|mode| mode.trim().eq_ignore_ascii_case("none"));
    vec![Part::new(file.whole(), !without)]
}
