//! What a draft asks, leaves out and refuses, and the order of what it writes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod generic_dialect;

use generic_dialect::{LAX, STRICT};
use whimbrel_plan::autogenerate::{Draft, DraftError, draft};
use whimbrel_plan::diff::Scope;
use whimbrel_plan::{Choices, Dialect, Rename, Step, object_name};
use whimbrel_schema::{
    Column, ColumnType, EnumType, Expression, ForeignKey, Index, IndexKey, Notes, Object, Pair, PrimaryKey, Schema,
    Table,
};

fn column(name: &str, ty: &str) -> Column {
    Column::new(name, ColumnType::new(ty))
}

fn table(name: &str, columns: &[(&str, &str)]) -> Table {
    let mut table = Table::new(name);
    table.columns = columns.iter().map(|(name, ty)| column(name, ty)).collect();
    table.primary_key = Some(PrimaryKey::new(["id"]));
    table
}

fn schema(dialect: &dyn Dialect, tables: Vec<Table>) -> Schema {
    let mut schema = Schema::new(dialect.engine());
    tables.into_iter().for_each(|table| schema.insert_table(table));
    dialect.complete_all(&mut schema);
    schema
}

fn email() -> Table {
    table("email", &[("id", "integer"), ("subject", "text")])
}

/// The statements' kinds, in order.
fn kinds(draft: &Draft) -> Vec<String> {
    (draft.upgrade.iter())
        .map(|statement| match serde_json::from_str::<Step>(&statement.sql) {
            Ok(step) => serde_json::to_value(step).unwrap().as_object().unwrap().keys().next().unwrap().clone(),
            Err(_) => statement.sql.clone(),
        })
        .collect()
}

fn questions(draft: &Draft) -> Vec<String> {
    draft.questions.iter().map(ToString::to_string).collect()
}

#[test]
fn a_table_that_the_models_do_not_name_stays_until_it_is_named() {
    let old = table("old_table", &[("id", "integer")]);
    let pair = || Pair::new(schema(&STRICT, vec![email(), old.clone()]), schema(&STRICT, vec![email()]));
    for scope in [Scope::Models, Scope::Everything] {
        let kept = draft(pair(), &STRICT, &Choices { scope, ..Choices::default() }).unwrap();
        assert!(kept.upgrade.is_empty() && kept.downgrade.is_empty());
        assert_eq!(
            questions(&kept),
            ["the models no longer name `old_table`; its drop was not written (--allow-drop old_table)"]
        );
        let choices = Choices { allow_drop: vec![object_name("old_table")], scope, ..Choices::default() };
        let dropped = draft(pair(), &STRICT, &choices).unwrap();
        assert_eq!((kinds(&dropped), questions(&dropped)), (vec!["drop_table".to_string()], vec![]));
        assert_eq!(dropped.upgrade[0].note.as_deref(), Some("every row of `old_table` is lost"));
    }
    let misspelled = Choices { allow_drop: vec![object_name("old_tabel")], ..Choices::default() };
    let refused = draft(pair(), &STRICT, &misspelled).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "--allow-drop names table `old_tabel`, which is not in the history; there is `email`, `old_table`"
    );
}

#[test]
fn a_rename_is_asked_until_it_is_said() {
    let renamed = table("email", &[("id", "integer"), ("title", "text")]);
    let pair = || Pair::new(schema(&STRICT, vec![email()]), schema(&STRICT, vec![renamed.clone()]));
    let asked = draft(pair(), &STRICT, &Choices::default()).unwrap();
    assert_eq!(kinds(&asked), ["add_column", "drop_column"]);
    assert_eq!(
        questions(&asked),
        ["was `email.subject` renamed to `title`? dropping it loses its values (--rename email.subject:title)"]
    );
    let said = |text: &str| {
        let choices = Choices { renames: vec![Rename::parse(text).unwrap()], ..Choices::default() };
        draft(pair(), &STRICT, &choices)
    };
    let renamed = said("email.subject:title").unwrap();
    assert_eq!((kinds(&renamed), questions(&renamed)), (vec!["rename_column".to_string()], vec![]));
    for (text, words) in [
        (
            "email.subjekt:title",
            "rename `email.subjekt:title`: there is no column `email.subjekt`; there is `id`, `subject`",
        ),
        ("mail.subject:title", "rename `mail.subject:title`: there is no table `mail`; there is `email`"),
        (
            "email.subject:heading",
            "rename `email.subject:heading`: the models do not name column `email.heading`; there is `id`, `title`",
        ),
        ("email:mail", "rename `email:mail`: the models do not name table `mail`; there is `email`"),
    ] {
        let refused = said(text).unwrap_err();
        assert!(matches!(refused, DraftError::Choice(_)));
        assert_eq!(refused.to_string(), words);
    }
}

#[test]
fn a_table_and_its_column_are_renamed_by_the_old_name_or_the_new() {
    let mail = table("mail", &[("id", "integer"), ("title", "text")]);
    for column in ["email.subject:title", "mail.subject:title"] {
        let pair = Pair::new(schema(&STRICT, vec![email()]), schema(&STRICT, vec![mail.clone()]));
        let renames = [column, "email:mail"].map(|text| Rename::parse(text).unwrap()).to_vec();
        let draft = draft(pair, &STRICT, &Choices { renames, ..Choices::default() }).unwrap();
        assert_eq!(kinds(&draft), ["rename_table", "rename_column", "rename_constraint"]);
        assert_eq!(draft.downgrade.len(), 3);
    }
}

#[test]
fn a_required_column_gets_its_values_in_between() {
    let with = |column: Column| {
        let mut table = email();
        table.columns.push(column);
        Pair::new(schema(&STRICT, vec![email()]), schema(&STRICT, vec![table]))
    };
    let required = column("score", "integer").not_null();
    let asked = draft(with(required.clone()), &STRICT, &Choices::default()).unwrap();
    assert_eq!(kinds(&asked), ["add_column"]);
    assert_eq!(asked.upgrade[0].questions, asked.questions);

    let choices = Choices {
        backfills: [(("email".into(), "score".to_string()), Expression::new("length(subject)"))].into(),
        ..Choices::default()
    };
    let filled = draft(with(required.clone()), &STRICT, &choices).unwrap();
    assert_eq!(kinds(&filled), ["add_column", "UPDATE email SET score = length(subject)", "set_nullable"]);

    let client_default = Some(Expression::new("0"));
    let noted = Column { notes: Notes { client_default, ..Notes::default() }, ..required };
    let filled = draft(with(noted), &STRICT, &Choices::default()).unwrap();
    assert_eq!(filled.upgrade[1].sql, "UPDATE email SET score = 0");
    assert_eq!(filled.upgrade[1].note.as_deref(), Some("rows that exist get the models' own default, 0"));
}

#[test]
fn what_cannot_be_done_in_place_becomes_one_new_table() {
    let mut to = email();
    to.columns[1].nullable = false;
    to.columns[1].ty = ColumnType::new("varchar");
    to.columns.push(column("note", "text"));
    to.indexes.push(Index::new("ix", vec![IndexKey::column("note")]));
    let pair = Pair::new(schema(&LAX, vec![email()]), schema(&LAX, vec![to]));
    let choices = Choices {
        backfills: [(("email".into(), "subject".to_string()), Expression::new("''"))].into(),
        ..Choices::default()
    };
    let draft = draft(pair, &LAX, &choices).unwrap();
    assert_eq!(kinds(&draft), ["rebuild_table"]);
    let Ok(Step::RebuildTable { to, copy, .. }) = serde_json::from_str(&draft.upgrade[0].sql) else { panic!() };
    assert_eq!((to.columns.len(), to.indexes.len()), (3, 1));
    assert_eq!(copy[1], ("subject".to_string(), Expression::new("coalesce(subject::varchar, '')")));
}

#[test]
fn what_others_need_comes_first_and_goes_last() {
    let mut first = table("a_first", &[("id", "integer"), ("z_id", "integer"), ("mood", "mood")]);
    first.foreign_keys.push(ForeignKey::new(["z_id"], "z_last".into(), ["id"]));
    let mut last = table("z_last", &[("id", "integer"), ("a_id", "integer")]);
    last.foreign_keys.push(ForeignKey::new(["a_id"], "a_first".into(), ["id"]));
    let mut full = schema(&STRICT, vec![first, last]);
    let mood = EnumType { name: "mood".into(), values: vec!["ok".into()], comment: None };
    full.insert_object(Object::Enum(mood));
    let empty = Schema::new(STRICT.engine);

    let up = draft(Pair::new(empty.clone(), full.clone()), &STRICT, &Choices::default()).unwrap();
    assert_eq!(kinds(&up), ["create_object", "create_table", "create_table", "add_constraint"]);
    let allow_drop = full.tables.keys().cloned().collect();
    let down = draft(Pair::new(full, empty), &STRICT, &Choices { allow_drop, ..Choices::default() }).unwrap();
    assert_eq!(kinds(&down), ["drop_constraint", "drop_table", "drop_table", "drop_object"]);
}
