//! `V1__add_users.sql`, and `U1__…` for those that need not be applied in order: both lead up.

use super::flyway::prefixed;
use super::layout::Reading;
use super::place::Place;
use super::{File, Part, Role};

pub(super) static READING: Reading = Reading { word: "refinery", owns, role, parts };

/// Its names are Flyway's, so it has to be named.
fn owns(_: &File) -> bool {
    false
}

fn role(file: &File) -> Role {
    match prefixed(file) {
        Some(('V' | 'U', version)) => Place::versioned(version, &file.path).map_or(Role::Stranger, Role::Up),
        Some(_) | None => Role::Stranger,
    }
}

fn parts(file: &File) -> Vec<Part> {
    vec![Part::new(file.whole(), true)]
}
