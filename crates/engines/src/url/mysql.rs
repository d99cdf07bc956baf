//! `mysql+pymysql://user:password@host:port/database?parameters`, as SQLAlchemy has it; `mariadb://` is the same.

use std::collections::BTreeMap;
use std::fmt;

use super::{Password, UrlError, decode, encode, host, parameters};

/// What is missing here is looked for in the environment (`MYSQL_PWD`, …) when connecting.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MysqlUrl {
    pub user: Option<String>,
    pub password: Option<Password>,
    pub host: Option<String>,
    pub port: Option<u16>,
    pub database: Option<String>,
    /// `unix_socket`, `ssl_mode`, `ssl_ca`, …; `password` is taken out.
    pub parameters: BTreeMap<String, String>,
}

pub(super) fn parse(rest: &str) -> Result<MysqlUrl, UrlError> {
    let (place, mut parameters) = parameters(rest)?;
    let (login, rest) = match place.rsplit_once('@') {
        Some((login, rest)) => (login, rest),
        None => ("", place),
    };
    let (user, password) = login.split_once(':').map_or((login, None), |(user, password)| (user, Some(password)));
    let (place, database) = rest.split_once('/').unwrap_or((rest, ""));
    if place.contains(',') {
        return Err(UrlError::SeveralServers);
    }
    let (host, port) = host(place)?;
    let some = |text: String| Some(text).filter(|text| !text.is_empty());
    let password = match password {
        Some(password) => Some(decode(password)?),
        None => parameters.remove("password"),
    };
    Ok(MysqlUrl {
        user: some(decode(user)?),
        password: password.map(Password::new),
        host: some(host),
        port,
        database: some(decode(database)?),
        parameters,
    })
}

impl fmt::Display for MysqlUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("mysql://")?;
        if let Some(user) = &self.user {
            f.write_str(&encode(user))?;
        }
        if self.password.is_some() {
            f.write_str(":***")?;
        }
        if self.user.is_some() || self.password.is_some() {
            f.write_str("@")?;
        }
        if let Some(host) = &self.host {
            f.write_str(&if host.contains(':') { format!("[{host}]") } else { encode(host) })?;
        }
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        write!(f, "/{}", self.database.as_deref().map(encode).unwrap_or_default())?;
        let shown = self.parameters.iter().filter(|(name, _)| !name.contains("pass"));
        for (at, (name, value)) in shown.enumerate() {
            write!(f, "{}{name}={}", if at == 0 { '?' } else { '&' }, encode(value))?;
        }
        Ok(())
    }
}
