//! How values are put aside and given back on PostgreSQL.

use whimbrel_plan::keep::{Against, Follower, Keeping, KeptColumn};
use whimbrel_schema::{ColumnType, ObjectName, Pair};

use super::{cast, following, quote, types};

#[derive(Debug, Clone, Copy)]
pub(super) struct PostgresKeeping;

fn name(of: &ObjectName) -> String {
    let namespace = of.namespace.as_ref().map(|namespace| format!("{}.", quote::quote(namespace)));
    format!("{}{}", namespace.unwrap_or_default(), quote::quote(&of.name))
}

/// The name as a text literal.
fn literal(of: &ObjectName) -> String {
    quote::literal(&name(of))
}

/// Part of the server itself, so that no revision can drop it.
fn stays(ty: &ColumnType) -> bool {
    cast::is_built_in(ty) && ty.name != "citext"
}

fn digits(ty: &ColumnType) -> Option<u8> {
    match ty.name.as_str() {
        "smallint" => Some(5),
        "integer" => Some(10),
        "bigint" => Some(19),
        _ => None,
    }
}

/// The longest text that fits; `None` within for any.
fn room(ty: &ColumnType) -> Option<Option<u32>> {
    match (ty.name.as_str(), ty.arguments.as_slice()) {
        ("text" | "character varying", []) => Some(None),
        ("character varying", [longest]) => longest.parse().ok().map(Some),
        _ => None,
    }
}

impl Keeping for PostgresKeeping {
    fn comes_back(&self, types: Pair<&ColumnType>) -> bool {
        let Pair { from, to } = types;
        if from.namespace.is_some() || to.namespace.is_some() || from.dimensions != to.dimensions {
            return false;
        }
        let wider = digits(from).zip(digits(to)).is_some_and(|(from, to)| from <= to);
        let longer = room(from).zip(room(to)).is_some_and(|(from, to)| match (from, to) {
            (_, None) => true,
            (Some(from), Some(to)) => from <= to,
            (None, Some(_)) => false,
        });
        wider || longer
    }

    fn minds_keys(&self) -> bool {
        true
    }

    /// Those that say when the transaction began, or who it is.
    fn stays_in_transaction(&self, word: &str) -> bool {
        const STAYS: [&str; 11] = [
            "current_date",
            "current_role",
            "current_schema",
            "current_time",
            "current_timestamp",
            "current_user",
            "localtime",
            "localtimestamp",
            "now",
            "session_user",
            "transaction_timestamp",
        ];
        STAYS.contains(&word)
    }

    fn only(&self, table: &str) -> String {
        format!("ONLY {table}")
    }

    /// What alters a table takes this lock in any case. A weaker one first would let another session that reads and
    /// then writes wait for this one, and this one for that.
    fn hold(&self, tables: &[ObjectName], against: Against) -> Option<String> {
        let mode = match against {
            Against::Everybody => "ACCESS EXCLUSIVE",
            Against::Writers => "SHARE ROW EXCLUSIVE",
        };
        let names: Vec<String> = tables.iter().map(name).collect();
        (!names.is_empty()).then(|| format!("LOCK TABLE {} IN {mode} MODE", names.join(", ")))
    }

    fn follow(&self, follower: &Follower) -> Option<Vec<String>> {
        Some(following::begin(follower))
    }

    fn row_place(&self) -> Option<&'static str> {
        Some("ctid")
    }

    fn block_of(&self, place: &str) -> Option<String> {
        Some(format!("(({place}::text::point)[0])::bigint::text"))
    }

    fn follows(&self, follower: &Follower) -> Option<String> {
        Some(following::follows(follower))
    }

    fn stop_following(&self, follower: &Follower) -> Vec<String> {
        following::stop(follower)
    }

    fn clear_following(&self, home: Option<&str>, prefix: &str, but: &[String]) -> Option<String> {
        Some(following::clear(home, prefix, but))
    }

    fn create(&self, side: &str, _columns: &[String], query: &str) -> Vec<String> {
        vec![format!("CREATE TABLE {side} AS {query}")]
    }

    /// A type or a collation that people made may be dropped by the very revision whose values these are, and the
    /// server would not let it go while a table uses it.
    fn put_aside(&self, column: &KeptColumn, value: &str) -> String {
        let value = if stays(&column.ty) { value.to_string() } else { format!("{value}::text") };
        if column.collation.is_some() { format!("({value}) COLLATE \"C\"") } else { value }
    }

    fn type_aside(&self, column: &KeptColumn) -> String {
        if stays(&column.ty) { types::sql(&column.ty) } else { "text".to_string() }
    }

    fn take_back(&self, column: &KeptColumn, value: &str) -> String {
        if stays(&column.ty) { value.to_string() } else { format!("{value}::{}", types::sql(&column.ty)) }
    }

    /// As text, because some types (`json`) have no equality.
    fn text_of(&self, values: &[String]) -> String {
        format!("ROW({})::text", values.join(", "))
    }

    fn same(&self, a: &str, b: &str) -> String {
        format!("{a} IS NOT DISTINCT FROM {b}")
    }

    fn overriding(&self) -> &'static str {
        " OVERRIDING SYSTEM VALUE"
    }

    fn unlock_numbers(&self, table: &ObjectName, column: &str) -> Option<Pair<String>> {
        let set =
            |how| format!("ALTER TABLE {} ALTER COLUMN {} SET GENERATED {how}", name(table), quote::quote(column));
        Some(Pair::new(set("BY DEFAULT"), set("ALWAYS")))
    }

    fn triggers(&self, table: &ObjectName) -> String {
        let (alter, table) = (quote::literal(&format!("ALTER TABLE {} ", name(table))), literal(table));
        format!(
            "SELECT {alter} || 'DISABLE TRIGGER ' || quote_ident(tgname), \
             {alter} || CASE tgenabled WHEN 'A' THEN 'ENABLE ALWAYS TRIGGER ' ELSE 'ENABLE TRIGGER ' END \
             || quote_ident(tgname) \
             FROM pg_catalog.pg_trigger \
             WHERE tgrelid = {table}::pg_catalog.regclass AND NOT tgisinternal AND tgenabled IN ('O', 'A') \
             ORDER BY tgname"
        )
    }

    /// A table with checks that are still to be made cannot be altered.
    fn settle(&self) -> Option<&'static str> {
        Some("SET CONSTRAINTS ALL IMMEDIATE")
    }

    fn put_off(&self) -> Option<&'static str> {
        Some("SET CONSTRAINTS ALL DEFERRED")
    }

    fn loosen(&self, table: &ObjectName, key: &str) -> Option<Pair<String>> {
        let alter = |how| format!("ALTER TABLE {} ALTER CONSTRAINT {} {how}", name(table), quote::quote(key));
        Some(Pair::new(alter("DEFERRABLE"), alter("NOT DEFERRABLE")))
    }

    fn last_number(&self, table: &ObjectName, column: &str) -> String {
        format!(
            "SELECT number FROM (SELECT pg_catalog.pg_sequence_last_value(pg_catalog.pg_get_serial_sequence({}, \
             {})::pg_catalog.regclass) AS number) AS asked WHERE number IS NOT NULL",
            literal(table),
            quote::literal(column)
        )
    }

    /// Rows that came meanwhile may have higher numbers than what was kept.
    fn go_on_from(&self, table: &ObjectName, column: &str, number: i64) -> Vec<String> {
        vec![format!(
            "SELECT pg_catalog.setval(seqrelid::pg_catalog.regclass, CASE WHEN seqincrement > 0 \
             THEN greatest({number}, pg_catalog.pg_sequence_last_value(seqrelid)) \
             ELSE least({number}, pg_catalog.pg_sequence_last_value(seqrelid)) END) \
             FROM pg_catalog.pg_sequence \
             WHERE seqrelid = pg_catalog.pg_get_serial_sequence({}, {})::pg_catalog.regclass",
            literal(table),
            quote::literal(column)
        )]
    }

    fn bytes(&self, side: &ObjectName) -> String {
        format!("SELECT pg_catalog.pg_total_relation_size({}::pg_catalog.regclass)", literal(side))
    }

    /// Row security is switched off, which makes the server refuse rather than leave out rows in silence.
    fn printing(&self) -> Option<(&'static str, &'static str)> {
        Some((
            "SELECT 'SELECT ' || string_agg(format('set_config(%L, %L, true)', name, current_setting(name)), ', ') \
             FROM unnest(ARRAY['DateStyle', 'IntervalStyle', 'TimeZone', 'extra_float_digits', 'bytea_output', \
             'row_security', 'lc_monetary']) AS name",
            "SELECT set_config('DateStyle', 'ISO, YMD', true), set_config('IntervalStyle', 'postgres', true), \
             set_config('TimeZone', 'UTC', true), set_config('extra_float_digits', '3', true), \
             set_config('bytea_output', 'hex', true), set_config('row_security', 'off', true), \
             set_config('lc_monetary', 'C', true)",
        ))
    }

    fn analyze(&self, side: &str) -> Option<String> {
        Some(format!("ANALYZE {side}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comes_back(from: &str, to: &str) -> bool {
        PostgresKeeping.comes_back(Pair::new(&types::read(from), &types::read(to)))
    }

    #[test]
    fn only_what_widens_comes_back_by_itself() {
        assert!(comes_back("int", "bigint") && comes_back("varchar(10)", "varchar(20)"));
        assert!(comes_back("varchar(10)", "text") && comes_back("int[]", "bigint[]"));
        assert!(!comes_back("bigint", "int") && !comes_back("text", "varchar(20)"));
        assert!(!comes_back("timestamp", "date") && !comes_back("text", "int") && !comes_back("char(3)", "text"));
        assert!(!comes_back("numeric(10,2)", "numeric(10,1)") && !comes_back("int", "bigint[]"));
    }
}
