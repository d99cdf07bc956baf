//! Which server it may be, and what that one can do.

use whimbrel_plan::review::Facts;
use whimbrel_schema::Version;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    Mysql,
    Mariadb,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Server {
    pub family: Family,
    /// The oldest that it may be.
    pub version: Version,
    /// Whether somebody said so. If not, it may be a newer one as well.
    pub known: bool,
}

/// The oldest versions that are still about.
const OLDEST_MYSQL: Version = Version::new(5, 7, 0);
const OLDEST_MARIADB: Version = Version::new(10, 3, 2);

/// The servers that it may be: one if somebody asked, else the oldest of both families.
pub(super) fn possible(facts: &Facts) -> Vec<Server> {
    let known = facts.version.is_some();
    let mysql = Server { family: Family::Mysql, version: facts.version.unwrap_or(OLDEST_MYSQL), known };
    let mariadb = Server { family: Family::Mariadb, version: facts.version.unwrap_or(OLDEST_MARIADB), known };
    match (facts.variant.as_deref(), facts.version) {
        (Some(variant), _) if variant.eq_ignore_ascii_case("mariadb") => vec![mariadb],
        (Some(_), _) => vec![mysql],
        // MySQL has not come to 10 yet, MariaDB left 5 in 2012.
        (None, Some(version)) if version.major >= 10 => vec![mariadb],
        (None, Some(_)) => vec![mysql],
        (None, None) => vec![mysql, mariadb],
    }
}

impl Server {
    pub fn is_mariadb(&self) -> bool {
        self.family == Family::Mariadb
    }

    /// Whether it is at least this MySQL or this MariaDB.
    pub fn since(&self, mysql: (u32, u32, u32), mariadb: (u32, u32, u32)) -> bool {
        let (major, minor, patch) = match self.family {
            Family::Mysql => mysql,
            Family::Mariadb => mariadb,
        };
        self.version >= Version::new(major, minor, patch)
    }

    pub fn has_instant(&self) -> bool {
        self.since((8, 0, 12), (10, 3, 2))
    }

    /// Whether `REFERENCES` beside a column may make a foreign key.
    pub fn may_heed_inline_references(&self) -> bool {
        !self.known || self.since((9, 0, 0), (10, 5, 0))
    }

    pub fn may_ignore_inline_references(&self) -> bool {
        !self.since((9, 0, 0), (10, 5, 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_tells_the_family() {
        let of = |variant: Option<&str>, version: Option<Version>| {
            let facts = Facts { version, variant: variant.map(str::to_string), ..Facts::default() };
            possible(&facts).into_iter().map(|server| server.family).collect::<Vec<_>>()
        };
        assert_eq!(of(None, None), [Family::Mysql, Family::Mariadb]);
        assert_eq!(of(None, Some(Version::new(8, 4, 0))), [Family::Mysql]);
        assert_eq!(of(None, Some(Version::new(10, 11, 0))), [Family::Mariadb]);
        assert_eq!(of(Some("MariaDB"), None), [Family::Mariadb]);
    }
}
