//! The migrations of the programs under `examples/` are what `revision --autogenerate` writes from their structs.

use std::fs;
use std::path::{Path, PathBuf};

use crate::project::Project;

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name)
}

/// The example as it stands, without its migrations.
fn without_migrations(name: &str) -> Project {
    let project = Project::new();
    let copy = |folder: &str, wanted: &str| {
        for (file, text) in files(&example(name).join(folder)) {
            if file.ends_with(wanted) {
                project.write(&format!("{folder}/{file}"), &text);
            }
        }
    };
    copy(".", ".toml");
    copy("src", ".rs");
    project
}

fn files(folder: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    entries
        .map(|path| (path.file_name().unwrap().to_str().unwrap().into(), fs::read_to_string(path).unwrap()))
        .collect()
}

/// The revisions from the first to the last, each under a number in place of its id, and without its time.
fn history(folder: &Path) -> Vec<(String, String)> {
    let field = |text: &str, name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(&format!("-- {name}:"))).unwrap();
        line.trim().to_string()
    };
    let files = files(folder);
    let (mut at, mut ids, mut ordered) = ("none".to_string(), Vec::new(), Vec::new());
    while let Some((name, text)) = files.iter().find(|(_, text)| field(text, "parents") == at) {
        at = field(text, "revision");
        ids.push(at.clone());
        ordered.push((name.clone(), text.clone()));
    }
    assert_eq!(ordered.len(), files.len(), "a chain");
    let numbered = |text: &str| {
        let lines = text.lines().filter(|line| !line.starts_with("-- created:")).map(|line| format!("{line}\n"));
        let text: String = lines.collect();
        ids.iter().enumerate().fold(text, |text, (number, id)| text.replace(id, &format!("<{number}>")))
    };
    ordered.iter().map(|(name, text)| (name[4..].to_string(), numbered(text))).collect()
}

#[test]
fn notebook() {
    let project = without_migrations("notebook");
    project.whimbrel("revision --autogenerate -m notes").ok();
    let written = history(&project.path("migrations"));
    assert_eq!(written.len(), 1);
    assert_eq!(written, history(&example("notebook/migrations")));
}

#[test]
fn release_1_of_the_service() {
    let project = without_migrations("service/release-1");
    project.whimbrel("revision --autogenerate -m emails").ok();
    let written = history(&project.path("migrations"));
    assert_eq!(written.len(), 1);
    assert_eq!(written, history(&example("service/release-1/migrations")));
}

#[test]
fn release_2_of_the_service() {
    let project = without_migrations("service/release-2");
    for (name, text) in files(&example("service/release-1/migrations")) {
        project.write(&format!("migrations/{name}"), &text);
    }
    project.whimbrel("revision --autogenerate -m \"a subject is a title\"").ok();
    let written = history(&project.path("migrations"));
    assert_eq!(written.len(), 4);
    let shipped = history(&example("service/release-2/migrations"));
    assert_eq!(written, shipped);
    let first = history(&example("service/release-1/migrations"));
    assert_eq!(shipped[..1], first, "what release 1 has applied");
}
