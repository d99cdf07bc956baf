use whimbrel_schema::*;

use crate::row::Alembic::{Finds, LeavesAlone, Misses, Wrong};
use crate::row::*;

pub fn rows() -> Vec<Row> {
    vec![
        row("no change", Finds, same, same, &[]),
        row(
            "add table",
            Finds,
            |s| {
                s.remove_table(&"t".into());
            },
            same,
            &["create table `t` with 3 columns"],
        ),
        row(
            "drop table",
            Finds,
            same,
            |s| {
                s.remove_table(&"t".into());
            },
            &["drop table `t`"],
        ),
        row("column order change", Finds, same, |s| t(s).columns.reverse(), &[]),
        row("partitioning changed", Misses, same, partitioned, &["change partitioning of table `t`"]),
        by_models(row("partition child tables in the database", Wrong, partition, partitioned, &[])),
        row("partition child tables, models in SQL", Wrong, partition, partitioned, &[]),
        row(
            "unlogged",
            Misses,
            same,
            |s| t(s).options.persistence = Persistence::Unlogged,
            &["change persistence of table `t`"],
        ),
        row(
            "tablespace",
            Misses,
            same,
            |s| t(s).options.tablespace = Some("fast".into()),
            &["change tablespace of table `t`"],
        ),
        row(
            "storage parameter",
            Misses,
            same,
            |s| {
                t(s).options.storage.insert("fillfactor".into(), "70".into());
            },
            &["change storage parameters of table `t`"],
        ),
        by_models(row(
            "row level security only in the database",
            LeavesAlone,
            |s| t(s).options.row_security = RowSecurity::Enabled,
            same,
            &[],
        )),
        row(
            "table in another schema, which is absent",
            Wrong,
            same,
            |s| {
                s.insert_object(Object::Namespace(Namespace { name: "s3".into(), comment: None }));
                let mut table = Table::new(ObjectName::within("s3", "x"));
                table.columns.push(column("id", "integer"));
                s.insert_table(table);
            },
            &["create schema `s3`", "create table `s3.x` with 1 column"],
        ),
        row("table comment added", Finds, same, |s| t(s).comment = Some("c".into()), &["add a comment on table `t`"]),
        row(
            "table comment dropped",
            Finds,
            |s| t(s).comment = Some("c".into()),
            same,
            &["drop the comment on table `t`"],
        ),
    ]
}
