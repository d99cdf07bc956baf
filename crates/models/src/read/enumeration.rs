//! An enum as a column type.

use std::collections::HashSet;

use syn::ext::IdentExt;
use syn::{Fields, ItemEnum, Path};

use super::arguments::Arguments;
use super::case;
use super::problem::Problems;
use super::renamed::Names;
use super::structure::path;
use crate::types::enumeration as enum_type;
use crate::{ByEngine, TypeModel, TypeOptions};

/// An enum whose values are those of a column.
#[derive(Debug, Clone)]
pub struct EnumRead {
    pub ty: ByEngine<TypeModel>,
    pub crate_path: Option<Path>,
}

/// `#[db_enum(name = "mood", schema = "…", rename_all = "…", type = "…")]`.
pub fn enumeration(item: &ItemEnum, problems: &Problems) -> Option<EnumRead> {
    let arguments = Arguments::of_attributes(&item.attrs, "db_enum", problems);
    arguments.know(&["crate", "name", "names", "rename_all", "schema", "type"], &[]);
    let names = Names::of(&arguments, &item.attrs, problems);
    let mut values: Vec<String> = Vec::new();
    let mut seen = HashSet::new();
    for variant in &item.variants {
        if !matches!(variant.fields, Fields::Unit) {
            problems.attribute(&variant.fields, "a value of an enum in a database holds nothing");
        }
        let own = Arguments::of_attributes(&variant.attrs, "db_enum", problems);
        own.know(&["rename"], &[]);
        let value = names.name(own.text("rename"), &variant.ident.unraw().to_string(), &variant.attrs);
        if !seen.insert(value.clone()) {
            problems.attribute(&variant.ident, format!("two variants are stored as `{value}`"));
        }
        values.push(value);
    }
    if values.is_empty() {
        problems.attribute(&item.ident, "an enum without a variant has no value to store");
        return None;
    }
    let crate_path = arguments.get("crate").and_then(|item| path(item, problems));
    let name = arguments.text("name").unwrap_or_else(|| case::snake(&item.ident.unraw().to_string()));
    let texts: Vec<&str> = values.iter().map(String::as_str).collect();
    let own = enum_type(&name, arguments.text("schema").as_deref(), &texts);
    let given = TypeOptions { given: arguments.sql("type").unwrap_or_default(), ..TypeOptions::default() };
    Some(EnumRead { ty: given.of(&own), crate_path })
}
