//! The operations that were measured on SQLite 3.40.1 and 3.54.1.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;
use whimbrel_acceptance::laws;
use whimbrel_plan::review::{Circumstances, Facts, Session, TableFacts};
use whimbrel_plan::{Understanding, fold};
use whimbrel_schema::{Engine, ObjectName};

use crate::compare::Measured;
use crate::did::Did;

const BASE: &str = "
    CREATE TABLE p (id integer PRIMARY KEY, name text);
    CREATE TABLE t (id integer PRIMARY KEY, a int NOT NULL, b int, ref int, v50 varchar(50), v100 varchar(100),
        txt text, num numeric(10,2), ts text, js text, nn int, d int DEFAULT 3);
    CREATE INDEX t_b ON t (b);
    CREATE INDEX t_v50 ON t (v50);
    CREATE VIEW vw AS SELECT id, txt FROM t;
    CREATE TABLE u (id int NOT NULL, x text);
    CREATE TABLE e0 (id integer PRIMARY KEY);";

#[derive(Debug, Deserialize)]
struct Operation {
    operation: String,
    setup: Vec<String>,
    sql: Vec<String>,
    mode: serde_json::Value,
    measured: Vec<Row>,
}

#[derive(Debug, Deserialize)]
struct Row {
    version: String,
    blocks_reads: String,
    blocks_writes: String,
    rewrite: String,
    scan: String,
    note: String,
}

/// Each operation on each version, with a write-ahead log and with a rollback journal.
pub fn measured() -> Result<Vec<Measured>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("facts/sqlite.jsonl");
    let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let mut all = Vec::new();
    for line in text.lines() {
        let operation: Operation = serde_json::from_str(line)?;
        for row in &operation.measured {
            for journal in ["wal", "delete"] {
                all.push(compared(&operation, row, journal)?);
            }
        }
    }
    Ok(all)
}

/// The operation may be several statements; what is predicted of it is what is predicted of each.
fn compared(operation: &Operation, row: &Row, journal: &str) -> Result<Measured> {
    let dialect = whimbrel_engines::dialect(Engine::Sqlite).context("no dialect for SQLite")?;
    let mut schema = laws::fold(&format!("{BASE}{}", operation.setup.join(";\n")), dialect)?;
    let enforced = if operation.mode == "fk" { "on" } else { "off" };
    let settings = [("journal_mode", journal), ("foreign_keys", enforced)];
    let facts = Facts {
        version: Some(row.version.parse().map_err(anyhow::Error::msg)?),
        tables: BTreeMap::from([(ObjectName::new("e0"), TableFacts::default())]),
        settings: settings.map(|(name, value)| (name.to_string(), value.to_string())).into(),
        ..Facts::default()
    };
    let session = Session::default();
    let mut whole: Option<Measured> = None;
    for sql in &operation.sql {
        let understanding = dialect.understand(sql);
        let at = Circumstances {
            before: &schema,
            complete: true,
            certain: true,
            facts: &facts,
            session: &session,
            in_transaction: true,
        };
        let prediction = dialect.predict(sql, &understanding, &at);
        for step in Measured::steps(&understanding) {
            // What SQLite refuses may be more than can be followed.
            if fold::apply(&mut schema, step, dialect).is_err() {
                break;
            }
        }
        match &mut whole {
            Some(whole) => {
                whole.prediction.touches.extend(prediction.touches);
                whole.prediction.dangers.extend(prediction.dangers);
                if matches!(understanding, Understanding::Unknown { .. }) {
                    whole.understanding = understanding;
                }
            }
            None => {
                let place = format!("{} on {} ({journal}): {sql}", operation.operation, row.version);
                let did = did(row, journal);
                whole = Some(Measured { place, understanding, prediction, assumed: false, tables: Vec::new(), did });
            }
        }
    }
    whole.with_context(|| format!("`{}` has no statement", operation.operation))
}

fn did(row: &Row, journal: &str) -> Did {
    let label = if journal == "wal" { "WAL:" } else { "DELETE-journal:" };
    let yes = |text: &str| {
        let after = text.split_once(label).map_or("", |(_, after)| after);
        after.to_ascii_lowercase().starts_with("yes")
    };
    Did {
        error: row.note.split_once("ERROR: ").map(|(_, message)| message.to_string()),
        work_is_known: true,
        blocked_reads: yes(&row.blocks_reads),
        blocked_writes: yes(&row.blocks_writes),
        wrote_somewhere: row.rewrite.starts_with("yes"),
        worked_somewhere: row.scan.starts_with("yes"),
        ..Did::default()
    }
}
