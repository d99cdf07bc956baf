//! A program of PostgreSQL's while it runs: what it says, and how it is stopped.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use whimbrel_run::{DriverError, DriverErrorKind};

/// How long one that was asked to stop may take to tell the server so.
const GRACE: Duration = Duration::from_secs(5);

/// Lines of what it complained of that are kept.
const KEPT: usize = 40;

/// How the error ends that a newer client has with an older server.
const UNKNOWN_SETTING: &str = "unrecognized configuration parameter \"transaction_timeout\"";

/// It is stopped, with all that it started, when this is dropped.
pub(super) struct Running {
    name: &'static str,
    child: Child,
    said: Receiver<String>,
    reader: Option<JoinHandle<()>>,
    /// What it complained of.
    pub complaints: Vec<String>,
    /// How often it met an error, and how often it was only that one.
    errors: usize,
    unknown_settings: usize,
    ended: bool,
}

/// What a line of its says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// The rows of a table are done: the entry's number in the archive, and the table's name without its namespace.
    Finished(u32, String),
}

impl Running {
    /// Nobody asks for a password: it was given, or there is none.
    pub fn start(name: &'static str, mut command: Command) -> Result<Running, DriverError> {
        command.args(["--no-password", "--verbose"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        // A group of its own: Ctrl-C is for us, who stop it in order.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn().map_err(|error| not_started(name, &error))?;
        let stderr = child.stderr.take();
        let (tell, said) = mpsc::channel();
        let reader = std::thread::spawn(move || {
            let Some(stderr) = stderr else { return };
            let mut lines = BufReader::new(stderr);
            let mut line = Vec::new();
            while lines.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
                let text = String::from_utf8_lossy(&line).trim_end().to_owned();
                if tell.send(text).is_err() {
                    return;
                }
                line.clear();
            }
        });
        let reader = Some(reader);
        Ok(Running { name, child, said, reader, complaints: Vec::new(), errors: 0, unknown_settings: 0, ended: false })
    }

    /// What it has said within that time; `None` when it has said all that it ever will.
    pub fn hear(&mut self, wait: Duration) -> Option<Vec<Said>> {
        let mut heard = Vec::new();
        let mut next = self.said.recv_timeout(wait);
        loop {
            match next {
                Ok(line) => heard.extend(self.note(line)),
                Err(RecvTimeoutError::Timeout) => return Some(heard),
                Err(RecvTimeoutError::Disconnected) => return if heard.is_empty() { None } else { Some(heard) },
            }
            next = self.said.recv_timeout(Duration::ZERO);
        }
    }

    /// What follows an error belongs to it: the statement, and what the server said of it.
    fn note(&mut self, line: String) -> Option<Said> {
        let own = line.strip_prefix(self.name).and_then(|rest| rest.strip_prefix(": "));
        let complains = match own {
            Some(rest) => {
                ["error: ", "warning: ", "detail: ", "hint: ", "fatal: "].iter().any(|it| rest.starts_with(it))
            }
            None => !self.complaints.is_empty(),
        };
        if own.is_some_and(|rest| rest.starts_with("error: ") || rest.starts_with("fatal: ")) {
            self.errors += 1;
            self.unknown_settings += usize::from(line.ends_with(UNKNOWN_SETTING));
        }
        if complains && self.complaints.len() < KEPT {
            self.complaints.push(line.clone());
        }
        own.and_then(heard)
    }

    /// Waits for its end. `Ok` where it says that all went well.
    pub fn finish(&mut self) -> Result<bool, DriverError> {
        while self.hear(Duration::from_secs(1)).is_some() {}
        let status = self.child.wait().map_err(|error| not_started(self.name, &error))?;
        self.ended = true;
        Ok(status.success())
    }

    /// Whether it failed in nothing but to set what an older server does not know.
    pub fn only_unknown_settings(&self) -> bool {
        self.errors > 0 && self.errors == self.unknown_settings
    }

    /// In its own words.
    pub fn failed(&self) -> DriverError {
        let mut lines = self.complaints.iter();
        let first = lines.find(|line| line.contains("error: ") || line.contains("fatal: "));
        let message = first.cloned().unwrap_or_else(|| format!("{} was ended before it was done", self.name));
        let rest: Vec<&str> = lines.map(String::as_str).collect();
        let all = self.complaints.join("\n");
        let kind = match all.as_str() {
            text if text.contains("No space left on device") => DriverErrorKind::Unwritable,
            text if text.contains("could not obtain lock on") || text.contains("due to lock timeout") => {
                DriverErrorKind::Busy
            }
            text if text.contains("permission denied") => DriverErrorKind::Forbidden,
            text if text.contains("connection to server") || text.contains("could not connect") => {
                DriverErrorKind::Connect
            }
            _ => DriverErrorKind::Statement,
        };
        let detail = (!rest.is_empty()).then(|| rest.join("\n"));
        DriverError { detail, ..DriverError::new(kind, message) }
    }

    /// Asks it and its workers to stop, which tells the server to, and waits until they have.
    pub fn stop(&mut self) {
        if self.ended {
            return;
        }
        self.signal(false);
        let deadline = Instant::now() + GRACE;
        while Instant::now() < deadline {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                self.ended = true;
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        // Also what it left behind of its own.
        self.signal(true);
        let _ = self.child.wait();
        self.ended = true;
    }

    #[cfg(unix)]
    fn signal(&mut self, kill: bool) {
        use rustix::process::{Pid, Signal, kill_process_group};
        let signal = if kill { Signal::KILL } else { Signal::TERM };
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process_group(group, signal);
        }
    }

    #[cfg(not(unix))]
    fn signal(&mut self, _kill: bool) {
        let _ = self.child.kill();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
    }
}

/// `finished item 2946 TABLE DATA t`
fn heard(line: &str) -> Option<Said> {
    let (number, entry) = line.strip_prefix("finished item ")?.split_once(' ')?;
    Some(Said::Finished(number.parse().ok()?, entry.strip_prefix("TABLE DATA ")?.to_owned()))
}

/// Runs one that ends soon, and gives what it printed.
pub(super) fn printed(name: &'static str, mut command: Command) -> Result<String, DriverError> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| not_started(name, &error))?;
    let mut stderr = child.stderr.take();
    let complained = std::thread::spawn(move || {
        let mut text = Vec::new();
        let _ = stderr.as_mut().map(|pipe| pipe.read_to_end(&mut text));
        String::from_utf8_lossy(&text).trim_end().to_owned()
    });
    let mut text = Vec::new();
    let read = child.stdout.take().map(|mut pipe| pipe.read_to_end(&mut text));
    let status = child.wait().map_err(|error| not_started(name, &error))?;
    let complained = complained.join().unwrap_or_default();
    if let (true, Some(Ok(_))) = (status.success(), read) {
        return String::from_utf8(text)
            .map_err(|_| DriverError::new(DriverErrorKind::Statement, format!("{name} printed what is no UTF-8")));
    }
    let message = complained.lines().next().unwrap_or("it was ended before it was done").to_owned();
    let detail = Some(complained.lines().skip(1).collect::<Vec<_>>().join("\n")).filter(|rest| !rest.is_empty());
    Err(DriverError { detail, ..DriverError::new(DriverErrorKind::Statement, message) })
}

fn not_started(name: &str, error: &std::io::Error) -> DriverError {
    DriverError::new(DriverErrorKind::Unsupported, format!("{name} cannot be run: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_that_are_done_are_heard() {
        assert_eq!(heard("finished item 2946 TABLE DATA t"), Some(Said::Finished(2946, "t".to_owned())));
        assert_eq!(heard("finished item 3158 CONSTRAINT t t_pkey"), None);
        assert_eq!(heard("dumping contents of table \"public.t\""), None);
    }
}
