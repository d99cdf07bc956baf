use whimbrel_schema::*;

use crate::row::Alembic::{Finds, Misses};
use crate::row::*;

pub fn rows() -> Vec<Row> {
    vec![
        row(
            "index added",
            Finds,
            same,
            |s| {
                ix(s);
            },
            &["create index `ix` on `t`"],
        ),
        row(
            "index dropped",
            Finds,
            |s| {
                ix(s);
            },
            same,
            &["drop index `ix` of `t`"],
        ),
        row(
            "index columns changed",
            Finds,
            |s| {
                ix(s);
            },
            |s| ix(s).keys.push(IndexKey::column("n")),
            &["change index `ix` of `t`: keys"],
        ),
        row(
            "index → unique",
            Finds,
            |s| {
                ix(s);
            },
            |s| ix(s).unique = true,
            &["change index `ix` of `t`: uniqueness"],
        ),
        row(
            "index renamed",
            Finds,
            |s| {
                ix(s);
            },
            |s| ix(s).name = "other".into(),
            &["rename index `ix` of `t` to `other`"],
        ),
        row(
            "partial index WHERE changed",
            Misses,
            |s| ix(s).predicate = Some("n > 0".into()),
            |s| ix(s).predicate = Some("n > 1".into()),
            &["change index `ix` of `t`: condition"],
        ),
        row(
            "plain → partial index",
            Misses,
            |s| {
                ix(s);
            },
            |s| ix(s).predicate = Some("n > 1".into()),
            &["change index `ix` of `t`: condition"],
        ),
        row(
            "expression index lower → upper",
            Finds,
            |s| ix(s).keys = vec![IndexKey::expression("lower(email)")],
            |s| ix(s).keys = vec![IndexKey::expression("upper(email)")],
            &["change index `ix` of `t`: keys"],
        ),
        row(
            "expression index unchanged",
            Finds,
            |s| ix(s).keys = vec![IndexKey::expression("lower(email)")],
            |s| ix(s).keys = vec![IndexKey::expression("LOWER( email )")],
            &[],
        ),
        row(
            "index method",
            Misses,
            |s| {
                ix(s);
            },
            |s| ix(s).method = Some("hash".into()),
            &["change index `ix` of `t`: method"],
        ),
        row(
            "index method spelled out",
            Finds,
            |s| {
                ix(s);
            },
            |s| ix(s).method = Some("btree".into()),
            &[],
        ),
        row(
            "operator class added",
            Misses,
            |s| {
                ix(s);
            },
            |s| ix(s).keys[0].operator_class = Some("text_pattern_ops".into()),
            &["change index `ix` of `t`: keys"],
        ),
        row(
            "index ASC → DESC",
            Finds,
            |s| {
                ix(s);
            },
            |s| ix(s).keys[0].descending = true,
            &["change index `ix` of `t`: keys"],
        ),
        row(
            "index INCLUDE",
            Misses,
            |s| {
                ix(s);
            },
            |s| ix(s).include = vec!["n".into()],
            &["change index `ix` of `t`: included columns"],
        ),
        row(
            "index fillfactor",
            Misses,
            |s| {
                ix(s);
            },
            |s| {
                ix(s).storage.insert("fillfactor".into(), "70".into());
            },
            &["change index `ix` of `t`: storage parameters"],
        ),
        row(
            "index NULLS NOT DISTINCT",
            Finds,
            |s| {
                ix(s);
            },
            |s| ix(s).nulls_distinct = false,
            &["change index `ix` of `t`: nulls not distinct"],
        ),
        row(
            "index invalid in the database",
            Misses,
            |s| ix(s).valid = false,
            |s| {
                ix(s);
            },
            &["change index `ix` of `t`: it is invalid in the database"],
        ),
    ]
}
