use std::fmt::Write as _;

use owo_colors::OwoColorize;
use serde::Serialize;
use whimbrel_plan::revision::{Revision, RevisionId};

use crate::args::Show;
use crate::failure::{Exit, Outcome};
use crate::printer::{Detail, Printer, Screen};
use crate::project::Project;
use crate::render::revision::Summary;
use crate::render::table::Columns;

pub fn run(arguments: &Show, project: &Project, printer: &Printer) -> Outcome {
    let history = project.history()?;
    let revision = project.one(&history, &arguments.revision)?;
    let screen = Shown {
        summary: Summary::of(revision, &history, &project.settings),
        children: history.children(&revision.id).into_iter().map(|child| child.id.clone()).collect(),
        branches: history.labels_of(&revision.id).into_iter().map(str::to_string).collect(),
        created: revision.created.clone(),
        checksum: revision.checksum.to_string(),
        sql: sections(revision),
    };
    printer.show(Exit::Fine, &screen);
    Ok(Exit::Fine)
}

/// The file from its first section on.
fn sections(revision: &Revision) -> String {
    let mut out = String::new();
    for section in &revision.sections {
        let engine = section.engine.map(|engine| format!(" ({engine})")).unwrap_or_default();
        let _ = writeln!(out, "-- {}{engine}\n{}\n", section.direction, section.text.trim());
    }
    out.trim_end().to_string()
}

#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    summary: Summary,
    children: Vec<RevisionId>,
    branches: Vec<String>,
    created: Option<String>,
    checksum: String,
    sql: String,
}

impl Screen for Shown {
    fn text(&self, detail: Detail) -> String {
        let listed = |ids: &[RevisionId], none: &str| match ids {
            [] => none.to_string(),
            ids => ids.iter().map(RevisionId::as_str).collect::<Vec<_>>().join(", "),
        };
        let mut columns = Columns::default();
        let mut field = |name: &str, value: String| columns.row([name.dimmed().to_string(), value]);
        let marks = self.summary.marks();
        let marks = if marks.is_empty() { marks } else { format!(" {}", marks.cyan()) };
        field("revision", format!("{}{marks}", self.summary.id.yellow()));
        field("message", self.summary.words());
        field("parents", listed(&self.summary.parents, "none: it is the first"));
        if !self.summary.depends_on.is_empty() {
            field("depends", listed(&self.summary.depends_on, ""));
        }
        if !self.children.is_empty() {
            field("children", listed(&self.children, ""));
        }
        if !self.branches.is_empty() {
            field("branches", self.branches.join(", "));
        }
        if let Some(phase) = self.summary.phase {
            field("phase", phase.to_string());
        }
        if let Some(created) = &self.created {
            field("created", created.clone());
        }
        field("file", self.summary.file.clone());
        if detail == Detail::Verbose {
            field("checksum", self.checksum.clone());
        }
        let mut out = columns.text("");
        if detail != Detail::Quiet && !self.sql.is_empty() {
            let _ = writeln!(out, "\n{}", self.sql);
        }
        out
    }
}
