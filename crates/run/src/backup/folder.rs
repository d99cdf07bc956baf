//! The folder of backups: `2026-11-22-094107/` is one, `.2026-11-22-094107.partial/` may become one.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::manifest::{MANIFEST, PROOF};
use super::sealed::{self, Unsealed};
use super::verify::Fault;
use super::workplace::{self, Workplace};
use super::{BackupError, BackupId, FORMAT, Manifest, Proof, files};

const PARTIAL: &str = ".partial";
const REMOVED: &str = ".removed";

#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
}

/// A backup whose manifest is what was written. What its files are, [`verify`](super::verify) knows.
#[derive(Debug, Clone)]
pub struct Backup {
    pub path: PathBuf,
    pub manifest: Manifest,
    /// SHA-256 of the manifest.
    pub sha256: String,
}

/// What is known about whether a database comes out of it again.
#[derive(Debug, Clone)]
pub enum Standing {
    /// Nobody has tried.
    Unproved,
    Proved(Proof),
    /// What came out was something else.
    Unequal(Proof),
    /// There is a proof that nobody can believe, and why.
    Doubtful(String),
}

/// What lies in the folder under the name of a backup.
#[derive(Debug, Clone)]
pub struct Listed {
    pub id: BackupId,
    pub path: PathBuf,
    pub found: Result<(Backup, Standing), Fault>,
}

/// What a run that was killed, or that could not clean up, left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leftover {
    pub path: PathBuf,
    pub bytes: u64,
    /// Somebody is at it now.
    pub in_use: bool,
}

impl Folder {
    pub fn new(path: impl Into<PathBuf>) -> Folder {
        Folder { path: path.into() }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All that look like backups, the oldest first. A folder that is not there has none.
    pub fn list(&self) -> Result<Vec<Listed>, BackupError> {
        let names = self.names()?;
        let ids = names.into_iter().filter(|name| !name.starts_with('.')).map(BackupId);
        let mut listed: Vec<Listed> = ids.filter_map(|id| self.look(id)).collect();
        listed.sort_by(|a, b| a.taken_at().cmp(b.taken_at()).then_with(|| a.id.cmp(&b.id)));
        Ok(listed)
    }

    fn look(&self, id: BackupId) -> Option<Listed> {
        let path = self.path.join(&id.0);
        if !path.is_dir() {
            return None;
        }
        match Backup::open(&path) {
            // A folder of somebody else's, unless its name says that it is ours.
            Err(Fault::NoManifest) if !id.is_ours() => None,
            Err(fault) => Some(Listed { id, path, found: Err(fault) }),
            Ok(backup) => {
                let standing = backup.standing();
                Some(Listed { id, path, found: Ok((backup, standing)) })
            }
        }
    }

    /// The one that is meant: by its id, by how that begins, or `latest`.
    pub fn find(&self, wanted: &str) -> Result<Backup, BackupError> {
        let listed = self.list()?;
        let unknown = || BackupError::Unknown { wanted: wanted.to_string(), folder: self.path.clone() };
        let exact = listed.iter().position(|listed| listed.id.0 == wanted);
        let mut meant: Vec<Listed> = match (wanted, exact) {
            ("latest", _) => listed.into_iter().next_back().into_iter().collect(),
            (_, Some(at)) => listed.into_iter().nth(at).into_iter().collect(),
            (_, None) if wanted.is_empty() => Vec::new(),
            (_, None) => listed.into_iter().filter(|listed| listed.id.0.starts_with(wanted)).collect(),
        };
        if meant.len() > 1 {
            let ids = meant.into_iter().map(|listed| listed.id).collect();
            return Err(BackupError::Ambiguous { wanted: wanted.to_string(), ids });
        }
        let Listed { id, found, .. } = meant.pop().ok_or_else(unknown)?;
        match found {
            Ok((backup, _)) => Ok(backup),
            Err(fault) => Err(BackupError::Damaged { id, faults: vec![fault] }),
        }
    }

    /// What was begun and never ended, and what was half removed.
    pub fn leftovers(&self) -> Result<Vec<Leftover>, BackupError> {
        let names = self.names()?;
        let ours = names.iter().filter(|name| {
            let id = name.strip_prefix('.').and_then(|name| name.strip_suffix(PARTIAL).or(name.strip_suffix(REMOVED)));
            id.is_some_and(|id| BackupId(id.to_string()).is_ours())
        });
        Ok(ours.map(|name| leftover(self.path.join(name))).collect())
    }

    /// Takes away what nobody is at any more; says what.
    pub fn sweep(&self) -> Result<Vec<Leftover>, BackupError> {
        let left: Vec<Leftover> = self.leftovers()?.into_iter().filter(|left| !left.in_use).collect();
        left.iter().try_for_each(|left| remove_all(&left.path))?;
        Ok(left)
    }

    /// Removes a backup. It is gone under its name before the first of its files is.
    pub fn remove(&self, id: &BackupId) -> Result<(), BackupError> {
        let path = self.path.join(&id.0);
        let removed = self.path.join(format!(".{id}{REMOVED}"));
        remove_all(&removed)?;
        match fs::rename(&path, &removed) {
            // Another run was faster.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            outcome => outcome.map_err(BackupError::file("removing", &path))?,
        }
        files::sync_folder(&self.path).map_err(BackupError::file("syncing", &self.path))?;
        remove_all(&removed)
    }

    /// A new folder to fill, under the name of the moment.
    pub(super) fn begin(&self, now: Timestamp) -> Result<(BackupId, Workplace), BackupError> {
        if !self.path.is_dir() {
            let making = || BackupError::file("making the folder", &self.path);
            if let Some(parent) = self.path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
                fs::create_dir_all(parent).map_err(making())?;
            }
            match files::create_folder(&self.path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                outcome => {
                    outcome.map_err(making())?;
                    // Rows of production are not to be committed along with the code that they lie beside.
                    let ignored = self.path.join(".gitignore");
                    fs::write(&ignored, "*\n").map_err(BackupError::file("writing", &ignored))?;
                }
            }
        }
        let moment = now.strftime("%Y-%m-%d-%H%M%S").to_string();
        let mut again = 1;
        loop {
            let id = BackupId(if again == 1 { moment.clone() } else { format!("{moment}-{again}") });
            let workplace = Workplace::create(&self.path.join(format!(".{id}{PARTIAL}")))?;
            // Asked when the name is ours: whoever had it before has given it away or has become the backup.
            match workplace.filter(|_| !self.path.join(&id.0).exists()) {
                Some(workplace) => return Ok((id, workplace)),
                None => again += 1,
            }
        }
    }

    pub(super) fn finish(&self, id: &BackupId, workplace: Workplace) -> Result<PathBuf, BackupError> {
        let path = self.path.join(&id.0);
        workplace.finish(&path)?;
        Ok(path)
    }

    fn names(&self) -> Result<Vec<String>, BackupError> {
        let entries = match fs::read_dir(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(BackupError::file("reading", &self.path))?,
        };
        let mut names = Vec::new();
        for entry in entries {
            let name = entry.map_err(BackupError::file("reading", &self.path))?.file_name();
            names.extend(name.into_string().ok());
        }
        names.sort();
        Ok(names)
    }
}

fn leftover(path: PathBuf) -> Leftover {
    Leftover { bytes: files::weight(&path), in_use: workplace::is_in_use(&path), path }
}

fn remove_all(path: &Path) -> Result<(), BackupError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        outcome => outcome.map_err(BackupError::file("removing", path)),
    }
}

/// Folders for what is not yet encrypted, or no longer, that a killed run has left.
pub fn sweep_staging(folder: &Path) -> Vec<Leftover> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let names = entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(STAGING));
    let left = names.map(|entry| leftover(entry.path())).filter(|left| !left.in_use);
    // Where it is another user's, it stays.
    left.filter(|left| remove_all(&left.path).is_ok()).collect()
}

pub(super) const STAGING: &str = "whimbrel-backup-";

impl Listed {
    fn taken_at(&self) -> &str {
        match &self.found {
            Ok((backup, _)) => &backup.manifest.taken_at,
            Err(_) => &self.id.0,
        }
    }
}

impl BackupId {
    /// Whether whimbrel gives such names.
    fn is_ours(&self) -> bool {
        let mut parts = self.0.split('-');
        let digits = |part: Option<&str>, count: usize| {
            part.is_some_and(|part| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit()))
        };
        let moment = [4, 2, 2, 6].iter().all(|count| digits(parts.next(), *count));
        moment && parts.all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
    }
}

impl Backup {
    /// Reads the manifest and holds it against its hash and against the name of the folder.
    pub fn open(path: &Path) -> Result<Backup, Fault> {
        let (text, sha256) = sealed::read(path, MANIFEST).map_err(|error| match error {
            Unsealed::Missing => Fault::NoManifest,
            Unsealed::Broken(what) => Fault::Manifest { what },
            Unsealed::Io(path, error) => {
                Fault::Unreadable { path: path.display().to_string(), what: error.to_string() }
            }
        })?;
        let value: serde_json::Value =
            serde_json::from_str(&text).map_err(|error| Fault::Manifest { what: error.to_string() })?;
        let format = value.get("format").and_then(serde_json::Value::as_u64).unwrap_or_default();
        if format > u64::from(FORMAT) {
            return Err(Fault::Newer { format });
        }
        let manifest: Manifest =
            serde_json::from_value(value).map_err(|error| Fault::Manifest { what: error.to_string() })?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if manifest.id.0 != name {
            return Err(Fault::Misnamed { says: manifest.id });
        }
        Ok(Backup { path: path.to_path_buf(), manifest, sha256 })
    }

    /// What the proof beside it says.
    pub fn standing(&self) -> Standing {
        let text = match sealed::read(&self.path, PROOF) {
            Ok((text, _)) => text,
            Err(Unsealed::Missing) => return Standing::Unproved,
            Err(Unsealed::Broken(what)) => return Standing::Doubtful(what),
            Err(Unsealed::Io(path, error)) => return Standing::Doubtful(format!("`{}`: {error}", path.display())),
        };
        match serde_json::from_str::<Proof>(&text) {
            Err(error) => Standing::Doubtful(error.to_string()),
            Ok(proof) if proof.manifest != self.sha256 => Standing::Doubtful("it is about another backup".to_string()),
            Ok(proof) if proof.holds() => Standing::Proved(proof),
            Ok(proof) => Standing::Unequal(proof),
        }
    }

    pub(super) fn prove(&self, proof: &Proof) -> Result<(), BackupError> {
        let path = self.path.join(PROOF);
        let text = serde_json::to_string_pretty(proof).map_err(io::Error::other);
        text.and_then(|text| sealed::write(&self.path, PROOF, &format!("{text}\n")))
            .map_err(BackupError::file("writing", &path))
            .map(drop)
    }
}

impl Standing {
    pub fn is_proved(&self) -> bool {
        matches!(self, Standing::Proved(_))
    }
}

#[cfg(test)]
mod tests {
    use whimbrel_schema::Engine;

    use super::*;
    use crate::backup::Scope;

    /// One that says that it was taken then.
    fn put(folder: &Folder, id: &str, taken_at: &str) {
        let manifest = Manifest {
            format: FORMAT,
            id: BackupId(id.to_string()),
            taken_at: taken_at.to_string(),
            milliseconds: 1,
            engine: Engine::Sqlite,
            version: "3.50.0".to_string(),
            database: "SQLite 3.50.0, app.db".to_string(),
            scope: Scope::Full,
            position: None,
            schema: None,
            ledger: 0,
            applied: Vec::new(),
            tables: Vec::new(),
            files: Vec::new(),
            whimbrel: "test".to_string(),
            with: "test".to_string(),
            recipients: Vec::new(),
            reference: None,
        };
        let path = folder.path().join(id);
        fs::create_dir(&path).unwrap();
        sealed::write(&path, MANIFEST, &serde_json::to_string(&manifest).unwrap()).unwrap();
    }

    fn folder() -> (tempfile::TempDir, Folder) {
        let kept = tempfile::tempdir().unwrap();
        let folder = Folder::new(kept.path());
        put(&folder, "2026-01-02-000000", "2026-01-02T00:00:00.000Z");
        put(&folder, "2026-01-01-000000", "2026-01-01T00:00:00.000Z");
        put(&folder, "2026-01-02-000000-2", "2026-01-02T00:00:00.500Z");
        (kept, folder)
    }

    #[test]
    fn the_oldest_is_first_and_what_is_not_ours_is_left_out() {
        let (kept, folder) = folder();
        fs::create_dir(kept.path().join("notes")).unwrap();
        fs::write(kept.path().join("2026-01-03-000000"), "a file").unwrap();
        fs::create_dir(kept.path().join("2026-01-04-000000")).unwrap();
        let listed = folder.list().unwrap();
        let told: Vec<String> = listed.iter().map(|listed| format!("{} {}", listed.id, listed.found.is_ok())).collect();
        // A folder with the name of a backup and nothing in it is not passed over.
        assert_eq!(
            told,
            ["2026-01-01-000000 true", "2026-01-02-000000 true", "2026-01-02-000000-2 true", "2026-01-04-000000 false"]
        );
        assert!(Folder::new(kept.path().join("nowhere")).list().unwrap().is_empty());
    }

    #[test]
    fn one_is_found_by_its_name_by_how_that_begins_or_as_the_last() {
        let (_kept, folder) = folder();
        let found = |wanted: &str| match folder.find(wanted) {
            Ok(backup) => backup.manifest.id.0,
            Err(error) => error.to_string(),
        };
        assert_eq!(found("latest"), "2026-01-02-000000-2");
        assert_eq!(found("2026-01-01"), "2026-01-01-000000");
        // The whole name of one is the beginning of another.
        assert_eq!(found("2026-01-02-000000"), "2026-01-02-000000");
        assert_eq!(found("2026-01-02"), "`2026-01-02` is the beginning of 2 backups");
        assert!(found("2025").starts_with("there is no backup `2025` in"));
        assert!(found("").starts_with("there is no backup"));
    }

    #[test]
    fn a_newer_format_is_told_from_damage() {
        let (kept, folder) = folder();
        let path = kept.path().join("2026-01-01-000000");
        let text = fs::read_to_string(path.join(MANIFEST)).unwrap().replace("\"format\":1", "\"format\":2");
        sealed::write(&path, MANIFEST, &text).unwrap();
        let told = folder.find("2026-01-01").unwrap_err().to_string();
        assert!(told.ends_with("it has format 2, and this whimbrel knows formats up to 1"), "{told}");
    }

    #[test]
    fn what_is_in_the_making_is_not_swept_away_and_what_was_left_is() {
        let (kept, folder) = folder();
        let now = "2026-02-01T10:00:00Z".parse().unwrap();
        let (first, working) = folder.begin(now).unwrap();
        let (second, gone) = folder.begin(now).unwrap();
        assert_eq!((first.0.as_str(), second.0.as_str()), ("2026-02-01-100000", "2026-02-01-100000-2"));
        // As a process that was killed leaves it: the folder stays, the lock is let go of.
        let left = kept.path().join(".2026-01-31-100000.partial");
        fs::rename(gone.path(), &left).unwrap();
        drop(gone);
        fs::create_dir(kept.path().join(".2026-01-30-100000.removed")).unwrap();
        fs::write(kept.path().join(".2026-01-30-100000.removed").join(workplace::LOCK), "").unwrap();
        fs::create_dir(kept.path().join(".somebody.partial")).unwrap();
        let in_use: Vec<bool> = folder.leftovers().unwrap().iter().map(|left| left.in_use).collect();
        assert_eq!(in_use, [false, false, true]);
        assert_eq!(folder.sweep().unwrap().len(), 2);
        assert!(working.path().exists() && !left.exists() && kept.path().join(".somebody.partial").exists());
        let path = folder.finish(&first, working).unwrap();
        assert!(!path.join(workplace::LOCK).exists());
        assert!(folder.leftovers().unwrap().is_empty());
        // The name is taken from now on.
        assert_eq!(folder.begin(now).unwrap().0.0, "2026-02-01-100000-2");
    }

    #[test]
    fn a_removed_one_is_gone_under_its_name() {
        let (kept, folder) = folder();
        let id = BackupId("2026-01-01-000000".to_string());
        folder.remove(&id).unwrap();
        assert_eq!(folder.list().unwrap().len(), 2);
        assert_eq!(fs::read_dir(kept.path()).unwrap().count(), 2);
        // Another run was faster.
        folder.remove(&id).unwrap();
    }
}
