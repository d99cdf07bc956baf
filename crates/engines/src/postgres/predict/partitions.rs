//! Partitions: attached, detached, and what the default partition has to give up.

use whimbrel_plan::review::{Blocks, Held, Work};
use whimbrel_schema::{Constraint, Index, IndexTarget, ObjectName, Table};

use super::draft::Draft;
use super::locks::Mode;
use super::{constraints, relations};
use crate::postgres::expression;

pub(super) fn attach(draft: &mut Draft<'_>, parent: &ObjectName, partition: &ObjectName, bound: &str) {
    draft.lock(parent, Mode::ShareUpdateExclusive);
    draft.lock_family(partition, Mode::AccessExclusive);
    let known = draft.table(parent).zip(draft.table(partition)).filter(|_| draft.at.certain);
    let proved = known.is_some_and(|(parent, partition)| is_proved(parent, partition, bound));
    if !proved {
        draft.work_family(partition, Mode::AccessExclusive, Work::Scan);
        draft.fails("rows that are outside of the partition's bounds");
    }
    match known {
        Some((parent, partition)) => {
            if lacks_an_index(parent, partition) {
                draft.work_family(&partition.name, Mode::AccessExclusive, Work::BuildIndex);
            }
        }
        None => draft.work_family(partition, Mode::AccessExclusive, Work::BuildIndex),
    }
    if draft.table(parent).is_none() {
        // Its default partition, and the tables that its foreign keys name.
        draft.work_unknown(Mode::AccessExclusive, Work::Scan);
    }
    empty_the_default(draft, parent, partition);
    if relations::default_partition(draft.schema(), parent).is_some() {
        // Whoever reads the parent reads its default partition, and waits for it.
        draft.lock_that_blocks(parent, Mode::ShareUpdateExclusive, Blocks::ReadsAndWrites);
    }
    let keys: Vec<_> = draft.table(parent).map(|parent| parent.foreign_keys.clone()).unwrap_or_default();
    for key in keys {
        constraints::add(draft, partition, &Constraint::ForeignKey(key), None);
    }
    keys_of_parent(draft, parent);
}

/// The default partition must hold no row that belongs into the new one.
pub(super) fn empty_the_default(draft: &mut Draft<'_>, parent: &ObjectName, new: &ObjectName) {
    let default = relations::default_partition(draft.schema(), parent).filter(|default| *default != new).cloned();
    match default {
        Some(default) => {
            draft.work_family(&default, Mode::AccessExclusive, Work::Scan);
            draft.fails(format!("rows of the default partition `{default}` that belong into the new one"));
        }
        None if draft.whole(parent).is_some() => {}
        None => draft.work_unknown(Mode::AccessExclusive, Work::Scan),
    }
}

/// What the parent refers to, and who refers to it: a new partition takes part in both.
pub(super) fn keys_of_parent(draft: &mut Draft<'_>, parent: &ObjectName) {
    let schema = draft.schema();
    let Some(found) = draft.table(parent) else { return };
    for key in relations::foreign_keys(schema, found) {
        draft.lock_family(&key.references, Mode::ShareRowExclusive);
    }
    for (other, _) in relations::referencing(schema, parent) {
        draft.lock_family(other, Mode::ShareRowExclusive);
    }
}

pub(super) fn detach(draft: &mut Draft<'_>, parent: &ObjectName, partition: &ObjectName, concurrently: bool) {
    if concurrently {
        draft.hold(Held::Statement);
        draft.lock(parent, Mode::ShareUpdateExclusive);
        draft.hold(Held::Moment);
        draft.lock_family(partition, Mode::AccessExclusive);
        draft.needs_version(14, "`DETACH PARTITION … CONCURRENTLY`");
        if relations::default_partition(draft.schema(), parent).is_some() {
            draft.fails("a table with a default partition cannot lose one concurrently");
        }
    } else {
        draft.lock(parent, Mode::AccessExclusive);
        draft.lock_family(partition, Mode::AccessExclusive);
        if let Some(default) = relations::default_partition(draft.schema(), parent).cloned() {
            draft.lock_family(&default, Mode::AccessExclusive);
        }
    }
    match draft.table(parent) {
        Some(_) => {
            let schema = draft.schema();
            let keys = draft.table(parent).map(|found| relations::foreign_keys(schema, found)).unwrap_or_default();
            for key in keys {
                draft.lock_family(&key.references, Mode::ShareRowExclusive);
            }
            // Nothing may refer to rows that go: whoever refers to the parent is looked through.
            for (other, _) in relations::referencing(schema, parent) {
                draft.work_family(other, Mode::AccessExclusive, Work::Scan);
            }
        }
        None => draft.work_unknown(Mode::AccessExclusive, Work::Scan),
    }
}

/// Whether validated checks (and NOT NULL) of the table say all that the bound says, so that no row is looked at.
fn is_proved(parent: &Table, partition: &Table, bound: &str) -> bool {
    let Some(wanted) = conditions(parent, bound) else { return false };
    let says = |condition: &str| {
        let mut checks = partition.checks.iter().filter(|check| check.validated && check.enforced);
        checks.any(|check| expression::includes(check.expression.text(), condition))
    };
    wanted.iter().all(|condition| match condition {
        Condition::NotNull(column) => {
            partition.column(&bare(column)).is_some_and(|column| !column.nullable)
                || says(&format!("{column} IS NOT NULL"))
        }
        Condition::Compared(text) => says(text),
    })
}

enum Condition {
    NotNull(String),
    Compared(String),
}

fn bare(column: &str) -> String {
    crate::postgres::quote::fold(column)
}

/// What a bound says of a single key column; `None` where it says more than this reads.
fn conditions(parent: &Table, bound: &str) -> Option<Vec<Condition>> {
    let partition_by = parent.options.partition_by.as_deref()?;
    let (strategy, key) = partition_by.split_once(" (")?;
    let key = key.strip_suffix(')')?;
    if key.contains([',', ' ', '(']) {
        return None;
    }
    let mut wanted = vec![Condition::NotNull(key.to_string())];
    match strategy {
        "RANGE" => {
            let (from, to) = bound.strip_prefix("FOR VALUES FROM (")?.split_once(") TO (")?;
            let to = to.strip_suffix(')')?;
            if from.contains(',') || to.contains(',') {
                return None;
            }
            if from != "MINVALUE" {
                wanted.push(Condition::Compared(format!("{key} >= {from}")));
            }
            if to != "MAXVALUE" {
                wanted.push(Condition::Compared(format!("{key} < {to}")));
            }
        }
        "LIST" => {
            let values = bound.strip_prefix("FOR VALUES IN (")?.strip_suffix(')')?;
            if values.to_ascii_lowercase().contains("null") {
                return None;
            }
            wanted.push(Condition::Compared(format!("{key} IN ({values})")));
        }
        _ => return None,
    }
    Some(wanted)
}

/// What a check of the partition has to say, so that no row is looked at.
pub(in crate::postgres) fn bound_as_check(parent: &Table, bound: &str) -> Option<String> {
    let text = |condition: Condition| match condition {
        Condition::NotNull(column) => format!("{column} IS NOT NULL"),
        Condition::Compared(text) => text,
    };
    Some(conditions(parent, bound)?.into_iter().map(text).collect::<Vec<_>>().join(" AND "))
}

/// `DETACH PARTITION … CONCURRENTLY` gives the partition its bound as a check first, unless its own say as much: whoever
/// still sees it in its parent goes on relying on the bound. Of a hash there is none.
pub(in crate::postgres) fn left_by_detaching(parent: &Table, partition: &Table) -> Option<String> {
    let bound = partition.options.partition_of.as_ref().map(|of| of.bound.as_str())?;
    if is_proved(parent, partition, bound) {
        return None;
    }
    bound_of_list(parent, bound).or_else(|| bound_as_check(parent, bound)).or_else(|| bound_of_several(parent, bound))
}

/// A range over several columns, each with a value at both ends.
fn bound_of_several(parent: &Table, bound: &str) -> Option<String> {
    let keys = parent.options.partition_by.as_deref()?.strip_prefix("RANGE (")?.strip_suffix(')')?;
    let (from, to) = bound.strip_prefix("FOR VALUES FROM (")?.split_once(") TO (")?;
    let cut = |list: &str| list.split(", ").map(str::to_string).collect::<Vec<_>>();
    let (keys, from, to) = (cut(keys), cut(from), cut(to.strip_suffix(')')?));
    let same_length = keys.len() == from.len() && keys.len() == to.len();
    let open = from.iter().chain(&to).any(|value| matches!(value.as_str(), "MINVALUE" | "MAXVALUE"));
    // A first column with one value only is told in another way, and so is a value with a comma in it.
    if !same_length
        || keys.len() < 2
        || open
        || from.first() == to.first()
        || keys.iter().any(|key| key.contains([' ', '(']))
    {
        return None;
    }
    let side = |values: &[String], beyond: &str| -> String {
        let cases = (0..keys.len()).map(|last| {
            let equal = keys.iter().zip(values).take(last).map(|(key, value)| format!("{key} = {value}"));
            let or_equal = if last + 1 == keys.len() && beyond == ">" { "=" } else { "" };
            let own = keys.iter().zip(values).nth(last).map(|(key, value)| format!("{key} {beyond}{or_equal} {value}"));
            equal.chain(own).collect::<Vec<_>>().join(" AND ")
        });
        format!("({})", cases.map(|case| format!("({case})")).collect::<Vec<_>>().join(" OR "))
    };
    let mut conditions: Vec<String> = keys.iter().map(|key| format!("{key} IS NOT NULL")).collect();
    conditions.extend([side(&from, ">"), side(&to, "<")]);
    Some(conditions.join(" AND "))
}

/// A list of several values, or with NULL in it, as the server writes it: the values are one constant, and those of
/// `varchar` are compared as `text`, without the cast that the server would write into a check of anybody's.
fn bound_of_list(parent: &Table, bound: &str) -> Option<String> {
    let key = parent.options.partition_by.as_deref()?.strip_prefix("LIST (")?.strip_suffix(')')?;
    let values = listed(bound.strip_prefix("FOR VALUES IN (")?.strip_suffix(')')?);
    let ty = parent.column(&bare(key)).map(|column| column.ty.clone())?;
    let others: Vec<&str> = values.iter().copied().filter(|value| *value != "NULL").collect();
    let null = if others.len() < values.len() { "IS NULL OR" } else { "IS NOT NULL AND" };
    let varies = ty.name == "character varying" && ty.dimensions == 0;
    let compared = if varies { format!("({key})::text") } else { key.to_string() };
    match others.as_slice() {
        [] => Some(format!("{key} IS NULL")),
        [only] if varies => Some(format!("{key} {null} {compared} = {only}::{ty}")),
        [only] => Some(format!("{key} {null} {key} = {only}")),
        several => {
            // What the server may word in another way within an array is not told.
            let plain = |value: &str| value.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
            let text = varies || ty.to_string() == "text";
            let elements = several.iter().map(|value| {
                let inner = value.trim_matches('\'');
                let known = text || plain(inner) && !ty.to_string().contains(['(', ' ']);
                known.then(|| if text { element(value) } else { inner.to_string() })
            });
            let elements: Option<Vec<String>> = elements.collect();
            Some(format!("{key} {null} {compared} = ANY ('{{{}}}'::{ty}[])", elements?.join(",")))
        }
    }
}

/// The literals between the commas.
fn listed(values: &str) -> Vec<&str> {
    let (mut found, mut from, mut quoted) = (Vec::new(), 0, false);
    for (at, letter) in values.char_indices() {
        match letter {
            '\'' => quoted = !quoted,
            ',' if !quoted => {
                found.push(values[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    found.push(values[from..].trim());
    found
}

/// A text within an array within a literal.
fn element(literal: &str) -> String {
    let inner = literal.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')).unwrap_or(literal);
    let special = |letter: char| letter.is_whitespace() || ['"', '\\', '{', '}', ','].contains(&letter);
    if !inner.is_empty() && !inner.eq_ignore_ascii_case("null") && !inner.contains(special) {
        return inner.to_string();
    }
    format!("\"{}\"", inner.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Each index and each key of the parent is needed on the partition: one like it is taken over, or one is built.
fn lacks_an_index(parent: &Table, partition: &Table) -> bool {
    let has = |wanted: &Index| partition.indexes.iter().any(|index| is_like(wanted, index));
    let keys = parent.primary_key.iter().map(|key| (&key.columns, true));
    let keys = keys.chain(parent.uniques.iter().map(|unique| (&unique.columns, false)));
    let lacks_key = keys.into_iter().any(|(columns, primary)| {
        let own_primary = partition.primary_key.as_ref().is_some_and(|own| own.columns == *columns);
        let own_unique = partition.uniques.iter().any(|own| own.columns == *columns);
        !(if primary { own_primary } else { own_unique })
    });
    lacks_key || !parent.exclusions.is_empty() || !parent.indexes.iter().all(has)
}

fn is_like(wanted: &Index, candidate: &Index) -> bool {
    let plain = |index: &Index| {
        index.predicate.is_none() && index.keys.iter().all(|key| matches!(key.target, IndexTarget::Column(_)))
    };
    plain(wanted)
        && plain(candidate)
        && candidate.valid
        && wanted.unique == candidate.unique
        && wanted.method == candidate.method
        && wanted.keys == candidate.keys
        && wanted.include == candidate.include
        && wanted.nulls_distinct == candidate.nulls_distinct
}

#[cfg(test)]
mod tests {
    use whimbrel_schema::{Column, ColumnType, PartitionOf};

    use super::*;

    #[test]
    fn a_list_is_left_in_the_words_of_the_server() {
        let left = |ty: ColumnType, values: &str| {
            let mut parent = Table { columns: vec![Column::new("k", ty)], ..Table::new("p") };
            parent.options.partition_by = Some("LIST (k)".to_string());
            let bound = format!("FOR VALUES IN ({values})");
            let mut partition = Table::new("p1");
            partition.options.partition_of = Some(PartitionOf { parent: "p".into(), bound });
            left_by_detaching(&parent, &partition)
        };
        let varchar = || ColumnType { arguments: vec!["20".to_string()], ..ColumnType::new("character varying") };
        let several = left(varchar(), "'a', 'b'").unwrap();
        assert_eq!(several, "k IS NOT NULL AND (k)::text = ANY ('{a,b}'::character varying(20)[])");
        let quoted = left(varchar(), "'c d', 'e''f,g', NULL").unwrap();
        assert_eq!(quoted, r#"k IS NULL OR (k)::text = ANY ('{"c d","e''f,g"}'::character varying(20)[])"#);
        let one = left(varchar(), "'x'").unwrap();
        assert_eq!(one, "k IS NOT NULL AND (k)::text = 'x'::character varying(20)");
    }
}
