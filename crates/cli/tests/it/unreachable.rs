//! Databases that do not answer, or not as hoped: each message says what to do.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

use insta::assert_snapshot;
use whimbrel_acceptance::database;
use whimbrel_acceptance::server::{self, Options, Server};

use crate::project::Project;

/// A server that listens on a port, and wants a password from `mia` and `eve`.
fn guarded() -> Option<(Server, u16)> {
    if server::installed().is_empty() && server::may_be_missing() {
        return None;
    }
    let rules = tempfile::Builder::new().prefix("whimbrel-hba-").tempfile_in("/tmp").unwrap();
    fs::write(
        rules.path(),
        "local all all trust\nhost all mia,eve all scram-sha-256\nhost all reader,guest all trust\n",
    )
    .unwrap();
    fs::set_permissions(rules.path(), fs::Permissions::from_mode(0o644)).unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let setting = |name: &str, value: String| (name.to_string(), value);
    let settings = vec![
        setting("hba_file", rules.path().display().to_string()),
        setting("listen_addresses", "127.0.0.1".to_string()),
        setting("port", port.to_string()),
    ];
    let server = Server::start_with(None, &Options { durable: false, settings }).unwrap();
    let url = format!("{}&port={port}", server.url("postgres"));
    let roles = "CREATE ROLE mia LOGIN PASSWORD 'right'; CREATE ROLE eve LOGIN; CREATE ROLE reader LOGIN; CREATE ROLE guest LOGIN";
    let mut driver = database::open(&url).unwrap();
    driver.execute_script(roles).unwrap();
    driver.execute("CREATE DATABASE mail OWNER mia").unwrap();
    driver.execute("ALTER ROLE reader SET default_transaction_read_only = on").unwrap();
    Some((server, port))
}

#[test]
fn postgres_that_does_not_let_us_in() {
    let Some((_server, port)) = guarded() else { return };
    let project = Project::on(&format!("postgresql://mia:wrong@127.0.0.1:{port}/mail"));
    project.revision("aaaa00000001", "none", "CREATE TABLE one (id integer PRIMARY KEY)");
    let upgrade =
        |url: &str| project.whimbrel(&format!("upgrade --url {}", url.replace("HOST", &format!("127.0.0.1:{port}"))));

    let wrong = project.whimbrel("upgrade");
    assert!(!wrong.screen().contains("wrong"), "a password is never shown");
    assert_snapshot!(wrong.screen(), @r#"
    exit 4
    ── stderr ──
    error[connection]: `postgresql://mia:***@[port]/mail` cannot be opened
      because   password authentication failed for user "mia"
      detail    connecting to `mail` at [port] as `mia`
      hint      the password is taken from the URL, else from PGPASSWORD, else from ~/.pgpass
      named by  environment `dev`
      next      correct the password in the URL
    nothing was changed · exit 4
    "#);
    assert_snapshot!(upgrade("postgresql://mia@HOST/mail").screen(), @r"
    exit 4
    ── stderr ──
    error[connection]: `postgresql://mia@[port]/mail` cannot be opened
      because   cannot connect to PostgreSQL at [port]: password missing
      detail    connecting to `mail` at [port] as `mia`
      hint      put the password in the URL, in PGPASSWORD or in ~/.pgpass
      named by  --url
      next      export PGPASSWORD=…
    nothing was changed · exit 4
    ");
    assert_snapshot!(upgrade("postgresql+asyncpg://mia:right@HOST/nothing").screen(), @r#"
    exit 4
    ── stderr ──
    error[connection]: `postgresql://mia:***@[port]/nothing` cannot be opened
      because   database "nothing" does not exist
      detail    connecting to `nothing` at [port] as `mia`
      named by  --url
      next      createdb -h 127.0.0.1 -p [port] -U mia nothing
    nothing was changed · exit 4
    "#);
    assert_snapshot!(upgrade("postgresql://mallory@HOST/mail").screen(), @r#"
    exit 4
    ── stderr ──
    error[connection]: `postgresql://mallory@[port]/mail` cannot be opened
      because   no pg_hba.conf entry for host "127.0.0.1", user "mallory", database "mail", no encryption
      detail    connecting to `mail` at [port] as `mallory`
      hint      the server does not let `mallory` in without TLS: `sslmode=require`, or see its pg_hba.conf
      named by  --url
      next      psql -h 127.0.0.1 -p [port] -U mallory mail
    nothing was changed · exit 4
    "#);
    assert_snapshot!(upgrade("postgresql://mia:right@HOST/mail?sslmode=require").screen(), @r"
    exit 4
    ── stderr ──
    error[connection]: `postgresql://mia:***@[port]/mail?sslmode=require` cannot be opened
      because   cannot connect to PostgreSQL at [port]: server does not support TLS
      detail    connecting to `mail` at [port] as `mia`
      hint      the server offers no TLS: `sslmode=disable` in the URL connects without it
      named by  --url
    nothing was changed · exit 4
    ");
    assert_snapshot!(upgrade("postgresql://reader@HOST/mail").screen(), @r"
    exit 4
    ── stderr ──
    error[unwritable]: cannot execute CREATE TABLE in a read-only transaction
      hint  this is a standby, or `default_transaction_read_only` is on for this role: name one that may write
      next  whimbrel upgrade head --url …
    nothing was changed · exit 4
    ");
    assert_eq!(upgrade("postgresql://mia@HOST/mail").exit(), 4);
    // Somebody who may look, and not make tables.
    assert_snapshot!(upgrade("postgresql://guest@HOST/mail").screen(), @r"
    exit 4
    ── stderr ──
    error[forbidden]: permission denied for schema public
      next  whimbrel upgrade head --url …
    nothing was changed · exit 4
    ");
    let with_password = project.variable("PGPASSWORD", "right");
    with_password.whimbrel(&format!("upgrade --url postgresql://mia@127.0.0.1:{port}/mail")).ok();
}

#[test]
fn postgres_that_is_not_there() {
    let project = Project::on("postgresql://mia@127.0.0.1:1/mail");
    project.revision("aaaa00000001", "none", "CREATE TABLE one (id integer PRIMARY KEY)");
    let screen = |line: &str| project.whimbrel(line).screen().replace(":1/", ":[port]/").replace(":1 ", ":[port] ");
    assert_snapshot!(screen("upgrade"), @r"
    exit 4
    ── stderr ──
    error[connection]: `postgresql://mia@[port]/mail` cannot be opened
      because   cannot connect to PostgreSQL at [port]: Connection refused (os error 111)
      detail    connecting to `mail` at [port] as `mia`
      hint      is the server running, and does it listen on that address and port?
      named by  environment `dev`
      next      pg_isready -h 127.0.0.1 -p [port]
    nothing was changed · exit 4
    ");
    assert_snapshot!(screen("check"), @r"
    exit 4
    ── stderr ──
    error[connection]: `postgresql://mia@[port]/mail` cannot be opened
      because   cannot connect to PostgreSQL at [port]: Connection refused (os error 111)
      detail    connecting to `mail` at [port] as `mia`
      hint      is the server running, and does it listen on that address and port?
      named by  environment `dev`
      next      pg_isready -h 127.0.0.1 -p [port]
    nothing was changed · exit 4
    ");
    // What needs no database says what it knows.
    assert_snapshot!(screen("history"), @r"
    exit 0
    ○  aaaa  make one
    ── stderr ──
    warning: what is applied is not known: `postgresql://mia@[port]/mail` cannot be opened
    ");
    project.whimbrel("upgrade --sql").ok();
    project.whimbrel("heads").ok();
    let document = project.whimbrel("upgrade --json").json();
    assert_eq!((document["exit"].as_u64(), document["error"]["code"].as_str()), (Some(4), Some("connection")));
}

#[test]
fn sqlite_that_cannot_be_opened_or_written() {
    let project = Project::on("sqlite:///app.db");
    project.revision("aaaa00000001", "none", "CREATE TABLE one (id integer PRIMARY KEY)");
    project.revision("bbbb00000002", "aaaa00000001", "CREATE TABLE two (id integer PRIMARY KEY)");
    project.write("notes.db", "this is no database, but quite a few words of somebody's notes, kept for later\n");
    assert_snapshot!(project.whimbrel("upgrade --url sqlite:///notes.db").screen(), @r"
    exit 4
    ── stderr ──
    error[connection]: `sqlite:///[project]/notes.db` cannot be opened
      because   cannot open `[project]/notes.db`: file is not a database
      named by  --url
    nothing was changed · exit 4
    ");
    assert_snapshot!(project.whimbrel("upgrade --url sqlite:///no/such/folder/app.db").screen(), @r"
    exit 4
    ── stderr ──
    error[connection]: `sqlite:///[project]/no/such/folder/app.db` cannot be opened
      because   there is no folder `[project]/no/such/folder` for the database `[project]/no/such/folder/app.db`
      named by  --url
      next      mkdir -p [project]/no/such/folder
    nothing was changed · exit 4
    ");
    assert_snapshot!(project.whimbrel("upgrade --url sqlite:///migrations").screen(), @r"
    exit 4
    ── stderr ──
    error[connection]: `sqlite:///[project]/migrations` cannot be opened
      because   `[project]/migrations` is a folder, not a database
      named by  --url
    nothing was changed · exit 4
    ");
    assert_snapshot!(project.whimbrel("upgrade --url mysql://mia@localhost/mail").screen(), @r"
    exit 2
    ── stderr ──
    error[bad-url]: no migrations are run on MySQL and MariaDB yet: whimbrel only judges SQL for them
      named by  --url
      next      whimbrel lint FILES --url 'mysql://mia@localhost/mail'
    ");

    project.whimbrel("upgrade +1").ok();
    // Root may write everything, so the file is opened as one that may not be written.
    assert_snapshot!(project.whimbrel("upgrade --url sqlite:///app.db?mode=ro").screen(), @r"
    exit 4
    ── stderr ──
    error[unwritable]: attempt to write a readonly database
      hint  may this user write the file and its folder?
      next  whimbrel upgrade head --url …
    nothing was changed · exit 4
    ");
    assert_snapshot!(project.whimbrel("check --url sqlite:///app.db?mode=ro").screen(), @r"
    exit 1
    - models ↔ history: no models were found
    ✗ history ↔ database: 1 difference
      the database has not yet:
        revision `bbbb00000002` make two
      next  whimbrel upgrade head --url …
    ");
}
