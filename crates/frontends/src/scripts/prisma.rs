//! `20260101120000_add_users/migration.sql`, each file sent as one text.

use super::layout::Reading;
use super::place::{Place, name_of};
use super::{File, Part, Role};

pub(super) static READING: Reading = Reading { word: "prisma", owns, role, parts };

fn owns(file: &File) -> bool {
    match role(file) {
        Role::Up(_) | Role::Down => true,
        Role::Stranger => false,
    }
}

fn role(file: &File) -> Role {
    let folder = file.path.parent().map(name_of).unwrap_or_default();
    match name_of(&file.path) {
        "migration.sql" if !folder.is_empty() => Role::Up(Place::by_name(&file.path)),
        "down.sql" if !folder.is_empty() => Role::Down,
        _ => Role::Stranger,
    }
}

fn parts(file: &File) -> Vec<Part> {
    vec![Part::new(file.whole(), false)]
}
