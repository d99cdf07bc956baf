use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread;

use whimbrel_plan::review::{Config, Reviewed, Reviewer, Script};
use whimbrel_plan::revision::{Direction, Revision, StatementsError};
use whimbrel_plan::{Dialect, Understanding};
use whimbrel_schema::{Engine, Schema};

use super::{File, Layout, Part, cut, in_parallel, revision_of, settle, threads};

/// A file, and each of its statements.
pub type Understood = (Arc<Script>, Vec<Understanding>);

/// Cuts a file and understands what it says. `revision` is what it was read as, where it is one.
pub fn understand(
    file: &File,
    revision: Option<&Revision>,
    layout: Layout,
    dialect: &dyn Dialect,
) -> Result<(Script, Vec<Understanding>), Box<StatementsError>> {
    let parts = match revision {
        Some(revision) => parts(revision, dialect.engine())?,
        None => layout.parts(file),
    };
    let mut script = cut(file.path.clone(), file.text.clone(), &parts, dialect);
    script.revision = revision.map(|revision| revision.id.clone());
    let understood: Vec<_> = script.statements.iter().map(|it| dialect.understand(script.sql(it))).collect();
    settle(&mut script, &understood, layout, dialect);
    Ok((script, understood))
}

fn parts(revision: &Revision, engine: Engine) -> Result<Vec<Part>, Box<StatementsError>> {
    match revision_of(revision, engine) {
        Some(part) => Ok(vec![part]),
        // It could not be applied there, so it is not passed over.
        None => Err(Box::new(StatementsError::NoSection {
            revision: revision.id.clone(),
            direction: Direction::Up,
            engine: engine.title(),
            file: revision.source.file.clone(),
        })),
    }
}

/// Judges revisions that are applied one after the other to what is there.
pub fn judge_revisions(
    revisions: &[&Revision],
    before: Schema,
    dialect: &dyn Dialect,
    config: &Config,
) -> Result<Vec<Reviewed>, Box<StatementsError>> {
    let read = |revision: &&Revision| {
        let file = File { path: revision.source.file.clone(), text: revision.source.text.clone(), beside: None };
        understand(&file, Some(revision), Layout::Whimbrel, dialect)
    };
    let understood = in_parallel(revisions, read);
    let understood: Result<Vec<Understood>, _> =
        understood.into_iter().map(|read| read.map(|(script, understood)| (Arc::new(script), understood))).collect();
    let understood = understood?;
    let runs = threads(understood.len());
    Ok(judge(Reviewer::new(before, dialect, config), &understood, runs))
}

/// Judges the scripts in so many runs at once. A run begins with what the scripts before it lead to, which is known long
/// before they are judged.
pub fn judge(mut reviewer: Reviewer<'_>, scripts: &[Understood], runs: usize) -> Vec<Reviewed> {
    let all = |mut reviewer: Reviewer<'_>, scripts: &[Understood]| -> Vec<Reviewed> {
        scripts.iter().filter_map(|(script, understood)| reviewer.take(script, understood)).collect()
    };
    let share = scripts.len().div_ceil(runs.max(1));
    thread::scope(|scope| {
        let mut workers = Vec::new();
        let mut rest = scripts;
        while let Some((run, after)) = rest.split_at_checked(share).filter(|(_, after)| !after.is_empty()) {
            let begun = reviewer.clone();
            workers.push(scope.spawn(move || all(begun, run)));
            run.iter().for_each(|(script, understood)| reviewer.pass(script, understood));
            rest = after;
        }
        let last = all(reviewer, rest);
        let first = workers.into_iter().flat_map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic)));
        first.chain(last).collect()
    })
}
