//! What a path means where it stands: imports, re-exports, globs, `crate`, `self`, `super`.

use super::tree::{Definition, ModuleId, Tree};

/// Imports may refer to each other in a circle.
const DEPTH: u32 = 32;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    Module(ModuleId),
    Item(ModuleId, String),
    /// Of a crate that is not the project's, by its whole path.
    External(Vec<String>),
    Nowhere,
}

impl Tree {
    pub fn resolve(&self, from: ModuleId, path: &[String]) -> Found {
        self.resolve_at(from, path, DEPTH)
    }

    pub fn definition(&self, module: ModuleId, name: &str) -> Option<&Definition> {
        self.modules.get(module)?.definitions.get(name)
    }

    fn resolve_at(&self, from: ModuleId, path: &[String], depth: u32) -> Found {
        let (Some((first, mut rest)), Some(module)) = (path.split_first(), self.modules.get(from)) else {
            return Found::Nowhere;
        };
        let Some(depth) = depth.checked_sub(1) else { return Found::Nowhere };
        let mut at = match first.as_str() {
            "crate" | "$crate" => Found::Module(module.root),
            "self" => Found::Module(from),
            "super" => module.parent.map_or(Found::Nowhere, Found::Module),
            "" => match rest.split_first() {
                Some((name, others)) => {
                    rest = others;
                    self.krate(from, name)
                }
                None => Found::Nowhere,
            },
            name => match self.lookup(from, name, depth) {
                Found::Nowhere => self.krate(from, name),
                found => found,
            },
        };
        for name in rest {
            at = match at {
                Found::Module(module) if name == "super" => {
                    self.modules.get(module).and_then(|it| it.parent).map_or(Found::Nowhere, Found::Module)
                }
                Found::Module(module) => self.lookup(module, name, depth),
                Found::External(mut path) => {
                    path.push(name.clone());
                    Found::External(path)
                }
                Found::Item(..) | Found::Nowhere => return Found::Nowhere,
            };
        }
        at
    }

    /// A crate, by the name that it has in this one.
    fn krate(&self, from: ModuleId, name: &str) -> Found {
        let renamed = self.modules.get(from).and_then(|module| module.renamed.get(name));
        let known = renamed.map_or(name, String::as_str);
        match self.crates.get(known) {
            Some(root) => Found::Module(*root),
            // A name that is no dependency of the project: it may come from a glob or a macro.
            None if renamed.is_none() && !matches!(name, "std" | "core" | "alloc") => Found::Nowhere,
            None => Found::External(vec![known.to_owned()]),
        }
    }

    /// A name within a module.
    fn lookup(&self, id: ModuleId, name: &str, depth: u32) -> Found {
        let Some(module) = self.modules.get(id) else { return Found::Nowhere };
        let Some(depth) = depth.checked_sub(1) else { return Found::Nowhere };
        if module.definitions.contains_key(name) {
            return Found::Item(id, name.to_owned());
        }
        if let Some(child) = module.children.get(name) {
            return Found::Module(*child);
        }
        if let Some(path) = module.uses.get(name) {
            // `use chrono::Utc` where nothing says what `chrono` is: it is a crate all the same.
            return match self.imported(id, path, depth) {
                Found::Nowhere => Found::External(path.iter().filter(|part| !part.is_empty()).cloned().collect()),
                found => found,
            };
        }
        let globs = module.globs.iter().map(|path| self.imported(id, path, depth));
        let through = globs.filter_map(|found| match found {
            Found::Module(other) if other != id => match self.lookup(other, name, depth) {
                Found::Nowhere => None,
                found => Some(found),
            },
            _ => None,
        });
        through.into_iter().next().unwrap_or(Found::Nowhere)
    }

    /// An import that names itself (`use time::Date as Date` within `mod time`) means the crate.
    fn imported(&self, id: ModuleId, path: &[String], depth: u32) -> Found {
        let first = path.first().map(String::as_str).unwrap_or_default();
        let own = self.modules.get(id).and_then(|module| module.uses.get(first));
        match own {
            Some(other) if other.as_slice() == path => {
                let outside: Vec<String> = std::iter::once(String::new()).chain(path.iter().cloned()).collect();
                self.resolve_at(id, &outside, depth)
            }
            Some(_) | None => self.resolve_at(id, path, depth),
        }
    }
}
