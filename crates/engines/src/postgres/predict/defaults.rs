//! Whether a default is the same for every row, so that adding a column with it needs no row to be written.

use whimbrel_schema::Expression;

use crate::postgres::expression;

/// Built-in functions that give one value for a whole statement at least (STABLE or IMMUTABLE). A function that is not
/// here may be volatile: people make theirs so unless they say otherwise.
#[rustfmt::skip]
const STEADY: &[&str] = &[
    "abs", "array_agg", "array_append", "array_cat", "array_fill", "array_length", "array_prepend", "array_to_json",
    "array_to_string", "btrim", "cardinality", "ceil", "ceiling", "char_length", "chr", "coalesce", "concat",
    "concat_ws", "current_database", "current_schema", "current_setting", "current_user", "date", "date_part",
    "date_trunc", "decode", "div", "encode", "exp", "extract", "float8", "floor", "format", "greatest", "hashtext",
    "inet_client_addr", "inet_server_addr", "initcap", "int4", "int4range", "int8", "int8range", "interval",
    "json_build_array", "json_build_object", "json_object", "jsonb_build_array", "jsonb_build_object", "jsonb_object",
    "justify_days", "justify_hours", "justify_interval", "least", "left", "length", "ln", "localtime",
    "localtimestamp", "log", "lower", "lpad", "ltrim", "make_date", "make_interval", "make_time", "make_timestamp",
    "make_timestamptz", "md5", "mod", "now", "nullif", "numeric", "numrange", "octet_length", "pg_backend_pid", "pi",
    "point", "power", "quote_ident", "quote_literal", "regexp_replace", "repeat", "replace", "reverse", "right",
    "round", "row_to_json", "rpad", "rtrim", "session_user", "sha224", "sha256", "sha384", "sha512", "sign",
    "split_part", "sqrt", "statement_timestamp", "string_to_array", "strpos", "substr", "substring", "text",
    "timezone", "to_char", "to_date", "to_hex", "to_json", "to_jsonb", "to_number", "to_timestamp", "to_tsquery",
    "to_tsvector", "transaction_timestamp", "translate", "trim", "trunc", "tsrange", "tstzrange", "txid_current",
    "upper", "user", "version", "width_bucket",
];

/// Of those, the ones that cannot give NULL where their arguments are no NULL (or that have none).
const NEVER_NULL: &[&str] = &[
    "current_database",
    "current_user",
    "jsonb_build_array",
    "jsonb_build_object",
    "json_build_array",
    "json_build_object",
    "localtime",
    "localtimestamp",
    "now",
    "session_user",
    "statement_timestamp",
    "transaction_timestamp",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value {
    /// One value for all rows, and no NULL.
    Fixed,
    /// One value for all rows, perhaps NULL.
    Steady,
    /// Each row may get its own.
    Volatile,
}

pub(super) fn value(default: &Expression) -> Value {
    let Some(functions) = expression::functions_in(default.text()) else { return Value::Volatile };
    if !functions.iter().all(|name| is_steady(name)) {
        return Value::Volatile;
    }
    let certain = match functions.as_slice() {
        [] => expression::is_value(default.text()),
        [only] => NEVER_NULL.contains(&only.as_str()) && expression::is_call(default.text()),
        _ => false,
    };
    if certain { Value::Fixed } else { Value::Steady }
}

fn is_steady(name: &str) -> bool {
    let bare = name.trim_matches('"');
    STEADY.binary_search(&bare).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_can_be_searched() {
        let mut sorted = STEADY.to_vec();
        sorted.sort_unstable();
        assert_eq!(STEADY, sorted);
    }

    #[test]
    fn a_default_is_volatile_unless_it_is_known_to_be_steady() {
        let cases = [
            ("7", Value::Fixed),
            ("'{}'::jsonb", Value::Fixed),
            ("true", Value::Fixed),
            ("-1", Value::Fixed),
            ("'new'::mood", Value::Fixed),
            ("ARRAY[1, 2]", Value::Fixed),
            ("now()", Value::Fixed),
            ("CURRENT_TIMESTAMP", Value::Steady),
            ("now() + interval '1 day'", Value::Steady),
            ("(now() AT TIME ZONE 'utc')", Value::Steady),
            ("nullif('', '')", Value::Steady),
            ("current_setting('app.tenant')", Value::Steady),
            ("clock_timestamp()", Value::Volatile),
            ("random()", Value::Volatile),
            ("gen_random_uuid()", Value::Volatile),
            ("uuid_generate_v4()", Value::Volatile),
            ("nextval('s')", Value::Volatile),
            ("my_function()", Value::Volatile),
            ("coalesce(my_function(), 1)", Value::Volatile),
            ("public.now()", Value::Volatile),
            ("timeofday()", Value::Volatile),
            ("what is this", Value::Volatile),
        ];
        for (text, expected) in cases {
            assert_eq!(value(&Expression::new(text)), expected, "{text}");
        }
    }
}
