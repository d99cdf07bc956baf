//! What the static reader says of models that it does not know all of: where, under which word, and how it is settled.
//!
//! A line of a case under `cases/diagnosed/` that gets a diagnostic ends in `#~ code: a part of the message`, with
//! `(sqlite)` or `(postgres)` behind the code where only that engine has it. `# assume:` at the head settles the case.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use whimbrel_acceptance::truth;
use whimbrel_frontends::diagnostic::Diagnostic;
use whimbrel_frontends::sqlmodel::{self, Code, Desired, Models, Versions};
use whimbrel_schema::Engine;

const ENGINES: [Engine; 2] = [Engine::Sqlite, Engine::Postgres];

/// The cases: files, and the first file of folders.
fn cases() -> Result<Vec<(PathBuf, PathBuf)>> {
    let folder = truth::home().join("cases/diagnosed");
    let mut cases = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        match path.is_dir() {
            true if path.ends_with("__pycache__") => {}
            true => cases.push((path.clone(), path.join("app/models.py"))),
            false => cases.push((folder.clone(), path)),
        }
    }
    cases.sort();
    ensure!(cases.len() >= 20, "there are only {} cases", cases.len());
    Ok(cases)
}

fn read(project: &Path, file: &Path, assume: &[String]) -> Models {
    sqlmodel::read_assuming(&[file.to_path_buf()], project, Versions::default(), assume)
}

fn lower(models: &Models, engine: Engine) -> Result<Desired> {
    Ok(models.lower(whimbrel_engines::dialect(engine).context("no dialect")?))
}

/// Line, code and a part of the message.
fn expected(text: &str, engine: Engine) -> Result<BTreeSet<(u32, String, String)>> {
    let mut found = BTreeSet::new();
    for (number, line) in (1..).zip(text.lines()) {
        for said in line.split("#~").skip(1) {
            let (code, message) = said.split_once(": ").context("`#~ code: message`")?;
            let (code, only) = match code.trim().split_once(" (") {
                Some((code, only)) => (code, Some(only.trim_end_matches(')'))),
                None => (code.trim(), None),
            };
            if only.is_none_or(|only| only == engine.word()) {
                found.insert((number, code.to_string(), message.trim().to_string()));
            }
        }
    }
    Ok(found)
}

fn shown(diagnostic: &Diagnostic) -> String {
    format!("{}: {} #~ {}: {}", diagnostic.file.display(), diagnostic.start().line, diagnostic.code, diagnostic.message)
}

#[test]
fn every_diagnostic_stands_where_it_should() -> Result<()> {
    let mut problems = Vec::new();
    let mut codes = BTreeSet::new();
    for (project, file) in cases()? {
        let text = fs::read_to_string(&file)?;
        let models = read(&project, &file, &[]);
        for engine in ENGINES {
            let mut expected = expected(&text, engine)?;
            for diagnostic in lower(&models, engine)?.diagnostics {
                codes.insert(diagnostic.code);
                let line = diagnostic.start().line;
                let met = expected.iter().find(|(number, code, message)| {
                    *number == line && code == diagnostic.code && diagnostic.message.contains(message.as_str())
                });
                match met.cloned() {
                    Some(met) => drop(expected.remove(&met)),
                    None if *diagnostic.file != *file => {}
                    None => problems.push(format!("{engine}: not expected: {}", shown(&diagnostic))),
                }
            }
            let missing = expected.iter().map(|it| format!("{engine}: {}: missing {it:?}", file.display()));
            problems.extend(missing);
        }
    }
    ensure!(problems.is_empty(), "{}", problems.join("\n"));
    let elsewhere = [
        // About files and entries, which no line of a model stands for; see below.
        Code::UnreadableFile,
        Code::NoModels,
        Code::UnreadableAssumption,
        Code::UnusedAssumption,
        // A fault of the reader's own.
        Code::ReaderFailed,
    ];
    let without_case: Vec<&str> = Code::ALL
        .iter()
        .filter(|code| !elsewhere.contains(code))
        .map(|code| code.word())
        .filter(|word| !codes.contains(word))
        .collect();
    ensure!(without_case.is_empty(), "no case shows {without_case:?}");
    Ok(())
}

#[test]
fn what_is_assumed_settles_the_case() -> Result<()> {
    let mut settled = 0;
    for (project, file) in cases()? {
        let text = fs::read_to_string(&file)?;
        let assume: Vec<String> = text
            .lines()
            .take_while(|line| line.starts_with('#'))
            .filter_map(|line| line.strip_prefix("# assume: ").map(str::to_string))
            .collect();
        if assume.is_empty() {
            continue;
        }
        let before = read(&project, &file, &[]);
        let after = read(&project, &file, &assume);
        for engine in ENGINES {
            let help: Vec<String> = lower(&before, engine)?.diagnostics.into_iter().filter_map(|it| it.help).collect();
            let name = assume[0].split(" = ").next().unwrap_or_default();
            ensure!(help.iter().any(|help| help.contains(name)), "{}: nothing names `{name}`", file.display());
            let desired = lower(&after, engine)?;
            let left: Vec<String> = desired.diagnostics.iter().map(shown).collect();
            ensure!(left.is_empty() && desired.undecided.is_empty(), "{}: {left:#?}", file.display());
            ensure!(!desired.schema.tables.is_empty(), "{}: no table", file.display());
            settled += 1;
        }
    }
    ensure!(settled >= 8, "only {settled} cases were settled");
    Ok(())
}

#[test]
fn an_assumption_that_is_none_is_told() -> Result<()> {
    let folder = truth::home().join("cases/models");
    let assume = ["SCHEMA".to_string(), "first_model.SCHEMAS = 'a'".to_string(), "a.b = c()".to_string()];
    let desired = lower(&read(&folder, &folder.join("first_model.py"), &assume), Engine::Sqlite)?;
    let codes: Vec<&str> = desired.diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    let (unreadable, unused) = (Code::UnreadableAssumption.word(), Code::UnusedAssumption.word());
    assert_eq!(codes.iter().filter(|code| **code == unreadable).count(), 2, "{codes:?}");
    assert_eq!(codes.iter().filter(|code| **code == unused).count(), 1, "{codes:?}");
    Ok(())
}

#[test]
fn files_that_are_not_there_are_told() -> Result<()> {
    let folder = tempfile::tempdir()?;
    fs::create_dir(folder.path().join("empty"))?;
    fs::write(folder.path().join("latin.py"), b"name = '\xe9'\n")?;
    let codes = |path: &str| -> Result<Vec<&'static str>> {
        let desired = lower(&read(folder.path(), &folder.path().join(path), &[]), Engine::Sqlite)?;
        Ok(desired.diagnostics.iter().map(|diagnostic| diagnostic.code).collect())
    };
    assert_eq!(codes("empty")?, ["no-models"]);
    assert_eq!(codes("missing.py")?, ["unreadable-file"]);
    assert_eq!(codes("latin.py")?, ["unreadable-file"]);
    Ok(())
}

/// `docs/models.md` explains every word that can be said, and shows no code that is not in a case.
#[test]
fn the_page_about_models_is_complete_and_true() -> Result<()> {
    let root = truth::home().ancestors().nth(2).context("no root")?;
    let page = fs::read_to_string(root.join("docs/models.md"))?;
    let headings: BTreeSet<&str> =
        page.lines().filter_map(|line| line.strip_prefix("### `")?.strip_suffix('`')).collect();
    let words: BTreeSet<&str> = Code::ALL.iter().map(|code| code.word()).collect();
    assert_eq!(headings, words);
    let mut code = String::new();
    for (_, file) in cases()? {
        for line in fs::read_to_string(file)?.lines() {
            code.push_str(line.split("  #~").next().unwrap_or_default());
            code.push('\n');
        }
    }
    let mut examples = 0;
    for block in page.split("```python\n").skip(1) {
        let block = block.split("```").next().unwrap_or_default();
        ensure!(code.contains(block), "no case has this:\n{block}");
        examples += 1;
    }
    ensure!(examples >= 15, "only {examples} examples");
    Ok(())
}
