use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Expression, ObjectName};

/// Any constraint of a table. Names are `None` only where the engine keeps none (SQLite's unnamed ones).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Constraint {
    PrimaryKey(PrimaryKey),
    Unique(Unique),
    ForeignKey(ForeignKey),
    Check(Check),
    Exclusion(Exclusion),
}

impl Constraint {
    pub fn name(&self) -> Option<&str> {
        match self {
            Constraint::PrimaryKey(key) => key.name.as_deref(),
            Constraint::Unique(unique) => unique.name.as_deref(),
            Constraint::ForeignKey(key) => key.name.as_deref(),
            Constraint::Check(check) => check.name.as_deref(),
            Constraint::Exclusion(exclusion) => exclusion.name.as_deref(),
        }
    }

    pub fn name_mut(&mut self) -> &mut Option<String> {
        match self {
            Constraint::PrimaryKey(key) => &mut key.name,
            Constraint::Unique(unique) => &mut unique.name,
            Constraint::ForeignKey(key) => &mut key.name,
            Constraint::Check(check) => &mut check.name,
            Constraint::Exclusion(exclusion) => &mut exclusion.name,
        }
    }

    pub fn comment_mut(&mut self) -> &mut Option<String> {
        match self {
            Constraint::PrimaryKey(key) => &mut key.comment,
            Constraint::Unique(unique) => &mut unique.comment,
            Constraint::ForeignKey(key) => &mut key.comment,
            Constraint::Check(check) => &mut check.comment,
            Constraint::Exclusion(exclusion) => &mut exclusion.comment,
        }
    }

    pub fn comment(&self) -> Option<&str> {
        match self {
            Constraint::PrimaryKey(key) => key.comment.as_deref(),
            Constraint::Unique(unique) => unique.comment.as_deref(),
            Constraint::ForeignKey(key) => key.comment.as_deref(),
            Constraint::Check(check) => check.comment.as_deref(),
            Constraint::Exclusion(exclusion) => exclusion.comment.as_deref(),
        }
    }

    pub fn kind(&self) -> ConstraintKind {
        match self {
            Constraint::PrimaryKey(_) => ConstraintKind::PrimaryKey,
            Constraint::Unique(_) => ConstraintKind::Unique,
            Constraint::ForeignKey(_) => ConstraintKind::ForeignKey,
            Constraint::Check(_) => ConstraintKind::Check,
            Constraint::Exclusion(_) => ConstraintKind::Exclusion,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConstraintKind {
    PrimaryKey,
    Unique,
    ForeignKey,
    Check,
    Exclusion,
}

impl fmt::Display for ConstraintKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ConstraintKind::PrimaryKey => "primary key",
            ConstraintKind::Unique => "unique constraint",
            ConstraintKind::ForeignKey => "foreign key",
            ConstraintKind::Check => "check",
            ConstraintKind::Exclusion => "exclusion constraint",
        })
    }
}

/// What SQLite does with a row that breaks a constraint (`ON CONFLICT …`). `ABORT`, its default, is never written
/// down: it is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnConflict {
    Rollback,
    Fail,
    Ignore,
    Replace,
}

impl OnConflict {
    /// The word as SQL writes it.
    pub fn sql(self) -> &'static str {
        match self {
            OnConflict::Rollback => "ROLLBACK",
            OnConflict::Fail => "FAIL",
            OnConflict::Ignore => "IGNORE",
            OnConflict::Replace => "REPLACE",
        }
    }
}

/// How one column of a key is sorted and compared, where SQLite is told so within the constraint.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct KeyOrder {
    pub descending: bool,
    pub collation: Option<String>,
}

/// When a constraint is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deferrable {
    #[default]
    No,
    InitiallyImmediate,
    InitiallyDeferred,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PrimaryKey {
    pub name: Option<String>,
    pub columns: Vec<String>,
    pub include: Vec<String>,
    pub deferrable: Deferrable,
    pub comment: Option<String>,
    /// SQLite: one for each column, or empty when no column has a direction or collation of its own here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub order: Vec<KeyOrder>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_conflict: Option<OnConflict>,
}

impl PrimaryKey {
    pub fn new<C: Into<String>>(columns: impl IntoIterator<Item = C>) -> Self {
        PrimaryKey {
            name: None,
            columns: columns.into_iter().map(Into::into).collect(),
            include: Vec::new(),
            deferrable: Deferrable::No,
            comment: None,
            order: Vec::new(),
            on_conflict: None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Unique {
    pub name: Option<String>,
    pub columns: Vec<String>,
    pub include: Vec<String>,
    /// `true` is every engine's default: two NULLs are two values.
    pub nulls_distinct: bool,
    pub deferrable: Deferrable,
    pub comment: Option<String>,
    /// SQLite: one for each column, or empty when no column has a direction or collation of its own here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub order: Vec<KeyOrder>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_conflict: Option<OnConflict>,
}

impl Unique {
    pub fn new<C: Into<String>>(columns: impl IntoIterator<Item = C>) -> Self {
        Unique {
            name: None,
            columns: columns.into_iter().map(Into::into).collect(),
            include: Vec::new(),
            nulls_distinct: true,
            deferrable: Deferrable::No,
            comment: None,
            order: Vec::new(),
            on_conflict: None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ForeignKey {
    pub name: Option<String>,
    pub columns: Vec<String>,
    pub references: ObjectName,
    /// Never empty once completed: an omitted list means the referenced table's primary key.
    pub referenced_columns: Vec<String>,
    pub on_delete: Action,
    pub on_update: Action,
    /// `ON DELETE SET NULL (a, b)`: the columns that are set; empty means all of them.
    pub set_columns: Vec<String>,
    #[serde(rename = "match")]
    pub matching: Match,
    pub deferrable: Deferrable,
    /// `false` for PostgreSQL's `NOT VALID`.
    pub validated: bool,
    pub comment: Option<String>,
}

impl ForeignKey {
    pub fn new<C: Into<String>, R: Into<String>>(
        columns: impl IntoIterator<Item = C>,
        references: ObjectName,
        referenced_columns: impl IntoIterator<Item = R>,
    ) -> Self {
        ForeignKey {
            name: None,
            columns: columns.into_iter().map(Into::into).collect(),
            references,
            referenced_columns: referenced_columns.into_iter().map(Into::into).collect(),
            on_delete: Action::NoAction,
            on_update: Action::NoAction,
            set_columns: Vec::new(),
            matching: Match::Simple,
            deferrable: Deferrable::No,
            validated: true,
            comment: None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    #[default]
    NoAction,
    Restrict,
    Cascade,
    SetNull,
    SetDefault,
}

impl Action {
    /// The action as SQL writes it.
    pub fn sql(self) -> &'static str {
        match self {
            Action::NoAction => "NO ACTION",
            Action::Restrict => "RESTRICT",
            Action::Cascade => "CASCADE",
            Action::SetNull => "SET NULL",
            Action::SetDefault => "SET DEFAULT",
        }
    }

    /// Reads the SQL words, in any case and spacing.
    pub fn from_sql(words: &str) -> Option<Self> {
        let words: Vec<String> = words.split_whitespace().map(str::to_ascii_uppercase).collect();
        match words.join(" ").as_str() {
            "NO ACTION" => Some(Action::NoAction),
            "RESTRICT" => Some(Action::Restrict),
            "CASCADE" => Some(Action::Cascade),
            "SET NULL" => Some(Action::SetNull),
            "SET DEFAULT" => Some(Action::SetDefault),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Match {
    #[default]
    Simple,
    Full,
    Partial,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Check {
    pub name: Option<String>,
    /// Without the outer parentheses.
    pub expression: Expression,
    pub validated: bool,
    pub enforced: bool,
    pub no_inherit: bool,
    pub comment: Option<String>,
}

impl Check {
    pub fn new(name: Option<String>, expression: impl Into<Expression>) -> Self {
        Check { name, expression: expression.into(), validated: true, enforced: true, no_inherit: false, comment: None }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Exclusion {
    pub name: Option<String>,
    /// `gist` unless said.
    pub method: String,
    pub elements: Vec<ExclusionElement>,
    pub include: Vec<String>,
    pub predicate: Option<Expression>,
    pub deferrable: Deferrable,
    pub comment: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ExclusionElement {
    pub key: crate::IndexKey,
    pub operator: String,
}
