//! `.ddl_if(dialect="postgresql")`: constraints and indexes that one engine gets and another does not.

use std::rc::Rc;

use whimbrel_schema::Engine;

use crate::sqlmodel::code::Code;
use crate::sqlmodel::model::{ENGINES, Sql};
use crate::sqlmodel::trouble::Trouble;
use crate::sqlmodel::types::dialect_name;
use crate::sqlmodel::value::{Call, Value};

/// What a call of `ddl_if` is about.
pub fn restricted<'v, 'a>(call: &'v Call<'a>) -> Option<&'v Rc<Call<'a>>> {
    match &call.callee {
        Value::Attribute(attribute) if attribute.name == "ddl_if" => match &attribute.of {
            Value::Call(inner) => Some(inner),
            _ => None,
        },
        _ => None,
    }
}

/// The engines that get it; all of them where no dialect is named.
pub fn engines<'a>(call: &Call<'a>) -> Result<Vec<Engine>, Trouble<'a>> {
    if call.arguments.get(1, "callable_").is_some_and(|value| !value.is_none()) {
        return Err(Trouble::new(Code::Undecided, "code decides which engine gets it", call.span));
    }
    let named: Vec<Rc<str>> = match call.arguments.get(0, "dialect") {
        None | Some(Value::None) => return Ok(ENGINES.to_vec()),
        Some(value) => match value.as_text() {
            Some(name) => vec![name],
            None => {
                let names = value.elements().and_then(|names| names.iter().map(Value::as_text).collect());
                names.ok_or_else(|| Trouble::undecided(value, "which engine gets it", call.span))?
            }
        },
    };
    Ok(ENGINES.into_iter().filter(|engine| named.iter().any(|name| &**name == dialect_name(*engine))).collect())
}

/// Leaves SQL to the engines that get it.
pub fn keep(sql: &mut Sql, engines: &[Engine]) {
    if !engines.contains(&Engine::Sqlite) {
        sql.sqlite = None;
    }
    if !engines.contains(&Engine::Postgres) {
        sql.postgres = None;
    }
}
