use serde::Serialize;
use whimbrel_plan::history::History;
use whimbrel_plan::revision::RevisionId;

use crate::args::Heads;
use crate::failure::{Exit, Outcome};
use crate::printer::{Detail, Printer, Screen};
use crate::project::Project;
use crate::render::revision::Summary;
use crate::render::table::Columns;

pub fn run(_: &Heads, project: &Project, printer: &Printer) -> Outcome {
    let history = project.history()?;
    printer.show(Exit::Fine, &Found::of(&history, project));
    Ok(Exit::Fine)
}

#[derive(Serialize)]
struct Found {
    heads: Vec<Summary>,
}

impl Found {
    fn of(history: &History, project: &Project) -> Self {
        Found { heads: history.heads().into_iter().map(|head| Summary::of(head, history, &project.settings)).collect() }
    }
}

impl Screen for Found {
    fn text(&self, detail: Detail) -> String {
        let mut columns = Columns::default();
        for head in &self.heads {
            columns.row(head.cells(detail));
        }
        let mut out = match self.heads.is_empty() {
            true => "there are no revisions yet\n".to_string(),
            false => columns.text(""),
        };
        if self.heads.len() > 1 && detail != Detail::Quiet {
            let ids: Vec<&str> = self.heads.iter().map(|head| RevisionId::as_str(&head.id)).collect();
            out.push_str(&format!("to bring them together: whimbrel merge {}\n", ids.join(" ")));
        }
        out
    }
}
