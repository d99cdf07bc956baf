//! The whole story, played: every command is this very program, run in a folder of its own.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use owo_colors::OwoColorize;
use serde::Serialize;
use whimbrel_engines::url::{DatabaseUrl, SqliteUrl};

use crate::args::Tour;
use crate::environment;
use crate::failure::{Exit, Failure, Outcome};
use crate::printer::{Detail, Printer, Screen};

const MODELS: &str = "\
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

const ARCHIVED_AT: &str = "    archived_at: datetime | None = None\n";

const ROWS: &str = "\
INSERT INTO user (name) VALUES ('Ada'), ('Grace');
INSERT INTO email (subject, user_id) VALUES ('hello', 1), ('re: hello', 2), ('minutes', 1);";

const COUNT: &str = "SELECT id, subject, user_id FROM email ORDER BY id;";

pub fn run(arguments: &Tour, printer: &Printer) -> Outcome {
    let folder = tempfile::Builder::new()
        .prefix("whimbrel-tour-")
        .tempdir()
        .map_err(|error| Failure::new(Exit::Failed, "output", format!("no temporary folder can be made: {error}")))?;
    let mut stage = Stage { folder: folder.path().to_path_buf(), printer, scenes: Vec::new() };
    stage.play()?;
    let kept = arguments.keep.then(|| folder.keep());
    let screen = Played { scenes: stage.scenes, kept };
    if printer.json() {
        printer.show(Exit::Fine, &screen);
    } else {
        printer.line(&screen.farewell());
    }
    Ok(Exit::Fine)
}

#[derive(Debug, Serialize)]
struct Scene {
    command: String,
    exit: i32,
    output: String,
}

struct Stage<'a> {
    folder: PathBuf,
    printer: &'a Printer,
    scenes: Vec<Scene>,
}

impl Stage<'_> {
    fn play(&mut self) -> Result<(), Failure> {
        self.say("a project with two models");
        self.write("models.py", MODELS)?;
        self.show("models.py", MODELS);
        self.whimbrel(&["init"])?;

        self.say("the first revision is written from the models; no database is needed for that");
        self.whimbrel(&["revision", "--autogenerate", "-m", "first"])?;
        self.show_newest()?;
        self.whimbrel(&["upgrade", "head"])?;

        self.say("the application runs, and rows arrive");
        self.sql(ROWS)?;

        self.say("a column is added to the model");
        let models = format!("{MODELS}{ARCHIVED_AT}");
        self.write("models.py", &models)?;
        self.show("models.py, its last line", ARCHIVED_AT);
        self.differs(&["check"])?;
        self.whimbrel(&["revision", "--autogenerate", "-m", "add archived_at"])?;
        self.show_newest()?;
        self.whimbrel(&["upgrade", "head"])?;

        self.say("models, history and database agree again");
        self.whimbrel(&["check"])?;
        self.whimbrel(&["history"])?;

        self.say("and back: the column goes, every row stays");
        self.whimbrel(&["downgrade", "-1"])?;
        self.sql(COUNT)?;
        self.whimbrel(&["current"])
    }

    fn say(&self, text: &str) {
        self.printer.line(&format!("\n{}", format!("# {text}").dimmed()));
    }

    fn write(&self, name: &str, text: &str) -> Result<(), Failure> {
        fs::write(self.folder.join(name), text)
            .map_err(|error| self.broke(&format!("`{name}` cannot be written: {error}")))
    }

    fn show(&self, title: &str, text: &str) {
        let mut out = format!("\n{}\n", title.bold());
        for line in text.lines() {
            let _ = writeln!(out, "{} {line}", "│".dimmed());
        }
        self.printer.line(&out);
    }

    fn show_newest(&self) -> Result<(), Failure> {
        let entries = fs::read_dir(self.folder.join(crate::settings::FOLDER));
        let modified = |path: &Path| fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
        let newest = entries.ok().and_then(|entries| {
            entries.flatten().map(|entry| entry.path()).max_by_key(|path| (modified(path), path.clone()))
        });
        let Some(path) = newest else { return Err(self.broke("no revision was written")) };
        let text = fs::read_to_string(&path).map_err(|error| self.broke(&error.to_string()))?;
        let name = path.strip_prefix(&self.folder).unwrap_or(&path).display().to_string();
        self.show(&name, &text);
        Ok(())
    }

    fn whimbrel(&mut self, arguments: &[&str]) -> Result<(), Failure> {
        self.run(arguments, Exit::Fine)
    }

    fn differs(&mut self, arguments: &[&str]) -> Result<(), Failure> {
        self.run(arguments, Exit::Differences)
    }

    fn run(&mut self, arguments: &[&str], expected: Exit) -> Result<(), Failure> {
        let program = std::env::current_exe().map_err(|error| self.broke(&error.to_string()))?;
        let mut command = Command::new(program);
        command.args(arguments).current_dir(&self.folder);
        // Only what is in the folder counts, and colours are taken away by whoever prints them.
        for name in [environment::CONFIG, environment::ENVIRONMENT, environment::DEPLOY, environment::DATABASE_URL] {
            command.env_remove(name);
        }
        command.env_remove("NO_COLOR").env("CLICOLOR_FORCE", "1");
        let output = command.output().map_err(|error| self.broke(&error.to_string()))?;
        let words: Vec<String> = arguments.iter().map(|word| shell_word(word)).collect();
        let line = format!("whimbrel {}", words.join(" "));
        let exit = output.status.code().unwrap_or(-1);
        let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.push_str(&String::from_utf8_lossy(&output.stderr));
        self.printer.line(&format!("\n{} {}\n{text}", "$".dimmed(), line.bold()));
        let output = anstream::adapter::strip_str(&text).to_string();
        self.scenes.push(Scene { command: line.clone(), exit, output });
        match exit == i32::from(expected.status()) {
            true => Ok(()),
            false => Err(self.broke(&format!("`{line}` ended with {exit}"))),
        }
    }

    /// What the application would do, done over a connection of our own.
    fn sql(&mut self, script: &str) -> Result<(), Failure> {
        let file = self.folder.join("app.db");
        let url = DatabaseUrl::Sqlite(SqliteUrl { file: Some(file), parameters: Default::default() });
        let failed = |error: whimbrel_run::DriverError| self.broke(&error.to_string());
        let mut driver = whimbrel_engines::connect(&url).map_err(failed)?;
        let mut text = String::new();
        for line in script.lines() {
            let _ = writeln!(text, "{} {}", "app.db>".dimmed(), line.bold());
        }
        let mut output = String::new();
        if script.starts_with("SELECT") {
            for row in driver.query(script, &[]).map_err(failed)? {
                let cells: Vec<&str> = row.iter().map(|cell| cell.as_deref().unwrap_or("NULL")).collect();
                let _ = writeln!(output, "{}", cells.join(" | "));
            }
        } else {
            driver.execute_script(script).map_err(failed)?;
        }
        self.printer.line(&format!("\n{text}{output}"));
        self.scenes.push(Scene { command: script.to_string(), exit: 0, output });
        Ok(())
    }

    fn broke(&self, what: &str) -> Failure {
        Failure::new(Exit::Failed, "tour", format!("the tour stopped: {what}"))
    }
}

fn shell_word(word: &str) -> String {
    if word.contains(' ') { format!("\"{word}\"") } else { word.to_string() }
}

#[derive(Serialize)]
struct Played {
    scenes: Vec<Scene>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kept: Option<PathBuf>,
}

impl Played {
    fn farewell(&self) -> String {
        let mut out = String::from("\n");
        match &self.kept {
            Some(folder) => {
                let _ = writeln!(out, "the folder is kept: {}", folder.display());
            }
            None => out.push_str("all of it happened in a temporary folder, which is gone; --keep keeps it\n"),
        }
        let _ = writeln!(out, "in a project of your own: {}", "whimbrel init".bold());
        out
    }
}

impl Screen for Played {
    fn text(&self, _: Detail) -> String {
        self.farewell()
    }
}
