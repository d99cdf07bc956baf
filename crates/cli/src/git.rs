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

/// The full name of a commit, if it is in this repository; else why not, and what helps.
pub fn commit(folder: &Path, name: &str) -> Result<String, String> {
    if !is_here(folder) {
        return Err(
            "this is no work tree of git, so that no commit can be looked at: run it in a checkout with its `.git`"
                .to_string(),
        );
    }
    let wanted = format!("{name}^{{commit}}");
    let output = run(folder, &["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted])?;
    if output.status.success() {
        return Ok(text(&output.stdout));
    }
    // Git says nothing where the commit is not there, and what is wrong where something is (`dubious ownership`).
    if let Some(said) = Some(text(&output.stderr)).filter(|said| !said.is_empty()) {
        return Err(format!("git cannot look for `{name}`: {said}"));
    }
    let shallow = told(folder, &["rev-parse", "--is-shallow-repository"]).is_ok_and(|it| it == "true");
    let is_name = name.len() == 40 && name.chars().all(|letter| letter.is_ascii_hexdigit());
    let next = match (shallow, is_name) {
        (true, true) => format!("this clone is shallow: git fetch --depth 1 origin {name}"),
        (true, false) => "this clone is shallow: git fetch --unshallow".to_string(),
        (false, true) => format!("git fetch origin {name}"),
        (false, false) => "git fetch --all --tags".to_string(),
    };
    Err(format!("git knows no commit `{name}` here; {next}"))
}

/// The folders of a commit that are submodules, below the folder, from the top of the repository: their files are in
/// repositories of their own, and their commits may not be here.
pub fn submodules(folder: &Path, commit: &str) -> Result<Vec<String>, String> {
    let output = run(folder, &["ls-tree", "-r", "-z", "--full-name", commit, "--", "."])?;
    if !output.status.success() {
        return Err(format!("`git ls-tree` failed: {}", text(&output.stderr)));
    }
    let listed = String::from_utf8_lossy(&output.stdout);
    let links = listed.split('\0').filter_map(|line| line.split_once('\t'));
    Ok(links.filter(|(about, _)| about.starts_with("160000 ")).map(|(_, path)| path.to_string()).collect())
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
        io::ErrorKind::NotFound if !folder.exists() => format!("`{}` is not there", folder.display()),
        io::ErrorKind::NotFound => {
            "there is no git on the path: install it where whimbrel runs, or say the commit by WHIMBREL_COMMIT"
                .to_string()
        }
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
