//! Where a database is, as people write it: SQLAlchemy's URLs, libpq's URLs, and plain names of SQLite files.

mod mysql;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use thiserror::Error;
use whimbrel_schema::Engine;

pub use mysql::MysqlUrl;

/// The place of a database. Its `Display` hides the password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    Sqlite(SqliteUrl),
    Postgres(PostgresUrl),
    Mysql(MysqlUrl),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqliteUrl {
    /// `None` is a database in memory. Relative to the working directory, as in SQLAlchemy.
    pub file: Option<PathBuf>,
    pub parameters: BTreeMap<String, String>,
}

/// What is missing here is looked for in the environment (`PGHOST`, `~/.pgpass`, …) when connecting.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PostgresUrl {
    pub user: Option<String>,
    pub password: Option<Password>,
    /// Host names, addresses, or folders of unix sockets, with their ports.
    pub hosts: Vec<(String, Option<u16>)>,
    pub database: Option<String>,
    /// `sslmode`, `options`, `connect_timeout`, …; `host`, `port`, `user`, `password` and `dbname` are taken out.
    pub parameters: BTreeMap<String, String>,
}

/// A text that is used and never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    pub fn new(text: impl Into<String>) -> Self {
        Password(text.into())
    }

    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Says what is wrong without repeating the URL, which may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UrlError {
    #[error("the database URL is empty")]
    Empty,
    #[error("this is no database URL: it needs to look like `sqlite:///app.db` or `postgresql://user@host/name`")]
    NoScheme,
    #[error("`{0}` is not a kind of database that whimbrel knows (sqlite, postgresql, mysql, mariadb)")]
    UnknownScheme(String),
    #[error("{0} is not supported: whimbrel works on SQLite and PostgreSQL, and judges SQL for MySQL and MariaDB")]
    Unsupported(&'static str),
    #[error("`sqlite://` takes no host: write `sqlite:///relative.db` or `sqlite:////absolute/path.db`")]
    SqliteHost,
    #[error("`{0}` is no port")]
    Port(String),
    #[error("`%{0}` in the database URL is no percent-encoding: write `%25` for a `%`")]
    Percent(String),
    #[error("a MySQL URL names one server")]
    SeveralServers,
    #[error("a bracket of an IPv6 address is never closed")]
    Bracket,
}

impl DatabaseUrl {
    pub fn engine(&self) -> Engine {
        match self {
            DatabaseUrl::Sqlite(_) => Engine::Sqlite,
            DatabaseUrl::Postgres(_) => Engine::Postgres,
            DatabaseUrl::Mysql(_) => Engine::Mysql,
        }
    }
}

pub fn parse(text: &str) -> Result<DatabaseUrl, UrlError> {
    text.parse()
}

impl FromStr for DatabaseUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(UrlError::Empty);
        }
        let Some((scheme, rest)) = text.split_once("://") else {
            return bare_file(text).ok_or(UrlError::NoScheme);
        };
        // `postgresql+psycopg`: after the plus stands the Python driver, which says nothing about the database.
        let dialect = scheme.split('+').next().unwrap_or(scheme).to_ascii_lowercase();
        match dialect.as_str() {
            "sqlite" | "sqlite3" => sqlite(rest).map(DatabaseUrl::Sqlite),
            "postgresql" | "postgres" => postgres(rest).map(DatabaseUrl::Postgres),
            "mysql" | "mariadb" => mysql::parse(rest).map(DatabaseUrl::Mysql),
            "mssql" => Err(UrlError::Unsupported("SQL Server")),
            "oracle" => Err(UrlError::Unsupported("Oracle")),
            _ => Err(UrlError::UnknownScheme(dialect)),
        }
    }
}

fn bare_file(text: &str) -> Option<DatabaseUrl> {
    let ending = [".db", ".sqlite", ".sqlite3", ".db3"].iter().any(|ending| text.ends_with(ending));
    let file = match text {
        ":memory:" => None,
        _ if ending => Some(PathBuf::from(text)),
        _ => return None,
    };
    Some(DatabaseUrl::Sqlite(SqliteUrl { file, parameters: BTreeMap::new() }))
}

fn sqlite(rest: &str) -> Result<SqliteUrl, UrlError> {
    let (place, parameters) = parameters(rest)?;
    // A file stands after the slash that ends the (empty) host; a second slash makes it absolute.
    let file = match place.strip_prefix('/') {
        Some("" | ":memory:") => None,
        Some(path) => Some(PathBuf::from(decode(path)?)),
        None if place.is_empty() || place == ":memory:" => None,
        None => return Err(UrlError::SqliteHost),
    };
    Ok(SqliteUrl { file, parameters })
}

fn postgres(rest: &str) -> Result<PostgresUrl, UrlError> {
    let (place, mut parameters) = parameters(rest)?;
    // A password may hold a slash, as SQLAlchemy allows, so the login is cut off before the path is.
    let (login, rest) = match place.rsplit_once('@') {
        Some((login, rest)) => (Some(login), rest),
        None => (None, place),
    };
    let (hosts, database) = rest.split_once('/').unwrap_or((rest, ""));
    let (user, password) = match login.map(|login| login.split_once(':').unwrap_or((login, ""))) {
        Some((user, password)) => (decode(user)?, decode(password)?),
        None => Default::default(),
    };
    let mut hosts = hosts.split(',').filter(|host| !host.is_empty()).map(host).collect::<Result<Vec<_>, _>>()?;

    let ports = parameters.remove("port");
    if let Some(named) = parameters.remove("host") {
        // SQLAlchemy allows `?host=one:5432&host=two`; libpq `?host=one,two&port=5432,5433`.
        let socket_port = hosts.iter().find_map(|(_, port)| *port);
        hosts = named.split(',').filter(|host| !host.is_empty()).map(host).collect::<Result<_, _>>()?;
        hosts.iter_mut().for_each(|(_, port)| *port = port.or(socket_port));
    }
    if let Some(ports) = ports {
        let ports: Vec<u16> = ports.split(',').map(port).collect::<Result<_, _>>()?;
        if hosts.is_empty() {
            hosts.push((String::new(), None));
        }
        for (at, (_, own)) in hosts.iter_mut().enumerate() {
            *own = own.or_else(|| ports.get(at).or(ports.first()).copied());
        }
    }

    let mut take = |name: &str, value: String| match parameters.remove(name) {
        _ if !value.is_empty() => Some(value),
        named => named,
    };
    Ok(PostgresUrl {
        user: take("user", user),
        password: take("password", password).map(Password),
        database: take("dbname", decode(database)?),
        hosts,
        parameters,
    })
}

fn host(text: &str) -> Result<(String, Option<u16>), UrlError> {
    let (name, number) = if let Some(address) = text.strip_prefix('[') {
        let (address, rest) = address.split_once(']').ok_or(UrlError::Bracket)?;
        (address.to_string(), rest.strip_prefix(':'))
    } else if text.starts_with('/') || text.matches(':').count() > 1 {
        (text.to_string(), None)
    } else {
        let (name, number) = text.split_once(':').map_or((text, None), |(name, number)| (name, Some(number)));
        (decode(name)?, number)
    };
    let number = number.filter(|number| !number.is_empty()).map(port).transpose()?;
    Ok((name, number))
}

fn port(text: &str) -> Result<u16, UrlError> {
    text.trim().parse().map_err(|_| UrlError::Port(text.to_string()))
}

/// Cuts the query off. Of a parameter that stands there twice, `host` keeps both.
fn parameters(rest: &str) -> Result<(&str, BTreeMap<String, String>), UrlError> {
    let Some((place, query)) = rest.split_once('?') else {
        return Ok((rest, BTreeMap::new()));
    };
    let mut parameters = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decode(name)?, decode(value)?);
        match parameters.get_mut(&name) {
            Some(hosts) if name == "host" => *hosts = format!("{hosts},{value}"),
            _ => {
                parameters.insert(name, value);
            }
        }
    }
    Ok((place, parameters))
}

fn decode(text: &str) -> Result<String, UrlError> {
    if !text.contains('%') {
        return Ok(text.to_string());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first != b'%' {
            bytes.push(*first);
            rest = after;
            continue;
        }
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        let wrong = || UrlError::Percent(String::from_utf8_lossy(&after[..after.len().min(2)]).into_owned());
        bytes.push(byte.ok_or_else(wrong)?);
        rest = &after[2..];
    }
    String::from_utf8(bytes).map_err(|_| UrlError::Percent("…".to_string()))
}

fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => encoded.push(byte.into()),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DatabaseUrl::Sqlite(url) => match &url.file {
                Some(file) => write!(f, "sqlite:///{}", file.display()),
                None => f.write_str("sqlite://"),
            },
            DatabaseUrl::Postgres(url) => url.fmt(f),
            DatabaseUrl::Mysql(url) => url.fmt(f),
        }
    }
}

impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("postgresql://")?;
        if let Some(user) = &self.user {
            f.write_str(&encode(user))?;
        }
        if self.password.is_some() {
            f.write_str(":***")?;
        }
        if self.user.is_some() || self.password.is_some() {
            f.write_str("@")?;
        }
        for (at, (host, port)) in self.hosts.iter().enumerate() {
            let shown = if host.contains(':') { format!("[{host}]") } else { encode(host).replace('/', "%2F") };
            write!(f, "{}{shown}", if at == 0 { "" } else { "," })?;
            if let Some(port) = port {
                write!(f, ":{port}")?;
            }
        }
        write!(f, "/{}", self.database.as_deref().map(encode).unwrap_or_default())?;
        let shown = self.parameters.iter().filter(|(name, _)| !name.contains("password"));
        for (at, (name, value)) in shown.enumerate() {
            write!(f, "{}{name}={}", if at == 0 { '?' } else { '&' }, encode(value))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match parse(text) {
            Ok(url) => url.to_string(),
            Err(error) => format!("error: {error}"),
        }
    }

    #[test]
    fn every_spelling_comes_out_as_one() {
        let cases = [
            ("postgresql+psycopg://ann:s%40cret@db.example:5433/app", "postgresql://ann:***@db.example:5433/app"),
            ("postgresql+asyncpg://ann:x@db/app?ssl=require", "postgresql://ann:***@db/app?ssl=require"),
            ("postgres://db/app?sslmode=verify-full&password=x", "postgresql://:***@db/app?sslmode=verify-full"),
            ("postgresql:///app?host=/tmp/sock&port=6000", "postgresql://%2Ftmp%2Fsock:6000/app"),
            ("postgresql://%2Ftmp%2Fsock:6000/app", "postgresql://%2Ftmp%2Fsock:6000/app"),
            ("postgresql://", "postgresql:///"),
            ("postgresql://a:1,b:2/app", "postgresql://a:1,b:2/app"),
            ("postgresql://[::1]:5432/app", "postgresql://[::1]:5432/app"),
            (
                "postgresql+psycopg2://u:p%2Fq@h/we%20ird?options=-csearch_path%3Dapp",
                "postgresql://u:***@h/we%20ird?options=-csearch_path%3Dapp",
            ),
            ("sqlite:///app.db", "sqlite:///app.db"),
            ("sqlite+aiosqlite:////var/app.db", "sqlite:////var/app.db"),
            ("sqlite://", "sqlite://"),
            ("sqlite+pysqlite:///:memory:", "sqlite://"),
            ("data/app.sqlite3", "sqlite:///data/app.sqlite3"),
            (
                "mysql+pymysql://root:s%40c:r%3Fet@h:3307/app?charset=utf8mb4",
                "mysql://root:***@h:3307/app?charset=utf8mb4",
            ),
            ("mariadb://[::1]/we%20ird", "mysql://[::1]/we%20ird"),
            ("mysql://root@/app?unix_socket=/run/m.sock", "mysql://root@/app?unix_socket=/run/m.sock"),
            ("mysql://h", "mysql://h/"),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn passwords_are_kept_and_never_shown() {
        let Ok(DatabaseUrl::Postgres(url)) = parse("postgresql://ann:s%40c:r%3Fet@h/app") else {
            panic!("not read");
        };
        assert_eq!(url.password.as_ref().map(Password::reveal), Some("s@c:r?et"));
        assert!(!format!("{url:?} {url}").contains("r?et"));
    }

    #[test]
    fn refusals_name_what_is_wrong_without_the_url() {
        let cases = [
            (
                "oracle://root:secret@h/app",
                "Oracle is not supported: whimbrel works on SQLite and PostgreSQL, and judges SQL for MySQL and MariaDB",
            ),
            ("mysql://root:secret@a,b/app", "a MySQL URL names one server"),
            ("mysql://root:secret@a:mysql/app", "`mysql` is no port"),
            (
                "sqlite://app.db",
                "`sqlite://` takes no host: write `sqlite:///relative.db` or `sqlite:////absolute/path.db`",
            ),
            ("postgresql://u:100%@h/app", "`%` in the database URL is no percent-encoding: write `%25` for a `%`"),
            ("postgresql://u@h:http/app", "`http` is no port"),
            (
                "duckdb:///x",
                "`duckdb` is not a kind of database that whimbrel knows (sqlite, postgresql, mysql, mariadb)",
            ),
            ("  ", "the database URL is empty"),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text), format!("error: {expected}"), "{text}");
        }
    }
}
