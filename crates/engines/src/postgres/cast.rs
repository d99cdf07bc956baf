//! What becomes of values when a column's type changes.

use whimbrel_plan::Cast;
use whimbrel_schema::{ColumnType, Expression, Pair};

use super::{quote, types};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    /// Whole numbers, by how many digits always fit.
    Whole(u32),
    Numeric,
    /// Floating point, by its digits.
    Float(u32),
    Text,
    Boolean,
    Date,
    Time,
    TimeZoned,
    Timestamp,
    TimestampZoned,
    Interval,
    Json,
    Network,
    Bits,
    /// Built in, and of its own kind.
    Other,
    /// Made by people or by an extension: an enum, a domain, …
    Made,
}

fn family(ty: &ColumnType) -> Family {
    if ty.namespace.is_some() {
        return Family::Made;
    }
    match ty.name.as_str() {
        "smallint" => Family::Whole(5),
        "integer" => Family::Whole(10),
        "bigint" => Family::Whole(19),
        "numeric" => Family::Numeric,
        "real" => Family::Float(6),
        "double precision" => Family::Float(15),
        "text" | "character varying" | "character" | "bpchar" | "name" | "citext" => Family::Text,
        "boolean" => Family::Boolean,
        "date" => Family::Date,
        "time without time zone" => Family::Time,
        "time with time zone" => Family::TimeZoned,
        "timestamp without time zone" => Family::Timestamp,
        "timestamp with time zone" => Family::TimestampZoned,
        "json" | "jsonb" => Family::Json,
        "inet" | "cidr" => Family::Network,
        "bit" | "bit varying" => Family::Bits,
        name if name == "interval" || name.starts_with("interval ") => Family::Interval,
        "uuid" | "bytea" | "xml" | "money" | "oid" | "macaddr" | "macaddr8" | "point" | "line" | "lseg" | "box"
        | "path" | "polygon" | "circle" | "tsvector" | "tsquery" | "\"char\"" | "int4range" | "int8range"
        | "numrange" | "tsrange" | "tstzrange" | "daterange" | "pg_lsn" | "jsonpath" | "regclass" => Family::Other,
        _ => Family::Made,
    }
}

/// Not made by people, and known not to be; `citext` counts as a text.
pub(super) fn is_built_in(ty: &ColumnType) -> bool {
    family(ty) != Family::Made
}

/// By the server's table of casts. `ALTER … TYPE` takes what assignment takes; the rest has to be said with USING.
pub(super) fn cast(column: &str, types: Pair<&ColumnType>) -> Cast {
    let (from, to) = (types.from, types.to);
    if from == to {
        return Cast::Implicit;
    }
    let column = quote::quote(column);
    let direct = || Expression::new(format!("{column}::{}", types::sql(to)));
    if from.dimensions > 0 || to.dimensions > 0 {
        return arrays(&column, types);
    }
    let through_text = || Cast::Lossy(Some(Expression::new(format!("{column}::text::{}", types::sql(to)))));
    match (family(from), family(to)) {
        (Family::Text, Family::Text) => text(from, to),
        (_, Family::Text) if to.name == "name" || !to.arguments.is_empty() => Cast::Lossy(None),
        (_, Family::Text) => Cast::Implicit,
        (Family::Text, Family::Made) => through_text(),
        (Family::Text, _) => Cast::Lossy(Some(direct())),
        (Family::Made, _) | (_, Family::Made) => through_text(),

        (
            Family::Whole(_) | Family::Numeric | Family::Float(_),
            Family::Whole(_) | Family::Numeric | Family::Float(_),
        ) => {
            if widens(from, to) {
                Cast::Implicit
            } else {
                Cast::Lossy(None)
            }
        }
        (Family::Whole(_), Family::Boolean) => Cast::Lossy(Some(Expression::new(format!("{column} <> 0")))),
        (Family::Boolean, Family::Whole(10)) => Cast::Using(direct()),
        (Family::Boolean, Family::Whole(_)) => {
            Cast::Using(Expression::new(format!("{column}::integer::{}", types::sql(to))))
        }
        (Family::Whole(_), Family::Bits) | (Family::Bits, Family::Whole(_)) => Cast::Lossy(Some(direct())),
        (Family::Bits, Family::Bits) if bits_fit(from, to) => Cast::Implicit,
        (Family::Bits, Family::Bits) => Cast::Lossy(Some(direct())),

        (Family::Date, Family::Timestamp) => Cast::Implicit,
        (Family::Date, Family::TimestampZoned) => {
            Cast::Using(Expression::new(format!("{column}::timestamp AT TIME ZONE 'UTC'")))
        }
        (Family::Timestamp, Family::TimestampZoned) | (Family::TimestampZoned, Family::Timestamp) => {
            // The plain conversion reads the values in whatever time zone the session has.
            Cast::Using(Expression::new(format!("{column} AT TIME ZONE 'UTC'")))
        }
        (Family::Timestamp, Family::Date | Family::Time) => Cast::Lossy(None),
        (Family::TimestampZoned, Family::Date | Family::Time) => {
            let local = format!("({column} AT TIME ZONE 'UTC')::{}", types::sql(to));
            Cast::Lossy(Some(Expression::new(local)))
        }
        (Family::TimestampZoned, Family::TimeZoned) => Cast::Lossy(None),
        (Family::Time, Family::Interval) => Cast::Implicit,
        (Family::Interval, Family::Time) => Cast::Lossy(None),
        (Family::Time, Family::TimeZoned) => Cast::Using(Expression::new(format!("{column} AT TIME ZONE 'UTC'"))),
        (Family::TimeZoned, Family::Time) => Cast::Lossy(None),
        (Family::Time, Family::Time)
        | (Family::TimeZoned, Family::TimeZoned)
        | (Family::Timestamp, Family::Timestamp)
        | (Family::TimestampZoned, Family::TimestampZoned) => {
            if precision(to) >= precision(from) {
                Cast::Implicit
            } else {
                Cast::Lossy(None)
            }
        }
        (Family::Interval, Family::Interval) => {
            if from.name == to.name && precision(to) >= precision(from) || *to == ColumnType::new("interval") {
                Cast::Implicit
            } else {
                Cast::Lossy(None)
            }
        }

        (Family::Json, Family::Json) => Cast::Using(direct()),
        (Family::Json, Family::Whole(_) | Family::Numeric | Family::Float(_) | Family::Boolean)
            if from.name == "jsonb" =>
        {
            Cast::Lossy(Some(direct()))
        }
        (Family::Network, Family::Network) if to.name == "inet" => Cast::Implicit,
        (Family::Network, Family::Network) => Cast::Lossy(None),
        (Family::Whole(_), Family::Other) if to.name == "money" => Cast::Lossy(None),
        (Family::Numeric, Family::Other) if to.name == "money" => Cast::Lossy(None),
        (Family::Other, Family::Numeric) if from.name == "money" => Cast::Lossy(None),
        (Family::Whole(_), Family::Other) if to.name == "oid" => Cast::Lossy(None),
        (Family::Other, Family::Whole(19)) if from.name == "oid" => Cast::Implicit,
        _ => Cast::Impossible,
    }
}

/// Element by element; a single value and an array of values are different things.
fn arrays(column: &str, types: Pair<&ColumnType>) -> Cast {
    let (from, to) = (types.from, types.to);
    let direct = || Expression::new(format!("{column}::{}", types::sql(to)));
    if from.dimensions == 0 {
        return if family(from) == Family::Text { Cast::Lossy(Some(direct())) } else { Cast::Impossible };
    }
    if to.dimensions == 0 {
        return match family(to) {
            Family::Text if to.arguments.is_empty() => Cast::Implicit,
            Family::Text => Cast::Lossy(None),
            _ => Cast::Impossible,
        };
    }
    let element = Pair::new(from.clone().array_of(0), to.clone().array_of(0));
    match cast("element", element.as_ref()) {
        Cast::Implicit => Cast::Implicit,
        Cast::Lossy(None) => Cast::Lossy(None),
        Cast::Impossible => Cast::Impossible,
        Cast::Using(_) if family(&element.from) == Family::Json => Cast::Using(direct()),
        // What is said of one value in an expression cannot be said of all values of an array.
        Cast::Using(_) => Cast::Impossible,
        Cast::Lossy(Some(using)) if using.text().contains("::text::") => {
            Cast::Lossy(Some(Expression::new(format!("{column}::text[]::{}", types::sql(to)))))
        }
        Cast::Lossy(Some(_)) => Cast::Lossy(Some(direct())),
    }
}

fn number(ty: &ColumnType, at: usize) -> Option<i64> {
    ty.arguments.get(at).and_then(|argument| argument.parse().ok())
}

fn text(from: &ColumnType, to: &ColumnType) -> Cast {
    let unlimited = |ty: &ColumnType| ty.arguments.is_empty() && ty.name != "name";
    match (number(from, 0), number(to, 0)) {
        _ if unlimited(to) => Cast::Implicit,
        (Some(from), Some(to)) if from <= to => Cast::Implicit,
        _ => Cast::Lossy(None),
    }
}

fn precision(ty: &ColumnType) -> i64 {
    number(ty, 0).unwrap_or(6)
}

fn bits_fit(from: &ColumnType, to: &ColumnType) -> bool {
    to.name == "bit varying" && number(to, 0).is_none_or(|to| number(from, 0).is_some_and(|from| from <= to))
}

/// Whether every value of one number type is a value of the other.
fn widens(from: &ColumnType, to: &ColumnType) -> bool {
    // Digits before and after the point; `None` for any number of them.
    let digits = |ty: &ColumnType| match number(ty, 0) {
        Some(precision) => {
            let scale = number(ty, 1).unwrap_or(0);
            Some((precision - scale, scale))
        }
        None => None,
    };
    match (family(from), family(to)) {
        (Family::Whole(from), Family::Whole(to)) => from <= to,
        (Family::Whole(from), Family::Float(to)) => from <= to,
        (Family::Float(from), Family::Float(to)) => from <= to,
        (Family::Whole(from), Family::Numeric) => digits(to).is_none_or(|(before, _)| i64::from(from) <= before),
        (Family::Numeric, Family::Numeric) => match (digits(from), digits(to)) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(from), Some(to)) => from.0 <= to.0 && from.1 <= to.1,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conversions_follow_the_servers_table() {
        let implicit = [
            ("integer", "bigint"),
            ("integer", "text"),
            ("integer", "numeric"),
            ("integer", "numeric(12,2)"),
            ("integer", "double precision"),
            ("varchar(50)", "varchar(100)"),
            ("varchar(50)", "text"),
            ("char(3)", "varchar(5)"),
            ("numeric(10,2)", "numeric(12,2)"),
            ("mood", "text"),
            ("date", "timestamp"),
            ("int[]", "text[]"),
            ("timestamp(3)", "timestamp"),
        ];
        let lossy = [
            ("bigint", "integer"),
            ("text", "varchar(10)"),
            ("varchar(100)", "varchar(50)"),
            ("numeric(10,2)", "numeric(10,1)"),
            ("integer", "varchar(5)"),
            ("double precision", "integer"),
            ("timestamp", "date"),
            ("timestamp", "timestamp(0)"),
            ("bigint[]", "int[]"),
        ];
        let said = [
            ("text", "integer", "a::integer"),
            ("text", "mood", "a::text::mood"),
            ("mood", "other.feeling", "a::text::other.feeling"),
            ("text[]", "mood[]", "a::text[]::mood[]"),
            ("text", "jsonb", "a::jsonb"),
            ("integer", "boolean", "a <> 0"),
            ("timestamptz", "date", "(a AT TIME ZONE 'UTC')::date"),
        ];
        let using = [
            ("json", "jsonb", "a::jsonb"),
            ("timestamp", "timestamptz", "a AT TIME ZONE 'UTC'"),
            ("boolean", "integer", "a::integer"),
            ("boolean", "bigint", "a::integer::bigint"),
        ];
        let ask = |from: &str, to: &str| cast("a", Pair::new(&types::read(from), &types::read(to)));
        for (from, to) in implicit {
            assert_eq!(ask(from, to), Cast::Implicit, "{from} to {to}");
        }
        for (from, to) in lossy {
            assert_eq!(ask(from, to), Cast::Lossy(None), "{from} to {to}");
        }
        for (from, to, how) in said {
            assert_eq!(ask(from, to), Cast::Lossy(Some(how.into())), "{from} to {to}");
        }
        for (from, to, how) in using {
            assert_eq!(ask(from, to), Cast::Using(how.into()), "{from} to {to}");
        }
        for (from, to) in [("uuid", "integer"), ("integer", "uuid"), ("integer", "integer[]"), ("date", "time")] {
            assert_eq!(ask(from, to), Cast::Impossible, "{from} to {to}");
        }
    }
}
