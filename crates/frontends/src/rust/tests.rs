use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::*;

/// Files by their paths, read as a project; the tables with their columns' types on PostgreSQL, and what is told.
fn read_project(files: &[(&str, &str)], named: &str, assume: &[&str]) -> (Vec<String>, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap_or(Path::new(""))).unwrap();
        fs::write(path, text).unwrap();
    }
    let assume: Vec<String> = assume.iter().map(|text| (*text).to_owned()).collect();
    let models = read(&[PathBuf::from(named)], folder.path(), &assume);
    let tables = models.tables.iter().map(|table| {
        let columns: Vec<String> =
            table.columns.iter().map(|it| format!("{} {}", it.name, it.ty.postgres.sql)).collect();
        format!("{}: {}", table.name, columns.join(", "))
    });
    let told = models.troubles.iter().map(|trouble| {
        let text = trouble.diagnostic.to_string();
        text.replace(&format!("{}/", folder.path().display()), "")
    });
    let told = told.chain(models.notes.iter().map(|note| note.message.clone())).collect();
    (tables.collect(), told)
}

const MANIFEST: (&str, &str) =
    ("Cargo.toml", "[package]\nname = \"shop\"\n[dependencies]\nwhimbrel = \"1\"\nchrono = \"0.4\"\n");

#[test]
fn modules_are_followed_as_the_compiler_follows_them() {
    let files = [
        MANIFEST,
        (
            "src/main.rs",
            "mod models;\nmod other { pub mod deep; }\n#[path = \"elsewhere/x.rs\"] mod named;\nfn main() {}\n",
        ),
        (
            "src/models/mod.rs",
            "pub mod user;\npub use user::UserId;\npub mod prelude { pub use super::UserId as Id; }\n",
        ),
        (
            "src/models/user.rs",
            "use whimbrel::{DbType, Table};\n#[derive(DbType)] pub struct UserId(i64);\n\
             #[derive(Table)] struct User { #[column(primary_key)] id: UserId }\n",
        ),
        (
            "src/other/deep.rs",
            "use crate::models::prelude::*;\n#[derive(whimbrel::Table)] struct Deep { id: Id, at: Stamp }\n\
             type Stamp = chrono::NaiveDateTime;\n",
        ),
        (
            "src/elsewhere/x.rs",
            "use whimbrel::Table as Model;\n#[derive(Clone, Model)] struct Named { user: crate::models::UserId }\n\
             #[derive(Table)] struct Uuid { id: i32 }\n#[cfg(test)] mod tests;\n",
        ),
    ];
    let (tables, told) = read_project(&files, "Cargo.toml", &[]);
    assert_eq!(told, Vec::<String>::new());
    let expected = [
        "user: id BIGINT",
        "deep: id BIGINT, at TIMESTAMP WITHOUT TIME ZONE",
        "named: user BIGINT",
        "uuid: id INTEGER",
    ];
    assert_eq!(tables, expected);
    let (tables, _) = read_project(&files, "src/models", &[]);
    assert_eq!(tables, ["user: id BIGINT"]);
}

/// As in the examples that come with whimbrel, and wherever somebody works on both.
#[test]
fn whimbrel_beside_the_project_is_no_part_of_it() {
    let files = [
        ("Cargo.toml", "[package]\nname = \"shop\"\n[dependencies]\nwhimbrel = { path = \"whimbrel\" }\n"),
        ("whimbrel/Cargo.toml", "[package]\nname = \"whimbrel\"\n"),
        ("whimbrel/src/lib.rs", "mod table;\npub use table::Table;\n"),
        ("whimbrel/src/table.rs", "pub trait Table {}\n#[derive(whimbrel::Table)] struct Own { id: i32 }\n"),
        ("src/main.rs", "#[derive(whimbrel::Table)] struct User { id: i32 }\n"),
    ];
    let (tables, told) = read_project(&files, "Cargo.toml", &[]);
    assert_eq!((tables, told), (vec!["user: id INTEGER".to_owned()], Vec::new()));
}

#[test]
fn members_of_a_workspace_see_each_other() {
    let files = [
        (
            "Cargo.toml",
            "[workspace]\nmembers = [\"crates/*\"]\n[workspace.dependencies]\nkinds = { path = \"crates/kinds-of\", package = \"kinds-of\" }\n",
        ),
        ("crates/kinds-of/Cargo.toml", "[package]\nname = \"kinds-of\"\n"),
        (
            "crates/kinds-of/src/lib.rs",
            "#[derive(whimbrel::DbEnum)] #[db_enum(rename_all = \"lowercase\")] pub enum Mood { Calm, Exact }\n",
        ),
        ("crates/app/Cargo.toml", "[package]\nname = \"app\"\n[dependencies]\nkinds = { workspace = true }\n"),
        (
            "crates/app/src/lib.rs",
            "use kinds::Mood;\n#[derive(whimbrel::Table)] struct Day { mood: Option<Mood>, list: Vec<i32> }\n",
        ),
    ];
    let (tables, told) = read_project(&files, "Cargo.toml", &[]);
    assert_eq!(tables, ["day: mood mood, list INTEGER"]);
    assert_eq!(
        told,
        [
            "crates/app/src/lib.rs:2:71: error[type-not-on-engine]: SQLite has no column type for this type (say what stores \
          it there: `#[column(type(sqlite = \"…\"))]`)"
        ]
    );
}

#[test]
fn what_depends_on_the_build_is_said_or_decided() {
    let files = [
        MANIFEST,
        (
            "src/lib.rs",
            "use whimbrel::Table;\n#[cfg(feature = \"ssr\")] mod server { #[derive(whimbrel::Table)] struct Log { id: i32 } }\n\
             #[cfg_attr(feature = \"ssr\", derive(Table))] struct Other { #[cfg(test)] no: Nothing, id: i32 }\n\
             #[cfg(not(feature = \"ssr\"))] #[derive(Table)] struct Client { id: i32 }\n",
        ),
    ];
    let (tables, told) = read_project(&files, "Cargo.toml", &["feature = 'ssr'"]);
    assert_eq!((tables, told.len()), (vec!["other: id INTEGER".to_owned(), "log: id INTEGER".to_owned()], 0));
    let (tables, told) = read_project(&files, "Cargo.toml", &["not(feature = 'ssr')"]);
    assert_eq!((tables, told.len()), (vec!["client: id INTEGER".to_owned()], 0));
    let (_, told) = read_project(&files, "Cargo.toml", &[]);
    assert_eq!(
        told,
        [
            "src/lib.rs:4:54: error[undecided]: whether the table `client` is there depends on `cfg(feature = \"ssr\")` \
             (say it under `[models]` in whimbrel.toml: `assume = [\"feature = 'ssr'\"]`, or `\"not(feature = 'ssr')\"`)",
            "src/lib.rs:2:72: error[undecided]: whether the table `log` is there depends on `cfg(feature = \"ssr\")` \
             (say it under `[models]` in whimbrel.toml: `assume = [\"feature = 'ssr'\"]`, or `\"not(feature = 'ssr')\"`)",
            "src/lib.rs:3:3: error[undecided]: what this says of a table depends on `cfg(feature = \"ssr\")` \
             (say it under `[models]` in whimbrel.toml: `assume = [\"feature = 'ssr'\"]`, or `\"not(feature = 'ssr')\"`)",
        ]
    );
}

#[test]
fn what_cannot_be_followed_is_told() {
    let files = [
        MANIFEST,
        (
            "src/lib.rs",
            "mod missing;\nmacro_rules! table { () => { #[derive(whimbrel::Table)] struct A { id: i32 } } }\n\
             include!(concat!(env!(\"OUT_DIR\"), \"/models.rs\"));\ninclude!(\"more.rs\");\n\
             enum Kind { A }\n#[derive(whimbrel::Table)] struct B { kind: Kind, map: std::collections::HashMap<i32, i32>, \
             #[column(foreign_key = \"c.nothing\")] c: i32 }\n",
        ),
        ("src/more.rs", "#[derive(whimbrel::Table)] struct C { id: i32 }\n"),
    ];
    let (tables, told) = read_project(&files, "Cargo.toml", &[]);
    assert_eq!(tables.len(), 2);
    let codes: Vec<String> = told
        .iter()
        .map(|line| {
            let (place, rest) = line.split_once(": ").unwrap();
            format!("{place} {}", rest.split(':').next().unwrap())
        })
        .collect();
    let expected = [
        "src/lib.rs:6:45 error[no-column-type]",
        "src/lib.rs:6:56 error[no-column-type]",
        "src/lib.rs:6:116 error[no-such-column]",
        "src/lib.rs:1:5 error[unreadable-file]",
        "src/lib.rs:2:22 error[not-followed]",
        "src/lib.rs:3:1 error[not-followed]",
    ];
    assert_eq!(codes, expected);
}

#[test]
fn places_count_from_the_beginning_of_the_file() {
    let files = [("src/lib.rs", "\u{feff}#!/usr/bin/env x\n// größer\n#[derive(Table)] struct A { id: u32 }\n")];
    let (_, told) = read_project(&files, "src/lib.rs", &[]);
    assert!(told[0].starts_with("src/lib.rs:3:33: error[no-column-type]"), "{told:?}");
}

#[test]
fn every_diagnostic_is_explained() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rust-models.md")).unwrap();
    let explained: BTreeSet<&str> =
        page.lines().filter_map(|line| line.strip_prefix("### `")?.strip_suffix('`')).collect();
    let words: BTreeSet<&str> = Code::ALL.iter().map(|code| code.word()).collect();
    assert_eq!(explained, words);
}
