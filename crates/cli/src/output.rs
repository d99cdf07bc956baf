//! Files that a command makes: whole or not at all, and never over what somebody else wrote.

use std::fs::Permissions;
use std::io::{self, Write as _};
use std::path::Path;

/// Writes a new file. It appears under its name when all of it is there: a full disk leaves no half of a revision.
pub fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".whimbrel-");
    if let Some(usual) = usual_permissions() {
        builder.permissions(usual);
    }
    // Nobody knows the file by the name that is in its errors.
    let plain = |error: io::Error| io::Error::from(error.kind());
    let mut file = builder.tempfile_in(folder).map_err(plain)?;
    file.write_all(text.as_bytes()).map_err(plain)?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path).map_err(|error| plain(error.error))?;
    Ok(())
}

/// Puts another text in the place of a file's. Whoever reads it meanwhile sees the one or the other, never a part.
pub fn replace(path: &Path, text: &str) -> io::Result<()> {
    // A link stays one.
    let path = path.canonicalize()?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".whimbrel-").permissions(std::fs::metadata(&path)?.permissions());
    let plain = |error: io::Error| io::Error::from(error.kind());
    let mut file = builder.tempfile_in(folder).map_err(plain)?;
    file.write_all(text.as_bytes()).map_err(plain)?;
    file.as_file().sync_all()?;
    file.persist(&path).map_err(|error| plain(error.error))?;
    Ok(())
}

/// What any program gives a new file; the umask takes away from it.
#[cfg(unix)]
fn usual_permissions() -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt as _;
    Some(Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn usual_permissions() -> Option<Permissions> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_overwritten_and_nothing_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.sql");
        write_new(&path, "first").unwrap();
        assert_eq!(write_new(&path, "second").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "first");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn others_may_read_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.sql");
        write_new(&path, "text").unwrap();
        std::fs::write(folder.path().join("usual"), "").unwrap();
        let mode = |name: &str| std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode("a.sql"), mode("usual"));
    }
}
