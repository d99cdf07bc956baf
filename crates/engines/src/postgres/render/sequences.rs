use whimbrel_plan::SequenceChange;
use whimbrel_schema::{ColumnType, ObjectName, Sequence, SequenceOptions};

use super::{name, not_exists};
use crate::postgres::quote::{literal, quote};
use crate::postgres::types;

pub(super) fn create(sequence: &Sequence, if_not_exists: bool) -> String {
    let mut sql = format!("CREATE SEQUENCE {}{}", not_exists(if_not_exists), name(&sequence.name));
    if sequence.ty.name != "bigint" {
        sql.push_str(&format!(" AS {}", types::sql(&sequence.ty)));
    }
    for option in numbers(&sequence.options, types::ceiling(&sequence.ty)) {
        sql.push_str(&format!(" {option}"));
    }
    if let Some((table, column)) = &sequence.owned_by {
        sql.push_str(&format!(" OWNED BY {}.{}", name(table), quote(column)));
    }
    sql
}

/// The sequence that `serial` makes.
pub(super) fn create_serial(sequence: &ObjectName, ty: &ColumnType) -> String {
    let ty =
        if matches!(ty.name.as_str(), "smallint" | "integer" | "bigint") { ty } else { &ColumnType::new("bigint") };
    let sequence = Sequence {
        name: sequence.clone(),
        ty: ty.clone(),
        options: SequenceOptions::ascending(types::ceiling(ty)),
        owned_by: None,
        comment: None,
    };
    create(&sequence, false)
}

pub(super) fn own(sequence: &ObjectName, table: &ObjectName, column: &str) -> String {
    format!("ALTER SEQUENCE {} OWNED BY {}.{}", name(sequence), name(table), quote(column))
}

pub(super) fn next_value(sequence: &ObjectName) -> String {
    format!("nextval({})", literal(&name(sequence)))
}

/// What differs from a bare sequence of that type and direction.
pub(super) fn numbers(options: &SequenceOptions, ceiling: i64) -> Vec<String> {
    let direction = SequenceChange { increment: Some(options.increment), ..SequenceChange::default() };
    let mut bare = direction.create(ceiling);
    bare.increment = 1;
    // The start follows the bound that the sequence begins at.
    bare.start = if options.increment > 0 { options.minimum } else { options.maximum };
    changed(&bare, options)
}

pub(super) fn changed(from: &SequenceOptions, to: &SequenceOptions) -> Vec<String> {
    let mut options = Vec::new();
    let mut say = |differs: bool, words: String| {
        if differs {
            options.push(words);
        }
    };
    say(from.start != to.start, format!("START WITH {}", to.start));
    say(from.increment != to.increment, format!("INCREMENT BY {}", to.increment));
    say(from.minimum != to.minimum, format!("MINVALUE {}", to.minimum));
    say(from.maximum != to.maximum, format!("MAXVALUE {}", to.maximum));
    say(from.cache != to.cache, format!("CACHE {}", to.cache));
    say(from.cycle != to.cycle, if to.cycle { "CYCLE".to_string() } else { "NO CYCLE".to_string() });
    options
}

/// What a statement names, in its words.
pub(super) fn amended(change: &SequenceChange) -> Vec<String> {
    let bound = |word: &str, to: Option<i64>| match to {
        Some(to) => format!("{word} {to}"),
        None => format!("NO {word}"),
    };
    let mut options = Vec::new();
    options.extend(change.start.map(|to| format!("START WITH {to}")));
    options.extend(change.increment.map(|to| format!("INCREMENT BY {to}")));
    options.extend(change.minimum.map(|to| bound("MINVALUE", to)));
    options.extend(change.maximum.map(|to| bound("MAXVALUE", to)));
    options.extend(change.cache.map(|to| format!("CACHE {to}")));
    options.extend(change.cycle.map(|cycle| if cycle { "CYCLE".to_string() } else { "NO CYCLE".to_string() }));
    options
}
