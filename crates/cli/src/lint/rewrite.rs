//! What `--fix` does to the files: shown as a difference, then written.

use std::fmt::Write as _;
use std::path::Path;

use owo_colors::OwoColorize;
use serde::Serialize;
use similar::TextDiff;

use super::fix::Fixes;
use crate::failure::{Exit, Failure};
use crate::output;
use crate::project::Project;

/// The fixes as they are told.
#[derive(Serialize)]
pub struct Rewritten {
    /// Whether the files were written, or only shown.
    written: bool,
    changed: Vec<Changed>,
    new: Vec<Made>,
    taken: Vec<Told>,
    refused: Vec<Told>,
    unplaced: Vec<Unplaced>,
}

#[derive(Serialize)]
struct Changed {
    file: String,
    /// Unified, with three lines around each change.
    diff: String,
}

#[derive(Serialize)]
struct Made {
    file: String,
    text: String,
}

#[derive(Serialize)]
struct Told {
    file: String,
    rule: &'static str,
    message: String,
    what: String,
}

#[derive(Serialize)]
struct Unplaced {
    file: String,
    why: String,
    message: String,
    statements: Vec<String>,
    no_transaction: bool,
}

impl Rewritten {
    pub fn of(fixes: &Fixes, written: bool, project: &Project) -> Self {
        let shown = |path: &Path| project.settings.shown(path);
        let changed = fixes.changed.iter().map(|(path, (from, to))| {
            let file = shown(path);
            let diff = TextDiff::from_lines(from.as_ref(), to.as_str());
            let diff = diff.unified_diff().header(&format!("a/{file}"), &format!("b/{file}")).to_string();
            Changed { file, diff }
        });
        let told = |path: &Path, rule, message: &str, what: &str| Told {
            file: shown(path),
            rule,
            message: message.to_string(),
            what: what.to_string(),
        };
        let unplaced = fixes.unplaced.iter().flat_map(|(path, why, then)| {
            then.iter().map(|followup| Unplaced {
                file: shown(path),
                why: why.clone(),
                message: followup.message.clone(),
                statements: followup.statements.clone(),
                no_transaction: followup.no_transaction,
            })
        });
        Rewritten {
            written,
            changed: changed.collect(),
            new: fixes.new.iter().map(|new| Made { file: shown(&new.path), text: new.text.clone() }).collect(),
            taken: fixes.taken.iter().map(|(path, it)| told(path, it.rule, &it.message, &it.what)).collect(),
            refused: fixes.refused.iter().map(|(path, it)| told(path, it.rule, &it.message, &it.reason)).collect(),
            unplaced: unplaced.collect(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.taken.is_empty() && self.refused.is_empty()
    }

    pub fn text(&self) -> String {
        let mut out = String::new();
        for changed in &self.changed {
            out.push_str(&coloured(&changed.diff));
            out.push('\n');
        }
        for new in &self.new {
            let diff = TextDiff::from_lines("", new.text.as_str());
            let diff = diff.unified_diff().header("/dev/null", &format!("b/{}", new.file)).to_string();
            out.push_str(&coloured(&diff));
            out.push('\n');
        }
        for unplaced in &self.unplaced {
            let alone = if unplaced.no_transaction { ", outside any transaction" } else { "" };
            let _ = writeln!(out, "to follow `{}` in a file of its own{alone}: {}", unplaced.file, unplaced.message);
            let _ = writeln!(out, "no name for that file is certain: {}", unplaced.why);
            for statement in &unplaced.statements {
                let _ = writeln!(out, "  {statement};");
            }
            out.push('\n');
        }
        for refused in &self.refused {
            let _ = writeln!(
                out,
                "not fixed: {}[{}] in `{}`: {}",
                refused.message, refused.rule, refused.file, refused.what
            );
        }
        let word = if self.written { "fixed" } else { "would be fixed" };
        for taken in &self.taken {
            let _ = writeln!(out, "{word}: {} in `{}`: {}", taken.rule, taken.file, taken.what);
        }
        if self.written {
            for changed in &self.changed {
                let _ = writeln!(out, "wrote {}", changed.file);
            }
            for new in &self.new {
                let _ = writeln!(out, "wrote {}, which is new", new.file);
            }
        }
        out
    }
}

fn coloured(diff: &str) -> String {
    let line = |line: &str| match line.chars().next() {
        Some('+') if !line.starts_with("+++") => line.green().to_string(),
        Some('-') if !line.starts_with("---") => line.red().to_string(),
        Some('@') => line.cyan().to_string(),
        Some(_) | None => line.to_string(),
    };
    diff.lines().map(|text| line(text) + "\n").collect()
}

/// Writes what is new, then what changes, each file whole. A file that somebody changed meanwhile is left alone.
pub fn write(fixes: &Fixes, project: &Project) -> Result<(), Failure> {
    let failed = |path: &Path, why: String| {
        let path = project.settings.shown(path);
        Failure::new(Exit::PartWay, "output", format!("`{path}` cannot be written: {why}"))
            .note("help", "files that are named as written above it are whole; run it again")
    };
    for new in &fixes.new {
        if let Some(folder) = new.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|error| failed(folder, error.to_string()))?;
        }
        output::write_new(&new.path, &new.text).map_err(|error| failed(&new.path, error.to_string()))?;
    }
    for (path, (from, to)) in &fixes.changed {
        let there = std::fs::read_to_string(path).map_err(|error| failed(path, error.to_string()))?;
        let plain = there.replace("\r\n", "\n");
        if plain.trim_start_matches('\u{feff}') != from.replace("\r\n", "\n").trim_start_matches('\u{feff}') {
            return Err(failed(path, "somebody changed it meanwhile".to_string()));
        }
        output::replace(path, &as_it_was(&there, to)).map_err(|error| failed(path, error.to_string()))?;
    }
    Ok(())
}

/// With the line ends and the byte order mark that the file had.
fn as_it_was(there: &str, to: &str) -> String {
    let mut text = to.replace("\r\n", "\n");
    if there.contains("\r\n") {
        text = text.replace('\n', "\r\n");
    }
    match there.starts_with('\u{feff}') && !text.starts_with('\u{feff}') {
        true => format!("\u{feff}{text}"),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_and_marks_stay() {
        assert_eq!(as_it_was("\u{feff}a\r\nb\r\n", "a\nc\n"), "\u{feff}a\r\nc\r\n");
        assert_eq!(as_it_was("a\n", "c\n"), "c\n");
    }
}
