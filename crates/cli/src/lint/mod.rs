//! Judging migrations: which files, with what in mind, and what was found.

mod configuration;
mod engine;
pub mod explained;
mod inputs;
mod review;
mod screen;
mod snippet;

use std::time::{Duration, Instant};

use whimbrel_frontends::scripts::Layout;
use whimbrel_plan::review::{Reviewed, Severity};
use whimbrel_schema::Engine;

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
    pub fail_on: Severity,
    pub took: Duration,
}

/// One judged file, on one engine.
pub struct File {
    pub shown: String,
    pub engine: Engine,
    pub layout: Layout,
    pub reviewed: Reviewed,
}

pub fn run(arguments: &Lint, project: &Project, printer: &Printer) -> Result<Linted, Failure> {
    let begun = Instant::now();
    let lint = project.settings.lint();
    let layout = configuration::layout(arguments, lint)?;
    printer.now("reading the files");
    let inputs = inputs::collect(arguments, layout, project)?;
    let engines = engine::decide(arguments, &inputs, project)?;
    let config = configuration::config(arguments, lint)?;
    let mut linted = Linted {
        files: Vec::new(),
        context: inputs.iter().map(|input| input.context()).sum(),
        strangers: inputs.iter().flat_map(|input| &input.strangers).map(|path| project.settings.shown(path)).collect(),
        fail_on: configuration::fail_on(arguments, lint)?,
        took: Duration::ZERO,
    };
    printer.now("judging the statements");
    for engine in engines {
        for input in &inputs {
            linted.files.extend(review::review(input, engine, &config, project)?);
        }
    }
    linted.took = begun.elapsed();
    Ok(linted)
}

impl Linted {
    pub fn worst(&self) -> Option<Severity> {
        self.files.iter().flat_map(|file| findings(&file.reviewed)).map(|finding| finding.severity).max()
    }
}

/// Every finding of a file that nobody accepted, in the order of the places.
pub fn findings(reviewed: &Reviewed) -> Vec<&whimbrel_plan::review::Finding> {
    let of_statements = reviewed.statements.iter().flat_map(|statement| &statement.findings);
    let mut all: Vec<_> = of_statements.chain(&reviewed.findings).collect();
    all.sort_by_key(|finding| finding.span.start);
    all
}
