//! A struct as a column type: one that wraps another type, or one that says what stores it.

use syn::{Fields, ItemStruct, ItemType, Path, Type};

use super::arguments::Arguments;
use super::column::Asked;
use super::field_type::{FieldType, advice, last_segment};
use super::problem::{Kind, Problem, Problems};
use super::structure::path;
use crate::{ByEngine, ENGINES, TypeModel, TypeOptions};

/// A struct that is stored in one column.
#[derive(Debug, Clone)]
pub struct NewtypeRead {
    pub ty: ByEngine<TypeModel>,
    /// The wrapped type has to be asked.
    pub asks: Option<Asked>,
    pub crate_path: Option<Path>,
}

/// `#[db_type(type = "…")]`, or the type that it wraps.
pub fn newtype(item: &ItemStruct, problems: &Problems) -> Option<NewtypeRead> {
    let arguments = Arguments::of_attributes(&item.attrs, "db_type", problems);
    arguments.know(&["collation", "crate", "type"], &[]);
    let crate_path = arguments.get("crate").and_then(|item| path(item, problems));
    let options = TypeOptions {
        given: arguments.sql("type").unwrap_or_default(),
        collation: arguments.sql("collation").unwrap_or_default(),
        dimensions: 0,
    };
    if ENGINES.iter().all(|engine| options.given.get(*engine).is_some_and(Option::is_some)) {
        return Some(NewtypeRead { ty: options.of(&ByEngine::default()), asks: None, crate_path });
    }
    let fields: Vec<&syn::Field> = match &item.fields {
        Fields::Unnamed(fields) => fields.unnamed.iter().collect(),
        Fields::Named(fields) => fields.named.iter().collect(),
        Fields::Unit => Vec::new(),
    };
    let [field] = fields.as_slice() else {
        let message = "a column type wraps one other type";
        let problem = Problem::new(Kind::NoColumnType, &item.ident, message);
        problems.tell(problem.with_help("say what stores it: `#[db_type(type = \"…\")]`"));
        return None;
    };
    let parameters: Vec<String> = item.generics.type_params().map(|it| it.ident.to_string()).collect();
    let (ty, asks) = wrapped(&field.ty, options, &parameters, "#[db_type(", problems)?;
    Some(NewtypeRead { ty, asks, crate_path })
}

/// `type UserId = i64;`. The macro asks the type itself, which sees through the alias as this does.
pub fn alias(item: &ItemType, problems: &Problems) -> Option<NewtypeRead> {
    let parameters: Vec<String> = item.generics.type_params().map(|it| it.ident.to_string()).collect();
    let (ty, asks) = wrapped(&item.ty, TypeOptions::default(), &parameters, "#[column(", problems)?;
    Some(NewtypeRead { ty, asks, crate_path: None })
}

/// The column type of a type that another one stands for.
fn wrapped(
    ty: &Type,
    mut options: TypeOptions,
    parameters: &[String],
    attribute: &str,
    problems: &Problems,
) -> Option<(ByEngine<TypeModel>, Option<Asked>)> {
    let ty = FieldType::of(ty);
    options.dimensions = ty.dimensions;
    let of_parameter = last_segment(ty.core).is_some_and(|last| parameters.contains(&last.ident.to_string()));
    if ty.nullable || of_parameter || (ty.known.is_none() && !ty.may_be_own) {
        let message = match (ty.nullable, of_parameter) {
            (true, _) => "whether a column may be NULL is said by its field, not by its type",
            (_, true) => "which column type this is depends on a parameter",
            _ => "no column type is known for this type",
        };
        let help = match of_parameter || ty.nullable {
            true => format!("say what stores it: `{attribute}type = \"…\")]`"),
            false => advice(ty.core).replace("#[column(", attribute),
        };
        problems.tell(Problem::new(Kind::NoColumnType, ty.core, message).with_help(help));
        return None;
    }
    let read = options.of(&ty.known.clone().unwrap_or_default());
    let asks = ty.may_be_own.then(|| Asked { ty: ty.core.clone(), otherwise: ty.known, options });
    Some((read, asks))
}
