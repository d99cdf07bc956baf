//! Every change that Alembic's autogenerate was measured on, as two schemas: what it gets wrong or misses is seen.
//!
//! Alembic 1.20 with its defaults, on PostgreSQL 15; `missed` and `wrong` are what was measured there.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod generic_dialect;

use std::collections::BTreeMap;

use generic_dialect::STRICT;
use whimbrel_plan::Choices;
use whimbrel_plan::autogenerate::draft;
use whimbrel_plan::diff::{DiffOptions, Scope, diff};
use whimbrel_schema::*;

/// What Alembic made of it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Alembic {
    Finds,
    Misses,
    Wrong,
    LeavesAlone,
}
use Alembic::{Finds, LeavesAlone, Misses, Wrong};

struct Row {
    what: &'static str,
    alembic: Alembic,
    from: Schema,
    to: Schema,
    scope: Scope,
    expected: &'static [&'static str],
}

fn column(name: &str, ty: &str) -> Column {
    Column::new(name, ColumnType::new(ty))
}

/// Two tables; `t` has an id, a number, a text.
fn base() -> Schema {
    let mut schema = Schema::new(Engine::Postgres);
    let mut parent = Table::new("p");
    parent.columns = vec![column("id", "integer").not_null()];
    parent.primary_key = Some(PrimaryKey { name: Some("p_pkey".into()), ..PrimaryKey::new(["id"]) });
    let mut table = Table::new("t");
    table.columns = vec![column("id", "integer").not_null(), column("n", "integer"), column("email", "text")];
    table.primary_key = Some(PrimaryKey { name: Some("t_pkey".into()), ..PrimaryKey::new(["id"]) });
    schema.insert_table(parent);
    schema.insert_table(table);
    schema
}

fn t(schema: &mut Schema) -> &mut Table {
    schema.table_mut(&"t".into()).unwrap()
}

fn c<'a>(schema: &'a mut Schema, name: &str) -> &'a mut Column {
    t(schema).column_mut(name).unwrap()
}

type Edit = fn(&mut Schema);

fn row(what: &'static str, alembic: Alembic, from: Edit, to: Edit, expected: &'static [&'static str]) -> Row {
    let made = |edit: Edit| {
        let mut schema = base();
        edit(&mut schema);
        schema
    };
    Row { what, alembic, from: made(from), to: made(to), scope: Scope::Everything, expected }
}

fn by_models(row: Row) -> Row {
    Row { scope: Scope::Models, ..row }
}

fn same(_: &mut Schema) {}

fn mood(values: &[&str]) -> Object {
    let values = values.iter().map(|value| (*value).to_string()).collect();
    Object::Enum(EnumType { name: "mood".into(), values, comment: None })
}

fn moody(schema: &mut Schema, values: &[&str]) {
    schema.insert_object(mood(values));
    t(schema).columns.push(column("mood", "mood"));
}

fn fk(schema: &mut Schema) -> &mut ForeignKey {
    let key = ForeignKey { name: Some("t_n_fkey".into()), ..ForeignKey::new(["n"], "p".into(), ["id"]) };
    t(schema).foreign_keys.push(key);
    t(schema).foreign_keys.last_mut().unwrap()
}

fn ix(schema: &mut Schema) -> &mut Index {
    t(schema).indexes.push(Index::new("ix", vec![IndexKey::column("email")]));
    t(schema).indexes.last_mut().unwrap()
}

fn unique(schema: &mut Schema) -> &mut Unique {
    t(schema).uniques.push(Unique { name: Some("u".into()), ..Unique::new(["email"]) });
    t(schema).uniques.last_mut().unwrap()
}

fn check(schema: &mut Schema, expression: &str) {
    t(schema).checks.push(Check::new(Some("positive".into()), expression));
}

fn exclusion(schema: &mut Schema, operator: &str) {
    let element = ExclusionElement { key: IndexKey::column("n"), operator: operator.into() };
    t(schema).exclusions.push(Exclusion {
        name: Some("ex".into()),
        method: "gist".into(),
        elements: vec![element],
        include: vec![],
        predicate: None,
        deferrable: Deferrable::No,
        comment: None,
    });
}

fn sequence(schema: &mut Schema, increment: i64) {
    let options = SequenceOptions { increment, ..SequenceOptions::ascending(i64::MAX) };
    let ty = ColumnType::new("bigint");
    schema.insert_object(Object::Sequence(Sequence { name: "sq".into(), ty, options, owned_by: None, comment: None }));
}

fn view(schema: &mut Schema, query: &str, materialized: bool) {
    schema.insert_object(Object::View(View {
        name: "v".into(),
        materialized,
        columns: vec![],
        query: query.into(),
        options: BTreeMap::new(),
        indexes: vec![],
        triggers: vec![],
        comment: None,
    }));
}

fn identity(schema: &mut Schema, always: bool, start: i64) {
    let options = SequenceOptions { start, ..SequenceOptions::ascending(i64::from(i32::MAX)) };
    c(schema, "id").generation = Some(Generation::Identity(Identity { always, options }));
}

fn serial(schema: &mut Schema) {
    c(schema, "id").generation = Some(Generation::Serial { sequence: "t_id_seq".into() });
}

fn trigger(schema: &mut Schema) {
    t(schema).triggers.push(Trigger {
        name: "tr".into(),
        definition: "CREATE TRIGGER tr BEFORE INSERT ON t EXECUTE FUNCTION f()".into(),
        enabled: true,
        comment: None,
    });
}

fn function(schema: &mut Schema) {
    schema.insert_object(Object::Routine(Routine {
        name: "f".into(),
        kind: RoutineKind::Function,
        arguments: String::new(),
        definition: "CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS $$ SELECT 1 $$".into(),
        comment: None,
    }));
}

fn domain(schema: &mut Schema, check: &str) {
    schema.insert_object(Object::Domain(Domain {
        name: "d".into(),
        base: ColumnType::new("integer"),
        nullable: true,
        default: None,
        collation: None,
        checks: vec![Check::new(Some("d_check".into()), check)],
        comment: None,
    }));
}

fn partitioned(schema: &mut Schema) {
    t(schema).options.partition_by = Some("RANGE (id)".into());
}

fn partition(schema: &mut Schema) {
    partitioned(schema);
    let mut child = t(schema).clone();
    child.name = "t_1".into();
    child.options.partition_by = None;
    child.options.partition_of = Some(PartitionOf { parent: "t".into(), bound: "FOR VALUES FROM (1) TO (9)".into() });
    schema.insert_table(child);
}

fn ty(name: &str, arguments: &[u8]) -> ColumnType {
    ColumnType::with_arguments(name, arguments)
}

fn tables() -> Vec<Row> {
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

fn columns() -> Vec<Row> {
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

fn enums() -> Vec<Row> {
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

fn constraints() -> Vec<Row> {
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

fn indexes() -> Vec<Row> {
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

fn objects() -> Vec<Row> {
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

/// Drafting proves by itself that its steps lead to the models and back; here it has to for every row, both ways.
#[test]
fn every_row_can_be_drafted() {
    let rows = [tables(), columns(), enums(), constraints(), indexes(), objects()];
    let mut drafted = 0;
    for row in rows.into_iter().flatten() {
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
    let rows: Vec<Row> =
        [tables(), columns(), enums(), constraints(), indexes(), objects()].into_iter().flatten().collect();
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
fn a_thousand_tables_are_compared_in_milliseconds() {
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
    let began = std::time::Instant::now();
    let changes = diff(Pair::new(&from, &to), &STRICT, &DiffOptions::default());
    assert_eq!(changes.len(), 1000);
    assert!(began.elapsed().as_millis() < 500, "{:?}", began.elapsed());
}
