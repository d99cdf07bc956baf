//! The code of a project, searched for what it names: as it is here, or as of a commit.

use std::fs;
use std::io::Read as _;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

use ignore::overrides::OverrideBuilder;
use ignore::{DirEntry, WalkBuilder, WalkState};
use serde::Serialize;
use whimbrel_frontends::refs::{Certainty, Search, SqlTexts, Wanted, Why, beginnings, sql_texts};

use crate::git;

/// Where to look, and where not.
#[derive(Debug, Clone)]
pub struct Sweep {
    pub root: PathBuf,
    /// What is no code: the migrations, and a schema in SQL.
    pub skip: Vec<PathBuf>,
    /// Patterns as in a .gitignore.
    pub exclude: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Version {
    WorkingTree,
    /// By its full name.
    Commit(String),
}

/// What was found, by file and line.
#[derive(Debug, Clone, Default)]
pub struct Swept {
    pub places: Vec<Found>,
    /// Files that hold one of the words.
    pub files: usize,
    /// What might have named it, and was not read.
    pub unread: Vec<Unread>,
    /// Those that hold one of the words and are too large to be taken apart.
    pub large: Vec<Large>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Found {
    /// `email.subject`.
    pub object: String,
    /// From the project's folder.
    pub file: String,
    pub line: usize,
    pub column: usize,
    pub certainty: Certainty,
    pub why: Why,
    /// The line itself.
    pub text: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct Unread {
    pub file: String,
    pub why: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct Large {
    pub file: String,
    pub bytes: u64,
}

/// Packages of others, and what is made of code.
const NOT_OURS: [&str; 10] = [
    ".git",
    ".venv",
    "venv",
    "node_modules",
    "target",
    "__pycache__",
    ".tox",
    "site-packages",
    ".mypy_cache",
    // What rehearsals found says every name there is.
    ".whimbrel",
];

/// Nobody writes code in files larger than this.
const LARGEST: u64 = 8 * 1024 * 1024;

/// Syntax trees nest, and dropping one takes stack for each level.
const STACK: usize = 64 * 1024 * 1024;

/// The files that hold one of the words, and what was not looked into.
struct Texts {
    texts: Vec<Text>,
    unread: Vec<Unread>,
    large: Vec<Large>,
}

struct Text {
    /// From the project's folder.
    file: String,
    text: String,
}

impl Sweep {
    pub fn run(&self, wanted: Vec<Wanted>, version: &Version) -> Result<Swept, String> {
        thread::scope(|scope| {
            let builder = thread::Builder::new().stack_size(STACK);
            let handle = builder.spawn_scoped(scope, || self.search(wanted, version));
            let handle = handle.map_err(|error| format!("no thread can be started: {error}"))?;
            handle.join().unwrap_or_else(|_| Err("the search broke off".to_string()))
        })
    }

    fn search(&self, wanted: Vec<Wanted>, version: &Version) -> Result<Swept, String> {
        let mut search = Search::new(wanted);
        let Texts { mut texts, mut unread, large } = self.texts(&search, version)?;
        // The models may say that an attribute of another name is the column: then more files are worth reading.
        if search.learn(texts.iter().map(|text| (text.file.as_str(), text.text.as_str()))) {
            Texts { texts, unread, .. } = self.texts(&search, version)?;
        }
        let half = texts.len().div_ceil(2);
        let (one, two) = texts.split_at(half);
        let mut places = thread::scope(|scope| {
            let other = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || all_places(&search, two));
            let mut places = all_places(&search, one);
            match other {
                Ok(other) => places.extend(other.join().map_err(|_| "the search broke off".to_string())?),
                Err(_) => places.extend(all_places(&search, two)),
            }
            Ok::<_, String>(places)
        })?;
        places.sort_by(|a, b| (a.certainty, &a.file, a.line, a.column).cmp(&(b.certainty, &b.file, b.line, b.column)));
        // One line is one place, by what is most certain of it.
        let mut seen = std::collections::HashSet::new();
        places.retain(|place| seen.insert((place.object.clone(), place.file.clone(), place.line)));
        Ok(Swept { places, files: texts.len(), unread, large })
    }

    /// The SQL that the code holds as text, file by file.
    pub fn queries(&self, version: &Version) -> Result<Vec<(String, SqlTexts)>, String> {
        let search = Search::new(beginnings());
        thread::scope(|scope| {
            let read = || {
                let texts = self.texts(&search, version)?.texts;
                Ok(texts.into_iter().map(|it| (it.file.clone(), sql_texts(&it.file, &it.text))).collect())
            };
            let handle = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, read);
            let handle = handle.map_err(|error| format!("no thread can be started: {error}"))?;
            handle.join().unwrap_or_else(|_| Err("the search broke off".to_string()))
        })
    }

    fn texts(&self, search: &Search, version: &Version) -> Result<Texts, String> {
        let mut texts = match version {
            Version::WorkingTree => self.texts_here(search)?,
            Version::Commit(commit) => self.texts_of(commit, search)?,
        };
        texts.texts.sort_by(|one, two| one.file.cmp(&two.file));
        texts.large.sort_by(|one, two| one.file.cmp(&two.file));
        Ok(texts)
    }

    fn texts_here(&self, search: &Search) -> Result<Texts, String> {
        let (found, unread, large) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()), Mutex::new(Vec::new()));
        let skip = self.skip.clone();
        let ours = move |entry: &DirEntry| {
            let name = entry.file_name().to_string_lossy();
            let folder = entry.file_type().is_some_and(|kind| kind.is_dir());
            let packaged = folder && NOT_OURS.contains(&name.as_ref());
            !packaged && !skip.iter().any(|skip| entry.path() == skip)
        };
        let walk = WalkBuilder::new(&self.root)
            .hidden(false)
            .require_git(false)
            .overrides(self.overrides()?)
            .filter_entry(ours)
            .threads(thread::available_parallelism().map_or(1, NonZero::get).min(2))
            .build_parallel();
        walk.run(|| {
            Box::new(|entry| {
                let failed = |file: String, why: String| {
                    if let Ok(mut unread) = unread.lock() {
                        unread.push(Unread { file, why });
                    }
                };
                let passed_over = |file: String, bytes: u64| {
                    if let Ok(mut large) = large.lock() {
                        large.push(Large { file, bytes });
                    }
                };
                match entry {
                    Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => {
                        let file = self.shown(entry.path());
                        match read(&entry, search) {
                            Ok(Contents::Whole(bytes)) if search.touches(&bytes) => {
                                if let (Some(text), Ok(mut found)) = (as_text(bytes), found.lock()) {
                                    found.push(Text { file, text });
                                }
                            }
                            Ok(Contents::TooLarge(size)) => passed_over(file, size),
                            Ok(Contents::Whole(_) | Contents::Nothing) => {}
                            Err(why) => failed(file, why),
                        }
                    }
                    Ok(_) => {}
                    Err(error) => failed(self.root.display().to_string(), error.to_string()),
                }
                WalkState::Continue
            })
        });
        let taken = |error| format!("the search broke off: {error}");
        Ok(Texts {
            texts: found.into_inner().map_err(|it| taken(it.to_string()))?,
            unread: unread.into_inner().map_err(|it| taken(it.to_string()))?,
            large: large.into_inner().map_err(|it| taken(it.to_string()))?,
        })
    }

    fn texts_of(&self, commit: &str, search: &Search) -> Result<Texts, String> {
        let words: Vec<String> = search.words().into_iter().collect();
        let prefix = git::prefix(&self.root)?;
        let overrides = self.overrides()?;
        let skip: Vec<String> = self.skip.iter().map(|skip| self.shown(skip)).collect();
        let mut paths = git::files_with(&self.root, commit, &words)?;
        let file = |path: &String| path.strip_prefix(&prefix).unwrap_or(path).to_string();
        paths.retain(|path| {
            let file = file(path);
            let packaged = Path::new(&file).parent().is_some_and(|folder| {
                folder.components().any(|part| NOT_OURS.iter().any(|name| part.as_os_str() == *name))
            });
            let excluded = overrides.matched(&file, false).is_ignore();
            !packaged && !excluded && !skip.iter().any(|skip| Path::new(&file).starts_with(skip))
        });
        let contents = git::contents(&self.root, commit, &paths)?;
        let (mut texts, mut unread, mut large) = (Vec::new(), Vec::new(), Vec::new());
        for submodule in git::submodules(&self.root, commit)? {
            let file = file(&submodule);
            if !overrides.matched(&file, true).is_ignore()
                && !skip.iter().any(|skip| Path::new(&file).starts_with(skip))
            {
                let why = "it is a submodule, whose code is in a repository of its own: search it there, and leave it out \
                           by `exclude` under `[refs]`";
                unread.push(Unread { file, why: why.to_string() });
            }
        }
        for (path, bytes) in paths.iter().zip(contents) {
            match bytes {
                Some(bytes) if bytes.len() as u64 > LARGEST => {
                    large.push(Large { file: file(path), bytes: bytes.len() as u64 });
                }
                Some(bytes) => texts.extend(as_text(bytes).map(|text| Text { file: file(path), text })),
                None => unread.push(Unread { file: file(path), why: "git does not give it".to_string() }),
            }
        }
        Ok(Texts { texts, unread, large })
    }

    fn overrides(&self) -> Result<ignore::overrides::Override, String> {
        let mut overrides = OverrideBuilder::new(&self.root);
        for pattern in &self.exclude {
            let added = overrides.add(&format!("!{pattern}"));
            added.map_err(|error| format!("`{pattern}` of `exclude` under `[refs]` is no pattern: {error}"))?;
        }
        overrides.build().map_err(|error| error.to_string())
    }

    fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).display().to_string().replace('\\', "/")
    }
}

/// What is too much for one piece of code is not taken apart, but whether one of the words stands in it is looked for.
fn read(entry: &DirEntry, search: &Search) -> Result<Contents, String> {
    let failed = |error: std::io::Error| error.to_string();
    let size = entry.metadata().map_err(|error| error.to_string())?.len();
    if size <= LARGEST {
        return fs::read(entry.path()).map(Contents::Whole).map_err(failed);
    }
    let mut file = fs::File::open(entry.path()).map_err(failed)?;
    let mut piece = Vec::new();
    loop {
        // A word may lie across the end of a piece.
        let kept = piece.len().saturating_sub(LONGEST_WORD);
        let first = piece.is_empty();
        piece.drain(..kept);
        let read = file.by_ref().take(LARGEST).read_to_end(&mut piece).map_err(failed)?;
        if first && !is_text(&piece) || read == 0 {
            return Ok(Contents::Nothing);
        }
        if search.touches(&piece) {
            return Ok(Contents::TooLarge(size));
        }
    }
}

/// In bytes; engines have no longer names.
const LONGEST_WORD: usize = 256;

enum Contents {
    Whole(Vec<u8>),
    TooLarge(u64),
    /// No text, or none of the words.
    Nothing,
}

/// So much of a file tells whether it is text, by the sign that git goes by.
const BEGINNING: usize = 8000;

fn is_text(bytes: &[u8]) -> bool {
    !bytes.iter().take(BEGINNING).any(|byte| *byte == 0)
}

/// `None` for what is no text.
fn as_text(bytes: Vec<u8>) -> Option<String> {
    if !is_text(&bytes) {
        return None;
    }
    Some(match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    })
}

fn all_places(search: &Search, texts: &[Text]) -> Vec<Found> {
    texts.iter().flat_map(|text| places(search, text)).collect()
}

fn places(search: &Search, Text { file, text }: &Text) -> Vec<Found> {
    let starts: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let place = |found: whimbrel_frontends::refs::Found| {
        let line = starts.partition_point(|start| *start <= found.span.start);
        let start = starts.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let before = text.get(start..found.span.start).unwrap_or_default();
        let whole = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        Found {
            object: search.wanted().get(found.wanted).map(Wanted::to_string).unwrap_or_default(),
            file: file.clone(),
            line,
            column: before.chars().count() + 1,
            certainty: found.certainty,
            why: found.why,
            text: whole.trim().chars().take(LONGEST).collect(),
        }
    };
    search.places(file, text).into_iter().map(place).collect()
}

const LONGEST: usize = 160;
