//! What is shipped: that every crate says what a registry and its readers want to know, that its package holds what it
//! is built from, and that it would be published, in order.
//!
//! Nothing of ours is on a registry yet. Cargo packages a whole workspace over a registry of its own that holds the
//! crates before, so that each is packaged, and on demand built, from what those packages hold and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::engines::root;
use crate::process::{cargo, succeed};

/// What a registry takes at most.
const LARGEST: u64 = 10 * 1024 * 1024;

pub fn run(arguments: &[String]) -> Result<()> {
    match arguments {
        [] => bounded(),
        [flag] if flag == "--publish-dry-run" => {
            bounded()?;
            dry_run()
        }
        _ => bail!("unknown arguments {arguments:?}; known: --publish-dry-run"),
    }
}

/// What needs no network and builds nothing.
fn bounded() -> Result<()> {
    let metadata = metadata()?;
    let crates = shipped(&metadata)?;
    ensure!(!crates.is_empty(), "no crate of the workspace is shipped");
    let mut problems = Vec::new();
    for package in &crates {
        problems.extend(package.problems());
    }
    let stated = rust_version(&crates)?;
    problems.extend(minimum_problems(&metadata, &stated, &root())?);
    pack(&crates)?;
    for package in &crates {
        problems.extend(contents(package)?);
    }
    ensure!(problems.is_empty(), "{}", problems.join("\n"));
    let names: Vec<&str> = crates.iter().map(|package| package.name.as_str()).collect();
    println!("packages: {} are ready to be published, in this order: {}", names.len(), names.join(", "));
    println!("packages: they need Rust {stated}; this is {}", compiler()?);
    Ok(())
}

/// Builds each crate from its package, as a registry's readers will, and goes the whole way but for the upload.
fn dry_run() -> Result<()> {
    succeed(cargo().args(["publish", "--workspace", "--dry-run", "--locked", "--allow-dirty"]))?;
    clear()
}

/// A crate that is published.
#[derive(Debug, Clone)]
struct Package {
    name: String,
    version: String,
    folder: PathBuf,
    told: Value,
}

fn metadata() -> Result<Value> {
    let arguments = ["metadata", "--format-version", "1", "--locked", "--offline"];
    let output = cargo().args(arguments).args(["--filter-platform", &host()?]).output()?;
    ensure!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// The crates of the workspace that may be published, each after those that it is built with.
fn shipped(metadata: &Value) -> Result<Vec<Package>> {
    let members: BTreeSet<&str> = texts(&metadata["workspace_members"]);
    let packages = metadata["packages"].as_array().context("cargo metadata without packages")?;
    let own: Vec<&Value> =
        packages.iter().filter(|it| it["id"].as_str().is_some_and(|id| members.contains(id))).collect();
    let is_shipped = |it: &&&Value| it["publish"].as_array().is_none_or(|registries| !registries.is_empty());
    let mut waiting: BTreeMap<String, Package> = BTreeMap::new();
    for told in own.iter().filter(is_shipped) {
        let text = |key: &str| told[key].as_str().unwrap_or_default().to_owned();
        let folder = Path::new(&text("manifest_path")).parent().unwrap_or(Path::new("")).to_path_buf();
        let package = Package { name: text("name"), version: text("version"), folder, told: (*told).clone() };
        waiting.insert(package.name.clone(), package);
    }
    let unshipped: Vec<&str> = own.iter().filter(|it| !is_shipped(it)).filter_map(|it| it["name"].as_str()).collect();
    let mut ordered: Vec<Package> = Vec::new();
    while !waiting.is_empty() {
        let ready: Vec<String> = waiting
            .values()
            .filter(|package| !package.built_with().any(|name| waiting.contains_key(name)))
            .map(|package| package.name.clone())
            .collect();
        let stuck: Vec<&String> = waiting.keys().collect();
        ensure!(!ready.is_empty(), "{stuck:?} are built with each other");
        for name in ready {
            let Some(package) = waiting.remove(&name) else { continue };
            if let Some(missing) = package.built_with().find(|name| unshipped.contains(name)) {
                bail!("`{name}` is published, and is built with `{missing}`, which is not");
            }
            ordered.push(package);
        }
    }
    Ok(ordered)
}

impl Package {
    fn dependencies(&self) -> impl Iterator<Item = &Value> {
        self.told["dependencies"].as_array().into_iter().flatten()
    }

    /// Of the workspace, by name.
    fn built_with(&self) -> impl Iterator<Item = &str> {
        let built = self.dependencies().filter(|it| it["kind"].as_str() != Some("dev") && it["path"].is_string());
        built.filter_map(|it| it["name"].as_str())
    }

    /// What its manifest leaves open.
    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for key in ["description", "license", "repository", "readme", "rust_version"] {
            if self.told[key].as_str().is_none_or(str::is_empty) {
                problems.push(format!("`{}` says no {}", self.name, key.replace('_', "-")));
            }
        }
        // A registry refuses more, and longer ones.
        let keywords = texts(&self.told["keywords"]);
        if keywords.is_empty() || keywords.len() > 5 || keywords.iter().any(|word| word.len() > 20) {
            problems.push(format!("`{}` has one to five keywords of up to 20 letters, not {keywords:?}", self.name));
        }
        if !(1..=5).contains(&texts(&self.told["categories"]).len()) {
            problems.push(format!("`{}` has one to five categories", self.name));
        }
        for dependency in self.dependencies() {
            let (name, wanted) = (dependency["name"].as_str(), dependency["req"].as_str().unwrap_or("*"));
            // Cargo leaves out of a package what only its tests want by path.
            let dev = dependency["kind"].as_str() == Some("dev") && dependency["path"].is_string();
            if wanted == "*" && !dev {
                problems.push(format!("`{}` takes any version of `{}`", self.name, name.unwrap_or_default()));
            }
        }
        problems
    }

    fn file(&self) -> PathBuf {
        root().join("target/package").join(format!("{}-{}.crate", self.name, self.version))
    }
}

/// Makes all packages.
fn pack(crates: &[Package]) -> Result<()> {
    clear()?;
    let mut command = cargo();
    command.args(["package", "--no-verify", "--offline", "--locked", "--allow-dirty", "--quiet"]);
    for package in crates {
        command.args(["--package", &package.name]);
    }
    let output = command.output().context("running cargo package")?;
    let told = String::from_utf8_lossy(&output.stderr);
    // That tests stay at home is meant.
    let told: Vec<&str> = told.lines().filter(|line| !line.starts_with("warning: ignoring ")).collect();
    ensure!(output.status.success() && told.is_empty(), "cargo package: {}", told.join("\n"));
    Ok(())
}

fn clear() -> Result<()> {
    match fs::remove_dir_all(root().join("target/package")) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// What is wrong with what a package holds.
fn contents(package: &Package) -> Result<Vec<String>> {
    let Package { name, folder, .. } = package;
    let output = cargo()
        .args(["package", "--list", "--offline", "--locked", "--allow-dirty", "--quiet", "--package", name])
        .output()?;
    ensure!(output.status.success(), "cargo package --list: {}", String::from_utf8_lossy(&output.stderr));
    let listed = String::from_utf8(output.stdout)?;
    let files: BTreeSet<&str> = listed.lines().collect();
    let mut problems = Vec::new();
    for wanted in ["Cargo.toml", "LICENSE-APACHE", "LICENSE-MIT", "README.md"] {
        if !files.contains(wanted) {
            problems.push(format!("the package of `{name}` has no {wanted}"));
        }
    }
    for file in files.iter().filter(|file| file.ends_with(".rs")) {
        let text = fs::read_to_string(folder.join(file)).with_context(|| format!("reading {file} of {name}"))?;
        let missing = included(&text).into_iter().map(|path| joined(file, path));
        let missing = missing.filter(|path| !files.contains(path.as_str()));
        problems.extend(missing.map(|path| format!("{name}: {file} is built from {path}, which is not packaged")));
    }
    let size = fs::metadata(package.file()).with_context(|| format!("no package of `{name}`"))?.len();
    if size > LARGEST {
        problems.push(format!("the package of `{name}` has {size} bytes; a registry takes {LARGEST}"));
    }
    Ok(problems)
}

/// The files that the code of a program, tests aside, is built from by name.
fn included(source: &str) -> Vec<&str> {
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    let code = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    let marks = ["include_str!(\"", "include_bytes!(\"", "include!(\""];
    let after = |line| marks.iter().find_map(|mark| str::split_once(line, mark));
    code.filter_map(after).filter_map(|(_, rest)| rest.split('"').next()).collect()
}

/// A path as it is named within a file.
fn joined(file: &str, path: &str) -> String {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." | "" => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn texts(value: &Value) -> BTreeSet<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The oldest Rust that is promised: one for all crates.
fn rust_version(crates: &[Package]) -> Result<String> {
    let all: BTreeSet<&str> = crates.iter().filter_map(|package| package.told["rust_version"].as_str()).collect();
    ensure!(all.len() == 1, "the crates promise different versions of Rust: {all:?}");
    all.into_iter().next().map(str::to_owned).context("no version of Rust is promised")
}

/// Where another version of Rust is told, and which dependencies want a newer one. That our own code wants no newer
/// one is what the compiler of that version says, and clippy's `incompatible_msrv` under a newer one.
fn minimum_problems(metadata: &Value, stated: &str, root: &Path) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for page in ["README.md", "CONTRIBUTING.md"] {
        let text = fs::read_to_string(root.join(page))?;
        let told = versions_told(&text);
        if told.is_empty() || told.iter().any(|version| *version != stated) {
            problems.push(format!("{page} tells Rust {told:?}; rust-version is {stated}"));
        }
    }
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let (name, wanted) = (package["name"].as_str().unwrap_or_default(), package["rust_version"].as_str());
        if let Some(wanted) = wanted.filter(|wanted| number(wanted) > number(stated)) {
            problems.push(format!("`{name}` wants Rust {wanted}; rust-version is {stated}"));
        }
    }
    if number(&compiler()?) < number(stated) {
        problems.push(format!("this is Rust {}, which is older than rust-version {stated}", compiler()?));
    }
    Ok(problems)
}

/// `Rust 1.95` wherever a page says it.
fn versions_told(text: &str) -> Vec<&str> {
    let after = text.split("Rust ").skip(1);
    let versions = after.map(|rest| {
        let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(rest.len());
        rest[..end].trim_end_matches('.')
    });
    versions.filter(|version| version.contains('.')).collect()
}

/// `1.95` and `1.95.0` are one version.
fn number(version: &str) -> [u64; 3] {
    let mut parts = version.split(['.', '-']).map(|part| part.parse().unwrap_or(0));
    std::array::from_fn(|_| parts.next().unwrap_or(0))
}

fn compiler() -> Result<String> {
    told_by_rustc("release: ")
}

fn host() -> Result<String> {
    told_by_rustc("host: ")
}

fn told_by_rustc(mark: &str) -> Result<String> {
    let output = Command::new("rustc").arg("-vV").output().context("running rustc")?;
    let text = String::from_utf8(output.stdout)?;
    let line = text.lines().find_map(|line| line.strip_prefix(mark));
    line.map(str::to_owned).with_context(|| format!("rustc tells no {mark}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crates_are_ordered_by_what_they_are_built_with() {
        let package = |name: &str, publish: Value, path: &[&str]| {
            let dependencies: Vec<Value> = path
                .iter()
                .map(|name| serde_json::json!({"name": name, "path": "/x", "kind": null, "req": "^0.1"}))
                .collect();
            serde_json::json!({"id": name, "name": name, "publish": publish, "dependencies": dependencies})
        };
        let order = |packages: &[Value]| {
            let members: Vec<&str> = packages.iter().filter_map(|it| it["id"].as_str()).collect();
            let told = serde_json::json!({"packages": packages, "workspace_members": members});
            shipped(&told).map(|all| all.into_iter().map(|it| it.name).collect::<Vec<_>>().join(" "))
        };
        let none = serde_json::json!([]);
        let (a, b, c) = (Value::Null, Value::Null, Value::Null);
        let three = [package("a", a, &["b", "c"]), package("b", b, &["c"]), package("c", c, &[])];
        assert_eq!(order(&three).unwrap(), "c b a");
        let unshipped = [package("a", Value::Null, &["b"]), package("b", none, &[])];
        let message = order(&unshipped).unwrap_err().to_string();
        assert_eq!(message, "`a` is published, and is built with `b`, which is not");
    }

    #[test]
    fn what_code_is_built_from_is_found() {
        let source =
            "const A: &str = include_str!(\"../x.sql\");\n#[cfg(test)]\nconst B: &str = include_str!(\"y\");\n";
        assert_eq!(included(source), ["../x.sql"]);
        assert_eq!(joined("src/a/mod.rs", "../x.sql"), "src/x.sql");
        assert_eq!(joined("src/lib.rs", "../../docs/x.md"), "docs/x.md");
    }

    #[test]
    fn a_manifest_that_leaves_something_open_is_named() {
        let told = serde_json::json!({
            "description": "d", "license": "MIT", "repository": "r", "readme": "README.md",
            "keywords": ["one"], "categories": ["database"],
            "dependencies": [{"name": "x", "req": "*", "kind": null}],
        });
        let package = Package { name: "a".to_owned(), version: "1".to_owned(), folder: PathBuf::new(), told };
        assert_eq!(package.problems(), ["`a` says no rust-version", "`a` takes any version of `x`"]);
    }

    #[test]
    fn versions_of_rust_are_found_and_compared() {
        assert_eq!(versions_told("It needs Rust 1.95 or newer. Rust structs, Rust 2.0."), ["1.95", "2.0"]);
        assert!(number("1.95.1") > number("1.95"));
        assert_eq!(number("1.95"), number("1.95.0"));
    }
}
