//! Whether two URLs lead to one database, as far as words can tell: who connects, and how, makes it no other one.

use std::path::{Path, PathBuf};

use whimbrel_engines::url::{DatabaseUrl, PostgresUrl, SqliteUrl};

pub fn is_one_place(one: &DatabaseUrl, other: &DatabaseUrl) -> bool {
    match (one, other) {
        (DatabaseUrl::Sqlite(one), DatabaseUrl::Sqlite(other)) => file(one).is_some_and(|it| Some(it) == file(other)),
        (DatabaseUrl::Postgres(one), DatabaseUrl::Postgres(other)) => {
            let hosts = servers(other);
            name(one) == name(other) && servers(one).iter().any(|server| hosts.contains(server))
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

/// Without one, PostgreSQL takes the user's.
fn name(url: &PostgresUrl) -> Option<&str> {
    url.database.as_deref().or(url.user.as_deref())
}

/// Each with its port. Whatever leads to this machine is one: its server listens on all of it.
fn servers(url: &PostgresUrl) -> Vec<(String, u16)> {
    let here = |host: &str| match host {
        "" | "localhost" | "127.0.0.1" | "::1" => true,
        host => host.starts_with('/'),
    };
    let named = |(host, port): &(String, Option<u16>)| {
        let host = if here(host) { "localhost".to_string() } else { host.to_lowercase() };
        (host, port.unwrap_or(5432))
    };
    match url.hosts.as_slice() {
        [] => vec![("localhost".to_string(), 5432)],
        hosts => hosts.iter().map(named).collect(),
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
