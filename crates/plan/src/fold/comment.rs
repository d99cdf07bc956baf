use whimbrel_schema::{Object, ObjectName, Schema};

use super::{FoldError, Folding, column_mut, constraint, index, object, table_mut, trigger};
use crate::CommentTarget;

pub(super) fn set(schema: &mut Folding, on: &CommentTarget, to: Option<&str>) -> Result<(), FoldError> {
    let to = to.map(str::to_string);
    match on {
        CommentTarget::Table(table) => table_mut(schema, table)?.comment = to,
        // Columns of views carry comments on PostgreSQL; a view as modelled has no columns of its own.
        CommentTarget::Column(table, _) if is_view(schema, table) => {}
        CommentTarget::Column(table, column) => column_mut(schema, table, column)?.comment = to,
        CommentTarget::Constraint(table, name) => constraint::set_comment(schema, table, name, to)?,
        CommentTarget::Index(name) => index::set_comment(schema, name, to)?,
        CommentTarget::Trigger(table, name) => trigger::find(schema, table, name)?.comment = to,
        CommentTarget::Object(id) => {
            let found = object::find_mut(schema, id).ok_or_else(|| FoldError::no_object(id))?;
            match found {
                Object::Namespace(it) => it.comment = to,
                Object::Enum(it) => it.comment = to,
                Object::Domain(it) => it.comment = to,
                Object::Sequence(it) => it.comment = to,
                Object::View(it) => it.comment = to,
                Object::Routine(it) => it.comment = to,
                Object::Extension(_) | Object::Opaque(_) => {}
            }
        }
    }
    Ok(())
}

fn is_view(schema: &Schema, name: &ObjectName) -> bool {
    schema.table(name).is_none() && object::view_id(schema, name).is_some()
}
