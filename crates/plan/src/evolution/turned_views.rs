//! Views that show columns which take their names from others.
//!
//! A view holds on to the columns that it was made over, whatever they are called later. So in the moment of the turn each
//! steps aside, another of its name is made over the new columns, with the rights that the first one gave, and the first
//! one goes. Nobody sees the name missing.

use whimbrel_schema::{Object, ObjectId, ObjectKind, ObjectName, Schema, View};

use super::turn::Hidden;
use super::{Place, shows};
use crate::ops::{Planned, view_creation};
use crate::words::mentions;
use crate::{Dialect, Step};

/// Every view that shows one of the columns, or reads one that does, in the order in which they can be made.
pub(super) fn of<'s>(schema: &'s Schema, places: &[Place]) -> Vec<&'s View> {
    let views: Vec<&View> = (schema.objects.values())
        .filter_map(|object| match object {
            Object::View(view) => Some(view),
            Object::Namespace(_)
            | Object::Extension(_)
            | Object::Enum(_)
            | Object::Domain(_)
            | Object::Sequence(_)
            | Object::Routine(_)
            | Object::Opaque(_) => None,
        })
        .collect();
    let says = |view: &View, name: &ObjectName| mentions(view.query.text(), &name.name, schema.engine);
    let own = |view: &View| places.iter().any(|(table, column)| shows(view, table, column, schema.engine));
    let mut left: Vec<&View> = views.iter().copied().filter(|view| own(view)).collect();
    loop {
        let reads = |view: &&&View| {
            !left.iter().any(|other| other.name == view.name) && left.iter().any(|other| says(view, &other.name))
        };
        match views.iter().find(reads) {
            Some(view) => left.push(view),
            None => break,
        }
    }
    let mut ordered: Vec<&View> = Vec::new();
    while !left.is_empty() {
        let ready = |view: &&View| !left.iter().any(|other| other.name != view.name && says(view, &other.name));
        // In a circle of names, which only texts can have, somebody is first.
        let at = left.iter().position(ready).unwrap_or_default();
        ordered.push(left.remove(at));
    }
    ordered
}

/// Whether all of them can be made anew in an instant, and are what they were.
pub(super) fn can_follow(from: &Schema, to: &Schema, place: &Place, dialect: &dyn Dialect) -> bool {
    let places = std::slice::from_ref(place);
    let (before, after) = (of(from, places), of(to, places));
    let bound = |view: &View| {
        let on =
            |object: &Object| matches!(object, Object::Opaque(opaque) if opaque.table.as_ref() == Some(&view.name));
        view.materialized || from.objects.values().any(on) || dialect.copy_rights(&view.name, &view.name).is_none()
    };
    before == after && !before.into_iter().any(bound)
}

pub(super) fn step_aside(views: &[&View]) -> Vec<Planned> {
    let rename = |view: &&View| Step::RenameObject { object: id(&view.name), to: aside(view) }.into();
    views.iter().map(rename).collect()
}

/// Over the columns that have the names now.
pub(super) fn come_back(views: &[&View], dialect: &dyn Dialect) -> Vec<Planned> {
    let mut steps = Vec::new();
    for view in views {
        steps.extend(view_creation(view));
        let rights = Step::Inert { what: "whoever was granted something is granted it".to_string() };
        let sql = dialect.copy_rights(&aside(view), &view.name);
        steps.extend(sql.map(|sql| Planned { sql: Some(sql), ..rights.into() }));
    }
    let gone = |view: &&View| Step::DropObject { object: id(&aside(view)), if_exists: false, cascade: false }.into();
    steps.extend(views.iter().rev().map(gone));
    steps
}

fn id(name: &ObjectName) -> ObjectId {
    ObjectId::new(ObjectKind::View, name.clone())
}

fn aside(view: &View) -> ObjectName {
    view.name.sibling(Hidden::of(&view.name.name).old)
}
