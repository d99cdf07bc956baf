//! Which column type stands for which type of Rust, and what words of SQL say about a type.

use whimbrel_schema::Engine;

use crate::{ByEngine, ENGINES, Integral, TypeModel};

/// Words that need an extension, and which.
const EXTENSIONS: [(&str, &str); 9] = [
    ("CITEXT", "citext"),
    ("GEOGRAPHY", "postgis"),
    ("GEOMETRY", "postgis"),
    ("HALFVEC", "vector"),
    ("HSTORE", "hstore"),
    ("LTREE", "ltree"),
    ("RASTER", "postgis_raster"),
    ("SPARSEVEC", "vector"),
    ("VECTOR", "vector"),
];

/// What a column says of its type beside what the field's own type says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TypeOptions {
    /// The type itself, as SQL.
    pub given: ByEngine<Option<String>>,
    pub collation: ByEngine<Option<String>>,
    /// How many lists of PostgreSQL are around it.
    pub dimensions: u8,
}

impl TypeOptions {
    /// The column's type on each engine; no words at all where there is none.
    pub fn of(&self, found: &ByEngine<TypeModel>) -> ByEngine<TypeModel> {
        ByEngine::each(|engine| {
            let mut ty = match self.given.get(engine) {
                Some(Some(sql)) => words(sql),
                Some(None) | None => self.listed(found.get(engine).cloned().unwrap_or_default(), engine),
            };
            ty.collation = self.collation.get(engine).cloned().flatten().or(ty.collation);
            ty
        })
    }

    fn listed(&self, ty: TypeModel, engine: Engine) -> TypeModel {
        match engine {
            _ if self.dimensions == 0 || ty.sql.is_empty() => ty,
            Engine::Postgres => {
                TypeModel { dimensions: ty.dimensions.saturating_add(self.dimensions), kind: Integral::No, ..ty }
            }
            // Only PostgreSQL has lists.
            Engine::Sqlite | Engine::Mysql => TypeModel::default(),
        }
    }
}

/// A type as SQL spells it.
pub fn words(sql: &str) -> TypeModel {
    let sql = sql.trim();
    let upper = sql.to_ascii_uppercase();
    let kind = match upper.as_str() {
        "INTEGER" | "INT" | "INT4" => Integral::Plain,
        "BIGINT" | "INT8" => Integral::Big,
        "SMALLINT" | "INT2" => Integral::Small,
        _ => Integral::No,
    };
    let first = upper.split(|it: char| !it.is_ascii_alphanumeric() && it != '_').next().unwrap_or_default();
    let extension = EXTENSIONS.iter().find(|(word, _)| *word == first).map(|(_, extension)| (*extension).to_owned());
    TypeModel { sql: sql.to_owned(), kind, extension, ..TypeModel::default() }
}

/// The column type of a type of Rust, by its name without a path; lists and wrappers are seen to before.
///
/// SQLite counts up only what is declared as `INTEGER`, and has one kind of integer: there all of them are that.
pub fn plain(name: &str) -> Option<ByEngine<TypeModel>> {
    let (sqlite, postgres) = match name {
        "bool" => ("BOOLEAN", "BOOLEAN"),
        "i8" | "i16" => ("INTEGER", "SMALLINT"),
        "i32" => ("INTEGER", "INTEGER"),
        "i64" => ("INTEGER", "BIGINT"),
        "f32" => ("REAL", "REAL"),
        "f64" => ("FLOAT", "FLOAT"),
        "String" | "str" => ("VARCHAR", "VARCHAR"),
        "Bytes" => ("BLOB", "BYTEA"),
        "Uuid" => ("CHAR(32)", "UUID"),
        "Decimal" | "BigDecimal" => ("NUMERIC", "NUMERIC"),
        "Value" | "Json" => ("JSON", "JSONB"),
        "NaiveDateTime" | "PrimitiveDateTime" => ("DATETIME", "TIMESTAMP WITHOUT TIME ZONE"),
        "OffsetDateTime" | "UtcDateTime" | "Timestamp" | "SystemTime" => ("DATETIME", "TIMESTAMP WITH TIME ZONE"),
        "NaiveDate" | "Date" => ("DATE", "DATE"),
        "NaiveTime" | "Time" => ("TIME", "TIME WITHOUT TIME ZONE"),
        "Duration" | "TimeDelta" | "SignedDuration" => ("", "INTERVAL"),
        "IpAddr" | "Ipv4Addr" | "Ipv6Addr" => ("", "INET"),
        "IpNetwork" | "IpNet" => ("", "CIDR"),
        _ => return None,
    };
    Some(ByEngine { sqlite: words(sqlite), postgres: words(postgres) })
}

/// `chrono::DateTime<Utc>` is a moment; `jiff::civil::DateTime`, which takes no time zone, is what a clock shows.
pub fn date_time(zoned: bool) -> ByEngine<TypeModel> {
    plain(if zoned { "OffsetDateTime" } else { "NaiveDateTime" }).unwrap_or_default()
}

/// An enum: a type of its own on PostgreSQL, a text with room for its longest value on SQLite.
pub fn enumeration(name: &str, namespace: Option<&str>, values: &[&str]) -> ByEngine<TypeModel> {
    let longest = values.iter().map(|value| value.chars().count()).max().unwrap_or_default();
    let named = crate::NamedType::Enum {
        name: name.to_owned(),
        namespace: namespace.map(str::to_owned),
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    };
    ByEngine {
        sqlite: words(&format!("VARCHAR({longest})")),
        postgres: TypeModel { sql: name.to_owned(), named: Some(Box::new(named)), ..TypeModel::default() },
    }
}

/// The engines that have no type here.
pub fn missing(ty: &ByEngine<TypeModel>) -> impl Iterator<Item = Engine> {
    ENGINES.into_iter().filter(|engine| ty.get(*engine).is_none_or(|ty| ty.sql.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_only_on_postgres() {
        let options = TypeOptions { dimensions: 1, ..TypeOptions::default() };
        let ty = options.of(&plain("i32").unwrap());
        assert_eq!((ty.postgres.dimensions, ty.postgres.kind), (1, Integral::No));
        assert_eq!(missing(&ty).collect::<Vec<_>>(), [Engine::Sqlite]);
    }

    #[test]
    fn what_a_column_says_goes_before_its_type() {
        let given = ByEngine { sqlite: Some("TEXT".to_owned()), postgres: None };
        let ty = TypeOptions { given, ..TypeOptions::default() }.of(&plain("Duration").unwrap());
        assert_eq!((ty.sqlite.sql.as_str(), ty.postgres.sql.as_str()), ("TEXT", "INTERVAL"));
        assert_eq!(missing(&ty).next(), None);
    }

    #[test]
    fn words_bring_their_extension() {
        assert_eq!(words("vector(3)").extension.as_deref(), Some("vector"));
        assert_eq!(words("INTEGER").kind, Integral::Plain);
        assert_eq!(words("VARCHAR(30)").extension, None);
    }
}
