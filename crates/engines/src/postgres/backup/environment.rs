//! How the programs reach the very server that the driver is connected to. Everything goes by the environment: what is
//! given as an argument everybody on the machine can read.

use std::path::{Path, PathBuf};
use std::process::Command;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};
use whimbrel_run::{DriverError, DriverErrorKind};

use super::super::settings::Settings;
use crate::tls::{Check, Tls};

/// What would come before that, or change what is written, if it were left from whoever started us.
const CLEARED: &[&str] = &[
    "PGHOST",
    "PGHOSTADDR",
    "PGPORT",
    "PGUSER",
    "PGDATABASE",
    "PGPASSWORD",
    "PGPASSFILE",
    "PGSERVICE",
    "PGSERVICEFILE",
    "PGOPTIONS",
    "PGAPPNAME",
    "PGSSLMODE",
    "PGREQUIRESSL",
    "PGSSLROOTCERT",
    "PGSSLCERT",
    "PGSSLKEY",
    "PGCONNECT_TIMEOUT",
    "PGTARGETSESSIONATTRS",
    "PGLOADBALANCEHOSTS",
    "PGCLIENTENCODING",
    "PGDATESTYLE",
    "PGTZ",
    "PG_COLOR",
    "LC_ALL",
    "LANGUAGE",
];

/// Files with the roots that a system trusts, for programs that cannot find them themselves.
const ROOTS: &[&str] = &[
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

pub(super) struct Environment(Vec<(&'static str, String)>);

impl Environment {
    pub fn of(settings: &Settings) -> Result<Environment, DriverError> {
        let config = &settings.config;
        let mut set: Vec<(&'static str, String)> = vec![("LC_ALL", "C".to_owned()), ("PGUSER", settings.user.clone())];
        let hosts: Vec<String> = config
            .get_hosts()
            .iter()
            .map(|host| match host {
                Host::Tcp(name) => name.clone(),
                #[cfg(unix)]
                Host::Unix(folder) => folder.display().to_string(),
            })
            .collect();
        let ports: Vec<String> = config.get_ports().iter().map(u16::to_string).collect();
        set.push(("PGHOST", hosts.join(",")));
        set.push(("PGPORT", ports.join(",")));
        if let Some(password) = config.get_password() {
            let text = String::from_utf8(password.to_vec()).map_err(|_| {
                DriverError::new(
                    DriverErrorKind::Connect,
                    "the password is no UTF-8, and cannot be handed on to pg_dump",
                )
            })?;
            set.push(("PGPASSWORD", text));
        }
        let mode = match (config.get_ssl_mode(), settings.tls.check) {
            (SslMode::Disable, _) | (_, Check::Off) => "disable",
            (_, Check::Authority) => "verify-ca",
            (_, Check::AuthorityAndHost) => "verify-full",
            (SslMode::Prefer, Check::Nothing) => "prefer",
            (_, Check::Nothing) => "require",
        };
        set.push(("PGSSLMODE", mode.to_owned()));
        set.extend(certificates(&settings.tls)?);
        if let Some(options) = config.get_options() {
            set.push(("PGOPTIONS", options.to_owned()));
        }
        set.push(("PGAPPNAME", config.get_application_name().unwrap_or("whimbrel").to_owned()));
        if let Some(timeout) = config.get_connect_timeout() {
            set.push(("PGCONNECT_TIMEOUT", timeout.as_secs().max(1).to_string()));
        }
        Ok(Environment(set))
    }

    pub fn apply(&self, command: &mut Command) {
        CLEARED.iter().for_each(|name| {
            command.env_remove(name);
        });
        command.envs(self.0.iter().map(|(name, value)| (name, value)));
    }
}

fn certificates(tls: &Tls) -> Result<Vec<(&'static str, String)>, DriverError> {
    let root = match (tls.check, &tls.root_certificate) {
        (Check::Off | Check::Nothing, root) => root.clone(),
        (Check::Authority | Check::AuthorityAndHost, Some(root)) if root != Path::new("system") => Some(root.clone()),
        (Check::Authority | Check::AuthorityAndHost, _) => Some(system_roots()?),
    };
    let files = [("PGSSLROOTCERT", root), ("PGSSLCERT", tls.certificate.clone()), ("PGSSLKEY", tls.key.clone())];
    Ok(files.into_iter().filter_map(|(name, file)| Some((name, file?.display().to_string()))).collect())
}

/// `sslrootcert=system` is new in version 16 of the programs, and goes with `verify-full` only.
fn system_roots() -> Result<PathBuf, DriverError> {
    let named = std::env::var_os("SSL_CERT_FILE").map(PathBuf::from);
    let mut files = named.into_iter().chain(ROOTS.iter().map(PathBuf::from));
    files.find(|file| file.is_file()).ok_or_else(|| {
        let message = "pg_dump needs a file with the root certificates: give it by `sslrootcert=FILE`";
        DriverError::new(DriverErrorKind::Connect, message)
    })
}

/// Each server of those that were named, alone: which of several one reaches may differ from time to time, and a snapshot
/// is of one of them.
pub(super) fn each_host(settings: &Settings) -> Vec<Settings> {
    let config = &settings.config;
    if config.get_hosts().len() < 2 {
        return vec![settings.clone()];
    }
    let ports = config.get_ports().iter();
    let alone = config.get_hosts().iter().zip(ports).map(|(host, port)| {
        let mut one = Config::new();
        one.user(&settings.user).dbname(&settings.database).port(*port).ssl_mode(config.get_ssl_mode());
        let name = match host {
            Host::Tcp(name) => name.clone(),
            #[cfg(unix)]
            Host::Unix(folder) => folder.display().to_string(),
        };
        one.host(&name).target_session_attrs(config.get_target_session_attrs());
        config.get_password().map(|password| one.password(password));
        config.get_options().map(|options| one.options(options));
        config.get_application_name().map(|name| one.application_name(name));
        config.get_connect_timeout().map(|timeout| one.connect_timeout(*timeout));
        Settings { config: one, place: format!("{name}:{port}"), ..settings.clone() }
    });
    alone.collect()
}

/// The database as an argument that cannot be taken for anything else.
pub(super) fn database(name: &str) -> String {
    format!("dbname='{}'", name.replace('\\', "\\\\").replace('\'', "\\'"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::url::{DatabaseUrl, parse};

    fn environment(url: &str) -> Vec<(&'static str, String)> {
        let DatabaseUrl::Postgres(url) = parse(url).unwrap() else { panic!("not PostgreSQL") };
        Environment::of(&Settings::of(&url).unwrap()).unwrap().0
    }

    #[test]
    fn what_the_url_says_reaches_the_programs() {
        let set = environment(
            "postgresql://ann:s%40cret@db.example:6000/app?sslmode=verify-ca&sslrootcert=/x.pem&options=-cwork_mem%3D1MB\
             &connect_timeout=3&application_name=deploy",
        );
        let value = |name: &str| set.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str());
        let expected = [
            ("PGHOST", "db.example"),
            ("PGPORT", "6000"),
            ("PGUSER", "ann"),
            ("PGPASSWORD", "s@cret"),
            ("PGSSLMODE", "verify-ca"),
            ("PGSSLROOTCERT", "/x.pem"),
            ("PGOPTIONS", "-cwork_mem=1MB"),
            ("PGCONNECT_TIMEOUT", "3"),
            ("PGAPPNAME", "deploy"),
        ];
        for (name, expected) in expected {
            assert_eq!(value(name), Some(expected), "{name}");
        }
        let unset = set.iter().map(|(name, _)| name).filter(|name| !CLEARED.contains(name)).count();
        assert_eq!(unset, 0, "what is set must be cleared before");
    }

    #[test]
    fn several_servers_are_reached_one_by_one() {
        let DatabaseUrl::Postgres(url) = parse("postgresql://ann:pw@one:1,two:2/app").unwrap() else { panic!() };
        let each = each_host(&Settings::of(&url).unwrap());
        let places: Vec<&str> = each.iter().map(|it| it.place.as_str()).collect();
        assert_eq!(places, ["one:1", "two:2"]);
        assert!(each.iter().all(|it| it.config.get_password() == Some(b"pw".as_slice())));
    }

    #[test]
    fn a_database_with_an_odd_name_is_no_connection_string() {
        assert_eq!(database("host=evil it's \\"), "dbname='host=evil it\\'s \\\\'");
    }
}
