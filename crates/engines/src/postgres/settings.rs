use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{SslMode, TargetSessionAttrs};
use whimbrel_run::{DriverError, DriverErrorKind};

use super::passfile;
use crate::tls::{Check, Tls};
use crate::url::PostgresUrl;

/// Everything a connection needs, gathered from the URL first and from libpq's environment second.
#[derive(Clone)]
pub struct Settings {
    pub config: Config,
    pub tls: Tls,
    /// Host, port and database, for screens and errors.
    pub place: String,
    pub user: String,
    pub database: String,
}

/// Reads one variable of the environment; a function, so that tests need not change the process's own.
type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

fn wrong(message: String) -> DriverError {
    DriverError::new(DriverErrorKind::Connect, message)
}

impl Settings {
    /// From the URL and this process's environment.
    pub fn of(url: &PostgresUrl) -> Result<Settings, DriverError> {
        Settings::gather(url, &|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
    }

    fn gather(url: &PostgresUrl, environment: Environment<'_>) -> Result<Settings, DriverError> {
        refuse_misspelled(url)?;
        let given = |parameter: &str, variable: &str| -> Option<String> {
            url.parameters.get(parameter).cloned().filter(|value| !value.is_empty()).or_else(|| environment(variable))
        };

        let user = url
            .user
            .clone()
            .or_else(|| environment("PGUSER"))
            .or_else(|| environment("USER"))
            .or_else(|| environment("LOGNAME"))
            .ok_or_else(|| {
                wrong("no user name: put it in the URL (`postgresql://user@host/name`) or in PGUSER".into())
            })?;
        let database = url.database.clone().or_else(|| environment("PGDATABASE")).unwrap_or_else(|| user.clone());
        let hosts = hosts(url, environment)?;
        let tls = tls(url, &given, environment)?;

        let mut config = Config::new();
        config.user(&user).dbname(&database).ssl_mode(
            match (hosts.iter().all(|(host, _)| is_folder(host)), tls.check) {
                (true, _) | (_, Check::Off) => SslMode::Disable,
                (_, Check::Nothing) if !requires_tls(url, &given) => SslMode::Prefer,
                (_, Check::Nothing | Check::Authority | Check::AuthorityAndHost) => SslMode::Require,
            },
        );
        for (host, port) in &hosts {
            config.host(host).port(*port);
        }
        let password = url.password.as_ref().map(|password| password.reveal().to_string());
        let password = password.or_else(|| environment("PGPASSWORD")).or_else(|| {
            let file = given("passfile", "PGPASSFILE").map(PathBuf::from);
            let file = file.or_else(|| Some(Path::new(&environment("HOME")?).join(".pgpass")))?;
            let (host, port) = hosts.first()?;
            passfile::look_up(&file, host, *port, &database, &user)
        });
        if let Some(password) = password {
            config.password(password);
        }
        config.application_name(given("application_name", "PGAPPNAME").unwrap_or_else(|| "whimbrel".to_string()));
        if let Some(options) = given("options", "PGOPTIONS") {
            config.options(options);
        }
        config.connect_timeout(connect_timeout(&given)?);
        if given("target_session_attrs", "PGTARGETSESSIONATTRS").is_some_and(|wanted| wanted == "read-write") {
            config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        }

        let place: Vec<String> = hosts.iter().map(|(host, port)| format!("{host}:{port}")).collect();
        Ok(Settings { config, tls, place: place.join(","), user, database })
    }
}

pub fn is_folder(host: &str) -> bool {
    host.starts_with('/')
}

fn hosts(url: &PostgresUrl, environment: Environment<'_>) -> Result<Vec<(String, u16)>, DriverError> {
    let default_port = match environment("PGPORT") {
        Some(port) => port.parse().map_err(|_| wrong(format!("PGPORT is `{port}`, which is no port")))?,
        None => 5432,
    };
    let default_host = || environment("PGHOST").unwrap_or_else(|| usual_place(default_port));
    if url.hosts.is_empty() {
        return Ok(vec![(default_host(), default_port)]);
    }
    let named = url.hosts.iter().map(|(host, port)| {
        let host = if host.is_empty() { default_host() } else { host.clone() };
        (host, port.unwrap_or(default_port))
    });
    Ok(named.collect())
}

/// libpq was compiled with one folder for sockets; which one depends on who built it.
fn usual_place(port: u16) -> String {
    let folders = ["/var/run/postgresql", "/tmp"];
    let found = folders.iter().find(|folder| Path::new(folder).join(format!(".s.PGSQL.{port}")).exists());
    found.map_or("localhost", |folder| folder).to_string()
}

fn ssl_mode(url: &PostgresUrl, given: &dyn Fn(&str, &str) -> Option<String>) -> String {
    // asyncpg and pg8000 call it `ssl`.
    let mode = url.parameters.get("ssl").cloned().or_else(|| given("sslmode", "PGSSLMODE"));
    mode.unwrap_or_else(|| "prefer".to_string())
}

fn requires_tls(url: &PostgresUrl, given: &dyn Fn(&str, &str) -> Option<String>) -> bool {
    matches!(ssl_mode(url, given).as_str(), "require" | "true" | "True" | "1")
}

fn tls(
    url: &PostgresUrl,
    given: &dyn Fn(&str, &str) -> Option<String>,
    environment: Environment<'_>,
) -> Result<Tls, DriverError> {
    let file = |parameter: &str, variable: &str, usual: &str| -> Option<PathBuf> {
        let usual =
            || Some(Path::new(&environment("HOME")?).join(".postgresql").join(usual)).filter(|path| path.exists());
        given(parameter, variable).map(PathBuf::from).or_else(usual)
    };
    let root_certificate = file("sslrootcert", "PGSSLROOTCERT", "root.crt");
    let check = match ssl_mode(url, given).as_str() {
        "disable" | "false" | "False" | "0" => Check::Off,
        // As in libpq: a root certificate turns `require` into `verify-ca`.
        "require" | "true" | "True" | "1" if root_certificate.is_some() => Check::Authority,
        "allow" | "prefer" | "require" | "true" | "True" | "1" => Check::Nothing,
        "verify-ca" => Check::Authority,
        "verify-full" => Check::AuthorityAndHost,
        other => {
            let known = "disable, prefer, require, verify-ca, verify-full";
            return Err(wrong(format!("`sslmode={other}` is not known ({known})")));
        }
    };
    let certificate = file("sslcert", "PGSSLCERT", "postgresql.crt");
    let key = file("sslkey", "PGSSLKEY", "postgresql.key");
    Ok(Tls { check, root_certificate, certificate, key })
}

/// A misspelled `sslmode` must not weaken the connection in silence.
fn refuse_misspelled(url: &PostgresUrl) -> Result<(), DriverError> {
    const KNOWN: &[&str] = &["ssl", "sslmode", "sslrootcert", "sslcert", "sslkey", "sslnegotiation", "sslcompression"];
    match url.parameters.keys().find(|name| name.starts_with("ssl") && !KNOWN.contains(&name.as_str())) {
        Some(name) => {
            Err(wrong(format!("the URL's parameter `{name}` is not supported (known: {})", KNOWN.join(", "))))
        }
        None => Ok(()),
    }
}

fn connect_timeout(given: &dyn Fn(&str, &str) -> Option<String>) -> Result<Duration, DriverError> {
    const USUAL: Duration = Duration::from_secs(10);
    let Some(text) = given("connect_timeout", "PGCONNECT_TIMEOUT") else {
        return Ok(USUAL);
    };
    match text.trim().parse::<u64>() {
        // libpq: zero waits for ever. An hour is that, for a tool at whose screen somebody sits.
        Ok(0) => Ok(Duration::from_secs(3600)),
        Ok(seconds) => Ok(Duration::from_secs(seconds)),
        Err(_) => Err(wrong(format!("`connect_timeout` is `{text}`, which is no number of seconds"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::url::{DatabaseUrl, parse};

    fn gather(url: &str, environment: &[(&str, &str)]) -> Result<Settings, DriverError> {
        let DatabaseUrl::Postgres(url) = parse(url).unwrap() else { panic!("not PostgreSQL") };
        let read = |name: &str| environment.iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_string());
        Settings::gather(&url, &read)
    }

    #[test]
    fn the_environment_fills_what_the_url_leaves_open() {
        let environment = [("PGUSER", "ann"), ("PGHOST", "db.example"), ("PGPORT", "6000"), ("PGPASSWORD", "secret")];
        let settings = gather("postgresql:///app", &environment).unwrap();
        assert_eq!(settings.place, "db.example:6000");
        assert_eq!((settings.user.as_str(), settings.database.as_str()), ("ann", "app"));
        assert_eq!(settings.config.get_password(), Some(b"secret".as_slice()));
        let settings = gather("postgresql://bob:own@other:7000/app", &environment).unwrap();
        assert_eq!((settings.place.as_str(), settings.user.as_str()), ("other:7000", "bob"));
        assert_eq!(settings.config.get_password(), Some(b"own".as_slice()));
    }

    #[test]
    fn the_mode_decides_what_is_checked() {
        let cases = [
            ("postgresql://a@h/d", SslMode::Prefer, Check::Nothing),
            ("postgresql://a@h/d?sslmode=disable", SslMode::Disable, Check::Off),
            ("postgresql://a@h/d?sslmode=require", SslMode::Require, Check::Nothing),
            ("postgresql://a@h/d?sslmode=require&sslrootcert=/x.pem", SslMode::Require, Check::Authority),
            ("postgresql+asyncpg://a@h/d?ssl=true", SslMode::Require, Check::Nothing),
            ("postgresql://a@h/d?sslmode=verify-ca", SslMode::Require, Check::Authority),
            ("postgresql://a@h/d?sslmode=verify-full", SslMode::Require, Check::AuthorityAndHost),
            ("postgresql://a@/d?host=/run&sslmode=verify-full", SslMode::Disable, Check::AuthorityAndHost),
        ];
        for (url, mode, check) in cases {
            let settings = gather(url, &[]).unwrap();
            assert_eq!((settings.config.get_ssl_mode(), settings.tls.check), (mode, check), "{url}");
        }
        assert!(gather("postgresql://a@h/d?sslmode=verify_full", &[]).is_err());
        assert!(gather("postgresql://a@h/d?sslmod=verify-full", &[]).is_err());
    }
}
