//! A column of another type, where the engine would write every row anew: a second column of the new type is filled and
//! kept in step, and takes the name with the contract.
//!
//! Until then both codes know the old column alone, so that nobody writes to the second one but its trigger.

use whimbrel_schema::{Column, Constraint, Expression, Generation, ObjectName, Pair, Table};

use super::Fill;
use super::conversion;
use super::dual_write::{DualWrite, Kept, Value};
use super::middle::Middle;
use super::turn::{Hidden, Turn};
use crate::fold::names_column;
use crate::review::{Circumstances, Facts, Session, Work};
use crate::{Dialect, How, Step};

/// Whether the change is made this way.
pub(super) fn apply(middle: &mut Middle<'_>, table: &ObjectName, column: &Pair<Column>) -> bool {
    let Pair { from, to } = column;
    let hidden = Hidden::of(&to.name);
    let new = Column { name: hidden.new.clone(), nullable: true, default: None, on_null: None, ..to.clone() };
    let Some(value) = value(middle, table, Pair::new(from, &new)) else { return false };
    let tightened = from.nullable && !to.nullable;
    let given = middle.choices.backfill(table, &to.name).cloned();
    let value = match (tightened, given) {
        (false, _) => value,
        // Somebody has to say first what rows get that have none.
        (true, None) => return false,
        (true, Some(given)) => {
            let Some(converted) = conversion::sql(&value, middle.dialect) else { return false };
            Value::Computed(Expression::new(format!("COALESCE(({converted}), ({given}))")))
        }
    };
    let kept = Kept::converted(&from.name, &hidden.new, value.clone(), Value::Left);
    if !can(middle, table, column, &hidden) || !keeps(middle, table, &new, &kept) {
        return false;
    }
    let Some(found) = middle.table(table) else { return false };
    if let Some(between) = found.column_mut(&to.name) {
        *between = from.clone();
    }
    found.columns.push(new.clone());
    let fill = match tightened {
        true => conversion::sql(&value, middle.dialect)
            .map(|value| Fill::of_null(table, vec![(hidden.new.clone(), value)], middle.dialect)),
        false => conversion::fill(table, Pair::new(from, &new), &value, middle.dialect),
    };
    middle.fills.extend(fill);
    if !to.nullable {
        middle.known.filled.insert((table.clone(), hidden.new.clone()));
    }
    if !from.nullable && !to.nullable {
        middle.known.filled.insert((table.clone(), from.name.clone()));
    }
    middle.answered.insert((table.clone(), to.name.clone()));
    // On the way back the new one still has the name.
    if let Some(value) = conversion::at_risk(Pair::new(to, from), middle.dialect) {
        middle.known.restores.insert((table.clone(), hidden.old.clone()), value);
    }
    let dual = DualWrite { table: table.clone(), kept: vec![kept] };
    middle.keep_apart(dual.clone());
    middle.turns.push(Turn { table: table.clone(), column: to.clone(), hidden, dual });
    true
}

fn value(middle: &Middle<'_>, table: &ObjectName, columns: Pair<&Column>) -> Option<Value> {
    let chosen = middle.choices.using(table, &columns.from.name);
    conversion::one(columns, chosen, middle.dialect)
}

/// Whether every row would be written anew, and nothing hangs on the column that could not go over to another one.
fn can(middle: &Middle<'_>, table: &ObjectName, column: &Pair<Column>, hidden: &Hidden) -> bool {
    let Some((from, to)) = middle.from.table(table).zip(middle.to.table(table)) else { return false };
    let name = &column.from.name;
    let free = |found: &Table| [&hidden.new, &hidden.old].into_iter().all(|name| found.column(name).is_none());
    // Their indexes cannot be built beside writers.
    let whole = from.options.partition_by.is_none() && to.options.partition_by.is_none();
    whole
        && free(from)
        && free(to)
        && column.from.name == column.to.name
        && !is_bound(middle, from, name)
        && !is_bound(middle, to, name)
        && rewrites(middle, table, &column.to)
}

/// Keys of the table, exclusions, generated columns, views and what is bound to one column of the table by the engine.
fn is_bound(middle: &Middle<'_>, table: &Table, column: &str) -> bool {
    let engine = middle.dialect.engine();
    let listed = |columns: &[String]| columns.iter().any(|name| name == column);
    let reads = |text: &Expression| names_column(text, column, engine);
    let schemas = [middle.from, middle.to];
    let referenced = schemas.iter().flat_map(|schema| schema.tables.values()).any(|other| {
        other.foreign_keys.iter().any(|key| key.references == table.name && listed(&key.referenced_columns))
    });
    let held = table.constraints().iter().any(|constraint| match constraint {
        Constraint::PrimaryKey(key) => listed(&key.columns) || listed(&key.include),
        // Rows in which the old column is left NULL would be equal to each other.
        Constraint::Unique(key) => listed(&key.columns) && !key.nulls_distinct,
        Constraint::Exclusion(_) => true,
        Constraint::ForeignKey(_) | Constraint::Check(_) => false,
    });
    let alike = table.indexes.iter().any(|index| index.unique && !index.nulls_distinct);
    let computed = table.columns.iter().any(|other| match &other.generation {
        Some(Generation::Stored(text) | Generation::Virtual(text)) => reads(text),
        Some(Generation::Serial { .. } | Generation::Identity(_) | Generation::AutoIncrement) | None => false,
    });
    let told = table.triggers.iter().any(|trigger| names_column(&Expression::new(&trigger.definition), column, engine));
    referenced
        || held
        || alike
        || computed
        || told
        || schemas.into_iter().any(|it| super::reads(it, &table.name, column))
}

/// What the engine itself says of changing the type in place, or the worst.
fn rewrites(middle: &Middle<'_>, table: &ObjectName, to: &Column) -> bool {
    let step = Step::SetColumnType {
        table: table.clone(),
        column: to.name.clone(),
        to: to.ty.clone(),
        collation: to.collation.clone(),
        using: middle.choices.using(table, &to.name).cloned(),
    };
    let dialect = middle.dialect;
    if dialect.how(&step, middle.from) == How::Rebuild {
        return false;
    }
    let Ok(statements) = dialect.render(&step, middle.from) else { return false };
    let (facts, session) = (Facts::default(), Session::default());
    let at = Circumstances {
        before: middle.from,
        complete: true,
        certain: true,
        facts: &facts,
        session: &session,
        in_transaction: true,
    };
    statements.iter().any(|sql| anew(dialect, sql, &at))
}

fn anew(dialect: &dyn Dialect, sql: &str, at: &Circumstances<'_>) -> bool {
    let understanding = dialect.understand(sql);
    let predicted = dialect.predict(sql, &understanding, at);
    predicted.touches.iter().any(|touch| touch.work.contains(&Work::Rewrite))
}

fn keeps(middle: &Middle<'_>, table: &ObjectName, new: &Column, kept: &Kept) -> bool {
    let mut trial = middle.from.clone();
    let Some(found) = trial.table_mut(table) else { return false };
    found.columns.push(new.clone());
    let dual = DualWrite { table: table.clone(), kept: vec![kept.clone()] };
    dual.keep(&mut trial, middle.dialect).is_ok()
}
