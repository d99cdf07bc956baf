use std::collections::{BTreeSet, HashMap};
use std::ops::{Deref, DerefMut};

use whimbrel_schema::{Constraint, Engine, Index, Object, ObjectName, Schema, Table};

use super::{FoldError, apply_to};
use crate::{Dialect, Step};

/// A schema on which many steps are taken, with what would otherwise be looked for in all its tables at each of them:
/// a step then costs the same in a large schema as in a small one.
#[derive(Debug, Clone)]
pub struct Folding {
    schema: Schema,
    /// The tables that take over what is done to others, by those. `None` until somebody asks.
    children: Option<HashMap<ObjectName, Vec<ObjectName>>>,
    /// The tables that may have a foreign key to others, by those: all that have, and some that had.
    referencing: Option<HashMap<ObjectName, BTreeSet<ObjectName>>>,
    /// Where an index stood when it was last seen.
    indexes: Option<HashMap<ObjectName, ObjectName>>,
    /// Whether there may be a view or a trigger.
    queries: Option<bool>,
    /// Whether a setting of the session keeps renames from being followed.
    leaves_references: bool,
}

impl Folding {
    pub fn new(schema: Schema) -> Self {
        Folding { schema, children: None, referencing: None, indexes: None, queries: None, leaves_references: false }
    }

    /// Takes one step. On an error the schema may have been changed in part; whoever goes on keeps a copy.
    pub fn apply(&mut self, step: &Step, dialect: &dyn Dialect) -> Result<(), FoldError> {
        apply_to(self, step, dialect)
    }

    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    pub fn into_schema(self) -> Schema {
        self.schema
    }

    /// The tables that take over what is done to this one: its partitions and those that inherit from it.
    pub(super) fn children(&mut self, parent: &ObjectName) -> Vec<ObjectName> {
        let schema = &self.schema;
        let children = self.children.get_or_insert_with(|| {
            let mut children: HashMap<ObjectName, Vec<ObjectName>> = HashMap::new();
            for table in schema.tables.values() {
                for parent in parents(table) {
                    children.entry(parent.clone()).or_default().push(table.name.clone());
                }
            }
            children
        });
        children.get(parent).cloned().unwrap_or_default()
    }

    /// Who is whose child has changed, or the names of those who are.
    pub(super) fn forget_children(&mut self) {
        self.children = None;
    }

    /// The tables among which all are that have a foreign key to this one.
    pub(super) fn referencing(&mut self, table: &ObjectName) -> Vec<ObjectName> {
        let (schema, engine) = (&self.schema, self.schema.engine);
        let referencing = self.referencing.get_or_insert_with(|| {
            let mut referencing: HashMap<ObjectName, BTreeSet<ObjectName>> = HashMap::new();
            for table in schema.tables.values() {
                for key in &table.foreign_keys {
                    referencing.entry(folded(&key.references, engine)).or_default().insert(table.name.clone());
                }
            }
            referencing
        });
        referencing.get(&folded(table, engine)).into_iter().flatten().cloned().collect()
    }

    pub(super) fn forget_references(&mut self) {
        self.referencing = None;
    }

    /// The table that holds the index.
    pub(super) fn table_of_index(&mut self, index: &ObjectName) -> Option<ObjectName> {
        let (schema, engine) = (&self.schema, self.schema.engine);
        let indexes = self.indexes.get_or_insert_with(|| {
            let of = |table: &Table| -> Vec<(ObjectName, ObjectName)> {
                let place = |index: &Index| (folded(&table.name.sibling(&index.name), engine), table.name.clone());
                table.indexes.iter().map(place).collect()
            };
            schema.tables.values().flat_map(of).collect()
        });
        let has = |table: &&ObjectName| {
            schema
                .table(table)
                .is_some_and(|found| found.indexes.iter().any(|it| engine.same_name(&it.name, &index.name)))
        };
        match indexes.get(&folded(index, engine)).filter(has) {
            Some(table) => Some(table.clone()),
            None => schema.table_of_index(index).cloned(),
        }
    }

    /// Takes note of a table that has just been put in its place.
    pub(super) fn note_table(&mut self, name: &ObjectName) {
        let (schema, engine) = (&self.schema, self.schema.engine);
        let Some(table) = schema.table(name) else { return };
        if let Some(children) = &mut self.children {
            for parent in parents(table) {
                children.entry(parent.clone()).or_default().push(table.name.clone());
            }
        }
        if let Some(referencing) = &mut self.referencing {
            for key in &table.foreign_keys {
                referencing.entry(folded(&key.references, engine)).or_default().insert(table.name.clone());
            }
        }
        if let Some(indexes) = &mut self.indexes {
            for index in &table.indexes {
                indexes.insert(folded(&table.name.sibling(&index.name), engine), table.name.clone());
            }
        }
        if !table.triggers.is_empty() {
            self.queries = Some(true);
        }
    }

    /// Takes note of a table that has another name now.
    pub(super) fn note_renamed(&mut self, from: &ObjectName, to: &ObjectName) {
        let engine = self.schema.engine;
        let is_child = self.schema.table(to).is_some_and(|table| parents(table).next().is_some());
        if is_child || self.children.as_ref().is_some_and(|children| children.contains_key(from)) {
            self.children = None;
        }
        if let Some(referencing) = &mut self.referencing
            && let Some(others) = referencing.remove(&folded(from, engine))
        {
            referencing.entry(folded(to, engine)).or_default().extend(others);
        }
        self.note_table(to);
    }

    pub(super) fn note_constraint(&mut self, table: &ObjectName, constraint: &Constraint) {
        if let (Some(referencing), Constraint::ForeignKey(key)) = (&mut self.referencing, constraint) {
            referencing.entry(folded(&key.references, self.schema.engine)).or_default().insert(table.clone());
        }
    }

    pub(super) fn note_index(&mut self, table: &ObjectName, index: &str) {
        if let Some(indexes) = &mut self.indexes {
            indexes.insert(folded(&table.sibling(index), self.schema.engine), table.clone());
        }
    }

    pub(super) fn note_query(&mut self) {
        self.queries = Some(true);
    }

    pub(super) fn note_setting(&mut self, leaves_references: Option<bool>) {
        self.leaves_references = leaves_references.unwrap_or(self.leaves_references);
    }

    pub(super) fn leaves_references(&self) -> bool {
        self.leaves_references
    }

    /// Whether there may be a text that names the columns of tables: a view or a trigger.
    pub(super) fn has_queries(&mut self) -> bool {
        let schema = &self.schema;
        *self.queries.get_or_insert_with(|| {
            schema.tables.values().any(|table| !table.triggers.is_empty())
                || schema.objects.values().any(|object| matches!(object, Object::View(_)))
        })
    }
}

impl Deref for Folding {
    type Target = Schema;

    fn deref(&self) -> &Schema {
        &self.schema
    }
}

impl DerefMut for Folding {
    fn deref_mut(&mut self) -> &mut Schema {
        &mut self.schema
    }
}

/// Whether the table is somebody's child.
pub(super) fn parents(table: &Table) -> impl Iterator<Item = &ObjectName> {
    table.options.inherits.iter().chain(table.options.partition_of.iter().map(|it| &it.parent))
}

/// The name as the engine compares it.
fn folded(name: &ObjectName, engine: Engine) -> ObjectName {
    if engine.same_name("a", "A") {
        let namespace = name.namespace.as_ref().map(|namespace| namespace.to_ascii_lowercase());
        ObjectName { namespace, name: name.name.to_ascii_lowercase() }
    } else {
        name.clone()
    }
}
