//! Types as `format_type` prints them, whatever way they were written.

use whimbrel_schema::ColumnType;

use super::lexer::{self, Kind, Token};
use super::quote;

/// Reads any spelling. A type that people made keeps its plain name, without quotes; the arguments stand apart; an
/// array has one dimension, because the server knows no other.
pub(super) fn read(text: &str) -> ColumnType {
    Reader::new(text).read().unwrap_or_else(|| ColumnType::new(text.trim()))
}

/// The type under a `serial` word, if it is one.
pub(super) fn serial(text: &str) -> Option<&'static str> {
    match text.trim().to_ascii_lowercase().as_str() {
        "serial" | "serial4" => Some("integer"),
        "bigserial" | "serial8" => Some("bigint"),
        "smallserial" | "serial2" => Some("smallint"),
        _ => None,
    }
}

/// A type as it must stand in SQL.
pub(super) fn sql(ty: &ColumnType) -> String {
    if is_built_in(&ty.name) && ty.namespace.is_none() {
        return ty.to_string();
    }
    let namespace = ty.namespace.as_ref().map(|namespace| format!("{}.", quote::quote(namespace))).unwrap_or_default();
    let arguments = if ty.arguments.is_empty() { String::new() } else { format!("({})", ty.arguments.join(", ")) };
    let dimensions = "[]".repeat(usize::from(ty.dimensions));
    format!("{namespace}{}{arguments}{dimensions}", quote::quote(&ty.name))
}

/// A type among the arguments of a function, where the server drops what is in parentheses.
pub(super) fn argument(text: &str) -> String {
    let mut ty = read(text);
    ty.arguments.clear();
    if ty.name == "bpchar" {
        ty.name = "character".to_string();
    }
    sql(&ty)
}

/// Whether `=` tells any two values of it apart: some types have none, and that of others compares sizes.
pub(super) fn has_equality(ty: &ColumnType) -> bool {
    let without = ["json", "xml", "point", "lseg", "path", "box", "polygon", "line", "circle"];
    !(ty.namespace.is_none() && without.contains(&ty.name.as_str()))
}

/// The greatest number that a whole-number type holds.
pub(super) fn ceiling(ty: &ColumnType) -> i64 {
    match ty.name.as_str() {
        "smallint" => i64::from(i16::MAX),
        "integer" => i64::from(i32::MAX),
        _ => i64::MAX,
    }
}

/// Names whose printed form is not an identifier of its own, so that quotes would make them something else.
fn is_built_in(name: &str) -> bool {
    matches!(
        name,
        "bigint"
            | "bit"
            | "bit varying"
            | "boolean"
            | "\"char\""
            | "character"
            | "character varying"
            | "double precision"
            | "integer"
            | "json"
            | "numeric"
            | "real"
            | "smallint"
            | "time with time zone"
            | "time without time zone"
            | "timestamp with time zone"
            | "timestamp without time zone"
    ) || name == "interval"
        || name.starts_with("interval ")
}

struct Reader<'t> {
    tokens: Vec<Token<'t>>,
    at: usize,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        Reader { tokens: lexer::words(text).collect(), at: 0 }
    }

    fn read(mut self) -> Option<ColumnType> {
        let mut ty = self.base()?;
        if self.word("array") {
            ty.dimensions = 1;
        }
        while self.punctuation("[") {
            ty.dimensions = 1;
            if self.peek()?.kind == Kind::Number {
                self.at += 1;
            }
            if !self.punctuation("]") {
                return None;
            }
        }
        (self.at == self.tokens.len()).then_some(ty)
    }

    fn base(&mut self) -> Option<ColumnType> {
        let first = self.peek()?;
        self.at += 1;
        match first.kind {
            Kind::Quoted => self.named(quote::fold(first.text), true),
            Kind::Word => {
                let qualified = self.peek().is_some_and(|token| token.is("."));
                let word = first.text.to_ascii_lowercase();
                if qualified { self.named(word, false) } else { self.keyword(word) }
            }
            Kind::Space
            | Kind::Comment
            | Kind::Text
            | Kind::Dollar
            | Kind::Number
            | Kind::Parameter
            | Kind::Operator
            | Kind::Punctuation
            | Kind::Other => None,
        }
    }

    /// A type that begins with an unquoted, unqualified word.
    fn keyword(&mut self, word: String) -> Option<ColumnType> {
        let ty = match word.as_str() {
            "int" | "integer" => ColumnType::new("integer"),
            "smallint" => ColumnType::new("smallint"),
            "bigint" => ColumnType::new("bigint"),
            "real" => ColumnType::new("real"),
            "boolean" => ColumnType::new("boolean"),
            "double" => {
                self.word("precision");
                ColumnType::new("double precision")
            }
            "float" => {
                let bits = self.arguments()?.first().map_or(Ok(53), |bits| bits.parse::<u8>()).ok()?;
                ColumnType::new(if bits <= 24 { "real" } else { "double precision" })
            }
            "dec" | "decimal" | "numeric" => numeric(self.arguments()?),
            "national" => {
                let _ = self.word("character") || self.word("char");
                self.character()?
            }
            "character" | "char" | "nchar" => self.character()?,
            "varchar" => ColumnType::with_arguments("character varying", self.arguments()?),
            "bit" => self.bit()?,
            "time" | "timestamp" => {
                let arguments = self.arguments()?;
                let zone = self.word("with");
                if zone || self.word("without") {
                    let _ = self.word("time") && self.word("zone");
                }
                let zone = if zone { "with" } else { "without" };
                ColumnType::with_arguments(format!("{word} {zone} time zone"), arguments)
            }
            "interval" => self.interval()?,
            "serial" | "serial2" | "serial4" | "serial8" | "smallserial" | "bigserial" => {
                ColumnType::new(serial(&word)?)
            }
            "setof" => return None,
            _ => return self.named(word, false),
        };
        Some(ty)
    }

    fn character(&mut self) -> Option<ColumnType> {
        if self.word("varying") {
            return Some(ColumnType::with_arguments("character varying", self.arguments()?));
        }
        let mut arguments = self.arguments()?;
        if arguments.is_empty() {
            arguments.push("1".to_string());
        }
        Some(ColumnType::with_arguments("character", arguments))
    }

    fn bit(&mut self) -> Option<ColumnType> {
        if self.word("varying") {
            return Some(ColumnType::with_arguments("bit varying", self.arguments()?));
        }
        let mut arguments = self.arguments()?;
        if arguments.is_empty() {
            arguments.push("1".to_string());
        }
        Some(ColumnType::with_arguments("bit", arguments))
    }

    /// `interval day to second(3)`: the precision stands at the end.
    fn interval(&mut self) -> Option<ColumnType> {
        let mut name = "interval".to_string();
        let mut arguments = self.arguments()?;
        let unit = |reader: &mut Self| {
            let found = ["year", "month", "day", "hour", "minute", "second"].into_iter().find(|unit| reader.word(unit));
            found.map(str::to_string)
        };
        if let Some(from) = unit(self) {
            name = format!("{name} {from}");
            if self.word("to") {
                name = format!("{name} to {}", unit(self)?);
            }
            arguments.extend(self.arguments()?);
        }
        Some(ColumnType::with_arguments(name, arguments))
    }

    /// A type by its name, as the catalogue has it.
    fn named(&mut self, first: String, quoted: bool) -> Option<ColumnType> {
        let mut namespace = None;
        let mut name = first;
        while self.punctuation(".") {
            let token = self.peek()?;
            self.at += 1;
            namespace = Some(std::mem::replace(&mut name, quote::fold(token.text)));
        }
        let arguments = self.arguments()?;
        match namespace.as_deref() {
            None | Some("pg_catalog") => {}
            Some("public") => return Some(ColumnType::with_arguments(name, arguments)),
            Some(_) => return Some(ColumnType { namespace, ..ColumnType::with_arguments(name, arguments) }),
        }
        let canonical = match name.as_str() {
            "int2" => "smallint",
            "int4" => "integer",
            "int8" => "bigint",
            "float4" => "real",
            "float8" => "double precision",
            "bool" => "boolean",
            "varchar" => "character varying",
            "bpchar" if !arguments.is_empty() => "character",
            "varbit" => "bit varying",
            "timetz" => "time with time zone",
            "timestamptz" => "timestamp with time zone",
            "numeric" => return Some(numeric(arguments)),
            "time" if quoted || namespace.is_some() => "time without time zone",
            "timestamp" if quoted || namespace.is_some() => "timestamp without time zone",
            "char" if quoted || namespace.is_some() => "\"char\"",
            other => other,
        };
        Some(ColumnType::with_arguments(canonical, arguments))
    }

    /// What is in parentheses, each as written; nothing where there are none.
    fn arguments(&mut self) -> Option<Vec<String>> {
        let mut arguments = Vec::new();
        if !self.punctuation("(") {
            return Some(arguments);
        }
        let mut current = String::new();
        loop {
            let token = self.peek()?;
            self.at += 1;
            if token.is(")") {
                arguments.push(current);
                return Some(arguments);
            } else if token.is(",") {
                arguments.push(std::mem::take(&mut current));
            } else if token.is("(") {
                return None;
            } else {
                current.push_str(token.text);
            }
        }
    }

    fn peek(&self) -> Option<Token<'t>> {
        self.tokens.get(self.at).copied()
    }

    fn word(&mut self, word: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.is_word(word));
        self.at += usize::from(found);
        found
    }

    fn punctuation(&mut self, text: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.is(text));
        self.at += usize::from(found);
        found
    }
}

fn numeric(mut arguments: Vec<String>) -> ColumnType {
    if arguments.len() == 1 {
        arguments.push("0".to_string());
    }
    ColumnType::with_arguments("numeric", arguments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_read_as_the_server_prints_it() {
        let cases = [
            ("int", "integer"),
            ("INT4", "integer"),
            ("pg_catalog.int8", "bigint"),
            ("serial", "integer"),
            ("bigserial", "bigint"),
            ("float", "double precision"),
            ("float(24)", "real"),
            ("FLOAT8", "double precision"),
            ("double   precision", "double precision"),
            ("dec(5)", "numeric(5, 0)"),
            ("decimal(10,2)", "numeric(10, 2)"),
            ("numeric", "numeric"),
            ("varchar", "character varying"),
            ("varchar(10)", "character varying(10)"),
            ("national character varying (3)", "character varying(3)"),
            ("char", "character(1)"),
            ("character(5)", "character(5)"),
            ("nchar(2)", "character(2)"),
            ("bpchar", "bpchar"),
            ("bpchar(3)", "character(3)"),
            ("\"char\"", "\"char\""),
            ("pg_catalog.\"char\"", "\"char\""),
            ("bit", "bit(1)"),
            ("bit varying(5)", "bit varying(5)"),
            ("varbit", "bit varying"),
            ("time", "time without time zone"),
            ("time(3) with time zone", "time(3) with time zone"),
            ("timetz(2)", "time(2) with time zone"),
            ("timestamp", "timestamp without time zone"),
            ("timestamp(3)", "timestamp(3) without time zone"),
            ("TIMESTAMP WITH TIME ZONE", "timestamp with time zone"),
            ("timestamptz", "timestamp with time zone"),
            ("interval", "interval"),
            ("interval(3)", "interval(3)"),
            ("interval day to second (3)", "interval day to second(3)"),
            ("interval year to month", "interval year to month"),
            ("int[3][]", "integer[]"),
            ("integer ARRAY", "integer[]"),
            ("text ARRAY[4]", "text[]"),
            ("varchar(5)[]", "character varying(5)[]"),
            ("timestamptz[]", "timestamp with time zone[]"),
            ("Mood", "mood"),
            ("\"Mood\"", "\"Mood\""),
            ("public.mood", "mood"),
            ("other.\"Mood\"[]", "other.\"Mood\"[]"),
            ("geometry(Point, 4326)", "geometry(Point, 4326)"),
            ("public.vector(3)", "vector(3)"),
            ("jsonb", "jsonb"),
            ("json", "json"),
            ("uuid", "uuid"),
        ];
        for (written, printed) in cases {
            let ty = read(written);
            assert_eq!(sql(&ty), printed, "{written}");
            assert_eq!(read(&sql(&ty)), ty, "{written} is not stable");
        }
    }

    #[test]
    fn arguments_of_functions_have_no_lengths() {
        assert_eq!(argument("varchar(10)"), "character varying");
        assert_eq!(argument("char"), "character");
        assert_eq!(argument("int[]"), "integer[]");
    }

    #[test]
    fn what_is_no_type_stays_as_written() {
        assert_eq!(read("t.a%TYPE").name, "t.a%TYPE");
        assert_eq!(read("").name, "");
    }
}
