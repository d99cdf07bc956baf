//! What a database holds: tables and what there is of each to hash, sequences, materialised views.

use std::collections::BTreeMap;

use whimbrel_run::{DriverError, DriverErrorKind, Row};
use whimbrel_schema::ObjectName;

use super::super::bind::identifier;
use super::super::connection::Connection;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Oid(pub u32);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Table,
    /// Has no rows of its own: they are those of its partitions.
    Partitioned,
    Sequence,
    MaterializedView {
        populated: bool,
    },
}

/// What keeps this role from seeing all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hidden {
    Namespace,
    Relation,
    /// Row security shows this role some rows only.
    Rows,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub name: String,
    /// Its type, or what is below its domains.
    pub base: Oid,
}

#[derive(Debug, Clone)]
pub(super) struct Relation {
    pub oid: Oid,
    pub namespace: String,
    pub name: String,
    pub kind: Kind,
    pub bytes: u64,
    /// Rows, as the server guesses.
    pub estimate: u64,
    /// Blocks of rows, where they are kept as the server itself keeps them.
    pub blocks: u64,
    /// Of an extension's table of settings: the WHERE that tells the rows which are the user's.
    pub condition: Option<String>,
    /// Of what it is a partition.
    pub parent: Option<Oid>,
    pub hidden: Option<Hidden>,
    /// Sorted by name; without virtual ones, which hold nothing.
    pub columns: Vec<Column>,
}

impl Relation {
    pub fn quoted(&self) -> String {
        format!("{}.{}", identifier(&self.namespace), identifier(&self.name))
    }

    /// As a [`Schema`](whimbrel_schema::Schema) names it.
    pub fn named(&self, home: &str) -> ObjectName {
        match self.namespace == home {
            true => ObjectName::new(&self.name),
            false => ObjectName::within(&self.namespace, &self.name),
        }
    }

    pub fn is(&self, name: &ObjectName, home: &str) -> bool {
        self.name == name.name && self.namespace == name.namespace.as_deref().unwrap_or(home)
    }
}

/// All relations whose rows are somebody's, sorted by name.
#[derive(Debug, Clone, Default)]
pub(super) struct Relations(pub Vec<Relation>);

impl Relations {
    pub fn read(connection: &mut Connection) -> Result<Relations, DriverError> {
        let mut columns: BTreeMap<Oid, Vec<Column>> = BTreeMap::new();
        for row in connection.rows(include_str!("queries/columns.sql"))? {
            let mut cells = Cells::of(row);
            let (of, name, base) = (cells.oid()?, cells.text()?, cells.oid()?);
            columns.entry(of).or_default().push(Column { name, base });
        }
        let mut relations = Vec::new();
        for row in connection.rows(include_str!("queries/relations.sql"))? {
            let mut cells = Cells::of(row);
            let oid = cells.oid()?;
            let (namespace, name, kind) = (cells.text()?, cells.text()?, cells.text()?);
            // A table that somebody drops meanwhile has no size.
            let bytes = cells.optional().and_then(|bytes| bytes.parse().ok()).unwrap_or(0);
            let estimate = cells.optional().and_then(|rows| rows.parse().ok()).unwrap_or(0);
            let blocks = cells.optional().and_then(|blocks| blocks.parse().ok()).unwrap_or(0);
            let populated = cells.text()? == "t";
            let kind = match kind.as_str() {
                "r" => Kind::Table,
                "p" => Kind::Partitioned,
                "S" => Kind::Sequence,
                "m" => Kind::MaterializedView { populated },
                other => return Err(unexpected(&format!("a relation of kind `{other}`"))),
            };
            let condition = cells.optional().filter(|condition| !condition.is_empty());
            let parent = cells.optional().map(|oid| Cells::number(&oid)).transpose()?;
            let hidden = match cells.optional().as_deref() {
                None => None,
                Some("schema") => Some(Hidden::Namespace),
                Some("rows") => Some(Hidden::Rows),
                Some(_) => Some(Hidden::Relation),
            };
            let columns = columns.remove(&oid).unwrap_or_default();
            let relation =
                Relation { oid, namespace, name, kind, bytes, estimate, blocks, condition, parent, hidden, columns };
            relations.push(relation);
        }
        Ok(Relations(relations))
    }

    /// The tables without partitions of their own that are at or below this one.
    pub fn leaves(&self) -> BTreeMap<Oid, Vec<Oid>> {
        let parents: BTreeMap<Oid, Oid> =
            self.0.iter().filter_map(|relation| Some((relation.oid, relation.parent?))).collect();
        let mut leaves: BTreeMap<Oid, Vec<Oid>> = BTreeMap::new();
        for leaf in self.0.iter().filter(|relation| relation.kind == Kind::Table) {
            let mut above = parents.get(&leaf.oid);
            while let Some(parent) = above {
                leaves.entry(*parent).or_default().push(leaf.oid);
                above = parents.get(parent);
            }
        }
        leaves
    }
}

/// The values of a row of the catalogue, from left to right.
pub(super) struct Cells(std::vec::IntoIter<Option<String>>);

impl Cells {
    pub fn of(row: Row) -> Cells {
        Cells(row.into_iter())
    }

    pub fn optional(&mut self) -> Option<String> {
        self.0.next().flatten()
    }

    pub fn text(&mut self) -> Result<String, DriverError> {
        self.optional().ok_or_else(|| unexpected("nothing where it has to have something"))
    }

    pub fn oid(&mut self) -> Result<Oid, DriverError> {
        Cells::number(&self.text()?)
    }

    fn number(text: &str) -> Result<Oid, DriverError> {
        text.parse().map(Oid).map_err(|_| unexpected(&format!("`{text}` for a number")))
    }
}

fn unexpected(what: &str) -> DriverError {
    DriverError::new(DriverErrorKind::Unsupported, format!("the server's catalogue has {what}"))
}
