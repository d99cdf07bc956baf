//! `embed!`: a folder of migrations becomes part of a program, and is checked while that is compiled.
//!
//! The files are read by the same code as the command reads them with, so that what compiles here is a history there.
//! No SQL is parsed: what a statement means is asked of its engine when it runs.

mod folder;

use proc_macro::TokenStream;
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitStr, Path, Token, parse_quote};

use folder::{Folder, Heads};

/// A folder of migrations as a `whimbrel::Migrations`; see there.
#[proc_macro]
pub fn embed(input: TokenStream) -> TokenStream {
    let asked = match syn::parse::<Asked>(input) {
        Ok(asked) => asked,
        Err(error) => return error.to_compile_error().into(),
    };
    let root = std::env::var_os("CARGO_MANIFEST_DIR").map(std::path::PathBuf::from).unwrap_or_default();
    let written = asked.folder.value();
    let folder = match Folder::read(&root, &written, asked.heads) {
        Ok(folder) => folder,
        Err(problems) => return syn::Error::new(asked.folder.span(), problems).to_compile_error().into(),
    };
    let library = asked.library;
    let files = folder.files.iter().map(|file| {
        let (path, whole, checksum) = (&file.path, &file.whole, &file.checksum);
        quote! { #library::embedded::File { path: #path, text: ::core::include_str!(#whole), checksum: #checksum } }
    });
    let whole = &folder.whole;
    quote! {{
        const FILES: &[#library::embedded::File] = &[#(#files),*];
        #library::embedded::migrations(#written, #whole, FILES)
    }}
    .into()
}

/// `"migrations", several_heads, crate = other::whimbrel`
struct Asked {
    folder: LitStr,
    heads: Heads,
    library: Path,
}

impl Parse for Asked {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let folder = if input.is_empty() {
            LitStr::new("migrations", proc_macro2::Span::call_site())
        } else {
            input.parse().map_err(|error| {
                syn::Error::new(
                    error.span(),
                    "the folder of the migrations is needed, from the package's own folder: \"migrations\"",
                )
            })?
        };
        let mut asked = Asked { folder, heads: Heads::One, library: parse_quote!(::whimbrel) };
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            if input.peek(Token![crate]) {
                input.parse::<Token![crate]>()?;
                input.parse::<Token![=]>()?;
                asked.library = input.parse()?;
                continue;
            }
            let word: Ident = input.parse()?;
            if word != "several_heads" {
                let message = format!("`{word}` is not known here: `several_heads` and `crate = …` are");
                return Err(syn::Error::new(word.span(), message));
            }
            asked.heads = Heads::Several;
        }
        Ok(asked)
    }
}
