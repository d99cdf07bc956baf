use std::fmt::Write as _;

use owo_colors::OwoColorize;
use serde::Serialize;
use whimbrel_plan::revision::RevisionId;
use whimbrel_run::apply::{self, ApplyError, Examined, Report, Unfinished, Verdict};
use whimbrel_run::guard::first_line;

use crate::diagnose;
use crate::failure::{Exit, Outcome};
use crate::printer::{Detail, Printer, Screen};
use crate::project::Project;
use crate::render::words;

pub fn run(project: &Project, printer: &Printer) -> Outcome {
    let environment = project.settings.need_database()?;
    let history = project.history()?;
    let mut driver = project.connect_existing(&environment)?;
    let database = project.place(&environment, Some(driver.as_ref()));
    let examined = apply::examine(driver.as_mut(), &history).map_err(|failure| {
        let report = Box::new(Report::new(whimbrel_plan::revision::Direction::Up));
        diagnose::apply(&ApplyError { failure: Box::new(failure), report }, "whimbrel repair", &project.settings)
    })?;
    let found = Found::of(examined, database, |id| history.short(id).to_string());
    let exit = if found.is_nothing() { Exit::Fine } else { Exit::Differences };
    printer.show(exit, &found);
    Ok(exit)
}

#[derive(Serialize)]
struct Found {
    database: String,
    /// Another run is at work just now.
    running: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    unfinished: Option<HalfWay>,
    invalid_indexes: Vec<String>,
    /// The one command that ends it, or those of which a person has to choose one.
    next: Vec<String>,
}

#[derive(Serialize)]
struct HalfWay {
    revision: RevisionId,
    #[serde(skip)]
    short: String,
    started_at: String,
    who: String,
    done: usize,
    of: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    statement: Option<Stopped>,
}

#[derive(Serialize)]
struct Stopped {
    ordinal: usize,
    sql: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// In words.
    found: String,
}

impl Found {
    fn of(examined: Examined, database: String, short: impl Fn(&RevisionId) -> String) -> Found {
        let next = match (&examined.unfinished, examined.running) {
            (Some(_), true) | (None, _) => Vec::new(),
            (Some(unfinished), false) => unfinished.next(),
        };
        Found {
            database,
            running: examined.running,
            invalid_indexes: examined.invalid_indexes.iter().map(ToString::to_string).collect(),
            unfinished: examined.unfinished.map(|unfinished| HalfWay::of(unfinished, short)),
            next,
        }
    }

    fn is_nothing(&self) -> bool {
        self.unfinished.is_none() && self.invalid_indexes.is_empty()
    }
}

impl HalfWay {
    fn of(unfinished: Unfinished, short: impl Fn(&RevisionId) -> String) -> HalfWay {
        let statement = unfinished.statement.map(|statement| Stopped {
            ordinal: statement.ordinal,
            sql: statement.sql,
            error: statement.error,
            found: in_words(&statement.verdict),
        });
        HalfWay {
            short: short(&unfinished.event.revision),
            revision: unfinished.event.revision,
            started_at: unfinished.event.started_at,
            who: unfinished.event.who,
            done: unfinished.done,
            of: unfinished.of,
            statement,
        }
    }
}

fn in_words(verdict: &Verdict) -> String {
    match verdict {
        Verdict::GoOn => "it took effect: the next run goes on behind it".to_string(),
        Verdict::RunAgain => "it did not take effect: the next run runs it again".to_string(),
        Verdict::ClearAndRunAgain(what) => {
            format!("it left {}: the next run clears that away and runs it again", what.join(", "))
        }
        Verdict::ClearAndGoOn(what) => format!("it left {}: the next run finishes that", what.join(", ")),
        Verdict::Ask(why) => format!("whether it took effect cannot be seen: {why}"),
        Verdict::Wait(why) => format!("{why}: the next run waits for that"),
    }
}

impl Screen for Found {
    fn text(&self, _: Detail) -> String {
        let mut out = format!("{}\n", self.database.dimmed());
        // Writing to a string cannot fail.
        match &self.unfinished {
            None => out.push_str("no revision was left half-way\n"),
            Some(found) => {
                let when = words::when(&found.started_at);
                let of = words::counted(found.of, "statement");
                let (short, who, done) = (&found.short, &found.who, found.done);
                let verb = if self.running { "is at work on" } else { "stopped within" };
                let run = if self.running { "another run" } else { "an earlier run" };
                let _ = writeln!(out, "{run} {verb} {short} ({when}, {who}), after {done} of {of}");
                match &found.statement {
                    None => out.push_str("  between two statements: the next run goes on with the one to come\n"),
                    Some(stopped) => {
                        let sql = first_line(&stopped.sql);
                        let _ = writeln!(out, "  statement {} of {}  {}", stopped.ordinal, found.of, sql.dimmed());
                        if let Some(error) = &stopped.error {
                            let _ = writeln!(out, "  it failed: {error}");
                        }
                        let _ = writeln!(out, "  {}", stopped.found);
                    }
                }
            }
        }
        for index in &self.invalid_indexes {
            let _ = writeln!(out, "the index `{index}` is invalid: every write keeps it, and no query uses it");
        }
        out.push_str("nothing was changed\n");
        for (at, next) in self.next.iter().enumerate() {
            let _ = writeln!(out, "{}  {}", if at == 0 { "next" } else { "or  " }, next.bold());
        }
        out
    }
}
