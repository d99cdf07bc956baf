//! A revision's contents from what the models have and the history has not.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use owo_colors::OwoColorize;
use serde::Serialize;
use whimbrel_plan::autogenerate::{self, Draft, DraftStatement};
use whimbrel_plan::diff::{DiffOptions, Scope};
use whimbrel_plan::history::History;
use whimbrel_plan::revision::{Direction, Revision, RevisionId};
use whimbrel_plan::{Change, ChoiceError, Choices, Question, Rename, object_name};
use whimbrel_schema::{Engine, Pair, Schema};

use crate::args;
use crate::failure::Failure;
use crate::printer::Printer;
use crate::project::{Project, dialect};
use crate::render::words;
use crate::schemas::{self, Reach};
use crate::{desired, diagnose};

/// What stands in an answer for what only a person can write.
const EXPRESSION: &str = "=EXPRESSION";

/// What was drafted for each engine, the main one first.
pub struct Drafted {
    drafts: Vec<(Engine, Draft)>,
}

pub fn draft(
    arguments: &args::Revision,
    project: &Project,
    history: &History,
    parents: &[RevisionId],
    printer: &Printer,
) -> Result<Drafted, Failure> {
    let engines = if arguments.engine.is_empty() { project.settings.engines()? } else { arguments.engine.clone() };
    let models = desired::read(project, &engines, printer)?;
    let lower = |engine: &Engine| models.lower(project, dialect(*engine)?, printer);
    let desired = engines.iter().map(lower).collect::<Result<Vec<_>, _>>()?;
    drop(models);
    let revisions: BTreeSet<RevisionId> = history.closure(parents);
    let mut drafts = Vec::with_capacity(engines.len());
    for (engine, desired) in engines.into_iter().zip(desired) {
        let dialect = dialect(engine)?;
        let from = schemas::of_history(project, history, &revisions, dialect)?;
        let mut pair = Pair::new(from, desired.schema);
        let choices = choices(arguments, &pair.from, desired.scope)?;
        let options = DiffOptions { scope: desired.scope };
        // Texts that mean the same are brought into the engine's words before anything is written.
        schemas::compare(project, &mut pair, dialect, &options, Reach::Server, printer)?;
        let draft = autogenerate::draft(pair, dialect, &choices).map_err(|error| diagnose::draft(&error))?;
        drafts.push((engine, draft));
    }
    Ok(Drafted { drafts })
}

/// What a person says on the command line because nobody can know it.
fn choices(arguments: &args::Revision, from: &Schema, scope: Scope) -> Result<Choices, Failure> {
    let mut choices = Choices { scope, ..Choices::default() };
    let wrong = |error: ChoiceError| diagnose::choice(&error);
    for text in &arguments.rename {
        choices.renames.push(Rename::parse(text).map_err(wrong)?);
    }
    for table in &arguments.allow_drop {
        match table.as_str() {
            args::EVERY_TABLE => choices.allow_drop.extend(from.tables.keys().cloned()),
            name => choices.allow_drop.push(object_name(name)),
        }
    }
    for text in &arguments.backfill {
        let (place, value) = Choices::parse_assignment(text).map_err(wrong)?;
        choices.backfills.insert(place, value);
    }
    for text in &arguments.using {
        let (place, value) = Choices::parse_assignment(text).map_err(wrong)?;
        choices.usings.insert(place, value);
    }
    Ok(choices)
}

/// What a revision contains for one engine, in words.
#[derive(Debug, Serialize)]
pub struct Words {
    pub engine: Engine,
    pub changes: Vec<String>,
}

impl Drafted {
    /// Whether there is nothing to run; something may be asked all the same.
    pub fn is_empty(&self) -> bool {
        self.drafts.iter().all(|(_, draft)| draft.upgrade.is_empty())
    }

    pub fn words(&self) -> Vec<Words> {
        let words = |(engine, draft): &(Engine, Draft)| Words {
            engine: *engine,
            changes: draft.changes.iter().map(Change::describe).collect(),
        };
        self.drafts.iter().map(words).collect()
    }

    /// Each question once, however many engines it comes up for.
    pub fn questions(&self) -> Vec<String> {
        self.once(|question| Some(question.to_string()))
    }

    /// The options that would answer them. A rename answers more than its own question, so where there is one, what
    /// still needs an expression is left for the next time.
    pub fn answers(&self) -> Vec<String> {
        let mut answers = self.once(Question::answer);
        if answers.iter().any(|answer| !answer.ends_with(EXPRESSION)) {
            answers.retain(|answer| !answer.ends_with(EXPRESSION));
        }
        answers
    }

    fn once(&self, words: impl Fn(&Question) -> Option<String>) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for text in self.drafts.iter().flat_map(|(_, draft)| &draft.questions).filter_map(words) {
            if !found.contains(&text) {
                found.push(text);
            }
        }
        found
    }

    /// What to call it if nobody says: its first change.
    pub fn message(&self) -> String {
        let words = self.words();
        let changes: Vec<&String> = words.iter().flat_map(|words| words.changes.first()).collect();
        changes.first().map_or_else(String::new, |change| change.replace('`', ""))
    }

    /// The revision with its sections: one for all engines where they would all run the same text.
    pub fn sections(&self, revision: Revision) -> Revision {
        let upgrades =
            self.drafts.iter().map(|(engine, draft)| (*engine, loose_questions(draft) + &text(&draft.upgrade)));
        let downgrades = self.drafts.iter().map(|(engine, draft)| (*engine, text(&draft.downgrade)));
        let revision = with_sections(revision, Direction::Up, upgrades.collect());
        with_sections(revision, Direction::Down, downgrades.collect())
    }
}

fn with_sections(revision: Revision, direction: Direction, texts: Vec<(Engine, String)>) -> Revision {
    let Some(((_, first), others)) = texts.split_first() else { return revision };
    match others.iter().all(|(_, text)| text == first) {
        true => revision.with_section(direction, None, first),
        false => texts
            .iter()
            .fold(revision, |revision, (engine, text)| revision.with_section(direction, Some(*engine), text)),
    }
}

/// Questions for which no statement was written stand at the top.
fn loose_questions(draft: &Draft) -> String {
    let attached = |question| draft.upgrade.iter().any(|statement| statement.questions.contains(question));
    let loose = draft.questions.iter().filter(|question| !attached(question));
    let lines: String = loose.map(|question| format!("-- question: {question}\n")).collect();
    if lines.is_empty() { lines } else { lines + "\n" }
}

/// Statements as they stand in a revision, each with what is said about it above.
pub fn text(statements: &[DraftStatement]) -> String {
    if statements.is_empty() {
        return "-- nothing to do\n".to_string();
    }
    let mut out = String::new();
    for (at, statement) in statements.iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        for line in statement.note.iter().flat_map(|note| note.lines()) {
            let _ = writeln!(out, "-- {line}");
        }
        for question in &statement.questions {
            let _ = writeln!(out, "-- question: {question}");
        }
        if !statement.transactional {
            out.push_str("-- transaction: none\n");
        }
        let _ = writeln!(out, "{};", statement.sql);
    }
    out
}

/// One line a change. What differs between engines is told for each of them.
pub fn words_text(engines: &[Words]) -> String {
    let mut out = String::new();
    let Some(main) = engines.first() else { return out };
    let alike = engines.iter().all(|words| words.changes.len() == main.changes.len());
    let shown = if alike { &engines[..1] } else { engines };
    for words in shown {
        let titles: Vec<&str> = match alike {
            true => engines.iter().map(|words| words.engine.title()).collect(),
            false => vec![words.engine.title()],
        };
        let _ =
            writeln!(out, "{} for {}", words::counted(words.changes.len(), "change"), titles.join(" and ").dimmed());
        for change in &words.changes {
            let _ = writeln!(out, "  {change}");
        }
    }
    out
}
