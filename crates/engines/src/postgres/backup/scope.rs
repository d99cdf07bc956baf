//! Which tables' rows are copied.

use std::collections::{BTreeMap, BTreeSet};

use whimbrel_run::backup::Scope;
use whimbrel_run::{DriverError, DriverErrorKind};
use whimbrel_schema::ObjectName;

use super::super::connection::Connection;
use super::relations::{Cells, Kind, Oid, Relation, Relations};

/// From a table to what has to be copied with it: what its foreign keys need to hold, and whose rows are read when it is.
const NEEDED: &str = "\
SELECT conrelid, confrelid FROM pg_catalog.pg_constraint WHERE contype = 'f' \
UNION SELECT inhparent, inhrelid FROM pg_catalog.pg_inherits";

/// Columns of this type may hold the numbers of large objects.
const OID: Oid = Oid(26);

pub(super) enum Wanted {
    All,
    These(BTreeSet<Oid>),
}

impl Wanted {
    pub fn of(
        scope: &Scope,
        relations: &Relations,
        home: &str,
        connection: &mut Connection,
    ) -> Result<Wanted, DriverError> {
        let named = match scope {
            Scope::Full => return Ok(Wanted::All),
            Scope::Affected(named) => named,
            Scope::External => {
                let message = "a backup that a command makes has nothing to copy here";
                return Err(DriverError::new(DriverErrorKind::Unsupported, message));
            }
        };
        let mut wanted: BTreeSet<Oid> = BTreeSet::new();
        let mut open: Vec<Oid> = Vec::new();
        // A table that a plan makes is not there yet.
        let is_own = |it: &Relation| it.namespace == home && it.name.starts_with("whimbrel_");
        let is_named = |it: &Relation| named.iter().any(|name: &ObjectName| it.is(name, home));
        open.extend(relations.0.iter().filter(|it| is_named(it) || is_own(it)).map(|it| it.oid));
        let mut needed: BTreeMap<Oid, Vec<Oid>> = BTreeMap::new();
        for row in connection.rows(NEEDED)? {
            let mut cells = Cells::of(row);
            needed.entry(cells.oid()?).or_default().push(cells.oid()?);
        }
        while let Some(next) = open.pop() {
            if wanted.insert(next) {
                open.extend(needed.remove(&next).unwrap_or_default());
            }
        }
        Ok(Wanted::These(wanted))
    }

    /// What is no table is small, and always copied.
    pub fn has(&self, relation: &Relation) -> bool {
        match (self, relation.kind) {
            (Wanted::All, _) | (_, Kind::Sequence | Kind::MaterializedView { .. }) => true,
            (Wanted::These(wanted), Kind::Table | Kind::Partitioned) => wanted.contains(&relation.oid),
        }
    }

    /// Whether large objects belong to what is copied, as far as types can tell.
    pub fn has_large_objects(&self, relations: &Relations) -> bool {
        match self {
            Wanted::All => true,
            Wanted::These(_) => {
                let mut copied = relations.0.iter().filter(|relation| self.has(relation));
                copied.any(|relation| relation.columns.iter().any(|column| column.base == OID))
            }
        }
    }

    /// The tables whose rows are left out.
    pub fn without<'a>(&'a self, relations: &'a Relations) -> impl Iterator<Item = &'a Relation> {
        relations.0.iter().filter(|relation| relation.kind == Kind::Table && !self.has(relation))
    }
}
