//! Column types: from a construct of SQLAlchemy to the words that it writes for each engine.

use std::rc::Rc;

use whimbrel_schema::Engine;

use super::classes::Class;
use super::evaluate::Interpreter;
use super::library::{Family, known};
use super::model::{Integral, NamedType, TypeModel};
use super::value::{Arguments, Instance, Kind, Span, Value};
use super::versions::Versions;

/// Why a type, or anything else of a model, could not be read.
#[derive(Clone)]
pub struct Trouble<'a> {
    pub code: &'static str,
    pub message: String,
    pub span: Span<'a>,
    /// The type as far as it is known.
    pub partial: Option<Box<TypeModel>>,
}

impl<'a> Trouble<'a> {
    pub fn new(code: &'static str, message: impl Into<String>, span: Span<'a>) -> Self {
        Trouble { code, message: message.into(), span, partial: None }
    }

    /// Something that is not known before the code runs.
    pub fn undecided(value: &Value<'a>, what: &str, span: Span<'a>) -> Self {
        match value {
            Value::Unknown(unknown) => {
                Trouble::new("undecided", format!("{what} is not known: {}", unknown.reason), unknown.span)
            }
            value => Trouble::new("undecided", format!("{what} is not known: it is {}", value.describe()), span),
        }
    }
}

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
            return Err(Trouble::new("undecided", "the column's type is nested too deeply", span));
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
                    name if super::classes::is_flask(&attribute.of) => self.of_library(
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
            Value::Attribute(attribute) if super::classes::is_flask(&attribute.of) => self.of_library(
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

    /// A type class of the project: a decorator of another type, or a type of its own.
    fn of_project(
        &self,
        instance: &Rc<Instance<'a>>,
        engine: Engine,
        place: Place<'_>,
        span: Span<'a>,
        depth: u32,
    ) -> Result<ReadType, Trouble<'a>> {
        let class = &instance.class;
        let receiver = Value::Instance(instance.clone());
        let undecided = |what: &str| {
            Trouble::new(
                "undecided",
                format!("{what} of the type `{}` is not known before the code runs", class.name),
                span,
            )
        };
        let base = class.ancestors.iter().find_map(|ancestor| match ancestor {
            Value::External(path) => match known(path) {
                (Family::Builtin | Family::Typing | Family::Standard, _) => None,
                _ => Some(*path),
            },
            _ => None,
        });
        let Some(base) = base else { return Err(undecided("the base")) };
        let is_decorator = class
            .descends_from_external(|path| matches!(known(path), (Family::Sqlalchemy, "TypeDecorator" | "PickleType")));
        let own_arguments = || instance.base_arguments.borrow().clone().unwrap_or_default();
        if is_decorator {
            if let Some((Value::Function(function), _)) = Class::find(class, "load_dialect_impl") {
                self.interpreter.refuel();
                let dialect = Value::External(match engine {
                    Engine::Sqlite => "dialect.sqlite",
                    Engine::Postgres => "dialect.postgresql",
                    Engine::Mysql => "dialect.mysql",
                });
                let arguments = Arguments { positional: vec![receiver.clone(), dialect], ..Arguments::default() };
                let chosen = self.interpreter.invoke(&function, arguments, function.span);
                let own = match &chosen {
                    Value::Call(call) => matches!(&call.callee, Value::External("super.load_dialect_impl")),
                    Value::Attribute(attribute) => matches!(attribute.name, "impl" | "impl_instance"),
                    _ => false,
                };
                // `self.impl` is the declared type unless `__init__` made another.
                if !own {
                    if let (Value::External(_) | Value::Class(_), Some((declared, _))) =
                        (&chosen, Class::find(class, "impl"))
                        && declared.equal(&chosen) == Some(true)
                    {
                        return self.declared_type(&declared, &own_arguments(), engine, place, span, depth);
                    }
                    return self.read_at(&chosen, engine, place, function.span, depth + 1);
                }
            }
            let set = instance.attributes.borrow().get("impl").cloned();
            if let Some(set) = set {
                return self.read_at(&set, engine, place, span, depth + 1);
            }
            return match Class::find(class, "impl") {
                Some((declared, _)) => self.declared_type(&declared, &own_arguments(), engine, place, span, depth),
                None => match known(base) {
                    (Family::Sqlalchemy, "TypeDecorator") => Err(undecided("`impl`")),
                    _ => self.of_library(base, &own_arguments(), engine, place, span, depth),
                },
            };
        }
        if let Some((Value::Function(function), _)) = Class::find(class, "get_col_spec") {
            self.interpreter.refuel();
            let positional = match function.kind.get() {
                Kind::Static => Vec::new(),
                Kind::Class => vec![Value::Class(class.clone())],
                Kind::Plain | Kind::Property | Kind::Declared { .. } => vec![receiver],
            };
            let arguments = Arguments { positional, ..Arguments::default() };
            let written = self.interpreter.invoke(&function, arguments, function.span);
            return match written.as_text() {
                Some(text) => Ok(plain(&*text)),
                None => Err(Trouble::undecided(&written, "the column's type", function.span)),
            };
        }
        match known(base) {
            (Family::Sqlalchemy, "UserDefinedType" | "TypeEngine" | "SchemaType") => Err(undecided("the SQL")),
            _ => {
                let arguments = own_arguments();
                if let Some(open) = &arguments.open {
                    return Err(Trouble::undecided(&Value::Unknown(open.clone()), "the column's type", span));
                }
                self.of_library(base, &arguments, engine, place, span, depth)
            }
        }
    }

    /// `impl = X`: a class is called with what the decorator was given, an instance stands as it is.
    fn declared_type(
        &self,
        declared: &Value<'a>,
        arguments: &Arguments<'a>,
        engine: Engine,
        place: Place<'_>,
        span: Span<'a>,
        depth: u32,
    ) -> Result<ReadType, Trouble<'a>> {
        match declared {
            Value::External(path) => {
                if let Some(open) = &arguments.open {
                    return Err(Trouble::undecided(&Value::Unknown(open.clone()), "the column's type", span));
                }
                self.of_library(path, arguments, engine, place, span, depth)
            }
            Value::Class(class) => {
                let made = self.interpreter.call(declared.clone(), arguments.clone(), class.span, &class.scope);
                self.read_at(&made, engine, place, span, depth + 1)
            }
            declared => self.read_at(declared, engine, place, span, depth + 1),
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn of_library(
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
                "type-not-on-engine",
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
            read.model.collation = arguments.text(1, "collation")?;
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
                    return Err(Trouble::new("undecided", "the array has no item type", span));
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
                Err(Trouble::new("column-without-type", "the column has no type", span))
            }
            _ => Err(Trouble::new(
                "undecided",
                format!("the column's type is not known: `{path}` comes from outside the project"),
                span,
            )),
        }
    }

    fn enumeration(
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
                            .ok_or_else(|| Trouble::new("undecided", "an enum's value is no known text", span))?
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
                    "enum-without-name",
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
                    named: Some(NamedType::Enum { name, namespace, values }),
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

    fn domain(
        &self,
        arguments: &Reading<'_, 'a>,
        engine: Engine,
        place: Place<'_>,
        span: Span<'a>,
        depth: u32,
    ) -> Result<ReadType, Trouble<'a>> {
        if engine != Engine::Postgres {
            return Err(Trouble::new("type-not-on-engine", format!("{} has no domains", engine.title()), span));
        }
        let name = arguments.text(0, "name")?;
        let (Some(name), Some(base)) = (name, arguments.value(1, "data_type")) else {
            return Err(Trouble::new("undecided", "the domain has no name or no type", span));
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
                named: Some(NamedType::Domain {
                    name,
                    namespace,
                    base: base.model.sql,
                    nullable: !arguments.flag(usize::MAX, "not_null")?,
                    default,
                    collation: arguments.text(usize::MAX, "collation")?,
                    check,
                }),
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

pub fn dialect_name(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "postgresql",
        Engine::Mysql => "mysql",
    }
}

/// Arguments that are read one by one; what is there but not known is trouble.
pub struct Reading<'r, 'a> {
    pub arguments: &'r Arguments<'a>,
    pub span: Span<'a>,
}

impl<'r, 'a> Reading<'r, 'a> {
    pub fn value(&self, position: usize, name: &str) -> Option<&'r Value<'a>> {
        self.arguments.get(position, name)
    }

    pub fn number(&self, position: usize, name: &str) -> Result<Option<i128>, Trouble<'a>> {
        match self.value(position, name) {
            None | Some(Value::None) => Ok(None),
            Some(value) => match value.as_int() {
                Some(number) => Ok(Some(number)),
                None => Err(Trouble::undecided(value, &format!("`{name}`"), self.span)),
            },
        }
    }

    fn keyword_number(&self, name: &str) -> Result<Option<i128>, Trouble<'a>> {
        self.number(usize::MAX, name)
    }

    pub fn text(&self, position: usize, name: &str) -> Result<Option<String>, Trouble<'a>> {
        match self.value(position, name) {
            None | Some(Value::None) => Ok(None),
            Some(value) => match value.as_text() {
                Some(text) => Ok(Some(text.to_string())),
                None => Err(Trouble::undecided(value, &format!("`{name}`"), self.span)),
            },
        }
    }

    pub fn flag(&self, position: usize, name: &str) -> Result<bool, Trouble<'a>> {
        self.flag_or(position, name, false)
    }

    fn keyword_flag(&self, name: &str) -> Result<bool, Trouble<'a>> {
        self.flag(usize::MAX, name)
    }

    pub fn flag_or(&self, position: usize, name: &str, default: bool) -> Result<bool, Trouble<'a>> {
        match self.value(position, name) {
            None => Ok(default),
            Some(value) => match value.truth() {
                Some(truth) => Ok(truth),
                None => Err(Trouble::undecided(value, &format!("`{name}`"), self.span)),
            },
        }
    }
}

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
                name => super::classes::is_flask(&attribute.of) && is_generic_type(name),
            },
            _ => false,
        },
        Value::Attribute(attribute) => super::classes::is_flask(&attribute.of) && is_generic_type(attribute.name),
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
