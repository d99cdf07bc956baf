//! What the engine itself says of two databases, without a line of ours between.

use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use whimbrel_schema::{Engine, Pair, Schema};

use crate::database::Database;

/// The engine's own dump of the one equals its dump of the other, where the order of columns allows it.
pub fn ensure_same_dump(databases: Pair<&mut Database>, schemas: Pair<&Schema>) -> Result<Compared> {
    match databases.from.ground.engine {
        Engine::Postgres => same_pg_dump(databases, schemas),
        Engine::Sqlite | Engine::Mysql => {
            let mut catalogues = Vec::new();
            for database in [databases.from, databases.to] {
                catalogues.push(sqlite_catalogue(database)?);
            }
            let (from, to) = (&catalogues[0], &catalogues[1]);
            for line in from {
                ensure!(to.contains(line), "SQLite's catalogue has, where made directly, no {line}");
            }
            for line in to {
                ensure!(from.contains(line), "SQLite's catalogue has, where made directly, also {line}");
            }
            Ok(Compared::Yes)
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compared {
    Yes,
    /// The columns stand in another order, as nobody can change it in place.
    OtherOrder,
    /// There is no `pg_dump` for that server.
    NoTool,
}

const SQLITE_CATALOGUE: &str = r#"
    SELECT 'column ' || m.name || '.' || x.name || ' ' || x.type || ' '
           -- A rowid is never NULL, whatever is written.
           || CASE WHEN upper(x.type) = 'INTEGER' AND x.pk = 1
                    AND (SELECT max(y.pk) FROM pragma_table_xinfo(m.name) y) = 1 THEN 1 ELSE x."notnull" END || ' '
           || CASE lower(x.dflt_value) WHEN 'true' THEN '1' WHEN 'false' THEN '0' ELSE coalesce(x.dflt_value, '-') END || ' key ' || x.pk || ' hidden ' || x.hidden
    FROM sqlite_master m JOIN pragma_table_xinfo(m.name) x
    WHERE m.type IN ('table', 'view') AND m.name NOT LIKE 'sqlite%'
    UNION ALL
    SELECT 'foreign key ' || m.name || '.' || f."from" || ' → ' || f."table" || '.' || coalesce(f."to", '-') || ' '
           || f.on_update || ' ' || f.on_delete || ' ' || f.match
    FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'
    UNION ALL
    SELECT 'index on ' || m.name || ' ' || CASE i.origin WHEN 'c' THEN i.name ELSE i.origin END || ' ' || i."unique"
           || ' ' || i.partial || ' '
           || (SELECT group_concat(coalesce(x.name, 'expression') || ' ' || x."desc" || ' ' || coalesce(x.coll, ''))
               FROM pragma_index_xinfo(i.name) x WHERE x.key)
    FROM sqlite_master m JOIN pragma_index_list(m.name) i WHERE m.type = 'table'
    UNION ALL
    SELECT 'trigger ' || name || ' on ' || tbl_name FROM sqlite_master WHERE type = 'trigger'
"#;

fn sqlite_catalogue(database: &mut Database) -> Result<Vec<String>> {
    let rows = database.driver.query(SQLITE_CATALOGUE, &[])?;
    let mut lines: Vec<String> = rows.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect();
    lines.sort();
    Ok(lines)
}

fn same_pg_dump(databases: Pair<&mut Database>, schemas: Pair<&Schema>) -> Result<Compared> {
    if pg_dump(databases.from.ground.major).is_none() {
        return Ok(Compared::NoTool);
    }
    let order = |schema: &Schema| -> Vec<Vec<String>> {
        schema.tables.values().map(|table| table.columns.iter().map(|column| column.name.clone()).collect()).collect()
    };
    if order(schemas.from) != order(schemas.to) {
        return Ok(Compared::OtherOrder);
    }
    let dumps = [dump(databases.from)?, dump(databases.to)?];
    ensure!(!dumps[1].is_empty() || schemas.to.is_empty(), "pg_dump wrote nothing");
    for (entry, other) in dumps[0].iter().zip(&dumps[1]) {
        ensure!(entry == other, "pg_dump:\n{entry}\nafter the migration,\n{other}\nwhere made directly");
    }
    ensure!(dumps[0].len() == dumps[1].len(), "pg_dump: {} entries and {} entries", dumps[0].len(), dumps[1].len());
    Ok(Compared::Yes)
}

/// The dump's entries, sorted, without comments, settings and what names this one dump: among things that depend on each
/// other in a circle, as a table and its defaults do, the dump's own order follows the order of creation.
fn dump(database: &Database) -> Result<Vec<String>> {
    let tool = pg_dump(database.ground.major).context("pg_dump went away")?;
    let output = Command::new(tool)
        .args(["--schema-only", "--no-owner", "--no-privileges", "--dbname", &database.url])
        .output()
        .context("running pg_dump")?;
    if !output.status.success() {
        bail!("pg_dump: {}", String::from_utf8_lossy(&output.stderr));
    }
    let text = String::from_utf8(output.stdout)?;
    // The sequence of an identity column keeps its first name when the table is renamed; nothing ever names it.
    let noise = ["--", "SET ", "SELECT pg_catalog", "\\restrict", "\\unrestrict", "    SEQUENCE NAME "];
    let wanted = |line: &&str| !line.trim().is_empty() && !noise.iter().any(|prefix| line.starts_with(prefix));
    // Its first line says what it is about, and to whom it belongs.
    let entry = |text: &str| text.lines().skip(1).filter(wanted).collect::<Vec<_>>().join("\n");
    let mut entries: Vec<String> = text.split("\n-- Name: ").map(entry).filter(|entry| !entry.is_empty()).collect();
    entries.sort();
    Ok(entries)
}

/// Debian's `pg_dump`, if it is not older than the server; the servers from npm come without one.
fn pg_dump(major: u32) -> Option<std::path::PathBuf> {
    let newest = (major..=18).rev().map(|version| format!("/usr/lib/postgresql/{version}/bin/pg_dump").into());
    newest.into_iter().find(|path: &std::path::PathBuf| path.is_file())
}
