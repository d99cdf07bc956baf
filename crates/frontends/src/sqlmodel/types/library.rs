//! The types of SQLAlchemy, its dialects and the libraries beside it.

use whimbrel_schema::Engine;

use super::{Place, ReadType, Reading, TypeCheck, TypeReader, integral, of_extension, plain};
use crate::sqlmodel::code::Code;
use crate::sqlmodel::library::{Family, known};
use crate::sqlmodel::model::Integral;
use crate::sqlmodel::trouble::{Touches, Trouble};
use crate::sqlmodel::value::{Arguments, Span, Value};

impl<'i, 'a> TypeReader<'i, 'a> {
    #[allow(clippy::too_many_arguments)]
    pub(super) fn of_library(
        &self,
        path: &'a str,
        arguments: &Arguments<'a>,
        engine: Engine,
        place: Place<'_>,
        span: Span<'a>,
        depth: u32,
    ) -> Result<ReadType, Trouble<'a>> {
        let (family, name) = known(path);
        let arguments = &Reading { arguments, span };
        let missing = || {
            Trouble::new(
                Code::TypeNotOnEngine,
                format!(
                    "SQLAlchemy has no `{name}` for {}: give the column a variant for it (`with_variant`)",
                    engine.title()
                ),
                span,
            )
        };
        let postgres = engine == Engine::Postgres;
        let string = |word: &str| -> Result<ReadType, Trouble<'a>> {
            let mut sql = word.to_string();
            if let Some(length) = arguments.number(0, "length")?
                && length != 0
            {
                sql.push_str(&format!("({length})"));
            }
            let mut read = plain(sql);
            match arguments.text(1, "collation") {
                Ok(collation) => read.model.collation = collation,
                Err(trouble) => {
                    let partial = Some(Box::new(read.model));
                    return Err(Trouble { partial, ..trouble.touching(Touches::Collation) });
                }
            }
            Ok(read)
        };
        let numeric = |word: &str| -> Result<ReadType, Trouble<'a>> {
            Ok(plain(match (arguments.number(0, "precision")?, arguments.number(1, "scale")?) {
                (None, _) => word.to_string(),
                (Some(precision), None) => format!("{word}({precision})"),
                (Some(precision), Some(scale)) => format!("{word}({precision}, {scale})"),
            }))
        };
        let zoned = |word: &str, position: Option<usize>| -> Result<ReadType, Trouble<'a>> {
            let zone = match position {
                Some(position) => arguments.flag(position, "timezone")?,
                None => arguments.keyword_flag("timezone")?,
            };
            let precision = match (family, arguments.keyword_number("precision")?, position) {
                (Family::Postgresql, None, Some(_)) => arguments.number(1, "precision")?,
                (Family::Postgresql, precision, _) => precision,
                _ => None,
            };
            let precision = precision.map(|precision| format!("({precision})")).unwrap_or_default();
            Ok(plain(format!("{word}{precision} {} TIME ZONE", if zone { "WITH" } else { "WITHOUT" })))
        };
        let only_postgres = |sql: String| if postgres { Ok(plain(sql)) } else { Err(missing()) };
        match (family, name) {
            (Family::Sqlmodel, "AutoString") => string("VARCHAR"),
            (Family::Sqlmodel, "UTCDateTime") => {
                Ok(plain(if postgres { "TIMESTAMP WITH TIME ZONE" } else { "DATETIME" }))
            }
            (
                Family::Sqlalchemy | Family::Postgresql | Family::Sqlite | Family::Mysql,
                "String" | "VARCHAR" | "Unicode",
            ) => string("VARCHAR"),
            (Family::Sqlalchemy | Family::Postgresql | Family::Sqlite | Family::Mysql, "CHAR") => string("CHAR"),
            (Family::Sqlalchemy | Family::Mysql, "NCHAR") => string("NCHAR"),
            (Family::Sqlalchemy | Family::Mysql, "NVARCHAR") => string("NVARCHAR"),
            (Family::Sqlalchemy, "CLOB") => string("CLOB"),
            (
                Family::Sqlalchemy | Family::Postgresql | Family::Sqlite | Family::Mysql,
                "Text" | "UnicodeText" | "TEXT",
            ) => string("TEXT"),
            (
                Family::Sqlalchemy | Family::Postgresql | Family::Sqlite | Family::Mysql,
                "Integer" | "INTEGER" | "INT",
            ) => Ok(integral("INTEGER", Integral::Plain)),
            (Family::Sqlalchemy | Family::Postgresql | Family::Sqlite | Family::Mysql, "BigInteger" | "BIGINT") => {
                Ok(integral("BIGINT", Integral::Big))
            }
            (Family::Sqlalchemy | Family::Postgresql | Family::Sqlite | Family::Mysql, "SmallInteger" | "SMALLINT") => {
                Ok(integral("SMALLINT", Integral::Small))
            }
            (Family::Sqlalchemy | Family::Postgresql | Family::Sqlite | Family::Mysql, "Boolean" | "BOOLEAN") => {
                let mut read = plain("BOOLEAN");
                if !postgres && arguments.flag(0, "create_constraint")? {
                    let name = arguments.text(1, "name")?;
                    read.check = Some(TypeCheck { name, values: vec!["0".to_string(), "1".to_string()] });
                }
                Ok(read)
            }
            (Family::Sqlalchemy | Family::Postgresql | Family::Sqlite | Family::Mysql, "Float" | "FLOAT") => {
                Ok(plain(match arguments.number(0, "precision")? {
                    Some(precision) if postgres && precision != 0 => format!("FLOAT({precision})"),
                    _ => "FLOAT".to_string(),
                }))
            }
            (Family::Sqlalchemy, "Double") => Ok(plain(if postgres { "DOUBLE PRECISION" } else { "DOUBLE" })),
            (Family::Sqlalchemy | Family::Mysql, "DOUBLE") => Ok(plain("DOUBLE")),
            (Family::Sqlalchemy | Family::Postgresql | Family::Sqlite, "DOUBLE_PRECISION") => {
                Ok(plain("DOUBLE PRECISION"))
            }
            (Family::Sqlalchemy | Family::Postgresql | Family::Sqlite | Family::Mysql, "REAL") => Ok(plain("REAL")),
            (Family::Sqlalchemy | Family::Postgresql | Family::Sqlite | Family::Mysql, "Numeric" | "NUMERIC") => {
                numeric("NUMERIC")
            }
            (Family::Sqlalchemy | Family::Sqlite | Family::Mysql, "DECIMAL") => numeric("DECIMAL"),
            (Family::Sqlalchemy, "DateTime") | (Family::Sqlite, "DATETIME") => {
                if postgres {
                    zoned("TIMESTAMP", Some(0))
                } else {
                    Ok(plain("DATETIME"))
                }
            }
            (Family::Sqlalchemy | Family::Mysql, "DATETIME") => Ok(plain("DATETIME")),
            (Family::Sqlalchemy | Family::Postgresql | Family::Sqlite | Family::Mysql, "TIMESTAMP") => {
                if postgres {
                    zoned("TIMESTAMP", Some(0))
                } else {
                    Ok(plain("TIMESTAMP"))
                }
            }
            (Family::Sqlalchemy | Family::Postgresql | Family::Sqlite | Family::Mysql, "Date" | "DATE") => {
                Ok(plain("DATE"))
            }
            (Family::Sqlalchemy | Family::Postgresql | Family::Sqlite | Family::Mysql, "Time" | "TIME") => {
                if postgres {
                    zoned("TIME", Some(0))
                } else {
                    Ok(plain("TIME"))
                }
            }
            (Family::Sqlalchemy, "Interval") => {
                if !postgres {
                    return Ok(plain("DATETIME"));
                }
                if !arguments.flag_or(0, "native", true)? {
                    return Ok(plain("TIMESTAMP WITHOUT TIME ZONE"));
                }
                Ok(plain(match arguments.number(1, "second_precision")? {
                    Some(precision) => format!("INTERVAL ({precision})"),
                    None => "INTERVAL".to_string(),
                }))
            }
            (Family::Sqlalchemy, "LargeBinary" | "PickleType") => {
                let inner = if name == "PickleType" { arguments.value(3, "impl") } else { None };
                match inner {
                    Some(inner) if !inner.is_none() => self.read_at(inner, engine, place, span, depth + 1),
                    _ => Ok(plain(if postgres { "BYTEA" } else { "BLOB" })),
                }
            }
            (Family::Sqlalchemy | Family::Sqlite | Family::Mysql, "BLOB") => Ok(plain("BLOB")),
            (Family::Sqlalchemy | Family::Mysql, "BINARY" | "VARBINARY") => {
                Ok(plain(match arguments.number(0, "length")? {
                    Some(length) if length != 0 => format!("{name}({length})"),
                    _ => name.to_string(),
                }))
            }
            (Family::Sqlalchemy, "Uuid") => {
                let native = arguments.flag_or(1, "native_uuid", true)?;
                Ok(plain(if postgres && native { "UUID" } else { "CHAR(32)" }))
            }
            (Family::Sqlalchemy | Family::Postgresql, "UUID") => {
                Ok(plain(if postgres || self.versions.uuid_is_named() { "UUID" } else { "CHAR(32)" }))
            }
            (Family::Sqlalchemy | Family::Postgresql | Family::Sqlite | Family::Mysql, "JSON") => Ok(plain("JSON")),
            (Family::Postgresql, "JSONB") => {
                if postgres || self.versions.jsonb_on_sqlite() {
                    Ok(plain("JSONB"))
                } else {
                    Err(missing())
                }
            }
            (Family::Sqlalchemy | Family::Postgresql, "ARRAY") => {
                if !postgres {
                    return Err(missing());
                }
                let Some(item) = arguments.value(0, "item_type") else {
                    return Err(Trouble::new(Code::Undecided, "the array has no item type", span));
                };
                let dimensions = match arguments.number(2, "dimensions")? {
                    Some(dimensions) => u8::try_from(dimensions).unwrap_or(u8::MAX).max(1),
                    None => 1,
                };
                let mut read = self.read_at(item, engine, place, span, depth + 1)?;
                read.model.dimensions = read.model.dimensions.saturating_add(dimensions);
                read.model.kind = Integral::No;
                Ok(read)
            }
            (Family::Sqlalchemy, "Enum") => self.enumeration(arguments, engine, place, span, false),
            (Family::Postgresql, "ENUM") => self.enumeration(arguments, engine, place, span, true),
            (Family::Postgresql, "DOMAIN") => self.domain(arguments, engine, place, span, depth),
            (
                Family::Postgresql,
                "INET" | "CIDR" | "MACADDR" | "MACADDR8" | "TSVECTOR" | "TSQUERY" | "OID" | "MONEY" | "REGCLASS"
                | "REGCONFIG" | "JSONPATH" | "BYTEA" | "INT4RANGE" | "INT8RANGE" | "NUMRANGE" | "DATERANGE" | "TSRANGE"
                | "TSTZRANGE" | "INT4MULTIRANGE" | "INT8MULTIRANGE" | "NUMMULTIRANGE" | "DATEMULTIRANGE"
                | "TSMULTIRANGE" | "TSTZMULTIRANGE",
            ) => only_postgres(name.to_string()),
            (Family::Postgresql, "CITEXT" | "HSTORE") => {
                if postgres {
                    Ok(of_extension(name, &name.to_ascii_lowercase()))
                } else {
                    Err(missing())
                }
            }
            (Family::Postgresql, "BIT") => {
                let varying = arguments.flag(1, "varying")?;
                let length = arguments.number(0, "length")?;
                only_postgres(match (varying, length) {
                    (true, None) => "BIT VARYING".to_string(),
                    (true, Some(length)) => format!("BIT VARYING({length})"),
                    (false, length) => format!("BIT({})", length.unwrap_or(1)),
                })
            }
            (Family::Postgresql, "INTERVAL") => {
                let mut sql = "INTERVAL".to_string();
                if let Some(fields) = arguments.text(1, "fields")? {
                    sql.push_str(&format!(" {fields}"));
                }
                if let Some(precision) = arguments.number(0, "precision")? {
                    sql.push_str(&format!(" ({precision})"));
                }
                only_postgres(sql)
            }
            (Family::Pgvector, "Vector" | "VECTOR" | "HALFVEC" | "SPARSEVEC") => {
                let word = if name == "Vector" { "VECTOR" } else { name };
                Ok(match arguments.number(0, "dim")? {
                    Some(dimensions) => of_extension(format!("{word}({dimensions})"), "vector"),
                    None => of_extension(word, "vector"),
                })
            }
            (Family::Pgvector, "BIT") => Ok(plain(match arguments.number(0, "length")? {
                Some(length) => format!("BIT({length})"),
                None => "BIT".to_string(),
            })),
            (Family::Geoalchemy, "Geometry" | "Geography") => {
                let word = name.to_ascii_lowercase();
                let kind = match arguments.value(0, "geometry_type") {
                    None => Some("GEOMETRY".to_string()),
                    Some(Value::None) => None,
                    Some(value) => match value.as_text() {
                        Some(text) => Some(text.to_uppercase()),
                        None => return Err(Trouble::undecided(value, "the geometry's type", span)),
                    },
                };
                let reference = arguments.number(1, "srid")?.unwrap_or(-1);
                Ok(match kind {
                    Some(kind) => of_extension(format!("{word}({kind},{reference})"), "postgis"),
                    None => of_extension(word, "postgis"),
                })
            }
            (Family::Geoalchemy, "Raster") => Ok(of_extension("raster", "postgis_raster")),
            (Family::SqlalchemyUtils, "EmailType") => Ok(plain(match arguments.number(0, "length")? {
                Some(length) => format!("VARCHAR({length})"),
                None => "VARCHAR(255)".to_string(),
            })),
            (Family::SqlalchemyUtils, "URLType") => Ok(plain("TEXT")),
            (Family::SqlalchemyUtils, "UUIDType") => {
                let binary = arguments.flag_or(0, "binary", true)?;
                let native = arguments.flag_or(1, "native", true)?;
                Ok(plain(match (postgres && native, binary) {
                    (true, _) => "UUID",
                    (false, true) => "BINARY(16)",
                    (false, false) => "CHAR(32)",
                }))
            }
            (Family::SqlalchemyUtils, "TSVectorType") => only_postgres("TSVECTOR".to_string()),
            (Family::SqlalchemyUtils, "LtreeType") => {
                if postgres {
                    Ok(of_extension("LTREE", "ltree"))
                } else {
                    Err(missing())
                }
            }
            (Family::SqlalchemyUtils, "IPAddressType") => Ok(plain("VARCHAR(50)")),
            (Family::Mysql | Family::OtherDialect, _) => Err(missing()),
            (Family::Sqlalchemy, "NullType" | "NULLTYPE") => {
                Err(Trouble::new(Code::ColumnWithoutType, "the column has no type", span))
            }
            _ => Err(Trouble::new(
                Code::Undecided,
                format!("the column's type is not known: `{path}` comes from outside the project"),
                span,
            )),
        }
    }
}
