//! The static reading of models against what the real SQLModel and SQLAlchemy make of the same source.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use whimbrel_acceptance::database::{self, Database, Ground};
use whimbrel_acceptance::truth::{self, Corpus, Created, ModelCase, Outcome, Question, Reading};
use whimbrel_frontends::sqlmodel;
use whimbrel_schema::Engine;

/// SQLite, and one PostgreSQL: what a class means does not depend on the server's version.
fn grounds() -> Result<Vec<Ground>> {
    let postgres = database::postgres()?;
    let usual = postgres.iter().find(|ground| ground.major == 15).or(postgres.last());
    Ok(std::iter::once(database::SQLITE).chain(usual.copied()).collect())
}

/// A database for every engine that the case is for, and the question that has it filled.
fn fill(
    grounds: &[Ground],
    engines: &[Engine],
    question: impl Fn(BTreeMap<Engine, String>) -> Question,
) -> Result<(Vec<Database>, Question)> {
    let wanted = grounds.iter().filter(|ground| engines.contains(&ground.engine));
    let databases: Vec<Database> = wanted.map(|ground| ground.database()).collect::<Result<_>>()?;
    let targets = databases.iter().map(|database| {
        let url = database.url.replacen("postgresql://", "postgresql+psycopg://", 1);
        (database.ground.engine, url)
    });
    let question = question(targets.collect());
    Ok((databases, question))
}

#[test]
fn every_model_case_is_read_as_sqlalchemy_makes_it() -> Result<()> {
    let Some(python) = truth::interpreter("python")? else { return Ok(()) };
    let grounds = grounds()?;
    let mut cases = ModelCase::read_all()?;
    if let Ok(only) = std::env::var("WHIMBREL_CASE") {
        cases.retain(|case| case.name == only);
    }
    let filled: Vec<(Vec<Database>, Question)> = cases
        .iter()
        .map(|case| fill(&grounds, &case.engines, |targets| case.question(targets)))
        .collect::<Result<_>>()?;
    let questions: Vec<Question> = filled.iter().map(|(_, question)| question.clone()).collect();
    let answers = truth::ask(&python, &questions)?;
    let (mut problems, mut columns) = (Vec::new(), 0);
    for ((case, (databases, _)), answer) in cases.iter().zip(filled).zip(answers) {
        for mut database in databases {
            let created = created(&answer.engines, database.ground).with_context(|| case.name.clone())?;
            let models = sqlmodel::read_as(std::slice::from_ref(&case.path), &case.project, truth::versions(&created));
            let reading = truth::compare(&models, &[], database.driver.as_mut())?;
            columns += reading.identical_columns;
            problems.extend(trouble(&case.name, database.ground, &reading));
        }
    }
    println!("{} cases, {columns} columns identical", cases.len());
    ensure!(problems.is_empty(), "{} readings differ\n\n{}", problems.len(), problems.join("\n"));
    ensure!(columns > 0, "nothing was compared");
    Ok(())
}

/// Our own cases hold nothing that could not be decided, so an undecided table is a difference there as well.
fn trouble(name: &str, ground: Ground, reading: &Reading) -> Option<String> {
    if reading.silent.is_empty() && reading.undecided.is_empty() {
        return None;
    }
    let mut text = format!("{name} on {ground}:\n");
    for line in &reading.silent {
        let _ = writeln!(text, "  {line}");
    }
    for line in reading.undecided.iter().map(|table| format!("undecided: {table}")).chain(reading.diagnostics.clone()) {
        let _ = writeln!(text, "  {line}");
    }
    Some(text)
}

fn created(engines: &BTreeMap<Engine, Outcome>, ground: Ground) -> Result<Created> {
    match engines.get(&ground.engine) {
        Some(Outcome::Created(created)) => Ok(created.clone()),
        Some(Outcome::Failed { error }) => anyhow::bail!("the real library failed on {ground}: {error}"),
        None => anyhow::bail!("no answer for {ground}"),
    }
}

#[test]
fn corpora_are_read_as_recorded() -> Result<()> {
    let project = Corpus::project();
    if !project.is_dir() {
        ensure!(std::env::var_os("CI").is_none(), "no corpora; run: cargo xtask corpora");
        eprintln!("skipped: {} is not there; cargo xtask corpora downloads it", project.display());
        return Ok(());
    }
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    for corpus in Corpus::read_all()? {
        let record = corpus.record()?;
        for ground in grounds()? {
            let Some(created) = record.engines.get(&ground.engine) else { continue };
            let mut database = ground.database()?;
            database.driver.execute_script(&created.statements.join(";\n"))?;
            let paths: Vec<PathBuf> = corpus.paths.iter().map(|path| project.join(path)).collect();
            let without = corpus.without.get(&ground.engine).map_or(&[][..], Vec::as_slice);
            let settled = (!corpus.assume.is_empty()).then_some(corpus.assume.as_slice());
            for assume in std::iter::once(&[][..]).chain(settled) {
                let models = sqlmodel::read_assuming(&paths, &project, truth::versions(created), assume);
                let reading = truth::compare(&models, without, database.driver.as_mut())?;
                if !reading.silent.is_empty() {
                    let shown: Vec<&String> = reading.silent.iter().take(40).collect();
                    problems.push(format!("{} on {ground}: {shown:#?}\n{:#?}", corpus.package, reading.diagnostics));
                }
                rows.push(Row { corpus: corpus.clone(), engine: ground.engine, settled: !assume.is_empty(), reading });
            }
        }
    }
    let report = report(&rows);
    println!("{report}");
    ensure!(problems.is_empty(), "silent differences:\n\n{}", problems.join("\n"));
    let path = truth::home().ancestors().nth(2).unwrap_or(truth::home()).join("docs/corpora.md");
    if std::env::var_os("WHIMBREL_WRITE").is_some() {
        std::fs::write(&path, &report)?;
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    ensure!(written == report, "docs/corpora.md is not what was found now; WHIMBREL_WRITE=1 writes it");
    Ok(())
}

struct Row {
    corpus: Corpus,
    engine: Engine,
    /// Whether it was read with what `assume` settles.
    settled: bool,
    reading: Reading,
}

fn report(rows: &[Row]) -> String {
    let mut text = String::from(
        "# Models of published packages, read without running them\n\n\
         Each package's models are created for real by SQLAlchemy's `create_all`; whimbrel reads the same source. What is\n\
         compared is every table with its columns, types, defaults, keys, constraints, indexes, enums and comments, field by\n\
         field. A difference that no diagnostic announces fails the tests. This page is written by them\n\
         (`WHIMBREL_WRITE=1 cargo test -p whimbrel-acceptance --test models`).\n\
         Where a package is listed twice, the second reading was told with `assume` what its configuration says.\n\n\
         | package | engine | classes read | tables identical | columns identical | diagnostics | undecided |\n\
         |---|---|---|---|---|---|---|\n",
    );
    for Row { corpus, engine, settled, reading } in rows {
        let Reading { classes, tables, identical_tables, columns, identical_columns, diagnostics, undecided, .. } =
            reading;
        let _ = writeln!(
            text,
            "| {} {}{} | {} | {classes} | {identical_tables} of {tables} | {identical_columns} of {columns} | {} | {} |",
            corpus.package,
            corpus.version,
            if *settled { ", settled" } else { "" },
            engine.title(),
            diagnostics.len(),
            if undecided.is_empty() { "none".to_owned() } else { undecided.join(", ") },
        );
    }
    text
}

/// At least three packages are imported for real in every run, and are what was recorded.
#[test]
fn live_packages_are_what_was_recorded() -> Result<()> {
    let Some(python) = truth::interpreter("python-packages")? else { return Ok(()) };
    let grounds = grounds()?;
    let corpora: Vec<Corpus> = Corpus::read_all()?.into_iter().filter(|corpus| corpus.live).collect();
    ensure!(corpora.len() >= 3, "fewer than three packages are imported");
    for corpus in corpora {
        let (databases, question) = fill(&grounds, &corpus.engines, |targets| corpus.question(targets))?;
        let answers = truth::ask(&python, &[question])?;
        let record = corpus.record()?;
        for mut database in databases {
            let created = created(&answers[0].engines, database.ground).with_context(|| corpus.package.clone())?;
            let recorded = record.engines.get(&database.ground.engine).context("nothing recorded")?;
            ensure!(created.tables == recorded.tables, "{} is not what was recorded", corpus.package);
            let found = truth::disagreements(&database.driver.introspect()?, &created.tables);
            ensure!(found.is_empty(), "{}: {found:#?}", corpus.package);
            println!("{} {}: {} tables as recorded", corpus.package, database.ground, created.tables.len());
        }
    }
    Ok(())
}
