//! With `sqlx::FromRow` and serde: their names count where the struct says so, and nowhere else.

use serde::{Deserialize, Serialize};
use whimbrel::{DbEnum, Table};

#[derive(Debug, Clone, Serialize, Deserialize, sqlx::FromRow, Table)]
#[serde(rename_all = "camelCase")]
#[sqlx(rename_all = "SCREAMING_SNAKE_CASE")]
pub struct Author {
    #[column(primary_key)]
    id: i64,
    #[serde(rename = "name")]
    #[sqlx(rename = "title")]
    #[column(max_length = 80)]
    full_name: String,
    #[sqlx(try_from = "String")]
    mood: Mood,
    #[sqlx(skip)]
    #[serde(skip)]
    #[column(skip)]
    cached: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, DbEnum)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[db_enum(names = "serde")]
pub enum Mood {
    Calm,
    #[serde(rename = "exact")]
    VeryExact,
}

impl From<String> for Mood {
    fn from(text: String) -> Mood {
        if text == "exact" { Mood::VeryExact } else { Mood::Calm }
    }
}

/// Here the names of sqlx are those of the database.
#[derive(Serialize, sqlx::FromRow, Table)]
#[serde(rename_all = "camelCase")]
#[sqlx(rename_all = "kebab-case")]
#[table(names = "sqlx", index(sent_at), unique(of, sent_at))]
pub struct Letter {
    #[column(primary_key)]
    letter_id: i32,
    #[sqlx(rename = "author")]
    #[serde(rename = "by")]
    #[column(foreign_key = "author.id", on_delete = "cascade")]
    of: i64,
    #[sqlx(default)]
    sent_at: Option<String>,
}
