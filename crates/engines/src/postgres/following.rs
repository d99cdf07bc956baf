//! A copy that is written along with its table.
//!
//! The triggers run behind the statement, so that they see what every other trigger made of the row, and always: rows that
//! a subscription writes are rows too. The function runs as its owner, because whoever writes the table knows nothing of
//! the copy, and with settings of its own, under which a value printed is that value.
//!
//! A trigger of people's that changes the row once more, behind the statement too, may come first, and what it wrote be
//! followed before this is told of what was there before it. So what is not the row's last version any more is left out:
//! that one is told of by itself.

use whimbrel_plan::keep::{Apart, Follower};
use whimbrel_schema::fingerprint_of;

use super::quote;

pub(super) fn begin(follower: &Follower) -> Vec<String> {
    let Follower { source, table, function, trigger, columns, row, .. } = follower;
    let listed: Vec<String> = row.iter().zip(columns).map(|(value, name)| format!("{value} AS {name}")).collect();
    let keys = follower.keys.join(", ");
    let mut statements = vec![
        format!(
            "CREATE TABLE {table} AS SELECT {}, true AS batched, false AS gone FROM {source} AS t WITH NO DATA",
            listed.join(", ")
        ),
        // Where all tables are published, the server refuses to change rows of one that has nothing to name them by, and
        // whoever writes the followed table would be told so.
        format!("ALTER TABLE {table} REPLICA IDENTITY FULL"),
        format!("CREATE UNIQUE INDEX ON {table} ({keys})"),
        format!("CREATE INDEX ON {table} (gone) WHERE gone OR NOT batched"),
        format!(
            "CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER \
             SET search_path = pg_catalog, pg_temp SET DateStyle = 'ISO, YMD' SET IntervalStyle = 'postgres' \
             SET TimeZone = 'UTC' SET extra_float_digits = '3' SET bytea_output = 'hex' SET row_security = 'off' \
             SET lc_monetary = 'C' AS {}",
            quote::literal(&body(follower))
        ),
        format!(
            "CREATE TRIGGER {trigger} AFTER INSERT OR UPDATE OR DELETE ON {source} FOR EACH ROW EXECUTE FUNCTION \
             {function}()"
        ),
        format!("ALTER TABLE {source} ENABLE ALWAYS TRIGGER {trigger}"),
    ];
    // TRUNCATE of one partition is nothing that the table above it is told of.
    statements.extend(on_each(
        follower,
        &[
            format!(
                "CREATE TRIGGER {trigger}_all AFTER TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
            ),
            format!("ALTER TABLE %s ENABLE ALWAYS TRIGGER {trigger}_all"),
        ],
    ));
    let note = format!(
        "BEGIN EXECUTE pg_catalog.format('COMMENT ON TABLE {} IS %L', {}); END",
        table.replace('\'', "''").replace('%', "%%"),
        state(follower)
    );
    statements.push(format!("DO {}", quote::literal(&note)));
    statements
}

fn body(follower: &Follower) -> String {
    let Follower { source, table, columns, keys, new, old, key, .. } = follower;
    let set: Vec<String> = columns.iter().map(|name| format!("{name} = EXCLUDED.{name}")).collect();
    let moved: Vec<String> = key.iter().map(|name| format!("OLD.{name} IS DISTINCT FROM NEW.{name}")).collect();
    let same = |row: &str| {
        let same: Vec<String> = key.iter().map(|name| format!("t.{name} = {row}.{name}")).collect();
        same.join(" AND ")
    };
    let place = match (follower.apart, follower.partitioned) {
        (Apart::ByPlace, _) => String::new(),
        (Apart::ByKey, false) => " AND t.ctid = NEW.ctid".to_string(),
        (Apart::ByKey, true) => " AND t.ctid = NEW.ctid AND t.tableoid = TG_RELID".to_string(),
    };
    // The others of its partitions are there still.
    let emptied = match follower.partitioned {
        false => String::new(),
        true => {
            let here: Vec<String> = key.iter().zip(keys).map(|(name, kept)| format!("t.{name} = c.{kept}")).collect();
            format!(" AND NOT EXISTS (SELECT 1 FROM {source} AS t WHERE {})", here.join(" AND "))
        }
    };
    format!(
        "BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        UPDATE {table} AS c SET gone = true WHERE NOT c.gone{emptied};
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        IF TG_OP = 'DELETE' OR {moved} THEN
            -- Another row of the same statement may have the key by now.
            IF NOT EXISTS (SELECT 1 FROM {source} AS t WHERE {was_here}) THEN
                INSERT INTO {table} ({listed}, batched, gone) VALUES ({old}, false, true)
                ON CONFLICT ({keys}) DO UPDATE SET gone = true;
            END IF;
        END IF;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        IF EXISTS (SELECT 1 FROM {source} AS t WHERE {is_here}{place}) THEN
            INSERT INTO {table} ({listed}, batched, gone) VALUES ({new}, false, false)
            ON CONFLICT ({keys}) DO UPDATE SET {set}, gone = false;
        END IF;
    END IF;
    RETURN NULL;
END",
        moved = moved.join(" OR "),
        was_here = same("OLD"),
        is_here = same("NEW"),
        listed = columns.join(", "),
        keys = keys.join(", "),
        old = old.join(", "),
        new = new.join(", "),
        set = set.join(", "),
    )
}

/// The tables in which the rows lie, and those above them.
fn tables(follower: &Follower) -> String {
    let source = quote::literal(&follower.source);
    match follower.partitioned {
        false => format!("(SELECT {source}::pg_catalog.regclass AS relid)"),
        true => format!("(SELECT relid FROM pg_catalog.pg_partition_tree({source}::pg_catalog.regclass))"),
    }
}

/// What is the same as long as the copy is one of this table: what is copied and how, the tables in which the rows lie,
/// and their files where rows are known by their place in them.
fn state(follower: &Follower) -> String {
    let file = match follower.apart {
        Apart::ByKey => "",
        Apart::ByPlace => " || ':' || pg_catalog.pg_relation_filenode(relid)",
    };
    format!(
        "{} || (SELECT pg_catalog.string_agg(' ' || relid::pg_catalog.oid{file}, '' ORDER BY relid) FROM {} AS follows)",
        quote::literal(&fingerprint_of(follower).0),
        tables(follower)
    )
}

/// A row as long as all triggers are there and fire, and the table is the one that was copied.
pub(super) fn follows(follower: &Follower) -> String {
    let tables = tables(follower);
    format!(
        "SELECT 1 WHERE pg_catalog.obj_description(pg_catalog.to_regclass({}), 'pg_class') = {} AND (SELECT \
         count(*) FROM pg_catalog.pg_trigger WHERE tgrelid IN {tables} AND tgenabled = 'A' AND tgfoid = \
         pg_catalog.to_regproc({})) = (SELECT 2 * count(*) FROM {tables} AS follows)",
        quote::literal(&follower.table),
        state(follower),
        quote::literal(&follower.function)
    )
}

pub(super) fn stop(follower: &Follower) -> Vec<String> {
    let Follower { source, table, function, trigger, .. } = follower;
    let mut statements = vec![format!("DROP TRIGGER {trigger} ON {source}")];
    statements.extend(on_each(follower, &[format!("DROP TRIGGER {trigger}_all ON %s")]));
    statements.push(format!("DROP FUNCTION {function}()"));
    statements.push(format!("COMMENT ON TABLE {table} IS NULL"));
    statements
}

/// The statements for each table in which rows lie, whose name stands at `%s`.
fn on_each(follower: &Follower, statements: &[String]) -> Vec<String> {
    if !follower.partitioned {
        return statements.iter().map(|statement| statement.replace("%s", &follower.source)).collect();
    }
    let runs: Vec<String> = statements
        .iter()
        .map(|statement| {
            format!("EXECUTE pg_catalog.format({}, one.relid::pg_catalog.regclass);", quote::literal(statement))
        })
        .collect();
    let body = format!(
        "DECLARE one record; BEGIN FOR one IN SELECT relid FROM {} AS follows LOOP {} END LOOP; END",
        tables(follower),
        runs.join(" ")
    );
    vec![format!("DO {}", quote::literal(&body))]
}

/// What writes first, and what is written last. Between two of these the copy has rows that are as they were, or none.
pub(super) fn clear(home: Option<&str>, prefix: &str, but: &[String]) -> String {
    let home = home.map_or("pg_catalog.current_schema()".to_string(), quote::literal);
    let others: Vec<String> = but
        .iter()
        .map(|name| format!(" AND name NOT IN ({}, {})", quote::literal(name), quote::literal(&format!("{name}_all"))))
        .collect();
    let ours = format!("pg_catalog.starts_with(name, {}){}", quote::literal(prefix), others.concat());
    format!(
        "SELECT statement FROM (\
         SELECT 1 AS turn, pg_catalog.format('DROP TRIGGER %I ON %s', t.tgname, t.tgrelid::pg_catalog.regclass) AS statement, \
         t.tgname::text AS name FROM pg_catalog.pg_trigger AS t JOIN pg_catalog.pg_proc AS p ON p.oid = t.tgfoid \
         JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace WHERE n.nspname = {home} AND NOT t.tgisinternal AND t.tgparentid = 0 \
         UNION ALL \
         SELECT 2, pg_catalog.format('DROP FUNCTION %I.%I()', n.nspname, p.proname), p.proname::text \
         FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace WHERE n.nspname = {home} \
         UNION ALL \
         SELECT 3, pg_catalog.format('DROP TABLE %I.%I', n.nspname, c.relname), c.relname::text \
         FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace \
         WHERE n.nspname = {home} AND c.relkind = 'r') AS left_over WHERE {ours} ORDER BY turn, name"
    )
}
