//! What the README tells a newcomer to type is typed here, word by word.

use std::path::Path;

use crate::project::{MODELS, Project};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap()
}

fn read(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap()
}

/// The lines that stand there to be typed, in their order.
fn commands(readme: &str) -> Vec<&str> {
    let typed = |line: &&str| {
        line.starts_with("    ")
            && ["cargo ", "whimbrel ", "cd "].iter().any(|word| line.trim_start().starts_with(word))
    };
    readme.lines().filter(typed).map(str::trim).collect()
}

#[test]
fn every_command_does_what_it_says() {
    let readme = read("README.md");
    let project = Project::new();
    project.write("app/models.py", MODELS);
    let mut played = 0;
    for command in commands(&readme) {
        match command.split_once(' ').unwrap() {
            ("whimbrel", line) => {
                project.whimbrel(line).ok();
                played += 1;
                if line.starts_with("revision") {
                    review(&readme, &project);
                }
            }
            ("cargo", "run --release --bin whimbrel -- tour") => {
                project.whimbrel("tour").ok();
            }
            ("cargo", "xtask test") => assert!(read(".ci/run").contains("exec cargo xtask test")),
            ("cargo", line) => {
                let folder =
                    line.strip_prefix("install --path ").unwrap_or_else(|| panic!("`cargo {line}` is not tried"));
                assert!(read(&format!("{folder}/Cargo.toml")).contains("[[bin]]\nname = \"whimbrel\""));
            }
            ("cd", _) => {}
            _ => panic!("`{command}` is not tried"),
        }
    }
    assert_eq!(played, 4, "the five minutes: init, revision, upgrade, check");
}

/// The revision that the README shows is one, and can come after the first.
fn review(readme: &str, project: &Project) {
    let shown = readme.split("```sql\n").nth(1).unwrap().split("```").next().unwrap();
    let shown: Vec<&str> = shown.lines().map(|line| line.strip_prefix("   ").unwrap_or(line)).collect();
    let first = project.whimbrel("heads --json").json()["result"]["heads"][0]["id"].as_str().unwrap().to_string();
    let line =
        |line: &&str| if line.starts_with("-- parents:") { format!("-- parents:  {first}") } else { line.to_string() };
    project.write("migrations/8c1f_shown.sql", &shown.iter().map(line).collect::<Vec<_>>().join("\n"));
    project.write("app/models.py", &format!("{MODELS}    archived_at: datetime | None = None\n"));
}

#[test]
fn the_finding_is_what_lint_says() {
    let readme = read("README.md");
    let shown = readme.split("```text\n").nth(1).unwrap().split("```").next().unwrap();
    assert!(shown.starts_with("care["), "{shown}");
    let project = Project::new();
    project.write("db/migrations/V1__email.sql", "CREATE TABLE email (id bigserial PRIMARY KEY, subject text);\n");
    project.write("db/migrations/V2__subject.sql", "CREATE INDEX ix_email_subject ON email (subject);\n");
    let said = project.whimbrel("lint db/migrations").stdout();
    assert!(said.contains(shown), "{said}");
}

#[test]
fn links_lead_somewhere_and_options_exist() {
    let links = regex::Regex::new(r"\]\(([^)#]+)[^)]*\)").unwrap();
    for name in [
        "README.md",
        "CONTRIBUTING.md",
        "ARCHITECTURE.md",
        "docs/corpora.md",
        "docs/cli.md",
        "docs/lint.md",
        "docs/deploys.md",
        "docs/refs.md",
    ] {
        let text = read(name);
        let folder = root().join(name).parent().unwrap().to_path_buf();
        for link in links.captures_iter(&text).map(|found| found[1].to_string()).filter(|link| !link.contains("://")) {
            assert!(folder.join(&link).exists(), "{name}: {link}");
        }
    }
    let readme = read("README.md");
    let paths = regex::Regex::new(r"`((?:crates|docs)/[\w./-]+)`").unwrap();
    for path in paths.captures_iter(&readme).map(|found| found[1].to_string()) {
        assert!(root().join(&path).exists(), "{path}");
    }
    let manual = read("docs/cli.md");
    let options = regex::Regex::new(r"`(--[a-z-]+)").unwrap();
    let named: Vec<String> = options.captures_iter(&readme).map(|found| found[1].to_string()).collect();
    assert!(named.len() >= 3, "{named:?}");
    for option in named {
        assert!(manual.contains(&format!("{option} ")) || manual.contains(&format!("{option}\n")), "{option}");
    }
    let words = readme.split("The words are Alembic's").nth(1).unwrap().split(';').next().unwrap();
    let commands = regex::Regex::new(r"`([a-z]+)`").unwrap();
    for command in commands.captures_iter(words).map(|found| found[1].to_string()) {
        assert!(manual.contains(&format!("\n## whimbrel {command}\n")), "{command}");
    }
}
