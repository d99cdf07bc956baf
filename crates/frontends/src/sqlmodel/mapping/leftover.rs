//! What is made outside of any table: an index of a class's columns belongs to its table.

use std::collections::HashSet;
use std::rc::Rc;

use super::assembly::Assembly;
use super::column::construct_name;
use super::constraint::Parts;
use super::event;
use super::only_on::restricted;
use crate::sqlmodel::code::Code;
use crate::sqlmodel::evaluate::Made;
use crate::sqlmodel::model::{StatementModel, TableModel};
use crate::sqlmodel::trouble::Trouble;
use crate::sqlmodel::value::{Call, Value};

/// The calls that stand in a table, or within another call that says more of them.
pub fn used<'a>(assembly: &Assembly<'_, '_, 'a>, made: &[Made<'a>]) -> HashSet<*const Call<'a>> {
    let mut used = HashSet::new();
    for argument in assembly.drafts.iter().flat_map(|draft| &draft.arguments) {
        if let Value::Call(call) = argument {
            used.insert(Rc::as_ptr(call));
        }
    }
    used.extend(made.iter().filter_map(|construct| restricted(&construct.call)).map(Rc::as_ptr));
    used
}

/// What was made outside of any table: an index of a class's columns belongs to its table, DDL is only told.
pub fn add<'a>(
    assembly: &Assembly<'_, '_, 'a>,
    tables: &mut [TableModel],
    made: &Made<'a>,
    statements: &mut Vec<StatementModel>,
    loose: &mut Vec<Trouble<'a>>,
) {
    let call = &made.call;
    let name = construct_name(&call.callee);
    match (&call.callee, name) {
        (_, Some("Index" | "UniqueConstraint" | "CheckConstraint" | "ExcludeConstraint")) => {
            let owner = call.arguments.positional.iter().find_map(|value| assembly.owner_within(value, 0));
            let Some(at) = owner else { return };
            if let Some(place) = made.conditional {
                let message = format!("whether `{}` gets this depends on a condition", tables[at].name);
                assembly.tell(at, None, None, Trouble::new(Code::Undecided, message, place));
            }
            let mut parts = Parts { assembly, at, draft: &assembly.drafts[at], table: &mut tables[at] };
            parts.argument(&Value::Call(call.clone()));
        }
        (Value::Attribute(attribute), _) if attribute.name == "ddl_if" => {
            let inner = restricted(call).filter(|inner| construct_name(&inner.callee) != Some("DDL"));
            let Some(inner) = inner else { return };
            let owner = inner.arguments.positional.iter().find_map(|value| assembly.owner_within(value, 0));
            if let Some(at) = owner {
                let mut parts = Parts { assembly, at, draft: &assembly.drafts[at], table: &mut tables[at] };
                parts.argument(&Value::Call(call.clone()));
            }
        }
        (Value::Attribute(attribute), _) if matches!(attribute.name, "append_constraint" | "append_column") => {
            // A constraint of columns that are in a table already is in it by being made.
            let attached = call.arguments.positional.first().is_some_and(|value| {
                matches!(value, Value::Call(made) if made.arguments.positional.iter().any(|value| {
                    assembly.owner_within(value, 0).is_some()
                }))
            });
            if attached {
                return;
            }
            let at = assembly.table_of(&attribute.of);
            match (at, attribute.name, call.arguments.positional.first()) {
                (Some(at), "append_constraint", Some(constraint)) => {
                    let mut parts = Parts { assembly, at, draft: &assembly.drafts[at], table: &mut tables[at] };
                    parts.argument(constraint);
                }
                (Some(at), _, _) => {
                    let message = format!("`{}` is called on the table `{}`", attribute.name, tables[at].name);
                    assembly.tell(at, None, None, Trouble::new(Code::Undecided, message, call.span));
                }
                (None, _, _) => {
                    let message = format!("`{}` is called on a table that is not known", attribute.name);
                    loose.push(Trouble::new(Code::Undecided, message, call.span));
                }
            }
        }
        (Value::Attribute(attribute), _) if matches!(attribute.name, "to_metadata" | "tometadata") => {
            loose.push(Trouble::new(Code::Undecided, "a table is copied to another `MetaData`", call.span));
        }
        (_, Some("listen")) => match event::statement(assembly, call) {
            None => {}
            Some(Ok(statement)) => statements.push(statement),
            Some(Err(trouble)) => match assembly.table_of(call.arguments.positional.first().unwrap_or(&Value::None)) {
                Some(at) => assembly.tell(at, None, None, trouble),
                None => loose.push(trouble),
            },
        },
        (_, Some("Sequence")) if call.arguments.keyword("metadata").is_some_and(|value| !value.is_none()) => {
            let schema = match call.arguments.keyword("metadata") {
                Some(Value::Call(metadata)) => metadata.arguments.get(0, "schema").and_then(Value::as_text),
                _ => None,
            };
            if let Err(trouble) = assembly.sequence_construct(call, schema.as_deref()) {
                loose.push(trouble);
            }
        }
        (_, Some("automap_base")) => {
            loose.push(Trouble::new(Code::Undecided, "`automap_base` reads its tables from a database", call.span));
        }
        _ => {}
    }
}
