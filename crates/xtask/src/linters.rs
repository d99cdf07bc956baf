//! The linters that whimbrel's reviews are held against: squawk as PyPI carries it, eugene built from crates.io.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::Result;

use crate::engines::engines_folder;
use crate::process::{cargo, succeed};
use crate::python;

const EUGENE: &str = "0.8.3";

/// Programs to be compared with, by the name of the variable that tells a bench where they are.
pub fn install() -> Result<Vec<(&'static str, PathBuf)>> {
    let folder = engines_folder().join("linters");
    python::install(&folder, &python::requirements("linters.txt"))?;
    let mut programs = vec![("SQUAWK_BIN", folder.join("bin/squawk"))];
    match eugene(&folder) {
        Ok(program) => programs.push(("EUGENE_BIN", program)),
        Err(error) => println!("eugene: not compared, because it cannot be built here: {error:#}"),
    }
    Ok(programs)
}

/// Its parser is PostgreSQL's own, bound by bindgen: that needs libclang, and the headers of some compiler.
fn eugene(linters: &std::path::Path) -> Result<PathBuf> {
    let root = engines_folder().join("eugene");
    let program = root.join("bin/eugene");
    if program.exists() {
        println!("eugene: found in {}", program.display());
        return Ok(program);
    }
    println!("eugene: building {EUGENE} from crates.io into {}", root.display());
    let libclang = Command::new(linters.join("bin/python"))
        .args(["-c", "import clang, os; print(os.path.join(os.path.dirname(clang.__file__), 'native'))"])
        .output()?;
    let libclang = String::from_utf8_lossy(&libclang.stdout).trim().to_owned();
    let headers = Command::new("gcc").arg("-print-file-name=include").output()?;
    let headers = String::from_utf8_lossy(&headers.stdout).trim().to_owned();
    succeed(
        cargo()
            .args(["install", "eugene", "--version", EUGENE, "--locked", "--quiet", "--root"])
            .arg(&root)
            .env("LIBCLANG_PATH", libclang)
            .env("BINDGEN_EXTRA_CLANG_ARGS", format!("-I{headers}"))
            .stdout(Stdio::null()),
    )?;
    Ok(program)
}
