//! What the derives write, beside those of others on the same items.
#![allow(clippy::unwrap_used, dead_code)]

use serde::{Deserialize, Serialize};
use whimbrel::model::{Integral, NamedType};
use whimbrel::{DbEnum, DbType, Table};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, DbType)]
#[serde(transparent)]
struct UserId(i64);

/// A name that is well known elsewhere, and is the project's own here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, DbType)]
#[db_type(type = "VARCHAR(12)")]
struct Uuid(String);

mod other {
    /// One that says nothing: its name counts.
    #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
    pub struct Decimal;
}

#[derive(Debug, Clone, PartialEq, DbType)]
#[db_type(type(sqlite = "JSON", postgres = "JSONB"))]
struct Document<T>(T);

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, DbEnum)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[db_enum(names = "serde")]
enum Mood {
    Calm,
    VeryExact,
}

type Stamp = i64;

/// Everything at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Table)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[table(
    name = "user",
    schema = "people",
    comment,
    unique(name, mood, name = "uq_user"),
    index(name, stamp(desc, nulls_last), "lower(name)", name = "ix_all", unique = true, where = "name <> ''"),
    check(name = "named", sql = "name <> ''"),
    foreign_key(name, mood, references = "other.pair(a, b)", on_delete = "set null", deferrable = "deferred")
)]
struct User {
    #[column(primary_key, identity(always, start = 10))]
    id: UserId,
    #[column(max_length = 30, index, renamed_from = "title", collation(postgres = "C"))]
    #[serde(rename = "n", default)]
    name: String,
    mood: Option<Mood>,
    token: Uuid,
    price: other::Decimal,
    stamp: Stamp,
    #[column(generated = "price * 2", virtual)]
    twice: f64,
    bytes: Vec<u8>,
    #[column(skip)]
    cached: Option<Vec<String>>,
}

#[test]
fn a_struct_says_what_its_table_is() {
    assert_eq!((User::NAME, User::SCHEMA), ("user", Some("people")));
    let model = User::model();
    assert_eq!(model.comment.as_deref(), Some("Everything at once."));
    let columns: Vec<(&str, &str, &str)> = model
        .columns
        .iter()
        .map(|it| (it.name.as_str(), it.ty.sqlite.sql.as_str(), it.ty.postgres.sql.as_str()))
        .collect();
    let expected = [
        ("id", "INTEGER", "BIGINT"),
        ("name", "VARCHAR(30)", "VARCHAR(30)"),
        ("mood", "VARCHAR(10)", "mood"),
        ("token", "VARCHAR(12)", "VARCHAR(12)"),
        ("price", "NUMERIC", "NUMERIC"),
        ("stamp", "INTEGER", "BIGINT"),
        ("twice", "FLOAT", "FLOAT"),
        ("bytes", "BLOB", "BYTEA"),
    ];
    assert_eq!(columns, expected);
    assert_eq!(model.columns[0].ty.postgres.kind, Integral::Big);
    let identity = model.columns[0].identity.as_deref().unwrap();
    assert_eq!((identity.always, identity.numbers.start), (true, Some(10)));
    let NamedType::Enum { values, .. } = model.columns[2].ty.postgres.named.as_deref().unwrap() else {
        unreachable!("an enum");
    };
    assert_eq!(values, &["CALM", "VERY_EXACT"]);
    assert_eq!(model.columns[1].notes.renamed_from.as_deref(), Some("title"));
    assert_eq!(model.columns[1].ty.postgres.collation.as_deref(), Some("C"));
    assert_eq!(model.foreign_keys[0].columns, ["name", "mood"]);
    assert_eq!(model.indexes.len(), 2);
    assert_eq!(<Document<i32> as DbType>::column_type().postgres.sql, "JSONB");
}

#[test]
fn serde_has_its_own_derive_of_the_same_items() {
    fn both_ways<T: Serialize + for<'de> Deserialize<'de>>() {}
    both_ways::<User>();
    both_ways::<Mood>();
}
