//! Real PostgreSQL servers for tests: one per major and process, on a unix socket in a temporary folder, with a fresh
//! database for every test. Nothing is left behind, however the process ends.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write as _};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use whimbrel_engines::postgres::{Connection, Settings};
use whimbrel_engines::url::PostgresUrl;

/// The versions that count.
pub const MAJORS: [u32; 6] = [13, 14, 15, 16, 17, 18];

const USER: &str = "postgres";

/// A running server. It ends with this value, and with the process at the latest.
pub struct Server {
    pub major: u32,
    folder: PathBuf,
    /// The watcher reads orders from its standard input; when that ends, for whatever reason, it stops the server and
    /// clears up.
    watcher: Child,
    lifeline: Option<ChildStdin>,
    databases: AtomicU32,
}

/// How a server differs from one that is made for quick tests.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Keep what survives a crash of the machine: for tests of crashes and for benches.
    pub durable: bool,
    pub settings: Vec<(String, String)>,
}

/// The majors that can be started on this machine, oldest first.
pub fn installed() -> Vec<u32> {
    MAJORS.into_iter().filter(|major| binaries(*major).is_some()).collect()
}

/// Whether a test for which the server is missing may pass all the same: only where nobody promised it.
///
/// `WHIMBREL_REQUIRE_ENGINES=postgres` (or `all`) and `CI` promise it.
pub fn may_be_missing() -> bool {
    let required = std::env::var("WHIMBREL_REQUIRE_ENGINES").unwrap_or_default();
    let named = required.split(',').any(|word| matches!(word.trim(), "postgres" | "postgresql" | "all"));
    !named && std::env::var_os("CI").is_none()
}

/// The server of that major that this process's tests share, started by whoever asks first; `None` is the newest of
/// those installed, Debian's first, unless `WHIMBREL_MAJOR` names one.
pub fn shared(major: Option<u32>) -> Result<&'static Server> {
    static SERVERS: Mutex<BTreeMap<u32, &'static Server>> = Mutex::new(BTreeMap::new());
    let major = choose(major)?;
    // Held while starting, so that tests that run side by side wait for one server and do not start one each.
    let mut servers = SERVERS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(server) = servers.get(&major) {
        return Ok(server);
    }
    let server: &'static Server = Box::leak(Box::new(Server::start(Some(major))?));
    servers.insert(major, server);
    Ok(server)
}

fn choose(major: Option<u32>) -> Result<u32> {
    let found = installed();
    let major = match (major, std::env::var("WHIMBREL_MAJOR")) {
        (None, Ok(named)) => Some(named.parse().with_context(|| format!("WHIMBREL_MAJOR: `{named}` is no version"))?),
        (major, _) => major,
    };
    let packaged = || found.iter().rev().find(|major| packaged_folder(**major).is_dir()).or(found.last());
    match major {
        Some(major) if found.contains(&major) => Ok(major),
        Some(major) => bail!("PostgreSQL {major} is not installed; run: cargo xtask engines --postgres {major}"),
        None => packaged().copied().context("no PostgreSQL is installed; run: cargo xtask engines"),
    }
}

impl Server {
    pub fn start(major: Option<u32>) -> Result<Server> {
        Server::start_with(major, &Options::default())
    }

    pub fn start_with(major: Option<u32>, options: &Options) -> Result<Server> {
        Server::start_from(major, options, None)
    }

    /// Another server that follows this one, which is stopped for a moment: as it is then it is copied. Not every build
    /// of PostgreSQL comes with `pg_basebackup`.
    pub fn replica(&mut self, options: &Options) -> Result<Server> {
        self.crash()?;
        let copied = Server::start_from(Some(self.major), options, Some(&self.folder));
        self.start_again()?;
        let mut replica = copied?;
        replica.wait_until_ready()?;
        Ok(replica)
    }

    fn start_from(major: Option<u32>, options: &Options, source: Option<&Path>) -> Result<Server> {
        let major = choose(major)?;
        let binaries = binaries(major).context("the server's binaries went away")?;
        // The path of a unix socket has room for 107 bytes, so the folder stands where paths are short.
        let parent = if options.durable { Path::new("/tmp") } else { in_memory() };
        let folder = tempfile::Builder::new().prefix("whimbrel-pg-").tempdir_in(parent)?.keep();
        let owner = Owner::for_folder(&folder)?;
        let started = owner.readable(&binaries).and_then(|binaries| {
            match source {
                None => owner.initialize(&binaries, &folder)?,
                Some(source) => owner.copy(&folder, source)?,
            }
            owner.watch(&binaries, &folder, options)
        });
        let (watcher, lifeline) = match started {
            Ok(started) => started,
            Err(error) => {
                let _ = fs::remove_dir_all(&folder);
                return Err(error.context(format!("starting PostgreSQL {major}")));
            }
        };
        let databases = AtomicU32::new(0);
        let mut server = Server { major, folder, watcher, lifeline: Some(lifeline), databases };
        // A replica waits for the one that it follows.
        if source.is_none() {
            server.wait_until_ready()?;
        }
        Ok(server)
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let deadline = Instant::now() + Duration::from_secs(30);
        let status = self.folder.join("data/postmaster.pid");
        while !fs::read_to_string(&status).is_ok_and(|text| text.lines().nth(7).is_some_and(|l| l.trim() == "ready")) {
            let ended = self.watcher.try_wait()?.is_some();
            if ended || Instant::now() > deadline {
                bail!("PostgreSQL {} did not start:\n{}", self.major, self.log());
            }
            sleep(Duration::from_millis(3));
        }
        Ok(())
    }

    /// Stops it as a crash would: nobody is waited for, and nothing is put in order.
    pub fn crash(&mut self) -> Result<()> {
        self.order("stop")?;
        let status = self.folder.join("data/postmaster.pid");
        let deadline = Instant::now() + Duration::from_secs(30);
        while status.exists() {
            anyhow::ensure!(Instant::now() < deadline, "PostgreSQL {} did not stop:\n{}", self.major, self.log());
            sleep(Duration::from_millis(3));
        }
        Ok(())
    }

    /// Starts it after a [`crash`](Server::crash), and waits until it has put its data in order.
    pub fn start_again(&mut self) -> Result<()> {
        self.order("start")?;
        self.wait_until_ready()
    }

    fn order(&mut self, word: &str) -> Result<()> {
        let lifeline = self.lifeline.as_mut().context("nobody watches the server")?;
        Ok(lifeline.write_all(format!("{word}\n").as_bytes())?)
    }

    /// What the server wrote to its log, for messages of failing tests.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    /// The folder of the socket: what libpq calls the host.
    pub fn socket_folder(&self) -> &Path {
        &self.folder
    }

    /// The process of the server itself, for tests that kill it.
    pub fn process(&self) -> Result<u32> {
        let status = fs::read_to_string(self.folder.join("data/postmaster.pid"))?;
        Ok(status.lines().next().context("an empty postmaster.pid")?.parse()?)
    }

    pub fn url(&self, database: &str) -> String {
        format!("postgresql://{USER}@/{database}?host={}", self.folder.display())
    }

    /// The URL of a new, empty database.
    pub fn fresh_database(&self) -> Result<String> {
        self.create_from("template0")
    }

    /// The URL of a new database that is what this one is; nobody may be connected to it.
    pub fn copy_of(&self, url: &str) -> Result<String> {
        self.create_from(Server::database_of(url))
    }

    fn create_from(&self, template: &str) -> Result<String> {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        // Copying files is what PostgreSQL did before 15 knew another way, and with fsync off it is the quicker one.
        let strategy = if self.major >= 15 { " STRATEGY file_copy" } else { "" };
        self.administer(&format!("CREATE DATABASE {name} TEMPLATE {template}{strategy}"))?;
        Ok(self.url(&name))
    }

    pub fn drop_database(&self, url: &str) -> Result<()> {
        self.administer(&format!("DROP DATABASE {} WITH (FORCE)", Server::database_of(url)))
    }

    /// The name of the database in a URL that this server gave.
    pub fn database_of(url: &str) -> &str {
        url.split("@/").nth(1).and_then(|path| path.split('?').next()).unwrap_or(url)
    }

    fn administer(&self, statement: &str) -> Result<()> {
        let url = PostgresUrl {
            user: Some(USER.to_string()),
            hosts: vec![(self.folder.display().to_string(), None)],
            database: Some("postgres".to_string()),
            ..PostgresUrl::default()
        };
        Connection::open(&Settings::of(&url)?)?.rows(statement)?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        let _ = self.watcher.wait();
    }
}

/// Where files cost the least: in memory, if there is enough of it. What makes and drops tables all the time is more
/// than twice as quick there.
fn in_memory() -> &'static Path {
    static FOLDER: OnceLock<&Path> = OnceLock::new();
    const MEMORY: &str = "/dev/shm";
    const ENOUGH_KIB: u64 = 6 * 1024 * 1024;
    FOLDER.get_or_init(|| {
        let number = |text: &str| text.split_whitespace().find_map(|word| word.parse::<u64>().ok()).unwrap_or_default();
        let free = Command::new("df").args(["-k", "--output=avail", MEMORY]).stderr(Stdio::null()).output();
        let free = free.map(|output| number(&String::from_utf8_lossy(&output.stdout))).unwrap_or_default();
        let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let memory = memory.lines().find(|line| line.starts_with("MemAvailable:")).map(number).unwrap_or_default();
        Path::new(if free.min(memory) >= ENOUGH_KIB { MEMORY } else { "/tmp" })
    })
}

/// Who runs the server: PostgreSQL refuses root, so root hands it to somebody else.
struct Owner {
    identity: Option<(u32, u32)>,
}

impl Owner {
    fn for_folder(folder: &Path) -> Result<Owner> {
        if fs::metadata(folder)?.uid() != 0 {
            return Ok(Owner { identity: None });
        }
        let users = fs::read_to_string("/etc/passwd")?;
        let numbers = |wanted: &str| -> Option<(u32, u32)> {
            let line = users.lines().find(|line| line.split(':').next() == Some(wanted))?;
            let mut fields = line.split(':').skip(2);
            Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
        };
        let identity = numbers("postgres").or_else(|| numbers("nobody")).context("no user `postgres` or `nobody`")?;
        chown(folder, Some(identity.0), Some(identity.1))?;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755))?;
        Ok(Owner { identity: Some(identity) })
    }

    fn command(&self, program: &Path, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(folder).env("TZ", "UTC").env("LC_ALL", "C");
        if let Some((user, group)) = self.identity {
            command.uid(user).gid(group);
        }
        command
    }

    /// The folder of binaries, copied to where the owner may read it if a folder above it is closed to others.
    fn readable(&self, binaries: &Path) -> Result<PathBuf> {
        let mut try_out = self.command(&binaries.join("postgres"), Path::new("/"));
        if try_out.arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|it| it.success()) {
            return Ok(binaries.to_path_buf());
        }
        let home = binaries.parent().context("binaries without a folder")?;
        let stamp = fs::metadata(binaries.join("postgres"))?;
        let copy = PathBuf::from(format!("/tmp/whimbrel-engine-{}-{}", stamp.ino(), stamp.ctime()));
        if !copy.exists() {
            let partial = copy.with_extension(std::process::id().to_string());
            let status = Command::new("cp").arg("-a").arg(home).arg(&partial).status()?;
            anyhow::ensure!(status.success(), "copying {} to {} failed", home.display(), partial.display());
            fs::rename(&partial, &copy).or_else(|error| if copy.exists() { Ok(()) } else { Err(error) })?;
        }
        Ok(copy.join("bin"))
    }

    /// The data of a new server. Every process of the tests wants some, so that what `initdb` makes is copied.
    fn initialize(&self, binaries: &Path, folder: &Path) -> Result<()> {
        let stamp = fs::metadata(binaries.join("initdb"))?;
        let identity = self.identity.map_or(0, |(user, _)| user);
        let made = in_memory().join(format!("whimbrel-initdb-{}-{}-{identity}", stamp.ino(), stamp.ctime()));
        if !made.exists() {
            let partial = folder.join("initdb");
            let output = self
                .command(&binaries.join("initdb"), folder)
                .args(["--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C", "--username", USER, "--pgdata"])
                .arg(&partial)
                .stdin(Stdio::null())
                .output()?;
            anyhow::ensure!(output.status.success(), "initdb failed: {}", String::from_utf8_lossy(&output.stderr));
            // Whoever comes second finds the first one's.
            if fs::rename(&partial, &made).is_err() {
                return Ok(fs::rename(&partial, folder.join("data"))?);
            }
        }
        let output = self.command(Path::new("cp"), folder).arg("-a").arg(&made).arg(folder.join("data")).output()?;
        anyhow::ensure!(output.status.success(), "copying: {}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    }

    /// Copies the server in the folder `source`, which stands still, to follow it when it runs again.
    fn copy(&self, folder: &Path, source: &Path) -> Result<()> {
        const COPY: &str = r#"
            cp -a "$1/data" "$2/data" && touch "$2/data/standby.signal" &&
            echo "primary_conninfo = 'host=$1 user=$3'" >>"$2/data/postgresql.auto.conf"
        "#;
        let mut command = self.command(Path::new("/bin/sh"), folder);
        let output =
            command.args(["-c", COPY, "sh"]).arg(source).arg(folder).arg(USER).stdin(Stdio::null()).output()?;
        anyhow::ensure!(output.status.success(), "the copy: {}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    }

    /// Starts the server under a shell that waits for the end of its input. The input is a pipe that only this process
    /// holds: it ends when the test does, be it by returning, by a panic or by being killed.
    fn watch(&self, binaries: &Path, folder: &Path, options: &Options) -> Result<(Child, ChildStdin)> {
        const WATCH: &str = r#"
            folder=$1; shift
            start() { "$@" </dev/null >>"$folder/log" 2>&1 & server=$!; }
            stop() { kill -QUIT $server 2>/dev/null; wait $server; rm -f "$folder/data/postmaster.pid"; }
            start "$@"
            while read -r order; do
                case $order in stop) stop ;; start) start "$@" ;; esac
            done
            stop
            rm -rf "$folder"
        "#;
        let mut command = self.command(Path::new("/bin/sh"), folder);
        command.args(["-c", WATCH, "sh"]).arg(folder).arg(binaries.join("postgres"));
        command.arg("-D").arg(folder.join("data"));
        let mut set = |name: &str, value: &str| {
            command.arg("-c").arg(format!("{name}={value}"));
        };
        set("listen_addresses", "");
        set("unix_socket_directories", &folder.display().to_string());
        set("max_connections", "200");
        set("shared_buffers", "64MB");
        set("max_locks_per_transaction", "1024");
        set("autovacuum", "off");
        set("timezone", "UTC");
        if !options.durable {
            set("fsync", "off");
            set("synchronous_commit", "off");
            set("full_page_writes", "off");
        }
        for (name, value) in &options.settings {
            set(name, value);
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
}

fn packaged_folder(major: u32) -> PathBuf {
    PathBuf::from(format!("/usr/lib/postgresql/{major}/bin"))
}

/// The folder with `postgres` and `initdb` of that major: the one that the environment names, this checkout's own,
/// Debian's.
fn binaries(major: u32) -> Option<PathBuf> {
    let named = std::env::var_os("WHIMBREL_POSTGRES_BIN").map(PathBuf::from);
    let named = named.filter(|folder| major_of(folder) == Some(major));
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2)?;
    let own = checkout.join(format!(".engines/postgres-{major}/bin"));
    let mut folders = named.into_iter().chain([own, packaged_folder(major)]);
    folders.find(|folder| folder.join("postgres").is_file() && folder.join("initdb").is_file())
}

fn major_of(binaries: &Path) -> Option<u32> {
    let mut child = Command::new(binaries.join("postgres")).arg("--version").stdout(Stdio::piped()).spawn().ok()?;
    let mut text = String::new();
    child.stdout.take()?.read_to_string(&mut text).ok()?;
    child.wait().ok()?;
    text.split(|c: char| !c.is_ascii_digit()).find(|word| !word.is_empty())?.parse().ok()
}
