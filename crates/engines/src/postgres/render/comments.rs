use whimbrel_plan::CommentTarget;
use whimbrel_schema::{ObjectName, Schema};

use super::{Rendered, name, objects};
use crate::postgres::quote::{literal, quote};

pub(super) fn comment(on: &CommentTarget, to: Option<&str>, before: &Schema) -> Rendered {
    let subject = match on {
        CommentTarget::Table(table) => format!("TABLE {}", name(table)),
        CommentTarget::Column(table, column) => format!("COLUMN {}.{}", name(table), quote(column)),
        CommentTarget::Constraint(table, constraint) => format!("CONSTRAINT {} ON {}", quote(constraint), name(table)),
        CommentTarget::Index(index) => format!("INDEX {}", name(index)),
        CommentTarget::Trigger(table, trigger) => format!("TRIGGER {} ON {}", quote(trigger), name(table)),
        CommentTarget::Object(object) => objects::subject(object, before)?,
    };
    Ok(vec![format!("COMMENT ON {subject} IS {}", text(to))])
}

/// The comment of a column that is made anew.
pub(super) fn column(table: &ObjectName, column: &str, comment: Option<&str>) -> Option<String> {
    let comment = comment?;
    Some(format!("COMMENT ON COLUMN {}.{} IS {}", name(table), quote(column), literal(comment)))
}

fn text(to: Option<&str>) -> String {
    to.map_or_else(|| "NULL".to_string(), literal)
}
