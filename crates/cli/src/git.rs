//! What git knows about the code: asked of the `git` binary, in the project's folder.

use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread;

/// Whether the folder is in a work tree, without starting anything.
pub fn is_here(folder: &Path) -> bool {
    folder.ancestors().any(|folder| folder.join(".git").exists())
}

/// The commit that is checked out.
pub fn head(folder: &Path) -> Option<String> {
    if !is_here(folder) {
        return None;
    }
    told(folder, &["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]).ok().filter(|commit| !commit.is_empty())
}

/// The full name of a commit, if it is in this repository.
pub fn commit(folder: &Path, name: &str) -> Result<String, String> {
    if !is_here(folder) {
        return Err("this is no work tree of git".to_string());
    }
    let wanted = format!("{name}^{{commit}}");
    match run(folder, &["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted])? {
        output if output.status.success() => Ok(text(&output.stdout)),
        _ => Err(format!("git knows no commit `{name}` here (a shallow clone gets it by `git fetch --unshallow`)")),
    }
}

/// The files of a commit in which one of the words stands, whatever its case, below the folder; from the top of the
/// repository. Binary files are none.
pub fn files_with(folder: &Path, commit: &str, words: &[String]) -> Result<Vec<String>, String> {
    let mut arguments = vec!["grep", "-l", "-I", "-i", "-F", "-z", "--full-name"];
    for word in words {
        arguments.extend(["-e", word]);
    }
    arguments.extend([commit, "--", "."]);
    let output = run(folder, &arguments)?;
    match output.status.code() {
        Some(0 | 1) => {}
        _ => return Err(format!("`git grep` failed: {}", text(&output.stderr))),
    }
    let listed = String::from_utf8_lossy(&output.stdout);
    let prefix = format!("{commit}:");
    let names = listed.split('\0').filter(|name| !name.is_empty());
    Ok(names.map(|name| name.strip_prefix(&prefix).unwrap_or(name).to_string()).collect())
}

/// Whether the file was there in that commit, under the same name.
pub fn has_file(commit: &str, file: &Path) -> Result<bool, String> {
    let (Some(folder), Some(name)) = (file.parent(), file.file_name()) else { return Ok(false) };
    let there = format!("{commit}:./{}", name.to_string_lossy());
    Ok(run(folder, &["cat-file", "-e", &there])?.status.success())
}

/// The path of the folder within its repository, with a slash at its end; empty at the top.
pub fn prefix(folder: &Path) -> Result<String, String> {
    told(folder, &["rev-parse", "--show-prefix"])
}

/// The contents of files of a commit, in the order of the paths; `None` for what is no file.
pub fn contents(folder: &Path, commit: &str, paths: &[String]) -> Result<Vec<Option<Vec<u8>>>, String> {
    let failed = |error: io::Error| format!("`git cat-file` failed: {error}");
    let mut child = Command::new("git")
        .current_dir(folder)
        .args(["cat-file", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed)?;
    let asked: String = paths.iter().map(|path| format!("{commit}:{path}\n")).collect();
    let input = child.stdin.take();
    // Git answers while it is asked: whoever first wrote everything would wait for ever.
    let writer = thread::spawn(move || input.map(|mut input| input.write_all(asked.as_bytes())));
    let mut answers = Vec::new();
    if let Some(mut output) = child.stdout.take() {
        output.read_to_end(&mut answers).map_err(failed)?;
    }
    let _ = writer.join();
    child.wait().map_err(failed)?;
    let mut rest = answers.as_slice();
    let mut found = Vec::with_capacity(paths.len());
    for _ in paths {
        let Some(end) = rest.iter().position(|byte| *byte == b'\n') else { break };
        let header = String::from_utf8_lossy(rest.get(..end).unwrap_or_default()).into_owned();
        rest = rest.get(end + 1..).unwrap_or_default();
        let mut words = header.rsplit(' ');
        let size = words.next().and_then(|size| size.parse::<usize>().ok());
        match (size, words.next()) {
            (Some(size), Some(kind)) if size <= rest.len() => {
                found.push(rest.get(..size).filter(|_| kind == "blob").map(<[u8]>::to_vec));
                rest = rest.get(size + 1..).unwrap_or_default();
            }
            // `… missing`
            _ => found.push(None),
        }
    }
    found.resize(paths.len(), None);
    Ok(found)
}

fn run(folder: &Path, arguments: &[&str]) -> Result<Output, String> {
    Command::new("git").current_dir(folder).args(arguments).output().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => "there is no git on the path".to_string(),
        _ => format!("git cannot be started: {error}"),
    })
}

fn told(folder: &Path, arguments: &[&str]) -> Result<String, String> {
    let output = run(folder, arguments)?;
    match output.status.success() {
        true => Ok(text(&output.stdout)),
        false => Err(text(&output.stderr)),
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().to_string()
}
