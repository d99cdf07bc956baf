use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use whimbrel_schema::{Column, Object, ObjectName, Pair, Schema, Table};

use crate::{Change, Question};

/// What looks like a rename that nobody said.
pub(super) fn of(schemas: Pair<&Schema>, changes: &[Change]) -> Vec<Question> {
    let mut questions = Vec::new();
    columns(changes, &mut questions);
    tables(schemas, changes, &mut questions);
    enum_values(changes, &mut questions);
    questions
}

/// A column goes and one of the same type comes in its table. Each is asked about once: the closest name first, then what
/// may be NULL like it, then the order of the table.
fn columns(changes: &[Change], questions: &mut Vec<Question>) {
    let mut dropped: HashMap<&ObjectName, Vec<&Column>> = HashMap::new();
    for change in changes {
        if let Change::DropColumn { table, column } = change {
            dropped.entry(table).or_default().push(column);
        }
    }
    for change in changes {
        let Change::AddColumn { table, column } = change else { continue };
        let Some(candidates) = dropped.get_mut(table) else { continue };
        let alike = (candidates.iter().enumerate())
            .filter(|(_, old)| old.ty == column.ty && old.generation.is_some() == column.generation.is_some())
            .max_by_key(|(at, old)| (likeness(&old.name, &column.name), old.nullable == column.nullable, Reverse(*at)));
        if let Some((at, _)) = alike {
            let old = candidates.remove(at);
            questions.push(Question::RenamedColumn {
                table: table.clone(),
                from: old.name.clone(),
                to: column.name.clone(),
            });
        }
    }
}

/// The letters that two names share at their beginnings and ends.
fn likeness(a: &str, b: &str) -> usize {
    let common = |a: &mut dyn Iterator<Item = char>, b: &mut dyn Iterator<Item = char>| {
        a.zip(b).take_while(|(a, b)| a == b).count()
    };
    common(&mut a.chars(), &mut b.chars()) + common(&mut a.chars().rev(), &mut b.chars().rev())
}

/// A table that the models do not name any more, and a new one with mostly its columns. Each is asked about once.
fn tables(schemas: Pair<&Schema>, changes: &[Change], questions: &mut Vec<Question>) {
    let mut gone: Vec<Option<&Table>> =
        schemas.from.tables.values().filter(|table| schemas.to.table(&table.name).is_none()).map(Some).collect();
    let mut with_column: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, table) in gone.iter().enumerate() {
        for column in table.iter().flat_map(|table| &table.columns) {
            with_column.entry(&column.name).or_default().push(at);
        }
    }
    for change in changes {
        let Change::CreateTable { table } = change else { continue };
        let mut best: Option<(usize, usize)> = None;
        for at in candidates(table, &with_column) {
            let Some(old) = gone.get(at).copied().flatten() else { continue };
            let shared = shared_columns(old, table);
            let larger = old.columns.len().max(table.columns.len());
            if shared >= 2 && shared * 10 >= larger * 7 && best.is_none_or(|(_, most)| shared > most) {
                best = Some((at, shared));
                if shared == larger {
                    break;
                }
            }
        }
        let old = best.and_then(|(at, _)| gone.get_mut(at)).and_then(Option::take);
        questions.extend(old.map(|old| Question::RenamedTable { from: old.name.clone(), to: table.name.clone() }));
    }
}

/// The old tables that may share seven tenths of the new one's columns, in order: such a one has at least one of any
/// four tenths of them, so only the rarest are looked up, and not the `id` that all have.
fn candidates(table: &Table, with_column: &HashMap<&str, Vec<usize>>) -> BTreeSet<usize> {
    let mut having: Vec<&[usize]> = table
        .columns
        .iter()
        .map(|column| with_column.get(column.name.as_str()).map_or(&[][..], Vec::as_slice))
        .collect();
    having.sort_by_key(|having| having.len());
    let enough = having.len() * 3 / 10 + 1;
    having.into_iter().take(enough).flatten().copied().collect()
}

fn shared_columns(a: &Table, b: &Table) -> usize {
    a.columns.iter().filter(|column| b.column(&column.name).is_some_and(|other| other.ty == column.ty)).count()
}

/// One value goes, one comes at the same place.
fn enum_values(changes: &[Change], questions: &mut Vec<Question>) {
    for change in changes {
        let Change::AlterObject { object } = change else { continue };
        let (Object::Enum(from), Object::Enum(to)) = (&object.from, &object.to) else { continue };
        if from.values.len() != to.values.len() {
            continue;
        }
        let differing: Vec<_> = from.values.iter().zip(&to.values).filter(|(from, to)| from != to).collect();
        let fresh = differing.iter().all(|(old, new)| !to.values.contains(old) && !from.values.contains(new));
        if fresh {
            questions.extend(differing.into_iter().map(|(old, new)| Question::RenamedEnumValue {
                name: to.name.clone(),
                from: old.clone(),
                to: new.clone(),
            }));
        }
    }
}
