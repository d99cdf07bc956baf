//! What a person reads: each finding at its place, and at the end what all of it comes to.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use owo_colors::OwoColorize;
use serde::{Serialize, Serializer};
use whimbrel_frontends::scripts;
use whimbrel_plan::review::{Finding, Severity, Verdict};

use super::inputs::STDIN;
use super::report::document::Document;
use super::{File, Linted, snippet};
use crate::printer::{Detail, Screen};
use crate::render::words;

impl Screen for Linted {
    fn text(&self, detail: Detail) -> String {
        let mut out = match &self.rewritten {
            Some(rewritten) if rewritten.is_empty() => "nothing here has a fix that is certain\n\n".to_string(),
            Some(rewritten) => rewritten.text() + "\n",
            None => String::new(),
        };
        let several = self.files.iter().any(|file| file.engine != self.files[0].engine);
        let told = scripts::in_parallel(&self.files, |file| self.told(file, several, detail));
        let mut briefly = String::new();
        for (drawn, lines) in told {
            out.push_str(&drawn);
            briefly.push_str(&lines);
        }
        if !briefly.is_empty() {
            out.push_str(&briefly);
            out.push('\n');
        }
        if detail != Detail::Quiet {
            out.push_str(&self.summary());
        }
        out
    }
}

/// A finding without its place drawn.
fn line(file: &File, finding: &Finding) -> String {
    let Finding { severity, rule, message, .. } = finding;
    let number = file.reviewed.script.line_of(finding.span.start);
    format!("{}: {message} · {}:{number}\n", format!("{severity}[{rule}]").dimmed(), file.shown)
}

fn notes(file: &File, finding: &Finding, several_engines: bool) -> Vec<String> {
    let mut notes = Vec::new();
    if several_engines {
        notes.push(format!("on: {}", file.engine.title()));
    }
    notes.extend(finding.here.as_ref().map(|here| format!("here: {here}")));
    notes.push(format!("safe way: {}", finding.safe_way));
    if finding.fix.is_some() && file.shown != STDIN {
        notes.push(format!("fix: whimbrel lint --fix {}", file.shown));
    }
    if whimbrel_plan::rules::find(finding.rule).is_some() {
        notes.push(format!("more: whimbrel explain {}", finding.rule));
    }
    notes
}

impl Linted {
    /// Advice takes a line each, so that what is dangerous stands out; unless it is asked for, or fails the command.
    fn is_told_briefly(&self, finding: &Finding, detail: Detail) -> bool {
        let asked = match detail {
            Detail::Verbose => true,
            Detail::Quiet | Detail::Usual => self.fail_on == Severity::Advice,
        };
        finding.severity == Severity::Advice && !asked
    }

    /// A file's findings with their places drawn, and those that take a line each.
    fn told(&self, file: &File, several_engines: bool, detail: Detail) -> (String, String) {
        let (mut drawn, mut lines) = (String::new(), String::new());
        for finding in file.reviewed.findings() {
            if self.is_told_briefly(finding, detail) {
                lines.push_str(&line(file, finding));
                continue;
            }
            let notes = notes(file, finding, several_engines);
            drawn.push_str(&snippet::text(&file.shown, &file.reviewed.script.text, finding, notes));
            drawn.push('\n');
        }
        (drawn, lines)
    }

    fn summary(&self) -> String {
        let mut out = String::new();
        if !self.strangers.is_empty() {
            let layout = self.files.first().map_or("", |file| file.layout.word());
            let counted = words::counted(self.strangers.len(), "file");
            let named: Vec<String> = self.strangers.iter().take(3).map(|name| format!("`{name}`")).collect();
            let more = if self.strangers.len() > named.len() { ", …" } else { "" };
            let _ = writeln!(out, "{counted} that {layout} passes over, not judged: {}{more}", named.join(", "));
        }
        if let Some(database) = &self.database {
            let _ = writeln!(out, "sizes and settings are those of {database}");
        }
        for name in &self.edited {
            let since = self.since.as_deref().unwrap_or_default();
            let _ = writeln!(out, "`{name}` is older than the branch and was changed since {since}: it is judged too");
        }
        if self.files.is_empty() {
            let since = self.since.as_deref().map(|since| format!(" since {since}")).unwrap_or_default();
            let _ = writeln!(out, "nothing to judge: no migration is new or changed{since}");
            return out;
        }
        let statements: usize = self.files.iter().map(|file| file.reviewed.statements.len()).sum();
        let mut verdicts: BTreeMap<Verdict, usize> = BTreeMap::new();
        for statement in self.files.iter().flat_map(|file| &file.reviewed.statements) {
            *verdicts.entry(statement.verdict).or_default() += 1;
        }
        let verdicts: Vec<String> =
            verdicts.iter().map(|(verdict, count)| format!("{count} {}", verdict.words())).collect();
        let told = if verdicts.is_empty() { String::new() } else { format!(": {}", verdicts.join(", ")) };
        let context = match self.context {
            0 => String::new(),
            files => format!(", after {} read for the state", words::counted(files, "file")),
        };
        let _ = writeln!(
            out,
            "{} in {}{told}{context} · {}",
            words::counted(statements, "statement"),
            words::counted(self.files.len(), "file"),
            words::duration(self.took)
        );
        if let Some(next) = self.next() {
            let _ = writeln!(out, "next  {}", next.bold());
        }
        out
    }

    /// The command to type next, where there is something to do.
    fn next(&self) -> Option<String> {
        let all = || self.files.iter().flat_map(|file| file.reviewed.findings().into_iter().map(move |it| (file, it)));
        let (_, worst) = all().max_by_key(|(_, finding)| finding.severity)?;
        let from_files = all().all(|(file, _)| file.shown != STDIN);
        if self.rewritten.is_none() && from_files && all().any(|(_, finding)| finding.fix.is_some()) {
            return Some(format!("whimbrel lint --fix{}", self.typed));
        }
        whimbrel_plan::rules::find(worst.rule).map(|rule| format!("whimbrel explain {}", rule.id))
    }
}

impl Serialize for Linted {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Document::of(self).serialize(serializer)
    }
}
