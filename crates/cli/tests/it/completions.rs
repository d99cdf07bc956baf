use crate::project::Project;

#[test]
fn every_shell_gets_a_script_that_knows_the_commands() {
    let project = Project::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = project.whimbrel(&format!("completions {shell}")).ok().stdout();
        assert!(script.contains("autogenerate") && script.contains("downgrade"), "{shell}");
    }
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
