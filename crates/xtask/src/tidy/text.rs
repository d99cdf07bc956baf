use std::path::Path;

use super::SourceFile;

/// At 500 lines a file wants thought, at 800 it wants to be two; a table of cases may be longer.
const LONGEST: usize = 800;
const LONGEST_TEST: usize = 1200;

const NAMES_THAT_SAY_NOTHING: &[&str] = &["utils.rs", "util.rs", "helpers.rs", "helper.rs", "common.rs", "misc.rs"];

/// Built up, so that this file does not hold what it forbids.
fn machine_paths() -> [String; 3] {
    ["root", "home", "work"].map(|folder| format!("/{folder}/"))
}

pub fn problems(file: &SourceFile) -> Vec<String> {
    let mut problems = Vec::new();
    let lines = file.text.lines().count();
    let longest = if file.path.contains("/tests/") { LONGEST_TEST } else { LONGEST };
    if file.is_rust() && lines > longest {
        problems.push(file.at(lines, &format!("{lines} lines are more than {longest}: split the file")));
    }
    let name = file.path.rsplit('/').next().unwrap_or(&file.path);
    if NAMES_THAT_SAY_NOTHING.contains(&name) {
        problems.push(file.at(1, "the name says nothing about what is inside"));
    }
    let paths = machine_paths();
    for (at, line) in file.text.lines().enumerate() {
        if let Some(path) = paths.iter().find(|path| names_path(line, path)) {
            problems.push(file.at(at + 1, &format!("`{path}` is a path of one machine")));
        }
        if file.is_rust() && line.ends_with(' ') {
            problems.push(file.at(at + 1, "white space at the end of the line"));
        }
    }
    problems
}

/// Whether the path stands there as an absolute one, not as the tail of another or of a URL.
fn names_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        before.is_none_or(|before| before.is_whitespace() || "\"'`(=".contains(before))
    })
}

/// A change that people notice comes with a fragment; the folder always explains itself.
pub fn changelog_problems(root: &Path) -> Vec<String> {
    let folder = root.join("changelog/unreleased");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        return vec!["changelog/unreleased: the folder of changelog fragments is missing".to_owned()];
    };
    let kinds = ["added-", "changed-", "fixed-", "removed-", "security-"];
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let strange = names.filter(|name| name != ".gitkeep" && !(name.ends_with(".md") && has_kind(name, &kinds)));
    strange.map(|name| format!("changelog/unreleased/{name}: a fragment is named {}…md", kinds.join("…md, "))).collect()
}

fn has_kind(name: &str, kinds: &[&str]) -> bool {
    kinds.iter().any(|kind| name.starts_with(kind))
}
