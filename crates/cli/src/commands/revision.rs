use std::fmt::Write as _;

use owo_colors::OwoColorize;
use serde::Serialize;
use whimbrel_plan::history::History;
use whimbrel_plan::revision::{Direction, Revision, RevisionId};

use crate::args;
use crate::autogenerate::{self, Drafted};
use crate::failure::{Exit, Failure, Outcome};
use crate::printer::{Detail, Printer, Screen};
use crate::project::Project;

pub fn run(arguments: &args::Revision, project: &Project, printer: &Printer) -> Outcome {
    let history = project.history()?;
    let parents = parents(arguments, project, &history)?;
    let id = project.id(&history, arguments.rev_id.as_deref())?;
    let drafted = match arguments.autogenerate {
        true => Some(autogenerate::draft(arguments, project, &history, &parents, printer)?),
        false => None,
    };
    if let Some(drafted) = &drafted
        && drafted.is_empty()
    {
        printer.show(Exit::Fine, &Nothing { file: None, questions: drafted.questions() });
        return Ok(Exit::Fine);
    }
    let message = arguments.message.clone().unwrap_or_else(|| match &drafted {
        Some(drafted) => drafted.message(),
        None => String::new(),
    });
    let mut revision = Revision::new(id, parents, &message);
    revision.labels = arguments.branch_label.clone();
    revision.depends_on = project.several(&history, &arguments.depends_on)?.iter().map(|it| it.id.clone()).collect();
    revision.created = Some(jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M UTC").to_string());
    let revision = match &drafted {
        Some(drafted) => drafted.sections(revision),
        None => revision.with_section(Direction::Up, None, "").with_section(Direction::Down, None, ""),
    };
    let path = project.write(&revision)?;
    printer.show(Exit::Fine, &Written::of(&revision, project.settings.shown(&path), drafted.as_ref()));
    Ok(Exit::Fine)
}

/// The revisions to come after: the head, unless others are named.
fn parents(arguments: &args::Revision, project: &Project, history: &History) -> Result<Vec<RevisionId>, Failure> {
    let heads = history.heads();
    if arguments.head.is_empty() {
        return match heads.as_slice() {
            [] => Ok(Vec::new()),
            [head] => Ok(vec![head.id.clone()]),
            several => {
                let listed: Vec<String> = several.iter().map(|head| format!("`{}`", head.id)).collect();
                let message = format!("there are {} heads: {}", several.len(), listed.join(", "));
                Err(Failure::usage("several-heads", message)
                    .next("whimbrel merge")
                    .next(format!("whimbrel revision --head {} …", several[0].id)))
            }
        };
    }
    if let [base] = arguments.head.as_slice()
        && base == "base"
    {
        return Ok(Vec::new());
    }
    let named = project.several(history, &arguments.head)?;
    for revision in &named {
        if let Some(child) = history.children(&revision.id).first()
            && !arguments.splice
        {
            let message = format!("`{}` is no head: `{}` comes after it", revision.id, child.id);
            return Err(Failure::usage("no-head", message)
                .note("help", "--splice begins a branch there")
                .next(format!("whimbrel revision --head {} --splice …", revision.id)));
        }
    }
    Ok(named.iter().map(|revision| revision.id.clone()).collect())
}

#[derive(Serialize)]
struct Nothing {
    file: Option<String>,
    questions: Vec<String>,
}

impl Screen for Nothing {
    fn text(&self, _: Detail) -> String {
        let verdict = match self.questions.is_empty() {
            true => "nothing to do: the history leads to what the models say; no file was written\n",
            false => "nothing else differs; no file was written\n",
        };
        asked(&self.questions) + verdict
    }
}

/// Each question, and below it the option that answers it.
fn asked(questions: &[String]) -> String {
    let asked = |question: &String| match question.rsplit_once(" (--") {
        Some((words, option)) => {
            format!("{} {words}\n  {}\n", "?".yellow().bold(), format!("--{}", option.trim_end_matches(')')).dimmed())
        }
        None => format!("{} {question}\n", "?".yellow().bold()),
    };
    questions.iter().map(asked).collect()
}

#[derive(Serialize)]
struct Written {
    id: RevisionId,
    parents: Vec<RevisionId>,
    message: String,
    file: String,
    /// What it contains, in words, for each engine that it was written for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    engines: Vec<autogenerate::Words>,
    /// What a person has to decide.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    questions: Vec<String>,
    /// The command that writes it again with every question answered as it suggests.
    #[serde(skip_serializing_if = "Option::is_none")]
    again: Option<String>,
}

impl Written {
    fn of(revision: &Revision, file: String, drafted: Option<&Drafted>) -> Self {
        let answers = drafted.map(Drafted::answers).unwrap_or_default();
        let again = (!answers.is_empty()).then(|| {
            let message = &revision.message;
            format!("rm {file} && whimbrel revision --autogenerate -m \"{message}\" {}", answers.join(" "))
        });
        Written {
            id: revision.id.clone(),
            parents: revision.parents.clone(),
            message: revision.message.clone(),
            file,
            engines: drafted.map(Drafted::words).unwrap_or_default(),
            questions: drafted.map(Drafted::questions).unwrap_or_default(),
            again,
        }
    }
}

impl Screen for Written {
    fn text(&self, detail: Detail) -> String {
        if detail == Detail::Quiet {
            return format!("{}\n", self.file);
        }
        let mut out = autogenerate::words_text(&self.engines);
        if !out.is_empty() {
            out.push('\n');
        }
        if !self.questions.is_empty() {
            out.push_str(&asked(&self.questions));
            out.push('\n');
        }
        let _ = writeln!(out, "wrote {}", self.file);
        match self.engines.is_empty() {
            true => {
                let _ = writeln!(out, "write its SQL: {}", format!("whimbrel edit {}", self.id).bold());
            }
            false if self.questions.is_empty() => {
                let _ = writeln!(out, "read it, then: {}", "whimbrel upgrade head".bold());
            }
            false => {
                if let Some(again) = &self.again {
                    let commands = again.split(" && ").map(|command| format!("  {}\n", command.bold()));
                    let _ = write!(out, "to answer by option:\n{}or ", commands.collect::<String>());
                }
                let next = "whimbrel upgrade head".bold().to_string();
                let _ = writeln!(out, "in the file: answer, delete each question that is answered, then: {next}");
            }
        }
        out
    }
}
