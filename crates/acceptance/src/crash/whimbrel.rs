use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// One command line of the real program, in a folder with `migrations/`.
#[derive(Debug, Clone)]
pub struct Line {
    pub program: PathBuf,
    pub folder: PathBuf,
    /// Behind `whimbrel`.
    pub words: Vec<String>,
    /// What it printed is kept in files of this name, so that a failure can be read afterwards.
    pub name: String,
}

/// How it ended.
#[derive(Debug, Clone)]
pub struct Ran {
    /// `None` when a signal ended it.
    pub exit: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    pub took: Duration,
}

/// Longer than anything that a scenario does, and than anybody is waited for: whoever takes longer hangs.
pub const PATIENCE: Duration = Duration::from_secs(90);

impl Line {
    /// The command, to be started as it is or below another one.
    pub fn command(&self, below: &[String], url: &str) -> Result<Command> {
        let mut command = match below.split_first() {
            Some((first, rest)) => {
                let mut command = Command::new(first);
                command.args(rest).arg(&self.program);
                command
            }
            None => Command::new(&self.program),
        };
        command.args(&self.words).arg("--json").args(["--wait", "60"]);
        command.current_dir(&self.folder).env("DATABASE_URL", url).env_remove("WHIMBREL_DEPLOY");
        command.stdin(Stdio::null());
        command.stdout(File::create(self.file("out"))?).stderr(File::create(self.file("err"))?);
        Ok(command)
    }

    /// Runs it to its end.
    pub fn run(&self, below: &[String], url: &str) -> Result<Ran> {
        let begun = Instant::now();
        let mut child = self.command(below, url)?.spawn().context("starting whimbrel")?;
        let status = wait(&mut child)?;
        self.ended(status, begun.elapsed())
    }

    pub fn ended(&self, status: ExitStatus, took: Duration) -> Result<Ran> {
        let text = |kind: &str| fs::read(self.file(kind)).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        Ok(Ran { exit: status.code(), stdout: text("out")?, stderr: text("err")?, took })
    }

    fn file(&self, kind: &str) -> PathBuf {
        Path::new(&self.folder).join(format!("{}.{kind}", self.name))
    }
}

/// Waits for its end; one that never comes is a failure of its own.
pub fn wait(child: &mut Child) -> Result<ExitStatus> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if Instant::now() > deadline {
            child.kill()?;
            child.wait()?;
            bail!("it did not end within {} s", PATIENCE.as_secs());
        }
        sleep(Duration::from_millis(1));
    }
}

impl Ran {
    pub fn succeeded(&self) -> bool {
        self.exit == Some(0)
    }

    /// The code of the failure, where it could still say one.
    pub fn code(&self) -> Option<String> {
        let document: Value = serde_json::from_str(&self.stdout).ok()?;
        Some(document["error"]["code"].as_str()?.to_owned())
    }

    /// The commands that it names, without the words behind them.
    pub fn next(&self) -> Vec<String> {
        let document: Value = serde_json::from_str(&self.stdout).unwrap_or_default();
        let named = document["error"]["next"].as_array().cloned().unwrap_or_default();
        let command = |line: &str| line.split("   (").next().unwrap_or(line).trim().to_owned();
        named.iter().filter_map(Value::as_str).map(command).filter(|line| line.starts_with("whimbrel ")).collect()
    }

    pub fn told(&self) -> String {
        format!("exit {:?}\n{}{}", self.exit, self.stdout, self.stderr)
    }
}
