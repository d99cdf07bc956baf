use std::path::{Path, PathBuf};

use whimbrel_run::{DriverError, DriverErrorKind};

use crate::tls::{Check, Tls};
use crate::url::MysqlUrl;

/// Everything a connection needs, gathered from the URL first and from the environment second.
#[derive(Clone)]
pub(super) struct Settings {
    pub place: Place,
    pub user: String,
    pub password: String,
    pub database: String,
    pub tls: Tls,
    /// Whether it goes unencrypted where the server cannot do otherwise.
    pub may_be_plain: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    Network { host: String, port: u16 },
    Socket(PathBuf),
}

/// Reads one variable of the environment; a function, so that tests need not change the process's own.
type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

const USUAL_SOCKETS: [&str; 3] = ["/run/mysqld/mysqld.sock", "/var/lib/mysql/mysql.sock", "/tmp/mysql.sock"];

pub(super) fn wrong(message: impl Into<String>) -> DriverError {
    DriverError::new(DriverErrorKind::Connect, message)
}

impl Settings {
    /// From the URL and this process's environment.
    pub fn of(url: &MysqlUrl) -> Result<Settings, DriverError> {
        Settings::gather(url, &|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
    }

    fn gather(url: &MysqlUrl, environment: Environment<'_>) -> Result<Settings, DriverError> {
        let user = url.user.clone().or_else(|| environment("USER")).or_else(|| environment("LOGNAME"));
        let user = user.ok_or_else(|| wrong("no user name: put it in the URL (`mysql://user@host/name`)"))?;
        let database = url.database.clone();
        let database = database.ok_or_else(|| wrong("no database: put it in the URL (`mysql://user@host/name`)"))?;
        let password = url.password.as_ref().map(|password| password.reveal().to_string());
        let (tls, may_be_plain) = tls(url)?;
        Ok(Settings {
            place: place(url, environment)?,
            user,
            password: password.or_else(|| environment("MYSQL_PWD")).unwrap_or_default(),
            database,
            tls,
            may_be_plain,
        })
    }
}

impl Place {
    pub fn shown(&self) -> String {
        match self {
            Place::Network { host, port } if host.contains(':') => format!("[{host}]:{port}"),
            Place::Network { host, port } => format!("{host}:{port}"),
            Place::Socket(path) => path.display().to_string(),
        }
    }
}

fn place(url: &MysqlUrl, environment: Environment<'_>) -> Result<Place, DriverError> {
    let named = ["unix_socket", "socket"].into_iter().find_map(|name| url.parameters.get(name));
    if let Some(path) = named {
        return Ok(Place::Socket(PathBuf::from(path)));
    }
    let port = match (url.port, environment("MYSQL_TCP_PORT")) {
        (Some(port), _) => port,
        (None, Some(port)) => {
            port.parse().map_err(|_| wrong(format!("MYSQL_TCP_PORT is `{port}`, which is no port")))?
        }
        (None, None) => 3306,
    };
    if let Some(host) = url.host.clone().or_else(|| environment("MYSQL_HOST")) {
        return Ok(Place::Network { host, port });
    }
    let sockets = environment("MYSQL_UNIX_PORT").into_iter().chain(USUAL_SOCKETS.map(str::to_string));
    let socket = sockets.map(PathBuf::from).find(|path| path.exists());
    Ok(socket.map_or(Place::Network { host: "localhost".to_string(), port }, Place::Socket))
}

/// Every name for it that the usual drivers have.
fn tls(url: &MysqlUrl) -> Result<(Tls, bool), DriverError> {
    const KNOWN: [&str; 6] = ["ssl", "ssl_mode", "ssl_disabled", "ssl_ca", "ssl_cert", "ssl_key"];
    const ALSO: [&str; 2] = ["ssl_verify_cert", "ssl_verify_identity"];
    let parameters = url.parameters.iter().map(|(name, value)| (name.replace('-', "_").to_lowercase(), value));
    let given: Vec<(String, &String)> = parameters
        .map(|(name, value)| (if name == "sslmode" { "ssl_mode".to_string() } else { name }, value))
        .filter(|(name, _)| name.starts_with("ssl") || name.starts_with("tls"))
        .collect();
    // A misspelt one must not weaken the connection in silence.
    if let Some((name, _)) = given.iter().find(|(name, _)| !KNOWN.iter().chain(&ALSO).any(|known| known == name)) {
        let known = KNOWN.iter().chain(&ALSO).copied().collect::<Vec<_>>().join(", ");
        return Err(wrong(format!("the URL's parameter `{name}` is not supported (known: {known})")));
    }
    let value = |name: &str| given.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str());
    let is = |name: &str| value(name).is_some_and(|value| ["1", "true", "on"].contains(&value.to_lowercase().as_str()));
    let file = |name: &str| value(name).filter(|value| !value.is_empty()).map(|value| Path::new(value).to_path_buf());
    let root_certificate = file("ssl_ca");
    let mode = match value("ssl_mode").map(|mode| mode.to_uppercase().replace('-', "_")) {
        Some(mode) => mode,
        None if is("ssl_disabled") => "DISABLED".to_string(),
        None if is("ssl_verify_identity") => "VERIFY_IDENTITY".to_string(),
        None if is("ssl_verify_cert") || root_certificate.is_some() => "VERIFY_CA".to_string(),
        None if is("ssl") => "REQUIRED".to_string(),
        None => "PREFERRED".to_string(),
    };
    let (check, may_be_plain) = match mode.as_str() {
        "DISABLED" => (Check::Off, true),
        "PREFERRED" => (Check::Nothing, true),
        "REQUIRED" => (Check::Nothing, false),
        "VERIFY_CA" => (Check::Authority, false),
        "VERIFY_IDENTITY" => (Check::AuthorityAndHost, false),
        other => {
            let known = "DISABLED, PREFERRED, REQUIRED, VERIFY_CA, VERIFY_IDENTITY";
            return Err(wrong(format!("`ssl_mode={other}` is not known ({known})")));
        }
    };
    Ok((Tls { check, root_certificate, certificate: file("ssl_cert"), key: file("ssl_key") }, may_be_plain))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;
    use crate::url::{DatabaseUrl, parse};

    fn gather(url: &str, environment: &[(&str, &str)]) -> Result<Settings, DriverError> {
        let DatabaseUrl::Mysql(url) = parse(url).unwrap() else { panic!("not MySQL") };
        let read = |name: &str| environment.iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_string());
        Settings::gather(&url, &read)
    }

    #[test]
    fn the_environment_fills_what_the_url_leaves_open() {
        let environment = [("USER", "ann"), ("MYSQL_PWD", "secret"), ("MYSQL_TCP_PORT", "3310")];
        let settings = gather("mysql://db.example/app", &environment).unwrap();
        assert_eq!(settings.place.shown(), "db.example:3310");
        assert_eq!((settings.user.as_str(), settings.password.as_str()), ("ann", "secret"));
        let settings = gather("mysql+pymysql://bob:own@[::1]:3307/app", &environment).unwrap();
        assert_eq!(settings.place.shown(), "[::1]:3307");
        assert_eq!((settings.user.as_str(), settings.password.as_str()), ("bob", "own"));
        let settings = gather("mariadb://bob@/app?unix_socket=/x/s", &[]).unwrap();
        assert_eq!(settings.place, Place::Socket("/x/s".into()));
    }

    #[test]
    fn the_mode_decides_what_is_checked() {
        let cases = [
            ("mysql://a@h/d", Check::Nothing, true),
            ("mysql://a@h/d?ssl_disabled=true", Check::Off, true),
            ("mysql://a@h/d?ssl-mode=REQUIRED", Check::Nothing, false),
            ("mysql://a@h/d?ssl=true", Check::Nothing, false),
            ("mysql://a@h/d?ssl_ca=/x.pem", Check::Authority, false),
            ("mysql://a@h/d?ssl_ca=/x.pem&ssl_verify_identity=true", Check::AuthorityAndHost, false),
            ("mysql://a@h/d?sslmode=verify-identity", Check::AuthorityAndHost, false),
        ];
        for (url, check, may_be_plain) in cases {
            let settings = gather(url, &[]).unwrap();
            assert_eq!((settings.tls.check, settings.may_be_plain), (check, may_be_plain), "{url}");
        }
        for wrong in ["ssl_mode=verify", "ssl_veryfi_cert=true", "tls=true"] {
            assert!(gather(&format!("mysql://a@h/d?{wrong}"), &[]).is_err(), "{wrong}");
        }
        assert!(gather("mysql://a@h", &[]).is_err() && gather("mysql://h/d", &[]).is_err());
    }
}
