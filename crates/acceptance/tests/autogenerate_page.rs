//! The table in `docs/autogenerate.md`: each row names a case that is run on real servers, and says what is written for
//! it. `WHIMBREL_WRITE_DOCS=1` writes the last column anew.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::PathBuf;

use whimbrel_acceptance::case::{Case, Part};
use whimbrel_acceptance::{laws, truth};
use whimbrel_plan::autogenerate::draft;
use whimbrel_plan::{Dialect, fold};
use whimbrel_schema::{Engine, Pair, Schema};

fn page() -> PathBuf {
    truth::home().join("../../docs/autogenerate.md")
}

/// `| change | Alembic | [case](link) | written |`; the header and its line are none.
struct Row<'a> {
    change: &'a str,
    alembic: &'a str,
    case: &'a str,
    written: &'a str,
}

impl<'a> Row<'a> {
    fn read(line: &'a str) -> Option<Row<'a>> {
        let cells: Vec<&str> = line.strip_prefix("| ")?.strip_suffix(" |")?.splitn(4, " | ").collect();
        let [change, alembic, link, written] = cells[..] else { return None };
        let case = link.strip_prefix('[')?.split(']').next()?;
        Some(Row { change, alembic, case, written })
    }

    fn with(&self, written: &str) -> String {
        let Row { change, alembic, case, .. } = self;
        format!("| {change} | {alembic} | [{case}](../crates/acceptance/cases/diff/{case}.sql) | {written} |")
    }
}

fn schema(case: &Case, part: Part, dialect: &dyn Dialect) -> Schema {
    let mut schema = laws::fold(case.sql(part, Engine::Postgres), dialect).unwrap();
    fold::settle(&mut schema, dialect);
    schema
}

/// The statements of the upgrade, with the questions above them.
fn written(case: &Case) -> String {
    let dialect = whimbrel_engines::dialect(Engine::Postgres).unwrap();
    let schemas = Pair::new(schema(case, Part::From, dialect), schema(case, Part::To, dialect));
    let draft = draft(schemas, dialect, &laws::choices(case).unwrap()).unwrap();
    let cell = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|");
    let mut lines: Vec<String> =
        draft.questions.iter().map(|question| format!("asks: {}", cell(&question.to_string()))).collect();
    lines.extend(draft.upgrade.iter().map(|statement| format!("`{};`", cell(&statement.sql))));
    if lines.is_empty() { "nothing".to_string() } else { lines.join("<br>") }
}

#[test]
fn each_row_of_the_page_is_a_case_and_says_what_is_written_for_it() {
    let cases = Case::read_folder(&truth::home().join("cases/diff")).unwrap();
    let text = std::fs::read_to_string(page()).unwrap();
    let (mut rows, mut stale, mut lines) = (0, Vec::new(), Vec::new());
    for line in text.lines() {
        let Some(row) = Row::read(line) else {
            lines.push(line.to_string());
            continue;
        };
        let case = cases.iter().find(|case| case.name == row.case);
        let case = case.unwrap_or_else(|| panic!("`{}` names no case: {}", row.change, row.case));
        assert!(case.runs_on(Engine::Postgres, 15), "{} does not run on PostgreSQL 15", row.case);
        let written = written(case);
        let line = row.with(&written);
        if row.written != written {
            stale.push(format!("{}: {}\n  is now {written}", row.change, row.written));
        }
        lines.push(line);
        rows += 1;
    }
    if std::env::var_os("WHIMBREL_WRITE_DOCS").is_some() {
        std::fs::write(page(), lines.join("\n") + "\n").unwrap();
        return;
    }
    assert!(rows >= 60, "only {rows} rows were found");
    let command = "WHIMBREL_WRITE_DOCS=1 cargo test --package whimbrel-acceptance --test autogenerate_page";
    assert!(stale.is_empty(), "{} rows are stale; run: {command}\n{}", stale.len(), stale.join("\n"));
}
