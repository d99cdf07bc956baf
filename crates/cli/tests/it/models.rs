//! Models in Python, from the command's side.

use insta::assert_snapshot;

use crate::project::Project;

#[test]
fn classes_become_a_revision_and_then_a_database() {
    let project = Project::with_python();
    assert_snapshot!(project.whimbrel("revision --autogenerate -m first --rev-id aaaa00000001").screen(), @r"
    exit 0
    2 changes for SQLite
      create table `email` with 3 columns
      create table `user` with 2 columns

    wrote migrations/aaaa_first.sql
    read it, then: whimbrel upgrade head
    ");
    assert_snapshot!(project.revision_text("aaaa_first.sql"), @r"
    -- revision: aaaa00000001
    -- parents:  none
    -- message:  first
    -- created:  [time]

    -- upgrade
    CREATE TABLE user (
        id INTEGER NOT NULL PRIMARY KEY,
        name VARCHAR NOT NULL
    );

    CREATE TABLE email (
        id INTEGER NOT NULL PRIMARY KEY,
        subject VARCHAR NOT NULL,
        user_id INTEGER NOT NULL,
        FOREIGN KEY (user_id) REFERENCES user (id)
    );

    CREATE INDEX ix_email_subject ON email (subject);

    -- downgrade
    DROP TABLE email;

    DROP TABLE user;
    ");
    project.whimbrel("upgrade").ok();
    project.whimbrel("check").ok();
    project.append("models.py", "    archived_at: datetime | None = None\n");
    assert_snapshot!(project.whimbrel("check").screen(), @r#"
    exit 1
    ✗ models ↔ history: 1 difference
      the models ask for what no revision does:
        add column `email.archived_at` DATETIME
      next  whimbrel revision --autogenerate -m "…"
    ✓ history ↔ database: no difference
    "#);
}

#[test]
fn both_engines_get_their_sections() {
    let project = Project::with_python();
    let config = project.read("whimbrel.toml").replace("# engines =", "engines =");
    project.write("whimbrel.toml", &config);
    project.whimbrel("revision --autogenerate -m first --rev-id aaaa00000001").ok();
    assert_snapshot!(project.revision_text("aaaa_first.sql"), @r#"
    -- revision: aaaa00000001
    -- parents:  none
    -- message:  first
    -- created:  [time]

    -- upgrade (sqlite)
    CREATE TABLE user (
        id INTEGER NOT NULL PRIMARY KEY,
        name VARCHAR NOT NULL
    );

    CREATE TABLE email (
        id INTEGER NOT NULL PRIMARY KEY,
        subject VARCHAR NOT NULL,
        user_id INTEGER NOT NULL,
        FOREIGN KEY (user_id) REFERENCES user (id)
    );

    CREATE INDEX ix_email_subject ON email (subject);

    -- upgrade (postgres)
    CREATE TABLE "user" (
        id serial,
        name character varying NOT NULL,
        CONSTRAINT user_pkey PRIMARY KEY (id)
    );

    CREATE TABLE email (
        id serial,
        subject character varying NOT NULL,
        user_id integer NOT NULL,
        CONSTRAINT email_pkey PRIMARY KEY (id),
        CONSTRAINT email_user_id_fkey FOREIGN KEY (user_id) REFERENCES "user" (id)
    );

    CREATE INDEX ix_email_subject ON email (subject);

    -- downgrade (sqlite)
    DROP TABLE email;

    DROP TABLE user;

    -- downgrade (postgres)
    DROP TABLE email;

    DROP TABLE "user";
    "#);
    assert_snapshot!(project.whimbrel("check --offline").screen(), @r"
    exit 0
    ✓ models ↔ history, on SQLite: no difference
    ✓ models ↔ history, on PostgreSQL: no difference
    - history ↔ database: not compared, as asked
    ");
    project.append("models.py", "    flag: int | None = None\n");
    assert_snapshot!(project.whimbrel("revision --autogenerate -m flag --rev-id bbbb00000002").screen(), @r"
    exit 0
    1 change for SQLite and PostgreSQL
      add column `email.flag` INTEGER

    wrote migrations/bbbb_flag.sql
    read it, then: whimbrel upgrade head
    ");
    assert_snapshot!(project.revision_text("bbbb_flag.sql"), @r"
    -- revision: bbbb00000002
    -- parents:  aaaa00000001
    -- message:  flag
    -- created:  [time]

    -- upgrade (sqlite)
    ALTER TABLE email ADD COLUMN flag INTEGER;

    -- upgrade (postgres)
    ALTER TABLE email ADD COLUMN flag integer;

    -- downgrade
    ALTER TABLE email DROP COLUMN flag;
    ");
}

#[test]
fn what_only_running_could_tell_is_refused_with_the_place() {
    let project = Project::with_python();
    project.append("models.py", "    size: str = Field(max_length=int(__import__(\"os\").environ[\"SIZE\"]))\n");
    assert_snapshot!(project.whimbrel("revision --autogenerate -m first").screen(), @r#"
    exit 2
    ── stderr ──
    error[undecided]: `max_length` is not known: it is `builtins.int(…)`
       ┌ models.py:15:5
       │
    15 │     size: str = Field(max_length=int(__import__("os").environ["SIZE"]))
       │     ^^^^

    error[undecided]: the models cannot be read for certain in 1 place
      undecided  `email`
      help       `loader = "python"` under `[models]` in whimbrel.toml asks the project's own interpreter instead
    "#);
    assert_eq!(project.list("migrations"), Vec::<String>::new());
}

#[test]
fn a_file_with_a_mistake_is_shown() {
    let project = Project::with_python();
    project.append("models.py", "    broken: int = = 3\n");
    assert_snapshot!(project.whimbrel("check").screen(), @r"
    exit 2
    ── stderr ──
    error[python-syntax]: python does not read this: Expected an expression
       ┌ models.py:15:19
       │
    15 │     broken: int = = 3
       │                   ^

    error[undecided]: the models cannot be read for certain in 1 place
    ");
}

#[test]
fn the_live_loader_says_which_interpreter_fails() {
    let project = Project::with_python();
    let config = project.read("whimbrel.toml").replace("# loader = \"static\"", "loader = \"python\"");
    project.write("whimbrel.toml", &config.replace("# python = \".venv/bin/python\"", "python = \"no/such/python\""));
    assert_snapshot!(project.whimbrel("check").screen(), @r"
    exit 2
    ── stderr ──
    error[python]: `no/such/python` cannot be run
      because  No such file or directory (os error 2)
      help     `python` under `[models]` in whimbrel.toml says which interpreter to ask
    ");
}
