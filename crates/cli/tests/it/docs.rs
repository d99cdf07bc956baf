//! `docs/cli.md` is what the program says of itself. `UPDATE=1 cargo test -p whimbrel-cli docs` writes it.

use std::path::Path;

use crate::project::Project;

const INTRODUCTION: &str = "\
# The command line

Written by `UPDATE=1 cargo test -p whimbrel-cli docs` from what the program says of itself.

Results go to standard output, errors and progress to standard error. With `--json` exactly one document goes to
standard output, whatever happens: `{\"command\": …, \"exit\": …, \"result\": …}`, or `error` in place of `result`; keys
are added, never renamed or taken away. An `error` has `code`, `message`, `reports` (each with `severity`, `code`,
`message`, and where they apply `snippet` and `notes`) and `next`: what to do next, the best way first, as commands or in
words. `command` is empty where the command line could not be read.
";

#[test]
fn docs_say_what_help_says() {
    let project = Project::new();
    let help = |command: &str| project.whimbrel(&format!("{command} --help")).ok().stdout();
    let main = help("");
    let commands = main.split("Commands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap();
    let names: Vec<&str> = commands
        .lines()
        .filter(|line| !line.starts_with("    "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(names.len() > 15, "{names:?}");
    // What every command understands is told once.
    let own = |text: &str| text.split("\nOptions of every command:").next().unwrap().trim_end().to_string();
    let mut document = format!("{INTRODUCTION}\n```text\n{}\n```\n", main.trim_end());
    for name in names {
        document.push_str(&format!("\n## whimbrel {name}\n\n```text\n{}\n```\n", own(&help(name))));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/cli.md");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &document).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == document, "docs/cli.md is out of date: UPDATE=1 cargo test -p whimbrel-cli docs");
}
