//! A rehearsal for a pull request.

use std::fmt::Write as _;

use whimbrel_plan::review::{Blocks, Touched};
use whimbrel_run::rehearse::{Came, Fate, Preserved, Rehearsal, RelationKind, RelationReading};

use super::screen::{Shown, severity, stages, time};
use crate::render::words;

pub fn name(relation: &RelationReading) -> String {
    match &relation.on {
        Touched::Relation(name) => format!("`{name}`"),
        Touched::Database | Touched::Unnamed => "the database".to_string(),
    }
}

/// What stands in a cell must not end it.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

pub fn text(shown: &Shown) -> String {
    let found = &shown.rehearsal;
    let mut out = String::new();
    let verdict = match (found.passed(), found.findings.is_empty()) {
        (true, true) => "the rehearsal went well",
        (true, false) => "the rehearsal went well, with something to look at",
        (false, _) => "the rehearsal did not go well",
    };
    let _ = writeln!(out, "# {} {verdict}\n\n{}\n", if found.passed() { "✓" } else { "✗" }, shown.place);
    let _ = writeln!(out, "| | | |\n|---|---|---|");
    for (went, word, told, took) in stages(found) {
        let _ = writeln!(out, "| {} {word} | {} | {took} |", went.mark(), cell(&told));
    }
    if !found.findings.is_empty() {
        let _ = writeln!(out, "\n## Findings\n");
        for finding in &found.findings {
            let _ =
                writeln!(out, "- **{}** `{}`: {}", severity(finding.severity), finding.code.word(), finding.message);
        }
    }
    statements(found, &mut out);
    tables(found, &mut out);
    queries(found, &mut out);
    if !found.unknown.is_empty() {
        let _ = writeln!(out, "\n## Not seen\n");
        for unknown in &found.unknown {
            let _ = writeln!(out, "- {unknown}");
        }
    }
    out
}

fn statements(found: &Rehearsal, out: &mut String) {
    let _ = writeln!(out, "\n## Statements\n");
    let _ = writeln!(out, "| revision | | took | locks | work | waited |\n|---|---|---|---|---|---|");
    for (revision, statement) in found.statements() {
        for keeping in &statement.keeping {
            let _ = writeln!(
                out,
                "| {} | keeping {} | {} | {} | {} | |",
                revision.id,
                cell(&keeping.what),
                time(keeping.took_us),
                keeping.reading.as_ref().map(locks).unwrap_or_default().join("<br>"),
                keeping.reading.as_ref().map(work).unwrap_or_default().join("<br>"),
            );
        }
        let reading = statement.reading.as_ref();
        let longest = statement.waited.iter().map(|wait| wait.waited_us).max();
        let _ = writeln!(
            out,
            "| {} | `{}` | {} | {} | {} | {} |",
            revision.id,
            cell(&whimbrel_run::guard::first_line(&statement.sql)),
            time(statement.took_us),
            reading.map(locks).unwrap_or_default().join("<br>"),
            reading.map(work).unwrap_or_default().join("<br>"),
            longest.map(time).unwrap_or_default()
        );
    }
}

/// The strongest on each relation, of those that keep somebody waiting.
pub fn locks(reading: &whimbrel_run::rehearse::Reading) -> Vec<String> {
    let blocking = reading.relations.iter().filter(|it| it.blocks() > Blocks::Nothing);
    let strongest = blocking.filter_map(|it| {
        let lock = it.locks.iter().max_by_key(|lock| lock.blocks)?;
        Some(format!("{} on {}", lock.name, name(it)))
    });
    strongest.collect()
}

fn work(reading: &whimbrel_run::rehearse::Reading) -> Vec<String> {
    let mut told = Vec::new();
    for relation in &reading.relations {
        let name = name(relation);
        match (relation.kind, relation.fate) {
            (RelationKind::Table, Fate::Rewritten | Fate::Replaced) => told.push(format!("{name} written anew")),
            (RelationKind::Index, Fate::Made | Fate::Rewritten) => told.push(format!("{name} built")),
            (_, _) => {}
        }
        if let Some(rows) = relation.rows_read.filter(|rows| *rows > 0) {
            told.push(format!("{} rows of {name} read", words::many(rows)));
        }
    }
    let sizes = [("of log", reading.wal_bytes), ("on temporary files", reading.temporary_bytes)];
    for (what, size) in sizes {
        if let Some(size) = size.filter(|size| *size > 0) {
            told.push(format!("{} {what}", words::bytes(size)));
        }
    }
    told
}

fn tables(found: &Rehearsal, out: &mut String) {
    let _ = writeln!(out, "\n## Rows\n\n| table | before | after | |\n|---|---|---|---|");
    for compared in &found.tables {
        let (before, after, told) = match &compared.outcome {
            Preserved::Same { rows } => (rows.to_string(), rows.to_string(), "every value is there".to_string()),
            Preserved::Changed { from, to, by: Some(by) } => (from.to_string(), to.to_string(), format!("by {by}")),
            Preserved::Changed { from, to, by: None } => {
                (from.to_string(), to.to_string(), "and no statement says so".to_string())
            }
            Preserved::Gone { rows } => (rows.to_string(), String::new(), "gone".to_string()),
            Preserved::New { rows } => (String::new(), rows.to_string(), "new".to_string()),
            Preserved::Unknown { why } => (String::new(), String::new(), format!("not known: {why}")),
        };
        let _ = writeln!(out, "| `{}` | {before} | {after} | {} |", compared.table, cell(&told));
    }
    for destroyed in &found.destroyed {
        let rows = destroyed.rows.map(|rows| format!(", {rows} rows")).unwrap_or_default();
        let how = if destroyed.kept { "kept" } else { "gone for good" };
        let _ = writeln!(out, "\n{} destroys {}{rows}: {how}", destroyed.revision, destroyed.what);
    }
}

fn queries(found: &Rehearsal, out: &mut String) {
    if found.queries.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n## Queries\n\n| query | code | before | after |\n|---|---|---|---|");
    for query in &found.queries {
        let came = |came: Option<&Came>| match came {
            Some(Came::Worked { .. }) => "works".to_string(),
            Some(Came::Failed { message, .. }) => cell(message),
            None => String::new(),
        };
        let first = query.answers.first().map(|answer| &answer.came);
        let last = query.answers.iter().find(|answer| !answer.came.worked()).or(query.answers.last());
        let worse = query.answers.iter().find_map(|answer| answer.worse.clone());
        let told = match (came(last.map(|answer| &answer.came)), worse) {
            (told, Some(worse)) => format!("{told}; {}", cell(&worse)),
            (told, None) => told,
        };
        let _ = writeln!(out, "| {} | {} | {} | {told} |", cell(&query.name), query.version.word(), came(first));
    }
}
