use std::ffi::OsStr;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io, thread};

use whimbrel_plan::history::{History, HistoryError};
use whimbrel_plan::revision::Revision;

use super::{Problem, lines, read_bytes};

/// Reads every `.sql` file of the folder into one history, or tells all that is wrong.
pub fn read_folder(folder: &Path) -> Result<History, Vec<Problem>> {
    let files = list(folder).map_err(|error| vec![unreadable(folder, &error)])?;
    let mut revisions = Vec::with_capacity(files.len());
    let mut problems = Vec::new();
    for result in read_all(&files) {
        match result {
            Ok(revision) => revisions.push(revision),
            Err(found) => problems.extend(found),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    in_order(revisions)
}

/// Puts revisions into one history, or tells all that is wrong with how they follow each other.
pub fn in_order(revisions: Vec<Revision>) -> Result<History, Vec<Problem>> {
    let texts: Vec<(Arc<PathBuf>, Arc<str>)> =
        revisions.iter().map(|it| (it.source.file.clone(), it.source.text.clone())).collect();
    History::new(revisions).map_err(|errors| errors.iter().map(|error| placed(error, &texts)).collect())
}

fn list(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let hidden = name.as_encoded_bytes().starts_with(b".");
        if !hidden && Path::new(&name).extension() == Some(OsStr::new("sql")) {
            names.push(name);
        }
    }
    // By their names: comparing whole paths would take each of them apart again and again.
    names.sort();
    Ok(names.into_iter().map(|name| folder.join(name)).collect())
}

/// A very long history is read by several threads; below that, starting them takes as long as they save.
fn read_all(files: &[PathBuf]) -> Vec<Result<Revision, Vec<Problem>>> {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(files.len() / PER_THREAD + 1).min(8);
    if threads == 1 {
        return read_some(files);
    }
    let share = files.len().div_ceil(threads);
    let (own, others) = files.split_at(share);
    thread::scope(|scope| {
        let readers: Vec<_> = others.chunks(share).map(|files| (files, scope.spawn(|| read_some(files)))).collect();
        let mut results = read_some(own);
        results.extend(readers.into_iter().flat_map(|(files, reader)| match reader.join() {
            Ok(results) => results,
            // A thread that ended badly is no reason to lose its files: they are read again here.
            Err(_) => read_some(files),
        }));
        results
    })
}

const PER_THREAD: usize = 1000;

fn read_some(files: &[PathBuf]) -> Vec<Result<Revision, Vec<Problem>>> {
    let mut buffer = Vec::with_capacity(64 * 1024);
    files.iter().map(|file| read_file(file, &mut buffer)).collect()
}

/// Files are small and many: the system is not asked for the size of each, and one buffer serves them all.
fn read_file(file: &Path, buffer: &mut Vec<u8>) -> Result<Revision, Vec<Problem>> {
    buffer.clear();
    match fs::File::open(file).and_then(|open| open.take(u64::MAX).read_to_end(buffer)) {
        Ok(_) => read_bytes(buffer, file),
        Err(error) => Err(vec![unreadable(file, &error)]),
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Problem {
    let (message, next) = match error.kind() {
        io::ErrorKind::NotFound => ("there is no such folder".to_string(), "whimbrel init".to_string()),
        _ => (format!("cannot be read: {error}"), "see that this user may read it".to_string()),
    };
    Problem::new(0, 0..0, message, next).within(&Arc::new(path.to_path_buf()))
}

/// Finds the header line that an error of the whole history is about.
fn placed(error: &HistoryError, texts: &[(Arc<PathBuf>, Arc<str>)]) -> Problem {
    let (key, wanted) = match error {
        HistoryError::Duplicate { .. } => ("revision", None),
        HistoryError::UnknownParent { parent, .. } => ("parents", Some(parent.as_str())),
        HistoryError::Cycle { .. } => ("parents", None),
        HistoryError::DuplicateLabel { label, .. } => ("branch", Some(label.as_str())),
    };
    let file = error.file().cloned().unwrap_or_default();
    let text = texts.iter().find(|(name, _)| *name == file).map_or("", |(_, text)| text);
    let header = || lines(text).take_while(|(_, _, line)| line.trim().is_empty() || line.trim().starts_with("--"));
    let named =
        header().find(|(_, _, line)| wanted.is_some_and(|wanted| line.contains(wanted)) && !is_key(line, "revision"));
    let (line, span) = named
        .or_else(|| header().find(|(_, _, line)| is_key(line, key)))
        .map_or((1, 0..0), |(number, range, line)| (number, range.start..range.start + line.trim_end().len()));
    Problem::new(line, span, error.to_string(), error.next()).within(&file)
}

fn is_key(line: &str, key: &str) -> bool {
    line.trim().strip_prefix("--").and_then(|line| line.split_once(':')).is_some_and(|(found, _)| found.trim() == key)
}
