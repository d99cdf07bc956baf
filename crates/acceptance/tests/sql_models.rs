#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

//! Models written as SQL: files in any order, and what cannot be followed is named.

use std::fs;

use whimbrel_engines::sqlite;
use whimbrel_frontends::sql;
use whimbrel_schema::ObjectName;

#[test]
fn files_may_need_each_other_in_any_order() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("tables")).unwrap();
    fs::write(folder.path().join("a_index.sql"), "CREATE INDEX ix_email_subject ON email (subject);\n").unwrap();
    fs::write(
        folder.path().join("tables/email.sql"),
        "CREATE TABLE email (\n    id INTEGER PRIMARY KEY,\n    subject TEXT NOT NULL\n);\n",
    )
    .unwrap();
    fs::write(folder.path().join("notes.md"), "not SQL").unwrap();

    let models = sql::read(&[folder.path()]);
    assert_eq!(models.diagnostics, []);
    assert_eq!(models.files.len(), 2);
    let folded = models.fold(sqlite::dialect());
    assert_eq!(folded.unknown, []);
    let email = folded.schema.table(&ObjectName::new("email")).expect("the table of the folder within");
    assert!(email.index("ix_email_subject").is_some());
}

#[test]
fn what_cannot_be_followed_is_named_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("schema.sql");
    fs::write(&file, "CREATE TABLE a (id INTEGER);\n\nCREATE INDEX ix ON missing (id);\nCREATE TABLE b AS SELECT 1;\n")
        .unwrap();

    let folded = sql::read(&[&file]).fold(sqlite::dialect());
    let mut places: Vec<_> = folded.unknown.iter().map(|it| (it.start().line, it.code)).collect();
    places.sort_unstable();
    assert_eq!(places, [(3, "impossible-statement"), (4, "unknown-statement")]);
}

#[test]
fn a_path_that_is_not_there_is_a_diagnostic() {
    let models = sql::read(&["no/such/schema.sql"]);
    assert_eq!(models.diagnostics.len(), 1);
    assert_eq!(models.diagnostics[0].code, "unreadable-file");
}
