//! From what was named on the command line to files in the order in which they run.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use whimbrel_frontends::revision as revisions;
use whimbrel_frontends::scripts::{self, File, Layout, Listed, Role, Unreadable};
use whimbrel_plan::revision::Revision;

use super::since::{Change, Since};
use crate::args::Lint;
use crate::diagnose;
use crate::failure::{Exit, Failure, Report};
use crate::project::Project;

/// Standard input, as a file.
pub const STDIN: &str = "-";

/// Files that belong together, in the order in which they run.
pub struct Input {
    pub layout: Layout,
    pub files: Vec<Taken>,
    /// Whether the first of them meets an empty database.
    pub from_empty: bool,
    /// Files that the layout's tool passes over.
    pub strangers: Vec<PathBuf>,
}

pub struct Taken {
    pub file: File,
    pub revision: Option<Revision>,
    /// `false` for what is only read for what it leads to.
    pub judged: bool,
    /// It was there before the branch that is judged, and said something else.
    pub edited: bool,
}

impl Input {
    /// Revisions to be applied one after the other to what is there.
    pub fn of_revisions(revisions: &[&Revision]) -> Self {
        let take = |revision: &&Revision| Taken {
            file: File { path: revision.source.file.clone(), text: revision.source.text.clone(), beside: None },
            revision: Some((*revision).clone()),
            judged: true,
            edited: false,
        };
        let files = revisions.iter().map(take).collect();
        Input { layout: Layout::Whimbrel, files, from_empty: true, strangers: Vec::new() }
    }

    pub fn context(&self) -> usize {
        self.files.iter().filter(|taken| !taken.judged).count()
    }

    pub fn edited(&self) -> impl Iterator<Item = &PathBuf> {
        self.files.iter().filter(|taken| taken.edited).map(|taken| taken.file.path.as_ref())
    }

    /// Judges only what is new or changed.
    fn narrow(&mut self, since: Option<&Since>) {
        let Some(since) = since else { return };
        for taken in self.files.iter_mut().filter(|taken| taken.judged) {
            let change = since.change(&taken.file.path);
            taken.judged = change != Change::None;
            taken.edited = change == Change::Edited;
        }
        self.end_with_judged();
    }

    /// What comes after the last judged file changes nothing for it.
    fn end_with_judged(&mut self) {
        let last = self.files.iter().rposition(|taken| taken.judged).map_or(0, |at| at + 1);
        self.files.truncate(last);
    }
}

pub fn collect(
    arguments: &Lint,
    layout: Option<Layout>,
    since: Option<&Since>,
    project: &Project,
) -> Result<Vec<Input>, Failure> {
    let default = [project.settings.folder()];
    let paths: Vec<PathBuf> = match arguments.paths.as_slice() {
        [] => {
            if !default[0].exists() {
                return Err(nothing_named(project));
            }
            default.to_vec()
        }
        paths => paths.to_vec(),
    };
    let mut inputs = Vec::new();
    // Single files by the folder that they are kept in, each with the others of it.
    let mut single: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    for path in paths {
        if path == Path::new(STDIN) && arguments.fix {
            let message = "standard input cannot be rewritten";
            return Err(Failure::usage("fix", message).next("whimbrel lint --fix FILE"));
        }
        if path == Path::new(STDIN) {
            inputs.push(standard_input(layout, project)?);
        } else if path.is_dir() {
            inputs.push(folder(&path, layout, project)?);
        } else {
            let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
            single.entry(folder).or_default().push(path);
        }
    }
    for (home, paths) in single {
        inputs.push(files(&home, &paths, layout, project)?);
    }
    inputs.iter_mut().for_each(|input| input.narrow(since));
    Ok(inputs)
}

fn nothing_named(project: &Project) -> Failure {
    let folder = project.settings.shown(&project.settings.folder());
    Failure::usage("no-files", format!("nothing was named to judge, and there is no folder `{folder}`"))
        .next("whimbrel lint PATH")
        .next("cat FILE | whimbrel lint -")
}

fn standard_input(layout: Option<Layout>, project: &Project) -> Result<Input, Failure> {
    let mut bytes = Vec::new();
    let unreadable = |why: String| unreadable(&[Unreadable { path: STDIN.into(), why }], project);
    std::io::stdin().lock().read_to_end(&mut bytes).map_err(|error| unreadable(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|_| unreadable("it is not UTF-8".to_string()))?;
    let file = File::new(STDIN.into(), &text);
    let layout = layout.unwrap_or_else(|| Layout::recognise(std::slice::from_ref(&file)));
    let taken = Taken { file, revision: None, judged: true, edited: false };
    let mut input = Input { layout, files: vec![taken], from_empty: false, strangers: Vec::new() };
    read_revisions(&mut input, project)?;
    Ok(input)
}

fn folder(path: &Path, layout: Option<Layout>, project: &Project) -> Result<Input, Failure> {
    let files = read(&listed(path, project)?, project)?;
    if files.is_empty() {
        let shown = project.settings.shown(path);
        let message = format!("there is no `.sql` file in `{shown}`");
        return Err(Failure::usage("no-files", message).next("whimbrel lint PATH"));
    }
    let layout = layout.unwrap_or_else(|| Layout::recognise(&files));
    arrange(files, layout, |_| true, project)
}

/// Files that were named one by one. Those that a tool runs in an order are judged by what comes before them.
fn files(home: &Path, paths: &[PathBuf], layout: Option<Layout>, project: &Project) -> Result<Input, Failure> {
    let mut listed_files = Vec::new();
    for path in paths {
        listed_files.extend(listed(path, project)?);
    }
    let named = read(&listed_files, project)?;
    let layout = layout.unwrap_or_else(|| Layout::recognise(&named));
    let root = match layout {
        Layout::Plain => {
            let files =
                named.into_iter().map(|file| Taken { file, revision: None, judged: true, edited: false }).collect();
            return Ok(Input { layout, files, from_empty: false, strangers: Vec::new() });
        }
        // Each migration has a folder of its own.
        Layout::Diesel | Layout::Prisma => home.parent().unwrap_or(Path::new("")),
        Layout::Whimbrel
        | Layout::Goose
        | Layout::Dbmate
        | Layout::Atlas
        | Layout::Refinery
        | Layout::Flyway
        | Layout::GolangMigrate
        | Layout::Sqlx => home,
    };
    let wanted: BTreeSet<PathBuf> =
        paths.iter().filter_map(|path| path.file_name()).map(|name| home.join(name)).collect();
    let here = if root.as_os_str().is_empty() { Path::new(".") } else { root };
    let beside: Vec<Listed> = listed(here, project)?
        .into_iter()
        .map(|listed| match listed.path.strip_prefix(".") {
            Ok(path) if root.as_os_str().is_empty() => Listed { path: path.to_path_buf(), ..listed },
            Ok(_) | Err(_) => listed,
        })
        .collect();
    let all = read(&beside, project)?;
    // Whoever names one file of a crowd of others gets it judged alone.
    let kept: Vec<File> = all
        .into_iter()
        .filter(|file| wanted.contains(file.path.as_ref()) || Layout::recognise(std::slice::from_ref(file)) == layout)
        .collect();
    let mut input = arrange(kept, layout, |file| wanted.contains(file.path.as_ref()), project)?;
    input.end_with_judged();
    input.strangers.retain(|path| wanted.contains(path));
    Ok(input)
}

fn listed(path: &Path, project: &Project) -> Result<Vec<Listed>, Failure> {
    scripts::list(path).map_err(|problem| unreadable(&[problem], project))
}

fn read(listed: &[Listed], project: &Project) -> Result<Vec<File>, Failure> {
    let mut files = Vec::with_capacity(listed.len());
    let mut problems = Vec::new();
    for result in scripts::read(listed) {
        match result {
            Ok(file) => files.push(file),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(files) } else { Err(unreadable(&problems, project)) }
}

/// Puts files in the order in which their tool runs them.
fn arrange(
    files: Vec<File>,
    layout: Layout,
    judged: impl Fn(&File) -> bool,
    project: &Project,
) -> Result<Input, Failure> {
    let mut placed = Vec::new();
    let mut strangers = Vec::new();
    for file in files {
        match layout.role(&file) {
            Role::Up(place) => placed.push((place, file)),
            Role::Down => {}
            Role::Stranger => strangers.push(file.path.to_path_buf()),
        }
    }
    placed.sort_by(|(one, _), (other, _)| one.cmp(other));
    let take = |(_, file): (_, File)| Taken { judged: judged(&file), file, revision: None, edited: false };
    let files: Vec<Taken> = placed.into_iter().map(take).collect();
    let from_empty = layout != Layout::Plain;
    let mut input = Input { layout, files, from_empty, strangers };
    read_revisions(&mut input, project)?;
    Ok(input)
}

/// Revisions say themselves what they follow.
fn read_revisions(input: &mut Input, project: &Project) -> Result<(), Failure> {
    if input.layout != Layout::Whimbrel {
        return Ok(());
    }
    let wrong = |problems: &[revisions::Problem]| diagnose::revision_files(problems, &project.settings);
    let mut problems = Vec::new();
    let mut read = Vec::with_capacity(input.files.len());
    for taken in &input.files {
        match revisions::read(&taken.file.text, &taken.file.path) {
            Ok(revision) => read.push(revision),
            Err(found) => problems.extend(found),
        }
    }
    if !problems.is_empty() {
        return Err(wrong(&problems));
    }
    // One that was handed over alone has no history to stand in.
    let alone = input.files.len() == 1;
    let order: Vec<Revision> = match alone {
        true => read,
        false => revisions::in_order(read).map_err(|problems| wrong(&problems))?.revisions().to_vec(),
    };
    let mut files: BTreeMap<PathBuf, Taken> =
        input.files.drain(..).map(|taken| (taken.file.path.to_path_buf(), taken)).collect();
    for revision in order {
        if let Some(taken) = files.remove(revision.source.file.as_ref()) {
            let file = File { text: revision.source.text.clone(), ..taken.file.clone() };
            input.files.push(Taken { file, revision: Some(revision), ..taken });
        }
    }
    Ok(())
}

fn unreadable(problems: &[Unreadable], project: &Project) -> Failure {
    let report = |problem: &Unreadable| {
        let shown = project.settings.shown(&problem.path);
        let report = Report::error("unreadable", format!("`{shown}` cannot be read: {}", problem.why));
        // A name that is wrong says itself what is wrong with it.
        match problem.why.contains("UTF-8") {
            true => report.note("help", format!("if it is text, write it anew: iconv -f latin1 -t utf-8 {shown}")),
            false => report,
        }
    };
    Failure::of(Exit::Failed, problems.iter().map(report).collect())
}
