use insta::assert_snapshot;

use crate::project::Project;

/// A project whose first revision is written, with `subject` where a rename can begin.
fn project() -> Project {
    let project = Project::with_sql();
    project.whimbrel("revision --autogenerate -m first --rev-id aaaa00000001").ok();
    project
}

#[test]
fn is_written_from_the_models_without_a_database() {
    let project = Project::with_sql();
    assert_snapshot!(project.whimbrel("revision --autogenerate -m first --rev-id aaaa00000001").screen(), @r"
    exit 0
    3 changes for SQLite
      create table `email` with 3 columns
      create table `note` with 1 column
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

    CREATE TABLE note (
        id INTEGER NOT NULL PRIMARY KEY
    );

    -- downgrade
    DROP TABLE note;

    DROP TABLE email;

    DROP TABLE user;
    ");
    assert!(!project.path("app.db").exists());
}

#[test]
fn nothing_to_do_writes_nothing() {
    let project = project();
    assert_snapshot!(project.whimbrel("revision --autogenerate -m again").screen(), @r"
    exit 0
    nothing to do: the history leads to what the models say; no file was written
    ");
    assert_eq!(project.list("migrations"), ["aaaa_first.sql"]);
}

#[test]
fn a_new_column_is_added() {
    let project = project();
    project.append("schema.sql", "ALTER TABLE email ADD COLUMN archived_at DATETIME;\n");
    assert_snapshot!(project.whimbrel("revision --autogenerate --rev-id bbbb00000002").screen(), @r"
    exit 0
    1 change for SQLite
      add column `email.archived_at` DATETIME

    wrote migrations/bbbb_add_column_email_archived_at_datetime.sql
    read it, then: whimbrel upgrade head
    ");
    assert_snapshot!(project.revision_text("bbbb_add_column_email_archived_at_datetime.sql"), @r"
    -- revision: bbbb00000002
    -- parents:  aaaa00000001
    -- message:  add column email.archived_at DATETIME
    -- created:  [time]

    -- upgrade
    ALTER TABLE email ADD COLUMN archived_at DATETIME;

    -- downgrade
    ALTER TABLE email DROP COLUMN archived_at;
    ");
    let document = project.whimbrel("revision --autogenerate --json").ok().json();
    assert_eq!(document["result"]["file"], serde_json::Value::Null);
}

#[test]
fn a_rename_is_asked_and_told() {
    let project = project();
    project.write("schema.sql", &project.read("schema.sql").replace("subject", "title"));
    assert_snapshot!(project.whimbrel("check --offline").screen(), @r#"
    exit 1
    ✗ models ↔ history: 4 differences
      the models ask for what no revision does:
        add column `email.title` VARCHAR not null
        drop column `email.subject`
        drop index `ix_email_subject` of `email`
        create index `ix_email_title` on `email`
        ? was `email.subject` renamed to `title`? dropping it loses its values (--rename email.subject:title)
      next  whimbrel revision --autogenerate -m "…"
    - history ↔ database: not compared, as asked
    "#);
    assert_snapshot!(project.whimbrel("revision --autogenerate --plain -m title --rev-id bbbb00000002").screen(), @r#"
    exit 0
    4 changes for SQLite
      add column `email.title` VARCHAR not null
      drop column `email.subject`
      drop index `ix_email_subject` of `email`
      create index `ix_email_title` on `email`

    ? was `email.subject` renamed to `title`? dropping it loses its values
      --rename email.subject:title
    ? which value do the rows that exist get in `email.title`? without one this fails on rows
      --backfill email.title=EXPRESSION

    wrote migrations/bbbb_title.sql
    to answer by option:
      rm migrations/bbbb_title.sql
      whimbrel revision --autogenerate --plain -m "title" --rename email.subject:title
    or in the file: answer, delete each question that is answered, then: whimbrel upgrade head
    "#);
    assert_snapshot!(project.revision_text("bbbb_title.sql"), @r"
    -- revision: bbbb00000002
    -- parents:  aaaa00000001
    -- message:  title
    -- created:  [time]

    -- upgrade
    -- question: was `email.subject` renamed to `title`? dropping it loses its values (--rename email.subject:title)

    -- the values of `email.subject` go, and are kept for the downgrade
    -- question: which value do the rows that exist get in `email.title`? without one this fails on rows (--backfill email.title=EXPRESSION)
    CREATE TABLE _whimbrel_new_email (
        id INTEGER NOT NULL PRIMARY KEY,
        title VARCHAR NOT NULL,
        user_id INTEGER NOT NULL,
        FOREIGN KEY (user_id) REFERENCES user (id)
    );

    INSERT INTO _whimbrel_new_email (id, user_id)
    SELECT id, user_id
    FROM email;

    DROP TABLE email;

    ALTER TABLE _whimbrel_new_email RENAME TO email;

    CREATE INDEX ix_email_title ON email (title);

    -- downgrade
    -- the old values of `email.subject` are gone; every row gets ''
    CREATE TABLE _whimbrel_new_email (
        id INTEGER NOT NULL PRIMARY KEY,
        subject VARCHAR NOT NULL,
        user_id INTEGER NOT NULL,
        FOREIGN KEY (user_id) REFERENCES user (id)
    );

    INSERT INTO _whimbrel_new_email (id, subject, user_id)
    SELECT id, '', user_id
    FROM email;

    DROP TABLE email;

    ALTER TABLE _whimbrel_new_email RENAME TO email;

    CREATE INDEX ix_email_subject ON email (subject);
    ");
    assert_snapshot!(project.whimbrel("upgrade").screen(), @r"
    exit 3
    ── stderr ──
    error[questions]: `bbbb00000002` may destroy data, and asks first
      asked  was `email.subject` renamed to `title`? dropping it loses its values (--rename email.subject:title)
             which value do the rows that exist get in `email.title`? without one this fails on rows (--backfill email.title=EXPRESSION)
      next   answer in migrations/bbbb_title.sql: correct the statements, delete the question's line, then: whimbrel upgrade head
    nothing was changed · exit 3
    ");

    std::fs::remove_file(project.path("migrations/bbbb_title.sql")).unwrap();
    let line = "revision --autogenerate --plain -m title --rename email.subject:title --rev-id cccc00000003";
    assert_snapshot!(project.whimbrel(line).screen(), @r"
    exit 0
    2 changes for SQLite
      rename column `email.subject` to `title`
      rename index `ix_email_subject` of `email` to `ix_email_title`

    wrote migrations/cccc_title.sql
    read it, then: whimbrel upgrade head
    ");
    assert_snapshot!(project.revision_text("cccc_title.sql"), @r"
    -- revision: cccc00000003
    -- parents:  aaaa00000001
    -- message:  title
    -- created:  [time]

    -- upgrade
    ALTER TABLE email RENAME COLUMN subject TO title;

    DROP INDEX ix_email_subject;

    CREATE INDEX ix_email_title ON email (title);

    -- downgrade
    DROP INDEX ix_email_title;

    CREATE INDEX ix_email_subject ON email (title);

    ALTER TABLE email RENAME COLUMN title TO subject;
    ");
    project.whimbrel("upgrade").ok();
    project.whimbrel("check").ok();
}

#[test]
fn a_table_is_dropped_only_when_it_is_named() {
    let project = project();
    project.write("schema.sql", &project.read("schema.sql").replace("CREATE TABLE note (id INTEGER PRIMARY KEY);", ""));
    assert_snapshot!(project.whimbrel("revision --autogenerate -m less").screen(), @r"
    exit 0
    ? the models no longer name `note`; its drop was not written
      --allow-drop note
    nothing else differs; no file was written
    ");
    let line = "revision --autogenerate -m less --allow-drop note --rev-id bbbb00000002";
    assert_snapshot!(project.whimbrel(line).screen(), @r"
    exit 0
    1 revision for 1 change (only once no running code needs what it takes away)

      bbbb  contract  drop table `note`  destroys data

    wrote migrations/bbbb_less.contract.sql
    read it, then: whimbrel upgrade head
    ");
}

#[test]
fn a_required_column_needs_a_value_for_the_rows_that_exist() {
    let project = project();
    project.append("schema.sql", "ALTER TABLE note ADD COLUMN flag BOOLEAN NOT NULL;\n");
    let ids = "--rev-id bbbb00000002 --rev-id cccc00000003";
    let line = format!("revision --autogenerate -m flag --backfill note.flag=false {ids}");
    assert_snapshot!(project.whimbrel(&line).screen(), @r"
    exit 0
    2 revisions for 1 change (an evolution: old and new code both work until the last one)

      bbbb  expand    add column `note.flag` BOOLEAN not null default false  safe
      cccc  contract  change column `note.flag`: default false → none        care

    wrote migrations/bbbb_flag.expand.sql
          migrations/cccc_flag.contract.sql
    read them, then: whimbrel upgrade head
    ");
    project.whimbrel("upgrade +1").ok();
    project.sql("INSERT INTO note (id) VALUES (1)");
    project.whimbrel("upgrade").ok();
    project.whimbrel("check").ok();
}

#[test]
fn options_that_speak_of_nothing_are_refused() {
    let project = project();
    assert_snapshot!(project.whimbrel("revision --autogenerate --rename email.nothing:title").screen(), @r"
    exit 2
    ── stderr ──
    error[choice]: rename `email.nothing:title`: there is no column `email.nothing`; there is `id`, `subject`, `user_id`
    ");
    assert_snapshot!(project.whimbrel("revision --autogenerate --rename email").screen(), @r"
    exit 2
    ── stderr ──
    error[choice]: `email` is no rename: write OLD:NEW, as in `email.subject:title` or `mail:email`
    ");
    assert_snapshot!(project.whimbrel("revision --autogenerate --allow-drop nothing").screen(), @r"
    exit 2
    ── stderr ──
    error[choice]: --allow-drop names table `nothing`, which is not in the history; there is `email`, `note`, `user`
    ");
    assert_snapshot!(project.whimbrel("revision --autogenerate --backfill flag=1").screen(), @r"
    exit 2
    ── stderr ──
    error[choice]: `flag=1` names no column: write TABLE.COLUMN=EXPRESSION
    ");
    assert_snapshot!(project.whimbrel("revision --rev-id aaaa00000001").screen(), @r"
    exit 2
    ── stderr ──
    error[revision-id]: `aaaa00000001` is the id of another revision
      file  migrations/aaaa_first.sql
    ");
}

#[test]
fn an_empty_one_waits_for_its_sql() {
    let project = project();
    assert_snapshot!(project.whimbrel("revision -m \"by hand\" --rev-id bbbb00000002").screen(), @r"
    exit 0
    wrote migrations/bbbb_by_hand.sql
    write its SQL: whimbrel edit bbbb00000002
    ");
    assert_snapshot!(project.revision_text("bbbb_by_hand.sql"), @r"
    -- revision: bbbb00000002
    -- parents:  aaaa00000001
    -- message:  by hand
    -- created:  [time]

    -- upgrade

    -- downgrade
    ");
}

#[test]
fn comes_after_the_head_or_after_what_is_named() {
    let project = project();
    project.whimbrel("revision -m two --rev-id bbbb00000002").ok();
    assert_snapshot!(project.whimbrel("revision -m three --head aaaa").screen(), @r"
    exit 2
    ── stderr ──
    error[no-head]: `aaaa00000001` is no head: `bbbb00000002` comes after it
      help  --splice begins a branch there
      next  whimbrel revision --head aaaa00000001 --splice …
    ");
    let line = "revision -m three --head aaaa --splice --rev-id cccc00000003 --branch-label side --depends-on bbbb";
    project.whimbrel(line).ok();
    assert_snapshot!(project.revision_text("cccc_three.sql"), @r"
    -- revision: cccc00000003
    -- parents:  aaaa00000001
    -- depends:  bbbb00000002
    -- branch:   side
    -- message:  three
    -- created:  [time]

    -- upgrade

    -- downgrade
    ");
    assert_snapshot!(project.whimbrel("revision -m four").screen(), @r"
    exit 2
    ── stderr ──
    error[several-heads]: there are 2 heads: `bbbb00000002`, `cccc00000003`
      next  whimbrel merge
      or    whimbrel revision --head bbbb00000002 …
    ");
    project.whimbrel("revision -m four --head side@head --rev-id dddd00000004").ok();
    assert_snapshot!(project.whimbrel("history --offline").screen(), @r"
    exit 0
    ○    dddd  four
    ○    cccc  three (side)
    │ ○  bbbb  two
    ○─╯  aaaa  first
    ");
}

#[test]
fn a_statement_that_nobody_understands_is_replayed() {
    let project = project();
    project.write(
        "migrations/bbbb_odd.sql",
        "-- revision: bbbb00000002\n-- parents: aaaa00000001\n-- message: odd\n\n-- upgrade\n\
         CREATE VIRTUAL TABLE words USING fts5(text);\n\n-- downgrade\nDROP TABLE words;\n",
    );
    let ran = project.whimbrel("schema --from history");
    assert!(ran.stdout().contains("words"), "{}{}", ran.stdout(), ran.stderr());
}

#[test]
fn models_that_cannot_be_read_are_refused_with_the_place() {
    let project = project();
    project.append("schema.sql", "CREATE TABLE broken (id INTEGER PRIMARY KEY;\n");
    assert_snapshot!(project.whimbrel("revision --autogenerate -m broken").screen(), @r"
    exit 2
    ── stderr ──
    error[statement]: incomplete input
      ┌ schema.sql:9:1
      │
    9 │ CREATE TABLE broken (id INTEGER PRIMARY KEY;
      │ ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    ");
}
