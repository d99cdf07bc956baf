//! `V1_2__add_users.sql`, then `R__views.sql`. `U1_2__…` is the way back; `B…` are baselines.

use super::layout::Reading;
use super::markers::{after, lines};
use super::place::{Place, name_of, without_end};
use super::{File, Part, Role};

pub(super) static READING: Reading = Reading { word: "flyway", owns, role, parts };

fn owns(file: &File) -> bool {
    role(file).is_own()
}

fn role(file: &File) -> Role {
    let Some((prefix, version)) = prefixed(file) else { return Role::Stranger };
    match (prefix, version) {
        ('V' | 'B', version) => Place::versioned(version, &file.path).map_or(Role::Stranger, Role::Up),
        ('U', version) => Place::versioned(version, &file.path).map_or(Role::Stranger, |_| Role::Down),
        ('R', "") => Role::Up(Place { repeatable: true, ..Place::by_name(&file.path) }),
        (_, _) => Role::Stranger,
    }
}

/// The letter a name begins with, and what stands between it and the two underscores.
pub(super) fn prefixed(file: &File) -> Option<(char, &str)> {
    let name = without_end(name_of(&file.path), ".sql")?;
    let prefix = name.chars().next()?;
    let (version, _) = name.get(prefix.len_utf8()..)?.split_once("__")?;
    Some((prefix, version))
}

/// One transaction, unless the file or the `.conf` beside it says otherwise.
fn parts(file: &File) -> Vec<Part> {
    let configured = file.beside.as_deref().into_iter().flat_map(str::lines).map(str::trim);
    let configured = configured.filter(|line| !line.starts_with('#'));
    let written = lines(&file.text).filter_map(|(_, line)| after(line, "flyway:"));
    let without = configured.chain(written).any(|line| {
        let pair = line.split_once('=').map(|(key, value)| (key.trim(), value.trim()));
        pair.is_some_and(|(key, value)| key == "executeInTransaction" && value.eq_ignore_ascii_case("false"))
    });
    vec![Part::new(file.whole(), !without)]
}
