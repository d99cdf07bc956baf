//! The schema that the measured operations run on, and more operations on it.

use anyhow::Result;
use whimbrel_acceptance::database::Ground;

use crate::compare::Measured;
use crate::live::{Run, measure};

pub const BASE: &str = "
CREATE SCHEMA s2;
CREATE TYPE mood AS ENUM ('a', 'b', 'c');
CREATE DOMAIN dom_plain AS int;
CREATE DOMAIN dom_chk AS int CHECK (value IS NULL OR value > 0);
CREATE DOMAIN dom_used AS int;
CREATE TABLE p (id int PRIMARY KEY, name text);
CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL, b int, ref int, v50 varchar(50), v50b varchar(50),
    v100 varchar(100), txt text, num numeric(10,2), ts timestamp, js json, e mood, m varchar(10), nn int,
    d int DEFAULT 3, gs int DEFAULT 1, g int GENERATED ALWAYS AS (gs + 1) STORED);
CREATE INDEX t_b ON t (b);
CREATE INDEX t_v50 ON t (v50);
CREATE TABLE u (id int NOT NULL, idn int, x text, du dom_used, r int8range);
CREATE TABLE u2 (id int PRIMARY KEY, x text);
CREATE TABLE c (id int PRIMARY KEY, pid int REFERENCES p (id));
CREATE TABLE e0 (id int PRIMARY KEY, a int);
CREATE FUNCTION tgf() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end';
";

pub const ROWS: &str = "
INSERT INTO p SELECT g, 'n' || g FROM generate_series(1, 500) g;
INSERT INTO t (id, a, b, ref, v50, v50b, v100, txt, num, ts, js, e, m, nn)
    SELECT g, g, g, 1 + g % 400, 'x' || g, 'x' || g, 'x' || g, 'x' || g, g, now(), '{}', 'a', 'a', g
    FROM generate_series(1, 1000) g;
INSERT INTO u SELECT g, g, 'x' || g, g, int8range(g, g + 1) FROM generate_series(1, 1000) g;
INSERT INTO u2 SELECT g, 'x' || g FROM generate_series(1, 1000) g;
INSERT INTO c SELECT g, 1 + g % 400 FROM generate_series(1, 1000) g;
";

/// The setup names a table's columns by LIKE, which nobody reads without that table.
pub fn spelled(sql: &str) -> String {
    sql.replace("(LIKE u)", "(id int NOT NULL, idn int, x text, du dom_used, r int8range)")
}

/// Each with what is done before it; all on the same base.
const MORE: &str = include_str!("more.sql");

/// `-- setup` lines are run before the statement that follows them.
pub fn run_more(ground: Ground) -> Result<Vec<Measured>> {
    let dialect = whimbrel_engines::dialect(ground.engine).ok_or_else(|| anyhow::anyhow!("no dialect"))?;
    let (mut all, mut database) = (Vec::new(), ground.database()?);
    for block in MORE.split("\n\n") {
        let (setup, judged) = block.split_once("-- judge\n").unwrap_or(("", block));
        let cut = |text: &str| -> Vec<String> {
            dialect.split(text).into_iter().map(|range| text[range].to_string()).collect()
        };
        let statements = cut(judged);
        if statements.is_empty() {
            continue;
        }
        all.extend(measure(
            &mut database,
            &Run {
                place: "more.sql".to_string(),
                base: BASE.to_string(),
                rows: Some(ROWS.to_string()),
                setup: cut(setup),
                statements,
                settings: Vec::new(),
            },
        )?);
    }
    Ok(all)
}
