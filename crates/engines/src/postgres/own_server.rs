//! A PostgreSQL of one's own, started from the programs on this machine on a socket that nobody else reaches, and gone
//! with the value: also after a failure, and after this process was killed.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use whimbrel_run::{Driver, DriverError, DriverErrorKind};

use super::backup::program_folders;
use super::driver::{PostgresDriver, connect};
use super::quote::quote;
use crate::url::PostgresUrl;

const USER: &str = "postgres";
/// Part of the name of the socket, and of nothing else.
const PORT: u16 = 5432;
const DATABASE: &str = "whimbrel_rehearsal";
/// How long it may take to start.
const PATIENCE: Duration = Duration::from_secs(60);

/// As root, the server is handed to the first of these that there is: PostgreSQL does not run as root.
const USERS: [&str; 2] = ["postgres", "nobody"];

pub struct OwnServer {
    /// Reads nothing, and waits for the end of its input; then it stops the server and clears up.
    watcher: Child,
    lifeline: Option<ChildStdin>,
    url: PostgresUrl,
}

/// The input of the shell is a pipe that only this process holds: it ends with the process, however that ends. From the first
/// moment on the shell clears up; everything that it starts is in its group, and is told again to end for as long as it is
/// there, because a program that has just begun does not yet hear it.
const WATCH: &str = r#"
    folder=$1 programs=$2 user=$3; shift 3
    serve() {
        "$programs/initdb" --no-sync --auth=trust --encoding=UTF8 --locale=C --username "$user" --pgdata "$folder/data" \
            >"$folder/initdb" 2>&1 || { echo "FATAL:  $(tail -n 3 "$folder/initdb" | tr '\n' ' ')" >>"$folder/log"; exit 1; }
        exec "$programs/postgres" -D "$folder/data" "$@" >>"$folder/log" 2>&1
    }
    trap : QUIT
    serve "$@" </dev/null & server=$!
    cat >/dev/null
    while kill -0 $server 2>/dev/null; do kill -QUIT 0; sleep 0.1; done
    rm -rf "$folder"
"#;

impl OwnServer {
    /// Of the same major as the server that `of` is connected to, with an empty database of the same encoding and order
    /// of text.
    pub fn start(of: &mut dyn Driver) -> Result<OwnServer, DriverError> {
        let major = of.version().major;
        let programs = programs(major)?;
        let question = "SELECT pg_encoding_to_char(encoding), datcollate, datctype FROM pg_database \
                        WHERE datname = current_database()";
        let asked = of.query(question, &[])?.into_iter().next().unwrap_or_default();
        // The path of a socket has room for 107 bytes, so that the folder stands where paths are short.
        let short = |folder: &PathBuf| folder.as_os_str().len() < 60;
        let parent = Some(std::env::temp_dir()).filter(short).unwrap_or_else(|| PathBuf::from("/tmp"));
        let folder = tempfile::Builder::new().prefix("whimbrel-server-").tempdir_in(parent);
        let folder = folder.map_err(|error| failed(format!("no folder can be made for a server: {error}")))?;
        let owner = Owner::of(folder.path())?;
        let mut server = OwnServer::watch(&owner, &programs, folder)?;
        server.wait(&owner)?;
        let mut driver = server.connect("postgres")?;
        let mut statement = format!("CREATE DATABASE {} TEMPLATE template0", quote(DATABASE));
        for (word, value) in ["ENCODING", "LC_COLLATE", "LC_CTYPE"].iter().zip(asked.into_iter().flatten()) {
            statement.push_str(&format!(" {word} '{}'", value.replace('\'', "''")));
        }
        driver.execute(&statement)?;
        server.url.database = Some(DATABASE.to_string());
        Ok(server)
    }

    /// Of the empty database.
    pub fn url(&self) -> &PostgresUrl {
        &self.url
    }

    fn watch(owner: &Owner, programs: &Path, folder: TempDir) -> Result<OwnServer, DriverError> {
        let path = folder.path();
        let mut command = owner.command(Path::new("/bin/sh"), path);
        command.args(["-c", WATCH, "sh"]).arg(path).arg(programs).arg(USER);
        command.arg("-p").arg(PORT.to_string());
        let socket = format!("unix_socket_directories={}", path.display());
        command.args(["-c", "listen_addresses=", "-c", &socket, "-c", "unix_socket_permissions=0700"]);
        // A group of its own: Ctrl-C is for whimbrel, and the shell has still to clear up.
        command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut watcher = command.spawn().map_err(|error| failed(format!("no server can be started: {error}")))?;
        let lifeline = watcher.stdin.take();
        let url = PostgresUrl {
            user: Some(USER.to_string()),
            hosts: vec![(path.display().to_string(), Some(PORT))],
            database: Some("postgres".to_string()),
            ..PostgresUrl::default()
        };
        // From here on the shell clears up.
        let _ = folder.keep();
        Ok(OwnServer { watcher, lifeline, url })
    }

    fn folder(&self) -> &Path {
        Path::new(self.url.hosts.first().map(|(host, _)| host.as_str()).unwrap_or_default())
    }

    fn wait(&mut self, owner: &Owner) -> Result<(), DriverError> {
        let deadline = Instant::now() + PATIENCE;
        let status = self.folder().join("data/postmaster.pid");
        let ready =
            || fs::read_to_string(&status).is_ok_and(|text| text.lines().nth(7).map(str::trim) == Some("ready"));
        while !ready() {
            let log = fs::read_to_string(self.folder().join("log")).unwrap_or_default();
            if Instant::now() > deadline || log.contains("FATAL:") {
                let said = log.lines().rev().find(|line| line.contains("FATAL:")).unwrap_or("it said nothing");
                let error = failed(format!("the server did not start: {}", said.trim()));
                return Err(DriverError { hint: owner.hint(), ..error });
            }
            sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    fn connect(&self, database: &str) -> Result<PostgresDriver, DriverError> {
        connect(&PostgresUrl { database: Some(database.to_string()), ..self.url.clone() })
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        let _ = self.watcher.wait();
        // The user that the server ran as may not be allowed to remove the folder itself.
        let _ = fs::remove_dir_all(self.folder());
    }
}

/// Who runs the server.
struct Owner {
    /// `None` is who runs whimbrel.
    identity: Option<(u32, u32)>,
}

/// Nobody but its owner (and root) comes into the folder in which the socket is, so that it asks for no password.
impl Owner {
    fn of(folder: &Path) -> Result<Owner, DriverError> {
        let unread = |error: std::io::Error| failed(format!("`{}`: {error}", folder.display()));
        if fs::metadata(folder).map_err(unread)?.uid() != 0 {
            return Ok(Owner { identity: None });
        }
        let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let numbers = |wanted: &str| -> Option<(u32, u32)> {
            let line = users.lines().find(|line| line.split(':').next() == Some(wanted))?;
            let mut fields = line.split(':').skip(2);
            Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
        };
        let Some(identity) = USERS.into_iter().find_map(numbers) else {
            let message = "PostgreSQL does not run as root, and there is no user `postgres` or `nobody` to run it as";
            return Err(DriverError { hint: Some("run whimbrel as another user".into()), ..failed(message.into()) });
        };
        chown(folder, Some(identity.0), Some(identity.1)).map_err(unread)?;
        fs::set_permissions(folder, Permissions::from_mode(0o700)).map_err(unread)?;
        Ok(Owner { identity: Some(identity) })
    }

    fn command(&self, program: &Path, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(folder).env("LC_ALL", "C");
        // What is set for another server is not meant for this one.
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PG")) {
            command.env_remove(name);
        }
        if let Some((user, group)) = self.identity {
            command.uid(user).gid(group);
        }
        command
    }

    fn hint(&self) -> Option<String> {
        let hint = "as root the server runs as `postgres` or `nobody`, who must be able to run the programs and to come \
                    into the folder of temporary files";
        self.identity.map(|_| hint.to_string())
    }
}

/// The folder with `postgres` and `initdb` of that major.
fn programs(major: u32) -> Result<PathBuf, DriverError> {
    let is_it = |folder: &PathBuf| {
        let (server, initdb) = (folder.join("postgres"), folder.join("initdb"));
        initdb.is_file() && server.is_file() && super::backup::version_of(&server).is_some_and(|it| it.major == major)
    };
    program_folders().into_iter().find(is_it).ok_or_else(|| {
        let message = format!("there is no server of PostgreSQL {major} on this machine");
        let hint = format!("install postgresql-{major}, or set WHIMBREL_PG_BIN to the folder of its programs");
        DriverError { hint: Some(hint), ..DriverError::new(DriverErrorKind::Unsupported, message) }
    })
}

fn failed(message: String) -> DriverError {
    DriverError::new(DriverErrorKind::Unsupported, message)
}
