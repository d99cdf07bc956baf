//! `event.listen(table, "after_create", DDL("…"))`: SQL that runs when tables are created, and so is part of them.

use std::rc::Rc;

use whimbrel_schema::Engine;

use super::assembly::Assembly;
use super::column::construct_name;
use crate::sqlmodel::code::Code;
use crate::sqlmodel::expression::quote;
use crate::sqlmodel::model::{ByEngine, StatementModel};
use crate::sqlmodel::trouble::Trouble;
use crate::sqlmodel::types::dialect_name;
use crate::sqlmodel::value::{Call, Value};

/// What one listener adds; `None` where it has nothing to do with creating tables.
pub fn statement<'a>(
    assembly: &Assembly<'_, '_, 'a>,
    call: &Rc<Call<'a>>,
) -> Option<Result<StatementModel, Trouble<'a>>> {
    let [target, event, handler] = call.arguments.positional.as_slice() else { return None };
    let event = event.as_text()?;
    if !matches!(&*event, "after_create" | "before_create") {
        return None;
    }
    let table = assembly.table_of(target);
    Some(read(assembly, call, table, handler))
}

fn read<'a>(
    assembly: &Assembly<'_, '_, 'a>,
    call: &Rc<Call<'a>>,
    table: Option<usize>,
    handler: &Value<'a>,
) -> Result<StatementModel, Trouble<'a>> {
    let undecided = |message: &str| Trouble::new(Code::Undecided, message, call.span);
    let Value::Call(made) = handler else {
        return Err(Trouble::new(Code::CodeOnCreate, "code runs when the table is created; it is not read", call.span));
    };
    let (ddl, condition) = match &made.callee {
        Value::Attribute(attribute) if attribute.name == "execute_if" => (&attribute.of, Some(made)),
        _ => (handler, None),
    };
    let Value::Call(ddl) = ddl else { return Err(undecided("what runs when the table is created is not known")) };
    if construct_name(&ddl.callee) != Some("DDL") {
        return Err(undecided("what runs when the table is created is not known"));
    }
    let text = ddl.arguments.get(0, "statement").and_then(Value::as_text);
    let Some(text) = text else {
        return Err(undecided("the statement that runs when the table is created is not known"));
    };
    if ddl.arguments.get(1, "context").is_some_and(|value| !value.is_none()) {
        return Err(undecided("the context of a statement is not read"));
    }
    let dialects: Option<Vec<Rc<str>>> = match condition {
        None => None,
        Some(condition) => {
            if condition.arguments.keyword("callable_").is_some_and(|value| !value.is_none()) {
                return Err(undecided("whether the statement runs is decided by code"));
            }
            match condition.arguments.get(0, "dialect") {
                None | Some(Value::None) => None,
                Some(value) => match value.as_text() {
                    Some(name) => Some(vec![name]),
                    None => {
                        let names = value.elements().and_then(|names| names.iter().map(Value::as_text).collect());
                        Some(names.ok_or_else(|| undecided("the engines of a statement are not known"))?)
                    }
                },
            }
        }
    };
    let runs_on =
        |engine: Engine| dialects.as_ref().is_none_or(|names| names.iter().any(|name| &**name == dialect_name(engine)));
    let fill = |engine: Engine| {
        let draft = table.map(|at| &assembly.drafts[at]);
        let name = draft.map_or_else(String::new, |draft| quote(&draft.name, engine));
        let schema = draft.and_then(|draft| draft.namespace.as_deref()).map(|schema| quote(schema, engine));
        let full = schema.as_ref().map_or_else(|| name.clone(), |schema| format!("{schema}.{name}"));
        text.replace("%(table)s", &name)
            .replace("%(schema)s", schema.as_deref().unwrap_or_default())
            .replace("%(fullname)s", &full)
            .replace("%%", "%")
    };
    let sql = ByEngine::each(|engine| runs_on(engine).then(|| fill(engine)));
    let range = usize::from(ddl.span.range.start())..usize::from(ddl.span.range.end());
    Ok(StatementModel {
        sql,
        table,
        file: ddl.span.source.path.clone(),
        text: ddl.span.source.text.clone(),
        span: range,
    })
}
