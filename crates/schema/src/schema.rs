use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Engine, Object, ObjectId, ObjectKind, ObjectName, Table, Tables};

/// A whole database, as a value in the terms of one engine.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Schema {
    pub engine: Engine,
    pub tables: Tables,
    #[serde(with = "as_list")]
    pub objects: BTreeMap<ObjectId, Object>,
}

impl Schema {
    pub fn new(engine: Engine) -> Self {
        Schema { engine, tables: Tables::default(), objects: BTreeMap::new() }
    }

    /// The table of that name; SQLite and MySQL do not tell upper from lower case, so neither does this there.
    pub fn table(&self, name: &ObjectName) -> Option<&Table> {
        match self.tables.get(name) {
            Some(table) => Some(table),
            None => self.tables.get(self.alias_of(name)?),
        }
    }

    pub fn table_mut(&mut self, name: &ObjectName) -> Option<&mut Table> {
        let key = if self.tables.contains_key(name) { name.clone() } else { self.alias_of(name)?.clone() };
        self.tables.get_mut(&key)
    }

    pub fn insert_table(&mut self, table: Table) {
        self.tables.insert(table.name.clone(), table);
    }

    pub fn remove_table(&mut self, name: &ObjectName) -> Option<Table> {
        let key = if self.tables.contains_key(name) { name.clone() } else { self.alias_of(name)?.clone() };
        self.tables.remove(&key)
    }

    fn alias_of(&self, name: &ObjectName) -> Option<&ObjectName> {
        match self.engine {
            Engine::Sqlite | Engine::Mysql => self.tables.spelled(name),
            Engine::Postgres => None,
        }
    }

    pub fn insert_object(&mut self, object: Object) {
        self.objects.insert(object.id(), object);
    }

    pub fn object(&self, id: &ObjectId) -> Option<&Object> {
        self.objects.get(id)
    }

    /// The objects of one kind, in the order of their names.
    pub fn objects_of(&self, kind: ObjectKind) -> impl Iterator<Item = &Object> {
        self.objects.iter().filter(move |(id, _)| id.kind == kind).map(|(_, object)| object)
    }

    /// The table that holds the index. Where an index is named within its table (MySQL), the table stands where others
    /// have a namespace.
    pub fn table_of_index(&self, index: &ObjectName) -> Option<&ObjectName> {
        let has = |table: &Table| table.indexes.iter().any(|it| self.engine.same_name(&it.name, &index.name));
        match self.engine {
            Engine::Sqlite | Engine::Postgres => {
                let mut tables = self.tables.values();
                tables.find(|table| table.name.namespace == index.namespace && has(table)).map(|table| &table.name)
            }
            Engine::Mysql => {
                let table = index.namespace.as_deref()?;
                let qualified = || {
                    let (namespace, name) = table.split_once('.')?;
                    self.table(&ObjectName::within(namespace, name))
                };
                let found = self.table(&ObjectName::new(table)).or_else(qualified)?;
                has(found).then_some(&found.name)
            }
        }
    }

    /// Puts everything without an order of its own into a fixed one; two equal schemas then are equal values.
    pub fn sort(&mut self) {
        self.tables.change(|table| !table.is_sorted(), Table::sort);
    }

    pub fn is_empty(&self) -> bool {
        self.tables.is_empty() && self.objects.is_empty()
    }
}

/// A map whose keys are within its values is written as a plain list.
mod as_list {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serializer};

    use crate::{Object, ObjectId};

    pub fn serialize<S: Serializer>(map: &BTreeMap<ObjectId, Object>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(map.values())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<ObjectId, Object>, D::Error> {
        let objects = Vec::<Object>::deserialize(deserializer)?;
        Ok(objects.into_iter().map(|object| (object.id(), object)).collect())
    }
}
