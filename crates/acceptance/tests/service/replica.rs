//! One process of the example service.

use std::io::{BufRead as _, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use whimbrel_acceptance::examples::program;

use crate::http::{Answer, ask};

/// For whatever comes about by itself.
pub const PATIENCE: Duration = Duration::from_secs(90);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Release {
    One,
    Two,
}

#[derive(Debug, Clone, Copy)]
pub enum Migrates {
    AtStart,
    Never,
}

pub struct Replica {
    pub address: SocketAddr,
    pub release: Release,
    process: Child,
    said: Arc<Mutex<Vec<String>>>,
}

impl Replica {
    pub fn start(release: Release, url: &str, deploy: &str, migrates: Migrates) -> Result<Replica> {
        let name = match release {
            Release::One => "release-1",
            Release::Two => "release-2",
        };
        let mut process = Command::new(program(name)?)
            .env("DATABASE_URL", url)
            .env("LISTEN", "127.0.0.1:0")
            .env("DEPLOY", deploy)
            .env("COMMIT", format!("commit-of-{deploy}"))
            .env(
                "MIGRATE",
                match migrates {
                    Migrates::AtStart => "at-start",
                    Migrates::Never => "never",
                },
            )
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let said = Arc::default();
        listen(process.stdout.take(), &said);
        listen(process.stderr.take(), &said);
        let address = address(&said, &mut process)?;
        Ok(Replica { address, release, process, said })
    }

    pub fn ready(&self) -> Result<Answer> {
        ask(self.address, "GET", "/ready", None).with_context(|| self.said())
    }

    /// Waits until its readiness is what is expected.
    pub fn until(&mut self, expected: impl Fn(&Answer) -> bool) -> Result<Answer> {
        let begun = Instant::now();
        loop {
            let answer = self.ready()?;
            if expected(&answer) {
                return Ok(answer);
            }
            let ended = self.process.try_wait()?;
            ensure!(ended.is_none(), "it ended with {ended:?}: {}", self.said());
            ensure!(begun.elapsed() < PATIENCE, "it says {}: {}; {}", answer.status, answer.body, self.said());
            sleep(Duration::from_millis(20));
        }
    }

    pub fn until_ready(&mut self) -> Result<Answer> {
        self.until(|answer| answer.status == 200)
    }

    /// As whoever rolls out stops it, and waits for its end.
    pub fn stop(mut self) -> Result<()> {
        let pid = self.process.id().to_string();
        ensure!(Command::new("kill").args(["-TERM", &pid]).status()?.success());
        let status = self.wait()?;
        ensure!(status.success(), "it ended with {status}: {}", self.said());
        Ok(())
    }

    fn wait(&mut self) -> Result<ExitStatus> {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.process.try_wait()? {
                return Ok(status);
            }
            if begun.elapsed() > PATIENCE {
                bail!("it does not stop: {}", self.said());
            }
            sleep(Duration::from_millis(5));
        }
    }

    pub fn said(&self) -> String {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).join("\n")
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn listen(stream: Option<impl Read + Send + 'static>, said: &Arc<Mutex<Vec<String>>>) {
    let (Some(stream), said) = (stream, Arc::clone(said)) else { return };
    spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            said.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        }
    });
}

fn address(said: &Mutex<Vec<String>>, process: &mut Child) -> Result<SocketAddr> {
    let begun = Instant::now();
    loop {
        let ended = process.try_wait()?;
        let lines = said.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(address) = lines.iter().find_map(|line| line.strip_prefix("listening on ")) {
            return Ok(address.parse()?);
        }
        if ended.is_some() || begun.elapsed() > PATIENCE {
            let _ = process.kill();
            bail!("it does not listen ({ended:?}): {}", lines.join("\n"));
        }
        sleep(Duration::from_millis(5));
    }
}
