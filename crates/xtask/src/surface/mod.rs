//! What the crate that programs depend on offers them, as a page that a change of it has to change too: every item that
//! can be named from `whimbrel`, followed through re-exports into the crates that define it, with its signature, fields,
//! variants, methods and traits.
//!
//! A line that goes breaks somebody. The page is read from the sources, so that it needs no nightly compiler and takes
//! no time.

mod page;
mod spelling;
mod tree;

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result, bail};

use crate::engines::root;

const PAGE: &str = "crates/whimbrel/public-api.txt";
const CRATE: &str = "whimbrel";

pub fn run(arguments: &[String]) -> Result<()> {
    let lines = page::lines(&tree::Tree::read(&root())?, CRATE)?;
    let text = lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    match arguments {
        [] => {
            let written = fs::read_to_string(root().join(PAGE)).with_context(|| format!("reading {PAGE}"))?;
            match difference(&written, &text) {
                Some(difference) => bail!("{difference}"),
                None => println!("surface: {} lines, as {PAGE} has them", lines.len()),
            }
        }
        [flag] if flag == "--write" => fs::write(root().join(PAGE), text)?,
        _ => bail!("unknown arguments {arguments:?}; known: --write"),
    }
    Ok(())
}

/// What changed for those who use the crate, and what to do about it.
fn difference(written: &str, found: &str) -> Option<String> {
    if written == found {
        return None;
    }
    let (before, after): (BTreeSet<&str>, BTreeSet<&str>) = (written.lines().collect(), found.lines().collect());
    let gone: Vec<String> = before.difference(&after).map(|line| format!("- {line}")).collect();
    let new: Vec<String> = after.difference(&before).map(|line| format!("+ {line}")).collect();
    let verdict = match gone.is_empty() {
        true => "what `whimbrel` offers has grown",
        false => "what `whimbrel` offers is not what it was: whoever uses what is gone is broken by it",
    };
    let next = "if that is meant, `cargo xtask surface --write` writes it down";
    Some(format!("{verdict}\n{}\n{next}", [gone, new].concat().join("\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_surface_is_as_it_is_written() -> Result<()> {
        run(&[])
    }

    #[test]
    fn what_breaks_somebody_is_told_apart_from_what_is_new() {
        assert_eq!(difference("a\nb\n", "a\nb\n"), None);
        let grown = difference("a\n", "a\nb\n").unwrap();
        assert!(grown.starts_with("what `whimbrel` offers has grown\n+ b\n"), "{grown}");
        let broken = difference("a\nb\n", "a\nc\n").unwrap();
        assert!(broken.contains("is broken by it\n- b\n+ c\n"), "{broken}");
    }
}
