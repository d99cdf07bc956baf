//! Whatever stands in a file: the readers end, soon, and without a panic. A bounded run of mutated real texts;
//! `WHIMBREL_FUZZ` says how many, `WHIMBREL_FUZZ_SEED` from where.
#![allow(clippy::panic)]

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};
use whimbrel_acceptance::truth::{self, Corpus};
use whimbrel_frontends::scripts::{self, File, Layout, Part};
use whimbrel_frontends::{revision, sqlmodel};
use whimbrel_plan::review::{Config, Followup, Reviewer, edited};
use whimbrel_plan::{Dialect, Understanding};
use whimbrel_schema::{Engine, Schema};

/// One second as it is released; without optimisation the same work takes several times as long.
const LONGEST: Duration = Duration::from_secs(if cfg!(debug_assertions) { 3 } else { 1 });

fn inputs(usual: u64) -> u64 {
    std::env::var("WHIMBREL_FUZZ").ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Mutations of the seeds, each given to the reader.
fn survives(what: &str, seeds: &[String], count: u64, mut reader: impl FnMut(&str)) {
    let first: u64 = std::env::var("WHIMBREL_FUZZ_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(20_261_122);
    for seed in first..first + count {
        let mut random = random_of(seed);
        let text = mutated(seeds, &mut random);
        let mut timed = || {
            let begun = Instant::now();
            let outcome = catch_unwind(AssertUnwindSafe(|| reader(&text)));
            (outcome, begun.elapsed())
        };
        let (outcome, mut took) = timed();
        // The machine may have been elsewhere; a reader that is slow is slow three times.
        for _ in 0..2 {
            if took >= LONGEST {
                took = took.min(timed().1);
            }
        }
        let told = || format!("WHIMBREL_FUZZ=1 WHIMBREL_FUZZ_SEED={seed} repeats it; the input:\n{}", shortened(&text));
        assert!(outcome.is_ok(), "{what}: a panic; {}", told());
        assert!(took < LONGEST, "{what}: {} ms; {}", took.as_millis(), told());
    }
}

fn shortened(text: &str) -> String {
    let shown: String = text.chars().take(4000).collect();
    if shown.len() < text.len() { format!("{shown}… ({} bytes)", text.len()) } else { shown }
}

fn random_of(seed: u64) -> TestRng {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    TestRng::from_seed(RngAlgorithm::ChaCha, &bytes)
}

/// Pieces that readers trip over.
const PIECES: &[&str] = &[
    "'",
    "\"",
    "`",
    "$$",
    "$a$",
    "/*",
    "*/",
    "--",
    "\n",
    "\r",
    ";",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ".",
    "\\",
    "\0",
    "é",
    "🐦",
    "\u{feff}",
    "E'\\'",
    "U&\"",
    "::",
    "-- upgrade",
    "-- downgrade\n",
    "-- revision:",
    "BEGIN",
    "END",
    "CREATE TABLE",
    "ALTER TABLE t",
    "CONSTRAINT",
    "CHECK (",
    "f\"{",
    "\"\"\"",
    "lambda",
    "*",
    "class A(A):\n",
    "def ",
    "import ",
    "from . import *\n",
    "= Field(",
    "9999999999999999999999",
    "1e999",
    "-1",
    "%",
    "%(a)s",
];

fn mutated(seeds: &[String], random: &mut TestRng) -> String {
    let mut below = |limit: usize| (random.next_u64() % limit.max(1) as u64) as usize;
    let mut text: Vec<char> = seeds[below(seeds.len())].chars().collect();
    if text.len() > 6000 {
        let from = below(text.len() - 5000);
        text = text[from..from + 5000].to_vec();
    }
    for _ in 0..=below(6) {
        let at = below(text.len() + 1);
        let end = (at + below(40)).min(text.len());
        match below(7) {
            0 => drop(text.drain(at..end)),
            1 => text.truncate(at),
            2 | 3 => drop(text.splice(at..at, PIECES[below(PIECES.len())].chars())),
            4 => {
                let copy = text[at..end].to_vec();
                drop(text.splice(at..at, copy));
            }
            5 => {
                let other: Vec<char> = seeds[below(seeds.len())].chars().take(3000).collect();
                let from = below(other.len() + 1);
                drop(text.splice(at..end, other[from..].iter().copied()));
            }
            _ => {
                let piece = PIECES[below(PIECES.len())];
                let many = piece.repeat(1 << below(12));
                drop(text.splice(at..at, many.chars()));
            }
        }
    }
    text.into_iter().collect()
}

/// What nests as deep as somebody cares to write it.
fn deep() -> Vec<String> {
    [1_000, 20_000]
        .into_iter()
        .flat_map(|depth: usize| {
            [
                format!("CREATE TABLE t (a int CHECK ({}1{}))", "(".repeat(depth), ")".repeat(depth)),
                format!("SELECT {}", "NOT ".repeat(depth)),
                format!("SELECT 1{}", " + 1".repeat(depth)),
                format!("CREATE VIEW v AS {}SELECT 1{}", "SELECT * FROM (".repeat(depth), ")".repeat(depth)),
                "/*".repeat(depth),
                "CASE WHEN ".repeat(depth),
                "[".repeat(depth),
            ]
        })
        .collect()
}

fn sql_seeds(engine: Engine) -> Result<Vec<String>> {
    let mut seeds = Vec::new();
    for corpus in Corpus::read_all()? {
        let record = corpus.record()?;
        seeds.extend(record.engines.get(&engine).into_iter().flat_map(|created| created.statements.clone()));
    }
    for file in files_under(&truth::home().join("cases/diff"), "sql")? {
        seeds.push(fs::read_to_string(file)?);
    }
    ensure!(seeds.len() > 100, "only {} texts to start from", seeds.len());
    Ok(seeds)
}

fn files_under(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Splits, and understands what comes out; the pieces lie within the text and do not overlap.
fn read_sql(dialect: &dyn Dialect, text: &str) {
    let mut end = 0;
    for range in dialect.split(text) {
        assert!(range.start >= end && range.end >= range.start, "the statements overlap");
        end = range.end;
        let _ = dialect.understand(&text[range]);
    }
}

fn sql_survives(engine: Engine) -> Result<()> {
    let dialect = whimbrel_engines::dialect(engine).unwrap_or_else(|| panic!("no dialect for {engine}"));
    for text in deep() {
        let begun = Instant::now();
        read_sql(dialect, &text);
        let took = begun.elapsed();
        assert!(took < 5 * LONGEST, "{engine}: {} ms for {}", took.as_millis(), &text[..60]);
    }
    survives(engine.title(), &sql_seeds(engine)?, inputs(4000), |text| read_sql(dialect, text));
    Ok(())
}

#[test]
fn sqlite_text() -> Result<()> {
    sql_survives(Engine::Sqlite)
}

#[test]
fn postgres_text() -> Result<()> {
    sql_survives(Engine::Postgres)
}

#[test]
fn mysql_text() -> Result<()> {
    sql_survives(Engine::Mysql)
}

/// The whole review: every statement is judged, what is said stands within the text, and what is not understood is said.
fn review_survives(engine: Engine) -> Result<()> {
    let dialect = whimbrel_engines::dialect(engine).unwrap_or_else(|| panic!("no dialect for {engine}"));
    let mut seeds = sql_seeds(engine)?;
    seeds.truncate(300);
    let cases = files_under(&truth::home().join("review").join(engine.word()), "sql")?;
    ensure!(!cases.is_empty(), "no cases for {engine}");
    for file in cases {
        // Each case on its own: what came before the other statements of the file is not what they are about.
        let text = fs::read_to_string(file)?;
        seeds.extend(text.split("-- case: ").skip(1).flat_map(|case| [case.to_string(), case.to_string()]));
    }
    let mut judged = 0;
    survives(&format!("review of {}", engine.title()), &seeds, inputs(1500), |text| judged += review(dialect, text));
    ensure!(judged > 1000 || inputs(1500) < 1500, "only {judged} statements were judged");
    Ok(())
}

fn review(dialect: &dyn Dialect, text: &str) -> usize {
    // As often from an empty database as from one that nobody knows.
    let config = Config { from_empty: text.len().is_multiple_of(2), ..Config::default() };
    let whole = [Part::new(0..text.len(), true)];
    let script = Arc::new(scripts::cut(Arc::new(PathBuf::from("fuzz.sql")), Arc::from(text), &whole, dialect));
    let understood: Vec<_> = script.statements.iter().map(|it| dialect.understand(script.sql(it))).collect();
    let unknown: Vec<bool> = understood.iter().map(|it| matches!(it, Understanding::Unknown { .. })).collect();
    let mut reviewer = Reviewer::new(Schema::new(dialect.engine()), dialect, &config);
    let reviewed = reviewer.take(&script, &understood).unwrap_or_else(|| panic!("it was to be judged"));
    assert_eq!(reviewed.statements.len(), script.statements.len(), "a statement was not judged");
    for (statement, unknown) in reviewed.statements.iter().zip(unknown) {
        let told = statement.findings.iter().chain(statement.accepted.iter().map(|(finding, _)| finding));
        let mut found_unknown = false;
        for finding in told {
            assert!(text.get(finding.span.clone()).is_some(), "{}: {:?} is no place in it", finding.rule, finding.span);
            found_unknown |= finding.rule == "unknown-statement";
        }
        assert_eq!(found_unknown, unknown, "unknown, and not said: {}", &text[statement.span.clone()]);
        for (_, fix) in statement.fixable() {
            let fixed = edited(text, &[fix]).unwrap_or_else(|| panic!("the edits of `{}` do not fit", fix.what));
            read_sql(dialect, &fixed);
        }
    }
    reviewed.statements.len()
}

#[test]
fn sqlite_review() -> Result<()> {
    review_survives(Engine::Sqlite)
}

#[test]
fn postgres_review() -> Result<()> {
    review_survives(Engine::Postgres)
}

#[test]
fn mysql_review() -> Result<()> {
    review_survives(Engine::Mysql)
}

/// Names of files as tools have them, each with what such a file begins with.
const LAID_OUT: &[(&str, &str)] = &[
    ("V1_2__a.sql", ""),
    ("U1__a.sql", ""),
    ("R__a.sql", "-- flyway:executeInTransaction=false\n"),
    ("20260101_a.sql", "-- migrate:up transaction:false\n"),
    ("0001_a.sql", "-- +goose NO TRANSACTION\n-- +goose Up\n-- +goose StatementBegin\n"),
    ("1_a.up.sql", "-- no-transaction\n"),
    ("1_a/up.sql", ""),
    ("1_a/migration.sql", ""),
    ("1.sql", "-- atlas:txmode none\n\n"),
    ("a.sql", "-- whimbrel: allow drop-table, because\n"),
    ("99999999999999999999_é.sql", "\u{feff}-- +goose Up\n-- +goose StatementEnd\n"),
];

/// Files of every layout: recognised, cut, judged, said in the tool's own words and followed by new ones.
#[test]
fn files_of_every_layout() -> Result<()> {
    let dialect = whimbrel_engines::dialect(Engine::Postgres).unwrap_or_else(|| panic!("no dialect"));
    let mut seeds: Vec<String> = Vec::new();
    for seed in sql_seeds(Engine::Postgres)?.into_iter().take(100) {
        seeds.extend(
            LAID_OUT.iter().map(|(_, begin)| format!("{begin}{seed}\n-- +goose StatementEnd\n-- migrate:down\n")),
        );
    }
    let then = [Followup {
        message: "validate it".to_string(),
        statements: vec!["SELECT 1".to_string(), "SELECT 2".to_string()],
        no_transaction: true,
        undo: vec!["SELECT 3".to_string()],
    }];
    survives("layouts", &seeds, inputs(150), |text| {
        for (at, layout) in Layout::ALL.into_iter().enumerate() {
            let (name, _) = LAID_OUT[(text.len() + at) % LAID_OUT.len()];
            let file = File::new(PathBuf::from(name), text);
            let _ = Layout::recognise(std::slice::from_ref(&file));
            let _ = scripts::following(layout, &file, &[], &then);
            let _ = scripts::in_own_words(&file, layout, dialect);
            let mut script = scripts::cut(file.path.clone(), file.text.clone(), &layout.parts(&file), dialect);
            for statement in &script.statements {
                assert!(file.text.get(statement.span.clone()).is_some() && file.text.is_char_boundary(statement.above));
            }
            let understood: Vec<_> = script.statements.iter().map(|it| dialect.understand(script.sql(it))).collect();
            scripts::settle(&mut script, &understood, layout, dialect);
        }
    });
    Ok(())
}

#[test]
fn revision_files() -> Result<()> {
    const REVISION: &str = "-- revision: 8c1f0e7d2b34\n-- parents:  1b2c3d4e5f60, 77aa77aa77aa\n-- depends:  51b051b051b0\n\
        -- message:  add archived_at\n-- phase:    expand\n-- part:     1 of 3\n\n-- a free comment\n\n\
        -- upgrade (postgres)\n-- transaction: none\n-- question: was it renamed?\n\
        CREATE INDEX CONCURRENTLY a ON b (c);\n\n-- upgrade (sqlite)\n-- backfill\nUPDATE a SET b = ';';\n\n\
        -- downgrade\nDROP INDEX a;\n";
    let mut seeds = sql_seeds(Engine::Postgres)?;
    seeds.truncate(200);
    seeds.extend(std::iter::repeat_n(REVISION.to_owned(), 600));
    survives("revision", &seeds, inputs(4000), |text| {
        if let Ok(revision) = revision::read(text, Path::new("fuzz.sql")) {
            // What was read can be written, and reads back.
            let written = revision::write(&revision);
            assert!(revision::read(&written, Path::new("fuzz.sql")).is_ok(), "written, it no longer reads:\n{written}");
        }
    });
    Ok(())
}

/// The reader turns a fault of its own into a diagnostic, so that is what is looked for.
#[test]
fn python_models() -> Result<()> {
    let mut seeds = Vec::new();
    for file in files_under(&truth::home().join("cases/models"), "py")? {
        seeds.push(fs::read_to_string(file)?);
    }
    let corpora = Corpus::project();
    for corpus in Corpus::read_all()?.iter().filter(|_| corpora.is_dir()) {
        for path in corpus.paths.iter().map(|path| corpora.join(path)) {
            let files = if path.is_dir() { files_under(&path, "py")? } else { vec![path] };
            for file in files {
                seeds.push(fs::read_to_string(file)?);
            }
        }
    }
    ensure!(seeds.len() > 60, "only {} texts to start from", seeds.len());
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("models.py");
    let read = |text: &str| {
        fs::write(&file, text).unwrap_or_else(|error| panic!("{error}"));
        let models = sqlmodel::read(std::slice::from_ref(&file), folder.path());
        for engine in [Engine::Sqlite, Engine::Postgres] {
            let dialect = whimbrel_engines::dialect(engine).unwrap_or_else(|| panic!("no dialect for {engine}"));
            let desired = models.lower(dialect);
            let fault = desired.diagnostics.iter().find(|diagnostic| diagnostic.code == "reader-failed");
            assert!(fault.is_none(), "the reader failed");
        }
    };
    for depth in [1_000, 10_000] {
        for text in [
            format!("x = {}1{}", "(".repeat(depth), ")".repeat(depth)),
            format!("x = 1{}", " + 1".repeat(depth)),
            format!("x = {}", "[".repeat(depth)),
            format!("x = a{}", ".b".repeat(depth)),
            format!("x = {}1", "not ".repeat(depth)),
        ] {
            let begun = Instant::now();
            read(&text);
            let took = begun.elapsed();
            assert!(took < 5 * LONGEST, "{} ms for {}…", took.as_millis(), &text[..40]);
        }
    }
    survives("Python", &seeds, inputs(1500), read);
    Ok(())
}
