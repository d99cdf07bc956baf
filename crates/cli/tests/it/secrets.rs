//! A password, in whichever way it is given, stands nowhere afterwards: not on the screen, not in a file, not in the
//! ledger, and not in the command line of a program that whimbrel starts.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use whimbrel_acceptance::server::{self, Server};

use crate::postgres::{execute, rows};
use crate::project::Project;

const PASSWORD: &str = "q7#Zk/9x'Tv-wisteria";
/// The same within a URL.
const ENCODED: &str = "q7%23Zk%2F9x%27Tv-wisteria";
/// What both have.
const TELLTALE: &str = "wisteria";

/// A server that asks `keeper` for the password and lets nobody in as such without it.
fn guarded() -> Option<(Server, String)> {
    if server::installed().is_empty() && server::may_be_missing() {
        return None;
    }
    let server = Server::start(None).unwrap();
    let url = server.fresh_database().unwrap();
    let quoted = PASSWORD.replace('\'', "''");
    execute(&url, "SET password_encryption = 'scram-sha-256'");
    execute(&url, &format!("CREATE ROLE keeper LOGIN SUPERUSER PASSWORD '{quoted}'"));
    let file = rows(&url, "SHOW hba_file");
    let lines = "(VALUES ('local all keeper scram-sha-256'), ('local all all trust'))";
    execute(&url, &format!("COPY {lines} TO '{file}'; SELECT pg_reload_conf()"));
    let refused = |password: &str| {
        let url = as_keeper(&server, Server::database_of(&url), password);
        whimbrel_engines::connect(&whimbrel_engines::url::parse(&url).unwrap()).is_err()
    };
    let begun = Instant::now();
    while !refused("another") && begun.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(refused("another") && !refused(ENCODED), "the server asks for no password, and nothing would be learned");
    let database = Server::database_of(&url).to_string();
    Some((server, database))
}

fn as_keeper(server: &Server, database: &str, password: &str) -> String {
    let password = if password.is_empty() { String::new() } else { format!(":{password}") };
    format!("postgresql://keeper{password}@/{database}?host={}", server.socket_folder().display())
}

/// `pg_dump` and `pg_restore` that write down how they were called before they do what they are to do.
fn programs(project: &Project) -> (PathBuf, PathBuf) {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let usual = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = usual.map(|entry| entry.path().join("bin")).collect();
    folders.sort();
    folders.extend(std::env::split_paths(&path));
    let real = folders.into_iter().find(|folder| folder.join("pg_dump").exists() && folder.join("pg_restore").exists());
    let real = real.expect("pg_dump is installed where the server is");
    let (folder, log) = (project.path("bin"), project.path("called"));
    for name in ["pg_dump", "pg_restore"] {
        let (real, log) = (real.join(name).display().to_string(), log.display());
        project.write(&format!("bin/{name}"), &format!("#!/bin/sh\necho \"{name} $*\" >> {log}\nexec {real} \"$@\"\n"));
        fs::set_permissions(folder.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    (folder, log)
}

/// Every file below, but those in which the password was put down.
fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files(&path, into),
            false => into.push(path),
        }
    }
}

fn has_it(bytes: &[u8]) -> bool {
    bytes.windows(TELLTALE.len()).any(|window| window == TELLTALE.as_bytes())
}

struct Given {
    project: Project,
    /// Follows each command.
    url: String,
    /// Files in which it may stand.
    told: Vec<PathBuf>,
}

impl Given {
    fn run(&self, line: &str) -> crate::project::Ran {
        let ran = self.project.whimbrel(&format!("{line} {}", self.url));
        for (stream, text) in [("stdout", ran.stdout()), ("stderr", ran.stderr())] {
            assert!(!has_it(text.as_bytes()), "`{line}` shows the password on {stream}:\n{text}");
        }
        ran
    }

    fn nothing_is_written(&self, ledger: &str) {
        let mut found = Vec::new();
        files(&self.project.path("."), &mut found);
        let found: Vec<PathBuf> = found.into_iter().filter(|path| !self.told.contains(path)).collect();
        for wanted in ["receipt.json", "rehearsal.json", "manifest.json", "proof.json", "page.html", "page.md"] {
            assert!(found.iter().any(|path| path.ends_with(wanted)), "no {wanted} was written");
        }
        for path in found {
            assert!(!has_it(&fs::read(&path).unwrap()), "the password stands in {}", path.display());
        }
        let tables =
            rows(ledger, "SELECT c.oid::regclass FROM pg_class c WHERE relkind = 'r' AND relname LIKE 'whimbrel%'");
        assert!(tables.contains("whimbrel_ledger"), "{tables}");
        for table in tables.lines() {
            let text = rows(ledger, &format!("SELECT t::text FROM {table} t"));
            assert!(!has_it(text.as_bytes()), "the password stands in {table}:\n{text}");
        }
        let called = self.project.read("called");
        assert!(called.contains("pg_dump --") && called.contains("pg_restore --"), "{called}");
        assert!(!has_it(called.as_bytes()), "the password was an argument:\n{called}");
    }
}

/// A project on a database of its own, with the password given in this way.
fn given(way: &str, server: &Server, database: &str) -> Given {
    let (url, bare) = (as_keeper(server, database, ENCODED), as_keeper(server, database, ""));
    let mut project = Project::new();
    let mut told = Vec::new();
    let (named, argument) = match way {
        "argument" => (None, format!("--url {url}")),
        "env" => {
            project = project.variable("SECRET_URL", &url);
            (Some("env:SECRET_URL".to_string()), String::new())
        }
        "file" => {
            project.write("secret", &format!("{url}\n"));
            told.push(project.path("./secret"));
            (Some("file:secret".to_string()), String::new())
        }
        "command" => {
            project.write("secret", &url);
            told.push(project.path("./secret"));
            (Some("command:cat secret".to_string()), String::new())
        }
        "settings" => {
            told.push(project.path("./whimbrel.toml"));
            (Some(url), String::new())
        }
        "dotenv" => {
            project.write(".env", &format!("DATABASE_URL={url}\n"));
            told.push(project.path("./.env"));
            (None, String::new())
        }
        "passfile" => {
            project.write("pgpass", &format!("*:*:*:keeper:{PASSWORD}\n"));
            fs::set_permissions(project.path("pgpass"), fs::Permissions::from_mode(0o600)).unwrap();
            told.push(project.path("./pgpass"));
            let file = project.path("pgpass").display().to_string();
            project = project.variable("PGPASSFILE", &file);
            (Some(bare), String::new())
        }
        "variables" => {
            project = project.variable("PGPASSWORD", PASSWORD);
            (Some(bare), String::new())
        }
        _ => panic!("nobody gives it so: {way}"),
    };
    if let Some(named) = named {
        project.write("whimbrel.toml", &format!("[environments.dev]\nurl = \"{named}\"\n"));
    }
    let (programs, _) = programs(&project);
    let project = project.variable("WHIMBREL_PG_BIN", &programs.display().to_string());
    project.revision_of(
        "aaaa00000001",
        "none",
        "first",
        "CREATE TABLE email (id INTEGER PRIMARY KEY, subject TEXT);\nINSERT INTO email VALUES (1, 'a');",
        "DROP TABLE email;",
    );
    let column = ("ALTER TABLE email DROP COLUMN subject;", "ALTER TABLE email ADD COLUMN subject TEXT;");
    project.revision_of("bbbb00000002", "aaaa00000001", "second", column.0, column.1);
    project.write("queries/one.sql", "SELECT id FROM email");
    Given { project, url: argument, told }
}

/// What every way has to go through; what is left out of the commands asks no database.
const MAIN: &[&str] = &[
    "current",
    "upgrade +1",
    "rehearse --queries queries --without-undo --html page.html --markdown page.md --json",
    "upgrade head --verbose",
];

/// All others, with what could go wrong in them.
const OTHERS: &[&str] = &[
    "backup create",
    "status",
    "status --json",
    "history",
    "heads",
    "branches",
    "show bbbb",
    "stamp bbbb",
    "repair",
    "kept",
    "kept check",
    "backup list",
    "backup verify",
    "guard install",
    "guard status",
    "guard remove",
    "check",
    "lint",
    "plan",
    "plan aaaa:bbbb",
    "refs email",
    "schema",
    "schema --json",
    "backfill status",
    "downgrade -1",
    "upgrade head --deploy one",
    "explain",
    "init",
    "merge",
    "revision -m third",
    "edit nobody",
    "man",
    "completions bash",
];

/// The one that asks no database and runs all of the others by itself.
const LEFT_OUT: &[&str] = &["tour"];

#[test]
fn a_password_is_told_to_nobody() {
    let Some((server, first)) = guarded() else { return };
    let help = Project::new().whimbrel("--help").ok().stdout();
    let commands = help.split("Commands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap();
    let names =
        commands.lines().filter(|line| !line.starts_with("    ")).filter_map(|line| line.split_whitespace().next());
    for name in names {
        let tried = MAIN.iter().chain(OTHERS).chain(LEFT_OUT).any(|line| line.split(' ').next() == Some(name));
        assert!(tried, "`{name}` is not tried with a password");
    }
    let ways = ["argument", "env", "file", "command", "settings", "dotenv", "passfile", "variables"];
    for (at, way) in ways.into_iter().enumerate() {
        let database = match at {
            0 => first.clone(),
            _ => Server::database_of(&server.fresh_database().unwrap()).to_string(),
        };
        let given = given(way, &server, &database);
        for line in MAIN {
            let ran = given.run(line);
            assert_eq!(ran.exit(), 0, "{way}: `{line}`\n{}{}", ran.stdout(), ran.stderr());
        }
        if way == "argument" {
            for line in OTHERS {
                given.run(line);
            }
        }
        given.nothing_is_written(&server.url(&database));
    }
}

#[test]
fn a_url_that_is_wrong_is_told_without_its_password() {
    let project = Project::new();
    let socket = project.path("nowhere").display().to_string();
    for url in [
        format!("postgresql://keeper:{ENCODED}@/app?host={socket}"),
        format!("postgresql://keeper:{ENCODED}@localhost:port/app"),
        format!("postgresql://keeper:{ENCODED}@/app?sslmode=perhaps"),
        format!("postgresql://keeper:{ENCODED}@/app?nothing=known&host={socket}"),
        format!("postgresql+psycopg2:///app?user=keeper&password={ENCODED}&host={socket}&port=x"),
        format!("postgres//keeper:{ENCODED}@localhost/app"),
        format!("oracle://keeper:{ENCODED}@localhost/app"),
        format!("mysql://keeper:{ENCODED}@127.0.0.1:1/app"),
        format!("keeper:{ENCODED}@localhost/app"),
    ] {
        for command in ["current", "current --json", "upgrade", "status"] {
            let ran = project.whimbrel(&format!("{command} --url {url}"));
            let shown = format!("{}{}", ran.stdout(), ran.stderr());
            assert_ne!(ran.exit(), 0, "{command} {url}\n{shown}");
            assert!(!shown.contains(TELLTALE), "{command} {url}\n{shown}");
        }
    }
}
