#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
//! What each `sslmode` takes and refuses, against a server with a certificate of its own making.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

use whimbrel_acceptance::server::{self, Options, Server};
use whimbrel_engines::{connect, url};
use whimbrel_run::Value;

/// A certificate for `localhost`, signed by itself, which PostgreSQL reads from its folder of data.
fn certificate(folder: &Path) -> bool {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"])
        .args(["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"])
        .args(["-keyout", "server.key", "-out", "server.crt"])
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    made.is_ok_and(|status| status.success())
}

#[test]
fn the_mode_decides_whom_one_talks_to() {
    if server::installed().is_empty() && server::may_be_missing() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    assert!(certificate(folder.path()), "openssl makes the certificate of this test (Debian: apt-get install openssl)");
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let setting = |name: &str, value: &str| (name.to_string(), value.to_string());
    let settings = vec![setting("listen_addresses", "127.0.0.1"), setting("port", &port.to_string())];
    let server = Server::start_with(None, &Options { durable: false, settings }).unwrap();
    let over = |host: &str, query: &str| {
        let url = format!("postgresql://postgres@{host}:{port}/postgres?{query}");
        connect(&url::parse(&url).unwrap())
            .and_then(|mut driver| driver.query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", &[]))
    };
    let encrypted = |host: &str, query: &str| over(host, query).map(|rows| rows[0][0].as_deref() == Some("t"));

    // Without TLS on the server.
    assert_eq!(encrypted("127.0.0.1", "sslmode=prefer"), Ok(false));
    let refused = encrypted("127.0.0.1", "sslmode=require").unwrap_err();
    assert!(refused.hint.as_deref().is_some_and(|hint| hint.contains("sslmode=disable")), "{refused:?}");

    // With it.
    let socket = format!("postgresql://postgres@/postgres?host={}&port={port}", server.socket_folder().display());
    let mut driver = connect(&url::parse(&socket).unwrap()).unwrap();
    let [key, own] =
        ["server.key", "server.crt"].map(|name| std::fs::read_to_string(folder.path().join(name)).unwrap());
    let data = server.socket_folder().join("data");
    for (name, text) in [("server.key", key), ("server.crt", own)] {
        // Written by the server itself, whose user owns the folder.
        let file = data.join(name);
        let copy = format!(
            "COPY (SELECT unnest(string_to_array($1, E'\\n'))) TO PROGRAM 'umask 077; cat > {}'",
            file.display()
        );
        driver.query(&copy, &[Value::Text(&text)]).unwrap();
    }
    driver.execute("ALTER SYSTEM SET ssl = on").unwrap();
    driver.execute("SELECT pg_reload_conf()").unwrap();
    let root = folder.path().join("server.crt").display().to_string();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while encrypted("127.0.0.1", "sslmode=prefer") != Ok(true) {
        assert!(std::time::Instant::now() < deadline, "{}", server.log());
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_eq!(encrypted("127.0.0.1", "sslmode=disable"), Ok(false));
    assert_eq!(encrypted("127.0.0.1", "sslmode=require"), Ok(true));
    assert_eq!(encrypted("localhost", &format!("sslmode=verify-full&sslrootcert={root}")), Ok(true));
    assert_eq!(encrypted("127.0.0.1", &format!("sslmode=verify-ca&sslrootcert={root}")), Ok(true));
    let stranger = encrypted("127.0.0.1", &format!("sslmode=verify-full&sslrootcert={root}")).unwrap_err();
    assert!(stranger.message.contains("not valid for name"), "{stranger:?}");
    let unknown = encrypted("localhost", "sslmode=verify-full&sslrootcert=system").unwrap_err();
    assert!(unknown.hint.as_deref().is_some_and(|hint| hint.contains("sslrootcert")), "{unknown:?}");
}
