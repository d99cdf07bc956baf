//! Tables of the page: rows before and after, how queries fared, the statements with what was foretold of each.

use serde::Serialize;
use whimbrel_plan::review::{Blocks, Touched, Work};
use whimbrel_run::rehearse::{
    Came, Destroyed, Fate, Keeping, Measured, Preserved, Reading, Rehearsal, RelationKind, TableCompared,
};

use crate::rehearsing::markdown::name;
use crate::rehearsing::screen::time;
use crate::render::words;

#[derive(Serialize)]
pub struct Table {
    tone: &'static str,
    name: String,
    before: String,
    after: String,
    told: String,
    columns: String,
}

pub fn tables(found: &Rehearsal) -> Vec<Table> {
    let mut tables: Vec<Table> = found.tables.iter().map(table).collect();
    // What is as it was is the rest.
    tables.sort_by_key(|table| table.tone == "good");
    tables
}

fn table(compared: &TableCompared) -> Table {
    let many = |rows: &u64| words::many(*rows);
    let none = String::new;
    let (tone, before, after, told) = match &compared.outcome {
        Preserved::Same { rows } => ("good", many(rows), many(rows), "every value is there, unchanged".to_string()),
        Preserved::Changed { from, to, by: Some(by) } => ("care", many(from), many(to), format!("changed by {by}")),
        Preserved::Changed { from, to, by: None } => {
            ("bad", many(from), many(to), "changed, and no statement says so".to_string())
        }
        Preserved::Gone { rows } => ("care", many(rows), none(), "gone under this name".to_string()),
        Preserved::New { rows } => ("plain", none(), many(rows), "new".to_string()),
        Preserved::Unknown { why } => ("care", none(), none(), format!("not known: {why}")),
    };
    Table { tone, name: compared.table.to_string(), before, after, told, columns: compared.columns.join(", ") }
}

pub fn rows_before(compared: &TableCompared) -> u64 {
    match &compared.outcome {
        Preserved::Same { rows } | Preserved::Gone { rows } => *rows,
        Preserved::Changed { from, .. } => *from,
        Preserved::New { .. } | Preserved::Unknown { .. } => 0,
    }
}

pub fn destroyed(destroyed: &Destroyed) -> String {
    let rows = destroyed.rows.map(|rows| format!(" ({} rows)", words::many(rows))).unwrap_or_default();
    let how = match (&destroyed.why, destroyed.kept) {
        (Some(why), _) => format!("gone for good: {why}"),
        (None, true) => "kept, and given back by a downgrade".to_string(),
        (None, false) => "gone for good".to_string(),
    };
    format!("{} takes away {}{rows}: {how}", destroyed.revision, destroyed.what)
}

/// Each query in each state.
#[derive(Serialize)]
pub struct Matrix {
    states: Vec<String>,
    queries: Vec<Fared>,
}

#[derive(Serialize)]
struct Fared {
    name: String,
    code: &'static str,
    sql: String,
    cells: Vec<Cell>,
    /// The first message of the engine's, or why a plan got worse.
    told: Vec<String>,
}

#[derive(Serialize)]
struct Cell {
    tone: &'static str,
    text: String,
}

pub fn matrix(found: &Rehearsal) -> Option<Matrix> {
    let longest = found.queries.iter().max_by_key(|query| query.answers.len())?;
    let state = |after: &Option<_>| match after {
        None => "before".to_string(),
        Some(revision) => format!("after {revision}"),
    };
    let states = longest.answers.iter().map(|answer| state(&answer.after)).collect();
    let queries = found.queries.iter().map(|query| {
        let cells = query.answers.iter().map(|answer| match (&answer.came, &answer.worse) {
            (Came::Worked { .. }, None) => Cell { tone: "good", text: time(answer.took_us) },
            (Came::Worked { .. }, Some(_)) => Cell { tone: "care", text: "slower".to_string() },
            (Came::Failed { .. }, _) => Cell { tone: "bad", text: "fails".to_string() },
        });
        let failed = query.answers.iter().find_map(|answer| match &answer.came {
            Came::Failed { message, .. } => Some(message.clone()),
            Came::Worked { .. } => None,
        });
        let worse = query.answers.iter().find_map(|answer| answer.worse.clone());
        Fared {
            name: query.name.clone(),
            code: query.version.word(),
            sql: query.sql.clone(),
            cells: cells.collect(),
            told: failed.into_iter().chain(worse).collect(),
        }
    });
    Some(Matrix { states, queries: queries.collect() })
}

#[derive(Serialize)]
pub struct Revision {
    id: String,
    message: String,
    /// `expand, 1 of 3`.
    phase: String,
    took: String,
    statements: Vec<Statement>,
    notices: Vec<String>,
}

#[derive(Serialize)]
struct Statement {
    number: usize,
    place: String,
    sql: String,
    took: String,
    rows: String,
    foretold: Vec<String>,
    measured: Vec<String>,
    /// What was kept before it, and what that did.
    keeping: Vec<Kept>,
    /// What happened and was not foretold.
    under: Vec<String>,
}

#[derive(Serialize)]
struct Kept {
    what: String,
    took: String,
    measured: Vec<String>,
}

pub fn revisions(found: &Rehearsal) -> Vec<Revision> {
    let revisions = found.revisions.iter().map(|revision| {
        let part = revision.part.as_ref().map(|part| format!("{} of {}", part.number, part.of));
        let phase: Vec<String> = revision.phase.map(|phase| phase.word().to_string()).into_iter().chain(part).collect();
        Revision {
            id: revision.id.to_string(),
            message: revision.message.clone(),
            phase: phase.join(", "),
            took: time(revision.took_us),
            statements: revision.statements.iter().map(statement).collect(),
            notices: revision.notices.clone(),
        }
    });
    revisions.collect()
}

fn statement(statement: &Measured) -> Statement {
    let rows = match statement.rows {
        0 => String::new(),
        rows => format!("{} rows", words::many(rows)),
    };
    Statement {
        number: statement.number,
        place: format!("{}:{}", statement.file, statement.line),
        sql: statement.sql.trim().to_string(),
        took: time(statement.took_us),
        rows,
        foretold: foretold(statement),
        measured: statement.reading.as_ref().map_or_else(untold, measured),
        keeping: statement.keeping.iter().map(kept).collect(),
        under: statement.under.clone(),
    }
}

fn blocks(blocks: Blocks) -> &'static str {
    match blocks {
        Blocks::Nothing => "blocks nobody",
        Blocks::SchemaChanges => "blocks changes of the schema",
        Blocks::Writes => "blocks writes",
        Blocks::ReadsAndWrites => "blocks reads and writes",
    }
}

fn foretold(statement: &Measured) -> Vec<String> {
    if !statement.understood {
        return vec!["not understood, and taken for the worst".to_string()];
    }
    let touches = statement.prediction.touches.iter().map(|touch| {
        let on = match &touch.on {
            Touched::Relation(name) => format!("`{name}`"),
            Touched::Database => "the database".to_string(),
            Touched::Unnamed => "what hangs on it".to_string(),
        };
        let work = touch.work.iter().map(|work| match work {
            Work::Scan => ", read from end to end",
            Work::Rewrite => ", written anew",
            Work::BuildIndex => ", an index built",
            Work::ChangeRows(_) => ", rows changed",
        });
        format!("{} on {on}: {}{}", touch.lock.name, blocks(touch.lock.blocks), work.collect::<String>())
    });
    touches.collect()
}

fn untold() -> Vec<String> {
    vec!["this engine does not tell".to_string()]
}

fn kept(keeping: &Keeping) -> Kept {
    let measured = keeping.reading.as_ref().map_or_else(untold, measured);
    Kept { what: keeping.what.clone(), took: time(keeping.took_us), measured }
}

fn measured(reading: &Reading) -> Vec<String> {
    let mut told = Vec::new();
    for relation in &reading.relations {
        let on = name(relation);
        if let Some(lock) = relation.locks.iter().max_by_key(|lock| lock.blocks) {
            told.push(format!("{} on {on}: {}", lock.name, blocks(lock.blocks)));
        }
        match (relation.kind, relation.fate) {
            (RelationKind::Index, Fate::Made | Fate::Rewritten | Fate::Replaced) => told.push(format!("{on}: built")),
            (_, Fate::Rewritten | Fate::Replaced) => told.push(format!("{on}: written anew")),
            (_, Fate::Made) => told.push(format!("{on}: made")),
            (_, Fate::Gone) => told.push(format!("{on}: gone")),
            (_, Fate::Stayed) => {}
        }
        if let Some(rows) = relation.rows_read.filter(|rows| *rows > 0) {
            told.push(format!("{on}: {} rows read", words::many(rows)));
        }
        if let Some(size) = relation.bytes.filter(|size| size.from != size.to) {
            told.push(format!("{on}: {} → {}", words::bytes(size.from), words::bytes(size.to)));
        }
    }
    let sizes = [("log written", reading.wal_bytes), ("temporary files", reading.temporary_bytes)];
    told.extend(sizes.into_iter().filter_map(|(what, size)| {
        let size = size.filter(|size| *size > 0)?;
        Some(format!("{what}: {}", words::bytes(size)))
    }));
    if let Some(size) = reading.database_bytes.filter(|size| size.from != size.to) {
        told.push(format!("the database: {} → {}", words::bytes(size.from), words::bytes(size.to)));
    }
    told
}
