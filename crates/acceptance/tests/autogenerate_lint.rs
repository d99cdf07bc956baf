//! What autogenerate writes passes our own linter: over every written case, up and down, `lint --fix` would change
//! nothing. Whatever form is safer for those who write meanwhile is the one that was written.

#![allow(clippy::panic)]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context as _, Result, ensure};
use whimbrel_acceptance::case::{Case, Part};
use whimbrel_acceptance::review_case::{self, fixed, review};
use whimbrel_acceptance::{laws, truth};
use whimbrel_plan::autogenerate::{DraftStatement, draft};
use whimbrel_plan::review::Config;
use whimbrel_plan::{Dialect, fold};
use whimbrel_schema::{Engine, Pair, Schema};

/// What stays as it is, and why.
const LEFT: [(&str, &str, &str); 4] = [
    ("detach-blocks", "", "PostgreSQL 13 cannot detach concurrently, and revisions run on it too"),
    ("unbatched-change", "", "one plain revision has its UPDATE in it; the chain of an evolution runs it in batches"),
    ("required-column", "columns/add_required_empty", "a question above it asks what its rows get"),
    ("unique-blocks", "generated/plain_to_stored", "its column is made anew: without the lock nothing would be unique"),
];

fn is_left(rule: &str, case: &str) -> bool {
    LEFT.iter().any(|(left, of, _)| *left == rule && (of.is_empty() || *of == case))
}

fn schema(sql: &str, dialect: &dyn Dialect) -> Result<Schema> {
    let mut schema = laws::fold(sql, dialect)?;
    fold::settle(&mut schema, dialect);
    Ok(schema)
}

/// As it stands in a revision.
fn text(statements: &[DraftStatement]) -> String {
    statements.iter().fold(String::new(), |mut text, statement| {
        let alone = if statement.transactional { "" } else { "-- transaction: none\n" };
        let _ = write!(text, "{alone}{};\n\n", statement.sql);
        text
    })
}

/// What the fixes of a text would be, by the rules that ask for them; and how many findings there are at all.
fn judged(setup: String, judge: String, dialect: &dyn Dialect) -> (Vec<(&'static str, String)>, usize) {
    let mut config = Config { from_empty: true, ..Config::default() };
    // The runner's own settings and limits, as `lint` takes them for revisions.
    for (setting, value) in dialect.own_session() {
        config.session.insert((*setting).to_string(), (*value).to_string());
    }
    config.guarded = ["lock_timeout", "statement_timeout"].map(str::to_string).into();
    let case = review_case::Case { setup, judge, config, ..review_case::Case::default() };
    let findings = review(&case, &case.judge, dialect).findings().count();
    let fixed = fixed(&case, dialect).unwrap_or_default();
    (fixed.taken.into_iter().map(|taken| (taken.rule, taken.what)).collect(), findings)
}

fn nothing_is_left_to_fix(engine: Engine, major: u32) -> Result<()> {
    let Some(dialect) = whimbrel_engines::dialect(engine) else { return Ok(()) };
    let mut cases = Case::read_folder(&truth::home().join("cases/diff"))?;
    cases.retain(|case| case.runs_on(engine, major));
    let (mut problems, mut texts, mut findings) = (BTreeMap::<String, Vec<String>>::new(), 0, 0);
    for case in &cases {
        let schemas = Pair::new(Part::From, Part::To);
        let from = schema(case.sql(schemas.from, engine), dialect)?;
        let to = schema(case.sql(schemas.to, engine), dialect)?;
        let draft = draft(Pair::new(from, to), dialect, &laws::choices(case)?)?;
        let (up, down) = (text(&draft.upgrade), text(&draft.downgrade));
        let start = case.sql(Part::From, engine).to_string();
        for (way, setup, judge) in [("up", start.clone(), up.clone()), ("down", format!("{start};\n{up}"), down)] {
            if judge.is_empty() {
                continue;
            }
            let (fixes, found) = judged(setup, judge, dialect);
            (texts, findings) = (texts + 1, findings + found);
            for (rule, what) in fixes.into_iter().filter(|(rule, _)| !is_left(rule, &case.name)) {
                problems.entry(format!("{rule}: {what}")).or_default().push(format!("{} ({way})", case.name));
            }
        }
    }
    let listed: Vec<String> =
        problems.iter().map(|(fix, places)| format!("{fix}\n    {}", places.join("\n    "))).collect();
    ensure!(
        problems.is_empty(),
        "{}: --fix would change what autogenerate writes\n  {}",
        engine.title(),
        listed.join("\n  ")
    );
    ensure!(texts > 100 && findings > 20, "only {texts} texts with {findings} findings were judged");
    Ok(())
}

#[test]
fn autogenerate_passes_its_own_lint_on_postgres() -> Result<()> {
    nothing_is_left_to_fix(Engine::Postgres, 18)
}

#[test]
fn autogenerate_passes_its_own_lint_on_sqlite() -> Result<()> {
    nothing_is_left_to_fix(Engine::Sqlite, 0)
}

/// A case on PostgreSQL, drafted: what is written, and what is asked.
fn drafted(name: &str) -> Result<(Vec<String>, Vec<String>)> {
    let cases = Case::read_folder(&truth::home().join("cases/diff"))?;
    let case =
        cases.into_iter().find(|case| case.name == name).with_context(|| format!("there is no case `{name}`"))?;
    let dialect = whimbrel_engines::dialect(Engine::Postgres).context("there is no PostgreSQL")?;
    let schemas = Pair::new(Part::From, Part::To);
    let from = schema(case.sql(schemas.from, Engine::Postgres), dialect)?;
    let to = schema(case.sql(schemas.to, Engine::Postgres), dialect)?;
    let upgrade = draft(Pair::new(from, to), dialect, &laws::choices(&case)?)?.upgrade;
    let questions = upgrade.iter().flat_map(|statement| &statement.questions).map(ToString::to_string).collect();
    Ok((upgrade.into_iter().map(|statement| statement.sql).collect(), questions))
}

#[test]
fn an_index_of_a_partitioned_table_keeps_no_writer_out() -> Result<()> {
    let (written, asked) = drafted("tables/partitioned_index_replaced")?;
    assert_eq!(asked, [""; 0]);
    assert_eq!(
        written,
        [
            "CREATE INDEX ix_ev_new ON ONLY ev (kind, at)",
            "CREATE INDEX CONCURRENTLY ev_1_kind_at_idx ON ev_1 (kind, at)",
            "CREATE INDEX CONCURRENTLY ev_2_kind_at_idx ON ev_2 (kind, at)",
            "ALTER INDEX ix_ev_new ATTACH PARTITION ev_1_kind_at_idx",
            "ALTER INDEX ix_ev_new ATTACH PARTITION ev_2_kind_at_idx",
            "DROP INDEX ix_ev",
            "ALTER INDEX ix_ev_new RENAME TO ix_ev",
        ]
    );
    // Which partitions somebody else has made, it cannot know.
    let (written, asked) = drafted("tables/partitioned_index_unknown")?;
    assert_eq!(written, ["CREATE INDEX ix_ev ON ev (at)"]);
    assert!(asked.len() == 1 && asked[0].starts_with("which partitions has `ev`?"), "{asked:?}");
    Ok(())
}
