//! What the page says, in words and in the order in which it says it.

use serde::Serialize;
use whimbrel_run::rehearse::{Rehearsal, Severity};

use super::lines::{Matrix, Revision, Table, matrix, revisions, tables};
use super::timeline::{Timeline, timeline};
use crate::rehearsing::screen::{Shown, Went, severity, stages, time};
use crate::render::words;

#[derive(Serialize)]
pub struct Page {
    tone: &'static str,
    verdict: &'static str,
    /// The one sentence that somebody reads who reads no more.
    because: String,
    place: String,
    /// A word and what belongs to it.
    facts: Vec<(&'static str, String)>,
    figures: Vec<Figure>,
    stages: Vec<Stage>,
    findings: Vec<Finding>,
    timeline: Timeline,
    tables: Vec<Table>,
    destroyed: Vec<String>,
    queries: Option<Matrix>,
    revisions: Vec<Revision>,
    unknown: Vec<String>,
    whimbrel: String,
}

#[derive(Serialize)]
struct Figure {
    number: String,
    what: &'static str,
    tone: &'static str,
}

#[derive(Serialize)]
struct Stage {
    tone: &'static str,
    mark: &'static str,
    word: &'static str,
    told: String,
    took: String,
}

#[derive(Serialize)]
struct Finding {
    tone: &'static str,
    word: &'static str,
    code: &'static str,
    message: String,
    place: String,
}

const GOOD: &str = "good";
const CARE: &str = "care";
const BAD: &str = "bad";
const PLAIN: &str = "plain";

impl Page {
    pub fn of(shown: &Shown) -> Page {
        let found = &shown.rehearsal;
        let (tone, verdict) = match (found.passed(), found.worst()) {
            (false, _) => (BAD, "Do not run this"),
            (true, Some(Severity::Care)) => (CARE, "Look at this first"),
            (true, _) => (GOOD, "Safe to run"),
        };
        Page {
            tone,
            verdict,
            because: because(found),
            place: shown.place.clone(),
            facts: facts(shown),
            figures: figures(found),
            stages: stages(found).into_iter().map(|(went, word, told, took)| stage(went, word, told, took)).collect(),
            findings: found.findings.iter().map(finding).collect(),
            timeline: timeline(found),
            tables: tables(found),
            destroyed: found.destroyed.iter().map(super::lines::destroyed).collect(),
            queries: matrix(found),
            revisions: revisions(found),
            unknown: found.unknown.clone(),
            whimbrel: found.whimbrel.clone(),
        }
    }
}

fn because(found: &Rehearsal) -> String {
    // The first of the worst, which is the one that the list of findings begins with.
    let worst = found.findings.iter().rev().max_by_key(|finding| finding.severity);
    let counted = |least: Severity| found.findings.iter().filter(|finding| finding.severity >= least).count();
    let more = |others: usize| match others {
        0 => String::new(),
        1 => "; and one more".to_string(),
        others => format!("; and {others} more"),
    };
    match worst {
        Some(finding) if finding.severity >= Severity::Care => {
            format!("{}{}", finding.message, more(counted(finding.severity) - 1))
        }
        Some(_) | None => {
            let statements = words::counted(found.statements().count(), "statement");
            format!(
                "{statements} ran on a copy, no row was lost and no query broke; the longest lock that others would have \
                 waited for was held for {}",
                time(found.longest_lock_us())
            )
        }
    }
}

fn facts(shown: &Shown) -> Vec<(&'static str, String)> {
    let found = &shown.rehearsal;
    let mut facts = vec![
        ("rehearsed", format!("{}, in {}", words::when(&found.began_at), time(found.took_us))),
        ("copy", found.copy.place.clone()),
        ("server", format!("{} {}", found.engine.title(), found.server)),
    ];
    if let Some(backup) = &found.copy.backup {
        facts.push(("backup", backup.clone()));
    }
    if let Some(receipt) = &shown.receipt {
        let signed = if shown.signed { "signed" } else { "not signed" };
        facts.push(("receipt", format!("{}, by {}, {signed}", receipt.id, receipt.who)));
    }
    facts.push(("plan", found.plan.clone()));
    facts
}

fn figures(found: &Rehearsal) -> Vec<Figure> {
    let worry = |bad: bool| if bad { BAD } else { GOOD };
    let slow = |us: u64| match us {
        0..100_000 => GOOD,
        100_000..1_000_000 => CARE,
        _ => BAD,
    };
    let (lock, wait, broken) = (found.longest_lock_us(), found.longest_wait_us(), found.broken_queries());
    let ran: u64 = found.revisions.iter().map(|revision| revision.took_us).sum();
    let mut figures = vec![
        Figure { number: time(ran), what: "for all statements", tone: PLAIN },
        Figure { number: time(lock), what: "longest lock that blocks others", tone: slow(lock) },
    ];
    if !found.queries.is_empty() {
        figures.push(Figure { number: time(wait), what: "longest wait of a query", tone: slow(wait) });
        figures.push(Figure { number: broken.to_string(), what: "broken queries", tone: worry(broken > 0) });
    }
    let rows: u64 = found.tables.iter().map(super::lines::rows_before).sum();
    figures.push(Figure { number: words::many(rows), what: "rows compared", tone: PLAIN });
    figures
}

fn stage(went: Went, word: &'static str, told: String, took: String) -> Stage {
    let tone = match went {
        Went::Well => GOOD,
        Went::Badly => BAD,
        Went::NotDone => PLAIN,
    };
    Stage { tone, mark: went.mark(), word, told, took }
}

fn finding(finding: &whimbrel_run::rehearse::Finding) -> Finding {
    let tone = match finding.severity {
        Severity::Broken => BAD,
        Severity::Care => CARE,
        Severity::Note => PLAIN,
    };
    let place = match (&finding.revision, finding.statement) {
        (Some(revision), Some(statement)) => format!("{revision}, statement {statement}"),
        (Some(revision), None) => revision.to_string(),
        (None, _) => String::new(),
    };
    Finding {
        tone,
        word: severity(finding.severity),
        code: finding.code.word(),
        message: finding.message.clone(),
        place,
    }
}
