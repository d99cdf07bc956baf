//! `--fix`: every file made safe as far as that is certain, and the files that have to follow it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use whimbrel_frontends::revision as revisions;
use whimbrel_frontends::scripts::{self, File, Layout, NewFile};
use whimbrel_plan::review::{
    Config, Finding, Fixed, Followup, Looked, Refused, Reviewed, Reviewer, Script, ScriptStatement, Taken, fix,
};
use whimbrel_plan::revision::{Direction, Revision};
use whimbrel_plan::rules::NO_FIX;
use whimbrel_plan::{Dialect, Understanding};
use whimbrel_schema::{Engine, Schema};

use super::inputs::{Input, STDIN, Taken as Named};
use super::review;
use crate::diagnose;
use crate::failure::Failure;
use crate::project::{Project, dialect};

/// What becomes of the files. Nothing is written here.
#[derive(Default)]
pub struct Fixes {
    /// By path: what is there, and what is to be there.
    pub changed: BTreeMap<PathBuf, (Arc<str>, String)>,
    pub new: Vec<NewFile>,
    pub taken: Vec<(PathBuf, Taken)>,
    pub refused: Vec<(PathBuf, Refused)>,
    /// What has to follow a file, where no name for it is safe, and why.
    pub unplaced: Vec<(PathBuf, String, Vec<Followup>)>,
}

pub fn collect(
    input: &Input,
    engine: Engine,
    config: &Config,
    before: Option<Schema>,
    project: &Project,
) -> Result<Fixes, Failure> {
    let dialect = dialect(engine)?;
    let config = Config { from_empty: input.from_empty || before.is_some(), ..config.clone() };
    let mut reviewer = Reviewer::new(before.unwrap_or_else(|| Schema::new(engine)), dialect, &config);
    let mut fixes = Fixes::default();
    for named in &input.files {
        let (script, understood) = review::understand(named, input.layout, dialect)
            .map_err(|error| diagnose::statements(&error, &project.settings))?;
        let met = named.judged.then(|| reviewer.clone());
        let reviewed = reviewer.take(&Arc::new(script), &understood);
        let Some(met) = met.filter(|_| reviewed.as_ref().is_some_and(is_fixable)) else { continue };
        let mut look = |text: &str, then: &[Followup]| look(text, then, named, input.layout, &met, dialect);
        if let Some(fixed) = fix(&named.file.text, &mut look) {
            fixes.take(named, fixed, input, engine, dialect)?;
        }
    }
    Ok(fixes)
}

/// Files with something to fix, up to which each fix is tried before it is offered.
const MOST_TRIED: usize = 200;

fn is_fixable(reviewed: &Reviewed) -> bool {
    reviewed.statements.iter().any(|statement| statement.fixable().next().is_some())
}

/// Whether fixes are tried although nobody asked for them, so that none is offered that would not be taken.
pub fn is_to_be_tried(files: &[super::File]) -> bool {
    let fixable = files.iter().filter(|file| is_fixable(&file.reviewed) && file.shown != STDIN).count();
    (1..=MOST_TRIED).contains(&fixable)
}

/// Judges a text in the place of the file, and what is to follow it.
fn look(
    text: &str,
    then: &[Followup],
    named: &Named,
    layout: Layout,
    met: &Reviewer<'_>,
    dialect: &dyn Dialect,
) -> Result<Looked, String> {
    let unreadable = || "the result cannot be read".to_string();
    let file = File { text: text.into(), ..named.file.clone() };
    let file = scripts::in_own_words(&file, layout, dialect).ok_or_else(|| no_words(layout))?;
    let revision = match &named.revision {
        Some(_) => Some(revisions::read(&file.text, &file.path).map_err(|_| unreadable())?),
        None => None,
    };
    let own_words = file.text.clone();
    let named = Named { file, revision, judged: true, edited: false };
    let (mut script, understood) = review::understand(&named, layout, dialect).map_err(|_| unreadable())?;
    if own_words.as_ref() != text {
        // Edits are made in the text as it was given, so that is what has to be looked at; the transactions are those
        // of the tool's own words.
        let given = Named { file: File { text: text.into(), ..named.file.clone() }, ..named };
        let (given, _) = review::understand(&given, layout, dialect).map_err(|_| unreadable())?;
        if given.statements.len() != script.statements.len() {
            return Err(unreadable());
        }
        let statements = given.statements.into_iter().zip(script.statements);
        let statements = statements.map(|(given, own)| ScriptStatement { transaction: own.transaction, ..given });
        script = Script {
            statements: statements.collect(),
            text: text.into(),
            revision: None,
            allows: given.allows,
            slips: given.slips,
            ..script
        };
    }
    let mut reviewer = met.clone();
    let reviewed = reviewer.take(&Arc::new(script), &understood).ok_or_else(unreadable)?;
    let mut later = Vec::new();
    for followup in then {
        let (script, understood) = followed(followup, layout, dialect)?;
        let judged = reviewer.take(&Arc::new(script), &understood).ok_or_else(unreadable)?;
        later.extend(judged.statements.into_iter().flat_map(|statement| statement.findings));
    }
    Ok(Looked { reviewed, later })
}

fn no_words(layout: Layout) -> String {
    match layout {
        Layout::Refinery => "refinery runs every migration in a transaction".to_string(),
        Layout::GolangMigrate | Layout::Prisma => format!(
            "{} sends a file as one text, which is one transaction; the statement needs a file of its own",
            layout.word()
        ),
        Layout::Whimbrel
        | Layout::Flyway
        | Layout::Dbmate
        | Layout::Goose
        | Layout::Sqlx
        | Layout::Diesel
        | Layout::Atlas
        | Layout::Plain => format!(
            "{} takes whole files out of their transaction, and the other statements here need theirs",
            layout.word()
        ),
    }
}

/// What follows, as a file of its own; the error says why the tool cannot run it so.
fn followed(
    followup: &Followup,
    layout: Layout,
    dialect: &dyn Dialect,
) -> Result<(Script, Vec<Understanding>), String> {
    if followup.no_transaction && layout == Layout::Refinery {
        return Err(no_words(layout));
    }
    let text: String = followup.statements.iter().map(|statement| format!("{statement};\n")).collect();
    let part = scripts::Part::new(0..text.len(), !followup.no_transaction);
    let whole = [scripts::Part { directives: layout == Layout::Whimbrel, ..part }];
    let script = scripts::cut(Arc::new("followup.sql".into()), text.into(), &whole, dialect);
    let understood: Vec<_> = script.statements.iter().map(|it| dialect.understand(script.sql(it))).collect();
    Ok((script, understood))
}

impl Fixes {
    pub fn is_empty(&self) -> bool {
        self.changed.is_empty() && self.new.is_empty() && self.unplaced.is_empty()
    }

    pub fn add(&mut self, other: Fixes) {
        self.changed.extend(other.changed);
        self.new.extend(other.new);
        self.taken.extend(other.taken);
        self.refused.extend(other.refused);
        self.unplaced.extend(other.unplaced);
    }

    /// A finding whose fix was not taken offers none, and says why.
    pub fn tell(&self, files: &mut [super::File]) {
        for (path, refused) in &self.refused {
            let of_file = files.iter_mut().filter(|file| *file.reviewed.script.file == *path);
            let statements = of_file.flat_map(|file| &mut file.reviewed.statements);
            let is_it = |finding: &&mut Finding| finding.rule == refused.rule && finding.message == refused.message;
            for finding in statements.flat_map(|statement| &mut statement.findings).filter(is_it) {
                if finding.fix.take().is_some() {
                    finding.safe_way.push_str(&format!(". {NO_FIX}: {}", refused.reason));
                }
            }
        }
    }

    fn take(
        &mut self,
        named: &Named,
        fixed: Fixed,
        input: &Input,
        engine: Engine,
        dialect: &dyn Dialect,
    ) -> Result<(), Failure> {
        let path = named.file.path.to_path_buf();
        self.taken.extend(fixed.taken.into_iter().map(|taken| (path.clone(), taken)));
        self.refused.extend(fixed.refused.into_iter().map(|refused| (path.clone(), refused)));
        let file = File { text: fixed.text.as_str().into(), ..named.file.clone() };
        let Some(own) = scripts::in_own_words(&file, input.layout, dialect) else { return Ok(()) };
        if own.text != named.file.text {
            self.change(&path, &named.file.text, own.text.to_string());
        }
        if let (Some(beside), None) = (&own.beside, &named.file.beside) {
            self.new.push(NewFile { path: path.with_file_name("metadata.toml"), text: beside.to_string() });
        }
        if fixed.then.is_empty() {
            return Ok(());
        }
        let placed = match &named.revision {
            Some(revision) => self.revisions_after(revision, &fixed.then, engine),
            None => {
                let others: Vec<File> = input.files.iter().map(|named| named.file.clone()).collect();
                scripts::following(input.layout, &named.file, &others, &fixed.then).map(|new| self.new.extend(new))
            }
        };
        if let Err(why) = placed {
            self.unplaced.push((path, why, fixed.then));
        }
        Ok(())
    }

    fn change(&mut self, path: &Path, from: &Arc<str>, to: String) {
        let entry = self.changed.entry(path.to_path_buf()).or_insert_with(|| (from.clone(), String::new()));
        entry.1 = to;
    }

    /// New revisions right after one, which those that followed it follow from now on.
    fn revisions_after(&mut self, after: &Revision, then: &[Followup], engine: Engine) -> Result<(), String> {
        let folder = after.source.file.parent().unwrap_or(Path::new(""));
        let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let history =
            revisions::read_folder(here).map_err(|_| "the revisions beside it make no history".to_string())?;
        let section = after.section(Direction::Up, engine).and_then(|section| section.engine);
        let entries = std::fs::read_dir(here).map_err(|error| error.to_string())?;
        let mut names: std::collections::BTreeSet<String> =
            entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        let mut parent = after.id.clone();
        for followup in then {
            let id = revisions::new_id(&history);
            let line = if followup.no_transaction { "-- transaction: none\n" } else { "" };
            let up: String = followup.statements.iter().map(|statement| format!("{line}{statement};\n")).collect();
            let down: String = match followup.undo.as_slice() {
                [] => "-- nothing to do\n".to_string(),
                undo => undo.iter().map(|statement| format!("{line}{statement};\n")).collect(),
            };
            let revision = Revision::new(id.clone(), vec![parent], &followup.message)
                .with_section(Direction::Up, section, &up)
                .with_section(Direction::Down, section, &down);
            let name = revisions::file_name(&revision, &names);
            names.insert(name.clone());
            self.new.push(NewFile { path: folder.join(name), text: revisions::write(&revision) });
            parent = id;
        }
        for child in history.children(&after.id) {
            let path = folder.join(child.source.file.file_name().unwrap_or_default());
            let from = child.source.text.clone();
            let text = self.changed.get(&path).map_or(from.to_string(), |(_, to)| to.clone());
            self.change(&path, &from, with_parent(&text, after.id.as_str(), parent.as_str()));
        }
        Ok(())
    }
}

/// The text with another parent in its header.
fn with_parent(text: &str, from: &str, to: &str) -> String {
    let mut done = false;
    let line = |line: &str| match !done && line.trim_start_matches(['-', ' ']).starts_with("parents") {
        true => {
            done = true;
            line.replacen(from, to, 1)
        }
        false => line.to_string(),
    };
    text.split_inclusive('\n').map(line).collect()
}
