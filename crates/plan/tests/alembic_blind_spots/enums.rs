use crate::row::Alembic::{Finds, LeavesAlone, Misses, Wrong};
use crate::row::*;

pub fn rows() -> Vec<Row> {
    vec![
        row("enum unchanged", Finds, |s| moody(s, &["a"]), |s| moody(s, &["a"]), &[]),
        row(
            "enum add value",
            Misses,
            |s| moody(s, &["a"]),
            |s| moody(s, &["a", "b"]),
            &["change enum `mood`: add 'b'"],
        ),
        row(
            "enum remove value",
            Misses,
            |s| moody(s, &["a", "b"]),
            |s| moody(s, &["a"]),
            &["change enum `mood`: remove 'b'"],
        ),
        row(
            "enum rename value",
            Misses,
            |s| moody(s, &["a", "b"]),
            |s| moody(s, &["a", "c"]),
            &["change enum `mood`: add 'c', remove 'b'"],
        ),
        row(
            "enum values in another order",
            Misses,
            |s| moody(s, &["a", "b"]),
            |s| moody(s, &["b", "a"]),
            &["change enum `mood`: another order of its values"],
        ),
        row(
            "add column with a new enum",
            Wrong,
            same,
            |s| moody(s, &["a"]),
            &["create enum `mood`", "add column `t.mood` mood"],
        ),
        row(
            "drop the last column of an enum",
            Wrong,
            |s| moody(s, &["a"]),
            same,
            &["drop enum `mood`", "drop column `t.mood`"],
        ),
        by_models(row(
            "drop the last column of an enum, models",
            Wrong,
            |s| moody(s, &["a"]),
            same,
            &["drop enum `mood`", "drop column `t.mood`"],
        )),
        by_models(row("enum that nobody here uses", LeavesAlone, |s| s.insert_object(mood(&["a"])), same, &[])),
        row(
            "varchar → enum",
            Wrong,
            |s| t(s).columns.push(column("mood", "character varying")),
            |s| moody(s, &["a"]),
            &["create enum `mood`", "change column `t.mood`: type character varying → mood"],
        ),
    ]
}
