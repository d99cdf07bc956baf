//! A column of another type, where the engine would write every row anew: a second column of the new type is filled and
//! kept in step, and takes the name with the contract.

use whimbrel_schema::{Column, Constraint, Expression, Generation, Index, IndexTarget, ObjectName, Pair, Table};

use super::conversion;
use super::dual_write::{DualWrite, Kept, Value};
use super::middle::Middle;
use crate::fold::names_column;
use crate::review::{Circumstances, Facts, Session, Work};
use crate::{Change, Dialect, How, Step, Understanding};

/// Whether the change is made this way.
pub(super) fn apply(middle: &mut Middle<'_>, table: &ObjectName, column: &Pair<Column>) -> bool {
    let names = Names::of(&column.to.name);
    let new = Column { name: names.new.clone(), nullable: true, on_null: None, ..column.to.clone() };
    let dialect = middle.dialect;
    let chosen = middle.choices.using(table, &column.to.name);
    let value = conversion::of_second(Pair::new(&column.from, &new), chosen, dialect);
    let Some(value) = value.filter(|_| can(middle, table, column, &names)) else { return false };
    // Until the contract, old code and new code both know the old column alone: nobody writes to the other.
    let kept = Kept::converted(&column.from.name, &names.new, value.clone(), Value::Left);
    if !keeps(middle, table, &new, &kept) {
        return false;
    }
    let Some(found) = middle.table(table) else { return false };
    if let Some(between) = found.column_mut(&column.to.name) {
        *between = column.from.clone();
    }
    found.columns.push(new.clone());
    middle.keep_in_step(table, kept);
    middle.fills.extend(conversion::fill(table, Pair::new(&column.from, &new), &value, dialect));
    let place = (table.clone(), column.to.name.clone());
    if !column.from.nullable {
        middle.known.filled.insert(place.clone());
    } else if let Some(value) = middle.choices.backfill(table, &column.to.name).cloned() {
        middle.stragglers.insert(place.clone(), value);
    }
    middle.answered.insert(place);
    // By then the new column has the name.
    if let Some(value) = conversion::of_second_at_risk(column.as_ref().reversed(), dialect) {
        middle.known.restores.insert((table.clone(), names.old.clone()), value);
    }
    let rename = |from: &str, to: &str| Change::RenameColumn {
        table: table.clone(),
        from: from.to_string(),
        to: to.to_string(),
    };
    middle.last_renames.push(rename(&column.to.name, &names.old));
    middle.last_renames.push(rename(&names.new, &column.to.name));
    true
}

struct Names {
    new: String,
    old: String,
}

impl Names {
    fn of(column: &str) -> Self {
        Names { new: format!("_whimbrel_new_{column}"), old: format!("_whimbrel_old_{column}") }
    }
}

/// Whether every row would be written anew, and nothing else hangs on the column than indexes and constraints of its
/// own, which the contract makes anew.
fn can(middle: &Middle<'_>, table: &ObjectName, column: &Pair<Column>, names: &Names) -> bool {
    let Some((from, to)) = middle.from.table(table).zip(middle.to.table(table)) else { return false };
    let name = &column.from.name;
    let free = |found: &Table| [&names.new, &names.old].into_iter().all(|name| found.column(name).is_none());
    free(from)
        && free(to)
        && column.from.name == column.to.name
        && !is_bound(middle, from, name)
        && !is_bound(middle, to, name)
        && rewrites(middle, table, &column.to)
}

fn is_bound(middle: &Middle<'_>, table: &Table, column: &str) -> bool {
    let engine = middle.dialect.engine();
    let listed = |columns: &[String]| columns.iter().any(|name| name == column);
    let reads = |text: &Expression| names_column(text, column, engine);
    let referenced = [middle.from, middle.to].into_iter().flat_map(|schema| schema.tables.values()).any(|other| {
        other.foreign_keys.iter().any(|key| key.references == table.name && listed(&key.referenced_columns))
    });
    let in_key = table.constraints().iter().any(|constraint| match constraint {
        Constraint::PrimaryKey(key) => listed(&key.columns),
        Constraint::ForeignKey(key) => listed(&key.columns),
        Constraint::Exclusion(_) => true,
        Constraint::Check(check) => reads(&check.expression),
        Constraint::Unique(_) => false,
    });
    let in_index = |index: &Index| {
        index.predicate.as_ref().is_some_and(reads)
            || index.keys.iter().any(|key| matches!(&key.target, IndexTarget::Expression(text) if reads(text)))
    };
    let computed = table.columns.iter().any(|other| match &other.generation {
        Some(Generation::Stored(text) | Generation::Virtual(text)) => reads(text),
        Some(Generation::Serial { .. } | Generation::Identity(_) | Generation::AutoIncrement) | None => false,
    });
    referenced || in_key || computed || table.indexes.iter().any(in_index) || !table.triggers.is_empty()
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
    let understanding: Understanding = dialect.understand(sql);
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
