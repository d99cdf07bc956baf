//! `20260101120000_add_users/migration.sql`, each file sent as one text.

use super::layout::Reading;
use super::{File, Part, Role};

pub(super) static READING: Reading = Reading { word: "prisma", owns, role, parts };

fn owns(file: &File) -> bool {
    role(file).is_own()
}

fn role(file: &File) -> Role {
    Role::in_folder(&file.path, "migration.sql")
}

fn parts(file: &File) -> Vec<Part> {
    vec![Part::new(file.whole(), false)]
}
