//! `Cargo.toml`: which crates a project has, and what they call each other.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

pub const NAME: &str = "Cargo.toml";

/// Whose derives are looked for. Where they lie beside a project they are no more a part of it than from a registry.
const DERIVES: [&str; 3] = ["whimbrel", "whimbrel-derive", "whimbrel-models"];

/// A package, as far as its sources go.
#[derive(Debug, Clone)]
pub struct Package {
    /// As code names it.
    pub name: String,
    pub folder: PathBuf,
    /// The root files: the library first, then the programs.
    pub roots: Vec<PathBuf>,
    /// What this package calls other packages of the project, and what they are called themselves.
    pub renamed: BTreeMap<String, String>,
    /// Where packages are that it names by their path.
    paths: Vec<PathBuf>,
}

/// The package of a manifest, the members of its workspace, and the packages that they name by path; or what cannot be
/// read.
pub fn packages(manifest: &Path) -> Result<Vec<Package>, (PathBuf, String)> {
    let (mut found, mut seen, mut waiting) = (Vec::new(), HashSet::new(), vec![manifest.to_path_buf()]);
    while let Some(manifest) = waiting.pop() {
        if !seen.insert(fs::canonicalize(&manifest).unwrap_or_else(|_| manifest.clone())) {
            continue;
        }
        let table = table_of(&manifest)?;
        let folder = manifest.parent().unwrap_or(Path::new("")).to_path_buf();
        waiting.extend(members(&table, &folder).into_iter().rev());
        if let Some(package) = package(&table, &folder) {
            waiting.extend(package.paths.iter().map(|path| path.join(NAME)).filter(|path| path.is_file()));
            found.push(package);
        }
    }
    Ok(found)
}

fn table_of(manifest: &Path) -> Result<Table, (PathBuf, String)> {
    let told = |message: String| (manifest.to_path_buf(), message);
    let text = fs::read_to_string(manifest).map_err(|error| told(error.to_string()))?;
    text.parse::<Table>().map_err(|error| told(error.message().to_owned()))
}

fn text<'t>(table: &'t Table, keys: &[&str]) -> Option<&'t str> {
    let (last, way) = keys.split_last()?;
    let mut at = table;
    for key in way {
        at = at.get(*key)?.as_table()?;
    }
    at.get(*last)?.as_str()
}

/// Manifests of the workspace's members; `crates/*` stands for every folder that has one.
fn members(table: &Table, folder: &Path) -> Vec<PathBuf> {
    let Some(workspace) = table.get("workspace").and_then(Value::as_table) else { return Vec::new() };
    let list = |key: &str| -> Vec<String> {
        let entries = workspace.get(key).and_then(Value::as_array).into_iter().flatten();
        entries.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let excluded: Vec<PathBuf> = list("exclude").iter().map(|path| folder.join(path)).collect();
    let mut found = Vec::new();
    for member in list("members") {
        let mut folders = vec![folder.to_path_buf()];
        for part in member.split('/') {
            folders = folders.iter().flat_map(|folder| matching(folder, part)).collect();
        }
        found.extend(folders);
    }
    found.retain(|folder| !excluded.contains(folder));
    found.into_iter().map(|folder| folder.join(NAME)).filter(|path| path.is_file()).collect()
}

/// The folders that a part of a member's path names: `*` and `?` as in a shell.
fn matching(folder: &Path, part: &str) -> Vec<PathBuf> {
    if !part.contains(['*', '?']) {
        return vec![folder.join(part)];
    }
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries
        .filter(|entry| fits(part.as_bytes(), entry.file_name().to_string_lossy().as_bytes()))
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    found.sort();
    found
}

fn fits(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern.split_first(), name.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), _) => (0..=name.len()).any(|at| fits(rest, &name[at..])),
        (Some((b'?', pattern)), Some((_, name))) => fits(pattern, name),
        (Some((letter, pattern)), Some((other, name))) => letter == other && fits(pattern, name),
        (None, Some(_)) | (Some(_), None) => false,
    }
}

fn package(table: &Table, folder: &Path) -> Option<Package> {
    let name = text(table, &["package", "name"])?;
    let mut roots = Vec::new();
    let library = folder.join(text(table, &["lib", "path"]).unwrap_or("src/lib.rs"));
    roots.extend(library.is_file().then_some(library));
    let programs = table.get("bin").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_table);
    roots.extend(programs.filter_map(|program| text(program, &["path"])).map(|path| folder.join(path)));
    roots.extend(Some(folder.join("src/main.rs")).filter(|path| path.is_file()));
    let entries = fs::read_dir(folder.join("src/bin")).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut others: Vec<PathBuf> = entries
        .map(|path| if path.is_dir() { path.join("main.rs") } else { path })
        .filter(|path| path.is_file() && path.extension().is_some_and(|it| it == "rs"))
        .collect();
    others.sort();
    roots.extend(others);
    let mut seen = HashSet::new();
    roots.retain(|root| seen.insert(root.clone()));
    let (mut renamed, mut paths) = (BTreeMap::new(), Vec::new());
    if let Some(dependencies) = table.get("dependencies").and_then(Value::as_table) {
        let shared = dependencies.values().any(|it| it.get("workspace").is_some()).then(|| shared(folder)).flatten();
        for (key, value) in dependencies {
            let (value, folder) = match (value.get("workspace"), &shared) {
                (Some(_), Some((table, folder))) => (table.get(key).unwrap_or(value), folder.as_path()),
                _ => (value, folder),
            };
            let package = value.get("package").and_then(Value::as_str).unwrap_or(key);
            renamed.insert(key.replace('-', "_"), package.replace('-', "_"));
            let path = value.get("path").and_then(Value::as_str).filter(|_| !DERIVES.contains(&package));
            paths.extend(path.map(|path| folder.join(path)));
        }
    }
    let name = text(table, &["lib", "name"]).unwrap_or(name).replace('-', "_");
    Some(Package { name, folder: folder.to_path_buf(), roots, renamed, paths })
}

/// The dependencies that a workspace gives its members, and where it is.
fn shared(folder: &Path) -> Option<(Table, PathBuf)> {
    folder.ancestors().find_map(|folder| {
        let table = table_of(&folder.join(NAME)).ok()?;
        let shared = table.get("workspace")?.get("dependencies")?.as_table()?.clone();
        Some((shared, folder.to_path_buf()))
    })
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn members_are_matched_as_in_a_shell() {
        assert!(fits(b"*", b"models"));
        assert!(fits(b"db-*", b"db-models"));
        assert!(fits(b"m?dels", b"models"));
        assert!(!fits(b"db-*", b"models"));
    }
}
