//! A column of another type, where the engine would write every row anew: a second column of the new type is filled and
//! kept in step, and takes the name with the contract.
//!
//! Until then both codes know the old column alone, so that nobody writes to the second one but its trigger.

use std::collections::HashSet;

use whimbrel_schema::{
    Column, Constraint, Expression, Generation, IndexKey, IndexTarget, ObjectName, Pair, PrimaryKey, Schema, Table,
};

use super::conversion;
use super::dual_write::{DualWrite, Kept, Value};
use super::middle::Middle;
use super::turn::{Hidden, Turn, counts_alike};
use super::{Fill, Place, partition, turned_views};
use crate::fold::names_column;
use crate::ops::is_whole_number;
use crate::review::{Circumstances, Facts, Session, Work};
use crate::{Change, Choices, Dialect, How, Step};

/// The columns that change this way. Two of which one refers to the other go together, or the foreign key could not be
/// had in between; whole numbers of all sizes are compared with each other.
pub(super) fn chosen(middle: &Middle<'_>, changes: &[Change]) -> HashSet<Place> {
    let retyped: Vec<(&ObjectName, &Pair<Column>)> = (changes.iter())
        .filter_map(|change| {
            let Change::AlterColumn { table, column } = change else { return None };
            let same = middle.dialect.same_type(Pair::new(&column.from.ty, &column.to.ty));
            (!same && middle.can_evolve(table)).then_some((table, &**column))
        })
        .collect();
    let numbers = |column: &Pair<Column>| is_whole_number(&column.from.ty) && is_whole_number(&column.to.ty);
    let place = |(table, column): &(&ObjectName, &Pair<Column>)| ((*table).clone(), column.to.name.clone());
    let bound: HashSet<Place> = retyped.iter().filter(|(_, column)| !numbers(column)).map(place).collect();
    let mut chosen: HashSet<Place> =
        retyped.iter().filter(|(table, column)| SecondColumn::of(middle, table, column).is_some()).map(place).collect();
    let tables = [middle.from, middle.to].into_iter().flat_map(|schema| schema.tables.values());
    let mut joined: Vec<(Place, Place)> = Vec::new();
    for table in tables {
        for key in &table.foreign_keys {
            for (own, other) in key.columns.iter().zip(&key.referenced_columns) {
                joined.push(((table.name.clone(), own.clone()), (key.references.clone(), other.clone())));
            }
        }
    }
    loop {
        let alone = |(one, other): &(Place, Place)| {
            let either = bound.contains(one) && bound.contains(other);
            either && chosen.contains(one) != chosen.contains(other)
        };
        let Some((one, other)) = joined.iter().find(|pair| alone(pair)) else { return chosen };
        chosen.remove(one);
        chosen.remove(other);
    }
}

/// Whether the change is made this way.
pub(super) fn apply(middle: &mut Middle<'_>, table: &ObjectName, column: &Pair<Column>) -> bool {
    if !middle.retyped.contains(&(table.clone(), column.to.name.clone())) {
        return false;
    }
    let Some(SecondColumn { hidden, new, value, kept, mirror }) = SecondColumn::of(middle, table, column) else {
        return false;
    };
    let Pair { from, to } = column;
    let Some(found) = middle.table(table) else { return false };
    if let Some(between) = found.column_mut(&to.name) {
        *between = from.clone();
    }
    found.columns.push(new.clone());
    let tightened = from.nullable && !to.nullable;
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
    let (was, column) = (from.clone(), to.clone());
    middle.turns.push(Turn { table: table.clone(), was, column, hidden, dual, mirror });
    true
}

/// What stands beside a column until the contract.
struct SecondColumn {
    hidden: Hidden,
    new: Column,
    value: Value,
    kept: Kept,
    mirror: Option<DualWrite>,
}

impl SecondColumn {
    fn of(middle: &Middle<'_>, table: &ObjectName, column: &Pair<Column>) -> Option<Self> {
        let Pair { from, to } = column;
        if !counts_alike(column) {
            return None;
        }
        let mut hidden = Hidden::of(&to.name);
        let plain = Column { nullable: true, default: None, generation: None, on_null: None, ..to.clone() };
        let new = Column { name: hidden.new.clone(), comment: None, ..plain };
        let value = value(middle, table, Pair::new(from, &new))?;
        let given = middle.choices.backfill(table, &to.name);
        let value = match (from.nullable && !to.nullable, given) {
            (false, _) => value,
            // Somebody has to say first what rows get that have none.
            (true, None) => return None,
            (true, Some(given)) => {
                let converted = conversion::sql(&value, middle.dialect)?;
                Value::Computed(Expression::new(format!("COALESCE(({converted}), ({given}))")))
            }
        };
        if !matches!(value, Value::Copied(_)) {
            hidden = Hidden::of_converted(&to.name);
        }
        let kept = Kept::converted(&from.name, &hidden.new, value.clone(), Value::Left);
        let mirror = mirror(table, column, &hidden, middle.dialect);
        // What cannot be NULL has to be had on the way back.
        let pinned = from.generation.is_some() || in_key(middle, table, &from.name);
        let can =
            (mirror.is_some() || !pinned) && can(middle, table, column, &hidden) && keeps(middle, table, &new, &kept);
        can.then_some(SecondColumn { hidden, new, value, kept, mirror })
    }
}

/// What fills the old column from the new one once that has the name.
fn mirror(table: &ObjectName, column: &Pair<Column>, hidden: &Hidden, dialect: &dyn Dialect) -> Option<DualWrite> {
    let name = &column.to.name;
    let value = conversion::at_risk(column.as_ref().reversed(), dialect)?;
    let value = match value.text() == dialect.quote(name) {
        true => Value::Copied(name.clone()),
        false => Value::Computed(value),
    };
    let kept = vec![Kept::converted(name, &hidden.old, value, Value::Left)];
    Some(DualWrite { table: table.clone(), kept })
}

fn in_key(middle: &Middle<'_>, table: &ObjectName, column: &str) -> bool {
    let key = middle.from.table(table).and_then(|found| found.primary_key.as_ref());
    key.is_some_and(|key| key.columns.iter().any(|name| name == column))
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
    // Their indexes cannot be built beside writers, nor their foreign keys proved.
    let whole = |table: &Table| table.options.partition_by.is_none() && table.options.partition_of.is_none();
    let refers = |other: &&Table| other.foreign_keys.iter().any(|key| key.references == *table);
    let schemas = [middle.from, middle.to];
    let others = schemas.into_iter().flat_map(|schema| schema.tables.values()).filter(refers);
    let bare = is_bare(middle.from, from, name, middle.dialect) && is_bare(middle.to, to, name, middle.dialect);
    let whole = (bare || whole(from) && whole(to)) && others.into_iter().all(whole);
    let alike = |key: &PrimaryKey| PrimaryKey { comment: None, ..key.clone() };
    let key =
        |table: &Table| table.primary_key.as_ref().filter(|key| key.columns.contains(&column.from.name)).map(alike);
    let same_key = key(from) == key(to);
    whole
        && same_key
        && free(from)
        && free(to)
        && column.from.name == column.to.name
        && !is_bound(middle, from, name)
        && !is_bound(middle, to, name)
        && turned_views::can_follow(middle.from, middle.to, &(table.clone(), name.clone()), middle.dialect)
        && rewrites(middle.from, table, &column.to, middle.choices, middle.dialect)
}

/// Whether nothing in a partitioned table or its partitions is on the column, so that there is nothing to go over to another.
fn is_bare(schema: &Schema, table: &Table, column: &str, dialect: &dyn Dialect) -> bool {
    let engine = dialect.engine();
    let reads = |text: &str| names_column(&Expression::new(text), column, engine);
    let Some(partition_by) = &table.options.partition_by else { return false };
    let members = partition::with_partitions(schema, &table.name);
    let members: Vec<&Table> = members.iter().filter_map(|name| schema.table(name)).collect();
    let decides = members.iter().filter_map(|member| member.options.partition_by.as_deref()).any(reads);
    let has = members.iter().any(|member| {
        member.indexes.iter().any(|index| {
            let in_key = |key: &IndexKey| matches!(&key.target, IndexTarget::Expression(text) if reads(text.text()));
            let filtered = index.predicate.as_ref().is_some_and(|text| reads(text.text()));
            index.names_column(column) || filtered || index.keys.iter().any(in_key)
        }) || member.constraints().iter().any(|constraint| match constraint {
            Constraint::PrimaryKey(key) => key.columns.iter().any(|name| name == column),
            Constraint::Unique(key) => key.columns.iter().any(|name| name == column),
            Constraint::ForeignKey(key) => key.columns.iter().any(|name| name == column),
            Constraint::Check(check) => names_column(&check.expression, column, engine),
            Constraint::Exclusion(_) => true,
        })
    });
    table.options.partition_of.is_none() && !reads(partition_by) && !decides && !has
}

/// Exclusions, generated columns, and what is bound to one column of the table by the engine.
fn is_bound(middle: &Middle<'_>, table: &Table, column: &str) -> bool {
    let engine = middle.dialect.engine();
    let listed = |columns: &[String]| columns.iter().any(|name| name == column);
    let reads = |text: &Expression| names_column(text, column, engine);
    let held = table.constraints().iter().any(|constraint| match constraint {
        // Rows in which the old column is left NULL would be equal to each other.
        Constraint::Unique(key) => listed(&key.columns) && !key.nulls_distinct,
        Constraint::Exclusion(_) => true,
        Constraint::PrimaryKey(_) | Constraint::ForeignKey(_) | Constraint::Check(_) => false,
    });
    let alike = table.indexes.iter().any(|index| index.unique && !index.nulls_distinct);
    let computed = table.columns.iter().any(|other| match &other.generation {
        Some(Generation::Stored(text) | Generation::Virtual(text)) => reads(text),
        Some(Generation::Serial { .. } | Generation::Identity(_) | Generation::AutoIncrement) | None => false,
    });
    let told = table.triggers.iter().any(|trigger| names_column(&Expression::new(&trigger.definition), column, engine));
    held || alike
        || computed
        || told
        || [middle.from, middle.to].into_iter().any(|it| super::holds(it, &table.name, column))
}

/// What the engine itself says of changing the type in place, or the worst.
pub(super) fn rewrites(
    before: &Schema,
    table: &ObjectName,
    to: &Column,
    choices: &Choices,
    dialect: &dyn Dialect,
) -> bool {
    let step = Step::SetColumnType {
        table: table.clone(),
        column: to.name.clone(),
        to: to.ty.clone(),
        collation: to.collation.clone(),
        using: choices.using(table, &to.name).cloned(),
    };
    if dialect.how(&step, before) == How::Rebuild {
        return false;
    }
    let Ok(statements) = dialect.render(&step, before) else { return false };
    let (facts, session) = (Facts::default(), Session::default());
    let at =
        Circumstances { before, complete: true, certain: true, facts: &facts, session: &session, in_transaction: true };
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
