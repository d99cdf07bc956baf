//! Migrations in a binary, on SQLite.
#![cfg(feature = "sqlite-unbundled")]
#![allow(clippy::unwrap_used)]

use whimbrel::{Database, ErrorKind, Event, Migrations, Options, Protected, Verdict, embed};

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

#[test]
fn files_that_came_after_the_build_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let first = std::fs::read_to_string("tests/migrations/8c1f_first.sql").unwrap();
    std::fs::write(folder.path().join("1_later.sql"), first).unwrap();
    let whole = folder.path().display().to_string().leak();
    let built_before = whimbrel::embedded::migrations("migrations", whole, &[]);
    let mut told = Vec::new();
    let mut database = Database::open(&url(&folder)).unwrap();
    built_before.upgrade_with(&mut database, &Options::new(), |event| told.push(event.clone())).unwrap();
    let named = told.iter().find_map(|event| match event {
        Event::NotEmbedded { files } => Some(files.clone()),
        _ => None,
    });
    assert_eq!(named, cfg!(debug_assertions).then(|| vec!["1_later.sql".to_string()]));
}

#[test]
fn a_protected_database_asks_for_each_gate_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let history = folder.path().join("migrations");
    std::fs::create_dir(&history).unwrap();
    let text = std::fs::read_to_string("tests/migrations/8c1f_first.sql").unwrap();
    std::fs::write(history.join("1.sql"), text).unwrap();
    let mut database = Database::open(&url(&folder)).unwrap();
    Migrations::from_folder(&history).upgrade(&mut database, &Options::new()).unwrap();
    let add = "-- revision: d000\n-- parents: 8c1f0e7d2b34\n-- message: add name\n\n-- upgrade\n\
                ALTER TABLE email ADD COLUMN name TEXT;\n\n-- downgrade\nALTER TABLE email DROP COLUMN name;\n";
    std::fs::write(history.join("2.sql"), add).unwrap();
    let migrations = Migrations::from_folder(&history);
    let upgrade = |database: &mut Database, protected: Protected| {
        let options = Options::new().deploy("one").commit("c1").protected(protected);
        migrations.upgrade(database, &options)
    };

    let protected = Protected::new("production").backups(folder.path().join("backups"));
    let protected = protected.rehearsals(folder.path().join("rehearsals"));
    let refused = |database: &mut Database, protected: &Protected| {
        let error = upgrade(database, protected.clone()).unwrap_err();
        assert_eq!((error.kind(), error.changed()), (ErrorKind::Refused, false), "{error}");
        error.to_string() + "\n" + &error.next().join("\n")
    };
    let told = refused(&mut database, &protected);
    assert!(
        told.contains("no backup newer than its last change") && told.contains("Protected::without_backup"),
        "{told}"
    );
    let protected = protected.without_backup("it is empty");
    let told = refused(&mut database, &protected);
    assert!(told.contains("rehears") && told.contains("Protected::without_rehearsal"), "{told}");
    assert_eq!(migrations.current(&mut database).unwrap().pending.len(), 1);
    let report = upgrade(&mut database, protected.without_rehearsal("it is empty")).unwrap();
    assert_eq!(report.done.len(), 1);
    // To go back, the environment is named once more.
    let named = Options::new().protected(Protected::new("production").confirm("staging"));
    let error = migrations.downgrade(&mut database, "-1", &named).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused, "{error}");
}

#[cfg(feature = "tracing")]
mod as_tracing_has_it {
    use std::fmt::{Debug, Write as _};
    use std::sync::{Arc, Mutex};

    use tracing::field::{Field, Visit};
    use tracing::span::{Attributes, Id, Record};
    use tracing::{Metadata, Subscriber};

    use super::*;

    /// What is heard, a line each.
    #[derive(Clone, Default)]
    struct Heard(Arc<Mutex<Vec<String>>>);

    struct Line(String);

    impl Visit for Line {
        fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
            write!(self.0, " {}={value:?}", field.name()).unwrap();
        }
    }

    impl Heard {
        fn push(&self, metadata: &Metadata<'_>, what: &str, fields: impl FnOnce(&mut Line)) {
            let mut line = Line(format!("{} {what}", metadata.level()));
            fields(&mut line);
            self.0.lock().unwrap().push(line.0);
        }
    }

    impl Subscriber for Heard {
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            metadata.target().starts_with("whimbrel")
        }

        fn new_span(&self, span: &Attributes<'_>) -> Id {
            self.push(span.metadata(), span.metadata().name(), |line| span.record(line));
            Id::from_u64(1)
        }

        fn record(&self, _: &Id, _: &Record<'_>) {}

        fn record_follows_from(&self, _: &Id, _: &Id) {}

        fn event(&self, event: &tracing::Event<'_>) {
            self.push(event.metadata(), "event", |line| event.record(line));
        }

        fn enter(&self, _: &Id) {}

        fn exit(&self, _: &Id) {}
    }

    #[test]
    fn a_run_is_a_span_with_its_events() {
        let folder = tempfile::tempdir().unwrap();
        let mut database = Database::open(&url(&folder)).unwrap();
        let heard = Heard::default();
        tracing::subscriber::with_default(heard.clone(), || {
            MIGRATIONS.upgrade(&mut database, &Options::new().deploy("v42")).unwrap();
        });
        let heard = heard.0.lock().unwrap();
        assert!(heard[0].starts_with("INFO whimbrel_upgrade database=") && heard[0].contains("v42"), "{heard:#?}");
        let count =
            |level: &str| heard.iter().filter(|line| line.starts_with(&format!("{level} event message="))).count();
        assert!(count("INFO") >= 2 && count("DEBUG") >= 4, "{heard:#?}");
        assert!(heard.iter().any(|line| line.contains("a1c0e4429b1f")), "{heard:#?}");
    }
}
