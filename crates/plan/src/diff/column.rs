use std::collections::HashMap;

use whimbrel_schema::{Column, Expression, Generation, Pair, Table};

use crate::{Change, Dialect};

pub(super) fn diff(tables: Pair<&Table>, dialect: &dyn Dialect, changes: &mut Vec<Change>) {
    let engine = dialect.engine();
    let table = &tables.to.name;
    let fold = |name: &str| if engine.same_name("a", "A") { name.to_ascii_lowercase() } else { name.to_string() };
    let mut from: HashMap<String, &Column> =
        tables.from.columns.iter().map(|column| (fold(&column.name), column)).collect();
    for to in &tables.to.columns {
        match from.remove(&fold(&to.name)) {
            None => changes.push(Change::AddColumn { table: table.clone(), column: Box::new(to.clone()) }),
            Some(from) if !same_column(Pair::new(from, to), dialect) => {
                let pair = Pair::new(from.clone(), to.clone());
                changes.push(Change::AlterColumn { table: table.clone(), column: Box::new(pair) });
            }
            Some(_) => {}
        }
    }
    for column in tables.from.columns.iter().filter(|column| from.contains_key(&fold(&column.name))) {
        changes.push(Change::DropColumn { table: table.clone(), column: Box::new(column.clone()) });
    }
}

/// Everything but the comment, which is a change of its own.
fn same_column(columns: Pair<&Column>, dialect: &dyn Dialect) -> bool {
    let Pair { from, to } = columns;
    dialect.same_type(Pair::new(&from.ty, &to.ty))
        && from.nullable == to.nullable
        && same_optional(Pair::new(&from.default, &to.default), dialect)
        && same_generation(Pair::new(&from.generation, &to.generation), dialect)
        && from.collation == to.collation
        && from.on_null == to.on_null
}

pub(super) fn same_optional(expressions: Pair<&Option<Expression>>, dialect: &dyn Dialect) -> bool {
    match (expressions.from, expressions.to) {
        (None, None) => true,
        (Some(from), Some(to)) => from == to || dialect.same_expression(Pair::new(from, to)),
        (None, Some(_)) | (Some(_), None) => false,
    }
}

fn same_generation(generations: Pair<&Option<Generation>>, dialect: &dyn Dialect) -> bool {
    match (generations.from, generations.to) {
        (Some(Generation::Stored(from)), Some(Generation::Stored(to)))
        | (Some(Generation::Virtual(from)), Some(Generation::Virtual(to))) => {
            from == to || dialect.same_expression(Pair::new(from, to))
        }
        (from, to) => from == to,
    }
}
