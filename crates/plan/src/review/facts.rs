use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use whimbrel_schema::{ObjectName, Version};

/// What was asked of a live database. What is not here is not known, and the worst is assumed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Facts {
    /// Whether a live database was asked at all; a version may be known without.
    pub asked: bool,
    /// The oldest version that it may be.
    pub version: Option<Version>,
    /// MariaDB, where the engine is one of two that speak the same language.
    pub variant: Option<String>,
    pub tables: BTreeMap<ObjectName, TableFacts>,
    /// Settings as a new session has them, by their lower-case names.
    pub settings: BTreeMap<String, String>,
    pub invalid_indexes: BTreeSet<ObjectName>,
    /// What is a part of a partitioned table: also parts that no file makes.
    pub partitions: BTreeMap<ObjectName, Part>,
    /// How many servers follow this one; unknown also where who asked may not see them.
    pub replicas: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TableFacts {
    /// As the engine estimates them, or counted.
    pub rows: u64,
    /// Of the table and all its indexes.
    pub bytes: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub parent: ObjectName,
    /// Whether it has partitions itself.
    pub is_partitioned: bool,
}

impl Facts {
    /// What was known of a table is known of it under its new name.
    pub fn rename(&mut self, from: &ObjectName, to: &ObjectName) {
        if let Some(table) = self.tables.remove(from) {
            self.tables.insert(to.clone(), table);
        }
    }

    pub fn table(&self, name: &ObjectName) -> Option<&TableFacts> {
        self.tables.get(name)
    }
}
