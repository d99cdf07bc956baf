//! What can be named from a crate, a line for each thing.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use syn::punctuated::Punctuated;
use syn::{
    Attribute, Fields, ImplItem, Item, ItemEnum, ItemImpl, ItemStruct, ItemTrait, Signature, Token, TraitItem, Type,
    Visibility,
};

use super::spelling::spelled;
use super::tree::{Module, Tree, conditions};

/// Imports may refer to each other in a circle.
const DEPTH: u32 = 24;

pub fn lines(tree: &Tree, name: &str) -> Result<Vec<String>> {
    let mut page = Page { tree, lines: BTreeSet::new() };
    page.module(name, &[name.to_owned()], DEPTH).with_context(|| format!("reading what `{name}` offers"))?;
    ensure!(page.lines.len() > 10, "`{name}` offers next to nothing");
    let mut lines: Vec<String> = page.lines.into_iter().collect();
    lines.sort_by(|from, to| (subject(from, name), from).cmp(&(subject(to, name), to)));
    Ok(lines)
}

/// The path that a line is about: what is said of one type stands together.
fn subject<'l>(line: &'l str, name: &str) -> &'l str {
    let path = line.find(&format!("{name}::")).map_or("", |at| &line[at..]);
    let end = path.find(|letter: char| !letter.is_alphanumeric() && !matches!(letter, '_' | ':'));
    &path[..end.unwrap_or(path.len())]
}

/// What a path leads to.
#[derive(Debug, Clone)]
enum Found {
    Module(Vec<String>),
    /// Of a module, by its name there.
    Item(Vec<String>, String),
}

struct Page<'t> {
    tree: &'t Tree,
    lines: BTreeSet<String>,
}

impl Page<'_> {
    fn module(&mut self, shown: &str, path: &[String], depth: u32) -> Result<()> {
        let depth = depth.checked_sub(1).context("modules in a circle")?;
        let module = self.tree.module(path).with_context(|| format!("no module {}", path.join("::")))?;
        for item in &module.items {
            if let Some(name) = named(item).filter(|_| is_public(item)) {
                self.item(&format!("{shown}::{name}"), path, item, &conditions(attributes(item)));
            }
            if let Item::Mod(child) = item
                && matches!(child.vis, Visibility::Public(_))
                && module.children.contains_key(&child.ident.to_string())
            {
                let name = child.ident.to_string();
                self.tell(&conditions(&child.attrs), format!("pub mod {shown}::{name}"));
                self.module(&format!("{shown}::{name}"), &below(path, &name), depth)?;
            }
        }
        for import in module.imports().into_iter().filter(|import| import.public) {
            let (target, shown_name) = (self.follow(path, &import.path, depth), format!("{shown}::{}", import.name));
            if target.is_empty() {
                self.tell(&import.conditions, format!("pub use {shown_name} = {}", import.path.join("::")));
            }
            for found in target {
                match found {
                    Found::Module(path) if import.name == "*" => self.module(shown, &path, depth)?,
                    Found::Module(path) => self.module(&shown_name, &path, depth)?,
                    Found::Item(path, name) => {
                        let items = self.tree.module(&path).into_iter().flat_map(|module| &module.items);
                        for item in items.filter(|item| named(item).as_deref() == Some(&*name)) {
                            let all = [conditions(attributes(item)), import.conditions.clone()].concat();
                            self.item(&shown_name, &path, item, &all);
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// Where a path leads that stands in a module; a name may stand for a type and a macro at once.
    fn follow(&self, from: &[String], path: &[String], depth: u32) -> Vec<Found> {
        let (Some(depth), Some((first, rest))) = (depth.checked_sub(1), path.split_first()) else { return Vec::new() };
        let mut at = match first.as_str() {
            "crate" => vec![Found::Module(from[..1].to_vec())],
            "self" => vec![Found::Module(from.to_vec())],
            "super" => vec![Found::Module(from[..from.len().saturating_sub(1)].to_vec())],
            name => {
                let here = self.within(from, name, depth);
                let is_crate = here.is_empty() && self.tree.crates.contains_key(name);
                if is_crate { vec![Found::Module(vec![name.to_owned()])] } else { here }
            }
        };
        for name in rest {
            let modules = at.iter().filter_map(|found| match found {
                Found::Module(path) => Some(path),
                Found::Item(..) => None,
            });
            at = modules.flat_map(|path| self.within(path, name, depth)).collect();
        }
        at
    }

    fn within(&self, path: &[String], name: &str, depth: u32) -> Vec<Found> {
        let Some(module) = self.tree.module(path) else { return Vec::new() };
        if name == "super" {
            return vec![Found::Module(path[..path.len().saturating_sub(1)].to_vec())];
        }
        let mut found = Vec::new();
        if module.items.iter().any(|item| named(item).as_deref() == Some(name)) {
            found.push(Found::Item(path.to_vec(), name.to_owned()));
        }
        if module.children.contains_key(name) {
            found.push(Found::Module(below(path, name)));
        }
        let imports = module.imports();
        // `use x::x;` means the crate, not itself.
        let others = imports.iter().filter(|import| import.path.first().is_none_or(|first| first != name));
        for import in others {
            if import.name == name {
                found.extend(self.follow(path, &import.path, depth));
            } else if import.name == "*" {
                let modules = self.follow(path, &import.path, depth).into_iter();
                found.extend(modules.flat_map(|found| match found {
                    Found::Module(other) if other != path => self.within(&other, name, depth.saturating_sub(1)),
                    Found::Module(_) | Found::Item(..) => Vec::new(),
                }));
            }
        }
        found
    }

    fn item(&mut self, shown: &str, path: &[String], item: &Item, when: &[Attribute]) {
        match item {
            Item::Struct(item) => {
                let generics = spelled(&item.generics);
                self.tell(when, format!("pub struct {shown}{generics}{}", marks(&item.attrs)));
                self.fields(shown, item, when);
                self.beside(shown, path, &item.ident.to_string(), &item.attrs, when);
            }
            Item::Enum(item) => {
                let generics = spelled(&item.generics);
                self.tell(when, format!("pub enum {shown}{generics}{}", marks(&item.attrs)));
                self.variants(shown, item, when);
                self.beside(shown, path, &item.ident.to_string(), &item.attrs, when);
            }
            Item::Trait(item) => self.contract(shown, item, when),
            Item::Fn(item) => match derived(&item.attrs) {
                Some(derived) => self.tell(when, format!("pub derive {shown} {derived}")),
                None if of_compiler(&item.attrs) => self.tell(when, format!("pub macro {shown}!")),
                None => self.tell(when, format!("pub {}", signature(&item.sig, shown))),
            },
            Item::Const(item) => self.tell(when, format!("pub const {shown}: {}", spelled(&item.ty))),
            Item::Static(item) => self.tell(when, format!("pub static {shown}: {}", spelled(&item.ty))),
            Item::Type(item) => {
                let generics = spelled(&item.generics);
                self.tell(when, format!("pub type {shown}{generics} = {}", spelled(&item.ty)));
            }
            Item::Macro(_) => self.tell(when, format!("pub macro {shown}!")),
            _ => {}
        }
    }

    fn fields(&mut self, shown: &str, item: &ItemStruct, when: &[Attribute]) {
        for (at, field) in item.fields.iter().enumerate() {
            if matches!(field.vis, Visibility::Public(_)) {
                let name = field.ident.as_ref().map_or(at.to_string(), ToString::to_string);
                self.tell(when, format!("pub {shown}.{name}: {}", spelled(&field.ty)));
            }
        }
        if item.fields.iter().any(|field| !matches!(field.vis, Visibility::Public(_))) {
            self.tell(when, format!("pub struct {shown} has private fields"));
        }
    }

    fn variants(&mut self, shown: &str, item: &ItemEnum, when: &[Attribute]) {
        for variant in &item.variants {
            let holds = match &variant.fields {
                Fields::Unit => String::new(),
                Fields::Named(fields) => {
                    let fields = fields.named.iter().map(|field| {
                        let name = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
                        format!("{name}: {}", spelled(&field.ty))
                    });
                    format!(" {{ {} }}", fields.collect::<Vec<_>>().join(", "))
                }
                Fields::Unnamed(fields) => {
                    let types = fields.unnamed.iter().map(|field| spelled(&field.ty));
                    format!("({})", types.collect::<Vec<_>>().join(", "))
                }
            };
            self.tell(when, format!("pub {shown}::{}{holds}{}", variant.ident, marks(&variant.attrs)));
        }
    }

    fn contract(&mut self, shown: &str, item: &ItemTrait, when: &[Attribute]) {
        let above =
            if item.supertraits.is_empty() { String::new() } else { format!(": {}", spelled(&item.supertraits)) };
        self.tell(when, format!("pub trait {shown}{}{above}", spelled(&item.generics)));
        for part in &item.items {
            match part {
                TraitItem::Fn(part) => {
                    let given = if part.default.is_some() { " (provided)" } else { "" };
                    let name = format!("{shown}::{}", part.sig.ident);
                    self.tell(when, format!("pub {}{given}", signature(&part.sig, &name)));
                }
                TraitItem::Const(part) => {
                    self.tell(when, format!("pub const {shown}::{}: {}", part.ident, spelled(&part.ty)));
                }
                TraitItem::Type(part) => self.tell(when, format!("pub type {shown}::{}", part.ident)),
                _ => {}
            }
        }
    }

    /// The traits and methods of a type, wherever its crate writes them.
    fn beside(&mut self, shown: &str, path: &[String], name: &str, attributes: &[Attribute], when: &[Attribute]) {
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("derive")) {
            let derived = attribute.parse_args_with(Punctuated::<syn::Path, Token![,]>::parse_terminated);
            for derived in derived.into_iter().flatten() {
                self.tell(when, format!("impl {} for {shown}", last(&spelled(&derived))));
            }
        }
        let mut impls = Vec::new();
        if let Some(module) = path.first().and_then(|krate| self.tree.crates.get(krate)) {
            collect(module, name, &mut impls);
        }
        for item in impls {
            let when = [when.to_vec(), conditions(&item.attrs)].concat();
            if let Some((_, of, _)) = &item.trait_ {
                self.tell(&when, format!("impl {} for {shown}", spelled(of)));
                continue;
            }
            for part in &item.items {
                match part {
                    ImplItem::Fn(part) if matches!(part.vis, Visibility::Public(_)) => {
                        let name = format!("{shown}::{}", part.sig.ident);
                        let when = [when.clone(), conditions(&part.attrs)].concat();
                        self.tell(&when, format!("pub {}", signature(&part.sig, &name)));
                    }
                    ImplItem::Const(part) if matches!(part.vis, Visibility::Public(_)) => {
                        self.tell(&when, format!("pub const {shown}::{}: {}", part.ident, spelled(&part.ty)));
                    }
                    _ => {}
                }
            }
        }
    }

    fn tell(&mut self, when: &[Attribute], line: String) {
        let mut when: Vec<String> =
            when.iter().filter_map(|it| Some(spelled(&it.meta.require_list().ok()?.tokens))).collect();
        when.sort();
        when.dedup();
        self.lines.insert(if when.is_empty() { line } else { format!("{line}  [{}]", when.join(", ")) });
    }
}

/// All `impl` blocks of the type of that name.
fn collect<'m>(module: &'m Module, name: &str, found: &mut Vec<&'m ItemImpl>) {
    for item in &module.items {
        if let Item::Impl(item) = item
            && let Type::Path(of) = &*item.self_ty
            && of.path.segments.last().is_some_and(|last| last.ident == name)
        {
            found.push(item);
        }
    }
    for child in module.children.values() {
        collect(child, name, found);
    }
}

fn below(path: &[String], name: &str) -> Vec<String> {
    path.iter().cloned().chain([name.to_owned()]).collect()
}

fn last(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path)
}

/// `fn path::name(…) -> …`.
fn signature(of: &Signature, shown: &str) -> String {
    let plain = spelled(of);
    let (before, after) = plain.split_once(&of.ident.to_string()).unwrap_or((&plain, ""));
    // That a parameter may be changed within is nobody else's business.
    format!("{before}{shown}{after}").replacen("(mut self", "(self", 1)
}

fn marks(attributes: &[Attribute]) -> &'static str {
    if attributes.iter().any(|attribute| attribute.path().is_ident("non_exhaustive")) {
        " (non-exhaustive)"
    } else {
        ""
    }
}

/// What `#[proc_macro_derive(Name, attributes(…))]` says.
fn derived(attributes: &[Attribute]) -> Option<String> {
    let attribute = attributes.iter().find(|attribute| attribute.path().is_ident("proc_macro_derive"))?;
    Some(spelled(&attribute.meta.require_list().ok()?.tokens))
}

fn of_compiler(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident("proc_macro"))
}

/// The name under which others know the item.
fn named(item: &Item) -> Option<String> {
    match item {
        Item::Fn(item) => match derived(&item.attrs) {
            Some(derived) => derived.split(',').next().map(|name| name.trim().to_owned()),
            None => Some(item.sig.ident.to_string()),
        },
        Item::Struct(item) => Some(item.ident.to_string()),
        Item::Enum(item) => Some(item.ident.to_string()),
        Item::Trait(item) => Some(item.ident.to_string()),
        Item::Const(item) => Some(item.ident.to_string()),
        Item::Static(item) => Some(item.ident.to_string()),
        Item::Type(item) => Some(item.ident.to_string()),
        Item::Macro(item) => item.ident.as_ref().map(ToString::to_string),
        _ => None,
    }
}

fn is_public(item: &Item) -> bool {
    let visibility = match item {
        Item::Fn(item) => &item.vis,
        Item::Struct(item) => &item.vis,
        Item::Enum(item) => &item.vis,
        Item::Trait(item) => &item.vis,
        Item::Const(item) => &item.vis,
        Item::Static(item) => &item.vis,
        Item::Type(item) => &item.vis,
        Item::Macro(item) => return item.attrs.iter().any(|attribute| attribute.path().is_ident("macro_export")),
        _ => return false,
    };
    matches!(visibility, Visibility::Public(_))
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Fn(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Const(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        _ => &[],
    }
}
