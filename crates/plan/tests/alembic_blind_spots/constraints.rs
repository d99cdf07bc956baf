use whimbrel_schema::*;

use crate::row::Alembic::{Finds, Misses};
use crate::row::*;

pub fn rows() -> Vec<Row> {
    vec![
        row("check added", Misses, same, |s| check(s, "n > 0"), &["add check `positive` (n > 0) to table `t`"]),
        row("check dropped", Misses, |s| check(s, "n > 0"), same, &["drop check `positive` (n > 0) of table `t`"]),
        row(
            "check expression changed",
            Misses,
            |s| check(s, "n > 0"),
            |s| check(s, "n > 1"),
            &["change check `positive` (n > 1) of table `t`"],
        ),
        row("check written otherwise", Finds, |s| check(s, "n > 0"), |s| check(s, "n>0"), &[]),
        row(
            "unnamed check added",
            Misses,
            same,
            |s| t(s).checks.push(Check::new(Some("t_n_check".into()), "n > 0")),
            &["add check `t_n_check` (n > 0) to table `t`"],
        ),
        row("exclude added", Misses, same, |s| exclusion(s, "="), &["add exclusion constraint `ex` to table `t`"]),
        row("exclude dropped", Misses, |s| exclusion(s, "="), same, &["drop exclusion constraint `ex` of table `t`"]),
        row(
            "exclude operator changed",
            Misses,
            |s| exclusion(s, "="),
            |s| exclusion(s, "<>"),
            &["change exclusion constraint `ex` of table `t`"],
        ),
        row(
            "unique added",
            Finds,
            same,
            |s| {
                unique(s);
            },
            &["add unique constraint `u` (email) to table `t`"],
        ),
        row(
            "unique dropped",
            Finds,
            |s| {
                unique(s);
            },
            same,
            &["drop unique constraint `u` (email) of table `t`"],
        ),
        row(
            "unique index, unique constraint of the same name in the models",
            Finds,
            |s| {
                let index = ix(s);
                index.name = "u".into();
                index.unique = true;
            },
            |s| {
                unique(s);
            },
            &["add unique constraint `u` (email) to table `t`", "drop index `u` of `t`"],
        ),
        row(
            "unique constraint, unique index of the same name in the models",
            Finds,
            |s| {
                unique(s);
            },
            |s| {
                let index = ix(s);
                index.name = "u".into();
                index.unique = true;
            },
            &["drop unique constraint `u` (email) of table `t`", "create unique index `u` on `t`"],
        ),
        row(
            "unique deferrable",
            Misses,
            |s| {
                unique(s);
            },
            |s| unique(s).deferrable = Deferrable::InitiallyDeferred,
            &["change unique constraint `u` (email) of table `t`"],
        ),
        row(
            "unique nulls not distinct",
            Misses,
            |s| {
                unique(s);
            },
            |s| unique(s).nulls_distinct = false,
            &["change unique constraint `u` (email) of table `t`"],
        ),
        row(
            "primary key composite",
            Misses,
            same,
            |s| t(s).primary_key.as_mut().unwrap().columns.push("email".into()),
            &["change primary key `t_pkey` (id, email) of table `t`"],
        ),
        row(
            "primary key moved",
            Misses,
            same,
            |s| t(s).primary_key.as_mut().unwrap().columns = vec!["n".into()],
            &["change primary key `t_pkey` (n) of table `t`"],
        ),
        row(
            "primary key added",
            Misses,
            |s| t(s).primary_key = None,
            same,
            &["add primary key `t_pkey` (id) to table `t`"],
        ),
        row(
            "primary key dropped",
            Misses,
            same,
            |s| t(s).primary_key = None,
            &["drop primary key `t_pkey` (id) of table `t`"],
        ),
        row(
            "primary key renamed",
            Misses,
            same,
            |s| t(s).primary_key.as_mut().unwrap().name = Some("pk_t".into()),
            &["rename primary key `t_pkey` of table `t` to `pk_t`"],
        ),
        row(
            "foreign key added",
            Finds,
            same,
            |s| {
                fk(s);
            },
            &["add foreign key `t_n_fkey` (n) → `p` to table `t`"],
        ),
        row(
            "foreign key dropped",
            Finds,
            |s| {
                fk(s);
            },
            same,
            &["drop foreign key `t_n_fkey` (n) → `p` of table `t`"],
        ),
        row(
            "foreign key ON DELETE",
            Finds,
            |s| {
                fk(s);
            },
            |s| fk(s).on_delete = Action::Cascade,
            &["change foreign key `t_n_fkey` (n) → `p` of table `t`"],
        ),
        row(
            "foreign key ON UPDATE",
            Finds,
            |s| {
                fk(s);
            },
            |s| fk(s).on_update = Action::Cascade,
            &["change foreign key `t_n_fkey` (n) → `p` of table `t`"],
        ),
        row(
            "foreign key deferrable",
            Finds,
            |s| {
                fk(s);
            },
            |s| fk(s).deferrable = Deferrable::InitiallyImmediate,
            &["change foreign key `t_n_fkey` (n) → `p` of table `t`"],
        ),
        row(
            "foreign key renamed only",
            Misses,
            |s| {
                fk(s);
            },
            |s| fk(s).name = Some("fk_n".into()),
            &["rename foreign key `t_n_fkey` of table `t` to `fk_n`"],
        ),
        row(
            "foreign key NOT VALID in the database",
            Misses,
            |s| fk(s).validated = false,
            |s| {
                fk(s);
            },
            &["change foreign key `t_n_fkey` (n) → `p` of table `t`"],
        ),
        row(
            "constraint comment added",
            Misses,
            |s| {
                unique(s);
            },
            |s| unique(s).comment = Some("c".into()),
            &["add a comment on constraint `u` of `t`"],
        ),
    ]
}
