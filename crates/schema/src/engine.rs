use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The engines Whimbrel speaks of. A name only: behaviour lives in the engine's room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    Sqlite,
    Postgres,
    Mysql,
}

impl Engine {
    pub const ALL: [Engine; 3] = [Engine::Sqlite, Engine::Postgres, Engine::Mysql];

    /// The word used in files, flags and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Engine::Sqlite => "sqlite",
            Engine::Postgres => "postgres",
            Engine::Mysql => "mysql",
        }
    }

    /// Whether two spellings are one name in this engine's catalogue.
    pub fn same_name(self, a: &str, b: &str) -> bool {
        match self {
            // MySQL tells tables apart by case on some systems; nothing else, and nowhere is it wise to.
            Engine::Sqlite | Engine::Mysql => a.eq_ignore_ascii_case(b),
            Engine::Postgres => a == b,
        }
    }

    /// The name as its makers write it, for screens.
    pub fn title(self) -> &'static str {
        match self {
            Engine::Sqlite => "SQLite",
            Engine::Postgres => "PostgreSQL",
            Engine::Mysql => "MySQL",
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// The word names no engine that Whimbrel knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownEngine(pub String);

impl fmt::Display for UnknownEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no engine that whimbrel knows (sqlite, postgres, mysql)", self.0)
    }
}

impl std::error::Error for UnknownEngine {}

impl FromStr for Engine {
    type Err = UnknownEngine;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word.to_ascii_lowercase().as_str() {
            "sqlite" | "sqlite3" => Ok(Engine::Sqlite),
            "postgres" | "postgresql" | "pg" => Ok(Engine::Postgres),
            "mysql" | "mariadb" => Ok(Engine::Mysql),
            _ => Err(UnknownEngine(word.to_string())),
        }
    }
}

/// The version of a running server or linked library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Version {
    pub major: u32,
    pub minor: u32,
    pub patch: u32,
}

impl Version {
    pub const fn new(major: u32, minor: u32, patch: u32) -> Self {
        Version { major, minor, patch }
    }
}

impl FromStr for Version {
    type Err = String;

    /// `15`, `15.4` or `3.46.1`.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no version");
        let mut parts = text.split('.').map(|part| part.parse::<u32>().map_err(|_| wrong()));
        let major = parts.next().ok_or_else(wrong)??;
        let minor = parts.next().transpose()?.unwrap_or_default();
        let patch = parts.next().transpose()?.unwrap_or_default();
        match parts.next() {
            None => Ok(Version { major, minor, patch }),
            Some(_) => Err(wrong()),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.patch {
            0 => write!(f, "{}.{}", self.major, self.minor),
            patch => write!(f, "{}.{}.{patch}", self.major, self.minor),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_with_one_to_three_parts() {
        let read = |text: &str| text.parse::<Version>();
        assert_eq!(read("15"), Ok(Version::new(15, 0, 0)));
        assert_eq!(read("3.46.1"), Ok(Version::new(3, 46, 1)));
        for wrong in ["", "15.x", "1.2.3.4", "-1"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
