//! What a branch adds or changes, as git knows it.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::failure::Failure;

pub struct Since {
    /// Absolute paths.
    added: BTreeSet<PathBuf>,
    edited: BTreeSet<PathBuf>,
}

/// What became of a file since then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Added,
    /// It was there, and said something else.
    Edited,
    None,
}

impl Since {
    /// Everything in the work tree, committed or not, against the commit at which the branch left `reference`.
    pub fn read(reference: &str) -> Result<Since, Failure> {
        let top = git(Path::new("."), &["rev-parse", "--show-toplevel"])?;
        if !top.status.success() {
            return Err(
                Failure::usage("git", "--since asks git, and this is no work tree of it").note("it said", said(&top))
            );
        }
        let top = PathBuf::from(String::from_utf8_lossy(&top.stdout).trim_end());
        let commit = format!("{reference}^{{commit}}");
        let known = git(&top, &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])?;
        if !known.status.success() {
            let failure = Failure::usage("git", format!("git knows no commit `{reference}` here"));
            return Err(match reference.split_once('/') {
                Some((remote, branch)) => failure.next(format!("git fetch {remote} {branch}")),
                None => failure.next("git branch --all"),
            });
        }
        let known = String::from_utf8_lossy(&known.stdout).trim().to_string();
        let base = git(&top, &["merge-base", &known, "HEAD"])?;
        if !base.status.success() {
            return Err(Failure::usage("git", format!("`{reference}` and this branch have no commit in common here"))
                .note("it said", said(&base))
                .next("git fetch --unshallow"));
        }
        let base = String::from_utf8_lossy(&base.stdout).trim().to_string();
        let mut since = Since { added: BTreeSet::new(), edited: BTreeSet::new() };
        let listed = told(&top, &["diff", "--name-status", "--no-renames", "-z", &base])?;
        let mut words = listed.split('\0');
        while let (Some(state), Some(name)) = (words.next(), words.next()) {
            match state {
                "A" => since.added.insert(top.join(name)),
                _ => since.edited.insert(top.join(name)),
            };
        }
        let new = told(&top, &["ls-files", "--others", "--exclude-standard", "-z"])?;
        since.added.extend(new.split('\0').filter(|name| !name.is_empty()).map(|name| top.join(name)));
        Ok(since)
    }

    pub fn change(&self, path: &Path) -> Change {
        let Ok(path) = path.canonicalize() else { return Change::Added };
        match () {
            () if self.added.contains(&path) => Change::Added,
            () if self.edited.contains(&path) => Change::Edited,
            () => Change::None,
        }
    }
}

fn git(folder: &Path, arguments: &[&str]) -> Result<Output, Failure> {
    Command::new("git").current_dir(folder).args(arguments).output().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Failure::usage("git", "--since asks git, and there is no git on the path"),
        _ => Failure::usage("git", format!("git cannot be started: {error}")),
    })
}

fn told(folder: &Path, arguments: &[&str]) -> Result<String, Failure> {
    let output = git(folder, arguments)?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => {
            let command = arguments.first().copied().unwrap_or_default();
            Err(Failure::usage("git", format!("`git {command}` failed")).note("it said", said(&output)))
        }
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).trim().to_string()
}
