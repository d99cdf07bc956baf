//! Changing a table in batches: by a key, or by the blocks of its file.

use std::ops::Range;
use std::time::Duration;

use whimbrel_plan::backfill::{Batching, Lexeme, LexemeKind, Pacing};
use whimbrel_schema::{Column, ColumnType, Persistence, Table};

use super::dialect::Postgres;
use super::lexer::{self, Kind};
use super::{quote, types};

impl Batching for Postgres {
    fn lexemes(&self, statement: &str) -> Vec<Lexeme> {
        let lexeme = |token: lexer::Token<'_>| {
            let (kind, text) = match token.kind {
                Kind::Word => (LexemeKind::Word, quote::fold(token.text)),
                Kind::Quoted => (LexemeKind::Quoted, quote::fold(token.text)),
                Kind::Operator | Kind::Punctuation => (LexemeKind::Symbol, token.text.to_string()),
                Kind::Text
                | Kind::Dollar
                | Kind::Number
                | Kind::Parameter
                | Kind::Other
                | Kind::Space
                | Kind::Comment => (LexemeKind::Value, token.text.to_string()),
            };
            Lexeme { kind, text, span: token.start..token.end() }
        };
        lexer::words(statement).map(lexeme).collect()
    }

    /// Only what has a file of its own has blocks.
    fn has_blocks(&self, table: &Table) -> bool {
        table.options.partition_by.is_none() && table.options.persistence != Persistence::Temporary
    }

    fn row_place(&self, table: &Table) -> Vec<(&'static str, &'static str)> {
        let place = ("ctid", "::text");
        match table.options.partition_by {
            Some(_) => vec![("tableoid", "::pg_catalog.regclass::text"), place],
            None => vec![place],
        }
    }

    fn block_after(&self, target: &str, from: u64, to: Option<u64>, rows: u64) -> String {
        format!(
            "SELECT least(size.blocks, {from} + greatest(1, ceil({rows} / greatest(size.dense, 1))))::bigint \
             FROM ({}) AS size WHERE size.blocks > {from}",
            size(target, to)
        )
    }

    fn block_cuts(&self, target: &str, from: u64, to: Option<u64>, parts: u64) -> String {
        format!(
            "SELECT DISTINCT {from} + ((size.blocks - {from}) * n) / {parts} AS cut FROM ({}) AS size, \
             pg_catalog.generate_series(1, {parts}::bigint) AS n WHERE (size.blocks - {from}) * n >= {parts} ORDER BY cut",
            size(target, to)
        )
    }

    /// Blocks and what is in them, wherever they lie.
    fn sample(&self, target: &str, percent: f64) -> String {
        if percent >= 100.0 { target.to_string() } else { format!("{target} TABLESAMPLE SYSTEM ({percent})") }
    }

    /// By a list of places and not by a range of them, which PostgreSQL 13 reads the whole table for. A block has room
    /// for no more rows than one for every 28 bytes.
    fn in_blocks(&self, name: &str, blocks: Range<u64>) -> String {
        format!(
            "{name}.ctid = ANY (ARRAY(SELECT ('(' || b || ',' || i || ')')::pg_catalog.tid \
             FROM pg_catalog.generate_series({}::bigint, {}::bigint) AS b, \
             pg_catalog.generate_series(1, pg_catalog.current_setting('block_size')::int / 28) AS i))",
            blocks.start,
            blocks.end.saturating_sub(1)
        )
    }

    /// Dates as ISO 8601 has them, because how they are printed otherwise is a setting.
    fn key_text(&self, column: &str, ty: Option<&ColumnType>) -> String {
        let dated = ty.is_some_and(|ty| ty.dimensions == 0 && (ty.name == "date" || ty.name.starts_with("timestamp")));
        match dated {
            true => format!("pg_catalog.to_json({column}) #>> '{{}}'"),
            false => format!("{column}::text"),
        }
    }

    /// Without a type: it takes that of the column it is compared with.
    fn key_literal(&self, text: &str) -> String {
        quote::literal(text)
    }

    /// Cast as an assignment does it. Types whose equality is not that of their values, or that have none, are compared
    /// as they are printed.
    fn differs(&self, qualified: &str, column: &Column, value: &str) -> String {
        let ty = types::sql(&column.ty);
        let text = if compares(&column.ty) { "" } else { "::text" };
        format!("{qualified}{text} IS DISTINCT FROM CAST(({value}\n) AS {ty}){text}")
    }

    fn is_steady(&self, function: &str) -> bool {
        STEADY.binary_search(&function).is_ok()
    }

    fn is_moment(&self, word: &str) -> bool {
        MOMENTS.contains(&word)
    }

    /// Whoever wants a row that a batch has changed waits until it ends. Small batches cost little more than large ones,
    /// because none of them waits for the disk.
    fn pacing(&self) -> Pacing {
        Pacing {
            first: 1_000,
            least: 100,
            most: 10_000,
            target: Duration::from_millis(20),
            pause: Duration::from_millis(1),
            rest: 0,
            upkeep_percent: 8,
            side_by_side: true,
        }
    }
}

/// How many blocks a table has, up to `to`, and how many rows are in one.
fn size(target: &str, to: Option<u64>) -> String {
    // ONLY, an alias and the like stand around the name; the rows' own `tableoid` needs none of them, but an empty table
    // has no rows.
    let all = "pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::bigint";
    let blocks = to.map_or(all.to_string(), |to| format!("least({all}, {to})"));
    format!(
        "SELECT {blocks} AS blocks, \
         CASE WHEN c.reltuples > 0 AND c.relpages > 0 THEN c.reltuples::float8 / c.relpages ELSE 60 END AS dense \
         FROM pg_catalog.pg_class c WHERE c.oid = {}::pg_catalog.regclass",
        quote::literal(relation(target))
    )
}

/// The name within `ONLY (email) * AS e`.
fn relation(target: &str) -> &str {
    let words: Vec<_> = lexer::words(target).collect();
    let is_name = |token: &&lexer::Token<'_>| matches!(token.kind, Kind::Word | Kind::Quoted) && !token.is_word("only");
    let Some(first) = words.iter().position(|token| is_name(&token)) else { return target };
    let mut last = first;
    while words.get(last + 1).is_some_and(|token| token.is(".")) {
        last += 2;
    }
    let end = words.get(last).map_or(target.len(), lexer::Token::end);
    target.get(words[first].start..end).unwrap_or(target)
}

/// Types whose `=` holds only between values that are the same.
fn compares(ty: &ColumnType) -> bool {
    const TYPES: [&str; 20] = [
        "smallint",
        "integer",
        "bigint",
        "real",
        "double precision",
        "numeric",
        "text",
        "character varying",
        "character",
        "boolean",
        "date",
        "timestamp without time zone",
        "timestamp with time zone",
        "time without time zone",
        "uuid",
        "bytea",
        "jsonb",
        "inet",
        "oid",
        "name",
    ];
    ty.namespace.is_none() && (TYPES.contains(&ty.name.as_str()) || ty.name == "timestamp" || ty.name == "time")
}

const MOMENTS: [&str; 9] = [
    "current_timestamp",
    "current_date",
    "current_time",
    "localtime",
    "localtimestamp",
    "current_user",
    "session_user",
    "current_role",
    "current_schema",
];

/// Functions of the server, types with arguments, and words of the grammar that stand before a parenthesis.
#[rustfmt::skip]
const STEADY: &[&str] = &[
    "abs", "all", "and", "any", "array", "array_agg", "array_append", "array_cat", "array_length", "array_position",
    "array_prepend", "array_remove", "array_replace", "array_to_string", "as", "ascii", "avg", "between", "bit",
    "bit_length", "bool_and", "bool_or", "btrim", "by", "cardinality", "case", "cast", "cbrt", "ceil", "ceiling",
    "char", "char_length", "character", "character_length", "chr", "coalesce", "collate", "concat", "concat_ws",
    "count", "date_part", "date_trunc", "decimal", "decode", "dense_rank", "distinct", "div", "else", "encode",
    "every", "except", "exists", "exp", "extract", "filter", "first_value", "floor", "format", "from", "greatest",
    "group", "having", "if", "in", "initcap", "intersect", "interval", "is", "isfinite", "join", "json_build_array",
    "json_build_object", "jsonb_array_length", "jsonb_build_array", "jsonb_build_object", "jsonb_extract_path",
    "jsonb_extract_path_text", "jsonb_set", "jsonb_strip_nulls", "jsonb_typeof", "lag", "last_value", "lateral",
    "lead", "least", "left", "length", "like", "limit", "ln", "log", "lower", "lpad", "ltrim", "make_date",
    "make_interval", "make_time", "make_timestamp", "max", "md5", "min", "mod", "not", "nullif", "numeric",
    "octet_length", "on", "or", "over", "overlay", "partition", "position", "power", "rank", "regexp_match",
    "regexp_replace", "repeat", "replace", "reverse", "right", "round", "row", "row_number", "rpad", "rtrim",
    "select", "sha256", "sign", "some", "split_part", "sqrt", "starts_with", "string_agg", "string_to_array",
    "strpos", "substr", "substring", "sum", "then", "time", "timestamp", "to_char", "to_date", "to_hex", "to_json",
    "to_jsonb", "to_number", "to_timestamp", "translate", "trim", "trunc", "union", "upper", "using", "values",
    "varchar", "when", "where",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_steady_can_be_searched() {
        assert!(STEADY.is_sorted());
        assert!(Postgres.is_steady("lower") && !Postgres.is_steady("now") && !Postgres.is_steady("random"));
    }

    #[test]
    fn the_name_of_a_target_is_found() {
        for (target, name) in [
            ("email", "email"),
            ("ONLY \"odd name\" AS e", "\"odd name\""),
            ("mail . \"E\" * e", "mail . \"E\""),
            ("ONLY (mail.email)", "mail.email"),
        ] {
            assert_eq!(relation(target), name);
        }
    }
}
