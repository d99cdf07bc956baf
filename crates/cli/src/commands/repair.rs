use std::fmt::Write as _;

use owo_colors::OwoColorize;
use serde::Serialize;
use whimbrel_plan::revision::RevisionId;
use whimbrel_run::apply::{
    self, ApplyError, Examined, LOCK, MendError, Mended, OutOfStep, Report, Unfinished, Verdict,
};
use whimbrel_run::guard::first_line;
use whimbrel_run::protect::Work;

use crate::args::{Global, Repair};
use crate::failure::{Exit, Failure, Outcome};
use crate::printer::{Detail, Printer, Screen};
use crate::project::Project;
use crate::protecting::{self, Said};
use crate::render::words;
use crate::{applying, diagnose};

pub fn run(arguments: &Repair, global: &Global, project: &Project, printer: &Printer) -> Outcome {
    let environment = project.settings.need_database()?;
    let history = project.history()?;
    let mut driver = project.connect_existing(&environment)?;
    if let Some(what) = &arguments.mend {
        let said = Said::meant_for_good(&arguments.meant);
        let protection = protecting::protection(project, &environment, &said, &global.again(), printer)?;
        let work = if what == LOCK { Work::EndSession } else { Work::Mend };
        let command = format!("whimbrel repair --mend {what}{}", global.again());
        let actor = applying::actor(None, project);
        protecting::ask_and_write_down(driver.as_mut(), protection.as_ref(), work, &command, &actor)?;
        let mended = apply::mend(driver.as_mut(), what).map_err(|error| failed(&error))?;
        printer.show(Exit::Fine, &PutRight::of(mended));
        return Ok(Exit::Fine);
    }
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

fn failed(error: &MendError) -> Failure {
    let message = error.to_string();
    match error {
        MendError::NotFound { .. } => Failure::usage("mend", message).next("whimbrel repair"),
        MendError::Running { .. } => Failure::new(Exit::Refused, "running", message).next("whimbrel status"),
        MendError::Endless { .. } => Failure::new(Exit::Failed, "mend", message).next("whimbrel repair"),
        MendError::Driver(error) => diagnose::database(error),
    }
}

/// What was done, by its statement.
#[derive(Serialize)]
struct PutRight {
    done: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<u64>,
}

impl PutRight {
    fn of(mended: Mended) -> Self {
        match mended {
            Mended::Rows { table, writes, rows } => {
                let writes: Vec<String> = writes.iter().map(|column| format!("`{column}`")).collect();
                let counted = words::counted(usize::try_from(rows).unwrap_or(usize::MAX), "row");
                PutRight { done: format!("wrote {} of {counted} of `{table}`", writes.join(", ")), rows: Some(rows) }
            }
            Mended::Index { sql } => PutRight { done: format!("ran {sql}"), rows: None },
            Mended::Session { pid } => {
                let pid = pid.map(|pid| format!(" {pid}")).unwrap_or_default();
                PutRight { done: format!("ended the session{pid} that had the lock"), rows: None }
            }
        }
    }
}

impl Screen for PutRight {
    fn text(&self, _: Detail) -> String {
        format!("{}\n", self.done)
    }
}

#[derive(Serialize)]
struct Found {
    database: String,
    /// Another run is at work just now.
    running: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    unfinished: Option<HalfWay>,
    invalid_indexes: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    out_of_step: Vec<Rows>,
    /// Whether their rows are in step cannot be seen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unseen: Vec<String>,
    /// Not applied, while some that come after are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    overtaken: Vec<RevisionId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gone: Option<String>,
    /// What puts right what is not as it should be, each with the statement that it runs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    proposed: Vec<Proposed>,
    /// The one command that ends it, or those of which a person has to choose one.
    next: Vec<String>,
}

#[derive(Serialize)]
struct Proposed {
    about: String,
    sql: String,
    command: String,
}

#[derive(Serialize)]
struct Rows {
    table: String,
    columns: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<u64>,
    named: Vec<String>,
}

impl Found {
    fn of(examined: Examined, database: String, short: impl Fn(&RevisionId) -> String) -> Found {
        let next = match (&examined.unfinished, examined.running) {
            (Some(_), true) | (None, _) => Vec::new(),
            (Some(unfinished), false) => unfinished.next(),
        };
        let mut proposed = Vec::new();
        let mut propose = |about: String, sql: &str, what: &str| {
            let command = format!("whimbrel repair --mend {what}");
            proposed.push(Proposed { about, sql: sql.to_string(), command });
        };
        for index in &examined.invalid_indexes {
            propose(format!("`{}`", index.name), &index.sql, &index.name.to_string());
        }
        for out in &examined.out_of_step {
            for way in &out.ways {
                let right = match way.from.as_slice() {
                    [] => "filled by its rule".to_string(),
                    from => format!("where {} is right", listed(from)),
                };
                propose(right, &way.sql, &way.name);
            }
        }
        let gone = examined.at_work.as_ref().filter(|run| run.seems_gone());
        if let Some((pid, sql)) = gone.and_then(|run| run.pid.zip(run.ended_by.as_ref())) {
            propose(format!("pid {pid}"), sql, LOCK);
        }
        let rows = |out: OutOfStep| Rows {
            table: out.table.to_string(),
            columns: out.columns,
            rows: out.rows,
            named: out.named,
        };
        Found {
            database,
            running: examined.running,
            gone: gone.map(|run| {
                let client = run.client.as_ref().map(|client| format!(" ({client})")).unwrap_or_default();
                let lasts = words::duration(run.lasts.unwrap_or_default());
                let pid = run.pid.map(|pid| format!(" {pid}")).unwrap_or_default();
                format!("the session{pid}{client} has the lock, and has done nothing for {lasts}")
            }),
            invalid_indexes: examined.invalid_indexes.iter().map(|index| index.name.to_string()).collect(),
            out_of_step: examined.out_of_step.into_iter().map(rows).collect(),
            unseen: examined.unseen.into_iter().map(|(table, why)| format!("`{table}`: {why}")).collect(),
            overtaken: examined.overtaken,
            unfinished: examined.unfinished.map(|unfinished| HalfWay::of(unfinished, short)),
            proposed,
            next,
        }
    }

    fn is_nothing(&self) -> bool {
        self.unfinished.is_none() && self.proposed.is_empty() && self.out_of_step.is_empty() && self.unseen.is_empty()
    }

    /// What is not as it should be, whoever left it so.
    fn faults(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for index in &self.invalid_indexes {
            lines.push(format!("the index `{index}` is invalid: every write keeps it, and no query uses it"));
        }
        for out in &self.out_of_step {
            let count = match out.rows {
                Some(rows) => words::counted(usize::try_from(rows).unwrap_or(usize::MAX), "row"),
                None => "rows".to_string(),
            };
            let more = match out.rows {
                Some(rows) if rows <= out.named.len() as u64 => "",
                Some(_) | None => "; and more",
            };
            let (columns, table, named) = (listed(&out.columns), &out.table, out.named.join("; "));
            lines.push(format!("{columns} of `{table}` are not in step in {count}: {named}{more}"));
        }
        lines.extend(self.unseen.iter().map(|unseen| format!("whether rows are in step cannot be seen of {unseen}")));
        lines.extend(self.gone.clone());
        for id in &self.overtaken {
            lines.push(format!(
                "`{id}` is not applied, and some that come after it are: nothing is to be done, it runs when its time has come"
            ));
        }
        lines
    }
}

fn listed(columns: &[String]) -> String {
    let columns: Vec<String> = columns.iter().map(|column| format!("`{column}`")).collect();
    columns.join(" and ")
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
        Verdict::Batches { changed } => {
            let rows = words::counted(usize::try_from(*changed).unwrap_or(usize::MAX), "row");
            format!("{rows} of it are changed: the next run goes on behind them")
        }
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
        for fault in self.faults() {
            let _ = writeln!(out, "{fault}");
        }
        for proposed in &self.proposed {
            let sql = proposed.sql.split_whitespace().collect::<Vec<_>>().join(" ");
            let _ = writeln!(out, "  {}  {}", proposed.about, sql.dimmed());
            let _ = writeln!(out, "    by  {}", proposed.command.bold());
        }
        out.push_str("nothing was changed\n");
        for (at, next) in self.next.iter().enumerate() {
            let _ = writeln!(out, "{}  {}", if at == 0 { "next" } else { "or  " }, next.bold());
        }
        out
    }
}
