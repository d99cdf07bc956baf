use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Check, Column, Constraint, Exclusion, ForeignKey, Index, Notes, ObjectName, PrimaryKey, Trigger, Unique};

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Table {
    pub name: ObjectName,
    pub columns: Vec<Column>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary_key: Option<PrimaryKey>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uniques: Vec<Unique>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub foreign_keys: Vec<ForeignKey>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Check>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclusions: Vec<Exclusion>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indexes: Vec<Index>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub triggers: Vec<Trigger>,
    #[serde(default)]
    pub options: TableOptions,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    #[serde(skip)]
    pub notes: Notes,
}

impl Table {
    pub fn new(name: impl Into<ObjectName>) -> Self {
        Table {
            name: name.into(),
            columns: Vec::new(),
            primary_key: None,
            uniques: Vec::new(),
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            exclusions: Vec::new(),
            indexes: Vec::new(),
            triggers: Vec::new(),
            options: TableOptions::default(),
            comment: None,
            notes: Notes::default(),
        }
    }

    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    pub fn column_mut(&mut self, name: &str) -> Option<&mut Column> {
        self.columns.iter_mut().find(|column| column.name == name)
    }

    pub fn index(&self, name: &str) -> Option<&Index> {
        self.indexes.iter().find(|index| index.name == name)
    }

    pub fn index_mut(&mut self, name: &str) -> Option<&mut Index> {
        self.indexes.iter_mut().find(|index| index.name == name)
    }

    /// Every constraint, primary key first, as owned values.
    pub fn constraints(&self) -> Vec<Constraint> {
        let keys = self.primary_key.iter().cloned().map(Constraint::PrimaryKey);
        keys.chain(self.uniques.iter().cloned().map(Constraint::Unique))
            .chain(self.foreign_keys.iter().cloned().map(Constraint::ForeignKey))
            .chain(self.checks.iter().cloned().map(Constraint::Check))
            .chain(self.exclusions.iter().cloned().map(Constraint::Exclusion))
            .collect()
    }

    pub fn add_constraint(&mut self, constraint: Constraint) {
        match constraint {
            Constraint::PrimaryKey(key) => self.primary_key = Some(key),
            Constraint::Unique(unique) => self.uniques.push(unique),
            Constraint::ForeignKey(key) => self.foreign_keys.push(key),
            Constraint::Check(check) => self.checks.push(check),
            Constraint::Exclusion(exclusion) => self.exclusions.push(exclusion),
        }
    }

    /// Takes the named constraint out, whatever its kind.
    pub fn remove_constraint(&mut self, name: &str) -> Option<Constraint> {
        let named = |candidate: &Option<String>| candidate.as_deref() == Some(name);
        if self.primary_key.as_ref().is_some_and(|key| named(&key.name)) {
            return self.primary_key.take().map(Constraint::PrimaryKey);
        }
        if let Some(at) = self.uniques.iter().position(|unique| named(&unique.name)) {
            return Some(Constraint::Unique(self.uniques.remove(at)));
        }
        if let Some(at) = self.foreign_keys.iter().position(|key| named(&key.name)) {
            return Some(Constraint::ForeignKey(self.foreign_keys.remove(at)));
        }
        if let Some(at) = self.checks.iter().position(|check| named(&check.name)) {
            return Some(Constraint::Check(self.checks.remove(at)));
        }
        let at = self.exclusions.iter().position(|exclusion| named(&exclusion.name))?;
        Some(Constraint::Exclusion(self.exclusions.remove(at)))
    }

    /// Puts what has no order of its own (all but columns) into a fixed one, so that equal tables are equal values.
    pub fn sort(&mut self) {
        self.uniques.sort_by(order_of_uniques);
        self.foreign_keys.sort_by(order_of_foreign_keys);
        self.checks.sort_by(order_of_checks);
        self.exclusions.sort_by(|a, b| a.name.cmp(&b.name));
        self.indexes.sort_by(|a, b| a.name.cmp(&b.name));
        self.triggers.sort_by(|a, b| a.name.cmp(&b.name));
    }

    pub fn is_sorted(&self) -> bool {
        self.uniques.is_sorted_by(|a, b| order_of_uniques(a, b).is_le())
            && self.foreign_keys.is_sorted_by(|a, b| order_of_foreign_keys(a, b).is_le())
            && self.checks.is_sorted_by(|a, b| order_of_checks(a, b).is_le())
            && self.exclusions.is_sorted_by(|a, b| a.name <= b.name)
            && self.indexes.is_sorted_by(|a, b| a.name <= b.name)
            && self.triggers.is_sorted_by(|a, b| a.name <= b.name)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct TableOptions {
    #[serde(default)]
    pub persistence: Persistence,
    /// `RANGE (created_at)`, as the engine prints it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition_by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition_of: Option<PartitionOf>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inherits: Vec<ObjectName>,
    /// `WITH (fillfactor = 70)`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub storage: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tablespace: Option<String>,
    #[serde(default)]
    pub row_security: RowSecurity,
    /// SQLite's `STRICT`.
    #[serde(default)]
    pub strict: bool,
    /// SQLite's `WITHOUT ROWID`.
    #[serde(default)]
    pub without_rowid: bool,
    /// SQLite's `CREATE VIRTUAL TABLE … USING fts5(…)`: everything after `USING`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub virtual_using: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Persistence {
    #[default]
    Permanent,
    Unlogged,
    Temporary,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowSecurity {
    #[default]
    Off,
    Enabled,
    Forced,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PartitionOf {
    pub parent: ObjectName,
    /// `FOR VALUES FROM (…) TO (…)` or `DEFAULT`, as the engine prints it.
    pub bound: String,
}

fn order_of_uniques(a: &Unique, b: &Unique) -> Ordering {
    (&a.name, &a.columns).cmp(&(&b.name, &b.columns))
}

fn order_of_foreign_keys(a: &ForeignKey, b: &ForeignKey) -> Ordering {
    (&a.name, &a.columns, &a.references, &a.referenced_columns).cmp(&(
        &b.name,
        &b.columns,
        &b.references,
        &b.referenced_columns,
    ))
}

fn order_of_checks(a: &Check, b: &Check) -> Ordering {
    (&a.name, &a.expression).cmp(&(&b.name, &b.expression))
}
