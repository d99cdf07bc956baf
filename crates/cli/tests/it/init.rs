use insta::assert_snapshot;

use crate::project::{MODELS, Project};

#[test]
fn finds_the_models_and_writes_a_file_that_is_read_again() {
    let project = Project::new();
    project.write("app/models.py", MODELS);
    assert_snapshot!(project.whimbrel("init").screen(), @r#"
    exit 0
    found  models in app/models.py
           no database named anywhere: sqlite:///app.db is assumed
    wrote  whimbrel.toml
           migrations/
    next   whimbrel revision --autogenerate -m "first"
    "#);
    assert_snapshot!(project.read("whimbrel.toml"), @r#"
    # Where whimbrel finds things. Paths start from the folder of this file.

    [models]
    # Files, packages or folders: Python with SQLModel or SQLAlchemy classes, a Cargo.toml or .rs, or .sql.
    paths = ["app/models.py"]
    # "static" reads the source without running it; "python" asks the project's own interpreter for its metadata.
    # loader = "static"
    # python = ".venv/bin/python"
    # Values that only the running code would know; a diagnostic says which are needed.
    # assume = ["app.config.SCHEMA = 'shop'"]

    [migrations]
    folder = "migrations"
    # What `whimbrel revision --autogenerate` writes for; without it, the engine of the environment's url.
    # engines = ["sqlite", "postgres"]

    # For how long the values that a revision destroys are kept, so that its downgrade gives them back.
    # [keep]
    # days = 30

    # Name an environment with --env or WHIMBREL_ENV; `dev` is meant when none is named.
    [environments.dev]
    # An SQLAlchemy url, or where it is kept: "env:NAME" (also from .env), "file:PATH", "command:PROGRAM …".
    url = "sqlite:///app.db"

    # A protected environment takes no change before it was shown that nothing drifted, a review, a backup that a database has
    # come out of, and a rehearsal on that: `whimbrel upgrade --env production --prove` does all of it.
    # [environments.production]
    # url = "env:PRODUCTION_DATABASE_URL"
    # protected = true

    # [protect]
    # backup_age = "24h"
    # rehearsal_age = "24h"
    # fail_on = "care"

    # [backup]
    # folder = "backups"
    # keep = 7
    # recipients = ["age1…"]

    # [rehearse]
    # queries = "queries"
    # key = "env:REHEARSAL_KEY"
    "#);
    assert!(project.path("migrations").is_dir());
    project.whimbrel("heads").ok();
}

#[test]
fn overwrites_nothing() {
    let project = Project::new();
    project.write("whimbrel.toml", "[migrations]\nfolder = \"db/revisions\"\n");
    assert_snapshot!(project.whimbrel("init").screen(), @r#"
    exit 0
    wrote  db/revisions/
    kept   whimbrel.toml
    next   whimbrel revision --autogenerate -m "first"
    "#);
    assert_eq!(project.read("whimbrel.toml"), "[migrations]\nfolder = \"db/revisions\"\n");
    assert!(project.path("db/revisions").is_dir() && !project.path("migrations").exists());
    assert_snapshot!(project.whimbrel("init --models .").screen(), @r"
    exit 2
    ── stderr ──
    error[exists]: there is a whimbrel.toml already, and it is never overwritten
      help  change `paths` under `[models]` or `folder` under `[migrations]` in it
    ");
}

#[test]
fn takes_over_what_an_alembic_ini_says_but_no_password() {
    let project = Project::new();
    project.write("models.py", MODELS);
    project.write("migrations/env.py", "");
    project.write("alembic.ini", "[alembic]\nscript_location = migrations\nsqlalchemy.url = sqlite:///mail.db\n");
    assert_snapshot!(project.whimbrel("init").screen(), @r#"
    exit 0
    found  models in models.py
           alembic.ini; Alembic's revisions in migrations are left alone
           the database sqlite:///mail.db in alembic.ini
    wrote  whimbrel.toml
           revisions/
    next   whimbrel revision --autogenerate -m "as it stands"
    then   whimbrel stamp head
    then   whimbrel check
    "#);
    assert!(project.read("whimbrel.toml").contains("url = \"sqlite:///mail.db\""));

    let project = Project::new();
    project.write("alembic.ini", "[alembic]\nsqlalchemy.url = postgresql://me:secret@host/mail\n");
    let ran = project.whimbrel("init");
    assert_snapshot!(ran.screen(), @r#"
    exit 0
    found  no models yet: name them under `[models]`
           alembic.ini
           a database in alembic.ini, with a password that was not copied: set DATABASE_URL
    wrote  whimbrel.toml
           migrations/
    next   whimbrel revision --autogenerate -m "as it stands"
    then   whimbrel stamp head
    then   whimbrel check
    "#);
    assert!(!project.read("whimbrel.toml").contains("secret"));
}

#[test]
fn finds_a_database_url() {
    let project = Project::new().variable("DATABASE_URL", "sqlite:///x.db");
    assert!(project.whimbrel("init").ok().stdout().contains("DATABASE_URL in the environment"));
    assert!(project.read("whimbrel.toml").contains("url = \"env:DATABASE_URL\""));

    let project = Project::new();
    project.write(".env", "DATABASE_URL=sqlite:///y.db\n");
    assert!(project.whimbrel("init").ok().stdout().contains("DATABASE_URL in .env"));
    project.whimbrel("upgrade").ok();
    assert!(project.path("y.db").exists());
}

#[test]
fn says_what_it_did_as_json() {
    let project = Project::new();
    project.write("models.py", MODELS);
    let document = project.whimbrel("init --json").ok().json();
    assert_eq!(document["command"], "init");
    assert_eq!(document["exit"], 0);
    assert_eq!(document["result"]["wrote"], serde_json::json!(["whimbrel.toml", "migrations/"]));
}

#[test]
fn models_that_are_not_there_are_refused() {
    assert_snapshot!(Project::new().whimbrel("init --models app/models").screen(), @r"
    exit 2
    ── stderr ──
    error[no-models]: `app/models` does not exist
      help  name what is there, or leave --models out: then whimbrel looks for it
    ");
}
