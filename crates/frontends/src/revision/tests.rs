use std::collections::BTreeSet;
use std::path::Path;

use insta::assert_snapshot;
use proptest::prelude::*;
use whimbrel_plan::history::History;
use whimbrel_plan::revision::{Direction, Part, Phase, Revision, RevisionId};
use whimbrel_schema::Engine;

use super::{Problem, file_name, new_id, read, read_bytes, read_folder, slug, write};

const PLAIN: &str = "\
-- revision: 8c1f0e7d2b34
-- parents:  1b2c3d4e5f60
-- message:  add archived_at column
-- phase:    expand

-- upgrade
ALTER TABLE email ADD COLUMN archived_at timestamp;

-- downgrade
ALTER TABLE email DROP COLUMN archived_at;
";

const FULL: &str = "\
-- revision: b2f7c81d90aa
-- parents:  a1c0e4429b1f, 77aa00000000
-- depends:  51b000000000
-- branch:   billing, my-branch
-- message:  rename subject to title: part two
-- phase:    backfill
-- part:     2 of 3
-- created:  2026-11-22

-- why: see the minutes
-- of Tuesday

-- upgrade (sqlite)
UPDATE email SET title = subject;

-- upgrade
-- backfill
UPDATE email SET title = subject WHERE title IS DISTINCT FROM subject;

-- downgrade
-- nothing to do: `title` is dropped by the downgrade of a1c0e4429b1f
";

fn parsed(text: &str) -> Revision {
    read(text, Path::new("migrations/x.sql")).unwrap_or_else(|problems| panic!("{}", told(&problems)))
}

fn told(problems: &[Problem]) -> String {
    problems.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n")
}

fn wrong(text: &str) -> String {
    told(&read(text, Path::new("m/x.sql")).unwrap_err())
}

#[test]
fn a_revision_is_read() {
    let revision = parsed(FULL);
    assert_eq!(revision.id.as_str(), "b2f7c81d90aa");
    assert_eq!(revision.parents.len(), 2);
    assert_eq!(revision.depends_on, [RevisionId::new("51b000000000").unwrap()]);
    assert_eq!(revision.labels, ["billing", "my-branch"]);
    assert_eq!(revision.message, "rename subject to title: part two");
    assert_eq!((revision.phase, revision.part), (Some(Phase::Backfill), Some(Part { number: 2, of: 3 })));
    assert_eq!(revision.created.as_deref(), Some("2026-11-22"));
    assert_eq!(revision.preamble, "-- why: see the minutes\n-- of Tuesday");
    let text = |direction, engine| revision.section(direction, engine).map(|section| section.text.trim().to_string());
    assert_eq!(text(Direction::Up, Engine::Sqlite).as_deref(), Some("UPDATE email SET title = subject;"));
    assert!(text(Direction::Up, Engine::Postgres).is_some_and(|text| text.starts_with("-- backfill")));
    assert!(revision.section(Direction::Down, Engine::Postgres).is_some_and(|section| section.says_nothing_to_do()));
    let plain = parsed(PLAIN);
    let section = plain.section(Direction::Up, Engine::Sqlite).unwrap();
    assert_eq!(section.line, 7);
    assert!(PLAIN[section.offset..].starts_with("ALTER TABLE email ADD"));
}

#[test]
fn written_as_it_was_read() {
    assert_eq!(write(&parsed(PLAIN)), PLAIN);
    assert_eq!(write(&parsed(FULL)), FULL);
}

#[test]
fn line_ends_and_marks_of_other_systems_change_nothing() {
    let windows = format!("\u{feff}{}", PLAIN.replace('\n', "\r\n"));
    let (unix, windows) = (parsed(PLAIN), parsed(&windows));
    assert_eq!(unix, windows);
    let spaced = parsed(&PLAIN.replace("timestamp;\n", "timestamp;   \n\n\n"));
    assert_eq!(unix.checksum, spaced.checksum);
}

#[test]
fn the_checksum_is_of_what_runs() {
    let checksum = |text: &str| parsed(text).checksum;
    let same = [("add archived_at column", "say it better"), ("DROP COLUMN archived_at", "DROP COLUMN IF EXISTS a")];
    for (from, to) in same {
        assert_eq!(checksum(PLAIN), checksum(&PLAIN.replace(from, to)), "{to}");
    }
    for (from, to) in [("timestamp", "date"), ("1b2c3d4e5f60", "none"), ("8c1f0e7d2b34", "8c1f0e7d2b35")] {
        assert_ne!(checksum(PLAIN), checksum(&PLAIN.replace(from, to)), "{to}");
    }
    assert_ne!(checksum(PLAIN), checksum(&PLAIN.replace("-- upgrade", "-- upgrade (sqlite)")));
}

#[test]
fn what_is_wrong_is_told_with_its_line_and_the_next_step() {
    assert_snapshot!(wrong(&PLAIN.replace("-- parents:  1b2c3d4e5f60\n", "")), @r"
    m/x.sql:1: the header has no `parents:`
      next: write a line like `-- parents:  none` at the top
    ");
    assert_snapshot!(wrong(&PLAIN.replace("phase:    expand", "phase: soon").replace("message:", "mesage:")), @r"
    m/x.sql:1: the header has no `message:`
      next: write a line like `-- message:  what it does` at the top
    m/x.sql:3: `mesage:` is no key of the header
      next: the keys are `revision:`, `parents:`, `depends:`, `branch:`, `message:`, `phase:`, `part:`, `created:`; free comments stand below, after an empty line
    m/x.sql:4: `soon` is no phase
      next: the phases are `expand`, `backfill` and `contract`; a plain revision has none
    ");
    assert_snapshot!(wrong(&PLAIN.replace("-- phase:    expand", "-- parents: none")), @r"
    m/x.sql:4: `parents:` stands twice in the header
      next: delete one of the two lines
    ");
    assert_snapshot!(wrong(&PLAIN.replace("8c1f0e7d2b34", "8c1f+1").replace("1b2c3d4e5f60", "base")), @r"
    m/x.sql:1: `8c1f+1` has `+` in it: ids are letters, digits, `_` and `.`
      next: an id is like `8c1f0e7d2b34`
    m/x.sql:2: `base` is a word that targets use, so no revision can have it as its id
      next: ids are separated by commas; the first revision has `none`
    ");
    assert_snapshot!(wrong(&PLAIN.replace("-- upgrade\n", "")), @r"
    m/x.sql:5: there is no `-- upgrade` section
      next: write `-- upgrade` on a line of its own, and the SQL below it
    m/x.sql:6: SQL that stands in no section
      next: write `-- upgrade` on a line of its own above it
    ");
    assert_snapshot!(wrong(&PLAIN.replace("-- upgrade", "-- backfill\n\n-- upgrade (oracle)")), @r"
    m/x.sql:6: a directive before the first section
      next: directives stand in a section, above the statement they are about
    m/x.sql:8: `oracle` is no engine that whimbrel knows (sqlite, postgres, mysql)
      next: a section for one engine is like `-- upgrade (postgres)`
    ");
    assert_snapshot!(wrong(&PLAIN.replace("-- downgrade", "-- Upgrade")), @r"
    m/x.sql:9: a second `-- Upgrade`
      next: put the statements of the two into one
    ");
    assert_snapshot!(told(&read_bytes(b"-- revision: a\n\xff", Path::new("m/x.sql")).unwrap_err()), @r"
    m/x.sql:2: this is not UTF-8
      next: save the file as UTF-8
    ");
    assert!(wrong("").contains("has no `revision:`"));
}

fn folder(files: &[(&str, &str)]) -> Result<History, String> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    read_folder(folder.path()).map_err(|problems| told(&problems).replace(&format!("{}/", folder.path().display()), ""))
}

fn file(id: &str, parents: &str) -> String {
    format!("-- revision: {id}\n-- parents: {parents}\n-- message: m\n\n-- upgrade\nSELECT 1;\n")
}

#[test]
fn a_folder_is_a_history() {
    let history = folder(&[("a.sql", &file("a1", "none")), ("b.sql", &file("b2", "a1")), ("README.md", "words")]);
    assert_eq!(history.map(|history| history.len()), Ok(2));
    assert_eq!(folder(&[]).map(|history| history.len()), Ok(0));
    let many: Vec<(String, String)> = (0..250)
        .map(|at| {
            let parent = if at == 0 { "none".to_string() } else { format!("r{}", at - 1) };
            (format!("{at}.sql"), file(&format!("r{at}"), &parent))
        })
        .collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    assert_eq!(folder(&many).map(|history| history.len()), Ok(250));
}

#[test]
fn what_is_wrong_between_files_is_told_at_the_header_line() {
    assert_snapshot!(folder(&[("a.sql", &file("a1", "none")), ("b.sql", &file("a1", "none"))]).unwrap_err().replace("\\", "/"), @r"
    b.sql:1: two files are revision `a1`: a.sql and b.sql
      next: delete one of them, or give the one that was applied nowhere another id
    ");
    assert_snapshot!(folder(&[("b.sql", &file("b2", "zz"))]).unwrap_err(), @r"
    b.sql:2: revision `b2` builds on `zz`, and no file is that revision
      next: bring back the file of `zz` (another branch may have it), or correct `parents:`
    ");
    assert_snapshot!(folder(&[("a.sql", &file("a1", "b2")), ("b.sql", &file("b2", "a1"))]).unwrap_err(), @r"
    a.sql:2: revisions build on each other in a circle: `a1` → `b2` → `a1`
      next: correct `parents:` in one of them
    ");
    assert_snapshot!(told(&read_folder(Path::new("no/such")).unwrap_err()), @r"
    no/such: there is no such folder
      next: whimbrel init
    ");
}

#[test]
fn files_are_named_after_what_they_do() {
    let mut revision = parsed(PLAIN);
    let none = BTreeSet::new();
    assert_eq!(file_name(&revision, &none), "8c1f_add_archived_at_column.sql");
    let taken = BTreeSet::from(["8c1f_other.sql".to_string(), "8c1f0_third.sql".to_string()]);
    assert_eq!(file_name(&revision, &taken), "8c1f0e_add_archived_at_column.sql");
    revision.part = Some(Part { number: 1, of: 3 });
    assert_eq!(file_name(&revision, &none), "8c1f_add_archived_at_column.expand.sql");
    assert_eq!(slug("  Rename: `subject` -> Title! "), "rename_subject_title");
    assert_eq!(slug("--"), "revision");
    assert!(slug(&"word ".repeat(50)).len() <= 50);
}

#[test]
fn new_ids_are_new() {
    let history = History::default();
    let ids: BTreeSet<RevisionId> = (0..1000).map(|_| new_id(&history)).collect();
    assert_eq!(ids.len(), 1000);
    assert!(ids.iter().all(|id| id.as_str().len() == 12));
}

/// Lines that a revision file is made of, and lines that only look like them.
fn line() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "-- revision: 8c1f0e7d2b34",
        "-- parents: none",
        "-- parents: a1, b2",
        "-- message: say what",
        "-- phase: contract",
        "-- part: 1 of 2",
        "-- branch: x",
        "-- depends: c3",
        "-- upgrade",
        "-- upgrade (sqlite)",
        "--downgrade",
        "-- downgrade (postgres)",
        "-- backfill",
        "-- transaction: none",
        "-- question: which?",
        "-- whimbrel: allow rule",
        "-- a comment",
        "ALTER TABLE t ADD COLUMN a int;",
        "'open",
        "",
        "   ",
        "\r",
        "\r\r",
    ]);
    prop_oneof![4 => known.prop_map(str::to_string), 1 => ".{0,30}", 1 => "--[ a-z:()]{0,12}"]
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in ".{0,400}") {
        let _ = read(&text, Path::new("x.sql"));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read_bytes(&bytes, Path::new("x.sql"));
    }

    #[test]
    fn what_is_written_is_read_as_the_same(lines in prop::collection::vec(line(), 0..25), header in prop::bool::weighted(0.9)) {
        let start = if header { "-- revision: 8c1f\n-- parents: none\n-- message: m\n\n-- upgrade\n" } else { "" };
        let text = format!("{start}{}", lines.join("\n"));
        if let Ok(revision) = read(&text, Path::new("x.sql")) {
            let written = write(&revision);
            let again = read(&written, Path::new("x.sql")).unwrap_or_else(|problems| panic!("{}\n{written}", told(&problems)));
            prop_assert_eq!(&write(&again), &written);
            prop_assert_eq!(&again.checksum, &revision.checksum);
            prop_assert_eq!(&again.message, &revision.message);
            prop_assert_eq!(again.sections.len(), revision.sections.len());
        } else if let Err(problems) = read(&text, Path::new("x.sql")) {
            prop_assert!(!problems.is_empty());
        }
    }
}
