use whimbrel_schema::{Object, ObjectName, Schema, Trigger};

use super::{FoldError, Folding, object};
use crate::words::words;

pub(super) fn create(schema: &mut Folding, table: &ObjectName, trigger: &Trigger) -> Result<(), FoldError> {
    let engine = schema.engine;
    let mut made = Trigger { enabled: true, comment: None, ..trigger.clone() };
    let condition = condition(&made.definition);
    if matches!(condition, Condition::IfNotExists) {
        made.definition = unconditional(&made.definition);
    }
    schema.note_query();
    let triggers = of(schema, table)?;
    match triggers.iter_mut().find(|candidate| engine.same_name(&candidate.name, &made.name)) {
        None => triggers.push(made),
        Some(old) => match condition {
            Condition::Replace => *old = Trigger { comment: old.comment.take(), ..made },
            Condition::IfNotExists => {}
            Condition::None => {
                return Err(FoldError::exists(format_args!("trigger `{}` of `{table}`", trigger.name)));
            }
        },
    }
    Ok(())
}

/// Without a table, the only trigger of that name is meant: on SQLite a trigger is named without its table.
pub(super) fn drop(
    schema: &mut Schema,
    table: Option<&ObjectName>,
    name: &str,
    if_exists: bool,
) -> Result<(), FoldError> {
    let engine = schema.engine;
    let named = |triggers: &[Trigger]| triggers.iter().position(|candidate| engine.same_name(&candidate.name, name));
    let holder = match table {
        Some(table) => Some(table.clone()),
        None => holder(schema, |triggers| named(triggers).is_some()),
    };
    let triggers = holder.as_ref().and_then(|holder| of(schema, holder).ok());
    match triggers.map(|triggers| (named(triggers), triggers)) {
        Some((Some(at), triggers)) => {
            triggers.remove(at);
            Ok(())
        }
        Some((None, _)) | None if if_exists => Ok(()),
        Some((None, _)) => Err(missing(table, name)),
        None => Err(table.map_or_else(|| missing(None, name), FoldError::no_table)),
    }
}

fn missing(table: Option<&ObjectName>, name: &str) -> FoldError {
    match table {
        Some(table) => FoldError::missing(format_args!("trigger `{name}` of `{table}`")),
        None => FoldError::missing(format_args!("trigger `{name}`")),
    }
}

/// The table or view whose triggers are such.
fn holder(schema: &Schema, such: impl Fn(&[Trigger]) -> bool) -> Option<ObjectName> {
    let table = schema.tables.values().find(|table| such(&table.triggers)).map(|table| table.name.clone());
    table.or_else(|| {
        schema.objects.values().find_map(|object| match object {
            Object::View(view) if such(&view.triggers) => Some(view.name.clone()),
            _ => None,
        })
    })
}

pub(super) fn set_enabled(schema: &mut Schema, table: &ObjectName, name: &str, enabled: bool) -> Result<(), FoldError> {
    find(schema, table, name)?.enabled = enabled;
    Ok(())
}

pub(super) fn find<'a>(schema: &'a mut Schema, table: &ObjectName, name: &str) -> Result<&'a mut Trigger, FoldError> {
    let engine = schema.engine;
    let triggers = of(schema, table)?;
    (triggers.iter_mut())
        .find(|candidate| engine.same_name(&candidate.name, name))
        .ok_or_else(|| missing(Some(table), name))
}

/// The triggers of a table or a view.
fn of<'a>(schema: &'a mut Schema, table: &ObjectName) -> Result<&'a mut Vec<Trigger>, FoldError> {
    if schema.table(table).is_none() {
        return object::view_mut(schema, table)
            .map(|view| &mut view.triggers)
            .ok_or_else(|| FoldError::no_table(table));
    }
    schema.table_mut(table).map(|found| &mut found.triggers).ok_or_else(|| FoldError::no_table(table))
}

enum Condition {
    None,
    Replace,
    IfNotExists,
}

/// What the definition itself says about a trigger of that name that is there already.
fn condition(definition: &str) -> Condition {
    let words = words(definition);
    let head: Vec<_> = words.iter().take_while(|word| !word.is_keyword("ON")).collect();
    let is = |at: usize, keyword: &str| head.get(at).is_some_and(|word| word.is_keyword(keyword));
    let trigger = head.iter().position(|word| word.is_keyword("TRIGGER")).unwrap_or(0);
    if is(1, "OR") && is(2, "REPLACE") {
        Condition::Replace
    } else if is(trigger + 1, "IF") && is(trigger + 2, "NOT") {
        Condition::IfNotExists
    } else {
        Condition::None
    }
}

/// The definition without `IF NOT EXISTS`, as an engine keeps it.
fn unconditional(definition: &str) -> String {
    let words = words(definition);
    let at = words.iter().position(|word| word.is_keyword("IF")).map_or(0..0, |at| at..at + 3);
    match words.get(at) {
        Some([first, .., last]) => {
            let (head, tail) = (definition.get(..first.range.start), definition.get(last.range.end..));
            format!("{}{}", head.unwrap_or_default(), tail.unwrap_or_default().trim_start())
        }
        Some(_) | None => definition.to_string(),
    }
}
