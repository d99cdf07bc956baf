//! Commands of the user's: one that makes a backup elsewhere, one that says whether it is good, one that takes a backup
//! away.

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Instant;

use super::folder::Backup;
use super::progress::{Doing, Progress, Watch};
use super::{BackupError, BackupId, Difference, FORMAT, Manifest, Proof, Proved};
use crate::clock;

/// What a command calls its backup, and what whimbrel does.
const ID: &str = "WHIMBREL_BACKUP_ID";
const REFERENCE: &str = "WHIMBREL_BACKUP_REFERENCE";

fn shell(command: &str, id: &BackupId) -> Command {
    let (program, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let mut shell = Command::new(program);
    shell.args([flag, command]).env(ID, &id.0).stdin(Stdio::null()).stderr(Stdio::piped()).stdout(Stdio::piped());
    shell
}

/// Runs the command that makes a backup; what it prints is what the backup is called there.
pub(super) fn make(command: &str, id: &BackupId) -> Result<String, BackupError> {
    let output = shell(command, id).output().map_err(|error| unstarted(command, &error))?;
    let said = String::from_utf8_lossy(&output.stderr).trim().to_string();
    if !output.status.success() {
        return Err(failed(command, format!("ended with {}", output.status), said));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_string())
}

/// Runs the command that looks at the backup which another has made, and writes down what it found.
pub fn check(backup: &Backup, command: &str, whimbrel: &str) -> Result<Proof, BackupError> {
    let (begun, manifest) = (Instant::now(), &backup.manifest);
    let mut shell = shell(command, &manifest.id);
    shell.env(REFERENCE, manifest.reference.as_deref().unwrap_or_default());
    let output = shell.output().map_err(|error| unstarted(command, &error))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_string();
        return Err(failed(command, format!("ended with {}", output.status), said));
    }
    let proof = Proof {
        format: FORMAT,
        manifest: backup.sha256.clone(),
        at: clock::now(),
        milliseconds: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        by: Proved::Command { command: command.to_string() },
        differences: Vec::<Difference>::new(),
        whimbrel: whimbrel.to_string(),
    };
    backup.prove(&proof)?;
    Ok(proof)
}

/// Gives the backup to the command as one archive (tar), its manifest last: an archive that was cut off is no backup.
pub fn send(backup: &Backup, command: &str, watch: &mut Watch<'_>) -> Result<(), BackupError> {
    let mut child = shell(command, &backup.manifest.id)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .map_err(|error| unstarted(command, &error))?;
    // Read beside, so that a command that says much does not wait for us while we wait for it.
    let said = child.stderr.take().map(|mut stderr| {
        thread::spawn(move || {
            let mut said = Vec::new();
            let _ = std::io::copy(&mut stderr, &mut said);
            String::from_utf8_lossy(&said).trim().to_string()
        })
    });
    let sent = feed(&mut child, backup, watch);
    if let Err(BackupError::Stopped) = sent {
        // It must not take what came until now for all of it.
        let _ = child.kill();
    }
    let status = child.wait().map_err(|error| unstarted(command, &error))?;
    let said = said.and_then(|said| said.join().ok()).unwrap_or_default();
    match sent {
        Err(BackupError::Stopped) => Err(BackupError::Stopped),
        // Why it would not read on, it says itself.
        _ if !status.success() => Err(failed(command, format!("ended with {status}"), said)),
        Err(BackupError::File { source, .. }) => Err(failed(command, format!("took not all of it: {source}"), said)),
        other => other,
    }
}

fn feed(child: &mut Child, backup: &Backup, watch: &mut Watch<'_>) -> Result<(), BackupError> {
    let Some(stdin) = child.stdin.take() else { return Ok(()) };
    let sending = || BackupError::file("sending", &backup.path);
    let mut archive = tar::Builder::new(std::io::BufWriter::new(stdin));
    let (mut done, of) = (0, backup.manifest.size());
    for name in files_of(&backup.manifest) {
        let inner = Path::new(&backup.manifest.id.0).join(&name);
        archive.append_path_with_name(backup.path.join(&name), inner).map_err(sending())?;
        done += backup.manifest.files.iter().find(|file| file.path == name).map_or(0, |file| file.size);
        if watch(Progress::of(Doing::Sending, done, Some(of)).about(name)).is_break() {
            return Err(BackupError::Stopped);
        }
    }
    let mut stdin = archive.into_inner().map_err(sending())?;
    stdin.flush().map_err(sending())
}

fn files_of(manifest: &Manifest) -> Vec<String> {
    use super::manifest::MANIFEST;
    let files = manifest.files.iter().map(|file| file.path.clone());
    files.chain([super::sealed::name_of_seal(MANIFEST), MANIFEST.to_string()]).collect()
}

fn unstarted(command: &str, error: &std::io::Error) -> BackupError {
    failed(command, format!("cannot be run: {error}"), String::new())
}

fn failed(command: &str, how: String, said: String) -> BackupError {
    BackupError::Command { command: command.to_string(), how, said }
}
