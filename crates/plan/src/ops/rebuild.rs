use std::collections::{BTreeMap, BTreeSet};

use whimbrel_schema::{Column, Expression, Generation, ObjectName, Pair, Table};

use super::add_column::{Value, value_of_old_rows};
use super::alter_column::{Conversion, is_replaced};
use super::{Item, Planned, Setting};
use crate::fold::Folding;
use crate::order::Rank;
use crate::{How, Question, Step};

/// Where the engine cannot do one of a table's steps in place, all steps on that table become one new table.
pub(super) fn merge(setting: &Setting<'_>, items: Vec<Item>) -> Vec<Item> {
    let mut by_table: BTreeMap<&ObjectName, Vec<&Item>> = BTreeMap::new();
    let mut suspected = BTreeSet::new();
    for item in &items {
        let Some(table) = &item.on else { continue };
        by_table.entry(table).or_default().push(item);
        let refused = |planned: &Planned| setting.dialect.how(&planned.step, setting.schemas.from) == How::Rebuild;
        if item.steps.iter().any(refused) {
            suspected.insert(table);
        }
    }
    if suspected.is_empty() {
        return items;
    }
    let mut work = Folding::new(setting.schemas.from.clone());
    let first = [Rank::DropTrigger, Rank::DropView];
    for planned in items.iter().filter(|item| first.contains(&item.rank)).flat_map(|item| &item.steps) {
        // Only for what `how` is told: an impossible step is found when all are folded in their order.
        let _ = work.apply(&planned.step, setting.dialect);
    }
    let mut rebuilt: BTreeSet<ObjectName> = BTreeSet::new();
    for table in suspected {
        let mut own: Vec<&Item> = by_table.get(table).cloned().unwrap_or_default();
        own.sort_by_key(|item| item.rank);
        if !in_place(setting, &mut work, &own, &first) {
            rebuilt.insert(table.clone());
        }
    }
    let mut merged = Vec::with_capacity(items.len());
    let mut parts: BTreeMap<ObjectName, Vec<Planned>> = BTreeMap::new();
    for item in items {
        match &item.on {
            Some(table) if rebuilt.contains(table) => {
                parts.entry(table.clone()).or_default().extend(item.steps);
            }
            Some(_) | None => merged.push(item),
        }
    }
    for (table, parts) in parts {
        merged.extend(one(setting, &table, parts));
    }
    merged
}

fn in_place(setting: &Setting<'_>, work: &mut Folding, items: &[&Item], done: &[Rank]) -> bool {
    for planned in items.iter().filter(|item| !done.contains(&item.rank)).flat_map(|item| &item.steps) {
        let how = setting.dialect.how(&planned.step, work.schema());
        if how == How::Rebuild || work.apply(&planned.step, setting.dialect).is_err() {
            return false;
        }
    }
    true
}

fn one(setting: &Setting<'_>, name: &ObjectName, parts: Vec<Planned>) -> Option<Item> {
    let from = setting.schemas.from.table(name)?;
    let to = setting.schemas.to.table(name)?;
    let mut questions: Vec<Question> = Vec::new();
    let mut notes: Vec<String> = Vec::new();
    for part in parts {
        questions.extend(part.questions);
        notes.extend(part.note);
    }
    notes.dedup();
    let step = Step::RebuildTable {
        table: from.name.clone(),
        to: Box::new(Table { name: from.name.clone(), ..to.clone() }),
        copy: copy(setting, from, to),
    };
    let note = (!notes.is_empty()).then(|| notes.join("; "));
    let planned = Planned { note, questions, ..step.into() };
    Some(Item { rank: Rank::AlterColumn, subject: name.clone(), on: None, steps: vec![planned] })
}

/// What each column of the new table is filled from. A column that is not named gets its default.
fn copy(setting: &Setting<'_>, from: &Table, to: &Table) -> Vec<(String, Expression)> {
    let engine = setting.dialect.engine();
    let mut copied = Vec::new();
    for column in &to.columns {
        if matches!(column.generation, Some(Generation::Stored(_) | Generation::Virtual(_))) {
            continue;
        }
        let old = from.columns.iter().find(|old| engine.same_name(&old.name, &column.name));
        let value = match old {
            Some(old) => Some(carried(setting, &to.name, &Pair::new(old.clone(), column.clone()))),
            None => match value_of_old_rows(setting, &to.name, column) {
                Value::Is { expression, note: _ } => Some(expression),
                Value::None | Value::Asked => None,
            },
        };
        copied.extend(value.map(|value| (column.name.clone(), value)));
    }
    copied
}

fn carried(setting: &Setting<'_>, table: &ObjectName, column: &Pair<Column>) -> Expression {
    let quoted = Expression::new(setting.dialect.quote(&column.from.name));
    let value = if is_replaced(setting, column) {
        quoted
    } else {
        Conversion::of(setting, table, column).using.unwrap_or(quoted)
    };
    match setting.given_for_null(table, &column.to.name) {
        Some(fill) if column.from.nullable && !column.to.nullable => {
            Expression::new(format!("coalesce({value}, {fill})"))
        }
        Some(_) | None => value,
    }
}
