//! PostgreSQL's own programs: where they are, and which of them can be used with a server.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use whimbrel_run::{DriverError, DriverErrorKind};
use whimbrel_schema::Version;

/// Names the folder with `pg_dump` and `pg_restore`, where others are not wanted.
const VARIABLE: &str = "WHIMBREL_PG_BIN";

/// Folders in which packages put them, one per version; `*` is one word.
const USUAL: &[&str] = &[
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/lib64/pgsql/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/*/bin",
    "/usr/local/opt/*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
];

/// From this one on, it sets a limit that servers before it do not know.
const SETS_TRANSACTION_TIMEOUT: u32 = 17;

/// A folder with both programs, of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Client {
    pub folder: PathBuf,
    pub version: Version,
}

impl fmt::Display for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pg_dump {}", shown(self.version))
    }
}

/// What is found of them on this machine.
#[derive(Debug, Clone, Default)]
pub(super) struct Clients {
    found: Vec<Client>,
    /// Where they had to be.
    named: Option<PathBuf>,
}

impl Clients {
    pub fn find() -> Clients {
        if let Some(folder) = std::env::var_os(VARIABLE).filter(|folder| !folder.is_empty()).map(PathBuf::from) {
            return Clients { found: Client::within(&folder).into_iter().collect(), named: Some(folder) };
        }
        let mut found: Vec<Client> = Vec::new();
        for folder in program_folders() {
            if found.iter().all(|client| client.folder != folder) {
                found.extend(Client::within(&folder));
            }
        }
        Clients { found, named: None }
    }

    /// The one to dump that server with: it must not be older than the server, and should not be newer, because what a
    /// newer one writes an older server need not understand.
    pub fn for_dump(&self, server: Version) -> Result<&Client, DriverError> {
        let fitting = self.found.iter().filter(|client| client.version.major >= server.major);
        fitting.min_by_key(|client| client.version.major).ok_or_else(|| self.missing("pg_dump", "read", server))
    }

    /// The one to restore with what a client of `dumped` wrote: it must not be older than that, and should know the server.
    pub fn for_restore(&self, dumped: u32, server: Version) -> Result<&Client, DriverError> {
        let fitting = self.found.iter().filter(|client| client.version.major >= dumped);
        let far = |client: &&Client| {
            let strange = client.sets_what_is_unknown_to(server);
            (strange, client.version.major.abs_diff(server.major), client.version.major)
        };
        let wanted = Version::new(dumped, 0, 0);
        fitting.min_by_key(far).ok_or_else(|| self.missing("pg_restore", "restore what was dumped from", wanted))
    }

    fn missing(&self, program: &str, what: &str, server: Version) -> DriverError {
        let major = server.major;
        let newest = self.found.iter().max_by_key(|client| client.version);
        let message = match (newest, &self.named) {
            (Some(client), _) => {
                let (own, folder) = (shown(client.version), client.folder.display());
                format!("{program} {own} in {folder} cannot {what} PostgreSQL {}", shown(server))
            }
            (None, Some(folder)) => format!("there is no working pg_dump and pg_restore in {}", folder.display()),
            (None, None) => "there is no pg_dump and pg_restore on this machine".to_owned(),
        };
        let hint = match &self.named {
            Some(_) => format!("install postgresql-client-{major}, and set {VARIABLE} to the folder of its programs"),
            None => format!(
                "install postgresql-client-{major}, or set {VARIABLE} to the folder of those of PostgreSQL {major} or newer"
            ),
        };
        DriverError { hint: Some(hint), ..DriverError::new(DriverErrorKind::Unsupported, message) }
    }
}

impl Client {
    /// Debian's wrapper is left out: which version it calls depends on more than on how it is called, and the versions
    /// themselves are found beside it.
    fn within(folder: &Path) -> Option<Client> {
        let (dump, restore) = (folder.join("pg_dump"), folder.join("pg_restore"));
        let wrapper = dump.canonicalize().is_ok_and(|path| path.ends_with("pg_wrapper"));
        if wrapper || !dump.is_file() || !restore.is_file() {
            return None;
        }
        let version = version_of(&dump)?;
        (version_of(&restore)? == version).then(|| Client { folder: folder.to_path_buf(), version })
    }

    pub fn dump(&self) -> Command {
        Command::new(self.folder.join("pg_dump"))
    }

    pub fn restore(&self) -> Command {
        Command::new(self.folder.join("pg_restore"))
    }

    /// Whether it compresses by itself the way backups are compressed. Asked of it, without a server: what it cannot
    /// compress it says before it connects to anything.
    pub fn writes_zstd(&self) -> bool {
        if self.version.major < 16 {
            return false;
        }
        let nowhere = "host=/nonexistent port=1 dbname=none";
        let mut command = self.dump();
        command.args(["--format=plain", "--compress=zstd", "--file=/dev/null", "--no-password", "--dbname", nowhere]);
        let asked = command.env("LC_ALL", "C").stdin(Stdio::null()).output();
        asked.is_ok_and(|output| String::from_utf8_lossy(&output.stderr).contains("/nonexistent"))
    }

    /// `pg_restore` says so for each of its sessions, and the rest of what it does is done.
    pub fn sets_what_is_unknown_to(&self, server: Version) -> bool {
        self.version.major >= SETS_TRANSACTION_TIMEOUT && server.major < SETS_TRANSACTION_TIMEOUT
    }
}

/// Where PostgreSQL's programs may be: in the folder that is named, and only there; else on the `PATH` and where packages
/// put them.
pub fn program_folders() -> Vec<PathBuf> {
    if let Some(folder) = std::env::var_os(VARIABLE).filter(|folder| !folder.is_empty()) {
        return vec![PathBuf::from(folder)];
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    folders.extend(USUAL.iter().flat_map(|pattern| matching(pattern)));
    folders
}

/// Of PostgreSQL, whose versions have two numbers.
pub(super) fn shown(version: Version) -> String {
    match version.minor {
        0 => version.major.to_string(),
        minor => format!("{}.{minor}", version.major),
    }
}

/// `pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`
pub fn version_of(program: &Path) -> Option<Version> {
    let output = Command::new(program).arg("--version").stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    read_version(&String::from_utf8_lossy(&output.stdout))
}

fn read_version(said: &str) -> Option<Version> {
    let number = said.split_once("(PostgreSQL) ")?.1.split_whitespace().next()?;
    let mut numbers = number.split(|c: char| !c.is_ascii_digit()).map(|digits| digits.parse().unwrap_or(0));
    Some(Version::new(numbers.next().filter(|major| *major > 0)?, numbers.next().unwrap_or(0), 0))
}

/// The folders that are there.
fn matching(pattern: &str) -> Vec<PathBuf> {
    let Some((before, after)) = pattern.split_once('*') else { return vec![PathBuf::from(pattern)] };
    let (above, prefix) = before.rsplit_once('/').unwrap_or(("", before));
    let after = after.trim_start_matches('/');
    let Ok(entries) = std::fs::read_dir(above) else { return Vec::new() };
    let named = entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix));
    let mut folders: Vec<PathBuf> = named.map(|entry| entry.path().join(after)).collect();
    folders.sort();
    folders
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clients(majors: &[u32]) -> Clients {
        let client = |major: &u32| Client { folder: format!("/{major}").into(), version: Version::new(*major, 4, 0) };
        Clients { found: majors.iter().map(client).collect(), named: None }
    }

    #[test]
    fn versions_are_read_as_programs_say_them() {
        let read = |said: &str| read_version(said).map(shown);
        assert_eq!(read("pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n").as_deref(), Some("15.18"));
        assert_eq!(read("pg_dump (PostgreSQL) 18beta1").as_deref(), Some("18"));
        assert_eq!(read("pg_dump (EnterpriseDB) x"), None);
    }

    #[test]
    fn the_nearest_that_is_not_older_dumps() {
        let server = Version::new(15, 18, 0);
        let chosen = |majors: &[u32]| clients(majors).for_dump(server).map(|it| it.version.major);
        assert_eq!(chosen(&[13, 18, 16]), Ok(16));
        assert_eq!(chosen(&[18, 15]), Ok(15));
        let error = chosen(&[13, 14]).unwrap_err();
        assert_eq!(error.message, "pg_dump 14.4 in /14 cannot read PostgreSQL 15.18");
        let hint =
            "install postgresql-client-15, or set WHIMBREL_PG_BIN to the folder of those of PostgreSQL 15 or newer";
        assert_eq!(error.hint.as_deref(), Some(hint));
        assert_eq!(chosen(&[]).unwrap_err().message, "there is no pg_dump and pg_restore on this machine");
    }

    #[test]
    fn the_one_that_knows_both_the_dump_and_the_server_restores() {
        let chosen = |majors: &[u32], dumped, server| {
            clients(majors).for_restore(dumped, Version::new(server, 0, 0)).map(|it| it.version.major)
        };
        assert_eq!(chosen(&[13, 15, 18], 15, 13), Ok(15));
        assert_eq!(chosen(&[13, 15, 18], 15, 18), Ok(18));
        assert_eq!(chosen(&[18], 15, 13), Ok(18));
        assert!(chosen(&[15], 18, 18).is_err());
    }
}
