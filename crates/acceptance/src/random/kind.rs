use whimbrel_schema::Engine;

/// A column type of the random schemas: how it is written, what its values are and what it may become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    pub sql: &'static str,
    /// Whether two of its values for different rows always differ, so that it may be unique or a key.
    pub distinct: bool,
    /// Whether the engine can order it, so that a B-tree can hold it.
    pub ordered: bool,
    pub family: Family,
    pub defaults: &'static [&'static str],
    /// Types that take every value of this one, by the name they are written with.
    pub becomes: &'static [&'static str],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    Integer,
    Decimal,
    Real,
    Text,
    Flag,
    Day,
    Moment,
    MomentWithZone,
    Clock,
    Span,
    Identifier,
    Bytes,
    Json,
    Address,
    Integers,
    Texts,
}

const fn kind(
    sql: &'static str,
    family: Family,
    defaults: &'static [&'static str],
    becomes: &'static [&'static str],
) -> Kind {
    let distinct = !matches!(family, Family::Flag);
    let ordered = !matches!(family, Family::Json);
    Kind { sql, distinct, ordered, family, defaults, becomes }
}

const POSTGRES: &[Kind] = &[
    kind("integer", Family::Integer, &["0", "7", "(1 + 2)"], &["bigint", "numeric(20,2)", "text"]),
    kind("bigint", Family::Integer, &["0", "100"], &["numeric(20,2)", "text"]),
    kind("smallint", Family::Integer, &["3"], &["integer", "bigint"]),
    kind("text", Family::Text, &["'none'", "'it''s'", "''"], &["character varying(300)", "character varying"]),
    kind("character varying(40)", Family::Text, &["'short'"], &["character varying(80)", "text"]),
    kind("character varying", Family::Text, &["upper('x')"], &["text"]),
    kind("character varying(80)", Family::Text, &["'eighty'"], &["character varying(300)", "text"]),
    kind("character varying(300)", Family::Text, &[], &["text"]),
    kind("numeric(20,2)", Family::Decimal, &["0", "1.50"], &["numeric(24,4)", "numeric"]),
    kind("numeric(24,4)", Family::Decimal, &["0.5"], &["numeric"]),
    kind("numeric", Family::Decimal, &["1"], &[]),
    kind("double precision", Family::Real, &["0", "1.5"], &["numeric"]),
    kind("real", Family::Real, &["0"], &["double precision"]),
    kind("boolean", Family::Flag, &["true", "false"], &["text"]),
    kind("date", Family::Day, &["CURRENT_DATE", "'2020-01-01'"], &["timestamp without time zone"]),
    kind(
        "timestamp without time zone",
        Family::Moment,
        &["now()", "CURRENT_TIMESTAMP"],
        &["timestamp with time zone", "text"],
    ),
    kind("timestamp with time zone", Family::MomentWithZone, &["now()"], &["text"]),
    kind("time without time zone", Family::Clock, &["'12:00'"], &["text"]),
    kind("interval", Family::Span, &["'1 day'"], &["text"]),
    kind("uuid", Family::Identifier, &["gen_random_uuid()"], &["text"]),
    kind("bytea", Family::Bytes, &["'\\x00'"], &[]),
    kind("jsonb", Family::Json, &["'{}'", "'[]'::jsonb"], &["json", "text"]),
    kind("json", Family::Json, &["'{}'"], &["jsonb", "text"]),
    kind("inet", Family::Address, &["'127.0.0.1'"], &["text"]),
    kind("integer[]", Family::Integers, &["'{}'", "ARRAY[1, 2]"], &["bigint[]"]),
    kind("bigint[]", Family::Integers, &[], &[]),
    kind("text[]", Family::Texts, &["'{}'::text[]"], &[]),
];

const SQLITE: &[Kind] = &[
    kind("INTEGER", Family::Integer, &["0", "7", "(1 + 2)"], &["BIGINT", "NUMERIC(20, 2)"]),
    kind("BIGINT", Family::Integer, &["100"], &["INTEGER"]),
    kind("TEXT", Family::Text, &["'none'", "'it''s'", "''", "(upper('x'))"], &["VARCHAR(300)"]),
    kind("VARCHAR(40)", Family::Text, &["'short'"], &["VARCHAR(80)", "TEXT"]),
    kind("VARCHAR(80)", Family::Text, &[], &["TEXT", "VARCHAR"]),
    kind("VARCHAR(300)", Family::Text, &[], &["TEXT"]),
    kind("VARCHAR", Family::Text, &["'any'"], &["TEXT"]),
    kind("NUMERIC(20, 2)", Family::Decimal, &["0", "1.50"], &["NUMERIC(24, 4)", "FLOAT"]),
    kind("NUMERIC(24, 4)", Family::Decimal, &["0.5"], &[]),
    kind("FLOAT", Family::Real, &["1.5"], &[]),
    kind("BOOLEAN", Family::Flag, &["1", "0", "(true)"], &["INTEGER"]),
    kind("DATE", Family::Day, &["CURRENT_DATE", "(CURRENT_DATE)"], &["DATETIME"]),
    kind("DATETIME", Family::Moment, &["CURRENT_TIMESTAMP", "(datetime('now'))"], &["TIMESTAMP"]),
    kind("TIMESTAMP", Family::Moment, &[], &["DATETIME"]),
    kind("TIME", Family::Clock, &[], &["TEXT"]),
    kind("CHAR(32)", Family::Identifier, &[], &["TEXT"]),
    kind("BLOB", Family::Bytes, &["x'00'"], &[]),
    kind("JSON", Family::Json, &["'{}'"], &["TEXT"]),
];

/// Every kind of that engine.
pub fn all(engine: Engine) -> &'static [Kind] {
    match engine {
        Engine::Postgres => POSTGRES,
        Engine::Sqlite | Engine::Mysql => SQLITE,
    }
}

pub fn named(engine: Engine, sql: &str) -> Option<Kind> {
    all(engine).iter().copied().find(|kind| kind.sql == sql)
}

impl Kind {
    /// A literal of this kind; another one for every `number`, where the kind has that many values.
    pub fn value(&self, engine: Engine, number: u32) -> String {
        match self.family {
            Family::Integer => (number + 1).to_string(),
            Family::Decimal => format!("{}.25", number + 1),
            Family::Real => format!("{}.5", number + 1),
            Family::Text => format!("'text {number} it''s é\n;--'"),
            Family::Flag => match engine {
                Engine::Postgres => ["true", "false"][number as usize % 2].to_owned(),
                Engine::Sqlite | Engine::Mysql => (number % 2).to_string(),
            },
            Family::Day => format!("'{}-06-15'", 1900 + number),
            Family::Moment => format!("'{}-06-15 12:30:00.123'", 1900 + number),
            Family::MomentWithZone => format!("'{}-06-15 12:30:00+02'", 1900 + number),
            Family::Clock => format!("'{:02}:{:02}:00'", number / 60 % 24, number % 60),
            Family::Span => format!("'{number} days 3 hours'"),
            Family::Identifier => format!("'00000000-0000-4000-8000-{number:012}'"),
            Family::Bytes => match engine {
                Engine::Postgres => format!("'\\x{number:08x}00ff'"),
                Engine::Sqlite | Engine::Mysql => format!("x'{number:08x}00ff'"),
            },
            Family::Json => format!("'{{\"a\": {number}, \"b\": [null, \"x\"]}}'"),
            Family::Address => format!("'10.0.{}.{}'", number / 256 % 256, number % 256),
            Family::Integers => format!("'{{{number},{}}}'", number + 1),
            Family::Texts => format!("'{{a,\"b {number}\"}}'"),
        }
    }

    /// A condition on the column that all its values meet.
    pub fn check(&self, column: &str) -> Option<String> {
        match self.family {
            Family::Integer | Family::Decimal | Family::Real => Some(format!("{column} >= 0")),
            Family::Text => Some(format!("length({column}) < 1000")),
            Family::Day
            | Family::Flag
            | Family::Moment
            | Family::MomentWithZone
            | Family::Clock
            | Family::Span
            | Family::Identifier
            | Family::Bytes
            | Family::Json
            | Family::Address
            | Family::Integers
            | Family::Texts => None,
        }
    }
}
