#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use whimbrel_acceptance::server::{self, Server};
use whimbrel_engines::postgres::{Connection, Settings};
use whimbrel_engines::url::{DatabaseUrl, parse};

fn open(url: &str) -> Connection {
    let DatabaseUrl::Postgres(url) = parse(url).unwrap() else { panic!("not PostgreSQL") };
    Connection::open(&Settings::of(&url).unwrap()).unwrap()
}

fn gone(path: &Path) -> bool {
    let deadline = Instant::now() + Duration::from_secs(10);
    while path.exists() && Instant::now() < deadline {
        sleep(Duration::from_millis(10));
    }
    !path.exists()
}

#[test]
fn every_installed_major_serves_fresh_databases() {
    let majors = server::installed();
    assert!(!majors.is_empty() || server::may_be_missing(), "run: cargo xtask engines");
    for major in majors {
        let server = server::shared(Some(major)).unwrap();
        let urls = [server.fresh_database().unwrap(), server.fresh_database().unwrap()];
        let mut first = open(&urls[0]);
        assert_eq!(first.version.major, major);
        first.rows("CREATE TABLE only_here (id int)").unwrap();
        let seen = open(&urls[1]).rows("SELECT to_regclass('only_here')").unwrap();
        assert_eq!(seen, [[None]]);
    }
}

#[test]
fn a_dropped_server_leaves_nothing() {
    if server::installed().is_empty() && server::may_be_missing() {
        return;
    }
    let server = Server::start(None).unwrap();
    let (folder, process) = (server.socket_folder().to_path_buf(), server.process().unwrap());
    drop(server);
    assert!(!folder.exists());
    assert!(!Path::new(&format!("/proc/{process}")).exists());
}

/// Runs this very test in a process of its own, which starts a server and is then killed.
#[test]
fn a_killed_test_leaves_nothing() {
    if server::installed().is_empty() && server::may_be_missing() {
        return;
    }
    if std::env::var_os("WHIMBREL_TEST_TO_BE_KILLED").is_some() {
        let server = server::shared(None).unwrap();
        println!("folder={}", server.socket_folder().display());
        sleep(Duration::from_secs(60));
        return;
    }
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_killed_test_leaves_nothing", "--nocapture"])
        .env("WHIMBREL_TEST_TO_BE_KILLED", "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    let line = lines.map(Result::unwrap).find(|line| line.contains("folder=")).expect("the folder is printed");
    let folder = Path::new(line.split("folder=").nth(1).unwrap().trim()).to_path_buf();
    assert!(folder.exists());
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(gone(&folder), "{} is still there", folder.display());
}
