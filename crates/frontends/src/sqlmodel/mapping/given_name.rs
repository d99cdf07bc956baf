//! Names of constraints and indexes, as the engine takes them.

use whimbrel_schema::Engine;

use super::assembly::Assembly;
use super::column::{ColumnSpec, construct_name};
use super::naming::{ColumnPart, MadeName, Named, shorten};
use crate::sqlmodel::code::Code;
use crate::sqlmodel::model::ByEngine;
use crate::sqlmodel::trouble::Trouble;
use crate::sqlmodel::value::{Arguments, Span, Value};

/// Names on PostgreSQL are cut at 63 bytes; SQLite has no limit worth the name.
const POSTGRES_NAME: usize = 63;
const SQLITE_NAME: usize = 9_999;

impl<'s, 'i, 'a> Assembly<'s, 'i, 'a> {
    /// `name=…`, and whether it is `conv(…)`, which no convention touches.
    pub fn given_name(
        &self,
        at: usize,
        arguments: &Arguments<'a>,
        position: usize,
        span: Span<'a>,
    ) -> (Option<String>, bool) {
        match arguments.get(position, "name") {
            None | Some(Value::None) => (None, false),
            Some(Value::Call(call)) if matches!(construct_name(&call.callee), Some("conv" | "quoted_name")) => {
                let text = call.arguments.positional.first().and_then(Value::as_text).map(|text| text.to_string());
                (text, construct_name(&call.callee) == Some("conv"))
            }
            Some(Value::Call(call)) if matches!(&call.callee, Value::Attribute(attribute) if attribute.name == "f") => {
                (call.arguments.positional.first().and_then(Value::as_text).map(|text| text.to_string()), true)
            }
            Some(value) => match value.as_text() {
                Some(text) => (Some(text.to_string()), false),
                None => {
                    self.tell(at, None, None, Trouble::undecided(value, "the name", span));
                    (None, false)
                }
            },
        }
    }

    /// The name of a constraint or index on each engine.
    #[allow(clippy::too_many_arguments)]
    pub fn name(
        &self,
        at: usize,
        named: Named,
        columns: &[&ColumnSpec<'a>],
        given: Option<&str>,
        is_final: bool,
        referred_table: Option<&str>,
        referred_columns: &[String],
        span: Span<'a>,
    ) -> ByEngine<Option<String>> {
        let draft = &self.drafts[at];
        let prefix = match &draft.namespace {
            Some(schema) => format!("{}_{}", schema.replace('.', "_"), draft.name),
            None => draft.name.clone(),
        };
        let columns: Vec<ColumnPart> = columns
            .iter()
            .map(|column| ColumnPart {
                name: column.name().to_string(),
                key: column.key.clone(),
                label: format!("{prefix}_{}", column.name()),
            })
            .collect();
        let parts =
            super::naming::Parts { table: &draft.name, columns: &columns, given, referred_table, referred_columns };
        match draft.metadata.name(named, &parts, is_final) {
            Ok(None) => ByEngine::default(),
            Ok(Some(name)) => ByEngine::each(|engine| self.fitting(at, &name, engine, span)),
            Err(message) => {
                self.tell(at, None, None, Trouble::new(Code::Undecided, message, span));
                ByEngine::default()
            }
        }
    }

    fn fitting(&self, at: usize, name: &MadeName, engine: Engine, span: Span<'a>) -> Option<String> {
        let limit = match engine {
            Engine::Postgres => POSTGRES_NAME,
            Engine::Sqlite | Engine::Mysql => SQLITE_NAME,
        };
        let fitting = shorten(name, limit);
        if fitting.is_none() {
            let message = format!("SQLAlchemy refuses `{}`: it is longer than {limit} characters", name.text);
            self.tell(at, None, Some(engine), Trouble::new(Code::SqlalchemyRefuses, message, span));
        }
        fitting
    }
}
