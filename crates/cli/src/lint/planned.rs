//! What `upgrade` would do: each revision, each statement of it, and what becomes of each relation.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use owo_colors::OwoColorize;
use serde::{Serialize, Serializer};
use whimbrel_plan::review::{Blocks, Extent, Facts, Held, Judged, Touch, Touched, Undo, Verdict, Work, estimate};
use whimbrel_schema::Engine;

use super::File;
use super::report::document::FileDocument;
use crate::printer::{Detail, Screen};
use crate::render::revision::Summary;
use crate::render::table::Columns;
use crate::render::words;

pub struct Planned {
    pub target: String,
    pub engine: Engine,
    /// The database as screens name it, or why none was asked.
    pub place: String,
    /// Whether a database was asked.
    pub database: bool,
    pub facts: Facts,
    pub revisions: Vec<(Summary, String, File)>,
}

impl Screen for Planned {
    fn text(&self, detail: Detail) -> String {
        let mut out = String::new();
        let pending = words::counted(self.revisions.len(), "revision");
        let engine = if self.database { String::new() } else { format!("{} · ", self.engine.title()) };
        let _ = writeln!(out, "{engine}{} · {pending} pending", self.place);
        for (summary, short, file) in &self.revisions {
            let statements = &file.reviewed.statements;
            let phase = summary.phase.map(|phase| format!("{phase}  ")).unwrap_or_default();
            let _ =
                writeln!(out, "\n{}  {phase}{}  {}", short.yellow(), summary.words().bold(), grouped(file).dimmed());
            for judged in statements {
                self.statement(&mut out, file, judged, detail);
            }
        }
        let _ = write!(out, "\n{}", self.summary());
        out
    }
}

impl Planned {
    fn statement(&self, out: &mut String, file: &File, judged: &Judged, detail: Detail) {
        let text = &file.reviewed.script.text;
        let sql = text.get(judged.span.clone()).unwrap_or_default();
        let _ = writeln!(out, "  {}  {}", verdict(judged.verdict), one_line(sql));
        if detail == Detail::Quiet {
            return;
        }
        let mut columns = Columns::default();
        for touch in &judged.prediction.touches {
            // What keeps nobody out and takes no time is nothing to plan for.
            if detail == Detail::Verbose || touch.lock.blocks > Blocks::Nothing || !touch.work.is_empty() {
                columns.row([on(touch), touch.lock.name.clone(), self.does(touch)]);
            }
        }
        out.push_str(&columns.text("      "));
        for finding in &judged.findings {
            let _ = writeln!(out, "      {}[{}]: {}", finding.severity, finding.rule, finding.message);
        }
        for (finding, reason) in &judged.accepted {
            let _ = writeln!(out, "      {}[{}] is allowed: {reason}", finding.severity, finding.rule);
        }
        match judged.prediction.undo {
            Undo::Free => {}
            Undo::LosesData => out.push_str("      undo brings back the structure, not the data\n"),
            Undo::Unknown => out.push_str("      whether it can be undone is unknown\n"),
        }
    }

    /// Who waits, until when, and for what.
    fn does(&self, touch: &Touch) -> String {
        let waits = match touch.lock.blocks {
            Blocks::Nothing => "nobody waits",
            Blocks::SchemaChanges => "schema changes wait",
            Blocks::Writes => "writes wait",
            Blocks::ReadsAndWrites => "reads and writes wait",
        };
        let until = match (touch.lock.blocks, touch.lock.held) {
            (Blocks::Nothing, _) => "",
            (_, Held::Moment) => " for a moment",
            (_, Held::Statement) => " until it ends",
            (_, Held::Transaction) => " until the transaction ends",
        };
        let work: Vec<&str> = touch.work.iter().map(work).collect();
        let work = if work.is_empty() { String::new() } else { format!("; {}", work.join(", ")) };
        let time = match touch.work.is_empty() {
            true => String::new(),
            false => match touch.relation().and_then(|name| self.facts.table(name)) {
                Some(table) => format!(", {}", estimate::words(estimate::of(touch, table))),
                None => String::new(),
            },
        };
        format!("{waits}{until}{work}{time}")
    }

    fn summary(&self) -> String {
        let all = || self.revisions.iter().flat_map(|(_, _, file)| &file.reviewed.statements);
        if self.revisions.is_empty() {
            return "nothing is pending\n".to_string();
        }
        let mut verdicts: BTreeMap<Verdict, usize> = BTreeMap::new();
        all().for_each(|judged| *verdicts.entry(judged.verdict).or_default() += 1);
        let verdicts: Vec<String> =
            verdicts.iter().map(|(verdict, count)| format!("{count} {}", verdict.words())).collect();
        let told = if verdicts.is_empty() { String::new() } else { format!(": {}", verdicts.join(", ")) };
        let mut out = format!("{}{told}", words::counted(all().count(), "statement"));
        match self.database {
            true => {
                let time: Duration = all().filter_map(|judged| self.time(judged)).sum();
                let _ = write!(out, " · {} in all", estimate::words(time));
            }
            false => out.push_str(" · sizes are unknown, so the worst is assumed; --url tells"),
        }
        let risky = all().any(|judged| !judged.findings.is_empty());
        let next = match risky {
            true => "whimbrel lint".to_string(),
            false => format!("whimbrel upgrade {}", self.target),
        };
        let _ = writeln!(out, "\nnext  {}", next.bold());
        out
    }

    /// `None` where nothing takes time, or nobody knows how much.
    fn time(&self, judged: &Judged) -> Option<Duration> {
        let known = judged.prediction.touches.iter().filter_map(|touch| {
            let table = self.facts.table(touch.relation()?)?;
            Some(estimate::of(touch, table))
        });
        known.reduce(|one, other| one + other)
    }
}

fn verdict(verdict: Verdict) -> String {
    let word = format!("{:<13}", verdict.words());
    match verdict {
        Verdict::Safe => word.green().to_string(),
        Verdict::Care => word.yellow().to_string(),
        Verdict::Breaking | Verdict::DestroysData | Verdict::Unknown => word.red().to_string(),
    }
}

fn on(touch: &Touch) -> String {
    match &touch.on {
        Touched::Relation(name) => format!("`{name}`"),
        Touched::Database => "the whole database".to_string(),
        Touched::Unnamed => "what is not known here".to_string(),
    }
}

fn work(work: &Work) -> &'static str {
    match work {
        Work::Scan => "reads every row",
        Work::Rewrite => "writes every row anew",
        Work::BuildIndex => "builds an index",
        Work::ChangeRows(Extent::Listed) => "changes the rows it lists",
        Work::ChangeRows(Extent::Found) => "changes the rows it finds",
        Work::ChangeRows(Extent::All) => "changes every row",
    }
}

/// How the revision is cut into transactions.
fn grouped(file: &File) -> String {
    let statements = &file.reviewed.script.statements;
    let mut groups: Vec<Option<u32>> = statements.iter().map(|statement| statement.transaction).collect();
    let alone = groups.iter().filter(|group| group.is_none()).count();
    groups.retain(Option::is_some);
    groups.dedup();
    match (groups.len(), alone) {
        (0, 0) => "nothing to run on this engine".to_string(),
        (1, 0) => "one transaction".to_string(),
        (0, 1) => "outside of any transaction".to_string(),
        (0, _) => "each statement on its own, outside of any transaction".to_string(),
        (transactions, alone) => {
            let outside = if alone == 0 { String::new() } else { format!(", {alone} outside of any") };
            format!("{}{outside}", words::counted(transactions, "transaction"))
        }
    }
}

/// A statement as one line of a list.
fn one_line(sql: &str) -> String {
    let text = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{} …", text.get(..at).unwrap_or(&text).trim_end()),
        None => text,
    }
}

const LONGEST: usize = 90;

impl Serialize for Planned {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Document<'a> {
            database: Option<&'a str>,
            engine: Engine,
            revisions: Vec<Revision<'a>>,
        }
        #[derive(Serialize)]
        struct Revision<'a> {
            #[serde(flatten)]
            summary: &'a Summary,
            review: FileDocument<'a>,
        }
        let revisions = self.revisions.iter();
        Document {
            database: self.database.then_some(self.place.as_str()),
            engine: self.engine,
            revisions: revisions
                .map(|(summary, _, file)| Revision { summary, review: FileDocument::of(file, &self.facts) })
                .collect(),
        }
        .serialize(serializer)
    }
}
