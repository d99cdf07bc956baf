//! One change, and the parts that the rows are made of.

use std::collections::BTreeMap;

use whimbrel_plan::diff::Scope;
use whimbrel_schema::*;

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Alembic {
    Finds,
    Misses,
    Wrong,
    LeavesAlone,
}

pub struct Row {
    pub what: &'static str,
    pub alembic: Alembic,
    pub from: Schema,
    pub to: Schema,
    pub scope: Scope,
    pub expected: &'static [&'static str],
}

pub fn column(name: &str, ty: &str) -> Column {
    Column::new(name, ColumnType::new(ty))
}

/// Two tables; `t` has an id, a number, a text.
pub fn base() -> Schema {
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

pub fn t(schema: &mut Schema) -> &mut Table {
    schema.table_mut(&"t".into()).unwrap()
}

pub fn c<'a>(schema: &'a mut Schema, name: &str) -> &'a mut Column {
    t(schema).column_mut(name).unwrap()
}

type Edit = fn(&mut Schema);

pub fn row(what: &'static str, alembic: Alembic, from: Edit, to: Edit, expected: &'static [&'static str]) -> Row {
    let made = |edit: Edit| {
        let mut schema = base();
        edit(&mut schema);
        schema
    };
    Row { what, alembic, from: made(from), to: made(to), scope: Scope::Everything, expected }
}

pub fn by_models(row: Row) -> Row {
    Row { scope: Scope::Models, ..row }
}

pub fn same(_: &mut Schema) {}

pub fn mood(values: &[&str]) -> Object {
    let values = values.iter().map(|value| (*value).to_string()).collect();
    Object::Enum(EnumType { name: "mood".into(), values, comment: None })
}

pub fn moody(schema: &mut Schema, values: &[&str]) {
    schema.insert_object(mood(values));
    t(schema).columns.push(column("mood", "mood"));
}

pub fn fk(schema: &mut Schema) -> &mut ForeignKey {
    let key = ForeignKey { name: Some("t_n_fkey".into()), ..ForeignKey::new(["n"], "p".into(), ["id"]) };
    t(schema).foreign_keys.push(key);
    t(schema).foreign_keys.last_mut().unwrap()
}

pub fn ix(schema: &mut Schema) -> &mut Index {
    t(schema).indexes.push(Index::new("ix", vec![IndexKey::column("email")]));
    t(schema).indexes.last_mut().unwrap()
}

pub fn unique(schema: &mut Schema) -> &mut Unique {
    t(schema).uniques.push(Unique { name: Some("u".into()), ..Unique::new(["email"]) });
    t(schema).uniques.last_mut().unwrap()
}

pub fn check(schema: &mut Schema, expression: &str) {
    t(schema).checks.push(Check::new(Some("positive".into()), expression));
}

pub fn exclusion(schema: &mut Schema, operator: &str) {
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

pub fn sequence(schema: &mut Schema, increment: i64) {
    let options = SequenceOptions { increment, ..SequenceOptions::ascending(i64::MAX) };
    let ty = ColumnType::new("bigint");
    schema.insert_object(Object::Sequence(Sequence { name: "sq".into(), ty, options, owned_by: None, comment: None }));
}

pub fn view(schema: &mut Schema, query: &str, materialized: bool) {
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

pub fn identity(schema: &mut Schema, always: bool, start: i64) {
    let options = SequenceOptions { start, ..SequenceOptions::ascending(i64::from(i32::MAX)) };
    c(schema, "id").generation = Some(Generation::Identity(Identity { always, options }));
}

pub fn serial(schema: &mut Schema) {
    c(schema, "id").generation = Some(Generation::Serial { sequence: "t_id_seq".into() });
}

pub fn trigger(schema: &mut Schema) {
    t(schema).triggers.push(Trigger {
        name: "tr".into(),
        definition: "CREATE TRIGGER tr BEFORE INSERT ON t EXECUTE FUNCTION f()".into(),
        enabled: true,
        comment: None,
    });
}

pub fn function(schema: &mut Schema) {
    schema.insert_object(Object::Routine(Routine {
        name: "f".into(),
        kind: RoutineKind::Function,
        arguments: String::new(),
        definition: "CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS $$ SELECT 1 $$".into(),
        comment: None,
    }));
}

pub fn domain(schema: &mut Schema, check: &str) {
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

pub fn partitioned(schema: &mut Schema) {
    t(schema).options.partition_by = Some("RANGE (id)".into());
}

pub fn partition(schema: &mut Schema) {
    partitioned(schema);
    let mut child = t(schema).clone();
    child.name = "t_1".into();
    child.options.partition_by = None;
    child.options.partition_of = Some(PartitionOf { parent: "t".into(), bound: "FOR VALUES FROM (1) TO (9)".into() });
    schema.insert_table(child);
}

pub fn ty(name: &str, arguments: &[u8]) -> ColumnType {
    ColumnType::with_arguments(name, arguments)
}
