//! A risky change becomes a chain of files, as `docs/evolutions.md` walks through it.

use std::path::Path;

use insta::assert_snapshot;

use crate::project::Project;

const BEFORE: &str = "\
CREATE TABLE email (id integer PRIMARY KEY, subject text NOT NULL, size integer);
CREATE INDEX ix_email_subject ON email (subject);
";

const AFTER: &str = "\
CREATE TABLE email (id integer PRIMARY KEY, title text NOT NULL, size integer, state text NOT NULL);
CREATE INDEX ix_email_title ON email (title);
";

const IDS: &str = "--rev-id bbbb00000002 --rev-id cccc00000003 --rev-id dddd00000004";

/// A project whose first revision is written, and whose models have gone on since.
fn project() -> Project {
    let project = Project::with_sql();
    project.write("schema.sql", BEFORE);
    project.whimbrel("revision --autogenerate -m first --rev-id aaaa00000001").ok();
    project.write("schema.sql", AFTER);
    project
}

#[test]
fn a_chain_is_written_with_what_each_link_does() {
    let project = project();
    let line = "revision --autogenerate -m title --rename email.subject:title --backfill \"email.state='new'\"";
    assert_snapshot!(project.whimbrel(&format!("{line} {IDS}")).screen(), @r"
    exit 0
    3 revisions for 3 changes (an evolution: old and new code both work until the last one)

      bbbb  expand    add column `email.title` text                         care
                      add column `email.state` text not null default 'new'
                      change column `email.subject`: nullable
                      create index `ix_email_title` on `email`
                      keep `subject` and `title` of `email` in step
      cccc  backfill  fill `email.title` with subject                       safe
      dddd  contract  change column `email.title`: not null                 destroys data
                      change column `email.state`: default 'new' → none
                      drop column `email.subject`
                      drop index `ix_email_subject` of `email`

    wrote migrations/bbbb_title.expand.sql
          migrations/cccc_title.backfill.sql
          migrations/dddd_title.contract.sql
    read them, then: whimbrel upgrade head
    ");
    assert_snapshot!(project.revision_text("cccc_title.backfill.sql"), @r"
    -- revision: cccc00000003
    -- parents:  bbbb00000002
    -- message:  title
    -- phase:    backfill
    -- part:     2 of 3
    -- created:  [time]

    -- upgrade
    -- backfill
    UPDATE email SET title = subject WHERE title IS NOT subject;

    -- downgrade
    -- nothing to do: the downgrade of bbbb00000002 drops `email.title`
    ");
    let contract = project.revision_text("dddd_title.contract.sql");
    let upgrade = contract.split("\n-- downgrade").next().unwrap();
    assert_snapshot!(upgrade, @r"
    -- revision: dddd00000004
    -- parents:  cccc00000003
    -- message:  title
    -- phase:    contract
    -- part:     3 of 3
    -- created:  [time]

    -- upgrade
    CREATE TABLE _whimbrel_new_email (
        id integer NOT NULL PRIMARY KEY,
        title text NOT NULL,
        size integer,
        state text NOT NULL
    );

    INSERT INTO _whimbrel_new_email (id, title, size, state)
    SELECT id, title, size, state
    FROM email;

    DROP TABLE email;

    ALTER TABLE _whimbrel_new_email RENAME TO email;

    CREATE INDEX ix_email_title ON email (title);
    ");
    assert_snapshot!(project.whimbrel("history --offline").screen(), @r"
    exit 0
    ○  dddd  contract  title (3 of 3)
    ○  cccc  backfill  title (2 of 3)
    ○  bbbb  expand    title (1 of 3)
    ○  aaaa            first
    ");
    project.whimbrel("check --offline").ok();
    let again = project.whimbrel("revision --autogenerate");
    assert!(again.stdout().starts_with("nothing to do"), "{}", again.screen());
}

#[test]
fn the_page_shows_what_is_written() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/evolutions.md");
    let page = std::fs::read_to_string(page).unwrap();
    let blocks: Vec<&str> = page.split("```sql\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert_eq!(blocks[..2], [BEFORE, AFTER], "the page begins with the two schemas");
    let shown = page.split("```\n$ whimbrel ").nth(1).unwrap().split("```").next().unwrap();
    let (line, screen) = shown.split_once('\n').unwrap();
    let project = project();
    assert_eq!(project.whimbrel(&format!("{line} {IDS}")).stdout(), screen, "the screen");
    let written = project.read("migrations/cccc_title_and_state.backfill.sql");
    let upgrade = written.split("-- upgrade\n").nth(1).unwrap().split("\n-- downgrade").next().unwrap();
    assert_eq!(upgrade, blocks[2], "the backfill");
}

#[test]
fn plain_is_one_revision_whatever_the_risk() {
    let project = project();
    let line = "revision --autogenerate --plain -m title --rename email.subject:title --backfill \"email.state='new'\"";
    assert_snapshot!(project.whimbrel(&format!("{line} --rev-id bbbb00000002")).screen(), @r"
    exit 0
    3 changes for SQLite
      rename column `email.subject` to `title`
      add column `email.state` text not null
      rename index `ix_email_subject` of `email` to `ix_email_title`

    wrote migrations/bbbb_title.sql
    read it, then: whimbrel upgrade head
    ");
    assert!(!project.revision_text("bbbb_title.sql").contains("-- phase"));
}

#[test]
fn a_chain_is_told_to_programs() {
    let project = project();
    let line = "revision --autogenerate -m title --rename email.subject:title --backfill \"email.state='new'\" --json";
    let ran = project.whimbrel(&format!("{line} {IDS}"));
    let chain = &ran.json()["result"]["chain"];
    let phases: Vec<&str> = chain.as_array().unwrap().iter().map(|link| link["phase"].as_str().unwrap()).collect();
    assert_eq!(phases, ["expand", "backfill", "contract"]);
    assert_eq!(chain[2]["verdict"], "destroys_data");
    assert_eq!(chain[1]["file"], "migrations/cccc_title.backfill.sql");
}

#[test]
fn more_ids_than_revisions_are_refused() {
    let project = project();
    project.write("schema.sql", &BEFORE.replace("size integer", "size integer, note text"));
    assert_snapshot!(project.whimbrel(&format!("revision --autogenerate -m note {IDS}")).screen(), @r"
    exit 2
    ── stderr ──
    error[revision-id]: 3 ids for 1 revision
    ");
}

#[test]
fn what_has_no_chain_is_told_with_its_reason() {
    let project = project();
    project.write("schema.sql", &BEFORE.replace("id integer", "number integer"));
    let screen = project.whimbrel("revision --autogenerate -m key --rename email.id:number").ok().screen();
    let told = "done at once, which code of before does not live through:\n  rename column `email.id` to `number`: a key \
                has to be there before a trigger could fill a second one";
    assert!(screen.contains(told), "{screen}");
    let file = screen.lines().find_map(|line| line.strip_prefix("wrote ")).expect("nothing was written");
    let text = project.read(file);
    let danger = "-- rename column `email.id` to `number`: code of before breaks here, and code of after would have broken until \
                  here; there is no chain for it: a key has to be there before a trigger could fill a second one\n";
    assert!(text.contains(danger), "{text}");
}
