//! What is different when a person watches. `script` makes a terminal that is watched by the test.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::project::Project;

/// What a terminal of that many columns was sent, and what was typed into it after a while.
fn watched(project: &Project, line: &str, columns: u32, typed: Option<(Duration, &str)>) -> String {
    let whimbrel = assert_cmd::cargo::cargo_bin!("whimbrel").display().to_string();
    let line = format!("stty rows 40 cols {columns}; whimbrel() {{ '{whimbrel}' \"$@\"; }}; {line}");
    let mut command = Command::new("script");
    command.args(["-qec", &line, "/dev/null"]).env("SHELL", "/bin/sh").env("TERM", "xterm-256color").env("USER", "ada");
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "DATABASE_URL", "CI"] {
        command.env_remove(name);
    }
    let mut child = command.current_dir(project.path("")).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut keyboard = child.stdin.take().unwrap();
    if let Some((after, keys)) = typed {
        std::thread::sleep(after);
        keyboard.write_all(keys.as_bytes()).unwrap();
    }
    let output = child.wait_with_output().unwrap();
    drop(keyboard);
    String::from_utf8_lossy(&output.stdout).replace("\r\n", "\n")
}

fn plain(text: &str) -> String {
    regex::Regex::new("\u{1b}\\[[0-9;?]*[A-Za-z]").unwrap().replace_all(text, "").into_owned()
}

#[test]
fn colours_are_for_terminals() {
    let project = Project::with_two_revisions();
    let seen = watched(&project, "whimbrel heads", 100, None);
    assert!(seen.contains("\u{1b}["), "{seen:?}");
    assert_eq!(plain(&seen), project.whimbrel("heads").ok().stdout());
    for line in ["NO_COLOR=1 whimbrel heads", "whimbrel heads --color never", "TERM=dumb whimbrel heads"] {
        let seen = watched(&project, line, 100, None);
        assert!(seen.contains("make two") && !seen.contains('\u{1b}'), "{line}: {seen:?}");
    }
}

#[test]
fn prose_is_broken_where_the_terminal_ends_and_commands_are_not() {
    let project = Project::with_two_revisions();
    project.whimbrel("upgrade").ok();
    let file = "migrations/bbbb00000002_make_two.sql";
    project.write(file, &project.read(file).replace("two (id", "two (key"));
    let seen = plain(&watched(&project, "whimbrel upgrade", 60, None));
    let next = "  next    bring the files back as they were, and write the\n          change as a new revision\n";
    assert!(seen.contains(next), "{seen}");
    assert!(
        seen.contains("  or      whimbrel stamp bbbb00000002   (if the edit changed nothing that runs)\n"),
        "{seen}"
    );
}

/// What takes longer than a second shows what it is at; Ctrl-C ends it, and nothing of the line is left.
#[test]
fn progress_is_shown_and_taken_away() {
    let project = Project::with_two_revisions();
    let slow = "CREATE TABLE slow (n INTEGER);\nINSERT INTO slow WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 \
                FROM c WHERE n < 2000000000) SELECT count(*) FROM c;";
    project.revision_of("cccc00000003", "bbbb00000002", "slow", slow, "DROP TABLE slow;");
    let seen = watched(&project, "whimbrel upgrade", 80, Some((Duration::from_millis(1900), "\u{3}")));
    assert!(plain(&seen).contains("statement 2 of 2: INSERT INTO slow"), "{seen:?}");
    let last = seen.rsplit("INSERT INTO slow").next().unwrap();
    let (line, rest) = last.split_once("error").unwrap();
    assert!(line.contains("\u{1b}[2K"), "the line is taken away: {line:?}");
    assert!(plain(rest).contains("stopped on request"), "{rest:?}");
    assert!(!plain(line).contains('\n'), "nothing of it is left above: {line:?}");

    let quick = watched(&project, "whimbrel upgrade bbbb", 80, None);
    assert!(!plain(&quick).contains("statement"), "what is quick shows no progress: {quick:?}");
    let quiet = watched(&project, "whimbrel downgrade base --quiet", 80, None);
    assert_eq!(plain(&quiet).lines().count(), 1, "{quiet:?}");
}

/// Not only a run takes long: the project's interpreter may have a lot to import.
#[test]
fn whoever_is_waited_for_is_named() {
    let project = Project::new();
    project.write("models.py", "");
    project.write("slow", "#!/bin/sh\nsleep 1.5\n");
    std::fs::set_permissions(project.path("slow"), std::fs::Permissions::from_mode(0o755)).unwrap();
    project.write("whimbrel.toml", "[models]\npaths = [\"models.py\"]\nloader = \"python\"\npython = \"./slow\"\n");
    let seen = plain(&watched(&project, "whimbrel check", 80, None));
    assert!(seen.contains("asking slow for its models"), "{seen:?}");
    assert!(seen.contains("`slow` did not answer as Python would"), "{seen:?}");
}
