//! Migrations in a binary, on SQLite.
#![cfg(feature = "sqlite-unbundled")]
#![allow(clippy::unwrap_used)]

use whimbrel::{Database, ErrorKind, Event, Migrations, Options, Verdict, embed};

static MIGRATIONS: Migrations = embed!("tests/migrations");

fn url(folder: &tempfile::TempDir) -> String {
    format!("sqlite:///{}", folder.path().join("app.db").display())
}

#[test]
fn up_and_down_and_up_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut database = Database::open(&url(&folder)).unwrap();
    let plan = MIGRATIONS.plan(&mut database, &Options::new()).unwrap();
    let planned: Vec<&str> = plan.running().map(|planned| planned.message.as_str()).collect();
    assert_eq!(planned, ["first", "add archived_at"]);
    assert_eq!(plan.revisions[1].statements, ["ALTER TABLE email ADD COLUMN archived_at TEXT"]);
    assert_eq!(MIGRATIONS.current(&mut database).unwrap().pending.len(), 2);

    let mut told = Vec::new();
    let report = MIGRATIONS.upgrade_with(&mut database, &Options::new(), |event| told.push(event.clone())).unwrap();
    assert_eq!(report.done.len(), 2);
    assert!(report.changed() && report.waiting.is_empty());
    assert!(
        told.iter().any(|event| matches!(event, Event::RevisionDone { revision, .. } if revision == "a1c0e4429b1f"))
    );
    assert!(!told.iter().any(|event| matches!(event, Event::NotEmbedded { .. })), "{told:?}");

    let current = MIGRATIONS.current(&mut database).unwrap();
    assert_eq!(current.revisions.len(), 1);
    assert!(current.revisions[0].known && current.pending.is_empty());
    assert!(MIGRATIONS.plan(&mut database, &Options::new()).unwrap().is_empty());

    assert_eq!(MIGRATIONS.compatibility(&mut database, &Options::new()).unwrap().verdict, Verdict::Current);
    assert_eq!(MIGRATIONS.downgrade(&mut database, "base", &Options::new()).unwrap().done.len(), 2);
    assert_eq!(MIGRATIONS.upgrade(&mut database, &Options::new()).unwrap().done.len(), 2);
}

#[test]
fn what_goes_wrong_says_what_to_do_next() {
    let folder = tempfile::tempdir().unwrap();
    let error = Database::open("oracle://somewhere").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    let error = Database::open_existing(&url(&folder)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection);
    let mut database = Database::open(&url(&folder)).unwrap();
    let error = MIGRATIONS.upgrade(&mut database, &Options::new().target("nowhere")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Target);
    let stopped = Options::new();
    stopped.stop().stop();
    let error = MIGRATIONS.upgrade(&mut database, &stopped).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Stopped);
    assert!(!error.changed());
    assert_eq!(error.to_string(), "stopped on request; next: run it again");
    MIGRATIONS.upgrade(&mut database, &Options::new()).unwrap();

    let other = folder.path().join("other");
    std::fs::create_dir(&other).unwrap();
    let text = std::fs::read_to_string("tests/migrations/8c1f_first.sql").unwrap();
    std::fs::write(other.join("1.sql"), text.replace("subject TEXT NOT NULL", "subject TEXT")).unwrap();
    let other = Migrations::from_folder(other);
    let error = other.upgrade(&mut database, &Options::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert!(error.next()[0].contains("newer program"), "{error}");
    assert!(!error.changed());
    let broken = Migrations::from_folder(folder.path().join("nowhere")).upgrade(&mut database, &Options::new());
    assert_eq!(broken.unwrap_err().kind(), ErrorKind::Migrations);
}

#[test]
fn what_takes_away_waits_although_nobody_names_a_deploy() {
    let folder = tempfile::tempdir().unwrap();
    let mut database = Database::open(&url(&folder)).unwrap();
    let history = folder.path().join("migrations");
    std::fs::create_dir(&history).unwrap();
    let first = std::fs::read_to_string("tests/migrations/8c1f_first.sql").unwrap();
    std::fs::write(history.join("1.sql"), first).unwrap();
    Migrations::from_folder(&history).upgrade(&mut database, &Options::new()).unwrap();
    let drop = "-- revision: d000\n-- parents: 8c1f0e7d2b34\n-- message: drop subject\n\n-- upgrade\n\
                ALTER TABLE email DROP COLUMN subject;\n\n-- downgrade\nALTER TABLE email ADD COLUMN subject TEXT;\n";
    std::fs::write(history.join("2.sql"), drop).unwrap();
    let migrations = Migrations::from_folder(&history);

    let report = migrations.upgrade(&mut database, &Options::new().deploy("one").commit("c1")).unwrap();
    assert!(report.done.is_empty());
    assert_eq!(report.waiting[0].revision, "d000");
    let named = Options::new().deploy("two").commit("c2");
    let report = migrations.upgrade(&mut database, &named).unwrap();
    assert!(report.waiting[0].reasons[0].contains("email.subject"), "{report:?}");
    let report = migrations.upgrade(&mut database, &named.unused("email.subject", "one reads `title`")).unwrap();
    assert_eq!(report.done.len(), 1, "{report:?}");
}

#[test]
fn the_rules_are_asked_of_what_is_pending() {
    let folder = tempfile::tempdir().unwrap();
    let mut database = Database::open(&url(&folder)).unwrap();
    let history = folder.path().join("migrations");
    std::fs::create_dir(&history).unwrap();
    let text = "-- revision: d000\n-- parents: none\n-- message: m\n\n-- upgrade\n\
                CREATE TABLE a (id INTEGER PRIMARY KEY);\nDROP TABLE b;\n\n-- downgrade\n-- nothing to do\n";
    std::fs::write(history.join("1.sql"), text).unwrap();
    let review = Migrations::from_folder(&history).review(&mut database, &Options::new()).unwrap();
    let drop = review.findings.iter().find(|finding| finding.line == 7).unwrap();
    assert!(drop.to_string().contains("1.sql:7"), "{drop}");
}
