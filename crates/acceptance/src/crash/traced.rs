//! System calls, one by one, through `strace`: the only way to stop a program between two of its writes and at the same
//! one every time. Without it kills land by time and by the journal's size alone, and the run says so.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use anyhow::Result;

use super::kill::Kind;

/// What changes files.
const CALLS: &str = "pwrite64,fsync,fdatasync,unlink,ftruncate,rename";

/// Whether it is here, and may watch.
pub fn is_there() -> bool {
    static THERE: OnceLock<bool> = OnceLock::new();
    *THERE.get_or_init(|| {
        let mut command = Command::new("strace");
        command.args(["-qq", "-o", "/dev/null", "true"]).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    })
}

/// The words before a program that write its calls down.
pub fn watching(log: &Path) -> Vec<String> {
    let words = ["strace", "-f", "-qq", "-e", "signal=none", "-e"].map(str::to_owned);
    let rest = [format!("trace={CALLS}"), "-o".to_owned(), log.display().to_string()];
    words.into_iter().chain(rest).collect()
}

/// The words before a program that end it, or its writing, at one of its calls.
pub fn ending(log: &Path, kind: Kind, name: &str, number: usize) -> Vec<String> {
    let what = match kind {
        Kind::DiskFull => format!("inject={name}:error=ENOSPC:when={number}+"),
        Kind::ClientKilled | Kind::BackendTerminated | Kind::ConnectionCut | Kind::ServerStopped => {
            format!("inject={name}:signal=KILL:when={number}")
        }
    };
    let mut words = watching(log);
    words.extend(["-e".to_owned(), what]);
    words
}

/// The names of the calls that were written down, in order.
pub fn calls(log: &Path) -> Result<Vec<String>> {
    let text = fs::read_to_string(log)?;
    let name = |line: &str| Some(line.split_whitespace().nth(1)?.split('(').next()?.to_owned());
    Ok(text.lines().filter_map(name).filter(|name| CALLS.split(',').any(|call| call == name)).collect())
}
