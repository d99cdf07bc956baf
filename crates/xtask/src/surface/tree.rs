//! The sources of our crates, as modules.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use syn::{Attribute, Item, UseTree, Visibility};

/// A module with its items; those that tests alone see are left out.
pub struct Module {
    pub items: Vec<Item>,
    pub children: BTreeMap<String, Module>,
}

pub struct Tree {
    /// The root module of each crate, as code names it.
    pub crates: BTreeMap<String, Module>,
}

/// A name that a module takes from elsewhere.
pub struct Import {
    pub name: String,
    pub path: Vec<String>,
    pub public: bool,
    /// What decides whether it is there.
    pub conditions: Vec<Attribute>,
}

impl Tree {
    pub fn read(root: &Path) -> Result<Tree> {
        let mut crates = BTreeMap::new();
        for entry in fs::read_dir(root.join("crates")).context("reading crates")? {
            let folder = entry?.path();
            let (manifest, library) = (folder.join("Cargo.toml"), folder.join("src/lib.rs"));
            if !library.is_file() {
                continue;
            }
            let text = fs::read_to_string(&manifest).with_context(|| format!("reading {}", manifest.display()))?;
            let name = text.lines().find_map(|line| line.strip_prefix("name = ")).context("a crate without a name")?;
            crates.insert(name.trim_matches('"').replace('-', "_"), read(&library, &folder.join("src"))?);
        }
        Ok(Tree { crates })
    }

    /// The module of that path, whose first part is the crate.
    pub fn module(&self, path: &[String]) -> Option<&Module> {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(self.crates.get(first)?, |module, name| module.children.get(name))
    }
}

/// A file of modules; `folder` is where its `mod name;` are.
fn read(file: &Path, folder: &Path) -> Result<Module> {
    let text = fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    let parsed = syn::parse_file(&text).with_context(|| format!("parsing {}", file.display()))?;
    module(parsed.items, folder)
}

fn module(items: Vec<Item>, folder: &Path) -> Result<Module> {
    let (mut kept, mut children) = (Vec::new(), BTreeMap::new());
    for item in items {
        if let Item::Mod(child) = &item {
            if conditions(&child.attrs).iter().any(of_tests) {
                continue;
            }
            let name = child.ident.to_string();
            let within = folder.join(&name);
            let read = match &child.content {
                Some((_, items)) => module(items.clone(), &within)?,
                None => {
                    let beside: PathBuf = folder.join(format!("{name}.rs"));
                    let file = if beside.is_file() { beside } else { within.join("mod.rs") };
                    read(&file, &within)?
                }
            };
            children.insert(name, read);
        }
        kept.push(item);
    }
    Ok(Module { items: kept, children })
}

fn of_tests(condition: &Attribute) -> bool {
    condition.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
}

/// The `cfg` of an item.
pub fn conditions(attributes: &[Attribute]) -> Vec<Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).cloned().collect()
}

impl Module {
    pub fn imports(&self) -> Vec<Import> {
        let mut imports = Vec::new();
        for item in &self.items {
            if let Item::Use(item) = item {
                let public = matches!(item.vis, Visibility::Public(_));
                leaves(&item.tree, &mut Vec::new(), &mut |path, name| {
                    let conditions = conditions(&item.attrs);
                    imports.push(Import { name, path, public, conditions });
                });
            }
        }
        imports
    }
}

/// Every name of a `use`, with its whole path; `*` for all.
fn leaves(tree: &UseTree, path: &mut Vec<String>, found: &mut impl FnMut(Vec<String>, String)) {
    let with = |name: String| path.iter().cloned().chain([name]).collect::<Vec<String>>();
    match tree {
        UseTree::Path(step) => {
            path.push(step.ident.to_string());
            leaves(&step.tree, path, found);
            path.pop();
        }
        UseTree::Name(name) if name.ident == "self" => {
            if let Some(last) = path.last().cloned() {
                found(path.clone(), last);
            }
        }
        UseTree::Name(name) => found(with(name.ident.to_string()), name.ident.to_string()),
        UseTree::Rename(rename) => found(with(rename.ident.to_string()), rename.rename.to_string()),
        UseTree::Glob(_) => found(path.clone(), "*".to_owned()),
        UseTree::Group(group) => {
            for tree in &group.items {
                leaves(tree, path, found);
            }
        }
    }
}
