//! Where modules are: from a path to its import name, from an import name to its file.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::library::is_spoken;

/// A dotted name, resolved: a file of the project, or something outside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    File(PathBuf),
    /// A folder without `__init__.py`: only its modules exist.
    Namespace(PathBuf),
    Outside,
}

/// The folders that imports start from, and what was looked up in them.
pub struct Project {
    roots: Vec<PathBuf>,
    /// `site-packages` of the project's virtual environments.
    libraries: Vec<PathBuf>,
    /// Libraries whose source is read too, since a class of the project extends one of theirs.
    opened: RefCell<HashSet<String>>,
    looked_up: RefCell<HashMap<String, Found>>,
}

impl Project {
    pub fn new(paths: &[PathBuf], project: &Path) -> Self {
        let mut roots = Vec::new();
        let mut add = |root: PathBuf| {
            if !roots.contains(&root) {
                roots.push(root);
            }
        };
        for path in paths {
            add(import_root(path));
        }
        // A folder without `__init__.py` is a package too (PEP 420), and nothing in it says where it ends: every
        // folder between the models and the project can be where imports start.
        for path in paths {
            let mut folder = import_root(path);
            while folder.starts_with(project) && folder != project {
                if !folder.pop() {
                    break;
                }
                add(folder.clone());
            }
        }
        for folder in ["src", "backend", "app", "lib", ""] {
            let root = if folder.is_empty() { project.to_path_buf() } else { project.join(folder) };
            if folder.is_empty() || (root.is_dir() && !root.join("__init__.py").exists()) {
                add(root);
            }
        }
        Project { roots, libraries: site_packages(project), opened: RefCell::default(), looked_up: RefCell::default() }
    }

    /// The file that `import name` runs.
    pub fn find(&self, name: &str) -> Found {
        if let Some(found) = self.looked_up.borrow().get(name) {
            return found.clone();
        }
        let found = self.look(name);
        self.looked_up.borrow_mut().insert(name.to_string(), found.clone());
        found
    }

    /// Lets a library's own source be read, where it is installed; `false` where it is not, or is read already.
    pub fn open(&self, name: &str) -> bool {
        let root = name.split('.').next().unwrap_or(name);
        let installed = self.libraries.iter().any(|folder| module_at(&folder.join(root)).is_some());
        if !installed || !self.opened.borrow_mut().insert(root.to_string()) {
            return false;
        }
        self.looked_up.borrow_mut().retain(|known, _| known.split('.').next() != Some(root));
        true
    }

    /// Whether a file is a library's, which is read only as far as it is asked for.
    pub fn is_library(&self, file: &Path) -> bool {
        self.libraries.iter().any(|folder| file.starts_with(folder))
    }

    fn look(&self, name: &str) -> Found {
        let mut namespace = None;
        let parts = || name.split('.');
        if parts().any(|part| part.is_empty() || part.contains(['/', '\\'])) {
            return Found::Outside;
        }
        // What is known of these is known without their source, wherever that is.
        if is_spoken(name) {
            return Found::Outside;
        }
        for root in &self.roots {
            let path: PathBuf = root.join(parts().collect::<PathBuf>());
            if let Some(found) = module_at(&path) {
                match found {
                    Found::Namespace(folder) => namespace = namespace.or(Some(folder)),
                    found => return found,
                }
            }
        }
        if self.opened.borrow().contains(name.split('.').next().unwrap_or(name)) {
            let found = self.libraries.iter().find_map(|folder| module_at(&folder.join(parts().collect::<PathBuf>())));
            if let Some(found) = found {
                return found;
            }
        }
        match namespace {
            // A folder of data files does not shadow a library of its name.
            Some(folder) if holds_python(&folder) => Found::Namespace(folder),
            Some(_) | None => Found::Outside,
        }
    }

    /// The name under which the project imports the file.
    pub fn module_name(&self, file: &Path) -> String {
        let root = import_root(file);
        let relative = file.strip_prefix(&root).unwrap_or(file).with_extension("");
        let mut parts: Vec<String> =
            relative.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
        if parts.last().is_some_and(|part| part == "__init__") {
            parts.pop();
        }
        parts.join(".")
    }
}

/// Where the project's virtual environments keep what is installed.
pub fn site_packages(project: &Path) -> Vec<PathBuf> {
    let mut places = Vec::new();
    for environment in [".venv", "venv", "env"] {
        let root = project.join(environment);
        let versions = std::fs::read_dir(root.join("lib")).into_iter().flatten().flatten();
        places.extend(versions.map(|entry| entry.path().join("site-packages")));
        places.push(root.join("Lib/site-packages"));
    }
    places.retain(|place| place.is_dir());
    places
}

/// `path` as a module: `path.py`, or the folder.
pub fn module_at(path: &Path) -> Option<Found> {
    let package = path.join("__init__.py");
    if package.is_file() {
        return Some(Found::File(package));
    }
    let mut file = path.as_os_str().to_os_string();
    file.push(".py");
    let file = PathBuf::from(file);
    if file.is_file() {
        return Some(Found::File(file));
    }
    path.is_dir().then(|| Found::Namespace(path.to_path_buf()))
}

fn holds_python(folder: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| {
        let path = entry.path();
        path.extension().is_some_and(|extension| extension == "py") || path.join("__init__.py").is_file()
    })
}

/// The first folder above that is no package itself: where Python's search path has to point.
pub fn import_root(path: &Path) -> PathBuf {
    let mut folder = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
    while folder.join("__init__.py").is_file() {
        match folder.parent() {
            Some(parent) => folder = parent,
            None => break,
        }
    }
    folder.to_path_buf()
}

/// Every Python file that a path stands for, in a fixed order. Hidden folders, caches, virtual environments and
/// migrations of other tools are passed over; links to folders are not followed.
pub fn python_files(path: &Path) -> std::io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        std::fs::metadata(path)?;
        return Ok(vec![path.to_path_buf()]);
    }
    let mut files = BTreeSet::new();
    let mut folders = vec![path.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            let path = entry.path();
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let kind = entry.file_type()?;
            if kind.is_dir() {
                let skipped = name.starts_with('.')
                    || matches!(&*name, "__pycache__" | "node_modules" | "site-packages" | "alembic" | "migrations")
                    || path.join("pyvenv.cfg").is_file();
                if !skipped {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "py") {
                files.insert(path);
            }
        }
    }
    Ok(files.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        folder
    }

    #[test]
    fn imports_start_above_the_last_package() {
        let folder = project(&["src/shop/__init__.py", "src/shop/models/__init__.py", "src/shop/models/user.py"]);
        let models = folder.path().join("src/shop/models");
        assert_eq!(import_root(&models), folder.path().join("src"));
        let project = Project::new(std::slice::from_ref(&models), folder.path());
        assert_eq!(project.find("shop.models.user"), Found::File(models.join("user.py")));
        assert_eq!(project.find("shop.models"), Found::File(models.join("__init__.py")));
        assert_eq!(project.find("sqlmodel"), Found::Outside);
        assert_eq!(project.module_name(&models.join("user.py")), "shop.models.user");
    }

    #[test]
    fn packages_without_init_files_are_found_from_the_project() {
        let folder = project(&["app/models/user.py", "app/db.py"]);
        let project = Project::new(&[folder.path().join("app/models")], folder.path());
        assert_eq!(project.find("app.db"), Found::File(folder.path().join("app/db.py")));
        assert!(matches!(project.find("app.models"), Found::Namespace(_)));
    }

    #[test]
    fn a_folder_stands_for_its_files() {
        let folder = project(&["m/a.py", "m/b/c.py", "m/.venv/x.py", "m/__pycache__/a.py", "m/alembic/env.py"]);
        let files = python_files(&folder.path().join("m")).unwrap();
        let names: Vec<_> = files.iter().map(|file| file.file_name().unwrap().to_str().unwrap()).collect();
        assert_eq!(names, ["a.py", "c.py"]);
    }
}
