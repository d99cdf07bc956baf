use insta::assert_snapshot;

use crate::project::Project;

/// Everything in the tour is really run, so ids differ from one to the next.
fn without_ids(text: &str) -> String {
    let replaced = |pattern: &str, text: &str, word: &str| {
        regex::Regex::new(pattern).unwrap().replace_all(text, word).into_owned()
    };
    let text = replaced(r"\b[0-9a-f]{12}\b", text, "[revision]");
    replaced(r"\b[0-9a-f]{4}(  |_)", &text, "[id]$1")
}

#[test]
fn the_whole_story_is_played() {
    assert_snapshot!(without_ids(&Project::new().whimbrel("tour").ok().screen()), @r#"
    exit 0

    # a project with two models

    models.py
    │ from datetime import datetime
    │
    │ from sqlmodel import Field, SQLModel
    │
    │
    │ class User(SQLModel, table=True):
    │     id: int | None = Field(default=None, primary_key=True)
    │     name: str
    │
    │
    │ class Email(SQLModel, table=True):
    │     id: int | None = Field(default=None, primary_key=True)
    │     subject: str = Field(index=True)
    │     user_id: int = Field(foreign_key="user.id")

    $ whimbrel init
    found  models in models.py
           no database named anywhere: sqlite:///app.db is assumed
    wrote  whimbrel.toml
           migrations/
    next   whimbrel revision --autogenerate -m "first"

    # the first revision is written from the models; no database is needed for that

    $ whimbrel revision --autogenerate -m first
    2 changes for SQLite
      create table `email` with 3 columns
      create table `user` with 2 columns

    wrote migrations/[id]_first.sql
    read it, then: whimbrel upgrade head

    migrations/[id]_first.sql
    │ -- revision: [revision]
    │ -- parents:  none
    │ -- message:  first
    │ -- created:  [time]
    │
    │ -- upgrade
    │ CREATE TABLE user (
    │     id INTEGER NOT NULL PRIMARY KEY,
    │     name VARCHAR NOT NULL
    │ );
    │
    │ CREATE TABLE email (
    │     id INTEGER NOT NULL PRIMARY KEY,
    │     subject VARCHAR NOT NULL,
    │     user_id INTEGER NOT NULL,
    │     FOREIGN KEY (user_id) REFERENCES user (id)
    │ );
    │
    │ CREATE INDEX ix_email_subject ON email (subject);
    │
    │ -- downgrade
    │ DROP TABLE email;
    │
    │ DROP TABLE user;

    $ whimbrel upgrade head
    dev · SQLite [version], app.db
      ✓ [id]  first  [duration]
    applied 1 revision in [duration]; the database stands at `[revision]` (head)

    # the application runs, and rows arrive

    app.db> INSERT INTO user (name) VALUES ('Ada'), ('Grace');
    app.db> INSERT INTO email (subject, user_id) VALUES ('hello', 1), ('re: hello', 2), ('minutes', 1);

    # a column is added to the model

    models.py, its last line
    │     archived_at: datetime | None = None

    $ whimbrel check
    ✗ models ↔ history: 1 difference
      the models ask for what no revision does:
        add column `email.archived_at` DATETIME
      next  whimbrel revision --autogenerate -m "…"
    ✓ history ↔ database: no difference

    $ whimbrel revision --autogenerate -m "add archived_at"
    1 change for SQLite
      add column `email.archived_at` DATETIME

    wrote migrations/[id]_add_archived_at.sql
    read it, then: whimbrel upgrade head

    migrations/[id]_add_archived_at.sql
    │ -- revision: [revision]
    │ -- parents:  [revision]
    │ -- message:  add archived_at
    │ -- created:  [time]
    │
    │ -- upgrade
    │ ALTER TABLE email ADD COLUMN archived_at DATETIME;
    │
    │ -- downgrade
    │ ALTER TABLE email DROP COLUMN archived_at;

    $ whimbrel upgrade head
    dev · SQLite [version], app.db
      ✓ [id]  add archived_at  [duration]
    applied 1 revision in [duration]; the database stands at `[revision]` (head)

    # models, history and database agree again

    $ whimbrel check
    ✓ models ↔ history: no difference
    ✓ history ↔ database: no difference

    $ whimbrel history
    ●  [id]  add archived_at  [time]
    ●  [id]  first            [time]

    # and back: the column goes, every row stays

    $ whimbrel downgrade -1
    dev · SQLite [version], app.db
      ↓ [id]  add archived_at  [duration]
    undid 1 revision in [duration]; the database stands at `[revision]`

    app.db> SELECT id, subject, user_id FROM email ORDER BY id;
    1 | hello | 1
    2 | re: hello | 2
    3 | minutes | 1

    $ whimbrel current
    dev · SQLite [version], app.db
    [revision]  first  [time]
    1 revision pending; to apply: whimbrel upgrade head

    all of it happened in a temporary folder, which is gone; --keep keeps it
    in a project of your own: whimbrel init
    "#);
}

#[test]
fn as_json_every_scene_has_its_exit_status() {
    let document = Project::new().whimbrel("tour --json").ok().json();
    let scenes = document["result"]["scenes"].as_array().unwrap();
    let exits: Vec<i64> = scenes.iter().map(|scene| scene["exit"].as_i64().unwrap()).collect();
    assert!(exits.len() > 10, "{exits:?}");
    // One check finds the column that was added to the model.
    assert_eq!(exits.iter().filter(|&&exit| exit == 1).count(), 1);
    assert_eq!(exits.iter().filter(|&&exit| exit > 1).count(), 0);
}

#[test]
fn the_folder_is_kept_for_those_who_ask() {
    let document = Project::new().whimbrel("tour --keep --json").ok().json();
    let folder = std::path::PathBuf::from(document["result"]["kept"].as_str().unwrap());
    assert!(folder.join("models.py").exists() && folder.join("app.db").exists());
    std::fs::remove_dir_all(folder).unwrap();
}
