//! How fast the places of a column are found in a large tree, beside `ripgrep -w`, which looks for the bare word.
//!
//! The tree is made of the marked files of `whimbrel-frontends`, many times over, among files that do not have the word.
//! `cargo xtask bench refs` prints both, and what each calls a place.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

/// How often the marked files are there.
const COPIES: usize = 250;
/// Beside each of them so many others.
const OTHERS: usize = 3;
/// The best of so many counts.
const RUNS: usize = 5;

fn main() -> Result<()> {
    // Cargo calls benches when it runs tests, too.
    if !std::env::args().any(|argument| argument == "--run") {
        return Ok(());
    }
    let whimbrel = std::env::var_os("WHIMBREL_BIN").context("cargo xtask bench refs runs this")?;
    let folder = tempfile::tempdir()?;
    let (files, bytes) = grow(folder.path())?;
    println!("{files} files, {:.0} MB\n", bytes as f64 / 1e6);
    let refs = measure(Command::new(&whimbrel).args(["refs", "email.subject", "--json"]).current_dir(folder.path()))?;
    let document: serde_json::Value = serde_json::from_slice(&refs.said)?;
    let places = document["result"]["places"].as_array().context("it lists places")?;
    let held = places.iter().filter(|place| place["certainty"] != "possible").count();
    ensure!(held > 0, "it found nothing");
    println!("| run         | places | of them certain or likely | took     | files/s |");
    println!("|-------------|--------|---------------------------|----------|---------|");
    let row = |name: &str, places: usize, held: &str, took: Duration| {
        let speed = files as f64 / took.as_secs_f64();
        println!("| {name:<11} | {places:>6} | {held:>25} | {:>5.0} ms | {speed:>7.0} |", took.as_secs_f64() * 1e3);
    };
    row("whimbrel", places.len(), &held.to_string(), refs.took);
    match std::env::var_os("RIPGREP_BIN") {
        Some(ripgrep) => {
            let words = ["-w", "-i", "--no-messages", "-e", "subject"];
            let found = measure(Command::new(ripgrep).args(words).current_dir(folder.path()))?;
            row("ripgrep -w", found.said.split(|byte| *byte == b'\n').count() - 1, "", found.took);
        }
        None => println!("ripgrep: not compared, because it is not here"),
    }
    Ok(())
}

struct Measured {
    said: Vec<u8>,
    took: Duration,
}

fn measure(command: &mut Command) -> Result<Measured> {
    let mut best: Option<Measured> = None;
    for _ in 0..RUNS {
        let begun = Instant::now();
        let output = command.stdin(Stdio::null()).output()?;
        let took = begun.elapsed();
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        if best.as_ref().is_none_or(|best| took < best.took) {
            best = Some(Measured { said: output.stdout, took });
        }
    }
    best.context("it ran")
}

/// Writes the tree; how many files it has, and how large they are.
fn grow(root: &Path) -> Result<(usize, u64)> {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../frontends/tests/refs");
    let mut marked: Vec<(PathBuf, String)> = Vec::new();
    for entry in fs::read_dir(cases)? {
        let path = entry?.path();
        let name = path.file_stem().context("it has a name")?.to_owned();
        for file in fs::read_to_string(&path)?.split("-- file: ").skip(1) {
            let (path, text) = file.split_once('\n').context("it has lines")?;
            marked.push((Path::new(&name).join(path), text.replace("⟵?", "").replace('⟵', "")));
        }
    }
    ensure!(!marked.is_empty(), "the marked files are there");
    fs::write(root.join("whimbrel.toml"), "[environments.dev]\nurl = \"sqlite:///app.db\"\n")?;
    fs::create_dir(root.join("migrations"))?;
    let line = "const total = orders.map((order) => order.amount * order.rate).reduce((a, b) => a + b, 0);\n";
    let other = line.repeat(40);
    let (mut files, mut bytes) = (0, 0);
    let mut write = |path: PathBuf, text: &str| -> Result<()> {
        fs::create_dir_all(path.parent().context("it is in a folder")?)?;
        fs::write(&path, text)?;
        files += 1;
        bytes += text.len() as u64;
        Ok(())
    };
    for copy in 0..COPIES {
        let folder = root.join(format!("part{copy}"));
        for (at, (path, text)) in marked.iter().enumerate() {
            write(folder.join(path), text)?;
            for number in 0..OTHERS {
                write(folder.join(format!("other/{at}_{number}.js")), &other)?;
            }
        }
    }
    Ok((files, bytes))
}
