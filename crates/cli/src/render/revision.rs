//! A revision in a line.

use owo_colors::OwoColorize;
use serde::Serialize;
use whimbrel_plan::history::History;
use whimbrel_plan::revision::{Phase, Revision, RevisionId};

use crate::printer::Detail;
use crate::settings::Settings;

#[derive(Debug, Serialize)]
pub struct Summary {
    pub id: RevisionId,
    pub parents: Vec<RevisionId>,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<Phase>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<RevisionId>,
    pub head: bool,
    pub file: String,
}

impl Summary {
    pub fn of(revision: &Revision, history: &History, settings: &Settings) -> Self {
        Summary {
            id: revision.id.clone(),
            parents: revision.parents.clone(),
            message: revision.message.clone(),
            phase: revision.phase,
            part: revision.part.map(|part| part.to_string()),
            labels: revision.labels.clone(),
            depends_on: revision.depends_on.clone(),
            head: history.children(&revision.id).is_empty(),
            file: settings.shown(&revision.source.file),
        }
    }

    /// The message with what it is a part of; a merge without words says that it is one.
    pub fn words(&self) -> String {
        let message = match self.message.as_str() {
            "" if self.parents.len() > 1 => "merge",
            "" => "(no message)",
            message => message,
        };
        match &self.part {
            Some(part) => format!("{message} ({part})"),
            None => message.to_string(),
        }
    }

    pub fn marks(&self) -> String {
        let mut marks = self.labels.clone();
        if self.head {
            marks.push("head".to_string());
        }
        if marks.is_empty() { String::new() } else { format!("({})", marks.join(", ")) }
    }

    /// Id, message, marks; the file too for those who want more.
    pub fn cells(&self, detail: Detail) -> Vec<String> {
        let mut cells = vec![self.id.yellow().to_string(), self.words(), self.marks().cyan().to_string()];
        if detail == Detail::Verbose {
            cells.push(self.file.dimmed().to_string());
        }
        cells
    }
}
