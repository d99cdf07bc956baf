//! What a revision destroys, and how it is kept so that a downgrade gives it back.
//!
//! Everything is named as it was *before* the revision: the downgrade makes those names again, so that is where the
//! values return to. Where they are read, and where the same rows stand after the revision, may be under other names.

mod ahead;
mod chosen;
mod deletion;
mod fills;
mod lineage;
mod losses;
mod ready;
mod sql;

use std::fmt;

use serde::{Deserialize, Serialize};
use whimbrel_schema::{ColumnType, ObjectName, Pair, Schema};

pub use ahead::{Ahead, Apart, Follower, rows_ahead};
pub use chosen::Chosen;
pub use losses::{Losses, NotKept, Reading, losses, may_lose};
pub use ready::{Ready, RingKey, parents_first, ready, ring_keys};
pub use sql::Side;

/// Values that are gone after the revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loss {
    pub what: Lost,
    /// The table before the revision.
    pub table: ObjectName,
    /// The table where its values are read.
    pub source: ObjectName,
    /// The table after the revision, where it is there still.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<ObjectName>,
    /// The values.
    pub columns: Vec<KeptColumn>,
    pub rows: Identity,
    /// Columns that stay, from which the downgrade fills the lost ones: where somebody has written them since, what it
    /// makes of them counts, and not what was kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub derived_from: Vec<KeptColumn>,
    /// They are what they are to be only when the revision has run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub derived_late: bool,
    /// No statement names the table: this goes with the rows of another.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub taken_along: bool,
    /// Without the rows of tables that inherit from it, which are kept by themselves.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub only: bool,
    /// Which rows go, or change with those that go; none where that is told only from what stays.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chosen: Vec<Chosen>,
}

impl Loss {
    /// Columns whose values say whether somebody has written since.
    fn marks(&self) -> &[KeptColumn] {
        match self.what {
            Lost::Conversion | Lost::Overwritten => &self.columns,
            Lost::Columns => &self.derived_from,
            Lost::Table | Lost::Rows => &[],
        }
    }

    /// Whether what is to be kept can be told only when the revision has run.
    pub fn is_late(&self) -> bool {
        match self.what {
            Lost::Conversion | Lost::Overwritten | Lost::Rows => true,
            Lost::Columns => self.derived_late,
            Lost::Table => false,
        }
    }

    /// Whether every column that says whether somebody has written since is where the revision left it.
    pub fn can_tell_changes(&self, live: &Schema) -> bool {
        let Some(table) = self.after.as_ref().and_then(|name| live.table(name)) else { return false };
        let here = |name: &Option<String>| {
            name.as_ref().is_some_and(|name| table.columns.iter().any(|it| live.engine.same_name(&it.name, name)))
        };
        self.marks().iter().chain(self.rows.columns()).all(|column| here(&column.after))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lost {
    Table,
    Columns,
    /// The column stays, its values are turned into others.
    Conversion,
    /// The column stays and its type, and a foreign key has put NULL or a default in the place of some values.
    Overwritten,
    /// The table stays.
    Rows,
}

/// How a row is found again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    /// By the values of a key without NULL.
    Key(Vec<KeptColumn>),
    /// By all that is left of it, where that leaves no doubt.
    Rest(Vec<KeptColumn>),
    /// Not at all: what is kept is a row by itself.
    None,
}

impl Identity {
    pub fn columns(&self) -> &[KeptColumn] {
        match self {
            Identity::Key(columns) | Identity::Rest(columns) => columns,
            Identity::None => &[],
        }
    }
}

/// A column by its names: before the revision, where it is read, and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptColumn {
    pub name: String,
    pub source: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    #[serde(rename = "type")]
    pub ty: ColumnType,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collation: Option<String>,
    /// The engine numbers it.
    #[serde(default)]
    pub numbered: bool,
    /// The engine numbers it, and refuses other numbers.
    #[serde(default)]
    pub only_numbered: bool,
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = |columns: &[KeptColumn]| {
            let named = columns.iter().map(|column| format!("`{}.{}`", self.table, column.name));
            named.collect::<Vec<_>>().join(", ")
        };
        match self.what {
            Lost::Table => write!(f, "table `{}`", self.table),
            Lost::Columns => f.write_str(&named(&self.columns)),
            Lost::Conversion => write!(f, "{} as it was", named(&self.columns)),
            Lost::Overwritten => write!(f, "{} where its row was deleted", named(&self.columns)),
            Lost::Rows => write!(f, "deleted rows of `{}`", self.table),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Against {
    Everybody,
    Writers,
}

/// What engines do differently when values are kept and given back.
pub trait Keeping: Send + Sync {
    /// Whether every value comes back the same when the type changes there and back.
    fn comes_back(&self, types: Pair<&ColumnType>) -> bool;

    /// Whether the engine minds foreign keys while a revision runs.
    fn minds_keys(&self) -> bool;

    /// Whether this setting makes it mind them, or not mind them.
    fn turns_keys(&self, _setting: &str, _value: Option<&str>) -> Option<bool> {
        None
    }

    /// Whether a function, or a word that looks like none, gives the same to every statement of a transaction though not
    /// always.
    fn stays_in_transaction(&self, _word: &str) -> bool {
        false
    }

    /// Whether `DROP TABLE` deletes the rows first, with all that this takes along.
    fn drop_deletes(&self) -> bool {
        false
    }

    /// The table without those that inherit from it, as it stands in FROM.
    fn only(&self, table: &str) -> String {
        table.to_string()
    }

    /// Holds tables as they are until the transaction ends: against everybody, as those who alter them do anyway, or
    /// against writers alone. `None` where whoever writes is alone.
    fn hold(&self, tables: &[ObjectName], against: Against) -> Option<String>;

    /// Makes an empty copy that is written along with its table. `None` where nobody has to wait for a copy anyway.
    fn follow(&self, _follower: &Follower) -> Option<Vec<String>> {
        None
    }

    /// The name by which a row says where it lies, where that stays the same as long as nobody writes the row.
    fn row_place(&self) -> Option<&'static str> {
        None
    }

    /// The block of such a place, as a text.
    fn block_of(&self, _place: &str) -> Option<String> {
        None
    }

    /// A query with a row as long as nothing has kept the copy from following.
    fn follows(&self, _follower: &Follower) -> Option<String> {
        None
    }

    /// Lets it follow no longer.
    fn stop_following(&self, _follower: &Follower) -> Vec<String> {
        Vec::new()
    }

    /// A query for the statements that clear away every copy that follows, by the beginning of its name, but for some.
    fn clear_following(&self, _home: Option<&str>, _prefix: &str, _but: &[String]) -> Option<String> {
        None
    }

    /// Makes the side table from a query; `columns` are the query's, in order.
    fn create(&self, side: &str, columns: &[String], query: &str) -> Vec<String>;

    /// A value as it is put aside: in a form that needs nothing which a revision could drop.
    fn put_aside(&self, column: &KeptColumn, value: &str) -> String;

    /// The type of a value that was put aside.
    fn type_aside(&self, column: &KeptColumn) -> String;

    /// A value that was put aside, as the column takes it.
    fn take_back(&self, column: &KeptColumn, value: &str) -> String;

    /// One text that two rows share exactly when all of these values are the same.
    fn text_of(&self, values: &[String]) -> String;

    /// Whether two values are the same, where NULL is like NULL.
    fn same(&self, a: &str, b: &str) -> String;

    /// What stands before `SELECT` or `VALUES` so that numbers which the engine would give are taken as they are.
    fn overriding(&self) -> &'static str;

    /// Lets a numbered column be updated, and as it was again.
    fn unlock_numbers(&self, _table: &ObjectName, _column: &str) -> Option<Pair<String>> {
        None
    }

    /// A query for pairs of statements: what silences each trigger of the table, and what wakes it again.
    fn triggers(&self, table: &ObjectName) -> String;

    /// Where deferred checks are looked at before the table is altered again.
    fn settle(&self) -> Option<&'static str> {
        None
    }

    /// Puts off every check that can be put off, until they are settled.
    fn put_off(&self) -> Option<&'static str> {
        None
    }

    /// Lets the checks of a foreign key be put off, and as it was again.
    fn loosen(&self, _table: &ObjectName, _key: &str) -> Option<Pair<String>> {
        None
    }

    /// A query for the last number that the engine gave in the column; no row where it has given none.
    fn last_number(&self, table: &ObjectName, column: &str) -> String;

    /// Goes on numbering behind this number.
    fn go_on_from(&self, table: &ObjectName, column: &str, number: i64) -> Vec<String>;

    /// A query for the bytes that the side table takes.
    fn bytes(&self, side: &ObjectName) -> String;

    /// A query for the statement that puts the session's way of printing values back, and what sets it so that a
    /// value is printed in full and read back by any session.
    fn printing(&self) -> Option<(&'static str, &'static str)> {
        None
    }

    /// What helps the engine to plan with a side table that was just made.
    fn analyze(&self, _side: &str) -> Option<String> {
        None
    }
}
