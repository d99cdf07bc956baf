//! Who only derives brings no driver, and who embeds migrations brings the driver of the engine that was named.

use std::collections::BTreeSet;
use std::process::Command;

fn brought(package: &str, features: &str) -> BTreeSet<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let tree = ["tree", "--offline", "--edges", "normal", "--prefix", "none", "--format", "{p}"];
    let mut command = Command::new(cargo);
    command.args(tree).args(["-p", package, "--features", features]).current_dir(env!("CARGO_MANIFEST_DIR"));
    let output = command.output().map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let output = output.unwrap_or_default();
    let names: BTreeSet<String> =
        output.lines().filter_map(|line| line.split(' ').next()).map(str::to_string).collect();
    assert!(names.contains(package), "nothing was listed: {output}");
    names
}

#[test]
fn no_driver_comes_along() {
    let mut names = brought("whimbrel", "");
    assert!(names.contains("whimbrel-models"));
    let known = [
        "block-buffer",
        "cfg-if",
        "const-oid",
        "cpufeatures",
        "crypto-common",
        "digest",
        "hybrid-array",
        "proc-macro2",
        "quote",
        "serde",
        "serde_core",
        "serde_derive",
        "sha2",
        "syn",
        "typenum",
        "unicode-ident",
        "whimbrel",
        "whimbrel-derive",
        "whimbrel-models",
        "whimbrel-schema",
    ];
    names.retain(|name| !known.contains(&name.as_str()));
    assert!(names.is_empty(), "these come along too: {names:?}");
}

#[test]
fn an_engine_brings_its_own_driver_and_no_other() {
    let (sqlite, postgres) = (brought("whimbrel", "sqlite"), brought("whimbrel", "postgres"));
    assert!(sqlite.contains("rusqlite") && postgres.contains("tokio-postgres"));
    for foreign in ["tokio", "tokio-postgres", "squawk-parser", "sqlparser", "tracing"] {
        assert!(!sqlite.contains(foreign), "{foreign}");
    }
    for foreign in ["rusqlite", "libsqlite3-sys", "sqlite3-parser", "sqlparser", "tracing"] {
        assert!(!postgres.contains(foreign), "{foreign}");
    }
    // What reads models in Python and Rust is the command's.
    for names in [&sqlite, &postgres] {
        assert!(!names.iter().any(|name| name.starts_with("ruff")), "{names:?}");
    }
}

#[test]
fn embedding_is_compiled_without_engines() {
    let names = brought("whimbrel-embed", "");
    let heavy = |name: &String| name.starts_with("ruff") || name == "whimbrel-engines" || name == "whimbrel-run";
    assert!(!names.iter().any(heavy), "{names:?}");
}
