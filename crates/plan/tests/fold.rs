//! What a schema is after a step.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod generic_dialect;

use generic_dialect::{LAX, STRICT};
use whimbrel_plan::fold::{FoldError, apply};
use whimbrel_plan::{CommentTarget, Dialect, Step};
use whimbrel_schema::{
    Check, Column, ColumnType, Constraint, EnumType, ForeignKey, Generation, Index, IndexKey, Object, ObjectId,
    ObjectKind, ObjectName, PrimaryKey, Schema, Table, Unique, View,
};

fn column(name: &str, ty: &str) -> Column {
    Column::new(name, ColumnType::new(ty))
}

fn view(name: &str, query: &str) -> Object {
    Object::View(View {
        name: name.into(),
        materialized: false,
        columns: Vec::new(),
        query: query.into(),
        options: std::collections::BTreeMap::new(),
        indexes: Vec::new(),
        triggers: Vec::new(),
        comment: None,
    })
}

/// `author` ← `email`, with an index, a check, a generated column and a view on it.
fn mail(dialect: &dyn Dialect) -> Schema {
    let mut schema = Schema::new(dialect.engine());
    let mut author = Table::new("author");
    author.columns = vec![column("id", "integer"), column("name", "text")];
    author.primary_key = Some(PrimaryKey::new(["id"]));
    let mut email = Table::new("email");
    email.columns = vec![
        column("id", "integer"),
        column("subject", "text"),
        column("author_id", "integer"),
        column("shout", "text").generated(Generation::Stored("upper(subject)".into())),
    ];
    email.primary_key = Some(PrimaryKey::new(["id"]));
    email.foreign_keys = vec![ForeignKey::new(["author_id"], "author".into(), Vec::<String>::new())];
    email.checks = vec![Check::new(Some("some".into()), "subject <> 'subject' AND length(subject) > 0")];
    let steps = [
        Step::CreateTable { table: Box::new(author), if_not_exists: false },
        Step::CreateTable { table: Box::new(email), if_not_exists: false },
        Step::CreateIndex {
            table: "email".into(),
            index: Box::new(Index::new(
                "ix",
                vec![IndexKey::column("subject"), IndexKey::expression("lower(subject)")],
            )),
            concurrently: false,
            if_not_exists: false,
        },
        Step::CreateObject {
            object: Box::new(view(
                "titles",
                "SELECT e.id, e.subject, a.name FROM email e JOIN author a ON a.id = e.author_id",
            )),
            replace: false,
            if_not_exists: false,
        },
    ];
    for step in steps {
        apply(&mut schema, &step, dialect).unwrap();
    }
    schema
}

#[test]
fn a_renamed_column_is_followed_everywhere() {
    let mut schema = mail(&STRICT);
    let step = Step::RenameColumn { table: "email".into(), from: "subject".into(), to: "Title".into() };
    apply(&mut schema, &step, &STRICT).unwrap();
    let email = schema.table(&"email".into()).unwrap();
    assert!(email.column("Title").is_some() && email.column("subject").is_none());
    assert_eq!(email.checks[0].expression.text(), "\"Title\" <> 'subject' AND length(\"Title\") > 0");
    assert!(email.indexes[0].names_column("Title"));
    assert_eq!(email.indexes[0].keys[1], IndexKey::expression("lower(\"Title\")"));
    assert_eq!(email.column("shout").unwrap().generation, Some(Generation::Stored("upper(\"Title\")".into())));
    let Some(Object::View(titles)) = schema.object(&ObjectId::new(ObjectKind::View, "titles")) else { panic!() };
    assert_eq!(
        titles.query.text(),
        "SELECT e.id, e.\"Title\" AS subject, a.name FROM email e JOIN author a ON a.id = e.author_id"
    );
}

#[test]
fn a_renamed_table_keeps_constraint_names_and_is_followed_by_foreign_keys_and_views() {
    let mut schema = mail(&STRICT);
    let step = Step::RenameTable { from: "author".into(), to: "person".into() };
    apply(&mut schema, &step, &STRICT).unwrap();
    let email = schema.table(&"email".into()).unwrap();
    assert_eq!(email.foreign_keys[0].references, ObjectName::new("person"));
    assert_eq!(
        schema.table(&"person".into()).unwrap().primary_key.as_ref().unwrap().name.as_deref(),
        Some("author_pkey")
    );
    let Some(Object::View(titles)) = schema.object(&ObjectId::new(ObjectKind::View, "titles")) else { panic!() };
    assert!(titles.query.text().ends_with("JOIN person a ON a.id = e.author_id"), "{}", titles.query);
}

#[test]
fn a_dropped_column_takes_its_own_and_refuses_what_others_need() {
    let mut schema = mail(&STRICT);
    let drop = |column: &str, cascade| Step::DropColumn {
        table: "email".into(),
        column: column.into(),
        if_exists: false,
        cascade,
    };
    let refused = apply(&mut schema.clone(), &drop("subject", false), &STRICT).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "column `email.subject` cannot be dropped while generated column `email.shout` needs it"
    );
    apply(&mut schema, &drop("subject", true), &STRICT).unwrap();
    let email = schema.table(&"email".into()).unwrap();
    assert!(email.indexes.is_empty() && email.checks.is_empty() && email.column("shout").is_none());
    assert!(schema.object(&ObjectId::new(ObjectKind::View, "titles")).is_none());
    apply(&mut schema, &drop("author_id", false), &STRICT).unwrap();
    assert!(schema.table(&"email".into()).unwrap().foreign_keys.is_empty());
}

#[test]
fn a_key_that_others_rest_on_goes_only_with_cascade() {
    let mut schema = mail(&STRICT);
    let drop = |cascade| Step::DropConstraint {
        table: "author".into(),
        name: "author_pkey".into(),
        if_exists: false,
        cascade,
    };
    let refused = apply(&mut schema.clone(), &drop(false), &STRICT).unwrap_err();
    assert!(matches!(refused, FoldError::Needed { .. }), "{refused}");
    let unique = Constraint::Unique(Unique::new(["id"]));
    let add = Step::AddConstraint { table: "author".into(), constraint: Box::new(unique), using_index: None };
    let mut twice = schema.clone();
    apply(&mut twice, &add, &STRICT).unwrap();
    apply(&mut twice, &drop(false), &STRICT).unwrap();
    apply(&mut schema, &drop(true), &STRICT).unwrap();
    assert!(schema.table(&"email".into()).unwrap().foreign_keys.is_empty());
}

#[test]
fn an_index_taken_over_becomes_the_constraint() {
    let mut schema = mail(&STRICT);
    let step = Step::CreateIndex {
        table: "author".into(),
        index: Box::new(Index { unique: true, ..Index::new("ux", vec![IndexKey::column("name")]) }),
        concurrently: true,
        if_not_exists: false,
    };
    apply(&mut schema, &step, &STRICT).unwrap();
    let take = Step::AddConstraint {
        table: "author".into(),
        constraint: Box::new(Constraint::Unique(Unique::new(Vec::<String>::new()))),
        using_index: Some("ux".into()),
    };
    apply(&mut schema, &take, &STRICT).unwrap();
    let author = schema.table(&"author".into()).unwrap();
    assert!(author.indexes.is_empty());
    assert_eq!(author.uniques[0], Unique { name: Some("ux".into()), ..Unique::new(["name"]) });
}

#[test]
fn what_is_not_there_is_named() {
    let mut schema = mail(&STRICT);
    let cases: [(Step, &str); 6] = [
        (Step::DropTable { table: "post".into(), if_exists: false, cascade: false }, "there is no table `post`"),
        (
            Step::SetNullable { table: "email".into(), column: "title".into(), nullable: true },
            "there is no column `email.title`",
        ),
        (
            Step::DropConstraint { table: "email".into(), name: "c".into(), if_exists: false, cascade: false },
            "there is no constraint `c` of `email`",
        ),
        (
            Step::DropIndex { index: "ix2".into(), concurrently: false, if_exists: false, cascade: false },
            "there is no index `ix2`",
        ),
        (
            Step::SetComment { on: CommentTarget::Object(ObjectId::new(ObjectKind::Enum, "mood")), to: None },
            "there is no enum `mood`",
        ),
        (Step::RenameTable { from: "email".into(), to: "author".into() }, "there is a table `author` already"),
    ];
    for (step, words) in cases {
        assert_eq!(apply(&mut schema, &step, &STRICT).unwrap_err().to_string(), words);
    }
    let lenient = Step::DropTable { table: "post".into(), if_exists: true, cascade: false };
    assert_eq!(apply(&mut schema, &lenient, &STRICT), Ok(()));
}

#[test]
fn names_differ_in_case_only_where_the_engine_says_so() {
    let step = Step::DropColumn { table: "EMAIL".into(), column: "AUTHOR_ID".into(), if_exists: false, cascade: false };
    let mut lax = mail(&LAX);
    apply(&mut lax, &step, &LAX).unwrap();
    assert!(lax.table(&"email".into()).unwrap().column("author_id").is_none());
    assert!(apply(&mut mail(&STRICT), &step, &STRICT).is_err());
}

#[test]
fn an_enum_is_followed_and_held_by_its_columns() {
    let mut schema = mail(&STRICT);
    let mood = EnumType { name: "mood".into(), values: vec!["sad".into(), "ok".into()], comment: None };
    let mut feeling = column("feeling", "mood");
    feeling.default = Some("'ok'::mood".into());
    let steps = [
        Step::CreateObject { object: Box::new(Object::Enum(mood)), replace: false, if_not_exists: false },
        Step::AddColumn { table: "email".into(), column: Box::new(feeling), constraints: vec![], if_not_exists: false },
        Step::RenameEnumValue { name: "mood".into(), from: "ok".into(), to: "fine".into() },
        Step::RenameObject { object: ObjectId::new(ObjectKind::Enum, "mood"), to: "temper".into() },
    ];
    for step in &steps {
        apply(&mut schema, step, &STRICT).unwrap();
    }
    let feeling = schema.table(&"email".into()).unwrap().column("feeling").unwrap();
    assert_eq!((feeling.ty.name.as_str(), feeling.default.as_ref().unwrap().text()), ("temper", "'fine'::temper"));
    let drop = Step::DropObject { object: ObjectId::new(ObjectKind::Enum, "temper"), if_exists: false, cascade: false };
    assert!(matches!(apply(&mut schema, &drop, &STRICT), Err(FoldError::Needed { .. })));
}
