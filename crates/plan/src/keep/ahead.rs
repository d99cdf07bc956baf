//! Copies of large tables that are made while others write, and are complete when the lock is taken.
//!
//! A copy follows its table from an instant at which nobody writes it: from then on whatever is written to a row goes into
//! the copy in the writer's own transaction, and a row that goes leaves its key behind. Batches bring what was there
//! before, and never put anything in the place of what a writer has said of a key. So whatever the order of the two, a key
//! has in the copy what was committed of it last.

use whimbrel_schema::{Persistence, RowSecurity, Schema, Table};

use super::sql::{Names, Side};
use super::{Identity, KeptColumn, Lost};
use crate::Dialect;
use crate::backfill::{BackfillPlan, Key, Position};

/// A table that triggers keep in step with another. All names stand as they do in SQL.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Follower {
    pub source: String,
    pub table: String,
    /// The function behind the triggers, and the name that begins theirs.
    pub function: String,
    pub trigger: String,
    /// The columns of the copy.
    pub columns: Vec<String>,
    /// Those by which it tells rows apart.
    pub keys: Vec<String>,
    /// The values of a row that is called `t`, `NEW` or `OLD`.
    pub row: Vec<String>,
    pub new: Vec<String>,
    pub old: Vec<String>,
    /// The names that the key has in the table, so that its index serves.
    pub key: Vec<String>,
    /// Columns that the copy has for as long as it follows.
    pub own: Vec<String>,
    /// How the rows are told apart.
    pub apart: Apart,
    /// The rows lie in other tables, which each have to be followed.
    pub partitioned: bool,
    /// What is lost, in so many words: a copy of anything else is none of this.
    pub about: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Apart {
    ByKey,
    /// By where they lie. Each version of a row lies elsewhere and none is moved, unless all of the table is written anew,
    /// which a look at its file tells.
    ByPlace,
}

/// A copy on its way.
pub struct Ahead<'d> {
    pub follower: Follower,
    /// By which the rows are taken.
    pub plan: BackfillPlan<'d>,
    /// What makes the empty copy and has it follow, once the table is held against writers.
    pub begin: Vec<String>,
    dialect: &'d dyn Dialect,
}

/// A table, by its columns and what says which rows are the same.
struct Told<'d> {
    plan: BackfillPlan<'d>,
    key: Vec<String>,
    /// The names of the key in the copy.
    keys: Vec<String>,
    apart: Apart,
}

impl Ahead<'_> {
    pub const PREFIX: &'static str = "whimbrel_ahead_";

    /// The rows of one batch.
    pub fn batch(&self, after: Option<&Position>, upto: &Position) -> String {
        let Follower { source, table, columns, keys, row, .. } = &self.follower;
        format!(
            "INSERT INTO {table} ({}, batched, gone) SELECT {}, true, false FROM {source} AS t WHERE {} \
             ON CONFLICT ({}) DO NOTHING",
            columns.join(", "),
            row.join(", "),
            self.plan.range(after, upto),
            keys.join(", ")
        )
    }

    /// How far the batches of a copy are, from what they brought: one row of texts, or none before the first. `None` where
    /// it does not tell, because a writer may have changed what they go by.
    ///
    /// A batch brings all the rows behind one key and up to another, or none of them, and what it brought stays marked as
    /// brought. So all that is not behind the last of these was brought, or written by somebody and followed.
    pub fn reached(&self) -> Option<String> {
        let batching = self.dialect.batching()?;
        let Follower { table, key, keys, .. } = &self.follower;
        let (texts, order): (Vec<String>, Vec<String>) = match &self.plan.key {
            Key::Blocks => {
                let [place] = keys.as_slice() else { return None };
                (vec![self.dialect.keeping()?.block_of(&format!("s.{place}"))?], vec![format!("s.{place} DESC")])
            }
            Key::Columns(columns) if columns.len() == key.len() => {
                let named = columns.iter().map(|column| {
                    let at = key.iter().position(|name| *name == column.sql)?;
                    let name = format!("s.{}", keys.get(at)?);
                    Some((batching.key_text(&name, column.ty.as_ref()), format!("{name} DESC")))
                });
                named.collect::<Option<Vec<_>>>()?.into_iter().unzip()
            }
            Key::Columns(_) | Key::Partitions(_) => return None,
        };
        let (texts, order) = (texts.join(", "), order.join(", "));
        Some(format!("SELECT {texts} FROM {table} AS s WHERE batched ORDER BY {order} LIMIT 1"))
    }

    /// How many rows the batches have brought.
    pub fn brought(&self) -> String {
        format!("SELECT count(*) FROM {} WHERE batched", self.follower.table)
    }
}

impl<'a> Side<'a> {
    /// `None` where rows cannot be told apart, or are written in ways that a trigger of the table does not see.
    pub fn ahead(&self, number: usize, before: &Schema, dialect: &'a dyn Dialect) -> Option<Ahead<'a>> {
        let loss = self.loss;
        let table = before.table(&loss.source).filter(|table| is_plain(table, before))?;
        if loss.is_late() || loss.only || !loss.chosen.is_empty() {
            return None;
        }
        let source = self.full(&loss.source);
        let told = self.by_key(&source, table, before, dialect);
        let told = told.or_else(|| self.by_place(&source, table, before, dialect))?;
        let Told { plan, key, keys, apart } = told;
        let mut columns = self.names();
        columns.extend(self.mark_names());
        let mut own = vec!["batched".to_string(), "gone".to_string()];
        let [mut row, mut new, mut old] = ["t", "NEW", "OLD"].map(|row| self.values(row, Names::Source));
        match apart {
            Apart::ByKey => {}
            Apart::ByPlace => {
                columns.extend(keys.iter().cloned());
                own.extend(keys.iter().cloned());
                for (values, alias) in [(&mut row, "t"), (&mut new, "NEW"), (&mut old, "OLD")] {
                    values.extend(key.iter().map(|name| format!("{alias}.{name}")));
                }
            }
        }
        let beside = self.beside(&format!("{}{number}", Ahead::PREFIX));
        let follower = Follower {
            source,
            function: beside.clone(),
            table: beside,
            trigger: format!("{}{number}", Ahead::PREFIX),
            columns,
            keys,
            row,
            new,
            old,
            key,
            own,
            apart,
            partitioned: table.options.partition_by.is_some(),
            about: format!("{loss:?}"),
        };
        let begin = dialect.keeping()?.follow(&follower)?;
        Some(Ahead { follower, plan, begin, dialect })
    }

    /// By a key that says the same in the copy as in the table.
    fn by_key(&self, source: &str, table: &Table, before: &Schema, dialect: &'a dyn Dialect) -> Option<Told<'a>> {
        let loss = self.loss;
        let plan = table.columns.iter().find_map(|column| {
            let name = dialect.quote(&column.name);
            let plan = BackfillPlan::new(&format!("UPDATE {source} AS t SET {name} = {name}"), before, dialect).ok()?;
            Some(plan).filter(|plan| matches!(plan.key, Key::Columns(_)))
        })?;
        let kept: Vec<&KeptColumn> = self.keys().iter().chain(&loss.columns).collect();
        let key_places: Vec<usize> = match loss.what {
            // Found again by all that is left of it, it has no key.
            Lost::Columns => match &loss.rows {
                Identity::Key(key) => (0..key.len()).collect(),
                Identity::Rest(_) | Identity::None => return None,
            },
            Lost::Table => {
                let Key::Columns(key) = &plan.key else { return None };
                let place = |sql: &String| kept.iter().position(|column| dialect.quote(&column.source) == *sql);
                key.iter().map(|column| place(&column.sql)).collect::<Option<_>>()?
            }
            Lost::Conversion | Lost::Overwritten | Lost::Rows => return None,
        };
        // What is compared has to be what the index of the table compares.
        let as_it_is = |at: &usize| {
            let column = kept.get(*at).filter(|column| column.collation.is_none())?;
            let value = dialect.quote(&column.source);
            Some(value.clone()).filter(|_| dialect.keeping().is_some_and(|it| it.put_aside(column, &value) == value))
        };
        let key: Vec<String> = key_places.iter().map(as_it_is).collect::<Option<_>>()?;
        let columns = self.names();
        let keys = key_places.iter().filter_map(|at| columns.get(*at)).cloned().collect();
        Some(Told { plan, key, keys, apart: Apart::ByKey }).filter(|told| !told.key.is_empty())
    }

    /// By where the rows lie, block after block.
    fn by_place(&self, source: &str, table: &Table, before: &Schema, dialect: &'a dyn Dialect) -> Option<Told<'a>> {
        let place = dialect.keeping()?.row_place()?;
        if matches!(self.loss.what, Lost::Conversion | Lost::Overwritten | Lost::Rows) {
            return None;
        }
        // An UPDATE that changes every key leaves none to go by; it is never run.
        let written = table.columns.iter().filter(|column| column.generation.is_none());
        let set: Vec<String> = written.map(|column| format!("{} = NULL", dialect.quote(&column.name))).collect();
        let update = format!("UPDATE {source} AS t SET {}", set.join(", "));
        let plan = BackfillPlan::new(&update, before, dialect).ok()?;
        let (key, keys) = (vec![place.to_string()], vec!["place".to_string()]);
        Some(Told { plan, key, keys, apart: Apart::ByPlace }).filter(|told| told.plan.key == Key::Blocks)
    }

    /// What ends a copy that follows, under the lock: it is taken over under the name of what is kept.
    pub fn take_over(&self, from: &Follower) -> Vec<String> {
        let table = &from.table;
        let own: Vec<String> = from.own.iter().map(|column| format!("DROP COLUMN {column}")).collect();
        vec![
            format!("DELETE FROM {table} WHERE gone"),
            format!("ALTER TABLE {table} {}", own.join(", ")),
            format!("ALTER TABLE {table} RENAME TO {}", self.dialect().quote(self.bare_name())),
        ]
    }
}

/// How many rows a copy that follows has, when the batches have brought so many: what was written meanwhile is few.
pub fn rows_ahead(follower: &Follower, brought: u64) -> String {
    format!(
        "SELECT {brought} - count(*) FILTER (WHERE batched AND gone) + count(*) FILTER (WHERE NOT batched AND NOT gone) \
         FROM {} WHERE gone OR NOT batched",
        follower.table
    )
}

/// A table whose rows are its own or those of its partitions, and all of which whoever may alter it sees.
fn is_plain(table: &Table, schema: &Schema) -> bool {
    let options = &table.options;
    let all_seen = match options.row_security {
        // Policies are nothing to the owner, whom alone the server lets alter the table.
        RowSecurity::Off | RowSecurity::Enabled => true,
        RowSecurity::Forced => false,
    };
    all_seen
        && options.inherits.is_empty()
        && options.persistence != Persistence::Temporary
        && !schema.tables.values().any(|other| other.options.inherits.contains(&table.name))
}
