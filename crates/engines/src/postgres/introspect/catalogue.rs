use std::collections::{HashMap, HashSet};

use whimbrel_run::{DriverError, DriverErrorKind};
use whimbrel_schema::{ColumnType, Engine, Object, ObjectName, Opaque, Schema, Table};

use super::fields::Oid;
use super::indexes::{IndexRow, OperatorClasses};

// The numbers of the catalogue's own tables, by which dependencies and comments name them; fixed since PostgreSQL 8.
pub const CLASS: Oid = 1259;
pub const CONSTRAINT: Oid = 2606;
pub const NAMESPACE: Oid = 2615;
pub const ROUTINE: Oid = 1255;
pub const TRIGGER: Oid = 2620;
pub const TYPE: Oid = 1247;

/// What has been read so far, by the catalogue's numbers. The queries come in an order in which each finds here what
/// it refers to.
pub struct Catalogue {
    homes: Vec<String>,
    /// People's own namespaces; `None` is home.
    pub namespaces: HashMap<Oid, Option<String>>,
    /// What extensions made, by catalogue table and number.
    pub members: HashSet<(Oid, Oid)>,
    pub comments: HashMap<(Oid, Oid, i32), String>,
    pub types: HashMap<(Oid, i32), TypeUse>,
    pub domain_bases: HashMap<Oid, Oid>,
    pub collations: HashMap<Oid, String>,
    pub operator_classes: OperatorClasses,
    pub relations: HashMap<Oid, Relation>,
    pub indexes: HashMap<Oid, IndexRow>,
    pub objects: Vec<(Oid, Oid, Object)>,
    /// Where in `objects` each domain and each view is.
    pub domains: HashMap<Oid, usize>,
    pub views: HashMap<Oid, usize>,
}

pub struct TypeUse {
    pub ty: ColumnType,
    pub collation: Oid,
}

/// A table, or a materialized view in a table's clothes.
pub struct Relation {
    pub table: Table,
    /// The catalogue's numbers of the columns, ascending; dropped columns leave gaps.
    pub numbers: Vec<i16>,
    /// Type and collation of each column.
    pub types: Vec<(Oid, Oid)>,
    pub kept: bool,
}

impl Relation {
    pub fn place(&self, number: i16) -> Option<usize> {
        self.numbers.binary_search(&number).ok()
    }

    pub fn column(&self, number: i16) -> Option<&str> {
        Some(&self.table.columns.get(self.place(number)?)?.name)
    }

    pub fn columns(&self, numbers: &[i16]) -> Result<Vec<String>, DriverError> {
        let names = numbers.iter().map(|number| self.column(*number).map(str::to_string));
        names.collect::<Option<_>>().ok_or_else(|| {
            let message = format!("the catalogue names a column of `{}` that it does not list", self.table.name);
            DriverError::new(DriverErrorKind::Unsupported, message)
        })
    }
}

impl Catalogue {
    /// Names in any of the homes are without a namespace.
    pub fn new(homes: &[&str]) -> Self {
        Catalogue {
            homes: homes.iter().map(|home| home.to_string()).collect(),
            namespaces: HashMap::new(),
            members: HashSet::new(),
            comments: HashMap::new(),
            types: HashMap::new(),
            domain_bases: HashMap::new(),
            collations: HashMap::new(),
            operator_classes: OperatorClasses::default(),
            relations: HashMap::new(),
            indexes: HashMap::new(),
            objects: Vec::new(),
            domains: HashMap::new(),
            views: HashMap::new(),
        }
    }

    pub fn is_home(&self, namespace: &str) -> bool {
        self.homes.iter().any(|home| home == namespace)
    }

    /// The name of something that belongs to the schema: not an extension's, not the system's, not the ledger's.
    pub fn name(&self, class: Oid, oid: Oid, namespace: Oid, name: &str) -> Option<ObjectName> {
        let namespace = self.namespaces.get(&namespace)?.clone();
        let kept = !self.members.contains(&(class, oid)) && !is_ours(name);
        kept.then(|| ObjectName { namespace, name: name.to_string() })
    }

    pub fn comment(&mut self, class: Oid, oid: Oid, part: i32) -> Option<String> {
        if self.comments.is_empty() { None } else { self.comments.remove(&(class, oid, part)) }
    }

    /// Keeps what a part of a table has and a schema's value has no room for.
    pub fn setting(&mut self, kind: &str, table: &ObjectName, part: &str, definition: String) {
        let name = table.sibling(part);
        let opaque = Opaque { kind: kind.to_string(), name, table: Some(table.clone()), definition };
        self.objects.push((CLASS, 0, Object::Opaque(opaque)));
    }

    /// A type, and the collation that its columns have unless told otherwise.
    pub fn type_of(&self, ty: Oid, modifier: i32) -> Result<(ColumnType, Oid), DriverError> {
        let found = self.types.get(&(ty, modifier)).map(|found| (found.ty.clone(), found.collation));
        found.ok_or_else(|| {
            let message = format!("the catalogue uses type {ty} with modifier {modifier} and does not list it");
            DriverError::new(DriverErrorKind::Unsupported, message)
        })
    }

    /// The name of a collation; the database's own has none, and is called `default` where it has to be said.
    pub fn collation(&self, oid: Oid) -> Option<String> {
        match oid {
            0 => None,
            100 => Some("default".to_string()),
            _ => self.collations.get(&oid).cloned(),
        }
    }

    pub fn kept_table(&mut self, oid: Oid) -> Option<&mut Relation> {
        self.relations.get_mut(&oid).filter(|relation| relation.kept)
    }

    pub fn into_schema(self) -> Schema {
        let mut schema = Schema::new(Engine::Postgres);
        for relation in self.relations.into_values().filter(|relation| relation.kept) {
            schema.insert_table(relation.table);
        }
        for (_, _, object) in self.objects {
            schema.insert_object(object);
        }
        schema.sort();
        schema
    }
}

/// The ledger's tables and Alembic's own.
pub fn is_ours(name: &str) -> bool {
    name.starts_with("whimbrel_") || name == "alembic_version"
}
