use insta::assert_snapshot;

use crate::project::Project;

fn project() -> Project {
    let project = Project::with_python();
    project.write("app/search.py", "def search(term):\n    return select(Email).where(Email.subject.ilike(term))\n");
    project.write("app/page.html", "<h1>{{ email.subject }}</h1>\n");
    project.write("app/weekly.sql", "SELECT subject FROM email;\n");
    project.write("app/other.py", &"page.subject\n".repeat(9));
    project.write("node_modules/x.sql", "SELECT subject FROM email;\n");
    project.write("made/x.sql", "SELECT subject FROM email;\n");
    project.write(".gitignore", "made/\n");
    project.write(
        "migrations/a.sql",
        "-- revision: aaaa\n-- parents: none\n\n-- upgrade\nALTER TABLE email DROP COLUMN subject;\n",
    );
    project
}

#[test]
fn places_are_listed_by_how_certain_they_are() {
    let project = project();
    assert_snapshot!(project.whimbrel("refs email.subject").screen(), @r"
    exit 0
    certain (3 places)
      app/search.py:2   an attribute    return select(Email).where(Email.subject.ilike(term))
      app/weekly.sql:1  SQL             SELECT subject FROM email;
      models.py:13      its definition  subject: str = Field(index=True)
    likely (1 place)
      app/page.html:1  a template  <h1>{{ email.subject }}</h1>
    possible (9 places)
      app/other.py:1  an attribute  page.subject
      app/other.py:2  an attribute  page.subject
      app/other.py:3  an attribute  page.subject
      app/other.py:4  an attribute  page.subject
      app/other.py:5  an attribute  page.subject
      and 4 places more in 1 file, where the word may be something else: whimbrel refs email.subject --all
    `email.subject`: 3 certain, 1 likely, 9 possible
    ");
    assert_snapshot!(project.whimbrel("refs user").screen(), @r#"
    exit 0
    certain (2 places)
      models.py:6   its definition  class User(SQLModel, table=True):
      models.py:14  a text          user_id: int = Field(foreign_key="user.id")
    `user`: 2 certain, 0 likely, 0 possible
    "#);
    assert_snapshot!(project.whimbrel("refs nobody.zither").screen(), @r"
    exit 0
    nothing names `nobody.zither`
    ");
    assert_snapshot!(project.whimbrel("refs a.b.c.d").screen(), @r"
    exit 2
    ── stderr ──
    error[usage]: `a.b.c.d` names no table and no column
      help  as `email` or `email.subject`
    ");
}

#[test]
fn a_commit_is_searched_as_it_was() {
    let project = project();
    project.git(&["init", "-q", "-b", "main"]);
    project.git(&["add", "-A"]);
    project.git(&["commit", "-qm", "first"]);
    project.write("app/weekly.sql", "");
    project.write("app/search.py", "");
    project.write("app/page.html", "");
    project.write("models.py", "");
    let here = project.whimbrel("refs email.subject --json").ok().json();
    let there = project.whimbrel("refs email.subject --commit HEAD --json").ok().json();
    let certain = |document: &serde_json::Value| {
        let places = document["result"]["places"].as_array().unwrap().clone();
        let files = places.iter().filter(|place| place["certainty"] != "possible").map(|it| it["file"].to_string());
        files.collect::<Vec<_>>()
    };
    assert!(certain(&here).is_empty(), "{here}");
    assert_eq!(certain(&there), ["\"app/search.py\"", "\"app/weekly.sql\"", "\"models.py\"", "\"app/page.html\""]);
    assert_snapshot!(project.whimbrel("refs email.subject --commit nowhere").screen(), @r"
    exit 2
    ── stderr ──
    error[git]: git knows no commit `nowhere` here; git fetch --all --tags
    ");
}

#[test]
fn patterns_of_the_configuration_are_left_out() {
    let project = project();
    project.append("whimbrel.toml", "\n[refs]\nexclude = [\"app/*.sql\", \"app/*.html\"]\n");
    let screen = project.whimbrel("refs email.subject").ok().stdout();
    assert!(
        screen.contains("app/search.py:2") && !screen.contains("weekly") && !screen.contains("page.html"),
        "{screen}"
    );
}

#[test]
fn what_is_too_large_to_be_read_is_named() {
    let project = project();
    let rows = "(1, 'x'),\n".repeat(900_000);
    project.write("dump/all.sql", &format!("INSERT INTO email (id, subject) VALUES\n{rows}"));
    project.write("dump/end.csv", &format!("{rows}subject"));
    project.write("dump/none.sql", &rows);
    let screen = project.whimbrel("refs email.subject").ok().stdout();
    let line = screen.lines().find(|line| line.contains("too large")).unwrap();
    assert_eq!(
        line,
        "warning: 2 files with one of the words too large to be read: `dump/all.sql` (9.0 MB), `dump/end.csv` (9.0 MB)"
    );
}

#[test]
fn what_git_cannot_give_is_said_with_what_helps() {
    let project = project();
    let said = |project: &Project, commit: &str| {
        let screen = project.whimbrel(&format!("refs email.subject --commit {commit}")).screen();
        screen.lines().find(|line| line.starts_with("error")).unwrap_or_default().to_string()
    };
    let no_tree = "error[git]: this is no work tree of git, so that no commit can be looked at: run it in a checkout with its `.git`";
    assert_eq!(said(&project, "HEAD"), no_tree);
    project.git(&["init", "-q", "-b", "main"]);
    project.git(&["add", "-A"]);
    project.git(&["commit", "-qm", "first"]);
    let first = project.git(&["rev-parse", "HEAD"]).trim().to_string();
    project.git(&["commit", "-qm", "second", "--allow-empty"]);
    // A head that is on no branch is one like any other.
    project.git(&["checkout", "-q", "--detach"]);
    assert!(said(&project, "HEAD").is_empty());
    let gone = "0123456789abcdef0123456789abcdef01234567";
    assert_eq!(said(&project, gone), format!("error[git]: git knows no commit `{gone}` here; git fetch origin {gone}"));

    let shallow = Project::new();
    let origin = format!("file://{}", project.path("").display());
    shallow.git(&["init", "-q", "-b", "main"]);
    shallow.git(&["fetch", "-q", "--depth", "1", &origin, "main"]);
    shallow.git(&["checkout", "-q", "FETCH_HEAD"]);
    let next = format!("this clone is shallow: git fetch --depth 1 origin {first}");
    assert_eq!(said(&shallow, &first), format!("error[git]: git knows no commit `{first}` here; {next}"));
    assert!(said(&shallow, "HEAD").is_empty());

    let without = project.variable("PATH", "/nowhere");
    assert!(said(&without, "HEAD").contains("there is no git on the path: install it"), "{}", said(&without, "HEAD"));
}

#[test]
fn a_submodule_of_a_commit_is_named_and_not_passed_over() {
    let inner = Project::new();
    inner.write("a.sql", "SELECT subject FROM email;\n");
    inner.git(&["init", "-q", "-b", "main"]);
    inner.git(&["add", "-A"]);
    inner.git(&["commit", "-qm", "inner"]);
    let project = project();
    project.git(&["init", "-q", "-b", "main"]);
    let origin = inner.path("").display().to_string();
    project.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &origin, "shared"]);
    project.git(&["add", "-A"]);
    project.git(&["commit", "-qm", "outer"]);
    let here = project.whimbrel("refs email.subject").ok().stdout();
    assert!(here.contains("shared/a.sql:1"), "{here}");
    let there = project.whimbrel("refs email.subject --commit HEAD").ok().stdout();
    assert!(there.contains("`shared` was not read: it is a submodule"), "{there}");
    project.append("whimbrel.toml", "\n[refs]\nexclude = [\"shared\"]\n");
    let there = project.whimbrel("refs email.subject --commit HEAD").ok().stdout();
    assert!(!there.contains("shared"), "{there}");
}
