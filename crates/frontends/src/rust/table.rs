//! The tables among the structs, put together.

use std::collections::HashMap;
use std::path::PathBuf;

use proc_macro2::Span;
use syn::ItemStruct;
use whimbrel_models::read::{self, Problem, Problems, TableRead, not_on_engine};
use whimbrel_models::types::missing;
use whimbrel_schema::Engine;

use super::code::Code;
use super::tree::{Definition, ModuleId, Tree, assume};
use crate::diagnostic::Diagnostic;
use crate::models::{Extent, ModelTrouble, Models};

/// Every table of the named files and folders, with what is not known of it.
pub fn collect(tree: &Tree, named: &[PathBuf], models: &mut Models) {
    let mut spans: Vec<Place> = Vec::new();
    for (id, module) in tree.modules.iter().enumerate() {
        if !named.iter().any(|path| module.source.path.starts_with(path)) || read_before(tree, id) {
            continue;
        }
        for name in &module.order {
            if let Some(Definition::Struct(item, open)) = module.definitions.get(name)
                && tree.derives(id, &item.attrs, "Table")
            {
                let before = models.tables.len();
                let references = one(tree, id, item, open, models);
                if models.tables.len() > before {
                    spans.push(Place { module: id, name: item.ident.span(), references });
                }
            }
        }
    }
    models.classes = models.tables.len();
    twice(tree, &spans, models);
    targets(tree, &spans, models);
}

/// Where a table is said.
struct Place {
    module: ModuleId,
    name: Span,
    /// Its foreign keys, one by one.
    references: Vec<Span>,
}

/// A file can be a module of two programs; its tables are the same ones.
fn read_before(tree: &Tree, id: ModuleId) -> bool {
    let module = &tree.modules[id];
    tree.modules[..id].iter().any(|other| {
        other.root != module.root && other.source.path == module.source.path && other.order == module.order
    })
}

fn one(tree: &Tree, id: ModuleId, item: &ItemStruct, open: &[String], models: &mut Models) -> Vec<Span> {
    let source = &tree.modules[id].source;
    let problems = Problems::default();
    let at = models.tables.len();
    let read = read::table(item, &problems);
    let named = read.is_some();
    let mut tell = |extent: Extent, engine: Option<Engine>, diagnostic: Diagnostic| {
        models.troubles.push(ModelTrouble { table: named.then_some(at), extent, engine, diagnostic });
    };
    for problem in problems.into_vec() {
        let Problem { kind, error, help, engine, column } = problem;
        let extent = column.map_or(Extent::Table, Extent::Column);
        let diagnostic = source.diagnostic(Code::of(kind), error.span(), error.to_string());
        tell(extent, engine, helped(diagnostic, help));
    }
    let Some(TableRead { mut model, asked, spans, reference_spans, .. }) = read else { return Vec::new() };
    for predicate in open {
        let message = format!("whether the table `{}` is there depends on `cfg({predicate})`", model.name);
        let diagnostic = source.diagnostic(Code::Undecided, item.ident.span(), message);
        tell(Extent::Table, None, diagnostic.with_help(assume(predicate)));
    }
    for (position, asked) in asked {
        let Some(column) = model.columns.get_mut(position) else { continue };
        let extent = Extent::Column(column.name.clone());
        match tree.column_type(id, &asked) {
            Ok(ty) => {
                for engine in missing(&ty) {
                    let Problem { error, help, .. } = not_on_engine(&asked.ty, engine);
                    let diagnostic = source.diagnostic(Code::TypeNotOnEngine, error.span(), error.to_string());
                    tell(extent.clone(), Some(engine), helped(diagnostic, help));
                }
                column.ty = ty;
            }
            Err(untyped) => tell(extent, None, untyped.diagnostic),
        }
    }
    model.notes.origin = Some(source.origin(item.ident.span()));
    for (column, span) in model.columns.iter_mut().zip(spans) {
        column.notes.origin = Some(source.origin(span));
    }
    models.tables.push(model);
    reference_spans
}

fn helped(diagnostic: Diagnostic, help: Option<String>) -> Diagnostic {
    match help {
        Some(help) => diagnostic.with_help(help),
        None => diagnostic,
    }
}

fn twice(tree: &Tree, places: &[Place], models: &mut Models) {
    let mut first: HashMap<(Option<String>, String), usize> = HashMap::new();
    for (at, table) in models.tables.iter().enumerate() {
        let key = (table.namespace.clone(), table.name.clone());
        if first.insert(key, at).is_none() {
            continue;
        }
        let Some(place) = places.get(at) else { continue };
        let message = format!("there are two tables `{}`", table.name);
        let diagnostic = tree.modules[place.module].source.diagnostic(Code::TableDefinedTwice, place.name, message);
        models.troubles.push(ModelTrouble { table: Some(at), extent: Extent::Table, engine: None, diagnostic });
    }
}

/// What foreign keys refer to has to be there.
fn targets(tree: &Tree, places: &[Place], models: &mut Models) {
    let mut troubles = Vec::new();
    for (at, table) in models.tables.iter().enumerate() {
        let Some(place) = places.get(at) else { continue };
        let source = &tree.modules[place.module].source;
        for (key, span) in table.foreign_keys.iter().zip(&place.references) {
            let target = models.tables.iter().find(|it| it.name == key.table && it.namespace == key.namespace);
            let (code, message) = match target {
                None => {
                    let message = format!("the foreign key's target `{}` is not among the models", key.table);
                    (Code::ForeignKeyTargetMissing, message)
                }
                Some(target) => {
                    let absent = |name: &&String| !target.columns.iter().any(|column| column.name == **name);
                    let Some(absent) = key.referenced_columns.iter().find(absent) else { continue };
                    let message = format!("the foreign key's target `{}` has no column `{absent}`", key.table);
                    (Code::NoSuchColumn, message)
                }
            };
            let diagnostic = source.diagnostic(code, *span, message);
            troubles.push(ModelTrouble { table: Some(at), extent: Extent::Table, engine: None, diagnostic });
        }
    }
    models.troubles.extend(troubles);
}
