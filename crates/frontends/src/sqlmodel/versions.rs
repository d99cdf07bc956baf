//! Which SQLModel and SQLAlchemy the models are written for: a few of their versions map the same class differently.

use std::path::Path;

use super::project::site_packages;

/// The versions whose behaviour the reader follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Versions {
    pub sqlmodel: (u32, u32, u32),
    pub sqlalchemy: (u32, u32),
}

impl Default for Versions {
    fn default() -> Self {
        Versions { sqlmodel: (0, 0, 50), sqlalchemy: (2, 1) }
    }
}

impl Versions {
    /// What the project has installed, else what it has locked, else what it asks for, else the newest known.
    pub fn of(project: &Path) -> Self {
        let mut versions = Versions::default();
        if let Some(version) = find(project, "sqlmodel") {
            versions.sqlmodel = (version[0], version[1], version[2]);
        }
        if let Some(version) = find(project, "sqlalchemy") {
            versions.sqlalchemy = (version[0], version[1]);
        }
        versions
    }

    /// Since 0.0.45 a `datetime` is kept with its time zone.
    pub fn datetime_has_zone(self) -> bool {
        self.sqlmodel >= (0, 0, 45)
    }

    /// Since 2.1 an enum type lives in the schema of its `MetaData`.
    pub fn enum_follows_metadata(self) -> bool {
        self.sqlalchemy >= (2, 1)
    }

    /// Since 2.1 `Mapped[float]` is a `Double`.
    pub fn float_is_double(self) -> bool {
        self.sqlalchemy >= (2, 1)
    }

    /// Since 2.1 the server's version decides about a computed column that does not say whether it is stored.
    pub fn computed_follows_server(self) -> bool {
        self.sqlalchemy >= (2, 1)
    }

    pub fn jsonb_on_sqlite(self) -> bool {
        self.sqlalchemy >= (2, 1)
    }

    pub fn uuid_is_named(self) -> bool {
        self.sqlalchemy >= (2, 0)
    }
}

fn find(project: &Path, package: &str) -> Option<[u32; 3]> {
    installed(project, package).or_else(|| locked(project, package)).or_else(|| asked(project, package))
}

/// `.venv/lib/python3.12/site-packages/sqlmodel-0.0.22.dist-info`.
fn installed(project: &Path, package: &str) -> Option<[u32; 3]> {
    for place in site_packages(project) {
        let Ok(entries) = std::fs::read_dir(place) else { continue };
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().to_lowercase();
            let version = name
                .strip_suffix(".dist-info")
                .and_then(|name| name.strip_prefix(package))
                .and_then(|rest| rest.strip_prefix('-'));
            if let Some(version) = version.and_then(parse) {
                return Some(version);
            }
        }
    }
    None
}

/// `uv.lock`, `poetry.lock`, `pdm.lock`: a `name` line and the `version` line after it.
fn locked(project: &Path, package: &str) -> Option<[u32; 3]> {
    for file in ["uv.lock", "poetry.lock", "pdm.lock"] {
        let Ok(text) = std::fs::read_to_string(project.join(file)) else { continue };
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let name = line.strip_prefix("name = ").map(|name| name.trim().trim_matches('"').to_lowercase());
            if name.as_deref() == Some(package)
                && let Some(version) = lines.next().and_then(|line| line.strip_prefix("version = "))
            {
                return parse(version.trim().trim_matches('"'));
            }
        }
    }
    None
}

/// `sqlmodel==0.0.22` in a list of requirements. A range says no version.
fn asked(project: &Path, package: &str) -> Option<[u32; 3]> {
    for file in ["requirements.txt", "requirements/base.txt", "pyproject.toml"] {
        let Ok(text) = std::fs::read_to_string(project.join(file)) else { continue };
        for line in text.lines() {
            let line = line.trim().trim_matches(['"', '\'', ',']).to_lowercase();
            let rest = line.strip_prefix(package).map(|rest| match rest.split_once(']') {
                Some((extras, after)) if extras.starts_with('[') => after,
                _ => rest,
            });
            if let Some(version) = rest.and_then(|rest| rest.trim().strip_prefix("==")) {
                return parse(version.trim());
            }
        }
    }
    None
}

fn parse(text: &str) -> Option<[u32; 3]> {
    let mut numbers = text.split(['.', '-', '+']).map(|part| {
        let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    });
    Some([numbers.next()??, numbers.next().flatten().unwrap_or(0), numbers.next().flatten().unwrap_or(0)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_installed_version_counts_before_the_locked_one() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Versions::of(folder.path()), Versions::default());
        std::fs::write(folder.path().join("requirements.txt"), "fastapi\nsqlmodel[x]==0.0.14 # why\n").unwrap();
        assert_eq!(Versions::of(folder.path()).sqlmodel, (0, 0, 14));
        let lock = "[[package]]\nname = \"sqlmodel\"\nversion = \"0.0.22\"\n\n[[package]]\nname = \"sqlalchemy\"\nversion = \"2.0.41\"\n";
        std::fs::write(folder.path().join("uv.lock"), lock).unwrap();
        assert_eq!(Versions::of(folder.path()), Versions { sqlmodel: (0, 0, 22), sqlalchemy: (2, 0) });
        let installed = folder.path().join(".venv/lib/python3.12/site-packages/sqlmodel-0.0.46.dist-info");
        std::fs::create_dir_all(installed).unwrap();
        assert_eq!(Versions::of(folder.path()).sqlmodel, (0, 0, 46));
        assert!(Versions::of(folder.path()).datetime_has_zone());
    }
}
