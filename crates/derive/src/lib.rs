//! `#[derive(Table)]`, `#[derive(DbEnum)]` and `#[derive(DbType)]`.
//!
//! What is read, and what is refused, is decided in `whimbrel_models::read`, which the command reads sources with as
//! well. This crate only writes down what was read; types that the tokens do not show are asked when the program runs.

mod written;

use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;
use quote::quote;
use syn::{Data, DeriveInput, Ident, ItemEnum, ItemStruct, Path, parse_quote};
use whimbrel_models::read::{self, Problem, Problems};

/// The struct is a table: `impl whimbrel::Table`.
#[proc_macro_derive(Table, attributes(table, column))]
pub fn table(input: TokenStream) -> TokenStream {
    derived(input, |input, problems| {
        let item = structure(input, problems)?;
        let read = read::table(&item, problems)?;
        let library = library(read.crate_path.clone());
        Some(written::table(&input.ident, &input.generics, &read, &library))
    })
}

/// The values of the enum are those of a column: `impl whimbrel::DbType`.
#[proc_macro_derive(DbEnum, attributes(db_enum))]
pub fn db_enum(input: TokenStream) -> TokenStream {
    derived(input, |input, problems| {
        let Data::Enum(data) = &input.data else {
            problems.attribute(&input.ident, "only an enum is a `DbEnum`");
            return None;
        };
        let item = ItemEnum {
            attrs: input.attrs.clone(),
            vis: input.vis.clone(),
            enum_token: data.enum_token,
            ident: input.ident.clone(),
            generics: input.generics.clone(),
            brace_token: data.brace_token,
            variants: data.variants.clone(),
        };
        let read = read::enumeration(&item, problems)?;
        let library = library(read.crate_path.clone());
        let ty = written::column_type(&read.ty, &library);
        Some(written::db_type(&input.ident, &input.generics, &ty, &library))
    })
}

/// The struct is stored in one column: `impl whimbrel::DbType`.
#[proc_macro_derive(DbType, attributes(db_type))]
pub fn db_type(input: TokenStream) -> TokenStream {
    derived(input, |input, problems| {
        let item = structure(input, problems)?;
        let read = read::newtype(&item, problems)?;
        let library = library(read.crate_path.clone());
        let ty = match &read.asks {
            Some(asked) => written::asked(asked, &library),
            None => written::column_type(&read.ty, &library),
        };
        Some(written::db_type(&input.ident, &input.generics, &ty, &library))
    })
}

fn derived(input: TokenStream, write: impl FnOnce(&DeriveInput, &Problems) -> Option<Tokens>) -> TokenStream {
    let input = match syn::parse::<DeriveInput>(input) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error().into(),
    };
    let problems = Problems::default();
    let written = write(&input, &problems);
    // What one engine alone has no type for is no mistake: nothing says that the program meets that engine.
    let problems: Vec<Problem> = problems.into_vec().into_iter().filter(|problem| problem.engine.is_none()).collect();
    if problems.is_empty() {
        return written.unwrap_or_default().into();
    }
    let errors: Tokens = problems.iter().map(|problem| problem.compile_error().to_compile_error()).collect();
    quote!(#errors).into()
}

fn structure(input: &DeriveInput, problems: &Problems) -> Option<ItemStruct> {
    let Data::Struct(data) = &input.data else {
        problems.attribute(&input.ident, "only a struct is that");
        return None;
    };
    Some(ItemStruct {
        attrs: input.attrs.clone(),
        vis: input.vis.clone(),
        struct_token: data.struct_token,
        ident: input.ident.clone(),
        generics: input.generics.clone(),
        fields: data.fields.clone(),
        semi_token: data.semi_token,
    })
}

fn library(given: Option<Path>) -> Path {
    given.unwrap_or_else(|| parse_quote!(::whimbrel))
}

/// A name that no field and no type of the user's can have.
fn own(name: &str) -> Ident {
    Ident::new(&format!("__whimbrel_{name}"), proc_macro2::Span::mixed_site())
}
