//! `2026-01-01-000000_add_users/up.sql`, with a `metadata.toml` beside it where there is to be no transaction.

use super::layout::Reading;
use super::place::{Place, name_of};
use super::{File, Part, Role};

pub(super) static READING: Reading = Reading { word: "diesel", owns, role, parts };

fn owns(file: &File) -> bool {
    match role(file) {
        Role::Up(_) | Role::Down => true,
        Role::Stranger => false,
    }
}

fn role(file: &File) -> Role {
    let folder = file.path.parent().map(name_of).unwrap_or_default();
    match name_of(&file.path) {
        "up.sql" if !folder.is_empty() => Role::Up(Place::by_name(&file.path)),
        "down.sql" if !folder.is_empty() => Role::Down,
        _ => Role::Stranger,
    }
}

fn parts(file: &File) -> Vec<Part> {
    let mut said = file.beside.as_deref().into_iter().flat_map(str::lines).filter_map(|line| line.split_once('='));
    let without = said.any(|(key, value)| {
        let value = value.split('#').next().unwrap_or_default();
        key.trim() == "run_in_transaction" && value.trim() == "false"
    });
    vec![Part::new(file.whole(), !without)]
}
