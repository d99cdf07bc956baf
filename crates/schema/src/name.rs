use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Engine;

/// The name of a table or another object, spelled as the engine's catalogue spells it.
///
/// `namespace` is `None` for the default one (`public` on PostgreSQL, `main` on SQLite), so that a schema read from
/// models and the same schema read from a server compare equal.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ObjectName {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    pub name: String,
}

impl ObjectName {
    /// A name in the default namespace.
    pub fn new(name: impl Into<String>) -> Self {
        ObjectName { namespace: None, name: name.into() }
    }

    pub fn within(namespace: impl Into<String>, name: impl Into<String>) -> Self {
        ObjectName { namespace: Some(namespace.into()), name: name.into() }
    }

    /// Whether two spellings name one object of that engine.
    pub fn is(&self, other: &ObjectName, engine: Engine) -> bool {
        engine.same_name(&self.name, &other.name)
            && match (&self.namespace, &other.namespace) {
                (None, None) => true,
                (Some(a), Some(b)) => engine.same_name(a, b),
                (None, Some(_)) | (Some(_), None) => false,
            }
    }

    /// The name of an index of the table: in the table's namespace, or on MySQL within the table itself.
    pub fn of_index(table: &ObjectName, index: &str, engine: Engine) -> Self {
        match engine {
            Engine::Sqlite | Engine::Postgres => table.sibling(index),
            Engine::Mysql => ObjectName::within(table.to_string(), index),
        }
    }

    /// Another name in the same namespace.
    pub fn sibling(&self, name: impl Into<String>) -> Self {
        ObjectName { namespace: self.namespace.clone(), name: name.into() }
    }
}

impl From<&str> for ObjectName {
    fn from(name: &str) -> Self {
        ObjectName::new(name)
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(namespace) = &self.namespace {
            write!(f, "{namespace}.")?;
        }
        f.write_str(&self.name)
    }
}
