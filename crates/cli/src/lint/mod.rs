//! Judging migrations: which files, with what in mind, and what was found.

pub mod configuration;
mod engine;
pub mod explained;
pub mod fix;
pub mod inputs;
pub mod live;
pub mod planned;
pub mod report;
pub mod review;
pub mod rewrite;
mod screen;
mod since;
mod snippet;

use std::time::{Duration, Instant};

use whimbrel_frontends::scripts::Layout;
use whimbrel_plan::review::{Facts, Reviewed, Severity};
use whimbrel_schema::Engine;

use self::fix::Fixes;
use self::inputs::Input;
use self::live::Live;
use self::rewrite::Rewritten;
use self::since::Since;
use crate::args::Lint;
use crate::failure::Failure;
use crate::printer::Printer;
use crate::project::Project;

/// Everything that was judged.
pub struct Linted {
    pub files: Vec<File>,
    /// Files that were read for the state they lead to, and not judged.
    pub context: usize,
    /// Files that the layout's tool passes over.
    pub strangers: Vec<String>,
    /// Judged files that were there before the branch, and say something else now.
    pub edited: Vec<String>,
    pub since: Option<String>,
    pub fail_on: Severity,
    /// The database that was asked, as screens name it.
    pub database: Option<String>,
    /// What the live database says, where one was asked.
    pub facts: Facts,
    pub took: Duration,
    /// The paths and the engine as they were typed, for the next command.
    pub typed: String,
    /// What `--fix` did before this was judged, or would do.
    pub rewritten: Option<Rewritten>,
}

/// One judged file, on one engine.
pub struct File {
    pub shown: String,
    pub engine: Engine,
    pub layout: Layout,
    pub reviewed: Reviewed,
}

/// Judges, and with `--fix` rewrites and judges again.
pub fn run(arguments: &Lint, project: &Project, printer: &Printer) -> Result<Linted, Failure> {
    let (linted, fixes) = judge(arguments, project, printer)?;
    if !arguments.fix {
        return Ok(linted);
    }
    let rewritten = Rewritten::of(&fixes, !arguments.dry_run, project);
    if arguments.dry_run || fixes.is_empty() {
        return Ok(Linted { rewritten: Some(rewritten), ..linted });
    }
    rewrite::write(&fixes, project)?;
    let (linted, _) = judge(&Lint { fix: false, ..arguments.clone() }, project, printer)?;
    Ok(Linted { rewritten: Some(rewritten), ..linted })
}

fn judge(arguments: &Lint, project: &Project, printer: &Printer) -> Result<(Linted, Fixes), Failure> {
    let begun = Instant::now();
    let lint = project.settings.lint();
    let layout = configuration::layout(arguments, lint);
    printer.now("reading the files");
    let since = arguments.since.as_deref().map(Since::read).transpose()?;
    let inputs = inputs::collect(arguments, layout, since.as_ref(), project)?;
    let engines = engine::decide(arguments, &inputs, project)?;
    let mut config = configuration::config(arguments, lint)?;
    // What a branch adds is deployed together.
    config.together = since.is_some();
    let live = Live::look(&engines, project)?;
    let mut linted = Linted {
        files: Vec::new(),
        context: inputs.iter().map(|input| input.context()).sum(),
        strangers: inputs.iter().flat_map(|input| &input.strangers).map(|path| project.settings.shown(path)).collect(),
        fail_on: configuration::fail_on(arguments, lint),
        edited: inputs.iter().flat_map(Input::edited).map(|path| project.settings.shown(path)).collect(),
        since: arguments.since.clone(),
        database: live.as_ref().map(|live| live.shown.clone()),
        facts: live.as_ref().map(|live| live.facts.clone()).unwrap_or_default(),
        took: Duration::ZERO,
        typed: typed(arguments, project),
        rewritten: None,
    };
    printer.now("judging the statements");
    if arguments.fix && engines.len() > 1 {
        let message = "files are fixed for one engine at a time";
        return Err(Failure::usage("engine", message).note("help", "say which: --engine postgres"));
    }
    let mut fixes = Fixes::default();
    for engine in engines {
        for input in &inputs {
            let live = live.as_ref().filter(|live| live.engine == engine);
            let config = review::sharpened(&config, input, live, engine, project)?;
            // Files that nothing comes before meet the database as it is.
            let before = live.filter(|_| !input.from_empty).map(|live| live.schema.clone());
            let mut files = review::review(input, engine, &config, before.clone(), project)?;
            if arguments.fix || fix::is_to_be_tried(&files) {
                let tried = fix::collect(input, engine, &config, before, project)?;
                tried.tell(&mut files);
                fixes.add(tried);
            }
            linted.files.extend(files);
        }
    }
    linted.took = begun.elapsed();
    Ok((linted, fixes))
}

fn typed(arguments: &Lint, project: &Project) -> String {
    let mut words: Vec<String> = arguments.paths.iter().map(|path| project.settings.shown(path)).collect();
    words.extend(arguments.engine.map(|engine| format!("--engine {engine}")));
    words.extend(arguments.layout.map(|layout| format!("--layout {layout}")));
    words.extend(arguments.since.as_ref().map(|since| format!("--since {since}")));
    words.iter().map(|word| format!(" {word}")).collect()
}

impl Linted {
    pub fn worst(&self) -> Option<Severity> {
        self.files.iter().flat_map(|file| file.reviewed.findings()).map(|finding| finding.severity).max()
    }
}
