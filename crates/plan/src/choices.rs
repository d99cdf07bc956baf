use std::collections::BTreeMap;

use thiserror::Error;
use whimbrel_schema::{Expression, ObjectId, ObjectKind, ObjectName, Schema, Table};

use crate::diff::Scope;

/// What a person decided beforehand, so that it need not be asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Choices {
    pub renames: Vec<Rename>,
    /// Tables whose drop may be written.
    pub allow_drop: Vec<ObjectName>,
    /// What rows that exist get in a column, by table and column.
    pub backfills: BTreeMap<(ObjectName, String), Expression>,
    /// How a column's values are converted.
    pub usings: BTreeMap<(ObjectName, String), Expression>,
    pub scope: Scope,
    /// One revision whatever the risk: nobody needs old code and new code to work at the same time.
    pub plain: bool,
}

/// `mail:email`, `email.subject:title`, `mood.sad:unhappy`, as it was written: what it means depends on the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rename {
    pub from: String,
    pub to: String,
}

/// A choice that says nothing, or speaks of something that is not there.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ChoiceError {
    #[error("`{text}` is no rename: write OLD:NEW, as in `email.subject:title` or `mail:email`")]
    NoRename { text: String },
    #[error("`{text}` names no column: write TABLE.COLUMN=EXPRESSION")]
    NoColumn { text: String },
    #[error("rename `{rename}`: there is no {missing}{}", there_is(.candidates))]
    Absent { rename: String, missing: String, candidates: Vec<String> },
    #[error("rename `{rename}`: {error}")]
    Impossible { rename: String, error: String },
    #[error("{what}: the models do not name {wanted}{}", there_is(.candidates))]
    Unwanted { what: String, wanted: String, candidates: Vec<String> },
    #[error("{flag} names {what}, which is not in the history{}", there_is(.candidates))]
    Nothing { flag: &'static str, what: String, candidates: Vec<String> },
}

fn there_is(candidates: &[String]) -> String {
    const SHOWN: usize = 12;
    let quoted = |names: &[String]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match candidates {
        [] => String::new(),
        few if few.len() <= SHOWN => format!("; there is {}", quoted(few)),
        many => {
            let shown = quoted(many.get(..SHOWN).unwrap_or_default());
            format!("; there is {shown} and {} more", many.len() - SHOWN)
        }
    }
}

impl Rename {
    pub fn parse(text: &str) -> Result<Self, ChoiceError> {
        match text.split_once(':') {
            Some((from, to)) if !from.trim().is_empty() && !to.trim().is_empty() => {
                Ok(Rename { from: from.trim().to_string(), to: to.trim().to_string() })
            }
            Some(_) | None => Err(ChoiceError::NoRename { text: text.to_string() }),
        }
    }
}

impl std::fmt::Display for Rename {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.from, self.to)
    }
}

impl Choices {
    /// `TABLE.COLUMN=EXPRESSION`, as `--backfill` and `--using` have it.
    pub fn parse_assignment(text: &str) -> Result<((ObjectName, String), Expression), ChoiceError> {
        let no_column = || ChoiceError::NoColumn { text: text.to_string() };
        let (place, expression) = text.split_once('=').ok_or_else(no_column)?;
        let (table, column) = place.trim().rsplit_once('.').ok_or_else(no_column)?;
        let empty = table.is_empty() || column.is_empty() || expression.trim().is_empty();
        if empty {
            return Err(no_column());
        }
        Ok(((object_name(table), column.to_string()), Expression::new(expression.trim())))
    }

    pub(crate) fn backfill(&self, table: &ObjectName, column: &str) -> Option<&Expression> {
        self.backfills.get(&(table.clone(), column.to_string()))
    }

    pub(crate) fn using(&self, table: &ObjectName, column: &str) -> Option<&Expression> {
        self.usings.get(&(table.clone(), column.to_string()))
    }
}

/// `name` or `namespace.name`.
pub fn object_name(text: &str) -> ObjectName {
    match text.split_once('.') {
        Some((namespace, name)) => ObjectName::within(namespace, name),
        None => ObjectName::new(text),
    }
}

/// A rename, with the thing it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Resolved {
    Table { from: ObjectName, to: ObjectName },
    Column { table: ObjectName, from: String, to: String },
    EnumValue { name: ObjectName, from: String, to: String },
    Object { object: ObjectId, to: ObjectName },
}

impl Rename {
    /// What it means on this schema. The table of a column is named as it is *before* or as it is *after* its own
    /// rename.
    pub(crate) fn resolve(&self, schema: &Schema) -> Result<Resolved, ChoiceError> {
        if let Some(table) = find(schema, &object_name(&self.from)) {
            let to = self.target_of(&table.name);
            return Ok(Resolved::Table { from: table.name.clone(), to });
        }
        for kind in [ObjectKind::Enum, ObjectKind::Domain, ObjectKind::View, ObjectKind::Sequence] {
            let id = ObjectId::new(kind, object_name(&self.from));
            if schema.object(&id).is_some() {
                let to = self.target_of(&id.name);
                return Ok(Resolved::Object { object: id, to });
            }
        }
        let Some((holder, part)) = self.from.rsplit_once('.') else {
            let candidates = schema.tables.keys().map(ToString::to_string).collect();
            return Err(self.absent(format!("table `{}`", self.from), candidates));
        };
        let to = self.to.rsplit_once('.').map_or(self.to.as_str(), |(_, last)| last).to_string();
        let holder = object_name(holder);
        if let Some(table) = find(schema, &holder) {
            return match table.columns.iter().find(|column| schema.engine.same_name(&column.name, part)) {
                Some(column) => Ok(Resolved::Column { table: table.name.clone(), from: column.name.clone(), to }),
                None => {
                    let candidates = table.columns.iter().map(|column| column.name.clone()).collect();
                    Err(self.absent(format!("column `{holder}.{part}`"), candidates))
                }
            };
        }
        match schema.object(&ObjectId::new(ObjectKind::Enum, holder.clone())) {
            Some(whimbrel_schema::Object::Enum(found)) if found.values.iter().any(|value| value == part) => {
                Ok(Resolved::EnumValue { name: holder, from: part.to_string(), to })
            }
            Some(whimbrel_schema::Object::Enum(found)) => {
                Err(self.absent(format!("value '{part}' of enum `{holder}`"), found.values.clone()))
            }
            Some(_) | None => {
                let candidates = schema.tables.keys().map(ToString::to_string).collect();
                Err(self.absent(format!("table `{holder}`"), candidates))
            }
        }
    }

    fn target_of(&self, from: &ObjectName) -> ObjectName {
        match self.to.split_once('.') {
            Some((namespace, name)) => ObjectName::within(namespace, name),
            None => from.sibling(self.to.as_str()),
        }
    }

    fn absent(&self, missing: String, candidates: Vec<String>) -> ChoiceError {
        ChoiceError::Absent { rename: self.to_string(), missing, candidates }
    }
}

fn find<'a>(schema: &'a Schema, name: &ObjectName) -> Option<&'a Table> {
    schema.table(name)
}
