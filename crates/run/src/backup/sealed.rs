//! A small file with its hash in another beside it, as `sha256sum --check` reads it too. A bit that flips in the one or
//! in the other is seen.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::files;

const SUFFIX: &str = ".sha256";

#[derive(Debug)]
pub(super) enum Unsealed {
    /// Neither is there.
    Missing,
    /// In words.
    Broken(String),
    Io(PathBuf, io::Error),
}

pub(super) fn name_of_seal(name: &str) -> String {
    format!("{name}{SUFFIX}")
}

/// Writes both, to last. What was there under these names is replaced.
pub(super) fn write(folder: &Path, name: &str, text: &str) -> io::Result<String> {
    let sha256 = files::sha256(text.as_bytes());
    put(folder, name, text.as_bytes(), files::create)?;
    put(folder, &name_of_seal(name), line(&sha256, name).as_bytes(), files::create)?;
    files::sync_folder(folder)?;
    Ok(sha256)
}

fn line(sha256: &str, name: &str) -> String {
    format!("{sha256}  {name}\n")
}

fn unfinished(name: &str) -> String {
    format!(".{name}.new")
}

/// Whether a run that was killed leaves a file of that name.
pub(super) fn is_unfinished(file: &str, name: &str) -> bool {
    file == unfinished(name) || file == unfinished(&name_of_seal(name))
}

/// One file, to last; what was there under its name is replaced as a whole, or stays.
pub(crate) fn put(
    folder: &Path,
    name: &str,
    bytes: &[u8],
    create: fn(&Path) -> io::Result<fs::File>,
) -> io::Result<()> {
    let new = folder.join(unfinished(name));
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut file = create(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&new, folder.join(name))
}

/// The text and its hash.
pub(super) fn read(folder: &Path, name: &str) -> Result<(String, String), Unsealed> {
    let read = |name: &str| match fs::read(folder.join(name)) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Unsealed::Io(folder.join(name), error)),
    };
    let seal = name_of_seal(name);
    let (text, sealed) = match (read(name)?, read(&seal)?) {
        (None, None) => return Err(Unsealed::Missing),
        (None, Some(_)) => return Err(Unsealed::Broken(format!("`{name}` is missing"))),
        (Some(_), None) => return Err(Unsealed::Broken(format!("`{seal}` is missing"))),
        (Some(text), Some(sealed)) => (text, sealed),
    };
    let sha256 = files::sha256(&text);
    if line(&sha256, name).as_bytes() != sealed {
        return Err(Unsealed::Broken(format!("`{name}` is not what `{seal}` says")));
    }
    match String::from_utf8(text) {
        Ok(text) => Ok((text, sha256)),
        Err(_) => Err(Unsealed::Broken(format!("`{name}` is not UTF-8"))),
    }
}
