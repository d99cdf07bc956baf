//! Plays in a file: a rollback journal, or a write-ahead log.

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;
use whimbrel_engines::sqlite::{self, Mode, Place};
use whimbrel_run::Driver as _;
use whimbrel_schema::Engine;

use super::kill::{Kill, Kind, Moment};
use super::landing::Landing;
use super::plan::Course;
use super::play::{Stage, Struck};
use super::state::State;
use super::traced;
use super::whimbrel::{self, Line};
use crate::database::{Journal, open};

pub struct Files {
    journal: Journal,
    folder: TempDir,
    made: usize,
}

impl Files {
    pub fn new(journal: Journal) -> Result<Files> {
        Ok(Files { journal, folder: tempfile::Builder::new().prefix("whimbrel-crash-").tempdir()?, made: 0 })
    }

    fn next(&mut self) -> String {
        self.made += 1;
        format!("sqlite:///{}", self.folder.path().join(format!("{}.db", self.made)).display())
    }

    fn beside(&self, url: &str) -> PathBuf {
        with(&path(url), if self.journal == Journal::Wal { "-wal" } else { "-journal" })
    }

    /// What a kill left, read from copies: the files themselves are for whimbrel to open first.
    fn landing(&self, url: &str, before: &Progress, wrote: bool) -> Result<Landing> {
        let folder = tempfile::tempdir()?;
        let copy = folder.path().join("copy.db");
        for end in ["", "-journal", "-wal"] {
            if with(&path(url), end).exists() {
                fs::copy(with(&path(url), end), with(&copy, end))?;
            }
        }
        let as_found = fs::read(&copy)?;
        let hot = match self.journal {
            Journal::Wal => has_open_frames(&fs::read(with(&copy, "-wal")).unwrap_or_default()),
            Journal::Rollback | Journal::Memory => fs::metadata(with(&copy, "-journal")).is_ok_and(|it| it.len() > 0),
        };
        let after = Progress::read(&format!("sqlite:///{}", copy.display()))?;
        let torn = hot && self.journal != Journal::Wal && fs::read(&copy)? != as_found;
        Ok(match (hot || wrote, after.is_over(before)) {
            (true, _) if torn || (self.journal == Journal::Wal && hot) => Landing::AtCommit,
            (true, _) => Landing::InStatement,
            (false, true) => Landing::AfterLast,
            (false, false) if after == *before => Landing::BeforeFirst,
            (false, false) => Landing::Between,
        })
    }
}

fn path(url: &str) -> PathBuf {
    PathBuf::from(url.trim_start_matches("sqlite:///"))
}

fn with(path: &Path, end: &str) -> PathBuf {
    PathBuf::from(format!("{}{end}", path.display()))
}

/// How far the ledger is.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Progress {
    events: usize,
    statements: String,
    /// Whether the last run came to its end: only there is it written what the database is then.
    ended: bool,
}

impl Progress {
    fn read(url: &str) -> Result<Progress> {
        let mut driver = open(url)?;
        let ledger = whimbrel_run::ledger::read(driver.as_mut())?;
        let rows = driver.query("SELECT count(*) FROM main.whimbrel_ledger_statement", &[]);
        Ok(Progress {
            events: ledger.events.len(),
            statements: format!("{:?}", rows.unwrap_or_default()),
            ended: ledger.unfinished().is_none() && ledger.fingerprint().is_some(),
        })
    }

    fn is_over(&self, before: &Progress) -> bool {
        self.events > before.events && self.ended
    }
}

/// Whether a log ends in frames of a transaction that never committed.
fn has_open_frames(log: &[u8]) -> bool {
    let number = |at: usize| -> Option<u32> { Some(u32::from_be_bytes(log.get(at..at + 4)?.try_into().ok()?)) };
    let (Some(page), Some(salt), Some(pepper)) = (number(8), number(16), number(20)) else { return false };
    let (mut at, mut open) = (32, false);
    // Frames of an earlier round of the log have other salts.
    while let (Some(size), Some(one), Some(other)) = (number(at + 4), number(at + 8), number(at + 12)) {
        if (one, other) != (salt, pepper) {
            break;
        }
        open = size == 0;
        at += 24 + usize::try_from(page).unwrap_or(0);
    }
    open
}

/// Whether that process holds the lock of whoever writes: the system lists it by inode and byte.
fn writes(process: u32, database: &Path) -> bool {
    const RESERVED: &str = "1073741825";
    const WAL_WRITER: &str = "120";
    let inode = |path: PathBuf| fs::metadata(path).map(|found| found.ino().to_string()).unwrap_or_default();
    let wanted = [(inode(with(database, "")), RESERVED), (inode(with(database, "-shm")), WAL_WRITER)];
    let locks = fs::read_to_string("/proc/locks").unwrap_or_default();
    locks.lines().any(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [.., kind, owner, place, from, to] = words.as_slice() else { return false };
        let covers = |byte: &str| match (byte.parse::<u64>(), from.parse::<u64>(), to.parse::<u64>()) {
            (Ok(byte), Ok(from), Ok(to)) => (from..=to).contains(&byte),
            _ => false,
        };
        let file = place.rsplit(':').next().unwrap_or_default();
        *kind == "WRITE"
            && *owner == process.to_string()
            && wanted.iter().any(|(inode, byte)| file == inode && covers(byte))
    })
}

impl Stage for Files {
    fn engine(&self) -> Engine {
        Engine::Sqlite
    }

    fn fresh(&mut self) -> Result<String> {
        let url = self.next();
        let mut driver = sqlite::connect(&Place::File(path(&url)), Mode::Create)?;
        let mode = if self.journal == Journal::Wal { "wal" } else { "delete" };
        driver.query(&format!("PRAGMA journal_mode = {mode}"), &[])?;
        Ok(url)
    }

    fn copy(&mut self, of: &str) -> Result<String> {
        // The last connection has folded the log into the file.
        ensure!(!self.beside(of).exists(), "the start is not at rest");
        let url = self.next();
        fs::copy(path(of), path(&url))?;
        Ok(url)
    }

    fn remove(&mut self, url: &str) -> Result<()> {
        for end in ["", "-journal", "-wal", "-shm", "-whimbrel"] {
            let _ = fs::remove_file(with(&path(url), end));
        }
        Ok(())
    }

    fn unbroken(&mut self, line: &Line, url: &str) -> Result<(whimbrel::Ran, Course)> {
        let log = self.folder.path().join("calls");
        let mut journal = 0;
        let begun = Instant::now();
        let mut child = line.command(&[], url)?.spawn()?;
        let status = loop {
            journal = journal.max(fs::metadata(self.beside(url)).map_or(0, |found| found.len()));
            if let Some(status) = child.try_wait()? {
                break status;
            }
        };
        let ran = line.ended(status, begun.elapsed())?;
        Ok((ran.clone(), Course { took: ran.took, queries: Vec::new(), calls: self.calls(&log)?, journal }))
    }

    fn watch(&mut self, line: &Line, url: &str) -> Result<whimbrel::Ran> {
        if !traced::is_there() {
            return line.run(&[], url);
        }
        line.run(&traced::watching(&self.folder.path().join("calls")), url)
    }

    fn killed(&mut self, line: &Line, url: &str, kill: &Kill) -> Result<Struck> {
        let before = Progress::read(&self.copy_aside(url)?)?;
        let log = self.folder.path().join("calls-of-the-killed");
        if let Moment::Call { name, number } = &kill.moment {
            let ran = line.run(&traced::ending(&log, kill.kind, name, *number), url)?;
            let struck = match kill.kind {
                // Where the run could do without that write, nothing was wrong with it.
                Kind::DiskFull => !ran.succeeded(),
                Kind::ClientKilled | Kind::BackendTerminated | Kind::ConnectionCut | Kind::ServerStopped => {
                    ran.exit.is_none() || ran.exit == Some(137)
                }
            };
            let landing = self.landing(url, &before, false)?;
            return Ok(Struck { landing: struck.then_some(landing), ran });
        }
        let begun = Instant::now();
        let mut child = line.command(&[], url)?.spawn()?;
        let journal = self.beside(url);
        let is_due = || match kill.moment {
            Moment::Time(after) => begun.elapsed() >= after,
            Moment::Journal { bytes } => fs::metadata(&journal).is_ok_and(|found| found.len() > bytes),
            Moment::Query { .. } | Moment::Call { .. } => true,
        };
        while !is_due() && child.try_wait()?.is_none() {
            if let Moment::Time(_) = kill.moment {
                sleep(Duration::from_micros(200));
            }
        }
        // Stopped first, so that it is known what it was about.
        let process = child.id();
        let mut stop = Command::new("kill");
        let _ = stop.args(["-STOP", &process.to_string()]).stderr(Stdio::null()).status();
        let wrote = writes(process, &path(url));
        child.kill()?;
        let status = child.wait()?;
        let ran = line.ended(status, begun.elapsed())?;
        let landing = match ran.exit {
            Some(_) => None,
            None => Some(self.landing(url, &before, wrote)?),
        };
        Ok(Struck { ran, landing })
    }

    fn settle(&mut self, _: &str) -> Result<()> {
        Ok(())
    }

    fn look(&mut self, url: &str) -> Result<State> {
        State::read(open(&self.copy_aside(url)?)?.as_mut())
    }

    fn leftovers(&mut self, url: &str) -> Result<Vec<String>> {
        let file = path(url);
        // The lock file of a killed run stays until a run takes the lock: one that finds nothing to do takes none.
        // So does a journal that had not got its head yet, or nothing at all: the database is as it was, and nobody reads
        // the journal.
        let is_headless = |end: &str| {
            let mut head = Vec::new();
            let read = fs::File::open(with(&file, end)).and_then(|journal| journal.take(1).read_to_end(&mut head));
            end == "-journal" && read.is_ok() && matches!(head[..], [] | [0])
        };
        let left = ["-journal", "-wal", "-shm"].into_iter();
        let left = left.filter(|end| with(&file, end).exists() && !is_headless(end));
        let mut left: Vec<String> = left.map(|end| format!("the file {}", with(&file, end).display())).collect();
        let sound = open(url)?.query("PRAGMA integrity_check", &[])?;
        if sound != [[Some("ok".to_owned())]] {
            left.push(format!("a broken database: {sound:?}"));
        }
        Ok(left)
    }
}

impl Files {
    /// Without opening the database that is played on: what recovers a killed run is to be whimbrel's next one.
    fn copy_aside(&self, url: &str) -> Result<String> {
        let copy = self.folder.path().join("aside.db");
        for end in ["", "-journal", "-wal", "-shm"] {
            let _ = fs::remove_file(with(&copy, end));
            if end != "-shm" && with(&path(url), end).exists() {
                fs::copy(with(&path(url), end), with(&copy, end)).context("copying what a kill left")?;
            }
        }
        Ok(format!("sqlite:///{}", copy.display()))
    }

    fn calls(&self, log: &Path) -> Result<Vec<String>> {
        if traced::is_there() && log.exists() { traced::calls(log) } else { Ok(Vec::new()) }
    }
}
