//! Everything, as one JSON document.

use serde::Serialize;
use whimbrel_plan::review::{Fix, Severity, Told, Touch, Touched, Undo, Verdict, estimate};
use whimbrel_plan::revision::RevisionId;

use super::place::{Lines, Place};
use crate::lint::rewrite::Rewritten;
use crate::lint::{File, Linted};

#[derive(Serialize)]
pub struct Document<'a> {
    /// The worst of the findings that nobody accepted.
    worst: Option<Severity>,
    fail_on: Severity,
    /// Files that were read for the state they lead to, and not judged.
    context: usize,
    /// Files that the tool whose layout this is passes over.
    passed_over: &'a [String],
    /// What `--fix` did before this was judged, or would do.
    #[serde(skip_serializing_if = "Option::is_none")]
    fixes: Option<&'a Rewritten>,
    files: Vec<FileDocument<'a>>,
}

#[derive(Serialize)]
pub struct FileDocument<'a> {
    file: &'a str,
    engine: &'static str,
    layout: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<&'a RevisionId>,
    statements: Vec<StatementDocument<'a>>,
    /// About the file rather than a statement of it.
    findings: Vec<FindingDocument<'a>>,
}

#[derive(Serialize)]
pub struct StatementDocument<'a> {
    place: Place,
    sql: &'a str,
    verdict: Verdict,
    /// Statements of one number share a transaction; `null` outside of any.
    transaction: Option<u32>,
    touches: Vec<TouchDocument<'a>>,
    dangers: &'a [Told],
    undo: Undo,
    findings: Vec<FindingDocument<'a>>,
    accepted: Vec<Accepted<'a>>,
}

#[derive(Serialize)]
struct TouchDocument<'a> {
    /// Left out where it is the whole database, or what nobody here can name.
    #[serde(skip_serializing_if = "Option::is_none")]
    relation: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    unnamed: bool,
    lock: &'a str,
    blocks: whimbrel_plan::review::Blocks,
    held: whimbrel_plan::review::Held,
    work: &'a [whimbrel_plan::review::Work],
    /// Left out where the size of the relation is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    estimated_ms: Option<u64>,
}

#[derive(Serialize)]
struct FindingDocument<'a> {
    rule: &'a str,
    severity: Severity,
    place: Place,
    message: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    label: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    here: Option<&'a str>,
    safe_way: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<&'a Fix>,
}

#[derive(Serialize)]
struct Accepted<'a> {
    #[serde(flatten)]
    finding: FindingDocument<'a>,
    reason: &'a str,
}

impl<'a> Document<'a> {
    pub fn of(linted: &'a Linted) -> Self {
        Document {
            worst: linted.worst(),
            fail_on: linted.fail_on,
            context: linted.context,
            passed_over: &linted.strangers,
            fixes: linted.rewritten.as_ref(),
            files: linted.files.iter().map(|file| FileDocument::of(file, &linted.facts)).collect(),
        }
    }
}

impl<'a> FileDocument<'a> {
    pub fn of(file: &'a File, facts: &'a whimbrel_plan::review::Facts) -> Self {
        let script = &file.reviewed.script;
        let lines = Lines::of(&script.text);
        let finding = |finding: &'a whimbrel_plan::review::Finding| FindingDocument {
            rule: finding.rule,
            severity: finding.severity,
            place: lines.place(&finding.span),
            message: &finding.message,
            label: &finding.label,
            here: finding.here.as_deref(),
            safe_way: &finding.safe_way,
            fix: finding.fix.as_ref(),
        };
        let statements = script.statements.iter().zip(&file.reviewed.statements).map(|(statement, judged)| {
            let accepted = judged.accepted.iter();
            StatementDocument {
                place: lines.place(&judged.span),
                sql: script.sql(statement),
                verdict: judged.verdict,
                transaction: statement.transaction,
                touches: judged.prediction.touches.iter().map(|touch| TouchDocument::of(touch, facts)).collect(),
                dangers: &judged.prediction.dangers,
                undo: judged.prediction.undo,
                findings: judged.findings.iter().map(finding).collect(),
                accepted: accepted.map(|(found, reason)| Accepted { finding: finding(found), reason }).collect(),
            }
        });
        FileDocument {
            file: &file.shown,
            engine: file.engine.word(),
            layout: file.layout.word(),
            revision: script.revision.as_ref(),
            statements: statements.collect(),
            findings: file.reviewed.findings.iter().map(finding).collect(),
        }
    }
}

impl<'a> TouchDocument<'a> {
    fn of(touch: &'a Touch, facts: &whimbrel_plan::review::Facts) -> Self {
        let known = touch.relation().and_then(|name| facts.table(name)).filter(|_| !touch.work.is_empty());
        let milliseconds = |table| u64::try_from(estimate::of(touch, table).as_millis()).unwrap_or(u64::MAX);
        TouchDocument {
            relation: touch.relation().map(ToString::to_string),
            unnamed: touch.on == Touched::Unnamed,
            lock: &touch.lock.name,
            blocks: touch.lock.blocks,
            held: touch.lock.held,
            work: &touch.work,
            estimated_ms: known.map(milliseconds),
        }
    }
}
