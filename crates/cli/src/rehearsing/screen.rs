//! A rehearsal for a person at a terminal: the verdict of each stage, what to look at, the next command.

use std::fmt::Write as _;
use std::time::Duration;

use owo_colors::OwoColorize;
use serde::Serialize;
use whimbrel_run::rehearse::{Preserved, Receipt, Rehearsal, Severity, Trial};

use crate::printer::{Detail, Screen};
use crate::render::table::Columns;
use crate::render::words;

#[derive(Serialize)]
pub struct Shown {
    /// The environment and its database, as screens name it.
    pub place: String,
    pub rehearsal: Rehearsal,
    pub receipt: Option<Receipt>,
    /// Where the receipt lies.
    pub file: Option<String>,
    pub signed: bool,
    /// Where the copy is left, and at what, where it stays.
    pub left: Option<String>,
    pub next: Vec<String>,
}

/// Of how many findings of one kind each is listed, unless more is asked for.
const LISTED: usize = 12;

pub fn time(us: u64) -> String {
    match us {
        0..10_000 => format!("{:.1} ms", us as f64 / 1000.0),
        more => words::duration(Duration::from_micros(more)),
    }
}

pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Broken => "broken",
        Severity::Care => "care",
        Severity::Note => "note",
    }
}

/// How a stage went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Went {
    Well,
    Badly,
    NotDone,
}

impl Went {
    pub fn mark(self) -> &'static str {
        match self {
            Went::Well => "✓",
            Went::Badly => "✗",
            Went::NotDone => "–",
        }
    }
}

/// Each stage: how it went, its word, what there is to say, how long it took.
pub fn stages(found: &Rehearsal) -> Vec<(Went, &'static str, String, String)> {
    let mut stages = Vec::new();
    let (revisions, statements) = (found.revisions.len(), found.statements().count());
    let copied = if found.copy.took_us > 0 { time(found.copy.took_us) } else { String::new() };
    stages.push((Went::Well, "copy", found.copy.place.clone(), copied));
    let ran: u64 = found.revisions.iter().map(|revision| revision.took_us).sum();
    let counted = format!("{}, {}", words::counted(revisions, "revision"), words::counted(statements, "statement"));
    stages.push(match &found.stopped {
        None => (Went::Well, "ran", format!("{counted}, longest lock {}", time(found.longest_lock_us())), time(ran)),
        Some(stopped) => (Went::Badly, "ran", format!("{counted}, and {} failed", stopped.revision), time(ran)),
    });
    stages.push(rows(found));
    let trial = |word: &'static str, trial: &Trial| match trial {
        Trial::Passed { took_us, told } => (Went::Well, word, told.clone(), time(*took_us)),
        Trial::Failed { why } => (Went::Badly, word, why.first().cloned().unwrap_or_default(), String::new()),
        Trial::NotDone { why } => (Went::NotDone, word, why.clone(), String::new()),
    };
    stages.push(trial("undone", &found.undone));
    stages.push(trial("killed", &found.killed));
    if found.queries.is_empty() {
        stages.push((Went::NotDone, "queries", "none were named (--queries FOLDER)".to_string(), String::new()));
    } else {
        let broken = found.broken_queries();
        let went = if broken > 0 { Went::Badly } else { Went::Well };
        let asked = format!(
            "{} in {}: {}, longest wait {}",
            words::counted(found.queries.len(), "query"),
            words::counted(revisions + 1, "state"),
            if broken == 0 { "none breaks".to_string() } else { format!("{broken} break") },
            time(found.longest_wait_us())
        );
        stages.push((went, "queries", asked, String::new()));
    }
    stages
}

fn rows(found: &Rehearsal) -> (Went, &'static str, String, String) {
    let count = |is: fn(&Preserved) -> bool| found.tables.iter().filter(|table| is(&table.outcome)).count();
    let same = count(|it| matches!(it, Preserved::Same { .. }));
    let changed = count(|it| matches!(it, Preserved::Changed { by: Some(_), .. }));
    let unsaid = count(|it| matches!(it, Preserved::Changed { by: None, .. }));
    let gone = count(|it| matches!(it, Preserved::Gone { .. }));
    let unknown = count(|it| matches!(it, Preserved::Unknown { .. }));
    let mut told = format!("{} as they were", words::counted(same, "table"));
    for (number, what) in [
        (changed, "changed as a statement says"),
        (unsaid, "changed, and no statement says so"),
        (gone, "gone"),
        (unknown, "not known"),
    ] {
        if number > 0 {
            let _ = write!(told, ", {number} {what}");
        }
    }
    (if unsaid > 0 { Went::Badly } else { Went::Well }, "rows", told, String::new())
}

impl Screen for Shown {
    fn text(&self, detail: Detail) -> String {
        let found = &self.rehearsal;
        let mut out = String::new();
        if found.revisions.is_empty() && found.stopped.is_none() {
            return format!("nothing is pending: there is nothing to rehearse\n{}\n", self.place.dimmed());
        }
        if detail != Detail::Quiet {
            let _ = writeln!(out, "{}\n", self.place.dimmed());
            let mut columns = Columns::default();
            for (went, word, told, took) in stages(found) {
                let mark = match went {
                    Went::Well => went.mark().green().to_string(),
                    Went::Badly => went.mark().red().bold().to_string(),
                    Went::NotDone => went.mark().dimmed().to_string(),
                };
                columns.row([mark, word.to_string(), told, took.dimmed().to_string()]);
            }
            out.push_str(&columns.text("  "));
            out.push('\n');
        }
        if detail == Detail::Verbose {
            out.push_str(&statements(found));
            for unknown in &found.unknown {
                let _ = writeln!(out, "{}: {unknown}", "not seen".dimmed());
            }
        }
        let listed = if detail == Detail::Verbose { usize::MAX } else { LISTED };
        for finding in found.findings.iter().take(listed) {
            let word = severity(finding.severity);
            let word = match finding.severity {
                Severity::Broken => word.red().bold().to_string(),
                Severity::Care => word.yellow().bold().to_string(),
                Severity::Note => word.cyan().bold().to_string(),
            };
            let _ = writeln!(out, "{word}[{}]: {}", finding.code.word(), finding.message);
        }
        if found.findings.len() > listed {
            let _ = writeln!(out, "and {} more: --verbose", words::counted(found.findings.len() - listed, "finding"));
        }
        if let Some(left) = &self.left {
            let _ = writeln!(out, "{left}");
        }
        if let Some(file) = &self.file {
            let signed = if self.signed { "signed" } else { "not signed: no `key` under `[rehearse]`" };
            let _ = writeln!(out, "receipt  {file}  {}", format!("({signed})").dimmed());
        }
        for (at, next) in self.next.iter().enumerate() {
            let _ = writeln!(out, "{}  {next}", if at == 0 { "next   " } else { "or     " });
        }
        out
    }
}

/// Each statement with what was measured of it.
fn statements(found: &Rehearsal) -> String {
    let mut columns = Columns::default();
    for (revision, statement) in found.statements() {
        for keeping in &statement.keeping {
            columns.row([
                format!("{} {}", revision.id, statement.number),
                time(keeping.took_us),
                format!("keeping {}", keeping.what),
                keeping.reading.as_ref().map(super::markdown::locks).unwrap_or_default().join(", "),
            ]);
        }
        let reading = statement.reading.as_ref();
        let locks = reading.map(|reading| {
            let of = |it: &whimbrel_run::rehearse::RelationReading| {
                let strongest = it.locks.iter().max_by_key(|lock| lock.blocks)?;
                Some(format!("{} on {}", strongest.name, super::markdown::name(it)))
            };
            reading.relations.iter().filter_map(of).collect::<Vec<_>>().join(", ")
        });
        let first = whimbrel_run::guard::first_line(&statement.sql);
        columns.row([
            format!("{} {}", revision.id, statement.number),
            time(statement.took_us),
            first,
            locks.unwrap_or_default(),
        ]);
    }
    let mut text = columns.text("  ");
    text.push('\n');
    text
}
