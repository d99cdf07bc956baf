//! `000001_add_users.up.sql`. The tool opens no transaction; a file is sent as one text.

use super::layout::Reading;
use super::place::{Place, name_of, numbered, without_end};
use super::sqlx::says_no_transaction;
use super::{File, Part, Role};

pub(super) static READING: Reading = Reading { word: "golang-migrate", owns, role, parts };

/// sqlx has names like these too, and its own word for files without a transaction.
fn owns(file: &File) -> bool {
    role(file).is_own() && !says_no_transaction(file)
}

fn role(file: &File) -> Role {
    let Some((version, rest)) = numbered(name_of(&file.path)) else { return Role::Stranger };
    if without_end(rest, ".down.sql").is_some() {
        return Role::Down;
    }
    let place = without_end(rest, ".up.sql").and_then(|_| Place::versioned(version, &file.path));
    place.map_or(Role::Stranger, Role::Up)
}

fn parts(file: &File) -> Vec<Part> {
    vec![Part::new(file.whole(), false)]
}
