//! SQL, and nothing that says who runs it: in the order of the paths, each statement on its own, as the engines' own
//! shells run it.

use super::layout::Reading;
use super::place::{Place, name_of, without_end};
use super::{File, Part, Role};

pub(super) static READING: Reading = Reading { word: "plain", owns, role, parts };

fn owns(_: &File) -> bool {
    true
}

fn role(file: &File) -> Role {
    let name = name_of(&file.path);
    match name == "down.sql" || without_end(name, ".down.sql").is_some() {
        true => Role::Down,
        false => Role::Up(Place::by_name(&file.path)),
    }
}

fn parts(file: &File) -> Vec<Part> {
    vec![Part::new(file.whole(), false)]
}
