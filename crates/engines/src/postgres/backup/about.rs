//! What a restore has to know that the archive does not tell before it is restored: which roles, tablespaces and
//! extensions it needs, what the database itself is set to, and what belongs to which table.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use whimbrel_run::{DriverError, DriverErrorKind};

use super::super::connection::Connection;
use super::relations::Cells;

const FILE: &str = "database.json";
const FORMAT: u32 = 1;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct About {
    pub format: u32,
    /// The major version of the `pg_dump` that wrote the archive.
    pub client: u32,
    /// The major version of the server.
    pub server: u32,
    pub encoding: String,
    /// Who owns something or is granted something.
    pub roles: Vec<String>,
    /// Those of them who own something.
    pub owners: Vec<String>,
    pub tablespaces: Vec<String>,
    /// And their versions.
    pub extensions: Vec<(String, String)>,
    /// `name=value`, as the catalogue has them, for everybody in this database.
    pub settings: Vec<String>,
    /// Of each table the catalogues and numbers of what goes with it, as entries of the archive have them.
    pub members: Vec<Members>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Members {
    pub namespace: String,
    pub name: String,
    pub oid: u32,
    pub of: Vec<Member>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Member {
    pub class: u32,
    pub oid: u32,
    /// Of a relation: it is named where no number is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<String>,
}

/// The one who made the cluster owns without a dependency that says so.
const ROLES: &str = "\
SELECT r.rolname, bool_or(d.owns) FROM (\
SELECT refobjid, deptype = 'o' FROM pg_catalog.pg_shdepend \
WHERE refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass \
AND dbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()) \
UNION SELECT relowner, true FROM pg_catalog.pg_class WHERE oid >= 16384 AND relpersistence <> 't') AS d (role, owns) \
JOIN pg_catalog.pg_roles r ON r.oid = d.role GROUP BY r.rolname ORDER BY r.rolname COLLATE \"C\"";

const TABLESPACES: &str = "\
SELECT DISTINCT t.spcname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_tablespace t ON t.oid = c.reltablespace \
WHERE c.oid >= 16384 ORDER BY 1";

const EXTENSIONS: &str = "SELECT extname, extversion FROM pg_catalog.pg_extension WHERE oid >= 16384 ORDER BY 1";

const SETTINGS: &str = "\
SELECT unnest(s.setconfig) FROM pg_catalog.pg_db_role_setting s JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase \
WHERE d.datname = pg_catalog.current_database() AND s.setrole = 0 ORDER BY 1";

/// What goes with a table: whatever would be dropped with it without being asked for, except its place in publications.
const MEMBERS: &str = "\
WITH RECURSIVE member (root, class, oid) AS (\
SELECT c.oid, 'pg_catalog.pg_class'::pg_catalog.regclass::oid, c.oid \
FROM pg_catalog.pg_class c WHERE c.relkind IN ('r', 'p') AND c.oid >= 16384 AND c.relpersistence <> 't' \
UNION \
SELECT m.root, d.classid, d.objid FROM member m \
JOIN pg_catalog.pg_depend d ON d.refclassid = m.class AND d.refobjid = m.oid AND d.deptype IN ('a', 'i', 'P', 'S') \
WHERE d.classid <> 'pg_catalog.pg_publication_rel'::pg_catalog.regclass) \
SELECT n.nspname, c.relname, c.oid, m.class, m.oid, r.relname FROM member m \
JOIN pg_catalog.pg_class c ON c.oid = m.root JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
LEFT JOIN pg_catalog.pg_class r ON m.class = 'pg_catalog.pg_class'::pg_catalog.regclass AND r.oid = m.oid \
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)' \
ORDER BY 1, 2, 4, 5";

impl About {
    pub fn ask(connection: &mut Connection, client: u32) -> Result<About, DriverError> {
        let mut words = |query: &str| -> Result<Vec<String>, DriverError> {
            connection.rows(query)?.into_iter().map(|row| Cells::of(row).text()).collect()
        };
        let (tablespaces, settings) = (words(TABLESPACES)?, words(SETTINGS)?);
        let encoding = words("SELECT pg_catalog.getdatabaseencoding()")?.concat();
        let (mut roles, mut owners) = (Vec::new(), Vec::new());
        for row in connection.rows(ROLES)? {
            let mut cells = Cells::of(row);
            let (role, owns) = (cells.text()?, cells.text()? == "t");
            owners.extend(owns.then(|| role.clone()));
            roles.push(role);
        }
        let mut extensions = Vec::new();
        for row in connection.rows(EXTENSIONS)? {
            let mut cells = Cells::of(row);
            extensions.push((cells.text()?, cells.text()?));
        }
        let mut members: Vec<Members> = Vec::new();
        for row in connection.rows(MEMBERS)? {
            let mut cells = Cells::of(row);
            let (namespace, name, of) = (cells.text()?, cells.text()?, cells.oid()?.0);
            let member = Member { class: cells.oid()?.0, oid: cells.oid()?.0, relation: cells.optional() };
            match members.last_mut().filter(|last| last.oid == of) {
                Some(last) => last.of.push(member),
                None => members.push(Members { namespace, name, oid: of, of: vec![member] }),
            }
        }
        let server = connection.version.major;
        Ok(About {
            format: FORMAT,
            client,
            server,
            encoding,
            roles,
            owners,
            tablespaces,
            extensions,
            settings,
            members,
        })
    }

    pub fn write(&self, folder: &Path) -> Result<(), DriverError> {
        let file = folder.join(FILE);
        let text = serde_json::to_vec(self).map_err(|error| unwritable(&file, &error))?;
        fs::write(&file, text).map_err(|error| unwritable(&file, &error))
    }

    pub fn read(folder: &Path) -> Result<About, DriverError> {
        let file = folder.join(FILE);
        let wrong = |what: &dyn std::fmt::Display| {
            DriverError::new(DriverErrorKind::Statement, format!("{} cannot be read: {what}", file.display()))
        };
        let text = fs::read(&file).map_err(|error| wrong(&error))?;
        let about: About = serde_json::from_slice(&text).map_err(|error| wrong(&error))?;
        match about.format {
            FORMAT => Ok(about),
            newer => Err(wrong(&format!("it has format {newer}, and this whimbrel knows format {FORMAT}"))),
        }
    }
}

fn unwritable(file: &Path, error: &dyn std::fmt::Display) -> DriverError {
    DriverError::new(DriverErrorKind::Unwritable, format!("{} cannot be written: {error}", file.display()))
}
