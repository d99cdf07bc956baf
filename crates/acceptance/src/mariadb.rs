//! A real MariaDB for tests, spoken to through its own client, so that nothing of ours is proved by itself. It runs on a
//! unix socket in a temporary folder, and nothing of it is left behind, however the process ends.

use std::fs;
use std::io::Write as _;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

/// What stands before each measured operation.
pub const BASE: &str = "
    CREATE TABLE t (id int NOT NULL PRIMARY KEY, a int NOT NULL, b int, ref int, v50 varchar(50), v50b varchar(50),
        v50l varchar(50) CHARACTER SET latin1, v60 varchar(60), v100 varchar(100), txt text, num numeric(10,2),
        ts datetime, js longtext, e enum('a','b','c'), nn int, d int DEFAULT 3, KEY t_b (b), KEY t_v50 (v50))
        ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 ROW_FORMAT=DYNAMIC;
    CREATE TABLE p (id int PRIMARY KEY, name varchar(20)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
    CREATE TABLE u (id int NOT NULL, idn int, x varchar(40)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
    CREATE TABLE c (id int PRIMARY KEY, pid int, KEY pid (pid), CONSTRAINT c_fk FOREIGN KEY (pid) REFERENCES p (id))
        ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;";

pub struct Mariadb {
    binaries: PathBuf,
    folder: PathBuf,
    /// Stops the server and clears up when its input ends, for whatever reason.
    watcher: Child,
    lifeline: Option<ChildStdin>,
}

/// Where the packages were unpacked.
fn binaries() -> Option<PathBuf> {
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2)?;
    let folder = checkout.join(".engines/mariadb");
    folder.join("usr/sbin/mariadbd").is_file().then_some(folder)
}

pub fn is_installed() -> bool {
    binaries().is_some()
}

/// Whether a test for which the server is missing may pass all the same: `WHIMBREL_REQUIRE_ENGINES=mariadb` forbids it.
pub fn may_be_missing() -> bool {
    let required = std::env::var("WHIMBREL_REQUIRE_ENGINES").unwrap_or_default();
    !required.split(',').any(|word| word.trim() == "mariadb")
}

const WATCH: &str = r#"
    folder=$1; shift
    "$@" </dev/null >>"$folder/log" 2>&1 & server=$!
    read -r order
    kill -KILL $server 2>/dev/null; wait $server
    rm -rf "$folder"
"#;

impl Mariadb {
    pub fn start() -> Result<Mariadb> {
        Mariadb::start_with(&["--skip-networking"])
    }

    /// With further arguments to the server, which listens on no port unless they say one.
    pub fn start_with(arguments: &[&str]) -> Result<Mariadb> {
        let binaries = binaries().context("MariaDB is not installed; run: cargo xtask engines --mariadb")?;
        let folder = tempfile::Builder::new().prefix("whimbrel-maria-").tempdir_in("/tmp")?.keep();
        let started = initialize(&binaries, &folder).and_then(|()| watch(&binaries, &folder, arguments));
        let (watcher, lifeline) = match started {
            Ok(started) => started,
            Err(error) => {
                let _ = fs::remove_dir_all(&folder);
                return Err(error.context("starting MariaDB"));
            }
        };
        let server = Mariadb { binaries, folder, watcher, lifeline: Some(lifeline) };
        let deadline = Instant::now() + Duration::from_secs(60);
        while server.run("SELECT 1").is_err() {
            let log = || fs::read_to_string(server.folder.join("log")).unwrap_or_default();
            ensure!(Instant::now() < deadline, "MariaDB did not start:\n{}", log());
            sleep(Duration::from_millis(50));
        }
        Ok(server)
    }

    /// The URL of a database in it, for its administrator.
    pub fn url(&self, database: &str) -> String {
        format!("mysql://root@/{database}?unix_socket={}", self.folder.join("s").display())
    }

    /// Runs the statements in a session of their own; what they answer, or the first error.
    pub fn run(&self, sql: &str) -> Result<String> {
        let mut client = Command::new(self.binaries.join("usr/bin/mariadb"))
            .args(["--no-defaults", "--user=root", "--batch", "--skip-column-names", "--default-character-set=utf8mb4"])
            .arg(format!("--socket={}", self.folder.join("s").display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        client.stdin.take().context("the client has no input")?.write_all(sql.as_bytes())?;
        let output = client.wait_with_output()?;
        if !output.status.success() {
            bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

impl Drop for Mariadb {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        let _ = self.watcher.wait();
    }
}

fn initialize(binaries: &Path, folder: &Path) -> Result<()> {
    let temporary = folder.join("tmp");
    fs::create_dir(&temporary)?;
    let output = Command::new(binaries.join("usr/bin/mariadb-install-db"))
        .args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"])
        .arg(format!("--basedir={}", binaries.join("usr").display()))
        .arg(format!("--datadir={}", folder.join("data").display()))
        // A server clears temporary tables out of this folder as it starts, those of others too.
        .arg(format!("--tmpdir={}", temporary.display()))
        .stdin(Stdio::null())
        .output()?;
    ensure!(output.status.success(), "mariadb-install-db failed: {}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

fn watch(binaries: &Path, folder: &Path, arguments: &[&str]) -> Result<(Child, ChildStdin)> {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", WATCH, "sh"]).arg(folder).arg(binaries.join("usr/sbin/mariadbd"));
    command.args(["--no-defaults", "--innodb-buffer-pool-size=64M"]).args(arguments);
    command.args([
        "--innodb-flush-log-at-trx-commit=0",
        "--innodb-doublewrite=0",
        "--user=root",
        "--innodb-flush-method=nosync",
    ]);
    command.arg(format!("--basedir={}", binaries.join("usr").display()));
    command.arg(format!("--lc-messages-dir={}", binaries.join("usr/share/mysql").display()));
    for (name, file) in [("datadir", "data"), ("tmpdir", "tmp"), ("socket", "s"), ("pid-file", "pid")] {
        command.arg(format!("--{name}={}", folder.join(file).display()));
    }
    // A group of its own: Ctrl-C is for the tests, and the watcher has still to clear up.
    let mut child = command
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .context("starting the shell that watches the server")?;
    let lifeline = child.stdin.take().context("the watcher has no input")?;
    Ok((child, lifeline))
}
