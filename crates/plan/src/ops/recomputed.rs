//! A generated column holds on to the columns that it reads: while it is there, none of them can change its type.

use std::collections::BTreeSet;

use whimbrel_schema::{Column, Expression, Generation, ObjectName, Pair, Schema};

use super::Setting;
use super::alter_column::{is_computed, is_replaced};
use crate::fold::names_column;
use crate::{Change, CommentTarget};

/// The generated columns that read this column of the table, are there on both sides and would stay as they are.
pub(super) fn readers<'a>(setting: &Setting<'a>, table: &ObjectName, column: &str) -> Vec<&'a Column> {
    let (Some(from), Some(to)) = (setting.schemas.from.table(table), setting.schemas.to.table(table)) else {
        return Vec::new();
    };
    let engine = setting.dialect.engine();
    let reads = |reader: &&Column| expression(reader).is_some_and(|it| names_column(it, column, engine));
    let stays = |reader: &&Column| {
        to.column(&reader.name).is_some_and(|after| {
            is_computed(after) && !is_replaced(setting, &Pair::new((*reader).clone(), after.clone()))
        })
    };
    from.columns.iter().filter(reads).filter(stays).collect()
}

fn expression(column: &Column) -> Option<&Expression> {
    match &column.generation {
        Some(Generation::Stored(expression) | Generation::Virtual(expression)) => Some(expression),
        Some(Generation::Serial { .. } | Generation::Identity(_) | Generation::AutoIncrement) | None => None,
    }
}

/// Drops these columns and makes them anew as they shall be, in place of whatever else was to change about them.
pub(super) fn again(setting: &Setting<'_>, places: &BTreeSet<(ObjectName, String)>, changes: &mut Vec<Change>) {
    if places.is_empty() {
        return;
    }
    changes.retain(|change| {
        let place = if let Change::AlterColumn { table, column } = change {
            (table.clone(), column.to.name.clone())
        } else if let Change::SetComment { on: CommentTarget::Column(table, column), .. } = change {
            (table.clone(), column.clone())
        } else {
            return true;
        };
        !places.contains(&place)
    });
    for (table, column) in places {
        let column_of = |schema: &Schema| schema.table(table).and_then(|found| found.column(column)).cloned();
        let (Some(from), Some(to)) = (column_of(setting.schemas.from), column_of(setting.schemas.to)) else { continue };
        let comment = to.comment.clone();
        changes.push(Change::DropColumn { table: table.clone(), column: Box::new(from) });
        changes.push(Change::AddColumn { table: table.clone(), column: Box::new(to) });
        if comment.is_some() {
            let on = CommentTarget::Column(table.clone(), column.clone());
            changes.push(Change::SetComment { on, comment: Pair::new(None, comment) });
        }
    }
}
