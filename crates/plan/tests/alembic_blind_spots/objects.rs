use whimbrel_schema::*;

use crate::row::Alembic::{LeavesAlone, Misses, Wrong};
use crate::row::*;

pub fn rows() -> Vec<Row> {
    vec![
        row("sequence added", Misses, same, |s| sequence(s, 1), &["create sequence `sq`"]),
        row("sequence dropped", Misses, |s| sequence(s, 1), same, &["drop sequence `sq`"]),
        row("sequence increment", Misses, |s| sequence(s, 1), |s| sequence(s, 5), &["change sequence `sq`"]),
        by_models(row("sequence only in the database", LeavesAlone, |s| sequence(s, 1), same, &[])),
        row("view added", Wrong, same, |s| view(s, "SELECT 1", false), &["create view `v`"]),
        row(
            "view definition changed",
            Wrong,
            |s| view(s, "SELECT 1", false),
            |s| view(s, "SELECT 2", false),
            &["change view `v`"],
        ),
        by_models(row("view only in the database", LeavesAlone, |s| view(s, "SELECT 1", false), same, &[])),
        by_models(row("materialized view only in the database", LeavesAlone, |s| view(s, "SELECT 1", true), same, &[])),
        row("function added", Misses, same, function, &["create function `f()`"]),
        by_models(row("function only in the database", LeavesAlone, function, same, &[])),
        row("trigger added", Misses, same, trigger, &["create trigger `tr` on `t`"]),
        row("trigger dropped", Misses, trigger, same, &["drop trigger `tr` of `t`"]),
        by_models(row("trigger only in the database", LeavesAlone, trigger, same, &[])),
        by_models(row(
            "extension only in the database",
            LeavesAlone,
            |s| s.insert_object(Object::Extension(Extension { name: "citext".into(), namespace: None })),
            same,
            &[],
        )),
        row(
            "domain constraint changed",
            Misses,
            |s| domain(s, "VALUE > 0"),
            |s| domain(s, "VALUE > 1"),
            &["change domain `d`"],
        ),
        by_models(row("domain only in the database", LeavesAlone, |s| domain(s, "VALUE > 0"), same, &[])),
    ]
}
