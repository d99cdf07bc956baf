use std::process::Command;

use serde::Serialize;
use whimbrel_plan::revision::RevisionId;

use crate::args::Edit;
use crate::environment;
use crate::failure::{Exit, Failure, Outcome};
use crate::printer::{Detail, Printer, Screen};
use crate::project::Project;

pub fn run(arguments: &Edit, project: &Project, printer: &Printer) -> Outcome {
    let history = project.history()?;
    let revision = project.one(&history, &arguments.revision)?;
    let Some(editor) = environment::first_of(&environment::EDITORS) else {
        let failure = Failure::usage("no-editor", "neither VISUAL nor EDITOR is set");
        return Err(failure.next(format!("EDITOR=vi whimbrel edit {}", arguments.revision)));
    };
    // An editor may come with options (`code --wait`), so the shell takes it apart; the path is handed over whole.
    let file = revision.source.file.as_ref();
    let status = Command::new("sh")
        .arg("-c")
        .arg(format!("{} \"$1\"", editor.to_string_lossy()))
        .arg("sh")
        .arg(file)
        .status()
        .map_err(|error| Failure::new(Exit::Failed, "editor", format!("the editor cannot be started: {error}")))?;
    match status.success() {
        true => {
            let edited = Edited { id: revision.id.clone(), file: project.settings.shown(file) };
            printer.show(Exit::Fine, &edited);
            Ok(Exit::Fine)
        }
        false => {
            Err(Failure::new(Exit::Failed, "editor", format!("`{}` ended with {status}", editor.to_string_lossy())))
        }
    }
}

#[derive(Serialize)]
struct Edited {
    id: RevisionId,
    file: String,
}

/// Whoever has just closed the editor knows what was opened in it.
impl Screen for Edited {
    fn text(&self, _: Detail) -> String {
        String::new()
    }
}
