//! Whether two URLs lead to one database, as far as words can tell: who connects, and how, makes it no other one.

use std::path::{Path, PathBuf};

use whimbrel_engines::url::{DatabaseUrl, PostgresUrl, SqliteUrl};

use crate::environment;

pub fn is_one_place(one: &DatabaseUrl, other: &DatabaseUrl) -> bool {
    match (one, other) {
        (DatabaseUrl::Sqlite(one), DatabaseUrl::Sqlite(other)) => file(one).is_some_and(|it| Some(it) == file(other)),
        (DatabaseUrl::Postgres(one), DatabaseUrl::Postgres(other)) => {
            let usual = Usual::here();
            let hosts = usual.servers(other);
            usual.name(one) == usual.name(other) && usual.servers(one).iter().any(|server| hosts.contains(server))
        }
        (DatabaseUrl::Mysql(one), DatabaseUrl::Mysql(other)) => one == other,
        (DatabaseUrl::Sqlite(_) | DatabaseUrl::Postgres(_) | DatabaseUrl::Mysql(_), _) => false,
    }
}

/// Behind links and `..`; of a file that nobody has made yet, that of its folder.
fn file(url: &SqliteUrl) -> Option<PathBuf> {
    let file = url.file.as_ref()?;
    let behind = |folder: &Path| folder.canonicalize().ok();
    let within = || Some(behind(file.parent()?)?.join(file.file_name()?));
    Some(behind(file).or_else(within).unwrap_or_else(|| file.clone()))
}

/// What PostgreSQL's own variables say where a URL says nothing.
#[derive(Default)]
struct Usual {
    host: Option<String>,
    port: Option<u16>,
    user: Option<String>,
    database: Option<String>,
}

impl Usual {
    fn here() -> Usual {
        let value = environment::value;
        let port = value("PGPORT").and_then(|port| port.parse().ok());
        Usual { host: value("PGHOST"), port, user: value("PGUSER"), database: value("PGDATABASE") }
    }

    /// Without one, the user's.
    fn name<'u>(&'u self, url: &'u PostgresUrl) -> Option<&'u str> {
        let named = [&url.database, &self.database, &url.user, &self.user];
        named.into_iter().find_map(|name| name.as_deref())
    }

    /// Each with its port. Whatever leads to this machine is one: its server listens on all of it.
    fn servers(&self, url: &PostgresUrl) -> Vec<(String, u16)> {
        let here = |host: &str| match host {
            "" | "localhost" | "127.0.0.1" | "::1" => true,
            host => host.starts_with('/'),
        };
        let server = |host: &str, port: Option<u16>| {
            let host = if here(host) { "localhost".to_string() } else { host.to_lowercase() };
            (host, port.or(self.port).unwrap_or(5432))
        };
        match (url.hosts.as_slice(), &self.host) {
            ([], None) => vec![server("", None)],
            ([], Some(hosts)) => hosts.split(',').map(|host| server(host, None)).collect(),
            (hosts, _) => hosts.iter().map(|(host, port)| server(host, *port)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one_place(one: &str, other: &str) -> bool {
        let parse = |text: &str| whimbrel_engines::url::parse(text).unwrap();
        let (there, back) = (is_one_place(&parse(one), &parse(other)), is_one_place(&parse(other), &parse(one)));
        assert_eq!(there, back);
        there
    }

    #[test]
    fn a_database_is_one_however_it_is_reached() {
        for (one, other) in [
            ("postgresql://app:x@db.example/shop", "postgresql+psycopg://ann@DB.example:5432/shop?sslmode=require"),
            ("postgresql://localhost/shop", "postgresql:///shop?host=/var/run/postgresql"),
            ("postgresql://127.0.0.1:5433/shop", "postgresql://[::1]:5433/shop"),
            ("postgresql://a:1,b:2/shop", "postgresql://b:2/shop"),
            ("postgresql://shop@h", "postgresql://h/shop"),
        ] {
            assert!(one_place(one, other), "{one} {other}");
        }
        for (one, other) in [
            ("postgresql://db.example/shop", "postgresql://db.example/shop_test"),
            ("postgresql://db.example/shop", "postgresql://db.example:5433/shop"),
            ("postgresql://db.example/shop", "postgresql://staging.example/shop"),
            ("sqlite://", "sqlite://"),
            ("sqlite:///a.db", "postgresql:///a.db"),
        ] {
            assert!(!one_place(one, other), "{one} {other}");
        }
    }

    #[test]
    fn what_a_url_leaves_out_the_variables_say() {
        let usual = Usual { host: Some("db.example".into()), port: Some(6000), ..Usual::default() };
        let parse = |text: &str| match whimbrel_engines::url::parse(text).unwrap() {
            DatabaseUrl::Postgres(url) => url,
            other => panic!("{other}"),
        };
        assert_eq!(usual.servers(&parse("postgresql:///shop")), [("db.example".to_string(), 6000)]);
        assert_eq!(usual.servers(&parse("postgresql://other:5432/shop")), [("other".to_string(), 5432)]);
        assert_eq!(Usual::default().servers(&parse("postgresql:///shop")), [("localhost".to_string(), 5432)]);
    }

    #[test]
    fn a_file_is_one_behind_links_and_before_it_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| format!("sqlite:///{}", folder.path().join(name).display());
        assert!(one_place(&path("app.db"), &path("./app.db")), "nobody has made it yet");
        std::fs::write(folder.path().join("app.db"), "").unwrap();
        std::fs::create_dir(folder.path().join("inner")).unwrap();
        assert!(one_place(&path("app.db"), &path("inner/../app.db")));
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(folder.path().join("app.db"), folder.path().join("link.db")).unwrap();
            assert!(one_place(&path("app.db"), &path("link.db")));
        }
        assert!(!one_place(&path("app.db"), &path("other.db")));
    }
}
