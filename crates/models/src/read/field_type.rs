//! What the type of a field says by itself: whether it may be NULL, whether it is a list, which column type it is.

use syn::{GenericArgument, PathArguments, PathSegment, Type};

use crate::types::{date_time, plain};
use crate::{ByEngine, TypeModel};

/// Wrappers that change nothing about the column.
const TRANSPARENT: [&str; 6] = ["Arc", "Box", "Cow", "NonZero", "Rc", "Saturating"];

/// Types that are there in every program: nobody means another one by these names.
const PRELUDE: [&str; 19] = [
    "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "str", "u8", "u16", "u32", "u64", "u128",
    "usize", "String", "Vec",
];

/// A field's type, taken apart.
pub struct FieldType<'t> {
    pub nullable: bool,
    /// How many lists are around it.
    pub dimensions: u8,
    /// What is left without `Option`, `Vec` and the like.
    pub core: &'t Type,
    /// Its column type, where its name says it.
    pub known: Option<ByEngine<TypeModel>>,
    /// The name may be one of the project's own types.
    pub may_be_own: bool,
}

impl<'t> FieldType<'t> {
    pub fn of(ty: &'t Type) -> Self {
        let mut field = FieldType { nullable: false, dimensions: 0, core: ty, known: None, may_be_own: false };
        field.take_apart(ty);
        field
    }

    fn take_apart(&mut self, ty: &'t Type) {
        self.core = ty;
        match ty {
            Type::Group(group) => return self.take_apart(&group.elem),
            Type::Paren(paren) => return self.take_apart(&paren.elem),
            Type::Reference(reference) => return self.take_apart(&reference.elem),
            Type::Slice(slice) => return self.list(&slice.elem),
            Type::Array(array) => return self.list(&array.elem),
            Type::Path(_) => {}
            _ => return,
        }
        let Some(last) = last_segment(ty) else { return };
        let name = last.ident.to_string();
        let parameters = parameters(last);
        match (name.as_str(), parameters.as_slice()) {
            ("Option", [inner]) if self.dimensions == 0 => {
                self.nullable = true;
                self.take_apart(inner);
            }
            ("Vec", [inner]) => self.list(inner),
            // Of `Cow<'a, str>` the lifetime is no type.
            (wrapper, [inner]) if TRANSPARENT.contains(&wrapper) => self.take_apart(inner),
            ("DateTime", parameters) => {
                self.known = Some(date_time(!parameters.is_empty()));
                self.may_be_own = true;
            }
            (name, []) => {
                self.known = plain(name);
                self.may_be_own = !is_prelude(ty, name);
            }
            ("Json", [_]) => {
                self.known = plain("Json");
                self.may_be_own = true;
            }
            _ => self.may_be_own = true,
        }
    }

    /// A list of bytes is one value.
    fn list(&mut self, inner: &'t Type) {
        let byte = last_segment(inner).is_some_and(|last| last.ident == "u8" && last.arguments.is_empty());
        if byte {
            self.core = inner;
            self.known = plain("Bytes");
        } else {
            self.dimensions = self.dimensions.saturating_add(1);
            self.take_apart(inner);
        }
    }
}

fn is_prelude(ty: &Type, name: &str) -> bool {
    PRELUDE.contains(&name) && matches!(ty, Type::Path(path) if path.path.segments.len() == 1)
}

pub fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match ty {
        Type::Path(path) if path.qself.is_none() => path.path.segments.last(),
        _ => None,
    }
}

fn parameters(segment: &PathSegment) -> Vec<&Type> {
    let PathArguments::AngleBracketed(given) = &segment.arguments else { return Vec::new() };
    let types = given.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    types.collect()
}

/// What to do about a type that no column type is known for.
pub fn advice(ty: &Type) -> String {
    let name = last_segment(ty).map(|last| last.ident.to_string()).unwrap_or_default();
    let say = |sql: &str| format!("say what stores it: `#[column(type = \"{sql}\")]`");
    match name.as_str() {
        "u8" => say("SMALLINT"),
        "u16" => say("INTEGER"),
        "u32" => say("BIGINT"),
        "u64" | "usize" | "u128" | "i128" => say("NUMERIC(20)"),
        "isize" => say("BIGINT"),
        "char" => say("CHAR(1)"),
        "HashMap" | "BTreeMap" | "HashSet" | "BTreeSet" | "IndexMap" => say("JSON"),
        _ => "give the field a column type (`#[column(type = \"…\")]`), or `#[column(skip)]`".to_owned(),
    }
}
