//! Changing a table in batches: by the number of its rows, or by the primary key of a table that has no such numbers.

use std::time::Duration;

use whimbrel_plan::backfill::{Batching, Lexeme, LexemeKind, Pacing};
use whimbrel_schema::{Column, ColumnType, Table};

use super::dialect::Sqlite;
use super::naming::{same, unquote};
use super::token::{Kind, Token, tokens};

impl Batching for Sqlite {
    fn lexemes(&self, statement: &str) -> Vec<Lexeme> {
        let lexeme = |token: Token<'_>| {
            let (kind, text) = match token.kind {
                Kind::Word => (LexemeKind::Word, token.text.to_ascii_lowercase()),
                Kind::Quoted => (LexemeKind::Quoted, unquote(token.text).to_ascii_lowercase()),
                Kind::Symbol => (LexemeKind::Symbol, if token.text == "==" { "=" } else { token.text }.to_string()),
                Kind::Text | Kind::Blob | Kind::Number | Kind::Variable => (LexemeKind::Value, token.text.to_string()),
            };
            Lexeme { kind, text, span: token.start..token.end() }
        };
        tokens(statement).map(lexeme).collect()
    }

    /// Under the first of its three names that no column has taken.
    fn row_number(&self, table: &Table) -> Option<String> {
        if table.options.without_rowid || table.options.virtual_using.is_some() {
            return None;
        }
        let taken = |name: &str| table.columns.iter().any(|column| same(&column.name, name));
        ["rowid", "_rowid_", "oid"].into_iter().find(|name| !taken(name)).map(str::to_string)
    }

    /// SQL already, and exact for every kind of value.
    fn key_text(&self, column: &str, _ty: Option<&ColumnType>) -> String {
        format!("quote({column})")
    }

    fn key_literal(&self, text: &str) -> String {
        text.to_string()
    }

    /// The column's affinity makes of the expression what storing it would; its collation must not make two texts one.
    fn differs(&self, qualified: &str, _column: &Column, value: &str) -> String {
        format!("{qualified} IS NOT ({value}\n) COLLATE BINARY")
    }

    fn is_steady(&self, function: &str) -> bool {
        STEADY.binary_search(&function).is_ok()
    }

    fn is_moment(&self, word: &str) -> bool {
        ["current_timestamp", "current_date", "current_time"].contains(&word)
    }

    /// One writer at a time: whoever waits sleeps and looks again, each time a little longer, up to a tenth of a second
    /// apart. Only where the pauses are longer than the batches, with the disk's time in them, is it let in before it
    /// sleeps that long.
    fn pacing(&self) -> Pacing {
        Pacing {
            first: 1_000,
            least: 100,
            most: 10_000,
            target: Duration::from_millis(5),
            pause: Duration::from_millis(20),
            rest: 5,
            upkeep_percent: 100,
            side_by_side: false,
        }
    }
}

/// Functions whose value follows from their arguments, types with arguments, and words of the grammar that stand before
/// a parenthesis. Those of date and time may be asked about `'now'`.
#[rustfmt::skip]
const STEADY: &[&str] = &[
    "abs", "all", "and", "any", "as", "avg", "between", "by", "case", "cast", "ceil", "ceiling", "char", "coalesce",
    "collate", "concat", "concat_ws", "count", "decimal", "dense_rank", "distinct", "else", "except", "exists",
    "exp", "filter", "first_value", "floor", "format", "from", "glob", "group", "group_concat", "having", "hex",
    "ifnull", "iif", "in", "instr", "intersect", "is", "join", "json", "json_array", "json_array_length",
    "json_extract", "json_group_array", "json_group_object", "json_insert", "json_object", "json_patch",
    "json_quote", "json_remove", "json_replace", "json_set", "json_type", "json_valid", "lag", "last_value", "lead",
    "length", "like", "limit", "ln", "log", "lower", "ltrim", "materialized", "max", "min", "mod", "not", "nullif",
    "numeric", "octet_length", "on", "or", "over", "partition", "pow", "power", "printf", "quote", "rank",
    "replace", "round", "row_number", "rtrim", "select", "sign", "some", "sqrt", "string_agg", "substr",
    "substring", "sum", "text", "then", "total", "trim", "trunc", "typeof", "unhex", "unicode", "union", "upper",
    "using", "values", "varchar", "when", "where",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_steady_can_be_searched() {
        assert!(STEADY.is_sorted());
        assert!(Sqlite.is_steady("lower") && !Sqlite.is_steady("datetime") && !Sqlite.is_steady("random"));
    }
}
