//! Every change that Alembic's autogenerate was measured on, as two schemas: what it gets wrong or misses is seen.
//!
//! Alembic 1.20 with its defaults, on PostgreSQL 15; `missed` and `wrong` are what was measured there.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod columns;
mod constraints;
mod enums;
#[path = "../generic_dialect/mod.rs"]
mod generic_dialect;
mod indexes;
mod objects;
mod row;
mod tables;

use generic_dialect::STRICT;
use row::Alembic::{Misses, Wrong};
use row::{Row, column};
use whimbrel_plan::Choices;
use whimbrel_plan::autogenerate::draft;
use whimbrel_plan::diff::{DiffOptions, diff};
use whimbrel_schema::*;

fn rows() -> impl Iterator<Item = Row> {
    let kinds = [tables::rows(), columns::rows(), enums::rows(), constraints::rows(), indexes::rows(), objects::rows()];
    kinds.into_iter().flatten()
}

/// Drafting proves by itself that its steps lead to the models and back; here it has to for every row, both ways.
#[test]
fn every_row_can_be_drafted() {
    let mut drafted = 0;
    for row in rows() {
        for pair in [Pair::new(row.from.clone(), row.to.clone()), Pair::new(row.to.clone(), row.from.clone())] {
            let allow_drop = pair.from.tables.keys().cloned().collect();
            let choices = Choices { allow_drop, scope: row.scope, ..Choices::default() };
            let draft = draft(pair, &STRICT, &choices).unwrap_or_else(|error| panic!("{}: {error}", row.what));
            drafted += usize::from(!draft.upgrade.is_empty() && !draft.downgrade.is_empty());
        }
    }
    assert!(drafted > 150, "only {drafted} drafts have statements");
}

#[test]
fn every_row_is_seen_as_it_should_be() {
    let rows: Vec<Row> = rows().collect();
    assert!(rows.len() >= 90, "the table has shrunk to {} rows", rows.len());
    let mut caught = 0;
    for row in &rows {
        let options = DiffOptions { scope: row.scope };
        let changes = diff(Pair::new(&row.from, &row.to), &STRICT, &options);
        let described: Vec<String> = changes.iter().map(|change| change.describe()).collect();
        assert_eq!(described, row.expected, "{} ({:?})", row.what, row.scope);
        assert_eq!(diff(Pair::new(&row.to, &row.to), &STRICT, &options), [], "{}", row.what);
        if matches!(row.alembic, Misses | Wrong) && !row.expected.is_empty() {
            caught += 1;
        }
    }
    assert!(caught >= 55, "only {caught} of the blind spots are caught");
}

#[test]
fn each_of_a_thousand_tables_is_compared() {
    let mut from = Schema::new(Engine::Postgres);
    for number in 0..1000 {
        let mut table = Table::new(format!("t{number}").as_str());
        table.columns = (0..10).map(|at| column(&format!("c{at}"), "integer")).collect();
        from.insert_table(table);
    }
    let mut to = from.clone();
    for table in to.tables.values_mut() {
        table.columns[9].nullable = false;
    }
    let changes = diff(Pair::new(&from, &to), &STRICT, &DiffOptions::default());
    assert_eq!(changes.len(), 1000);
}
