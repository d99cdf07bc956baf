use owo_colors::OwoColorize;
use serde::Serialize;
use whimbrel_plan::revision::{Direction, Revision, RevisionId};

use crate::args::Merge;
use crate::failure::{Exit, Failure, Outcome};
use crate::printer::{Detail, Printer, Screen};
use crate::project::Project;

pub fn run(arguments: &Merge, project: &Project, printer: &Printer) -> Outcome {
    let history = project.history()?;
    let parents = match arguments.revisions.as_slice() {
        [] => history.heads(),
        named => project.several(&history, named)?,
    };
    if parents.len() < 2 {
        let failure = Failure::usage(
            "nothing-to-merge",
            match parents.as_slice() {
                [one] => format!("`{}` is alone: a merge brings two or more revisions together", one.id),
                _ => "there is nothing to merge".to_string(),
            },
        );
        return Err(failure.next("whimbrel heads"));
    }
    // A merge of a revision with its own past would say nothing.
    let ids: Vec<RevisionId> = parents.iter().map(|parent| parent.id.clone()).collect();
    for parent in &parents {
        let below = history.closure(&parent.parents);
        if let Some(other) = ids.iter().find(|id| below.contains(id)) {
            let message = format!("`{other}` is part of `{}` already", parent.id);
            return Err(Failure::usage("nothing-to-merge", message).next("whimbrel history"));
        }
    }
    let message = arguments.message.clone().unwrap_or_else(|| {
        let short: Vec<&str> = ids.iter().map(|id| history.short(id)).collect();
        format!("merge {}", short.join(" and "))
    });
    let id = project.id(&history, arguments.rev_id.as_deref())?;
    let nothing = "-- nothing to do: a merge only brings branches together\n";
    let mut revision = Revision::new(id, ids, &message).with_section(Direction::Up, None, nothing).with_section(
        Direction::Down,
        None,
        nothing,
    );
    revision.labels = arguments.branch_label.clone();
    let path = project.write(&revision)?;
    let screen = Written { id: revision.id, parents: revision.parents, file: project.settings.shown(&path) };
    printer.show(Exit::Fine, &screen);
    Ok(Exit::Fine)
}

#[derive(Serialize)]
struct Written {
    id: RevisionId,
    parents: Vec<RevisionId>,
    file: String,
}

impl Screen for Written {
    fn text(&self, detail: Detail) -> String {
        let wrote = format!("wrote {}\n", self.file);
        match detail {
            Detail::Quiet => wrote,
            Detail::Usual | Detail::Verbose => format!("{wrote}next  {}\n", "whimbrel upgrade head".bold()),
        }
    }
}
