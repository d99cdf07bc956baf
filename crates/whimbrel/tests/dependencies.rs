//! Who only derives brings no driver.

use std::process::Command;

#[test]
fn no_driver_comes_along() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let tree = ["tree", "--offline", "--edges", "normal", "--prefix", "none", "--format", "{p}", "-p", "whimbrel"];
    let output = Command::new(cargo).args(tree).current_dir(env!("CARGO_MANIFEST_DIR")).output();
    let output = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let mut names: Vec<&str> = output.lines().filter_map(|line| line.split(' ').next()).collect();
    names.sort_unstable();
    names.dedup();
    assert!(names.contains(&"whimbrel-models"), "nothing was listed: {output}");
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
    names.retain(|name| !known.contains(name));
    assert!(names.is_empty(), "these come along too: {names:?}");
}
