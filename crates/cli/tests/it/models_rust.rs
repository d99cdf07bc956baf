//! Models in Rust, from the command's side: a Cargo project whose structs derive `Table`, read and never compiled.

use insta::assert_snapshot;

use crate::postgres::fresh_database;
use crate::project::Project;

const MANIFEST: &str = "[package]\nname = \"mail\"\nedition = \"2024\"\n\n[dependencies]\nwhimbrel = \"0.1\"\n";

const USER: &str = "\
use whimbrel::{DbEnum, DbType, Table};

#[derive(DbType)]
pub struct UserId(i32);

#[derive(DbEnum)]
#[db_enum(rename_all = \"snake_case\")]
pub enum Role {
    Reader,
    ChiefEditor,
}

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    id: UserId,
    name: String,
    #[column(default = \"reader\")]
    role: Role,
}
";

const EMAIL: &str = "\
use crate::models::*;

#[derive(whimbrel::Table)]
struct Email {
    #[column(primary_key)]
    id: i32,
    #[column(index)]
    subject: String,
    #[column(foreign_key = \"user.id\", on_delete = \"cascade\")]
    user_id: UserId,
}
";

fn project() -> Project {
    let project = Project::new();
    project.write("Cargo.toml", MANIFEST);
    project.write("src/main.rs", "mod email;\nmod models;\nfn main() {}\n");
    project.write("src/models/mod.rs", "mod user;\npub use user::{User, UserId};\n");
    project.write("src/models/user.rs", USER);
    project.write("src/email.rs", EMAIL);
    project
}

#[test]
fn structs_become_a_revision_and_then_a_database() {
    let project = project();
    assert_snapshot!(project.whimbrel("init").screen(), @r#"
    exit 0
    found  models in Cargo.toml
           no database named anywhere: sqlite:///app.db is assumed
    wrote  whimbrel.toml
           migrations/
    next   whimbrel revision --autogenerate -m "first"
    "#);
    assert_snapshot!(project.whimbrel("revision --autogenerate -m first --rev-id aaaa00000001").screen(), @r"
    exit 0
    2 changes for SQLite
      create table `email` with 3 columns
      create table `user` with 3 columns

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
        name VARCHAR NOT NULL,
        role VARCHAR(12) NOT NULL DEFAULT 'reader'
    );

    CREATE TABLE email (
        id INTEGER NOT NULL PRIMARY KEY,
        subject VARCHAR NOT NULL,
        user_id INTEGER NOT NULL,
        FOREIGN KEY (user_id) REFERENCES user (id) ON DELETE CASCADE
    );

    CREATE INDEX ix_email_subject ON email (subject);

    -- downgrade
    DROP TABLE email;

    DROP TABLE user;
    ");
    project.whimbrel("upgrade").ok();
    project.whimbrel("check").ok();
    project
        .append("src/email.rs", "\n#[derive(whimbrel::Table)]\nstruct Label { #[column(primary_key)] name: String }\n");
    assert_snapshot!(project.whimbrel("check").screen(), @r#"
    exit 1
    ✗ models ↔ history: 1 difference
      the models ask for what no revision does:
        create table `label` with 1 column
      next  whimbrel revision --autogenerate -m "…"
    ✓ history ↔ database: no difference
    "#);
}

#[test]
fn the_same_structs_make_a_postgres_database() {
    let Some(url) = fresh_database() else { return };
    let project = project().variable("DATABASE_URL", &url);
    project.whimbrel("init").ok();
    project.whimbrel("revision --autogenerate -m first --rev-id aaaa00000001").ok();
    assert_snapshot!(project.revision_text("aaaa_first.sql"), @r#"
    -- revision: aaaa00000001
    -- parents:  none
    -- message:  first
    -- created:  [time]

    -- upgrade
    CREATE TYPE role AS ENUM ('reader', 'chief_editor');

    CREATE TABLE "user" (
        id serial,
        name character varying NOT NULL,
        role role DEFAULT 'reader' NOT NULL,
        CONSTRAINT user_pkey PRIMARY KEY (id)
    );

    CREATE TABLE email (
        id serial,
        subject character varying NOT NULL,
        user_id integer NOT NULL,
        CONSTRAINT email_pkey PRIMARY KEY (id),
        CONSTRAINT email_user_id_fkey FOREIGN KEY (user_id) REFERENCES "user" (id) ON DELETE CASCADE
    );

    CREATE INDEX ix_email_subject ON email (subject);

    -- downgrade
    DROP TABLE email;

    DROP TABLE "user";

    DROP TYPE role;
    "#);
    project.whimbrel("upgrade").ok();
    project.whimbrel("check").ok();
}

#[test]
fn a_mistake_is_shown_where_it_is_written() {
    let project = project();
    project.whimbrel("init").ok();
    project
        .append("src/email.rs", "\n#[derive(whimbrel::Table)]\nstruct Big {\n    #[column(indx)]\n    size: u64,\n}\n");
    assert_snapshot!(project.whimbrel("revision --autogenerate -m first").screen(), @r#"
    exit 2
    ── stderr ──
    error[attribute]: `#[column]` has no `indx`
       ┌ src/email.rs:15:14
       │
    15 │     #[column(indx)]
       │              ^^^^
       │
       = help: `index` is there

    error[no-column-type]: no column type is known for this type
       ┌ src/email.rs:16:11
       │
    16 │     size: u64,
       │           ^^^
       │
       = help: say what stores it: `#[column(type = "NUMERIC(20)")]`

    error[undecided]: the models cannot be read for certain in 2 places
      undecided  `big`
    "#);
}
