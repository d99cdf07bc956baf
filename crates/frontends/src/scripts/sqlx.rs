//! `20260101_add_users.sql`, or `….up.sql` beside `….down.sql`. A file that begins with `-- no-transaction` has none.

use super::layout::Reading;
use super::markers::after;
use super::place::{Place, name_of, numbered, without_end};
use super::{File, Part, Role};

pub(super) static READING: Reading = Reading { word: "sqlx", owns, role, parts };

fn owns(file: &File) -> bool {
    role(file).is_own()
}

fn role(file: &File) -> Role {
    let Some(name) = without_end(name_of(&file.path), ".sql") else { return Role::Stranger };
    let Some((version, _)) = numbered(name) else { return Role::Stranger };
    match without_end(name, ".down") {
        Some(_) => Role::Down,
        None => Place::versioned(version, &file.path).map_or(Role::Stranger, Role::Up),
    }
}

pub(super) fn says_no_transaction(file: &File) -> bool {
    let first = file.text.lines().next().unwrap_or_default();
    after(first, "no-transaction").is_some()
}

fn parts(file: &File) -> Vec<Part> {
    vec![Part::new(file.whole(), !says_no_transaction(file))]
}
