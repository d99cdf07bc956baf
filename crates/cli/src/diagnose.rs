//! What the libraries say is wrong, in terms of the person's files, database and next command.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use whimbrel_engines::url::{DatabaseUrl, MysqlUrl, SqliteUrl};
use whimbrel_frontends::diagnostic::{self, Diagnostic};
use whimbrel_frontends::live::LiveError;
use whimbrel_frontends::revision::Problem;
use whimbrel_plan::ChoiceError;
use whimbrel_plan::autogenerate::DraftError;
use whimbrel_plan::history::{FoldHistoryError, TargetError, UnknownStatement};
use whimbrel_plan::revision::{Direction, StatementOrigin, StatementsError};
use whimbrel_run::apply::{self, ApplyError, Contention, Refusal, ScriptError};
use whimbrel_run::ledger::{AppliedRevision, LedgerError};
use whimbrel_run::protect::Lack;
use whimbrel_run::replay::ReplayError;
use whimbrel_run::{DriverError, DriverErrorKind};
use whimbrel_schema::Engine;

use crate::failure::{Exit, Failure, Report, Severity, Snippet};
use crate::render::words;
use crate::settings::{Environment, Settings};

/// Revision files that cannot be read, or do not make a history.
pub fn revision_files(problems: &[Problem], settings: &Settings) -> Failure {
    let root = format!("{}/", settings.root.display());
    let report = |problem: &Problem| {
        let report = Report::error("revision-file", problem.message.replace(&root, ""));
        let report = match fs::read_to_string(problem.file.as_ref()) {
            Ok(text) if problem.line > 0 => Report {
                snippet: Some(Snippet {
                    file: settings.shown(&problem.file),
                    source: text.replace("\r\n", "\n").into(),
                    span: problem.span.clone(),
                    label: String::new(),
                }),
                ..report
            },
            Ok(_) | Err(_) => report.note("file", settings.shown(&problem.file)),
        };
        report.note("help", &problem.next)
    };
    Failure::of(Exit::Usage, problems.iter().map(report).collect())
}

/// A target that names nothing, too much, or the wrong way.
pub fn target(error: &TargetError) -> Failure {
    Failure { next: error.next(), ..Failure::usage("target", error.to_string()) }
}

/// A database that does not answer.
pub fn connection(error: &DriverError, environment: &Environment) -> Failure {
    let url = &environment.url;
    let failure = Failure::new(Exit::Failed, "connection", format!("`{url}` cannot be opened"));
    let failure = with_engine_words(failure, error).note("named by", &environment.source);
    Failure { next: after_silence(error, url), ..failure }
}

/// What makes the missing thing, or finds out more about it.
fn after_silence(error: &DriverError, url: &DatabaseUrl) -> Vec<String> {
    let url = match url {
        DatabaseUrl::Sqlite(SqliteUrl { file, .. }) => {
            let folder = file.as_deref().and_then(Path::parent).filter(|folder| !folder.exists());
            return folder.map(|folder| format!("mkdir -p {}", folder.display())).into_iter().collect();
        }
        DatabaseUrl::Postgres(url) => url,
        DatabaseUrl::Mysql(url) => return after_silence_of_mysql(error, url),
    };
    let mut place = String::new();
    if let Some((host, port)) = url.hosts.first() {
        place.push_str(&format!(" -h {host}"));
        if let Some(port) = port {
            place.push_str(&format!(" -p {port}"));
        }
    }
    let user = url.user.as_deref().map(|user| format!(" -U {user}")).unwrap_or_default();
    let database = url.database.as_deref().or(url.user.as_deref()).unwrap_or_default();
    match error.code.as_deref() {
        Some("3D000") => vec![format!("createdb{place}{user} {database}")],
        Some("28P01") if url.password.is_some() => vec!["correct the password in the URL".to_string()],
        Some("28P01") => vec!["export PGPASSWORD=…".to_string()],
        Some(_) => vec![format!("psql{place}{user} {database}")],
        None if error.message.contains("password missing") => vec!["export PGPASSWORD=…".to_string()],
        None => {
            let silent = ["refused", "timed out", "No such file"].iter().any(|word| error.message.contains(word));
            if silent { vec![format!("pg_isready{place}")] } else { Vec::new() }
        }
    }
}

fn after_silence_of_mysql(error: &DriverError, url: &MysqlUrl) -> Vec<String> {
    let mut command = "mariadb".to_string();
    if let Some(path) = url.parameters.get("unix_socket").or_else(|| url.parameters.get("socket")) {
        command.push_str(&format!(" --socket={path}"));
    } else if let Some(host) = &url.host {
        command.push_str(&format!(" -h {host} --protocol=tcp"));
        if let Some(port) = url.port {
            command.push_str(&format!(" -P {port}"));
        }
    }
    if let Some(user) = &url.user {
        command.push_str(&format!(" -u {user}"));
    }
    match error.code.as_deref() {
        Some("1045") if url.password.is_some() => vec!["correct the user or the password in the URL".to_string()],
        Some("1045") => vec!["export MYSQL_PWD=…".to_string()],
        Some("1049") => vec![format!("{command} -p -e 'SHOW DATABASES'")],
        // What the URL leaves out, the message names.
        None if error.message.starts_with("no user") || error.message.starts_with("no database") => Vec::new(),
        Some(_) | None => vec![format!("{command} -p {}", url.database.as_deref().unwrap_or_default())],
    }
}

/// Something a database refused outside a revision: reading its schema, its ledger.
pub fn database(error: &DriverError) -> Failure {
    let code = match error.kind {
        DriverErrorKind::Connect => "connection",
        DriverErrorKind::Lost => "connection-lost",
        DriverErrorKind::Busy => "busy",
        DriverErrorKind::Cancelled => "cancelled",
        DriverErrorKind::TimedOut => "timed-out",
        DriverErrorKind::Unwritable => "unwritable",
        DriverErrorKind::Forbidden => "forbidden",
        DriverErrorKind::Statement => "database",
        DriverErrorKind::Unsupported => "unsupported",
    };
    let failure = Failure::new(Exit::Failed, code, &error.message);
    with_engine_words(failure, &DriverError { message: String::new(), ..error.clone() })
}

pub fn ledger(error: &LedgerError) -> Failure {
    match error {
        LedgerError::Driver(error) => database(error),
        LedgerError::Newer { .. } => Failure::new(Exit::Refused, "ledger", error.to_string())
            .note("help", "a newer whimbrel wrote it: use that one"),
        LedgerError::Row { .. } => Failure::new(Exit::Refused, "ledger", error.to_string()),
    }
}

/// More revisions than these are counted.
const MOST_NAMED: usize = 6;

/// A run that did not reach its target. `command` is the command that was typed.
pub fn apply(error: &ApplyError, command: &str, settings: &Settings) -> Failure {
    let exit = match error.exit_status() {
        2 => Exit::Usage,
        3 => Exit::Refused,
        5 => Exit::PartWay,
        _ => Exit::Failed,
    };
    let mut failure = apply_failure(&error.failure, settings);
    failure.exit = exit;
    let ids: Vec<String> = error.report.done.iter().map(|revision| format!("`{}`", revision.id)).collect();
    match ids.as_slice() {
        [] => {}
        [first, .., last] if ids.len() > MOST_NAMED => {
            failure = failure.note("done", format!("{} revisions, {first} to {last}", ids.len()));
        }
        few => failure = failure.note("done", few.join(", ")),
    }
    if let Some(partial) = &error.report.partial {
        failure = match partial.done {
            0 => failure.note("begun", format!("`{}`: the next run sees to what its first statement left", partial.id)),
            done => {
                let of = words::counted(partial.of, "statement");
                failure.note("done", format!("{done} of {of} of `{}`, for good", partial.id))
            }
        };
    }
    let root = format!("{}/", settings.root.display());
    failure.next = error.next(command).iter().map(|next| next.replace(&root, "")).collect();
    // What helps with a file stands below the place in it already.
    failure.next.retain(|next| !failure.reports.iter().flat_map(|report| &report.notes).any(|note| note.text == *next));
    failure
}

fn apply_failure(failure: &apply::Failure, settings: &Settings) -> Failure {
    let plain = |code: &str| Failure::new(Exit::Failed, code, failure.to_string());
    match failure {
        apply::Failure::Target(error) => Failure { next: Vec::new(), ..target(error) },
        apply::Failure::Statements(error) => statements(error, settings),
        apply::Failure::Refused(refusal) => refused(refusal, settings),
        apply::Failure::Ledger(error) => Failure { next: Vec::new(), ..ledger(error) },
        apply::Failure::Statement(failed) => {
            let word = match failed.direction {
                Direction::Up => "upgrade",
                Direction::Down => "downgrade",
            };
            let message = format!("the {word} of `{}` failed: {}", failed.revision, failed.error.message);
            let span = match failed.position {
                Some(at) => at..at + 1,
                None => failed.origin.span.clone(),
            };
            let failure = Failure::new(Exit::Failed, "statement", message);
            let failure = match snippet(&failed.origin.file, span, settings) {
                Some(snippet) => failure.at(snippet),
                None => failure.note("statement", &failed.sql),
            };
            with_engine_words(failure, &DriverError { message: String::new(), ..failed.error.clone() })
        }
        apply::Failure::Violations { revision, broken } => {
            let message = format!("`{revision}` breaks what other tables rely on, so it was taken back");
            Failure::new(Exit::Failed, "violations", message).note("broken", broken.join("\n"))
        }
        apply::Failure::Locked { .. } => plain("locked"),
        apply::Failure::Blocked(contention) => blocked(contention),
        apply::Failure::Overtaken => plain("overtaken"),
        apply::Failure::Lost { error, in_doubt } => {
            let failure = Failure::new(Exit::Failed, "connection-lost", "the connection was lost");
            let why = error.message.rsplit_once("was lost: ").map_or(error.message.as_str(), |(_, why)| why);
            // That it is closed is what is told already.
            let failure = if why == "connection closed" { failure } else { failure.note("because", why) };
            match in_doubt {
                true => {
                    failure.note("in doubt", "the engine had been asked to commit; the next run looks whether it did")
                }
                false => failure,
            }
        }
        apply::Failure::Kept { what, error } => {
            let failure = Failure::new(Exit::Failed, "kept", format!("{what} cannot be kept or given back"));
            with_engine_words(failure, error)
        }
        apply::Failure::Stopped => plain("stopped"),
        apply::Failure::Backfill(_) => plain("backfill"),
        apply::Failure::Driver(error) => database(error),
    }
}

/// Others had what was needed for longer than this run was to wait.
fn blocked(contention: &Contention) -> Failure {
    let Contention { revision, waited, tries, sight, error } = contention;
    let wanted = sight.wanted.as_deref().unwrap_or("a lock");
    let message =
        format!("`{revision}` waited {} for {wanted}, and others did not give it back", words::duration(*waited));
    let mut failure = Failure::new(Exit::Failed, "blocked", message);
    for blocker in &sight.blockers {
        failure = failure.note("in the way", blocker.to_string());
    }
    if let Some(why) = &sight.unseen {
        failure = failure.note("in the way", format!("cannot be seen: {why}"));
    }
    let tries = if *tries == 1 { "once".to_string() } else { format!("{tries} times") };
    let tried = format!("{tries}, a moment each; in between nobody was kept waiting");
    failure.note("tried", tried).note("because", &error.message)
}

fn refused(refusal: &Refusal, settings: &Settings) -> Failure {
    let listed = |revisions: &[AppliedRevision]| {
        let line = |revision: &AppliedRevision| {
            let message = revision.message.as_deref().unwrap_or_default();
            format!("`{}` {message}, applied {} by {}", revision.id, words::when(&revision.at), revision.who)
        };
        revisions.iter().map(line).collect::<Vec<_>>().join("\n")
    };
    let say = |code: &str, message: String| Failure::new(Exit::Refused, code, message);
    let at = |failure: Failure, origin: &StatementOrigin| match snippet(&origin.file, origin.span.clone(), settings) {
        Some(snippet) => failure.at(snippet),
        None => failure,
    };
    match refusal {
        Refusal::Edited { revisions } => {
            let counted = words::counted(revisions.len(), "revision");
            say("edited", format!("{counted} changed in the files after being applied"))
                .note("edited", listed(revisions))
        }
        Refusal::Missing { revisions } => {
            let counted = words::counted(revisions.len(), "applied revision");
            say("missing", format!("{counted} without a file")).note("missing", listed(revisions))
        }
        Refusal::Drift { differences } => {
            let message = "the database is not what its history says: somebody changed it beside whimbrel";
            say("drift", message.to_string()).note("differs", differences.join("\n"))
        }
        Refusal::Gate(shut) => gate(&shut.0),
        Refusal::Questions { revision, questions, .. } => {
            let message = format!("`{revision}` may destroy data, and asks first");
            say("questions", message).note("asked", questions.join("\n"))
        }
        Refusal::OwnTransaction { origin, word } => {
            at(say("own-transaction", format!("`{word}` takes the transaction out of whimbrel's hands")), origin)
        }
        Refusal::Backfill { origin, reason, .. } => {
            at(say("no-batches", format!("this does not run in batches, as `-- backfill` asks: {reason}")), origin)
        }
        Refusal::Undecided { revision, ordinal, sql, at, who, reason } => say(
            "undecided",
            format!("whether statement {ordinal} of `{revision}` took effect cannot be seen: {reason}"),
        )
        .note("statement", sql)
        .note("stopped", format!("{}, {who}", words::when(at))),
        Refusal::LongCopy { at_most, .. } => say("long-copy", refusal.to_string())
            .note("at most", format!("{} rows are copied while everybody waits", words::many(*at_most))),
        Refusal::KeptChanged { .. } => say("kept-changed", refusal.to_string()),
        Refusal::NoWayBack { .. } => say("no-way-back", refusal.to_string()),
        Refusal::HalfWay { revision, at, who, .. } => {
            say("half-way", format!("an earlier run stopped within `{revision}`, and this one leads elsewhere"))
                .note("stopped", format!("{}, {who}", words::when(at)))
        }
        Refusal::NoWayBackFromHere { .. } => say("no-way-back-from-here", refusal.to_string()),
        Refusal::EditedHalfWay { .. } => say("edited-half-way", refusal.to_string()),
    }
}

/// A gate of a protected database that is shut: what was looked at, and what is wrong with it.
pub fn gate(lack: &Lack) -> Failure {
    let failure = Failure::new(Exit::Refused, lack.code(), lack.to_string());
    lack.looked_at().into_iter().fold(failure, |failure, (label, text)| failure.note(label, text))
}

/// A revision whose statements cannot be read.
pub fn statements(error: &StatementsError, settings: &Settings) -> Failure {
    let failure = match error {
        StatementsError::NoSection { revision, direction, engine, file } => {
            let message = format!("`{revision}` has no `-- {direction}` for {engine}");
            Failure::new(Exit::Usage, "no-section", message).note("file", settings.shown(file))
        }
        StatementsError::Directive { origin, message } => {
            let failure = Failure::new(Exit::Usage, "directive", message);
            match snippet(&origin.file, origin.span.clone(), settings) {
                Some(snippet) => failure.at(snippet),
                None => failure.note("file", settings.shown(&origin.file)),
            }
        }
    };
    failure.note("help", error.next())
}

/// A history that does not fold.
pub fn history(error: &FoldHistoryError, settings: &Settings) -> Failure {
    match error {
        FoldHistoryError::Target(error) => target(error),
        FoldHistoryError::Statements(error) => statements(error, settings),
        FoldHistoryError::Step { revision, origin, sql, error } => {
            let message = format!("`{revision}` cannot follow what is before it: {error}");
            let failure = Failure::new(Exit::Usage, "history", message);
            let failure = match snippet(&origin.file, origin.span.clone(), settings) {
                Some(snippet) => failure.at(snippet),
                None => failure.note("statement", sql),
            };
            failure.next(format!("whimbrel edit {revision}"))
        }
    }
}

/// A statement that would have to be run to know what it does, and no server to run it on.
pub fn unknown_statement(unknown: &UnknownStatement, engine: Engine, settings: &Settings) -> Failure {
    let message = format!("what this statement does to the schema is not known: {}", unknown.reason);
    let failure = Failure::new(Exit::Usage, "unknown-statement", message);
    let failure = match snippet(&unknown.origin.file, unknown.origin.span.clone(), settings) {
        Some(snippet) => failure.at(snippet),
        None => failure.note("statement", &unknown.sql),
    };
    failure.note(
        "help",
        format!(
            "the history is replayed on a scratch database where there is one: name a {} server with --url or --env",
            engine.title()
        ),
    )
}

/// A history that a scratch database refuses.
pub fn replay(error: &ReplayError, settings: &Settings) -> Failure {
    match error {
        ReplayError::Scratch(error) => {
            let failure =
                Failure::new(Exit::Failed, "scratch", "no scratch database can be made to replay the history on");
            with_engine_words(failure, error)
        }
        ReplayError::Statements(error) => statements(error, settings),
        ReplayError::Driver(error) => database(error),
        ReplayError::Statement(refused) => {
            let message =
                format!("`{}` does not run on an empty database: {}", refused.revision, refused.error.message);
            let failure = Failure::new(Exit::Failed, "replay", message);
            let failure = match snippet(&refused.origin.file, refused.origin.span.clone(), settings) {
                Some(snippet) => failure.at(snippet),
                None => failure.note("statement", &refused.sql),
            };
            with_engine_words(failure, &DriverError { message: String::new(), ..refused.error.clone() })
        }
    }
}

/// An option of `revision --autogenerate` that says nothing, or speaks of something that is not there.
pub fn choice(error: &ChoiceError) -> Failure {
    Failure::usage("choice", error.to_string())
}

/// Changes that no statements can be written for.
pub fn draft(error: &DraftError) -> Failure {
    match error {
        DraftError::Choice(error) => choice(error),
        _ => Failure::new(Exit::Usage, "draft", error.to_string()),
    }
}

pub fn script(error: &ScriptError, command: &str, settings: &Settings) -> Failure {
    match error {
        ScriptError::Target(error) => target(error),
        ScriptError::Revision(failure) => apply_failure(failure, settings),
        ScriptError::NoStart => Failure::usage("target", error.to_string()).next(
            format!("{command} --sql").replace(command.split_whitespace().nth(2).unwrap_or_default(), "heads:base"),
        ),
    }
}

fn with_engine_words(mut failure: Failure, error: &DriverError) -> Failure {
    if !error.message.is_empty() {
        failure = failure.note("because", &error.message);
    }
    if let Some(detail) = &error.detail {
        failure = failure.note("detail", detail);
    }
    if let Some(hint) = &error.hint {
        failure = failure.note("hint", hint);
    }
    failure
}

/// What a reader of models said, as it is shown.
pub fn diagnostic(diagnostic: &Diagnostic, settings: &Settings) -> Report {
    let severity = match diagnostic.severity {
        diagnostic::Severity::Error => Severity::Error,
        diagnostic::Severity::Warning => Severity::Warning,
        diagnostic::Severity::Note => Severity::Note,
    };
    let file = settings.shown(&diagnostic.file);
    let snippet = (!diagnostic.text.is_empty()).then(|| Snippet {
        file: file.clone(),
        source: Arc::clone(&diagnostic.text),
        span: diagnostic.span.clone(),
        label: String::new(),
    });
    let report = Report { severity, snippet, ..Report::error(diagnostic.code, &diagnostic.message) };
    let report = if report.snippet.is_none() { report.note("file", file) } else { report };
    match &diagnostic.help {
        Some(help) => report.note("help", help),
        None => report,
    }
}

/// The project's own interpreter, asked for its models in vain.
pub fn live_models(error: &LiveError, settings: &Settings) -> Failure {
    let which = "`python` under `[models]` in whimbrel.toml says which interpreter to ask";
    match error {
        LiveError::Interpreter { python, error } => {
            Failure::usage("python", format!("`{}` cannot be run", settings.shown(python)))
                .note("because", error.to_string())
                .note("help", which)
        }
        LiveError::Import { python, report } => {
            let message = format!("`{}` could not import the models", settings.shown(python));
            let failure = Failure::usage("python", message)
                .note("it said", report.replace(&format!("{}/", settings.root.display()), ""));
            match report.lines().last().is_some_and(|line| line.starts_with("ModuleNotFoundError")) {
                true => failure.note("help", format!("is it the interpreter that has the project's packages? {which}")),
                false => failure,
            }
        }
        LiveError::Answer { python, reason } => {
            Failure::usage("python", format!("`{}` did not answer as Python would", settings.shown(python)))
                .note("because", reason)
                .note("help", which)
        }
        LiveError::NoTables { paths } => {
            let paths: Vec<String> = paths.iter().map(|path| format!("`{}`", settings.shown(path))).collect();
            let help = "`paths` under `[models]` in whimbrel.toml says which files to import";
            Failure::usage("no-models", format!("importing {} made no table", paths.join(", "))).note("help", help)
        }
    }
}

/// A place in a file that is read now; `None` when the file is gone.
pub fn snippet(file: &Path, span: std::ops::Range<usize>, settings: &Settings) -> Option<Snippet> {
    let source = fs::read_to_string(file).ok()?;
    Some(Snippet { file: settings.shown(file), source: source.into(), span, label: String::new() })
}
