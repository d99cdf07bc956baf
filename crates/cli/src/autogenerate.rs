//! A revision's contents from what the models have and the history has not.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use owo_colors::OwoColorize;
use serde::Serialize;
use whimbrel_plan::autogenerate::{Draft, DraftStatement};
use whimbrel_plan::diff::{DiffOptions, Scope};
use whimbrel_plan::evolution::{Evolution, EvolutionLink, PlainBecause, evolve};
use whimbrel_plan::history::History;
use whimbrel_plan::revision::{Direction, Phase, Revision, RevisionId};
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
    evolutions: Vec<(Engine, Evolution)>,
    /// What the main engine has before.
    pub before: Schema,
}

/// One revision to write: its phase, and for each engine what it does there, if anything.
pub struct Part<'a> {
    pub phase: Option<Phase>,
    links: Vec<(Engine, Option<&'a EvolutionLink>)>,
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
    let mut evolutions = Vec::with_capacity(engines.len());
    let mut before = None;
    for (engine, desired) in engines.into_iter().zip(desired) {
        let dialect = dialect(engine)?;
        let from = schemas::of_history(project, history, &revisions, dialect)?;
        let mut pair = Pair::new(from, desired.schema);
        let choices = choices(arguments, &pair.from, desired.scope)?;
        let options = DiffOptions { scope: desired.scope };
        // Texts that mean the same are brought into the engine's words before anything is written.
        schemas::compare(project, &mut pair, dialect, &options, Reach::Server, printer)?;
        before.get_or_insert_with(|| pair.from.clone());
        let evolution = evolve(pair, dialect, &choices).map_err(|error| diagnose::draft(&error))?;
        evolutions.push((engine, evolution));
    }
    let main = evolutions.first().map_or(Engine::Sqlite, |(engine, _)| *engine);
    Ok(Drafted { evolutions, before: before.unwrap_or_else(|| Schema::new(main)) })
}

/// What a person says on the command line because nobody can know it.
fn choices(arguments: &args::Revision, from: &Schema, scope: Scope) -> Result<Choices, Failure> {
    let mut choices = Choices { scope, plain: arguments.plain, ..Choices::default() };
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
        self.evolutions.iter().all(|(_, evolution)| evolution.links.is_empty())
    }

    pub fn words(&self) -> Vec<Words> {
        let words = |(engine, evolution): &(Engine, Evolution)| Words {
            engine: *engine,
            changes: evolution.changes.iter().map(Change::describe).collect(),
        };
        self.evolutions.iter().map(words).collect()
    }

    /// The engine that the project is for first of all.
    pub fn engine(&self) -> Engine {
        self.before.engine
    }

    /// What is made at once, and why it is.
    pub fn at_once(&self) -> Vec<String> {
        let mut told: Vec<String> = Vec::new();
        for one in self.evolutions.iter().flat_map(|(_, evolution)| &evolution.at_once) {
            let one = one.to_string();
            if !told.contains(&one) {
                told.push(one);
            }
        }
        told
    }

    /// Why something risky is one plain revision.
    pub fn plain_because(&self) -> Option<&PlainBecause> {
        self.evolutions.iter().find_map(|(_, evolution)| evolution.plain_because.as_ref())
    }

    /// The revisions to write, in their order. Where one engine needs a link that another does not, the other has
    /// nothing to do there.
    pub fn parts(&self) -> Vec<Part<'_>> {
        let chain = self.evolutions.iter().any(|(_, evolution)| evolution.is_chain());
        let phases: Vec<Option<Phase>> = match chain {
            true => Phase::ALL.into_iter().map(Some).collect(),
            false => vec![None],
        };
        let part = |phase: Option<Phase>| {
            // A plain revision of one engine comes with the expand of another.
            let fits =
                |link: &&EvolutionLink| link.phase == phase || (link.phase, phase) == (None, Some(Phase::Expand));
            let links = self.evolutions.iter().map(|(engine, it)| (*engine, it.links.iter().find(fits)));
            Part { phase, links: links.collect() }
        };
        let needed = |part: &Part<'_>| part.links.iter().any(|(_, link)| link.is_some());
        phases.into_iter().map(part).filter(needed).collect()
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
        for text in self.evolutions.iter().flat_map(|(_, it)| &it.questions).filter_map(words) {
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
}

impl Part<'_> {
    /// What it does, on the first engine that has something to do there.
    pub fn words(&self) -> Vec<String> {
        self.links.iter().find_map(|(_, link)| *link).map(|link| link.words.clone()).unwrap_or_default()
    }

    /// The revision with its sections: one for all engines where they would all run the same text.
    pub fn sections(&self, revision: Revision) -> Revision {
        let before = revision.parents.first().cloned();
        let upgrades = self.links.iter().map(|(engine, link)| (*engine, link.map_or_else(nothing, upgrade)));
        let down = |link: &EvolutionLink| downgrade(link, before.as_ref());
        let downgrades = self.links.iter().map(|(engine, link)| (*engine, link.map_or_else(nothing, down)));
        let revision = with_sections(revision, Direction::Up, upgrades.collect());
        with_sections(revision, Direction::Down, downgrades.collect())
    }
}

fn nothing() -> String {
    "-- nothing to do\n".to_string()
}

fn upgrade(link: &EvolutionLink) -> String {
    let mut out = loose_questions(&link.draft);
    if link.fills.is_empty() {
        return out + &text(&link.draft.upgrade);
    }
    for (at, fill) in link.fills.iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        for line in fill.note.iter().flat_map(|note| note.lines()) {
            let _ = writeln!(out, "-- {line}");
        }
        let _ = writeln!(out, "-- backfill\n{};", fill.sql);
    }
    out
}

/// Undoing a backfill changes no row.
fn downgrade(link: &EvolutionLink, before: Option<&RevisionId>) -> String {
    if link.fills.is_empty() {
        return text(&link.draft.downgrade);
    }
    let mut out = String::new();
    for fill in &link.fills {
        let columns = fill.columns();
        let _ = match before.filter(|_| fill.into_new) {
            Some(id) => writeln!(out, "-- nothing to do: the downgrade of {id} drops {columns}"),
            None => writeln!(out, "-- nothing to do: the values in {columns} may stay"),
        };
    }
    out
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
