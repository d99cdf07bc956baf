//! What is known without a `whimbrel.toml`: where the project begins, where its models are, which database it uses.

use std::fs;
use std::path::{Path, PathBuf};

use crate::environment;
use crate::settings::file;

/// Any of these in a folder says that a project begins there.
const ROOT_MARKS: [&str; 6] = ["alembic.ini", "pyproject.toml", "migrations", ".git", "setup.py", "Cargo.lock"];

/// Folders that hold other people's code, products of a build, or revisions.
const SKIPPED: [&str; 12] = [
    "__pycache__",
    "alembic",
    "build",
    "dist",
    "migrations",
    "node_modules",
    "site-packages",
    "target",
    "tests",
    "test",
    "venv",
    "versions",
];

/// The nearest `whimbrel.toml` upwards.
pub fn find_file(from: &Path) -> Option<PathBuf> {
    from.ancestors().map(|folder| folder.join(file::NAME)).find(|path| path.is_file())
}

/// The folder where the project begins, in the absence of a `whimbrel.toml`: the nearest marked one, else where we are.
pub fn find_root(from: &Path) -> PathBuf {
    let marked = |folder: &&Path| ROOT_MARKS.iter().any(|mark| folder.join(mark).exists());
    from.ancestors().find(marked).unwrap_or(from).to_path_buf()
}

/// Files with models, relative to `root`, in the order of their names; a package that is nothing but models stands for
/// its files. A Cargo project whose structs derive `Table` is named by its manifest. Without any, a `schema.sql`.
pub fn find_models(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    walk(root, root, &mut found);
    found.extend(cargo_projects(root));
    if found.is_empty() {
        return ["schema.sql", "schema"].iter().map(PathBuf::from).filter(|path| root.join(path).exists()).collect();
    }
    found.sort();
    found
}

fn walk(root: &Path, folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let (mut here, mut others) = (Vec::new(), 0);
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Ok(kind) = entry.file_type() else { continue };
        let path = entry.path();
        if kind.is_dir() {
            let foreign = path.join("pyvenv.cfg").exists() || path.join(file::NAME).exists();
            if !name.starts_with('.') && !SKIPPED.contains(&name.as_str()) && !foreign {
                walk(root, &path, found);
            }
        } else if name.ends_with(".py") {
            if holds_models(&name, &path) {
                here.push(path);
            } else if name != "__init__.py" {
                others += 1;
            }
        }
    }
    let whole_package = here.len() > 1 && others == 0 && folder != root && folder.join("__init__.py").exists();
    let paths = if whole_package { vec![folder.to_path_buf()] } else { here };
    found.extend(paths.iter().map(|path| path.strip_prefix(root).unwrap_or(path).to_path_buf()));
}

fn holds_models(name: &str, path: &Path) -> bool {
    if name.starts_with("test_") || name.ends_with("_test.py") || name == "conftest.py" {
        return false;
    }
    let Ok(text) = fs::read_to_string(path) else { return false };
    let sqlmodel = text.contains("SQLModel") && (text.contains("table=True") || text.contains("table = True"));
    let declarative = ["DeclarativeBase", "declarative_base(", "__tablename__"];
    sqlmodel || (text.contains("sqlalchemy") && declarative.iter().any(|word| text.contains(word)))
}

/// The manifest here, or those of the folders here, of projects whose structs derive `Table`.
fn cargo_projects(root: &Path) -> Vec<PathBuf> {
    const MANIFEST: &str = "Cargo.toml";
    if root.join(MANIFEST).is_file() {
        return if derives_tables(root) { vec![PathBuf::from(MANIFEST)] } else { Vec::new() };
    }
    let Ok(entries) = fs::read_dir(root) else { return Vec::new() };
    let folders = entries.flatten().map(|entry| entry.file_name());
    let folders = folders.filter(|name| {
        let folder = root.join(name);
        let skipped = SKIPPED.iter().any(|it| name == *it) || folder.join(file::NAME).exists();
        !skipped && folder.join(MANIFEST).is_file() && derives_tables(&folder)
    });
    folders.map(|name| Path::new(&name).join(MANIFEST)).collect()
}

/// Whether a Rust file under the folder derives `Table` of whimbrel.
fn derives_tables(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| {
        let (name, path) = (entry.file_name().to_string_lossy().into_owned(), entry.path());
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => {
                !name.starts_with('.') && !SKIPPED.contains(&name.as_str()) && derives_tables(&path)
            }
            Ok(_) if name.ends_with(".rs") => fs::read_to_string(&path).is_ok_and(|text| {
                let mut derives = text.split("derive(").skip(1).filter_map(|rest| rest.split(')').next());
                let ours = text.contains("whimbrel") && derives.any(|names| names.contains("Table"));
                ours || text.contains("whimbrel::Table") || (text.contains("#[table(") && text.contains("derive("))
            }),
            Ok(_) | Err(_) => false,
        }
    })
}

/// The variable from the environment, else from the project's `.env`.
pub fn variable(root: &Path, name: &str) -> Option<(String, VariableSource)> {
    if let Some(value) = environment::value(name) {
        return Some((value, VariableSource::Environment));
    }
    let text = fs::read_to_string(root.join(".env")).ok()?;
    dotenv_value(&text, name).map(|value| (value, VariableSource::DotEnv))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VariableSource {
    Environment,
    DotEnv,
}

/// The last assignment wins, as in a shell. A value in quotes ends at the quote, another one before ` #`.
fn dotenv_value(text: &str, name: &str) -> Option<String> {
    let assigned = |line: &str| {
        let line = line.trim_start();
        let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
        let (key, value) = line.split_once('=')?;
        (key.trim_end() == name).then(|| unquoted(value.trim()).to_string())
    };
    text.lines().rev().find_map(assigned).filter(|value| !value.is_empty())
}

fn unquoted(value: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some(rest) = value.strip_prefix(quote) {
            return rest.split_once(quote).map_or(rest, |(inside, _)| inside);
        }
    }
    value.split_once(" #").map_or(value, |(before, _)| before.trim_end())
}

/// What an `alembic.ini` says that is of use here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Alembic {
    pub url: Option<String>,
    pub script_location: Option<String>,
}

pub fn read_alembic(root: &Path) -> Option<Alembic> {
    fs::read_to_string(root.join("alembic.ini")).ok().map(|text| parse_alembic(&text))
}

fn parse_alembic(text: &str) -> Alembic {
    let mut section = "";
    let mut alembic = Alembic::default();
    for line in text.lines() {
        let line = line.trim_end();
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name.trim();
        } else if section == "alembic" && !line.starts_with(['#', ';', ' ', '\t']) {
            let Some((key, value)) = line.split_once(['=', ':']) else { continue };
            let value = value.trim().replace("%(here)s", ".").replace("%%", "%");
            match key.trim() {
                "script_location" => alembic.script_location = Some(value.trim_start_matches("./").to_string()),
                // The line that `alembic init` writes is a placeholder, and an interpolation is somebody else's.
                "sqlalchemy.url" if !value.starts_with("driver://") && !value.contains("%(") && !value.is_empty() => {
                    alembic.url = Some(value);
                }
                _ => {}
            }
        }
    }
    alembic
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dotenv_lines_are_read_as_a_shell_would() {
        let cases = [
            ("DATABASE_URL=sqlite:///a.db", Some("sqlite:///a.db")),
            ("export DATABASE_URL = 'sqlite:///a b.db' # mine", Some("sqlite:///a b.db")),
            ("DATABASE_URL=\"postgres://u:p#1@h/d\"", Some("postgres://u:p#1@h/d")),
            ("DATABASE_URL=one # not this\nDATABASE_URL=two # a comment", Some("two")),
            ("# DATABASE_URL=x\nOTHER_DATABASE_URL=y", None),
            ("DATABASE_URL=", None),
        ];
        for (text, expected) in cases {
            assert_eq!(dotenv_value(text, "DATABASE_URL").as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn alembic_placeholders_are_not_taken_for_urls() {
        let alembic = |url: &str| {
            parse_alembic(&format!("[alembic]\nscript_location = %(here)s/db\n{url}\n[loggers]\nsqlalchemy.url = x"))
        };
        let found = Alembic { url: Some("sqlite:///a%20b.db".into()), script_location: Some("db".into()) };
        assert_eq!(alembic("sqlalchemy.url = sqlite:///a%%20b.db"), found);
        assert_eq!(alembic("sqlalchemy.url = driver://user:pass@localhost/dbname").url, None);
        assert_eq!(alembic("# sqlalchemy.url = sqlite://").url, None);
    }

    #[test]
    fn models_are_found_and_strangers_are_not() {
        let project = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = project.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let model = "from sqlmodel import SQLModel\nclass A(SQLModel, table=True): ...\n";
        write("app/models/__init__.py", "");
        write("app/models/user.py", model);
        write("app/models/email.py", model);
        write("app/billing.py", "import sqlalchemy\nclass B(DeclarativeBase): ...\n");
        write("app/main.py", "from sqlmodel import SQLModel, create_engine\n");
        write("tests/test_models.py", model);
        write(".venv/lib/x.py", model);
        write("env/pyvenv.cfg", "");
        write("env/y.py", model);
        let expected = vec![PathBuf::from("app/billing.py"), PathBuf::from("app/models")];
        assert_eq!(find_models(project.path()), expected);
    }

    #[test]
    fn a_cargo_project_is_named_by_its_manifest() {
        let project = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = project.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("Cargo.toml", "[package]\nname = \"shop\"\n");
        write("src/main.rs", "mod models;\nfn main() {}\n");
        write("schema.sql", "");
        assert_eq!(find_models(project.path()), [PathBuf::from("schema.sql")]);
        write("src/models/user.rs", "use whimbrel::Table;\n#[derive(Debug, Table)]\nstruct A { id: i32 }\n");
        assert_eq!(find_models(project.path()), [PathBuf::from("Cargo.toml")]);
        fs::remove_file(project.path().join("Cargo.toml")).unwrap();
        fs::remove_dir_all(project.path().join("src")).unwrap();
        write("backend/Cargo.toml", "[workspace]\nmembers = [\"store\"]\n");
        write("backend/store/src/lib.rs", "#[derive(\n    Debug,\n    whimbrel::Table,\n)]\nstruct A { id: i32 }\n");
        write("other/Cargo.toml", "[package]\nname = \"other\"\n");
        assert_eq!(find_models(project.path()), [PathBuf::from("backend/Cargo.toml")]);
    }
}
