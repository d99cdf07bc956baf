//! Column types: from a construct of SQLAlchemy to the words that it writes for each engine.

mod library;
mod named;
mod project;
mod reading;
mod recognize;

use std::rc::Rc;

use whimbrel_schema::Engine;

use super::classes::is_flask;
use super::code::Code;
use super::evaluate::Interpreter;
use super::model::{Integral, TypeModel};
use super::trouble::Trouble;
use super::value::{Arguments, Span, Value};
use super::versions::Versions;
pub use reading::Reading;
pub use recognize::{is_generic_type, is_text_type, is_type};

/// A type as one engine has it, with the check that stands for it where the engine has no such type.
#[derive(Clone, Debug)]
pub struct ReadType {
    pub model: TypeModel,
    pub check: Option<TypeCheck>,
}

/// `CHECK (column IN (…))`, for enums and booleans that ask for one.
#[derive(Clone, Debug)]
pub struct TypeCheck {
    pub name: Option<String>,
    /// As they stand in SQL.
    pub values: Vec<String>,
}

/// Where a type is used, as far as that decides about it.
#[derive(Clone, Copy, Default)]
pub struct Place<'p> {
    /// The schema of the `MetaData`, which enum types live in since SQLAlchemy 2.1.
    pub metadata_schema: Option<&'p str>,
    pub table_schema: Option<&'p str>,
}

pub struct TypeReader<'i, 'a> {
    pub interpreter: &'i Interpreter<'a>,
    pub versions: Versions,
}

fn plain(sql: impl Into<String>) -> ReadType {
    ReadType { model: TypeModel { sql: sql.into(), ..TypeModel::default() }, check: None }
}

fn integral(sql: &str, kind: Integral) -> ReadType {
    ReadType { model: TypeModel { sql: sql.to_string(), kind, ..TypeModel::default() }, check: None }
}

fn of_extension(sql: impl Into<String>, extension: &str) -> ReadType {
    let model = TypeModel { sql: sql.into(), extension: Some(extension.to_string()), ..TypeModel::default() };
    ReadType { model, check: None }
}

impl<'i, 'a> TypeReader<'i, 'a> {
    pub fn read(
        &self,
        value: &Value<'a>,
        engine: Engine,
        place: Place<'_>,
        span: Span<'a>,
    ) -> Result<ReadType, Trouble<'a>> {
        self.read_at(value, engine, place, span, 0)
    }

    fn read_at(
        &self,
        value: &Value<'a>,
        engine: Engine,
        place: Place<'_>,
        span: Span<'a>,
        depth: u32,
    ) -> Result<ReadType, Trouble<'a>> {
        let unknown = |value: &Value<'a>| Trouble::undecided(value, "the column's type", span);
        if depth > 30 {
            return Err(Trouble::new(Code::Undecided, "the column's type is nested too deeply", span));
        }
        match value {
            Value::External(path) => self.of_library(path, &Arguments::default(), engine, place, span, depth),
            Value::Call(call) => match &call.callee {
                Value::External(path) if path.ends_with(".as_mutable") || path.ends_with(".associate_with") => {
                    match call.arguments.positional.first() {
                        Some(inner) => self.read_at(inner, engine, place, call.span, depth + 1),
                        None => Err(unknown(value)),
                    }
                }
                Value::External("dialect.postgresql.type_descriptor") => {
                    let Some(inner) = call.arguments.positional.first() else { return Err(unknown(value)) };
                    let partial = self.read_at(inner, engine, place, call.span, depth + 1)?.model;
                    let message = format!(
                        "`dialect.type_descriptor` makes `{}` with psycopg2 and `VARCHAR` with psycopg and asyncpg",
                        partial.sql
                    );
                    let trouble = Trouble::new(Code::Undecided, message, call.span);
                    Err(Trouble { partial: Some(Box::new(partial)), ..trouble })
                }
                Value::External(path) => {
                    let read = self.of_library(path, &call.arguments, engine, place, call.span, depth);
                    match &call.arguments.open {
                        None => read,
                        Some(open) => Err(Trouble {
                            partial: read.ok().map(|read| Box::new(read.model)),
                            ..unknown(&Value::Unknown(open.clone()))
                        }),
                    }
                }
                Value::Attribute(attribute) => match attribute.name {
                    "with_variant" => {
                        let names: Vec<Option<Rc<str>>> =
                            call.arguments.positional.iter().skip(1).map(Value::as_text).collect();
                        if names.iter().any(Option::is_none) || call.arguments.open.is_some() {
                            return Err(unknown(value));
                        }
                        let ours = names.iter().flatten().any(|name| dialect_name(engine) == &**name);
                        match (ours, call.arguments.positional.first()) {
                            (true, Some(variant)) => self.read_at(variant, engine, place, call.span, depth + 1),
                            _ => self.read_at(&attribute.of, engine, place, span, depth + 1),
                        }
                    }
                    "as_mutable" => match call.arguments.positional.first() {
                        Some(inner) => self.read_at(inner, engine, place, call.span, depth + 1),
                        None => Err(unknown(value)),
                    },
                    "evaluates_none" | "copy" | "adapt" => self.read_at(&attribute.of, engine, place, span, depth + 1),
                    name if is_flask(&attribute.of) => self.of_library(
                        self.interpreter.arena.name(&format!("sqlalchemy.{name}")),
                        &call.arguments,
                        engine,
                        place,
                        call.span,
                        depth,
                    ),
                    _ => Err(unknown(value)),
                },
                _ => Err(unknown(value)),
            },
            Value::Attribute(attribute) if is_flask(&attribute.of) => self.of_library(
                self.interpreter.arena.name(&format!("sqlalchemy.{}", attribute.name)),
                &Arguments::default(),
                engine,
                place,
                span,
                depth,
            ),
            Value::Class(class) if class.traits.column_type => {
                let instance = self.interpreter.call(value.clone(), Arguments::default(), class.span, &class.scope);
                match instance {
                    Value::Instance(instance) => self.of_project(&instance, engine, place, span, depth + 1),
                    other => Err(unknown(&other)),
                }
            }
            Value::Instance(instance) if instance.class.traits.column_type => {
                self.of_project(instance, engine, place, span, depth + 1)
            }
            value => Err(unknown(value)),
        }
    }
}

pub fn dialect_name(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "postgresql",
        Engine::Mysql => "mysql",
    }
}
