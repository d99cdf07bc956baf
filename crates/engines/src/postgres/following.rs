//! A copy that is written along with its table.
//!
//! The triggers run behind the statement, so that they see what every other trigger made of the row, and always: rows that
//! a subscription writes are rows too. The function runs as its owner, because whoever writes the table knows nothing of
//! the copy, and with settings of its own, under which a value printed is that value.

use whimbrel_plan::keep::Follower;

use super::quote;

pub(super) fn begin(follower: &Follower) -> Vec<String> {
    let Follower { source, table, function, trigger, columns, keys, row, new, old, key } = follower;
    let (listed, keys) = (columns.join(", "), keys.join(", "));
    let named: Vec<String> = row.iter().zip(columns).map(|(value, name)| format!("{value} AS {name}")).collect();
    let set: Vec<String> = columns.iter().map(|name| format!("{name} = EXCLUDED.{name}")).collect();
    let moved: Vec<String> = key.iter().map(|name| format!("OLD.{name} IS DISTINCT FROM NEW.{name}")).collect();
    let here: Vec<String> = key.iter().map(|name| format!("t.{name} = OLD.{name}")).collect();
    let body = format!(
        "BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        UPDATE {table} SET gone = true WHERE NOT gone;
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        IF TG_OP = 'DELETE' OR {moved} THEN
            -- Another row of the same statement may have the key by now.
            IF NOT EXISTS (SELECT 1 FROM {source} AS t WHERE {here}) THEN
                INSERT INTO {table} ({listed}, batched, gone) VALUES ({old}, false, true)
                ON CONFLICT ({keys}) DO UPDATE SET gone = true;
            END IF;
        END IF;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO {table} ({listed}, batched, gone) VALUES ({new}, false, false)
        ON CONFLICT ({keys}) DO UPDATE SET {set}, gone = false;
    END IF;
    RETURN NULL;
END",
        moved = moved.join(" OR "),
        here = here.join(" AND "),
        old = old.join(", "),
        new = new.join(", "),
        set = set.join(", "),
    );
    let all = format!("{trigger}_all");
    vec![
        format!(
            "CREATE TABLE {table} AS SELECT {}, true AS batched, false AS gone FROM {source} AS t WITH NO DATA",
            named.join(", ")
        ),
        format!("CREATE UNIQUE INDEX ON {table} ({keys})"),
        format!("CREATE INDEX ON {table} (gone) WHERE gone OR NOT batched"),
        format!(
            "CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER \
             SET search_path = pg_catalog, pg_temp SET DateStyle = 'ISO, YMD' SET IntervalStyle = 'postgres' \
             SET TimeZone = 'UTC' SET extra_float_digits = '3' SET bytea_output = 'hex' SET row_security = 'off' \
             SET lc_monetary = 'C' AS {}",
            quote::literal(&body)
        ),
        format!(
            "CREATE TRIGGER {trigger} AFTER INSERT OR UPDATE OR DELETE ON {source} FOR EACH ROW EXECUTE FUNCTION \
             {function}()"
        ),
        format!("CREATE TRIGGER {all} AFTER TRUNCATE ON {source} FOR EACH STATEMENT EXECUTE FUNCTION {function}()"),
        format!("ALTER TABLE {source} ENABLE ALWAYS TRIGGER {trigger}, ENABLE ALWAYS TRIGGER {all}"),
    ]
}

/// A row as long as both triggers are there and fire.
pub(super) fn follows(follower: &Follower) -> String {
    format!(
        "SELECT 1 FROM pg_catalog.pg_trigger WHERE tgrelid = {}::pg_catalog.regclass AND tgenabled = 'A' \
         AND tgfoid = {}::pg_catalog.regproc HAVING count(*) = 2",
        quote::literal(&follower.source),
        quote::literal(&follower.function)
    )
}

pub(super) fn stop(follower: &Follower) -> Vec<String> {
    let Follower { source, function, trigger, .. } = follower;
    vec![
        format!("DROP TRIGGER {trigger} ON {source}"),
        format!("DROP TRIGGER {trigger}_all ON {source}"),
        format!("DROP FUNCTION {function}()"),
    ]
}

/// What writes first, and what is written last. Between two of these the copy has rows that are as they were, or none.
pub(super) fn clear(home: Option<&str>, prefix: &str) -> String {
    let home = home.map_or("pg_catalog.current_schema()".to_string(), quote::literal);
    let ours = format!("pg_catalog.starts_with(name, {})", quote::literal(prefix));
    format!(
        "SELECT statement FROM (\
         SELECT 1 AS turn, pg_catalog.format('DROP TRIGGER %I ON %s', t.tgname, t.tgrelid::pg_catalog.regclass) AS statement, \
         t.tgname::text AS name FROM pg_catalog.pg_trigger AS t JOIN pg_catalog.pg_proc AS p ON p.oid = t.tgfoid \
         JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace WHERE n.nspname = {home} AND NOT t.tgisinternal \
         UNION ALL \
         SELECT 2, pg_catalog.format('DROP FUNCTION %I.%I()', n.nspname, p.proname), p.proname::text \
         FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace WHERE n.nspname = {home} \
         UNION ALL \
         SELECT 3, pg_catalog.format('DROP TABLE %I.%I', n.nspname, c.relname), c.relname::text \
         FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace \
         WHERE n.nspname = {home} AND c.relkind = 'r') AS left_over WHERE {ours} ORDER BY turn, name"
    )
}
