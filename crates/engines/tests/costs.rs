//! Ten times the tables cost about ten times the work: reading a history, drafting and checking, on both engines.
//!
//! It measures time, so it stands outside the usual run:
//! `cargo test --release --package whimbrel-engines --test costs -- --ignored --nocapture`

#![cfg(all(feature = "sqlite", feature = "postgres"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use whimbrel_engines::{postgres, sqlite};
use whimbrel_plan::autogenerate::draft;
use whimbrel_plan::diff::{DiffOptions, diff};
use whimbrel_plan::fold::{Folding, settle};
use whimbrel_plan::{Choices, Dialect, Understanding};
use whimbrel_schema::{Engine, Pair, Schema};

/// The tables of a project: keys in a long chain, checks, indexes, uniques, defaults. `later` is its next version.
fn tables(engine: Engine, count: usize, later: bool) -> String {
    let mut script = String::new();
    let (whole, wide) = if later { ("bigint", 80) } else { ("integer", 50) };
    for number in 0..count {
        let _ = write!(script, "CREATE TABLE table_{number} (id integer PRIMARY KEY, n {whole}, score integer");
        for column in 0..5 {
            let _ = write!(script, ", c{column} varchar({wide}) NOT NULL DEFAULT 'x'");
        }
        if later {
            script.push_str(", added text, other_score integer NOT NULL DEFAULT 0");
        }
        let _ = write!(script, ", other_id integer, CONSTRAINT table_{number}_c0 UNIQUE (c0)");
        let _ = write!(script, ", CONSTRAINT table_{number}_check CHECK (score > {})", u8::from(later));
        if let Some(other) = number.checked_sub(1) {
            let action = if later { " ON DELETE CASCADE" } else { "" };
            let _ = write!(
                script,
                ", CONSTRAINT table_{number}_fk FOREIGN KEY (other_id) REFERENCES table_{other} (id){action}"
            );
        }
        let _ =
            writeln!(script, ");\nCREATE INDEX ix_{number} ON table_{number} (c1{});", if later { ", c2" } else { "" });
        if engine == Engine::Postgres {
            let _ = writeln!(script, "COMMENT ON COLUMN table_{number}.n IS 'number {number}';");
        }
    }
    script
}

/// Partitioned tables, each with partitions.
fn partitions(parents: usize, each: usize) -> String {
    let mut script = String::new();
    for parent in 0..parents {
        let _ =
            writeln!(script, "CREATE TABLE parent_{parent} (id integer NOT NULL, n integer) PARTITION BY RANGE (id);");
        for part in 0..each {
            let bound = format!("FROM ({part}) TO ({})", part + 1);
            let _ =
                writeln!(script, "CREATE TABLE part_{parent}_{part} PARTITION OF parent_{parent} FOR VALUES {bound};");
        }
        let _ = writeln!(script, "ALTER TABLE parent_{parent} ADD COLUMN added text;");
    }
    script
}

/// A history that takes back what it did.
fn changes(engine: Engine, count: usize) -> String {
    let mut script = String::new();
    for number in 0..count {
        let _ = writeln!(script, "ALTER TABLE table_{number} ADD COLUMN extra integer;");
        let _ = writeln!(script, "CREATE INDEX ix_extra_{number} ON table_{number} (extra);");
        let _ = writeln!(script, "ALTER TABLE table_{number} RENAME COLUMN extra TO more;");
        let _ = writeln!(script, "DROP INDEX ix_extra_{number};");
        let _ = writeln!(script, "ALTER TABLE table_{number} DROP COLUMN more;");
        let _ = writeln!(script, "ALTER TABLE table_{number} RENAME TO renamed_{number};");
        if engine == Engine::Postgres {
            let _ = writeln!(script, "ALTER INDEX ix_{number} RENAME TO by_{number};");
            let _ = writeln!(script, "ALTER TABLE renamed_{number} DROP CONSTRAINT table_{number}_c0;");
            let _ = writeln!(script, "COMMENT ON INDEX by_{number} IS 'x';");
        }
    }
    for number in (0..count).rev() {
        let _ = writeln!(script, "DROP TABLE renamed_{number};");
    }
    script
}

fn take(schema: &mut Schema, script: &str, dialect: &dyn Dialect) {
    let mut folding = Folding::new(std::mem::replace(schema, Schema::new(dialect.engine())));
    for range in dialect.split(script) {
        match dialect.understand(&script[range.clone()]) {
            Understanding::Known { steps, .. } => {
                steps.iter().for_each(|step| folding.apply(step, dialect).unwrap());
            }
            Understanding::Unknown { reason, .. } => panic!("{}: {reason}", &script[range]),
        }
    }
    *schema = folding.into_schema();
}

fn folded(script: &str, dialect: &dyn Dialect) -> Schema {
    let mut schema = Schema::new(dialect.engine());
    take(&mut schema, script, dialect);
    settle(&mut schema, dialect);
    schema
}

/// What is measured, each with what it takes.
fn measure(dialect: &dyn Dialect, count: usize) -> Vec<(&'static str, Duration)> {
    let engine = dialect.engine();
    let mut found = Vec::new();
    let mut time = |what: &'static str, work: &mut dyn FnMut()| {
        let begun = Instant::now();
        work();
        found.push((what, begun.elapsed()));
    };
    let (now, later) = (tables(engine, count, false), tables(engine, count, true));
    let (mut from, mut to) = (Schema::new(engine), Schema::new(engine));
    time("fold a history that creates all", &mut || from = folded(&now, dialect));
    time("fold the next version", &mut || to = folded(&later, dialect));
    time("fold a history that changes and drops all", &mut || {
        let mut schema = from.clone();
        take(&mut schema, &changes(engine, count), dialect);
        assert!(schema.tables.is_empty());
    });
    time("find no difference", &mut || {
        assert!(diff(Pair::new(&from, &from.clone()), dialect, &DiffOptions::default()).is_empty());
    });
    time("draft nothing", &mut || {
        assert!(draft(Pair::new(from.clone(), from.clone()), dialect, &Choices::default()).unwrap().upgrade.is_empty());
    });
    time("draft the creation of all", &mut || {
        let draft = draft(Pair::new(Schema::new(engine), from.clone()), dialect, &Choices::default()).unwrap();
        assert!(draft.upgrade.len() >= count);
    });
    time("draft a change of all", &mut || {
        let draft = draft(Pair::new(from.clone(), to.clone()), dialect, &Choices::default()).unwrap();
        assert!(draft.upgrade.len() >= count);
    });
    time("draft the drop of all", &mut || {
        let allow_drop = from.tables.keys().cloned().collect();
        let choices = Choices { allow_drop, ..Choices::default() };
        let draft = draft(Pair::new(from.clone(), Schema::new(engine)), dialect, &choices).unwrap();
        assert!(draft.upgrade.len() >= count);
    });
    if engine == Engine::Postgres {
        for (what, parents, each) in
            [("partitions of one table", 1, count), ("tables with two partitions", count / 3, 2)]
        {
            let script = partitions(parents, each);
            let mut before = Schema::new(engine);
            time(what, &mut || before = folded(&script, dialect));
            let mut after = before.clone();
            for parent in 0..parents {
                let more = format!(
                    "ALTER TABLE parent_{parent} ADD COLUMN again text; ALTER TABLE parent_{parent} ALTER COLUMN n SET NOT NULL"
                );
                take(&mut after, &more, dialect);
            }
            time("  and a draft over them", &mut || {
                let draft = draft(Pair::new(before.clone(), after.clone()), dialect, &Choices::default()).unwrap();
                assert_eq!(draft.upgrade.len(), 2 * parents);
            });
        }
    }
    found
}

#[test]
#[ignore = "it measures time"]
fn costs_are_linear_in_tables() {
    let sizes: Vec<usize> = match std::env::var("WHIMBREL_TABLES") {
        Ok(sizes) => sizes.split(',').map(|size| size.parse().unwrap()).collect(),
        Err(_) => vec![1000, 10_000],
    };
    let (few, many) = (sizes[0], sizes[1]);
    let mut slow = Vec::new();
    for dialect in [sqlite::dialect(), postgres::dialect()] {
        let (first, second) = (measure(dialect, few), measure(dialect, many));
        for ((what, small), (_, large)) in first.iter().zip(&second) {
            let ratio = large.as_secs_f64() / small.as_secs_f64().max(1e-6) / (many as f64 / few as f64);
            println!("{:<11} {what:<45} {small:>12.3?} {large:>12.3?}  × {ratio:.1}", dialect.engine().title());
            // Caches and allocation make large ones somewhat slower; a square would be ten times.
            if ratio > 3.0 && *large > Duration::from_millis(200) {
                slow.push(format!("{}: {what}: {small:?} for {few}, {large:?} for {many}", dialect.engine().title()));
            }
        }
    }
    assert!(slow.is_empty(), "not linear:\n  {}", slow.join("\n  "));
}
