use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// A folder with a project in it, and the program to run there.
pub struct Project {
    folder: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

/// Two classes, to which `archived_at` can be added.
pub const MODELS: &str = "\
from datetime import datetime

from sqlmodel import Field, SQLModel


class User(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str


class Email(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    subject: str = Field(index=True)
    user_id: int = Field(foreign_key=\"user.id\")
";

pub const SQL: &str = "\
CREATE TABLE user (id INTEGER PRIMARY KEY, name VARCHAR NOT NULL);
CREATE TABLE email (
    id INTEGER PRIMARY KEY,
    subject VARCHAR NOT NULL,
    user_id INTEGER NOT NULL REFERENCES user (id)
);
CREATE INDEX ix_email_subject ON email (subject);
CREATE TABLE note (id INTEGER PRIMARY KEY);
";

impl Project {
    /// An empty folder.
    pub fn new() -> Self {
        // On macOS the temporary folder is behind a link; what is printed is not.
        let folder = tempfile::Builder::new().prefix("whimbrel-it-").tempdir().unwrap();
        Project { folder, variables: Vec::new() }
    }

    /// Two classes, and a whimbrel.toml that names `app.db`.
    pub fn with_python() -> Self {
        let project = Project::new();
        project.write("models.py", MODELS);
        project.whimbrel("init").ok();
        project
    }

    /// Models in SQL, and a whimbrel.toml that names `app.db`.
    pub fn with_sql() -> Self {
        let project = Project::new();
        project.write("schema.sql", SQL);
        project.whimbrel("init").ok();
        project
    }

    /// The revisions given, written by hand, and a whimbrel.toml that names `app.db`.
    pub fn with_revisions(revisions: &[(&str, &str, &str)]) -> Self {
        let project = Project::new();
        project.write("whimbrel.toml", "[environments.dev]\nurl = \"sqlite:///app.db\"\n");
        for (id, parents, upgrade) in revisions {
            project.revision(id, parents, upgrade);
        }
        project
    }

    /// Two revisions, one after the other, of which none is applied.
    pub fn with_two_revisions() -> Self {
        Project::with_revisions(&[
            ("aaaa00000001", "none", "CREATE TABLE one (id INTEGER PRIMARY KEY)"),
            ("bbbb00000002", "aaaa00000001", "CREATE TABLE two (id INTEGER PRIMARY KEY)"),
        ])
    }

    /// A whimbrel.toml in which no rules are on but these, so that a new one changes nothing; for PostgreSQL.
    pub fn with_rules(on: &[&str]) -> Self {
        let project = Project::new();
        let rules = project.whimbrel("explain --json").ok().json();
        let rules = rules["result"]["rules"].as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap());
        let off: String = rules.filter(|id| !on.contains(id)).map(|id| format!("{id} = \"off\"\n")).collect();
        project.write("whimbrel.toml", &format!("[lint]\nengine = \"postgres\"\n[lint.rules]\n{off}"));
        project
    }

    /// No revision yet, and the database is elsewhere.
    pub fn on(url: &str) -> Self {
        let project = Project::new();
        project.write("whimbrel.toml", &format!("[environments.dev]\nurl = \"{url}\"\n"));
        project
    }

    pub fn revision(&self, id: &str, parents: &str, upgrade: &str) {
        let table = upgrade.split_whitespace().nth(2).unwrap_or_default();
        let message = format!("make {table}");
        self.revision_of(id, parents, &message, &format!("{upgrade};"), &format!("DROP TABLE {table};"));
    }

    pub fn revision_of(&self, id: &str, parents: &str, message: &str, upgrade: &str, downgrade: &str) {
        let text = format!(
            "-- revision: {id}\n-- parents:  {parents}\n-- message:  {message}\n\n-- upgrade\n{upgrade}\n\n\
             -- downgrade\n{downgrade}\n"
        );
        self.write(&format!("migrations/{id}_{}.sql", message.replace(' ', "_")), &text);
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs git in the folder, whatever the settings of who runs the tests.
    pub fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .args(["-c", "user.name=ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false"])
            .args(arguments)
            .current_dir(self.folder.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output()
            .unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_string()
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn append(&self, name: &str, text: &str) {
        let old = self.read(name);
        self.write(name, &(old + text));
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Somebody does something to `app.db` beside whimbrel.
    pub fn sql(&self, script: &str) {
        let connection = rusqlite::Connection::open(self.path("app.db")).unwrap();
        connection.execute_batch(script).unwrap();
    }

    /// A revision's file, with the day it was made on left out.
    pub fn revision_text(&self, name: &str) -> String {
        settle(&self.read(&format!("migrations/{name}")), self.folder.path())
    }

    /// The files of a folder, in the order of their names.
    pub fn list(&self, name: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(name)).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// Runs the command; words in double quotes are one argument.
    pub fn whimbrel(&self, line: &str) -> Ran {
        self.run(self.folder.path(), line)
    }

    pub fn whimbrel_in(&self, folder: &str, line: &str) -> Ran {
        let folder = self.path(folder);
        fs::create_dir_all(&folder).unwrap();
        self.run(&folder, line)
    }

    fn run(&self, folder: &Path, line: &str) -> Ran {
        let mut command = self.command(folder);
        let output = command.args(words(line)).output().unwrap();
        Ran { line: line.to_string(), output, folder: self.folder.path().to_path_buf() }
    }

    /// Runs the command with that on its standard input.
    pub fn given(&self, line: &str, input: &[u8]) -> Ran {
        let mut command = self.command(self.folder.path());
        command.args(words(line)).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        let output = child.wait_with_output().unwrap();
        Ran { line: line.to_string(), output, folder: self.folder.path().to_path_buf() }
    }

    /// Starts the command and does not wait for it.
    pub fn start(&self, line: &str) -> Running {
        let mut command = self.command(self.folder.path());
        command.args(words(line)).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Running { line: line.to_string(), child: command.spawn().unwrap(), folder: self.folder.path().to_path_buf() }
    }

    pub fn command(&self, folder: &Path) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("whimbrel"));
        for name in ["WHIMBREL_CONFIG", "WHIMBREL_ENV", "WHIMBREL_DEPLOY", "DATABASE_URL", "NO_COLOR", "CLICOLOR_FORCE"]
        {
            command.env_remove(name);
        }
        for name in ["PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "PGPASSWORD", "PGOPTIONS", "PGSSLMODE"] {
            command.env_remove(name);
        }
        command.env("PGPASSFILE", "/no/such/file");
        command.env("USER", "ada").env("TZ", "UTC").env("COLUMNS", "100").current_dir(folder);
        for (name, value) in &self.variables {
            command.env(name, value);
        }
        command
    }
}

fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (at, part) in line.split('"').enumerate() {
        match at % 2 {
            0 => words.extend(part.split_whitespace().map(str::to_string)),
            _ => words.push(part.to_string()),
        }
    }
    words
}

/// A command that runs now.
pub struct Running {
    line: String,
    child: Child,
    folder: PathBuf,
}

impl Running {
    /// Sends a signal, by its short name.
    pub fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success(), "{kill}");
    }

    pub fn end(self) -> Ran {
        Ran { line: self.line, output: self.child.wait_with_output().unwrap(), folder: self.folder }
    }
}

/// What a command did.
pub struct Ran {
    line: String,
    output: Output,
    folder: PathBuf,
}

impl Ran {
    pub fn stdout(&self) -> String {
        String::from_utf8(self.output.stdout.clone()).unwrap()
    }

    pub fn stderr(&self) -> String {
        String::from_utf8(self.output.stderr.clone()).unwrap()
    }

    pub fn exit(&self) -> i32 {
        self.output.status.code().unwrap_or(-1)
    }

    /// It ended well, or the test ends here.
    pub fn ok(self) -> Self {
        assert_eq!(self.exit(), 0, "whimbrel {}\n{}{}", self.line, self.stdout(), self.stderr());
        self
    }

    /// Standard output as one JSON document.
    pub fn json(&self) -> serde_json::Value {
        let text = self.stdout();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}{}", self.stderr()))
    }

    /// Everything that was seen: exit status, both streams; paths, versions, times and durations made the same
    /// everywhere.
    pub fn screen(&self) -> String {
        let mut text = format!("exit {}\n", self.exit());
        for (name, stream) in [("", self.stdout()), ("── stderr ──\n", self.stderr())] {
            if !stream.is_empty() {
                text.push_str(name);
                text.push_str(&stream);
            }
        }
        settle(&text, &self.folder)
    }
}

/// Paths, versions, times and durations made the same everywhere.
pub fn settle(text: &str, folder: &Path) -> String {
    let real = folder.canonicalize().unwrap();
    let text = text.replace(&*real.to_string_lossy(), "[project]").replace(&*folder.to_string_lossy(), "[project]");
    let filters = [
        (r"\b\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?( UTC)?", "[time]"),
        (r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "[time]"),
        (r"\b(today|yesterday) \d\d:\d\d", "[time]"),
        (r"\bada@[\w.-]+", "ada@[host]"),
        (r"\b\d+(\.\d+)? ms\b|\b\d+\.\d s\b", "[duration]"),
        (r"SQLite 3\.\d+\.\d+", "SQLite [version]"),
        (r"whimbrel \d+\.\d+\.\d+", "whimbrel [version]"),
        (r"PostgreSQL \d+\.\d+ · \w+ at [\w/.-]+(:\d+)?", "PostgreSQL [version], [database]"),
        (r"(/|%2F)tmp(/|%2F)whimbrel-pg-\w+", "[socket]"),
        (r"127\.0\.0\.1:\d+|(-h 127\.0\.0\.1 -p )\d+", "${1}[port]"),
        (r"\btest_\d+\b", "[database]"),
        (r"\b\d+ (second|minute)s? ago|\bjust now", "[ago]"),
        (r"(?m)[ ]+$", ""),
    ];
    filters
        .iter()
        .fold(text, |text, (pattern, word)| regex::Regex::new(pattern).unwrap().replace_all(&text, *word).into_owned())
}
