use std::ffi::OsStr;
use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

/// A file of SQL with what stands beside it.
#[derive(Debug, Clone)]
pub struct File {
    pub path: Arc<PathBuf>,
    pub text: Arc<str>,
    /// The text of what says how it is run: Flyway's `.conf`, Diesel's `metadata.toml`, `atlas.sum`.
    pub beside: Option<Arc<str>>,
}

/// A file that was found, before it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub path: PathBuf,
    pub beside: Option<PathBuf>,
}

/// Why a file cannot be judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    pub path: PathBuf,
    pub why: String,
}

impl File {
    pub fn new(path: PathBuf, text: &str) -> Self {
        File { path: Arc::new(path), text: text.into(), beside: None }
    }

    /// The bytes of its SQL: all but a byte order mark.
    pub fn whole(&self) -> Range<usize> {
        let mark = if self.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        mark..self.text.len()
    }
}

/// The file, or every `.sql` file below the folder in the order of their paths. Hidden files and links to folders are
/// left out.
pub fn list(path: &Path) -> Result<Vec<Listed>, Unreadable> {
    let metadata = fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    if metadata.is_dir() {
        let mut found = Vec::new();
        walk(path, &mut found)?;
        return Ok(found);
    }
    let conf = with_end(path, ".conf");
    let folder = path.parent().unwrap_or(Path::new(""));
    let usual = [conf, folder.join(DIESEL), folder.join(ATLAS)];
    let beside = usual.into_iter().find(|path| path.is_file()).filter(|beside| belongs(beside, path));
    Ok(vec![Listed { path: path.to_path_buf(), beside }])
}

const DIESEL: &str = "metadata.toml";
const ATLAS: &str = "atlas.sum";

fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

/// Diesel's file is about its own folder's `up.sql` alone.
fn belongs(beside: &Path, file: &Path) -> bool {
    beside.file_name() != Some(OsStr::new(DIESEL)) || file.file_name() == Some(OsStr::new("up.sql"))
}

fn walk(folder: &Path, found: &mut Vec<Listed>) -> Result<(), Unreadable> {
    let entries = fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    let mut names = Vec::new();
    let (mut diesel, mut atlas) = (false, false);
    let mut conf: Vec<std::ffi::OsString> = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| unreadable(folder, &error))?;
        let name = entry.file_name();
        if name.as_encoded_bytes().starts_with(b".") {
            continue;
        }
        diesel |= name == DIESEL;
        atlas |= name == ATLAS;
        let kind = entry.file_type().map_err(|error| unreadable(&entry.path(), &error))?;
        let extension = Path::new(&name).extension();
        if kind.is_dir() || extension.is_some_and(|it| it.eq_ignore_ascii_case("sql")) {
            names.push((name, kind.is_dir()));
        } else if extension == Some(OsStr::new("conf")) {
            conf.push(name);
        }
    }
    names.sort();
    for (name, is_folder) in names {
        let path = folder.join(&name);
        if is_folder {
            walk(&path, found)?;
            continue;
        }
        let mut configuration = name.clone();
        configuration.push(".conf");
        let beside = match () {
            () if conf.contains(&configuration) => Some(folder.join(configuration)),
            () if diesel && name == "up.sql" => Some(folder.join(DIESEL)),
            () if atlas => Some(folder.join(ATLAS)),
            () => None,
        };
        // A link to a folder is nobody's migration.
        if !path.is_dir() {
            found.push(Listed { path, beside });
        }
    }
    Ok(())
}

/// Reads the files, several at once where there are many.
pub fn read(listed: &[Listed]) -> Vec<Result<File, Unreadable>> {
    in_parallel(listed, read_one)
}

fn read_one(listed: &Listed) -> Result<File, Unreadable> {
    let text = |path: &Path| -> Result<Arc<str>, Unreadable> {
        let bytes = fs::read(path).map_err(|error| unreadable(path, &error))?;
        match String::from_utf8(bytes) {
            Ok(text) => Ok(text.into()),
            Err(error) => {
                let good = error.utf8_error().valid_up_to();
                let line = error.as_bytes().iter().take(good).filter(|&&byte| byte == b'\n').count() + 1;
                let why = format!("it is not UTF-8: byte {good}, on line {line}");
                Err(Unreadable { path: path.to_path_buf(), why })
            }
        }
    };
    Ok(File {
        path: Arc::new(listed.path.clone()),
        text: text(&listed.path)?,
        beside: listed.beside.as_deref().map(text).transpose()?,
    })
}

fn unreadable(path: &Path, error: &io::Error) -> Unreadable {
    let why = match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or folder".to_string(),
        _ => error.to_string(),
    };
    Unreadable { path: path.to_path_buf(), why }
}

/// The same done with each, on as many threads as there are cores; below some hundred, starting them takes as long as
/// they save.
pub fn in_parallel<T: Sync, R: Send>(items: &[T], each: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let all = |items: &[T]| items.iter().map(&each).collect::<Vec<R>>();
    let threads = threads(items.len());
    if threads == 1 {
        return all(items);
    }
    let share = items.len().div_ceil(threads);
    let (own, others) = items.split_at(share);
    thread::scope(|scope| {
        let all = &all;
        let workers: Vec<_> = others.chunks(share).map(|items| (items, scope.spawn(move || all(items)))).collect();
        let mut results = all(own);
        results.extend(workers.into_iter().flat_map(|(items, worker)| match worker.join() {
            Ok(results) => results,
            // A thread that ended badly is no reason to lose its files: they are read again here.
            Err(_) => all(items),
        }));
        results
    })
}

/// How many threads that many files are worth.
pub fn threads(files: usize) -> usize {
    let worth = files / PER_THREAD + 1;
    // Finding out how many cores there are reads files of the system's.
    let cores = || thread::available_parallelism().map_or(1, usize::from);
    if worth == 1 { 1 } else { worth.min(cores()).min(8) }
}

const PER_THREAD: usize = 100;
