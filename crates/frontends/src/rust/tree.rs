//! The modules of all crates of a project, as the compiler would find them.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use proc_macro2::Span;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Attribute, Item, ItemEnum, ItemMod, ItemStruct, ItemType, Lit, Meta, UseTree};

use super::code::Code;
use super::condition::{Conditions, Open, mentions};
use super::manifest::Package;
use super::source::Source;
use crate::diagnostic::Diagnostic;

pub type ModuleId = usize;

/// One module, inline or a file of its own.
pub struct Module {
    pub source: Rc<Source>,
    pub parent: Option<ModuleId>,
    pub root: ModuleId,
    pub children: HashMap<String, ModuleId>,
    pub definitions: HashMap<String, Definition>,
    /// In the order of the source.
    pub order: Vec<String>,
    pub uses: HashMap<String, Vec<String>>,
    pub globs: Vec<Vec<String>>,
    /// What other crates are called here.
    pub renamed: Rc<BTreeMap<String, String>>,
    /// The predicates that decide whether it is there.
    pub open: Rc<Vec<String>>,
}

/// What a name stands for, with what decides whether it is there.
#[derive(Clone)]
pub enum Definition {
    Struct(Rc<ItemStruct>, Rc<Vec<String>>),
    Enum(Rc<ItemEnum>),
    Alias(Rc<ItemType>),
    /// Something that is no column type.
    Other,
}

/// Where the files of a module's children are.
#[derive(Clone)]
struct Place {
    /// For `mod name;`.
    folder: PathBuf,
    /// For `#[path = "…"]`.
    beside: PathBuf,
}

pub struct Tree {
    pub modules: Vec<Module>,
    /// The root module of each library, by the crate's name.
    pub crates: HashMap<String, ModuleId>,
    pub files: Vec<PathBuf>,
    pub diagnostics: Vec<Diagnostic>,
    conditions: Conditions,
}

impl Tree {
    pub fn new(conditions: Conditions) -> Self {
        Tree { modules: Vec::new(), crates: HashMap::new(), files: Vec::new(), diagnostics: Vec::new(), conditions }
    }

    pub fn package(&mut self, package: &Package) {
        let renamed = Rc::new(package.renamed.clone());
        for (at, root) in package.roots.iter().enumerate() {
            let module = self.root(root, renamed.clone());
            if at == 0
                && let Some(module) = module
            {
                self.crates.insert(package.name.clone(), module);
            }
        }
    }

    /// A file that is the root of a crate, or stands for one.
    pub fn root(&mut self, file: &Path, renamed: Rc<BTreeMap<String, String>>) -> Option<ModuleId> {
        let folder = file.parent().unwrap_or(Path::new("")).to_path_buf();
        let place = Place { folder: folder.clone(), beside: folder };
        let id = self.modules.len();
        self.file(file, None, id, renamed, Rc::default(), place)
    }

    fn file(
        &mut self,
        path: &Path,
        parent: Option<ModuleId>,
        root: ModuleId,
        renamed: Rc<BTreeMap<String, String>>,
        open: Rc<Vec<String>>,
        place: Place,
    ) -> Option<ModuleId> {
        // A module that brings itself in would never end; the compiler refuses it too.
        let mut above = parent;
        while let Some(module) = above.and_then(|id| self.modules.get(id)) {
            if *module.source.path == *path {
                return None;
            }
            above = module.parent;
        }
        match Source::read(path) {
            Ok((source, file)) => {
                if !self.files.iter().any(|file| file == path) {
                    self.files.push(path.to_path_buf());
                }
                let id = self.module(Rc::new(source), parent, root, renamed, open);
                self.items(id, file.items, &place);
                Some(id)
            }
            Err(diagnostic) => {
                self.diagnostics.push(diagnostic);
                None
            }
        }
    }

    fn module(
        &mut self,
        source: Rc<Source>,
        parent: Option<ModuleId>,
        root: ModuleId,
        renamed: Rc<BTreeMap<String, String>>,
        open: Rc<Vec<String>>,
    ) -> ModuleId {
        self.modules.push(Module {
            source,
            parent,
            root,
            children: HashMap::new(),
            definitions: HashMap::new(),
            order: Vec::new(),
            uses: HashMap::new(),
            globs: Vec::new(),
            renamed,
            open,
        });
        self.modules.len() - 1
    }

    fn items(&mut self, id: ModuleId, items: Vec<Item>, place: &Place) {
        for item in items {
            self.item(id, item, place);
        }
    }

    fn item(&mut self, id: ModuleId, mut item: Item, place: &Place) {
        let mut open = Vec::new();
        if let Some(attributes) = attributes_of(&mut item) {
            let renames = takes_names(attributes);
            if !self.conditions.settle(attributes, renames, &mut open) {
                return;
            }
        }
        let (unclear, open): (Vec<Open>, Vec<Open>) = open.into_iter().partition(|it| it.of_attribute);
        self.tell_open(id, &unclear, "what this says of a table");
        let within = self.opened(id, &open);
        match item {
            Item::Mod(item) => self.child(id, item, place, within),
            Item::Struct(mut item) => {
                self.fields(id, &mut item);
                let name = item.ident.unraw().to_string();
                self.define(id, name, Definition::Struct(Rc::new(item), within), !open.is_empty());
            }
            Item::Enum(mut item) => {
                let (mut open, renames) = (Vec::new(), takes_names(&item.attrs));
                item.variants = item
                    .variants
                    .into_iter()
                    .filter_map(|mut variant| {
                        self.conditions.settle(&mut variant.attrs, renames, &mut open).then_some(variant)
                    })
                    .collect();
                self.tell_open(id, &open, "which values an enum has");
                let name = item.ident.unraw().to_string();
                self.define(id, name, Definition::Enum(Rc::new(item)), false);
            }
            Item::Type(item) => {
                let name = item.ident.unraw().to_string();
                self.define(id, name, Definition::Alias(Rc::new(item)), false);
            }
            Item::Use(item) => {
                let first = if item.leading_colon.is_some() { vec![String::new()] } else { Vec::new() };
                let module = &mut self.modules[id];
                imports(&item.tree, first, module);
            }
            Item::ExternCrate(item) => {
                let name = item.ident.unraw().to_string();
                let known = item.rename.map_or_else(|| name.clone(), |(_, rename)| rename.unraw().to_string());
                self.modules[id].uses.insert(known, vec![String::new(), name]);
            }
            Item::Union(item) => self.define(id, item.ident.unraw().to_string(), Definition::Other, false),
            Item::Macro(item) if item.mac.path.is_ident("include") => self.include(id, &item, place),
            other => self.beneath(id, &other),
        }
    }

    /// What of a struct is there in which builds.
    fn fields(&mut self, id: ModuleId, item: &mut ItemStruct) {
        let (mut open, renames) = (Vec::new(), takes_names(&item.attrs));
        let syn::Fields::Named(fields) = &mut item.fields else { return };
        fields.named = std::mem::take(&mut fields.named)
            .into_iter()
            .filter_map(|mut field| self.conditions.settle(&mut field.attrs, renames, &mut open).then_some(field))
            .collect();
        self.tell_open(id, &open, "which columns a table has");
    }

    fn define(&mut self, id: ModuleId, name: String, definition: Definition, open: bool) {
        let module = &mut self.modules[id];
        // Two structs of one name are there in different builds: both are read.
        let key = match open && module.definitions.contains_key(&name) {
            true => format!("{name} ({})", module.order.len()),
            false => name,
        };
        module.order.push(key.clone());
        module.definitions.insert(key, definition);
    }

    fn child(&mut self, id: ModuleId, item: ItemMod, place: &Place, open: Rc<Vec<String>>) {
        let name = item.ident.unraw().to_string();
        let (root, renamed) = (self.modules[id].root, self.modules[id].renamed.clone());
        let given = path_attribute(&item.attrs);
        let folder = place.folder.join(given.as_deref().unwrap_or(&name));
        let child = match item.content {
            Some((_, items)) => {
                let source = self.modules[id].source.clone();
                let child = self.module(source, Some(id), root, renamed, open);
                self.items(child, items, &Place { folder: folder.clone(), beside: folder });
                Some(child)
            }
            None => {
                let candidates = match &given {
                    Some(path) => vec![place.beside.join(path)],
                    None => vec![place.folder.join(format!("{name}.rs")), folder.join("mod.rs")],
                };
                match candidates.iter().find(|path| path.is_file()) {
                    Some(path) => {
                        let own = path.parent().unwrap_or(Path::new("")).to_path_buf();
                        // `#[path]` makes a file the owner of its folder, and so does the name `mod.rs`.
                        let owner = given.is_some() || path.file_name().is_some_and(|name| name == "mod.rs");
                        let place = Place { folder: if owner { own.clone() } else { folder }, beside: own };
                        self.file(path, Some(id), root, renamed, open, place)
                    }
                    None => {
                        let message = format!("the file of the module `{name}` is not there");
                        self.tell(id, Code::UnreadableFile, item.ident.span(), message);
                        None
                    }
                }
            }
        };
        if let Some(child) = child {
            self.modules[id].children.insert(name, child);
        }
    }

    /// `include!("models.rs")` stands for what is in the file.
    fn include(&mut self, id: ModuleId, item: &syn::ItemMacro, place: &Place) {
        let Ok(path) = item.mac.parse_body::<syn::LitStr>() else {
            let span = item.mac.path.segments.first().map_or_else(Span::call_site, |it| it.ident.span());
            let message = "what this brings is known only when the program is built";
            return self.tell(id, Code::NotFollowed, span, message);
        };
        let file = place.beside.join(path.value());
        match Source::read(&file) {
            Ok((source, parsed)) => {
                self.files.push(file);
                // Its places are in another file: it is read as a child that everything is visible through.
                let (root, renamed, open) =
                    (self.modules[id].root, self.modules[id].renamed.clone(), self.modules[id].open.clone());
                let child = self.module(Rc::new(source), Some(id), root, renamed, open);
                self.modules[child].globs.push(vec!["super".to_owned()]);
                let name = format!("include {}", self.modules.len());
                self.modules[id].globs.push(vec!["self".to_owned(), name.clone()]);
                self.modules[id].children.insert(name, child);
                self.items(child, parsed.items, place);
            }
            Err(diagnostic) => self.diagnostics.push(diagnostic),
        }
    }

    /// Tables where nobody looks: in the body of a function, in the arguments of a macro.
    fn beneath(&mut self, id: ModuleId, item: &Item) {
        let tokens = match item {
            Item::Fn(item) => item.block.to_token_stream(),
            Item::Macro(item) => item.mac.tokens.clone(),
            Item::Impl(item) => item.to_token_stream(),
            _ => return,
        };
        if mentions(&tokens, "derive") && derives_table(tokens.clone()) {
            let span = tokens.into_iter().next().map_or_else(Span::call_site, |token| token.span());
            let message = "a table within a function or a macro is not read: make it an item of a module";
            self.tell(id, Code::NotFollowed, span, message);
        }
    }

    /// The predicates of the module with those of an item in it.
    fn opened(&self, id: ModuleId, open: &[Open]) -> Rc<Vec<String>> {
        let above = &self.modules[id].open;
        if open.is_empty() {
            return above.clone();
        }
        Rc::new(above.iter().cloned().chain(open.iter().map(|it| it.predicate.clone())).collect())
    }

    fn tell_open(&mut self, id: ModuleId, open: &[Open], what: &str) {
        for Open { predicate, span, .. } in open {
            let diagnostic = self.modules[id].source.diagnostic(
                Code::Undecided,
                *span,
                format!("{what} depends on `cfg({predicate})`"),
            );
            self.diagnostics.push(diagnostic.with_help(assume(predicate)));
        }
    }

    fn tell(&mut self, id: ModuleId, code: Code, span: Span, message: impl Into<String>) {
        let diagnostic = self.modules[id].source.diagnostic(code, span, message);
        self.diagnostics.push(diagnostic);
    }
}

/// How to decide a predicate.
pub fn assume(predicate: &str) -> String {
    let said = predicate.replace('"', "'");
    format!("say it under `[models]` in whimbrel.toml: `assume = [\"{said}\"]`, or `\"not({said})\"`")
}

/// Whether names of another derive count for the struct or enum.
fn takes_names(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) => mentions(&list.tokens, "names"),
        Meta::Path(_) | Meta::NameValue(_) => false,
    })
}

fn derives_table(tokens: proc_macro2::TokenStream) -> bool {
    let mut before = None;
    for token in tokens {
        if let proc_macro2::TokenTree::Group(group) = &token {
            let after_derive = before.as_ref().is_some_and(|it| it == "derive");
            if (after_derive && mentions(&group.stream(), "Table")) || derives_table(group.stream()) {
                return true;
            }
        }
        before = match token {
            proc_macro2::TokenTree::Ident(ident) => Some(ident),
            _ => None,
        };
    }
    false
}

fn path_attribute(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("path")).find_map(|attribute| {
        let Meta::NameValue(value) = &attribute.meta else { return None };
        match &value.value {
            syn::Expr::Lit(syn::ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        }
    })
}

fn imports(tree: &UseTree, mut path: Vec<String>, module: &mut Module) {
    match tree {
        UseTree::Path(step) => {
            path.push(step.ident.unraw().to_string());
            imports(&step.tree, path, module);
        }
        UseTree::Name(name) if name.ident == "self" => {
            if let Some(last) = path.last().cloned() {
                module.uses.insert(last, path);
            }
        }
        UseTree::Name(name) => {
            let name = name.ident.unraw().to_string();
            path.push(name.clone());
            module.uses.insert(name, path);
        }
        UseTree::Rename(rename) => {
            if rename.ident != "self" {
                path.push(rename.ident.unraw().to_string());
            }
            module.uses.insert(rename.rename.unraw().to_string(), path);
        }
        UseTree::Glob(_) => module.globs.push(path),
        UseTree::Group(group) => {
            for tree in &group.items {
                imports(tree, path.clone(), module);
            }
        }
    }
}

fn attributes_of(item: &mut Item) -> Option<&mut Vec<Attribute>> {
    match item {
        Item::Enum(item) => Some(&mut item.attrs),
        Item::ExternCrate(item) => Some(&mut item.attrs),
        Item::Fn(item) => Some(&mut item.attrs),
        Item::Impl(item) => Some(&mut item.attrs),
        Item::Macro(item) => Some(&mut item.attrs),
        Item::Mod(item) => Some(&mut item.attrs),
        Item::Struct(item) => Some(&mut item.attrs),
        Item::Type(item) => Some(&mut item.attrs),
        Item::Union(item) => Some(&mut item.attrs),
        Item::Use(item) => Some(&mut item.attrs),
        _ => None,
    }
}
