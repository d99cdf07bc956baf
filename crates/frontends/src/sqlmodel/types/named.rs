//! Types with a name of their own: enums and domains.

use whimbrel_schema::Engine;

use super::{Place, ReadType, Reading, TypeCheck, TypeReader, plain};
use crate::sqlmodel::classes::Class;
use crate::sqlmodel::code::Code;
use crate::sqlmodel::library::{Family, known};
use crate::sqlmodel::model::{NamedType, TypeModel};
use crate::sqlmodel::trouble::Trouble;
use crate::sqlmodel::value::{Arguments, Span, Value};

impl<'i, 'a> TypeReader<'i, 'a> {
    pub(super) fn enumeration(
        &self,
        arguments: &Reading<'_, 'a>,
        engine: Engine,
        place: Place<'_>,
        span: Span<'a>,
        postgres_type: bool,
    ) -> Result<ReadType, Trouble<'a>> {
        let positional = &arguments.arguments.positional;
        let mut default_name = None;
        let values: Vec<String> = match positional.as_slice() {
            [Value::Class(class)] if class.is_enum() => {
                default_name = Some(class.name.to_lowercase());
                match arguments.value(usize::MAX, "values_callable") {
                    Some(function) if !function.is_none() => {
                        self.interpreter.refuel();
                        let given = Arguments { positional: positional.clone(), ..Arguments::default() };
                        let values = self.interpreter.call(function.clone(), given, span, &class.scope);
                        let Some(values) = values.elements() else {
                            return Err(Trouble::undecided(&values, "the enum's values", span));
                        };
                        texts(&values)
                            .ok_or_else(|| Trouble::new(Code::Undecided, "an enum's value is no known text", span))?
                    }
                    _ => Class::members(class).iter().map(|member| member.name.to_string()).collect(),
                }
            }
            values => match texts(values) {
                Some(values) => values,
                None => {
                    let odd = values.iter().find(|value| value.as_text().is_none()).unwrap_or(&Value::None);
                    return Err(Trouble::undecided(odd, "an enum's value", span));
                }
            },
        };
        let name = match arguments.value(usize::MAX, "name") {
            None | Some(Value::None) => default_name,
            Some(value) => match value.as_text() {
                Some(name) => Some(name.to_string()),
                None => return Err(Trouble::undecided(value, "the enum's name", span)),
            },
        };
        let native = postgres_type || arguments.flag_or(usize::MAX, "native_enum", true)?;
        let longest = values.iter().map(|value| value.chars().count()).max().unwrap_or(0);
        let length = match arguments.number(usize::MAX, "length")? {
            Some(length) => length,
            None => longest as i128,
        };
        if engine == Engine::Postgres && native {
            let Some(name) = name else {
                return Err(Trouble::new(
                    Code::EnumWithoutName,
                    "PostgreSQL needs a name for the enum type: `name=…`",
                    span,
                ));
            };
            let namespace = match arguments.value(usize::MAX, "schema") {
                Some(Value::None) => None,
                Some(value) => match value.as_text() {
                    Some(schema) => Some(schema.to_string()),
                    None => return Err(Trouble::undecided(value, "the enum's schema", span)),
                },
                None if arguments.flag(usize::MAX, "inherit_schema")? => place.table_schema.map(str::to_string),
                None if self.versions.enum_follows_metadata() => place.metadata_schema.map(str::to_string),
                None => None,
            };
            return Ok(ReadType {
                model: TypeModel {
                    sql: name.clone(),
                    named: Some(Box::new(NamedType::Enum { name, namespace, values })),
                    ..TypeModel::default()
                },
                check: None,
            });
        }
        let mut read = plain(if length == 0 { "VARCHAR".to_string() } else { format!("VARCHAR({length})") });
        if !postgres_type && arguments.flag(usize::MAX, "create_constraint")? {
            let values = values.iter().map(|value| format!("'{}'", value.replace('\'', "''"))).collect();
            read.check = Some(TypeCheck { name, values });
        }
        Ok(read)
    }

    pub(super) fn domain(
        &self,
        arguments: &Reading<'_, 'a>,
        engine: Engine,
        place: Place<'_>,
        span: Span<'a>,
        depth: u32,
    ) -> Result<ReadType, Trouble<'a>> {
        if engine != Engine::Postgres {
            return Err(Trouble::new(Code::TypeNotOnEngine, format!("{} has no domains", engine.title()), span));
        }
        let name = arguments.text(0, "name")?;
        let (Some(name), Some(base)) = (name, arguments.value(1, "data_type")) else {
            return Err(Trouble::new(Code::Undecided, "the domain has no name or no type", span));
        };
        let base = self.read_at(base, engine, place, span, depth + 1)?;
        let check = match arguments.value(usize::MAX, "check") {
            None | Some(Value::None) => None,
            Some(value) => match text_of_clause(value) {
                Some(check) => Some((arguments.text(usize::MAX, "constraint_name")?, check)),
                None => return Err(Trouble::undecided(value, "the domain's check", span)),
            },
        };
        let default = match arguments.value(usize::MAX, "default") {
            None | Some(Value::None) => None,
            Some(Value::Str(text)) => Some(format!("'{}'", text.replace('\'', "''"))),
            Some(value) => match text_of_clause(value) {
                Some(default) => Some(default),
                None => return Err(Trouble::undecided(value, "the domain's default", span)),
            },
        };
        let namespace = match arguments.text(usize::MAX, "schema")? {
            Some(schema) => Some(schema),
            None if self.versions.enum_follows_metadata() => place.metadata_schema.map(str::to_string),
            None => None,
        };
        Ok(ReadType {
            model: TypeModel {
                sql: name.clone(),
                named: Some(Box::new(NamedType::Domain {
                    name,
                    namespace,
                    base: base.model.sql,
                    nullable: !arguments.flag(usize::MAX, "not_null")?,
                    default,
                    collation: arguments.text(usize::MAX, "collation")?,
                    check,
                })),
                ..TypeModel::default()
            },
            check: None,
        })
    }
}

/// SQL in a plain string or in `text("…")`.
pub fn text_of_clause(value: &Value<'_>) -> Option<String> {
    match value {
        Value::Str(text) => Some(text.to_string()),
        Value::Call(call) => match &call.callee {
            Value::External(path) if matches!(known(path), (Family::Sqlalchemy, "text" | "literal_column")) => {
                call.arguments.positional.first()?.as_text().map(|text| text.to_string())
            }
            _ => None,
        },
        _ => None,
    }
}

fn texts(values: &[Value<'_>]) -> Option<Vec<String>> {
    values.iter().map(|value| value.as_text().map(|text| text.to_string())).collect()
}
