//! Which column type a type of the project is.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Type};
use whimbrel_models::read::{self, Asked, Problems, advice};
use whimbrel_models::{ByEngine, TypeModel};

use super::code::Code;
use super::resolve::Found;
use super::tree::{Definition, ModuleId, Tree};
use crate::diagnostic::Diagnostic;

/// Aliases and newtypes may go round in a circle.
const DEPTH: u32 = 32;

/// A type that no column type is known for, and why.
pub struct Untyped {
    pub diagnostic: Diagnostic,
}

impl Tree {
    /// The column type of a type that has to be asked, where it stands.
    pub fn column_type(&self, from: ModuleId, asked: &Asked) -> Result<ByEngine<TypeModel>, Untyped> {
        self.type_at(from, asked, DEPTH)
    }

    fn type_at(&self, from: ModuleId, asked: &Asked, depth: u32) -> Result<ByEngine<TypeModel>, Untyped> {
        let Some(depth) = depth.checked_sub(1) else {
            return Err(self.untyped(from, asked.ty.span(), "this type stands for itself", None));
        };
        let found = match self.resolve(from, &segments(&asked.ty)) {
            Found::Item(module, name) => match self.definition(module, &name) {
                Some(definition) => self.of_definition(from, asked, module, definition, depth)?,
                None => ByEngine::default(),
            },
            Found::Module(_) | Found::External(_) | Found::Nowhere => match &asked.otherwise {
                Some(known) => known.clone(),
                None if self.is_of_project(from, &asked.ty) => {
                    let message = "this type is not found: what a macro makes is not read";
                    return Err(self.untyped(from, asked.ty.span(), message, Some(advice(&asked.ty))));
                }
                None => {
                    let message = "no column type is known for this type";
                    return Err(self.untyped(from, asked.ty.span(), message, Some(advice(&asked.ty))));
                }
            },
        };
        Ok(asked.options.of(&found))
    }

    fn of_definition(
        &self,
        from: ModuleId,
        asked: &Asked,
        module: ModuleId,
        definition: &Definition,
        depth: u32,
    ) -> Result<ByEngine<TypeModel>, Untyped> {
        let problems = Problems::default();
        let silent = |derive: &str| {
            let message = "this type does not say which column type it is";
            let help = format!("`#[derive({derive})]` on it, or `#[column(type = \"…\")]` here, or `#[column(skip)]`");
            self.untyped(from, asked.ty.span(), message, Some(help))
        };
        let read = match definition {
            Definition::Struct(item, _) if self.derives(module, &item.attrs, "DbType") => {
                read::newtype(item, &problems).map(|read| (read.ty, read.asks))
            }
            Definition::Struct(..) => return Err(silent("DbType")),
            Definition::Enum(item) if self.derives(module, &item.attrs, "DbEnum") => {
                read::enumeration(item, &problems).map(|read| (read.ty, None))
            }
            Definition::Enum(_) => return Err(silent("DbEnum")),
            Definition::Alias(item) => read::alias(item, &problems).map(|read| (read.ty, read.asks)),
            Definition::Other => return Err(silent("DbType")),
        };
        if let Some(problem) = problems.into_vec().into_iter().next() {
            let message = problem.error.to_string();
            let source = &self.modules[module].source;
            let diagnostic = source.diagnostic(Code::of(problem.kind), problem.error.span(), message);
            let diagnostic = match problem.help {
                Some(help) => diagnostic.with_help(help),
                None => diagnostic,
            };
            return Err(Untyped { diagnostic });
        }
        match read {
            Some((_, Some(inner))) => self.type_at(module, &inner, depth),
            Some((ty, None)) => Ok(ty),
            None => Err(silent("DbType")),
        }
    }

    /// Whether the path leads into a module of the project, and ends there in nothing.
    fn is_of_project(&self, from: ModuleId, ty: &Type) -> bool {
        let path = segments(ty);
        let above = path.split_last().map(|(_, above)| above).filter(|above| !above.is_empty());
        above.is_some_and(|above| matches!(self.resolve(from, above), Found::Module(_)))
    }

    fn untyped(&self, from: ModuleId, span: Span, message: &str, help: Option<String>) -> Untyped {
        let diagnostic = self.modules[from].source.diagnostic(Code::NoColumnType, span, message);
        Untyped {
            diagnostic: match help {
                Some(help) => diagnostic.with_help(help),
                None => diagnostic,
            },
        }
    }

    /// Whether one of the derives is ours of that name, whatever it is called here.
    pub fn derives(&self, module: ModuleId, attributes: &[Attribute], name: &str) -> bool {
        let mut found = false;
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("derive")) {
            // What is no list of paths is the compiler's to refuse.
            let _ = attribute.parse_nested_meta(|meta| {
                let path: Vec<String> =
                    meta.path.segments.iter().map(|segment| segment.ident.unraw().to_string()).collect();
                found |= match self.resolve(module, &path) {
                    Found::External(path) => {
                        let ours = path.first().is_some_and(|it| it == "whimbrel" || it == "whimbrel_derive");
                        ours && path.last().is_some_and(|it| it == name)
                    }
                    // Brought by a glob of a crate that is not read here, or whimbrel is not named as a dependency. An
                    // item of the project is never a derive of the project: one of that name stands beside the derive.
                    Found::Nowhere | Found::Module(_) | Found::Item(..) => path.last().is_some_and(|it| it == name),
                };
                Ok(())
            });
        }
        found
    }
}

fn segments(ty: &Type) -> Vec<String> {
    match ty {
        Type::Path(path) => {
            let first = path.path.leading_colon.map(|_| String::new());
            first.into_iter().chain(path.path.segments.iter().map(|it| it.ident.unraw().to_string())).collect()
        }
        _ => Vec::new(),
    }
}
