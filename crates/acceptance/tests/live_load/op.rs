//! The changes that old and new code live through, and what each of them says meanwhile.

use whimbrel_plan::evolution::dual_write::{Kept, Value};
use whimbrel_schema::{Column, ColumnType, Engine, Expression};

/// One column of each version; a key of the table says whose row it is.
pub struct Op {
    pub name: &'static str,
    pub from: &'static str,
    pub to: &'static str,
    /// The column that old code writes and reads, if it is one that changes.
    pub old: Option<&'static str>,
    pub new: &'static str,
    pub new_type: &'static str,
    pub kept: fn(Engine) -> Kept,
    pub fill: fn(Engine) -> &'static str,
    /// What new code reads where old code wrote the text.
    pub forward: fn(&str) -> String,
}

impl Op {
    pub fn new_column(&self) -> Column {
        Column::new(self.new, ColumnType::new(self.new_type))
    }
}

fn retyped(engine: Engine) -> Kept {
    let words = match engine {
        Engine::Postgres => ["amount::integer", "cents::text"],
        Engine::Sqlite | Engine::Mysql => ["CAST(amount AS INTEGER)", "CAST(cents AS TEXT)"],
    };
    let [forward, backward] = words.map(|it| Value::Computed(Expression::new(it)));
    Kept::converted("amount", "cents", forward, backward)
}

pub fn all() -> Vec<Op> {
    vec![
        Op {
            name: "rename column",
            from: "CREATE TABLE mail (id integer PRIMARY KEY, subject text NOT NULL);",
            to: "CREATE TABLE mail (id integer PRIMARY KEY, title text NOT NULL);",
            old: Some("subject"),
            new: "title",
            new_type: "text",
            kept: |_| Kept::renamed("subject", "title"),
            fill: |_| "subject",
            forward: str::to_string,
        },
        Op {
            name: "change type",
            from: "CREATE TABLE mail (id integer PRIMARY KEY, amount text NOT NULL);",
            to: "CREATE TABLE mail (id integer PRIMARY KEY, cents integer NOT NULL);",
            old: Some("amount"),
            new: "cents",
            new_type: "integer",
            kept: retyped,
            fill: |engine| if engine == Engine::Postgres { "amount::integer" } else { "CAST(amount AS INTEGER)" },
            forward: str::to_string,
        },
        Op {
            name: "add required column",
            from: "CREATE TABLE mail (id integer PRIMARY KEY);",
            to: "CREATE TABLE mail (id integer PRIMARY KEY, kind text NOT NULL);",
            old: None,
            new: "kind",
            new_type: "text",
            kept: |_| Kept::Filled { column: "kind".into(), value: Expression::new("'none'") },
            fill: |_| "'none'",
            forward: |_| "none".to_string(),
        },
    ]
}
