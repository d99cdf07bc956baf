#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

//! The live loader: a project's own interpreter says what its models amount to.

use std::fs;
use std::path::Path;

use whimbrel_acceptance::truth::{ModelCase, interpreter};
use whimbrel_engines::dialect;
use whimbrel_frontends::live::{self, LiveError};
use whimbrel_schema::{Engine, ObjectName};

#[test]
fn model_cases_load_and_fold_on_their_engines() {
    let Some(python) = interpreter("python").unwrap() else { return };
    let mut folded_cases = 0;
    // An interpreter takes a second to import SQLAlchemy, so one case in four has to do; the packages among them all.
    let cases = ModelCase::read_all().unwrap().into_iter().enumerate();
    for (_, case) in cases.filter(|(number, case)| number % 4 == 0 || case.name.starts_with("package")) {
        let models = live::load(&python, &case.project, &[case.path], &case.engines).unwrap();
        for engine in &case.engines {
            let folded = models.fold(dialect(*engine).unwrap());
            let unknown: Vec<String> = folded.unknown.iter().map(ToString::to_string).collect();
            assert_eq!(unknown, Vec::<String>::new(), "{} on {engine}", case.name);
            assert!(!folded.schema.tables.is_empty(), "{} on {engine}", case.name);
            folded_cases += 1;
        }
    }
    assert!(folded_cases > 30, "only {folded_cases} were folded");
}

#[test]
fn plain_defaults_of_the_application_come_along() {
    let Some(python) = interpreter("python").unwrap() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("models.py");
    fs::write(
        &file,
        "from sqlmodel import Field, SQLModel\n\nprint('models may print')\n\n\n\
         class Email(SQLModel, table=True):\n    id: int | None = Field(default=None, primary_key=True)\n    \
         flag: bool = False\n    subject: str = 'it''s'\n",
    )
    .unwrap();
    let models = live::load(&python, folder.path(), &[file], &[Engine::Postgres]).unwrap();
    let folded = models.fold(dialect(Engine::Postgres).unwrap());
    let table = folded.schema.table(&ObjectName::new("email")).unwrap();
    let proposal = |column: &str| table.column(column).unwrap().notes.client_default.clone().unwrap().0;
    assert_eq!(proposal("flag"), "false");
    assert_eq!(proposal("subject"), "'its'");
    assert_eq!(table.column("flag").unwrap().default, None);
}

#[test]
fn a_failing_import_and_a_missing_interpreter_are_told() {
    let Some(python) = interpreter("python").unwrap() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("models.py");
    fs::write(&file, "import a_module_that_is_not_there\n").unwrap();
    let paths = [file];
    match live::load(&python, folder.path(), &paths, &[Engine::Sqlite]) {
        Err(LiveError::Import { report, .. }) => {
            assert!(report.contains("a_module_that_is_not_there"), "{report}");
            assert!(report.contains("models.py\", line 1"), "{report}");
        }
        other => panic!("{other:?}"),
    }
    let nowhere = live::load(Path::new("no/such/python"), folder.path(), &paths, &[Engine::Sqlite]);
    assert!(matches!(nowhere, Err(LiveError::Interpreter { .. })), "{nowhere:?}");
    fs::write(&paths[0], "x = 1\n").unwrap();
    let empty = live::load(&python, folder.path(), &paths, &[Engine::Sqlite]);
    assert!(matches!(empty, Err(LiveError::NoTables { .. })), "{empty:?}");
}
