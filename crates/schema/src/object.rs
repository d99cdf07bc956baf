use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Check, ColumnType, Expression, Index, ObjectName, SequenceOptions};

/// Whatever is not a table: what people make beside tables, and what is only kept.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Object {
    Namespace(Namespace),
    Extension(Extension),
    Enum(EnumType),
    Domain(Domain),
    Sequence(Sequence),
    View(View),
    Routine(Routine),
    Opaque(Opaque),
}

impl Object {
    pub fn id(&self) -> ObjectId {
        let (kind, name, detail) = match self {
            Object::Namespace(it) => (ObjectKind::Namespace, ObjectName::new(&it.name), None),
            Object::Extension(it) => (ObjectKind::Extension, ObjectName::new(&it.name), None),
            Object::Enum(it) => (ObjectKind::Enum, it.name.clone(), None),
            Object::Domain(it) => (ObjectKind::Domain, it.name.clone(), None),
            Object::Sequence(it) => (ObjectKind::Sequence, it.name.clone(), None),
            Object::View(it) if it.materialized => (ObjectKind::MaterializedView, it.name.clone(), None),
            Object::View(it) => (ObjectKind::View, it.name.clone(), None),
            Object::Routine(it) => (ObjectKind::Routine, it.name.clone(), Some(it.arguments.clone())),
            Object::Opaque(it) => {
                // Policies and rules of one name may hang on several tables.
                let detail = match &it.table {
                    Some(table) => format!("{} on {table}", it.kind),
                    None => it.kind.clone(),
                };
                (ObjectKind::Opaque, it.name.clone(), Some(detail))
            }
        };
        ObjectId { kind, name, detail }
    }

    pub fn as_view(&self) -> Option<&View> {
        match self {
            Object::View(view) => Some(view),
            Object::Namespace(_)
            | Object::Extension(_)
            | Object::Enum(_)
            | Object::Domain(_)
            | Object::Sequence(_)
            | Object::Routine(_)
            | Object::Opaque(_) => None,
        }
    }

    pub fn as_routine(&self) -> Option<&Routine> {
        match self {
            Object::Routine(routine) => Some(routine),
            Object::Namespace(_)
            | Object::Extension(_)
            | Object::Enum(_)
            | Object::Domain(_)
            | Object::Sequence(_)
            | Object::View(_)
            | Object::Opaque(_) => None,
        }
    }

    pub fn as_opaque(&self) -> Option<&Opaque> {
        match self {
            Object::Opaque(opaque) => Some(opaque),
            Object::Namespace(_)
            | Object::Extension(_)
            | Object::Enum(_)
            | Object::Domain(_)
            | Object::Sequence(_)
            | Object::View(_)
            | Object::Routine(_) => None,
        }
    }
}

/// Which object: kind, name, and what tells two of one name apart (a routine's argument types; an opaque's kind, and
/// the table it hangs on: `policy on email`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ObjectId {
    pub kind: ObjectKind,
    pub name: ObjectName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl ObjectId {
    pub fn new(kind: ObjectKind, name: impl Into<ObjectName>) -> Self {
        ObjectId { kind, name: name.into(), detail: None }
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.kind, &self.detail) {
            (ObjectKind::Opaque, Some(detail)) => match detail.split_once(" on ") {
                Some((kind, table)) => write!(f, "{kind} `{}` on `{table}`", self.name),
                None => write!(f, "{detail} `{}`", self.name),
            },
            (ObjectKind::Routine, Some(arguments)) => write!(f, "{} `{}({arguments})`", self.kind, self.name),
            (kind, _) => write!(f, "{kind} `{}`", self.name),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ObjectKind {
    Namespace,
    Extension,
    Enum,
    Domain,
    Sequence,
    View,
    MaterializedView,
    Routine,
    Opaque,
}

impl fmt::Display for ObjectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ObjectKind::Namespace => "schema",
            ObjectKind::Extension => "extension",
            ObjectKind::Enum => "enum",
            ObjectKind::Domain => "domain",
            ObjectKind::Sequence => "sequence",
            ObjectKind::View => "view",
            ObjectKind::MaterializedView => "materialized view",
            ObjectKind::Routine => "function",
            ObjectKind::Opaque => "object",
        })
    }
}

/// PostgreSQL's `CREATE SCHEMA`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Namespace {
    pub name: String,
    pub comment: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Extension {
    pub name: String,
    /// Where its objects live; `None` for the default namespace.
    pub namespace: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EnumType {
    pub name: ObjectName,
    /// In their sort order.
    pub values: Vec<String>,
    pub comment: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Domain {
    pub name: ObjectName,
    pub base: ColumnType,
    pub nullable: bool,
    pub default: Option<Expression>,
    pub collation: Option<String>,
    pub checks: Vec<Check>,
    pub comment: Option<String>,
}

/// A sequence that stands on its own; those of `serial` and identity columns are part of the column.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Sequence {
    pub name: ObjectName,
    #[serde(rename = "type")]
    pub ty: ColumnType,
    pub options: SequenceOptions,
    /// `OWNED BY table.column`, where the column's default does not use it.
    pub owned_by: Option<(ObjectName, String)>,
    pub comment: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct View {
    pub name: ObjectName,
    pub materialized: bool,
    /// Column names, where the view was made with a list of them.
    pub columns: Vec<String>,
    /// The query, without a closing semicolon.
    pub query: Expression,
    /// `security_barrier`, `security_invoker`, `check_option`, storage parameters of a materialized view.
    pub options: std::collections::BTreeMap<String, String>,
    /// Those of a materialized view.
    pub indexes: Vec<Index>,
    /// `INSTEAD OF` triggers.
    pub triggers: Vec<Trigger>,
    pub comment: Option<String>,
}

impl View {
    /// One that is read anew each time, with nothing on it.
    pub fn new(name: impl Into<ObjectName>, query: impl Into<Expression>) -> Self {
        View {
            name: name.into(),
            materialized: false,
            columns: Vec::new(),
            query: query.into(),
            options: std::collections::BTreeMap::new(),
            indexes: Vec::new(),
            triggers: Vec::new(),
            comment: None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoutineKind {
    Function,
    Procedure,
    Aggregate,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Routine {
    pub name: ObjectName,
    pub kind: RoutineKind,
    /// Its identity arguments, as the engine prints them (`integer, text`).
    pub arguments: String,
    /// The whole `CREATE FUNCTION` statement.
    pub definition: String,
    pub comment: Option<String>,
}

/// Belongs to a table or a view.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Trigger {
    pub name: String,
    /// The whole `CREATE TRIGGER` statement.
    pub definition: String,
    /// `false` after `ALTER TABLE … DISABLE TRIGGER`.
    pub enabled: bool,
    pub comment: Option<String>,
}

/// Something that is not modelled: shown, part of the fingerprint, never dropped on its own account.
///
/// PostgreSQL's `definition` is a statement that makes it, wherever the catalogue tells enough for one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Opaque {
    /// `policy`, `rule`, `composite type`, …: the engine's own word.
    pub kind: String,
    pub name: ObjectName,
    /// The table it hangs on; it goes when that table goes.
    pub table: Option<ObjectName>,
    /// Whatever tells two states of it apart.
    pub definition: String,
}
