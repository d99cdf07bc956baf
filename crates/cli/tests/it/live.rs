//! Models that a project's own interpreter is asked for.

use std::path::{Path, PathBuf};

use insta::assert_snapshot;
use whimbrel_acceptance::truth::interpreter;

use crate::project::Project;

/// What only running can tell.
const MODELS: &str = "\
import os

from sqlmodel import Field, SQLModel


class Email(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    subject: str = Field(max_length=int(os.environ.get(\"SUBJECT\", \"20\")))
";

/// The interpreter that the tests made, with SQLModel and SQLAlchemy; `None` where a test may go without.
fn python() -> Option<PathBuf> {
    interpreter("python").unwrap()
}

fn project() -> Project {
    let project = Project::new();
    project.write("models.py", MODELS);
    project.whimbrel("init").ok();
    project
}

fn ask(project: &Project, python: Option<&Path>) {
    let config = project.read("whimbrel.toml").replace("# loader = \"static\"", "loader = \"python\"");
    let config = match python {
        Some(python) => {
            config.replace("# python = \".venv/bin/python\"", &format!("python = \"{}\"", python.display()))
        }
        None => config,
    };
    project.write("whimbrel.toml", &config);
}

#[test]
fn what_source_cannot_tell_the_interpreter_does() {
    let Some(python) = python() else { return };
    let project = project().variable("SUBJECT", "30");
    let undecided = project.whimbrel("revision --autogenerate -m first");
    assert_snapshot!(undecided.screen(), @r#"
    exit 2
    ── stderr ──
    error[undecided]: `max_length` is not known: the environment variable `SUBJECT` decides it
      ┌ models.py:8:41
      │
    8 │     subject: str = Field(max_length=int(os.environ.get("SUBJECT", "20")))
      │                                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      │
      = help: give its value in whimbrel.toml, under `[models]`: `assume = ["os.environ['SUBJECT'] = …"]`

    error[undecided]: the models cannot be read for certain in 1 place
      undecided  `email`
      help       `loader = "python"` under `[models]` in whimbrel.toml asks the project's own interpreter instead
    "#);
    ask(&project, Some(&python));
    assert_snapshot!(project.whimbrel("revision --autogenerate -m first --rev-id aaaa00000001").screen(), @r"
    exit 0
    1 change for SQLite
      create table `email` with 2 columns

    wrote migrations/aaaa_first.sql
    read it, then: whimbrel upgrade head
    ");
    assert!(project.read("migrations/aaaa_first.sql").contains("subject VARCHAR(30) NOT NULL"));
    project.whimbrel("upgrade").ok();
    let project = project.variable("SUBJECT", "40");
    assert_snapshot!(project.whimbrel("check").screen(), @r#"
    exit 1
    ✗ models ↔ history: 1 difference
      the models ask for what no revision does:
        change column `email.subject`: type VARCHAR(30) → VARCHAR(40)
      next  whimbrel revision --autogenerate -m "…"
    ✓ history ↔ database: no difference
    "#);
}

#[test]
fn the_virtual_environment_of_the_project_is_found() {
    let Some(python) = python() else { return };
    let project = project();
    ask(&project, None);
    let environment = python.ancestors().nth(2).unwrap();
    std::os::unix::fs::symlink(environment, project.path(".venv")).unwrap();
    project.whimbrel("revision --autogenerate -m first").ok();
}

#[test]
fn what_goes_wrong_is_told_by_file_and_line() {
    let Some(python) = python() else { return };
    let project = project();
    ask(&project, Some(&python));
    let told = |text: &str| {
        project.write("models.py", text);
        project.whimbrel("check").screen().replace(&python.display().to_string(), "[python]")
    };
    assert_snapshot!(told(&format!("{MODELS}\n\nimport a_module_that_is_not_there\n")), @r#"
    exit 2
    ── stderr ──
    error[python]: `[python]` could not import the models
      it said  Traceback (most recent call last):
                 File "models.py", line 11, in <module>
                   import a_module_that_is_not_there
               ModuleNotFoundError: No module named 'a_module_that_is_not_there'
      help     is it the interpreter that has the project's packages? `python` under `[models]` in whimbrel.toml says which interpreter to ask
    "#);
    assert_snapshot!(told(&MODELS.replace("\"20\"", "\"many\"")), @r#"
    exit 2
    ── stderr ──
    error[python]: `[python]` could not import the models
      it said  Traceback (most recent call last):
                 File "models.py", line 6, in <module>
                   class Email(SQLModel, table=True):
                 File "models.py", line 8, in Email
                   subject: str = Field(max_length=int(os.environ.get("SUBJECT", "many")))
                                                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
               ValueError: invalid literal for int() with base 10: 'many'
    "#);
    assert_snapshot!(told("NUMBER = 1\n"), @r"
    exit 2
    ── stderr ──
    error[no-models]: importing `models.py` made no table
      help  `paths` under `[models]` in whimbrel.toml says which files to import
    ");
    assert_snapshot!(told("import os\n\nos._exit(7)\n"), @r"
    exit 2
    ── stderr ──
    error[python]: `[python]` could not import the models
      it said  nothing, and ended with exit status: 7
    ");
}

#[test]
fn an_interpreter_that_cannot_help_is_told() {
    let project = project();
    let told = |python: &str| {
        project.write(
            "whimbrel.toml",
            &format!("[models]\npaths = [\"models.py\"]\nloader = \"python\"\npython = \"{python}\"\n"),
        );
        project.whimbrel("check --offline").screen()
    };
    assert_snapshot!(told("no/such/python"), @r"
    exit 2
    ── stderr ──
    error[python]: `no/such/python` cannot be run
      because  No such file or directory (os error 2)
      help     `python` under `[models]` in whimbrel.toml says which interpreter to ask
    ");
    assert_snapshot!(told("echo"), @r"
    exit 2
    ── stderr ──
    error[python]: `echo` did not answer as Python would
      because  invalid number at line 1 column 2
      help     `python` under `[models]` in whimbrel.toml says which interpreter to ask
    ");
    // One that has none of the project's packages.
    let Some(python) = python() else { return };
    let made =
        std::process::Command::new(&python).args(["-m", "venv", "--without-pip"]).arg(project.path("bare")).status();
    assert!(made.unwrap().success());
    assert_snapshot!(told("bare/bin/python"), @r#"
    exit 2
    ── stderr ──
    error[python]: `bare/bin/python` could not import the models
      it said  Traceback (most recent call last):
                 File "models.py", line 3, in <module>
                   from sqlmodel import Field, SQLModel
               ModuleNotFoundError: No module named 'sqlmodel'
      help     is it the interpreter that has the project's packages? `python` under `[models]` in whimbrel.toml says which interpreter to ask
    "#);
}
