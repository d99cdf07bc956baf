use whimbrel_schema::*;

use crate::row::Alembic::{Finds, Misses, Wrong};
use crate::row::*;

pub fn rows() -> Vec<Row> {
    vec![
        row("add column", Finds, same, |s| t(s).columns.push(column("x", "integer")), &["add column `t.x` integer"]),
        row(
            "add column NOT NULL",
            Wrong,
            same,
            |s| t(s).columns.push(column("x", "integer").not_null()),
            &["add column `t.x` integer not null"],
        ),
        row(
            "drop column",
            Finds,
            same,
            |s| {
                t(s).columns.remove(1);
            },
            &["drop column `t.n`"],
        ),
        row("set not null", Finds, same, |s| c(s, "n").nullable = false, &["change column `t.n`: not null"]),
        row("drop not null", Finds, |s| c(s, "n").nullable = false, same, &["change column `t.n`: nullable"]),
        row(
            "int → bigint",
            Finds,
            same,
            |s| c(s, "n").ty = ty("bigint", &[]),
            &["change column `t.n`: type integer → bigint"],
        ),
        row(
            "text → int",
            Wrong,
            same,
            |s| c(s, "email").ty = ty("integer", &[]),
            &["change column `t.email`: type text → integer"],
        ),
        row(
            "varchar(50) → varchar(80)",
            Finds,
            |s| c(s, "email").ty = ty("character varying", &[50]),
            |s| c(s, "email").ty = ty("character varying", &[80]),
            &["change column `t.email`: type character varying(50) → character varying(80)"],
        ),
        row(
            "timestamp(6) → timestamp(3)",
            Misses,
            |s| c(s, "n").ty = ty("timestamp without time zone", &[6]),
            |s| c(s, "n").ty = ty("timestamp without time zone", &[3]),
            &["change column `t.n`: type timestamp(6) without time zone → timestamp(3) without time zone"],
        ),
        row(
            "interval fields",
            Misses,
            |s| c(s, "n").ty = ty("interval", &[]),
            |s| c(s, "n").ty = ty("interval day to second", &[]),
            &["change column `t.n`: type interval → interval day to second"],
        ),
        row(
            "int[] → text[]",
            Finds,
            |s| c(s, "n").ty = ty("integer", &[]).array_of(1),
            |s| c(s, "n").ty = ty("text", &[]).array_of(1),
            &["change column `t.n`: type integer[] → text[]"],
        ),
        row(
            "collation",
            Misses,
            same,
            |s| c(s, "email").collation = Some("C".into()),
            &["change column `t.email`: collation default → C"],
        ),
        row(
            "server default added",
            Misses,
            same,
            |s| c(s, "n").default = Some("1".into()),
            &["change column `t.n`: default none → 1"],
        ),
        row(
            "server default changed",
            Misses,
            |s| c(s, "n").default = Some("1".into()),
            |s| c(s, "n").default = Some("5".into()),
            &["change column `t.n`: default 1 → 5"],
        ),
        row(
            "server default dropped",
            Misses,
            |s| c(s, "n").default = Some("1".into()),
            same,
            &["change column `t.n`: default 1 → none"],
        ),
        row(
            "server default unchanged",
            Wrong,
            |s| c(s, "n").default = Some("nextval('sq'::regclass)".into()),
            |s| c(s, "n").default = Some("NEXTVAL('sq'::regclass)".into()),
            &[],
        ),
        row(
            "generated column added",
            Finds,
            same,
            |s| t(s).columns.push(column("x", "integer").generated(Generation::Stored("n * 2".into()))),
            &["add column `t.x` integer, generated as n * 2, stored"],
        ),
        row(
            "generated expression changed",
            Misses,
            |s| c(s, "n").generation = Some(Generation::Stored("id * 2".into())),
            |s| c(s, "n").generation = Some(Generation::Stored("id * 3".into())),
            &["change column `t.n`: generated as id * 2, stored → generated as id * 3, stored"],
        ),
        row(
            "plain → generated",
            Misses,
            same,
            |s| c(s, "n").generation = Some(Generation::Stored("id * 2".into())),
            &["change column `t.n`: plain → generated as id * 2, stored"],
        ),
        row(
            "generated → plain",
            Misses,
            |s| c(s, "n").generation = Some(Generation::Stored("id * 2".into())),
            same,
            &["change column `t.n`: generated as id * 2, stored → plain"],
        ),
        row(
            "serial → identity",
            Wrong,
            serial,
            |s| identity(s, false, 1),
            &["change column `t.id`: serial → identity (by default)"],
        ),
        row(
            "identity ALWAYS → BY DEFAULT",
            Misses,
            |s| identity(s, true, 1),
            |s| identity(s, false, 1),
            &["change column `t.id`: identity (always) → identity (by default)"],
        ),
        row(
            "identity start",
            Misses,
            |s| identity(s, true, 1),
            |s| identity(s, true, 100),
            &["change column `t.id`: numbers of its identity"],
        ),
        row("plain → serial", Misses, same, serial, &["change column `t.id`: plain → serial"]),
        row(
            "column comment added",
            Finds,
            same,
            |s| c(s, "n").comment = Some("c".into()),
            &["add a comment on column `t.n`"],
        ),
        row(
            "column comment changed",
            Finds,
            |s| c(s, "n").comment = Some("c".into()),
            |s| c(s, "n").comment = Some("d".into()),
            &["change the comment on column `t.n`"],
        ),
        row(
            "domain in the database, base type in the models",
            Finds,
            |s| {
                domain(s, "VALUE > 0");
                c(s, "n").ty = ty("d", &[]);
            },
            |s| domain(s, "VALUE > 0"),
            &["change column `t.n`: type d → integer"],
        ),
    ]
}
