//! The rules of the house that a machine can read. What it cannot be sure of (a `_` arm over one of our enums among
//! the many that are fine) it leaves to the reviewer and to the compiler.

mod arrows;
mod licences;
mod text;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::engines::root;

pub fn run(arguments: &[String]) -> Result<()> {
    if let Some(unknown) = arguments.first() {
        bail!("unknown argument `{unknown}`");
    }
    let problems = problems(&root())?;
    if problems.is_empty() {
        return Ok(());
    }
    for problem in &problems {
        eprintln!("{problem}");
    }
    bail!("{} places are not tidy", problems.len())
}

fn problems(root: &Path) -> Result<Vec<String>> {
    let files = SourceFile::read_all(root)?;
    let mut problems = Vec::new();
    for file in &files {
        problems.extend(text::problems(file));
        problems.extend(arrows::problems(file));
    }
    problems.extend(text::changelog_problems(root));
    problems.extend(licences::problems(root)?);
    Ok(problems)
}

/// A file of the repository, by its path within it.
pub struct SourceFile {
    pub path: String,
    pub text: String,
}

impl SourceFile {
    fn read_all(root: &Path) -> Result<Vec<SourceFile>> {
        let mut files = Vec::new();
        let mut folders = vec![root.to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))? {
                let path: PathBuf = entry?.path();
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                if path.is_dir() {
                    // Only what stands at the top is not ours: a folder of that name further down is a module.
                    let foreign = folder == root && matches!(name.as_str(), "target" | ".engines" | ".git");
                    let data = path.ends_with("acceptance/truth");
                    if !foreign && !data && name != "__pycache__" {
                        folders.push(path);
                    }
                    continue;
                }
                let known = ["rs", "toml", "md", "py", "sql", "yml", "sh"];
                let extension = path.extension().unwrap_or_default().to_string_lossy().into_owned();
                if known.contains(&extension.as_str()) || path.starts_with(root.join(".ci")) {
                    let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
                    files.push(SourceFile { path: path.strip_prefix(root)?.display().to_string(), text });
                }
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(files)
    }

    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Tests may do what the code they test may not.
    fn is_test(&self) -> bool {
        self.path.contains("/tests/") || self.path.ends_with("tests.rs") || self.path.starts_with("crates/acceptance/")
    }

    /// The lines of code with their numbers, up to the module of unit tests; comments left out.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().take_while(|line| !line.starts_with("#[cfg(test)]"));
        lines.enumerate().map(|(at, line)| (at + 1, line)).filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    fn at(&self, line: usize, problem: &str) -> String {
        format!("{}:{line}: {problem}", self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_tidy() -> Result<()> {
        let problems = problems(&root())?;
        assert!(problems.is_empty(), "{}", problems.join("\n"));
        Ok(())
    }

    fn file(path: &str, text: &str) -> SourceFile {
        SourceFile { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn each_rule_finds_what_it_forbids() {
        let found = |path: &str, text: &str| {
            let file = file(path, text);
            text::problems(&file).len() + arrows::problems(&file).len()
        };
        assert_eq!(found("crates/plan/src/a.rs", "use std::fs;\n"), 1);
        assert_eq!(found("crates/plan/src/a.rs", "// use std::fs;\n"), 0);
        assert_eq!(found("crates/plan/src/a.rs", "#[cfg(test)]\nuse std::fs;\n"), 0);
        assert_eq!(found("crates/plan/src/rules/a.rs", "use crate::ops::AddColumn;\n"), 1);
        assert_eq!(found("crates/plan/src/ops/a.rs", "use crate::rules::Rule;\n"), 1);
        assert_eq!(found("crates/engines/src/sqlite/a.rs", "use crate::postgres::Dialect;\n"), 1);
        assert_eq!(found("crates/engines/src/postgres/a.rs", "use crate::sqlite::split;\n"), 1);
        assert_eq!(found("crates/run/src/a.rs", "use whimbrel_engines::url;\n"), 1);
        assert_eq!(found("crates/run/src/a.rs", "    println!(\"x\");\n"), 1);
        assert_eq!(found("crates/cli/src/a.rs", "    println!(\"x\");\n"), 0);
        assert_eq!(found("crates/plan/src/utils.rs", ""), 1);
        assert_eq!(found("crates/plan/src/a.rs", &"let x = 1;\n".repeat(801)), 1);
        assert_eq!(found("README.md", concat!("see /", "root/notes\n")), 1);
        assert_eq!(found("crates/plan/src/a.rs", "trailing \n"), 1);
        let catch_all = "match step {\n    Step::DropTable { .. } => 1,\n    _ => 2,\n}\n";
        assert_eq!(found("crates/plan/src/a.rs", catch_all), 1);
        let fine = "match text {\n    \"a\" => Step::A,\n    _ => 2,\n}\n";
        assert_eq!(found("crates/plan/src/a.rs", fine), 0);
    }
}
