//! The operations that were measured on PostgreSQL 13 to 18: compared with what was measured then, and run again.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;
use whimbrel_acceptance::database::Ground;
use whimbrel_acceptance::laws;
use whimbrel_plan::review::{Blocks, Circumstances, Facts, Prediction, Session};
use whimbrel_plan::{Understanding, fold};
use whimbrel_schema::{Engine, ObjectName, Schema};

use crate::base::{BASE, ROWS, spelled};
use crate::compare::Measured;
use crate::did::{self, Did};
use crate::live::{Run, measure};

#[derive(Debug, Deserialize)]
struct Operation {
    operation: String,
    setup: Vec<String>,
    sql: Vec<String>,
    outside_transaction: bool,
    measured: Vec<Row>,
}

#[derive(Debug, Deserialize)]
struct Row {
    version: String,
    lock: String,
    blocks_reads: String,
    blocks_writes: String,
    rewrite: String,
    scan: String,
    note: String,
}

fn operations() -> Result<Vec<Operation>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("facts/postgres.jsonl");
    let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    text.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}

/// The statements of an operation: one line may hold two.
fn statements(operation: &Operation) -> Result<Vec<String>> {
    let dialect = whimbrel_engines::dialect(Engine::Postgres).context("no dialect for PostgreSQL")?;
    let lines = operation.sql.iter();
    Ok(lines.flat_map(|line| dialect.split(line).into_iter().map(|range| line[range].to_string())).collect())
}

fn zone(operation: &Operation) -> &str {
    let named = operation.operation.split_once("TimeZone=").map(|(_, rest)| rest.trim_end_matches(')'));
    named.unwrap_or("UTC")
}

/// What was known when an operation was predicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// The schema, the version and the settings.
    All,
    /// Nothing but the statement: the files begin in the middle, and no server was asked.
    Nothing,
    /// A statement that nobody understands ran just before.
    Doubtful,
}

pub fn measured(known: Known) -> Result<Vec<Measured>> {
    let mut all = Vec::new();
    for operation in operations()? {
        for row in &operation.measured {
            all.push(compared(&operation, row, known).with_context(|| operation.operation.clone())?);
        }
    }
    Ok(all)
}

fn compared(operation: &Operation, row: &Row, known: Known) -> Result<Measured> {
    let dialect = whimbrel_engines::dialect(Engine::Postgres).context("no dialect for PostgreSQL")?;
    let mut schema = laws::fold(BASE, dialect)?;
    let version = (known != Known::Nothing).then(|| row.version.parse().map_err(anyhow::Error::msg)).transpose()?;
    let facts = Facts { version, ..Facts::default() };
    let session = match known {
        Known::All | Known::Doubtful => Session::new([("timezone".to_string(), zone(operation).to_string())].into()),
        Known::Nothing => Session::default(),
    };
    let mut sure = true;
    for line in &operation.setup {
        match dialect.understand(&spelled(line)) {
            Understanding::Known { steps, .. } => {
                for step in &steps {
                    fold::apply(&mut schema, step, dialect).with_context(|| line.clone())?;
                }
            }
            Understanding::Unknown { .. } => sure = false,
        }
    }
    let mut did = did(row, &schema);
    if known == Known::Nothing {
        with_partitions(&mut did, &schema, &operation.sql.join(" "));
        schema = Schema::new(Engine::Postgres);
    }
    let mut prediction = Prediction::default();
    let mut last = None;
    let statements = statements(operation)?;
    for sql in &statements {
        let understanding = dialect.understand(sql);
        let in_transaction = !operation.outside_transaction;
        let complete = sure && known == Known::All;
        let certain = sure && known != Known::Doubtful;
        let at = Circumstances { before: &schema, complete, certain, facts: &facts, session: &session, in_transaction };
        let more = dialect.predict(sql, &understanding, &at);
        prediction.touches.extend(more.touches);
        prediction.dangers.extend(more.dangers);
        prediction.undo = prediction.undo.max(more.undo);
        if let Understanding::Known { steps, .. } = &understanding {
            // What is refused is not followed.
            let _ = steps.iter().try_for_each(|step| fold::apply(&mut schema, step, dialect));
        }
        last = Some(understanding);
    }
    Ok(Measured {
        place: format!("{} on {}", operation.operation, row.version),
        sql: statements.join("; "),
        understanding: last.context("an operation without a statement")?,
        prediction,
        did,
    })
}

/// A table that nobody has seen stands for its partitions, where the statement does not name them.
fn with_partitions(did: &mut Did, schema: &Schema, sql: &str) {
    for table in schema.tables.values() {
        let (name, of) = (table.name.to_string(), table.options.partition_of.as_ref());
        let named = sql.split(|c: char| !c.is_alphanumeric()).any(|word| word == name);
        let Some(of) = of.filter(|_| !named) else { continue };
        let Some(partition) = did.relations.remove(&name) else { continue };
        let parent = did.of(&of.parent.to_string());
        parent.mode = parent.mode.max(partition.mode);
        parent.blocked = parent.blocked.max(partition.blocked);
        parent.scanned |= partition.scanned;
        parent.rewritten |= partition.rewritten;
        parent.indexes_built |= partition.indexes_built;
    }
}

fn did(row: &Row, schema: &Schema) -> Did {
    let mut did = Did::default();
    if row.note.contains("ERROR") || row.lock.contains("failed") || row.lock.is_empty() && row.note.contains("error") {
        did.error = Some(row.note.clone());
        return did;
    }
    did.sampled = row.lock.contains("(sampled)") || row.note.contains("sampled");
    let lock = row.lock.replace("(sampled)", "");
    let (relations, indexes) = lock.split_once('|').unwrap_or((&lock, ""));
    for (name, mode) in relations.split_whitespace().filter_map(|word| word.split_once(':')) {
        did.of(name).mode = did::mode(mode);
    }
    // What is locked and dropped once nobody uses it any more keeps nobody waiting: the probes say so.
    let indexes = if did.sampled && row.blocks_reads == "no" { "" } else { indexes };
    for (name, mode) in indexes.split_whitespace().filter_map(|word| word.split_once(':')) {
        let happened = did.of(&owner(schema, name));
        happened.mode_of_parts = happened.mode_of_parts.max(did::mode(mode));
    }
    let only = match did.relations.keys().collect::<Vec<_>>().as_slice() {
        [only] => Some((*only).clone()),
        _ => None,
    };
    for (text, blocks) in [(&row.blocks_writes, Blocks::Writes), (&row.blocks_reads, Blocks::ReadsAndWrites)] {
        let named = text.split_whitespace().filter_map(|word| word.split_once(':'));
        let whole = only.as_deref().filter(|_| text == "YES").map(|name| (name, "YES"));
        for (name, answer) in named.chain(whole) {
            if answer == "YES" {
                let happened = did.of(name);
                happened.blocked = happened.blocked.max(Some(blocks));
            }
        }
    }
    for part in row.rewrite.split_whitespace() {
        if let Some(tables) = part.strip_prefix("heap:") {
            tables.split(',').for_each(|name| did.of(name).rewritten = true);
        } else if let Some(indexes) = part.strip_prefix("idx:") {
            indexes.split(',').for_each(|name| did.of(&owner(schema, name)).indexes_built = true);
        }
    }
    for (name, _) in row.scan.trim_start_matches("yes:").split(',').filter_map(|word| word.split_once('=')) {
        did.of(name).scanned = true;
    }
    did
}

/// Names of indexes begin with the name of their table in this schema; those that do not are looked up.
fn owner(schema: &Schema, index: &str) -> String {
    if let Some(table) = schema.table_of_index(&ObjectName::new(index)) {
        return table.to_string();
    }
    index.rsplit_once('_').map_or(index, |(table, _)| table.trim_end_matches("_id")).to_string()
}

/// The same operations once more, on a server that is here.
pub fn run(ground: Ground) -> Result<Vec<Measured>> {
    let (mut all, mut database) = (Vec::new(), ground.database()?);
    for operation in operations()? {
        if operation.setup.iter().any(|line| line.contains("INVALID")) || operation.operation.contains("INVALID") {
            continue;
        }
        let run = Run {
            place: operation.operation.clone(),
            base: BASE.to_string(),
            rows: Some(ROWS.to_string()),
            setup: operation.setup.iter().map(|line| spelled(line)).collect(),
            statements: statements(&operation)?,
            settings: vec![("timezone".to_string(), zone(&operation).to_string())],
        };
        all.extend(measure(&mut database, &run).with_context(|| operation.operation.clone())?);
    }
    Ok(all)
}
