use whimbrel_plan::RenderError;
use whimbrel_schema::{Object, ObjectId, ObjectKind, ObjectName, Schema, View};

use super::super::naming::same_object;
use super::{if_exists_words, if_not_exists_words, list, name, unsupported};

pub(super) fn create(object: &Object, replace: bool, if_not_exists: bool) -> Result<Vec<String>, RenderError> {
    match object {
        Object::View(view) => {
            let made = create_view(view, if_not_exists)?;
            Ok(if replace { vec![drop_view(&view.name, true), made] } else { vec![made] })
        }
        // What could not be read was read from `sqlite_master`: its definition is its own SQL.
        Object::Opaque(opaque) => Ok(vec![opaque.definition.clone()]),
        Object::Namespace(_)
        | Object::Extension(_)
        | Object::Enum(_)
        | Object::Domain(_)
        | Object::Sequence(_)
        | Object::Routine(_) => unsupported(format!("have {}", object.id())),
    }
}

fn create_view(view: &View, if_not_exists: bool) -> Result<String, RenderError> {
    if view.materialized {
        return unsupported(format!("have a materialized view (`{}`)", view.name));
    }
    let columns = if view.columns.is_empty() { String::new() } else { format!(" ({})", list(&view.columns)) };
    let condition = if_not_exists_words(if_not_exists);
    Ok(format!("CREATE VIEW {condition}{}{columns} AS\n{}", name(&view.name), view.query))
}

fn drop_view(view: &ObjectName, if_exists: bool) -> String {
    format!("DROP VIEW {}{}", if_exists_words(if_exists), name(view))
}

pub(super) fn drop(object: &ObjectId, if_exists: bool) -> Result<Vec<String>, RenderError> {
    match object.kind {
        ObjectKind::View => Ok(vec![drop_view(&object.name, if_exists)]),
        ObjectKind::Namespace
        | ObjectKind::Extension
        | ObjectKind::Enum
        | ObjectKind::Domain
        | ObjectKind::Sequence
        | ObjectKind::MaterializedView
        | ObjectKind::Routine
        | ObjectKind::Opaque => unsupported(format!("drop {object}")),
    }
}

/// SQLite changes no view: it is dropped and made again, with its triggers.
pub(super) fn alter(to: &Object, before: &Schema) -> Result<Vec<String>, RenderError> {
    let Object::View(view) = to else { return unsupported(format!("change {}", to.id())) };
    let old = find_view(&view.name, before)?;
    let triggers = old.triggers.iter().map(|trigger| trigger.definition.clone());
    let mut statements = vec![drop_view(&view.name, false), create_view(view, false)?];
    statements.extend(triggers);
    Ok(statements)
}

pub(super) fn rename(object: &ObjectId, to: &ObjectName, before: &Schema) -> Result<Vec<String>, RenderError> {
    if object.kind != ObjectKind::View {
        return unsupported(format!("rename {object}"));
    }
    let old = find_view(&object.name, before)?;
    if !old.triggers.is_empty() {
        return unsupported(format!("rename {object}, which has triggers"));
    }
    let renamed = View { name: to.clone(), ..old.clone() };
    Ok(vec![drop_view(&object.name, false), create_view(&renamed, false)?])
}

fn find_view<'a>(name: &ObjectName, schema: &'a Schema) -> Result<&'a View, RenderError> {
    schema
        .objects_of(ObjectKind::View)
        .find_map(|object| match object {
            Object::View(view) if same_object(&view.name, name) => Some(view),
            _ => None,
        })
        .ok_or_else(|| RenderError::Missing { what: format!("view `{name}`") })
}
