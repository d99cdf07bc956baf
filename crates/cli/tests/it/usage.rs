//! What goes wrong before a command begins.

use insta::assert_snapshot;

use crate::project::Project;

#[test]
fn an_unknown_key_is_shown_with_file_and_line() {
    let project = Project::new();
    project.write("whimbrel.toml", "[migrations]\nfoldr = \"x\"\n");
    assert_snapshot!(project.whimbrel("heads").screen(), @r#"
    exit 2
    ── stderr ──
    error[config]: `foldr` is no key that whimbrel knows here
      ┌ whimbrel.toml:2:1
      │
    2 │ foldr = "x"
      │ ^^^^^
      │
      = help: known are `folder` or `engines`
    "#);
    assert_snapshot!(project.whimbrel("heads --json").stdout(), @r#"
    {
      "command": "heads",
      "exit": 2,
      "error": {
        "code": "config",
        "message": "`foldr` is no key that whimbrel knows here",
        "reports": [
          {
            "severity": "error",
            "code": "config",
            "message": "`foldr` is no key that whimbrel knows here",
            "snippet": {
              "file": "whimbrel.toml",
              "line": 2,
              "column": 1
            },
            "notes": [
              {
                "label": "help",
                "text": "known are `folder` or `engines`"
              }
            ]
          }
        ],
        "next": []
      }
    }
    "#);
}

#[test]
fn the_configuration_is_found_upwards_and_by_name() {
    let project = Project::with_revisions(&[("aaaa00000001", "none", "CREATE TABLE one (id INTEGER)")]);
    assert!(project.whimbrel_in("app/deep", "heads").ok().stdout().starts_with("aaaa00000001"));
    project.write("other/conf.toml", "[migrations]\nfolder = \"../migrations\"\n");
    assert!(project.whimbrel("heads --config other/conf.toml").ok().stdout().starts_with("aaaa00000001"));
    assert_snapshot!(project.whimbrel("heads --config missing.toml").screen(), @r"
    exit 2
    ── stderr ──
    error[config]: `missing.toml` cannot be read: No such file or directory (os error 2)
    ");
}

#[test]
fn environments_are_named() {
    let project = Project::new();
    project.write("whimbrel.toml", "[environments.one]\nurl = \"sqlite:///1.db\"\n[environments.two]\n");
    assert_snapshot!(project.whimbrel("current").screen(), @r"
    exit 2
    ── stderr ──
    error[no-environment]: several environments are configured, and none is named
      known are  `one`, `two`
      help       name one with --env, or call one of them `dev`
    ");
    assert_snapshot!(project.whimbrel("current --env three").screen(), @r"
    exit 2
    ── stderr ──
    error[no-environment]: there is no environment `three`
      known are  `one`, `two`
      help       name one with --env, or call one of them `dev`
    ");
    assert_snapshot!(project.whimbrel("current --env two").screen(), @r"
    exit 2
    ── stderr ──
    error[no-url]: environment `two` has no url
      help  set `url` under `[environments.two]` in whimbrel.toml
    ");
    assert_snapshot!(project.whimbrel("current --url nonsense").screen(), @r"
    exit 2
    ── stderr ──
    error[bad-url]: this is no database URL: it needs to look like `sqlite:///app.db` or `postgresql://user@host/name`
      named by  --url
    ");
    assert_snapshot!(Project::new().whimbrel("current").screen(), @r"
    exit 2
    ── stderr ──
    error[no-database]: no database is named
      looked at  --url, whimbrel.toml, DATABASE_URL, DATABASE_URL in .env
      next       whimbrel init
      or         export DATABASE_URL=sqlite:///app.db
    ");
}

#[test]
fn urls_are_kept_elsewhere_too() {
    let project = Project::new().variable("MINE", "sqlite:///mine.db");
    let config = |url: &str| project.write("whimbrel.toml", &format!("[environments.dev]\nurl = \"{url}\"\n"));
    project.write("secret.txt", "sqlite:///kept.db\n");
    for (url, shown) in
        [("env:MINE", "mine.db"), ("file:secret.txt", "kept.db"), ("command:echo sqlite:///said.db", "said.db")]
    {
        config(url);
        assert!(project.whimbrel("current").ok().stdout().contains(shown), "{url}");
    }
    config("env:MISSING");
    assert_snapshot!(project.whimbrel("current").screen(), @r"
    exit 2
    ── stderr ──
    error[no-url]: the environment variable `MISSING` is not set, here or in .env
      asked by  `url` under `[environments.dev]`
      next      export MISSING=…
    ");
    config("command:echo no luck >&2; exit 3");
    assert_snapshot!(project.whimbrel("current").screen(), @r"
    exit 2
    ── stderr ──
    error[no-url]: `echo no luck >&2; exit 3` failed (exit status: 3)
      asked by  `url` under `[environments.dev]`
      it said   no luck
    ");
}

#[test]
fn colours_are_for_those_who_ask() {
    let project = Project::with_revisions(&[("aaaa00000001", "none", "CREATE TABLE one (id INTEGER)")]);
    assert!(!project.whimbrel("heads").ok().stdout().contains('\u{1b}'));
    assert!(project.whimbrel("heads --color always").ok().stdout().contains("\u{1b}["));
    let project = project.variable("CLICOLOR_FORCE", "1");
    assert!(project.whimbrel("heads").ok().stdout().contains("\u{1b}["));
    assert!(!project.whimbrel("heads --color never").ok().stdout().contains('\u{1b}'));
}
