use std::process::Command;

use crate::project::Project;

#[test]
fn every_shell_gets_a_script_that_knows_the_commands() {
    let project = Project::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = project.whimbrel(&format!("completions {shell}")).ok().stdout();
        assert!(script.contains("autogenerate") && script.contains("downgrade"), "{shell}");
    }
}

/// As bash does when somebody presses the tab key.
#[test]
fn bash_completes() {
    let project = Project::new();
    let script = project.whimbrel("completions bash").ok().stdout();
    let completed = |words: &[&str]| {
        let last = words.len() - 1;
        let line = format!(
            "{script}\nCOMP_WORDS=({}); COMP_CWORD={last}; _whimbrel whimbrel '{}' '{}'; echo \"${{COMPREPLY[*]}}\"",
            words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" "),
            words[last],
            words[last - 1]
        );
        let output = Command::new("bash").args(["--norc", "-c", &line]).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        String::from_utf8(output.stdout).unwrap().trim().to_string()
    };
    assert_eq!(completed(&["whimbrel", "dow"]), "downgrade");
    assert_eq!(completed(&["whimbrel", "revision", "--auto"]), "--autogenerate");
    assert_eq!(completed(&["whimbrel", "revision", "--engine", ""]), "sqlite postgres");
    assert_eq!(completed(&["whimbrel", "upgrade", "--resume", ""]), "again done");
    assert_eq!(completed(&["whimbrel", "--color", "n"]), "never");
}

#[test]
fn man_pages_are_printed_and_written() {
    let project = Project::new();
    assert!(project.whimbrel("man").ok().stdout().contains(".TH whimbrel 1"));
    project.whimbrel("man --out pages").ok();
    let pages = project.list("pages");
    assert!(
        pages.contains(&"whimbrel.1".to_string()) && pages.contains(&"whimbrel-upgrade.1".to_string()),
        "{pages:?}"
    );
}
