use std::ops::Range;

use thiserror::Error;
use whimbrel_schema::{Column, ColumnType, Engine, Expression, ObjectName, Pair, Schema, Table, View};

use crate::Step;
use crate::autogenerate::DraftStatement;
use crate::backfill::Batching;
use crate::evolution::dual_write::{DualWrite, DualWriteError, Keepers, Rule};
use crate::fold::RenamedTexts;
use crate::keep::Keeping;
use crate::review::{Circumstances, Copied, Prediction};
use crate::words::words;

/// What differs between engines as far as text and decisions go. Pure: a dialect opens no connection.
///
/// Each engine's room has one, and it can be asked everything without a database.
pub trait Dialect: Send + Sync {
    fn engine(&self) -> Engine;

    /// Whether DDL takes part in transactions, so that a revision can be one.
    fn transactional_ddl(&self) -> bool;

    /// Byte ranges of the statements in a script: leading white space and comments outside, the closing semicolon
    /// outside, empty statements left out. Never fails; an unclosed quote runs to the end of the text.
    fn split(&self, script: &str) -> Vec<Range<usize>>;

    /// What a script for the engine's own shell has to begin with, so that revisions run in it as Whimbrel runs them.
    fn script_preamble(&self) -> &'static [&'static str] {
        &[]
    }

    /// Settings, by lower-case name, that Whimbrel itself makes before it runs a revision.
    fn own_session(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }

    /// Whether `SET LOCAL` is for the transaction alone; elsewhere LOCAL is another word for the session.
    fn local_settings_end(&self) -> bool {
        true
    }

    /// Reads one statement, as [`split`](Dialect::split) cuts them.
    fn understand(&self, statement: &str) -> Understanding;

    /// What the statement does to a live system: locks, work, dangers. Never less than what it does.
    fn predict(&self, statement: &str, understanding: &Understanding, at: &Circumstances<'_>) -> Prediction;

    /// What the statement carries over from one table into another, where it does that and nothing else.
    fn copied(&self, _statement: &str, _before: &Schema) -> Option<Copied> {
        None
    }

    /// The table that a statement makes of which no more is understood than that.
    fn makes(&self, statement: &str) -> Option<NewRelation> {
        NewRelation::of_create_table(statement)
    }

    /// The bound of a partition as the condition of a check; `None` where it cannot be told as one.
    fn bound_as_check(&self, _parent: &Table, _bound: &str) -> Option<String> {
        None
    }

    /// The check that stays with a partition which is detached while others still see it in its parent: it says what the
    /// bound said. `None` where the engine leaves none, or none that can be told.
    fn left_by_detaching(&self, _parent: &Table, _partition: &Table) -> Option<String> {
        None
    }

    /// Where each step of a statement stands in it, in the order of [`understand`](Dialect::understand); empty where a
    /// statement is one step.
    fn places(&self, _statement: &str) -> Vec<Range<usize>> {
        Vec::new()
    }

    /// How a table is changed in batches; `None` where Whimbrel runs none.
    fn batching(&self) -> Option<&dyn Batching> {
        None
    }

    /// The statements, without closing semicolons, that carry the step out on `before`.
    fn render(&self, step: &Step, before: &Schema) -> Result<Vec<String>, RenderError>;

    /// Whether the engine can do the step on the table as it stands.
    fn how(&self, step: &Step, before: &Schema) -> How;

    /// Whether the engine can build an index while others write, and hold new rows to a constraint before it has looked at
    /// the old ones.
    fn builds_beside_writers(&self) -> bool {
        false
    }

    /// Fills in what the engine itself would add to the table: names of unnamed constraints, columns that a foreign
    /// key leaves out, NOT NULL of primary keys, defaults of `serial`. Doing it twice changes nothing more.
    fn complete(&self, schema: &mut Schema, table: &ObjectName);

    /// Completes every table. An engine whose naming has to know all names of the schema does it in one pass.
    fn complete_all(&self, schema: &mut Schema) {
        let names: Vec<ObjectName> = schema.tables.keys().cloned().collect();
        for name in names {
            self.complete(schema, &name);
        }
    }

    /// Fills in what is only certain once the whole schema is there: the columns of a foreign key that names none, where
    /// the engine looks for them each time it is used. Called when a schema is finished, not after each step.
    fn complete_references(&self, _schema: &mut Schema) {}

    /// The canonical type for a type as people write it.
    fn read_type(&self, text: &str) -> ColumnType;

    fn same_type(&self, types: Pair<&ColumnType>) -> bool;

    /// Whether the two certainly mean the same, judged by text alone (case of keywords, white space, needless
    /// parentheses and casts). `false` means only that the engine has to be asked.
    fn same_expression(&self, expressions: Pair<&Expression>) -> bool;

    /// What becomes of a column's values when its type changes.
    fn cast(&self, column: &str, types: Pair<&ColumnType>) -> Cast;

    /// Whether a view is bound to the columns that it reads, not to their names: it keeps its own column names when
    /// they are renamed, and they can neither be dropped nor change their type under it.
    fn views_bind_columns(&self) -> bool {
        true
    }

    /// The views' and triggers' texts after a rename (or a dropped column), where only the engine's own reading of names can tell which of
    /// them are meant. `None` leaves them to folding, which replaces what certainly is.
    fn renamed_texts(&self, _step: &Step, _before: &Schema) -> Option<RenamedTexts> {
        None
    }

    /// Whether, after this setting of a session, renaming a table leaves alone what refers to it. `None` for a setting
    /// that has nothing to do with that.
    fn renames_leave_references(&self, _setting: &str, _value: Option<&str>) -> Option<bool> {
        None
    }

    /// Triggers that keep the columns of old code and of new code in step. The new columns have their defaults still.
    fn keepers(&self, _dual: &DualWrite, _schema: &Schema) -> Result<Keepers, DualWriteError> {
        Err(DualWriteError::Unsupported { engine: self.engine().title() })
    }

    /// When a row is not in step, by the triggers of that kind that the table has.
    fn rules(&self, _table: &Table, _schema: &Schema) -> Vec<Rule> {
        Vec::new()
    }

    /// A view under the table's old name for code that knows it: each column as it is called now and as it was.
    fn stand_in(&self, _table: &Table, _name: &ObjectName, _columns: &[(String, String)]) -> Option<StandIn> {
        None
    }

    /// A statement by which whoever may do something with one relation may do it with another, and owns it who owns that.
    fn copy_rights(&self, _from: &ObjectName, _to: &ObjectName) -> Option<String> {
        None
    }

    /// How the numbers of one column become those of another, where they left off, in one transaction: each step, with its
    /// text where rendering has no words for it.
    fn hand_over(&self, _table: &ObjectName, _columns: Pair<&Column>) -> Option<Vec<(Step, Option<String>)>> {
        None
    }

    /// Whether those triggers fill a column before the engine looks whether it may be NULL.
    fn fills_before_not_null(&self) -> bool {
        false
    }

    /// The setting, and its value, that has deferred constraints checked at once, where a table with rows that wait for
    /// it cannot be altered. All of them, because one that is named may have been dropped by then.
    fn checks_deferred(&self) -> Option<(&'static str, &'static str)> {
        None
    }

    /// Whether two values of that type differ, NULL being equal to NULL.
    fn differ(&self, one: &str, other: &str, _ty: &ColumnType) -> String {
        format!("{one} IS DISTINCT FROM {other}")
    }

    /// How values are kept and given back here; `None` where nothing is kept.
    fn keeping(&self) -> Option<&dyn Keeping> {
        None
    }

    /// A name as it must stand in SQL.
    fn quote(&self, name: &str) -> String;

    /// A possibly qualified name as it must stand in SQL.
    fn quote_name(&self, name: &ObjectName) -> String {
        match &name.namespace {
            Some(namespace) => format!("{}.{}", self.quote(namespace), self.quote(&name.name)),
            None => self.quote(&name.name),
        }
    }

    /// A text as a literal.
    fn literal(&self, text: &str) -> String {
        format!("'{}'", text.replace('\'', "''"))
    }
}

/// A view in the place of a table that has another name by now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandIn {
    pub view: View,
    /// What has to run wherever the view is made.
    pub follows: Vec<DraftStatement>,
    /// What it cannot do.
    pub note: Option<String>,
}

/// What one statement means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Understanding {
    /// The steps it takes, in order. `transactional` is `false` for what the engine refuses inside a transaction.
    Known { steps: Vec<Step>, transactional: bool },
    /// Not understood: never safe, never skipped in silence.
    Unknown { reason: String, at: usize, transactional: bool },
}

impl Understanding {
    /// The steps it takes; none of what is not understood.
    pub fn steps(&self) -> &[Step] {
        match self {
            Understanding::Known { steps, .. } => steps,
            Understanding::Unknown { .. } => &[],
        }
    }

    pub fn transactional(&self) -> bool {
        match self {
            Understanding::Known { transactional, .. } | Understanding::Unknown { transactional, .. } => *transactional,
        }
    }

    /// Whether it can be undone together with what shares its transaction: the engine must let it, and where DDL takes
    /// no part in transactions, it must be about data alone.
    pub fn shares_transactions(&self, dialect: &dyn Dialect) -> bool {
        let only_data = match self {
            Understanding::Unknown { .. } => false,
            Understanding::Known { steps, .. } => {
                steps.iter().all(|step| matches!(step, Step::ChangeData { .. } | Step::Inert { .. }))
            }
        };
        self.transactional() && (dialect.transactional_ddl() || only_data)
    }
}

/// A table whose columns are not known: they follow from a query, or from another table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRelation {
    pub name: ObjectName,
    pub if_not_exists: bool,
}

impl NewRelation {
    /// Whatever else stands in a `CREATE TABLE`, it makes one table and changes no other.
    pub fn of_create_table(statement: &str) -> Option<NewRelation> {
        let words = words(statement);
        let keyword = |at: usize, keyword: &str| words.get(at).is_some_and(|word| word.is_keyword(keyword));
        if !keyword(0, "CREATE") {
            return None;
        }
        let kinds = ["GLOBAL", "LOCAL", "TEMPORARY", "TEMP", "UNLOGGED"];
        let mut at = 1;
        while kinds.iter().any(|kind| keyword(at, kind)) {
            at += 1;
        }
        if !keyword(at, "TABLE") {
            return None;
        }
        at += 1;
        let if_not_exists = keyword(at, "IF") && keyword(at + 1, "NOT") && keyword(at + 2, "EXISTS");
        at += if if_not_exists { 3 } else { 0 };
        let name = |at: usize| words.get(at).filter(|word| word.is_identifier()).map(|word| word.text.to_string());
        let first = name(at)?;
        let qualified = words.get(at + 1).is_some_and(|word| word.is_symbol("."));
        let name = match qualified {
            true => ObjectName::within(first, name(at + 2)?),
            false => ObjectName::new(first),
        };
        Some(NewRelation { name, if_not_exists })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    InPlace,
    /// Only by [`Step::RebuildTable`].
    Rebuild,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cast {
    /// The engine converts by itself.
    Implicit,
    /// The engine needs to be told how, and this is how.
    Using(Expression),
    /// There is a conversion that can fail or lose something for some values.
    Lossy(Option<Expression>),
    /// Nobody can know how.
    Impossible,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RenderError {
    #[error("{engine} cannot {what}")]
    Unsupported { engine: &'static str, what: String },
    #[error("there is no {what}")]
    Missing { what: String },
}
