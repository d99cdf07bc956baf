//! `-- migrate:up`, and `-- migrate:up transaction:false` where there is to be no transaction.

use super::layout::Reading;
use super::markers::section;
use super::place::Place;
use super::{File, Part, Role};

pub(super) static READING: Reading = Reading { word: "dbmate", owns, role, parts };

const UP: &str = "migrate:up";
const DOWN: &str = "migrate:down";

fn owns(file: &File) -> bool {
    section(&file.text, UP, DOWN).is_some()
}

fn role(file: &File) -> Role {
    if owns(file) { Role::Up(Place::by_name(&file.path)) } else { Role::Stranger }
}

fn parts(file: &File) -> Vec<Part> {
    let part = section(&file.text, UP, DOWN).map(|(span, options)| {
        let without = options.split_whitespace().any(|option| option == "transaction:false");
        Part::new(span, !without)
    });
    part.into_iter().collect()
}
