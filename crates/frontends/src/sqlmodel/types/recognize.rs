//! What tells `Column(String)` from `Column("name")`.

use crate::sqlmodel::classes::is_flask;
use crate::sqlmodel::library::{Family, known};
use crate::sqlmodel::value::Value;

/// The names of SQLAlchemy's own types, of any engine.
pub fn is_generic_type(name: &str) -> bool {
    matches!(
        name,
        "String"
            | "VARCHAR"
            | "Unicode"
            | "CHAR"
            | "NCHAR"
            | "NVARCHAR"
            | "CLOB"
            | "Text"
            | "UnicodeText"
            | "TEXT"
            | "Integer"
            | "INTEGER"
            | "INT"
            | "BigInteger"
            | "BIGINT"
            | "SmallInteger"
            | "SMALLINT"
            | "Boolean"
            | "BOOLEAN"
            | "Float"
            | "FLOAT"
            | "Double"
            | "DOUBLE"
            | "DOUBLE_PRECISION"
            | "REAL"
            | "Numeric"
            | "NUMERIC"
            | "DECIMAL"
            | "DateTime"
            | "DATETIME"
            | "TIMESTAMP"
            | "Date"
            | "DATE"
            | "Time"
            | "TIME"
            | "Interval"
            | "LargeBinary"
            | "BLOB"
            | "BINARY"
            | "VARBINARY"
            | "PickleType"
            | "Uuid"
            | "UUID"
            | "JSON"
            | "ARRAY"
            | "Enum"
            | "NullType"
    )
}

/// Whether a type is one of SQLAlchemy's texts that are no plain `VARCHAR`.
pub fn is_text_type(value: &Value<'_>) -> bool {
    let callee = match value {
        Value::Call(call) => &call.callee,
        value => value,
    };
    matches!(callee, Value::External(path) if matches!(
        known(path),
        (
            Family::Sqlalchemy | Family::Postgresql,
            "CHAR" | "NCHAR" | "NVARCHAR" | "Text" | "TEXT" | "UnicodeText" | "CLOB"
        )
    ))
}

/// Whether a value is a column type: what tells `Column(String)` from `Column("name")`.
pub fn is_type(value: &Value<'_>) -> bool {
    match value {
        Value::External(path) => is_type_path(path),
        Value::Class(class) => class.traits.column_type,
        Value::Instance(instance) => instance.class.traits.column_type,
        Value::Call(call) => match &call.callee {
            Value::External(path) => {
                is_type_path(path) || path.ends_with(".as_mutable") || path.ends_with(".associate_with")
            }
            Value::Attribute(attribute) => match attribute.name {
                "with_variant" | "as_mutable" | "evaluates_none" => true,
                "copy" => is_type(&attribute.of),
                name => is_flask(&attribute.of) && is_generic_type(name),
            },
            _ => false,
        },
        Value::Attribute(attribute) => is_flask(&attribute.of) && is_generic_type(attribute.name),
        _ => false,
    }
}

fn is_type_path(path: &str) -> bool {
    match known(path) {
        (Family::Sqlalchemy, name) => is_generic_type(name) || name == "NULLTYPE",
        (Family::Postgresql, name) => {
            !matches!(name, "ExcludeConstraint" | "array" | "insert" | "aggregate_order_by" | "hstore" | "Range" | "")
                && name.starts_with(|letter: char| letter.is_ascii_uppercase())
        }
        (Family::Sqlite | Family::Mysql | Family::OtherDialect, name) => {
            name.starts_with(|letter: char| letter.is_ascii_uppercase())
        }
        (Family::Sqlmodel, name) => matches!(name, "AutoString" | "UTCDateTime"),
        (Family::Pgvector | Family::Geoalchemy, _) => true,
        (Family::SqlalchemyUtils, name) => name.ends_with("Type"),
        (
            Family::Pydantic
            | Family::FlaskSqlalchemy
            | Family::Builtin
            | Family::Typing
            | Family::Standard
            | Family::Other,
            _,
        ) => false,
    }
}
