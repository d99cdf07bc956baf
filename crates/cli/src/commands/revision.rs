use std::fmt::Write as _;

use owo_colors::OwoColorize;
use serde::Serialize;
use whimbrel_frontends::revision as files;
use whimbrel_plan::history::History;
use whimbrel_plan::review::Verdict;
use whimbrel_plan::revision::{Direction, Part, Phase, Revision, RevisionId};

use crate::args;
use crate::autogenerate::{self, Drafted};
use crate::failure::{Exit, Failure, Outcome};
use crate::lint::inputs::Input;
use crate::lint::{configuration, review};
use crate::printer::{Detail, Printer, Screen};
use crate::project::Project;
use crate::render::table::Columns;
use crate::render::words;

pub fn run(arguments: &args::Revision, project: &Project, printer: &Printer) -> Outcome {
    let history = project.history()?;
    let parents = parents(arguments, project, &history)?;
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
    let parts = drafted.as_ref().map(Drafted::parts).unwrap_or_default();
    let ids = ids(arguments, project, &history, parts.len().max(1))?;
    let first = first(arguments, project, &history, drafted.as_ref())?;
    let mut revisions = Vec::new();
    let mut parents = parents;
    for (at, id) in ids.into_iter().enumerate() {
        let mut revision = Revision { parents: std::mem::take(&mut parents), ..first.clone() };
        revision.id = id;
        parents.push(revision.id.clone());
        if at > 0 {
            revision.labels.clear();
            revision.depends_on.clear();
        }
        let revision = match parts.get(at) {
            Some(part) => {
                revision.phase = part.phase;
                let (number, of) = (at as u32 + 1, parts.len() as u32);
                revision.part = part.phase.map(|_| Part { number, of });
                part.sections(revision)
            }
            None => revision.with_section(Direction::Up, None, "").with_section(Direction::Down, None, ""),
        };
        let path = project.write(&revision)?;
        revisions.push((revision, project.settings.shown(&path)));
    }
    let verdicts = match &drafted {
        Some(drafted) if parts.iter().any(|part| part.phase.is_some()) => verdicts(drafted, &revisions, project)?,
        Some(_) | None => Vec::new(),
    };
    if let Some(written) = Written::of(&revisions, drafted.as_ref(), verdicts, arguments.plain) {
        printer.show(Exit::Fine, &written);
    }
    Ok(Exit::Fine)
}

/// What all revisions of a chain say of themselves.
fn first(
    arguments: &args::Revision,
    project: &Project,
    history: &History,
    drafted: Option<&Drafted>,
) -> Result<Revision, Failure> {
    let message = arguments.message.clone().unwrap_or_else(|| match drafted {
        Some(drafted) => drafted.message(),
        None => String::new(),
    });
    let mut revision = Revision::new(files::new_id(history), Vec::new(), &message);
    revision.labels = arguments.branch_label.clone();
    revision.depends_on = project.several(history, &arguments.depends_on)?.iter().map(|it| it.id.clone()).collect();
    revision.created = Some(jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M UTC").to_string());
    Ok(revision)
}

/// An id for each revision: those that were asked for, then new ones.
fn ids(
    arguments: &args::Revision,
    project: &Project,
    history: &History,
    number: usize,
) -> Result<Vec<RevisionId>, Failure> {
    let mut ids: Vec<RevisionId> = Vec::with_capacity(number);
    for wanted in &arguments.rev_id {
        let id = project.id(history, Some(wanted))?;
        if ids.contains(&id) {
            return Err(Failure::usage("revision-id", format!("`{id}` is given twice")));
        }
        ids.push(id);
    }
    if ids.len() > number {
        let told = format!("{} for {}", words::counted(ids.len(), "id"), words::counted(number, "revision"));
        return Err(Failure::usage("revision-id", told));
    }
    while ids.len() < number {
        let id = files::new_id(history);
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// The worst that the review says of each revision.
fn verdicts(drafted: &Drafted, revisions: &[(Revision, String)], project: &Project) -> Result<Vec<Verdict>, Failure> {
    let history = project.history()?;
    let written: Vec<&Revision> = revisions.iter().filter_map(|(revision, _)| history.get(&revision.id)).collect();
    let input = Input::of_revisions(&written);
    let config = configuration::of_file(project.settings.lint());
    let config = review::sharpened(&config, &input, None, drafted.engine(), project)?;
    let files = review::review(&input, drafted.engine(), &config, Some(drafted.before.clone()), project)?;
    let worst = |file: &crate::lint::File| {
        file.reviewed.statements.iter().map(|judged| judged.verdict).max().unwrap_or(Verdict::Safe)
    };
    Ok(files.iter().map(worst).collect())
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
    /// The revisions of a chain, the first of which is the one above.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    chain: Vec<Link>,
    /// What it contains, in words, for each engine that it was written for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    engines: Vec<autogenerate::Words>,
    /// Why a risky change is no chain.
    #[serde(skip_serializing_if = "Option::is_none")]
    plain_because: Option<String>,
    /// What breaks code of before all the same, and why there is no chain for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    at_once: Vec<String>,
    /// What a person has to decide.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    questions: Vec<String>,
    /// The command that writes it again with every question answered as it suggests.
    #[serde(skip_serializing_if = "Option::is_none")]
    again: Option<String>,
}

/// One revision of a chain.
#[derive(Serialize)]
struct Link {
    id: RevisionId,
    phase: Phase,
    file: String,
    does: Vec<String>,
    verdict: Option<Verdict>,
}

impl Written {
    fn of(
        revisions: &[(Revision, String)],
        drafted: Option<&Drafted>,
        verdicts: Vec<Verdict>,
        plain: bool,
    ) -> Option<Self> {
        let (first, file) = revisions.first()?;
        let answers = drafted.map(Drafted::answers).unwrap_or_default();
        let files: Vec<&str> = revisions.iter().map(|(_, file)| file.as_str()).collect();
        let message = first.message.clone();
        let again = (!answers.is_empty()).then(|| {
            let files = files.join(" ");
            let plain = if plain { "--plain " } else { "" };
            format!("rm {files} && whimbrel revision --autogenerate {plain}-m \"{message}\" {}", answers.join(" "))
        });
        let parts = drafted.map(Drafted::parts).unwrap_or_default();
        let links = revisions.iter().zip(&parts).enumerate();
        let chain = links.filter_map(|(at, ((revision, file), part))| {
            let (id, file) = (revision.id.clone(), file.clone());
            Some(Link { id, phase: part.phase?, file, does: part.words(), verdict: verdicts.get(at).copied() })
        });
        Some(Written {
            id: first.id.clone(),
            parents: first.parents.clone(),
            message,
            file: file.clone(),
            chain: chain.collect(),
            engines: drafted.map(Drafted::words).unwrap_or_default(),
            plain_because: drafted.and_then(Drafted::plain_because).map(ToString::to_string),
            at_once: drafted.map(Drafted::at_once).unwrap_or_default(),
            questions: drafted.map(Drafted::questions).unwrap_or_default(),
            again,
        })
    }

    fn files(&self) -> Vec<&str> {
        match self.chain.is_empty() {
            true => vec![&self.file],
            false => self.chain.iter().map(|link| link.file.as_str()).collect(),
        }
    }

    /// The changes, or the links of the chain with what each of them does and how dangerous that is.
    fn does(&self) -> String {
        if self.chain.is_empty() {
            return autogenerate::words_text(&self.engines);
        }
        let changes = self.engines.iter().map(|words| words.changes.len()).max().unwrap_or_default();
        let why = match self.chain.as_slice() {
            [_] => "only once no running code needs what it takes away",
            _ => "an evolution: old and new code both work until the last one",
        };
        let revisions = words::counted(self.chain.len(), "revision");
        let mut out = format!("{revisions} for {} ({why})\n\n", words::counted(changes, "change"));
        let mut columns = Columns::default();
        for link in &self.chain {
            let id = link.id.as_str().get(..4).unwrap_or_default().yellow().to_string();
            let verdict = link.verdict.map(shown).unwrap_or_default();
            let mut does = link.does.iter();
            columns.row([id, link.phase.to_string(), does.next().cloned().unwrap_or_default(), verdict]);
            for more in does {
                columns.row([String::new(), String::new(), more.clone(), String::new()]);
            }
        }
        out.push_str(&columns.text("  "));
        out
    }
}

fn shown(verdict: Verdict) -> String {
    match verdict {
        Verdict::Safe => verdict.words().green().to_string(),
        Verdict::Care => verdict.words().yellow().to_string(),
        Verdict::Breaking | Verdict::DestroysData | Verdict::Unknown => verdict.words().red().to_string(),
    }
}

impl Screen for Written {
    fn text(&self, detail: Detail) -> String {
        let files = self.files();
        if detail == Detail::Quiet {
            return files.iter().map(|file| format!("{file}\n")).collect();
        }
        let mut out = self.does();
        if !out.is_empty() {
            out.push('\n');
        }
        if let Some(because) = &self.plain_because {
            let _ = writeln!(out, "one plain revision, for which old code has to be stopped: {because}\n");
        }
        if !self.at_once.is_empty() {
            out.push_str("done at once, which code of before does not live through:\n");
            self.at_once.iter().for_each(|one| out.push_str(&format!("  {one}\n")));
            out.push('\n');
        }
        if !self.questions.is_empty() {
            out.push_str(&asked(&self.questions));
            out.push('\n');
        }
        let _ = writeln!(out, "wrote {}", files.join("\n      "));
        let read = if files.len() == 1 { "read it" } else { "read them" };
        match self.engines.is_empty() {
            true => {
                let _ = writeln!(out, "write its SQL: {}", format!("whimbrel edit {}", self.id).bold());
            }
            false if self.questions.is_empty() => {
                let _ = writeln!(out, "{read}, then: {}", "whimbrel upgrade head".bold());
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
