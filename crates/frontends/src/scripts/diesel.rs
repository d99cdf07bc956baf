//! `2026-01-01-000000_add_users/up.sql`, with a `metadata.toml` beside it where there is to be no transaction.

use super::layout::Reading;
use super::{File, Part, Role};

pub(super) static READING: Reading = Reading { word: "diesel", owns, role, parts };

fn owns(file: &File) -> bool {
    role(file).is_own()
}

fn role(file: &File) -> Role {
    Role::in_folder(&file.path, "up.sql")
}

fn parts(file: &File) -> Vec<Part> {
    let mut said = file.beside.as_deref().into_iter().flat_map(str::lines).filter_map(|line| line.split_once('='));
    let without = said.any(|(key, value)| {
        let value = value.split('#').next().unwrap_or_default();
        key.trim() == "run_in_transaction" && value.trim() == "false"
    });
    vec![Part::new(file.whole(), !without)]
}
