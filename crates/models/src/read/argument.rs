//! The grammar of all attributes here: `flag`, `name = literal`, `name(…)`, and literals on their own.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Ident, Lit, LitStr, Token, token};

/// One argument of an attribute, as it is written.
#[derive(Clone)]
pub struct Argument {
    pub name: Option<Ident>,
    pub value: Given,
    tokens: TokenStream,
}

#[derive(Clone)]
pub enum Given {
    /// The name alone.
    Flag,
    Literal {
        literal: Lit,
        negative: bool,
    },
    List(Vec<Argument>),
}

impl Argument {
    /// Its name as one reads it; empty for a literal on its own.
    pub fn word(&self) -> String {
        self.name.as_ref().map(|name| name.unraw().to_string()).unwrap_or_default()
    }

    pub fn string(&self) -> Option<&LitStr> {
        match &self.value {
            Given::Literal { literal: Lit::Str(text), .. } => Some(text),
            Given::Literal { .. } | Given::Flag | Given::List(_) => None,
        }
    }
}

impl Parse for Argument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(Lit) || input.peek(Token![-]) {
            let (value, tokens) = literal(input)?;
            return Ok(Argument { name: None, value, tokens });
        }
        if !input.peek(Ident::peek_any) {
            return Err(input.error("expected a name or a literal"));
        }
        let name = input.call(Ident::parse_any)?;
        let mut tokens = name.to_token_stream();
        let value = if input.peek(Token![=]) {
            input.parse::<Token![=]>()?.to_tokens(&mut tokens);
            let (value, literal) = literal(input)?;
            tokens.extend(literal);
            value
        } else if input.peek(token::Paren) {
            let within;
            syn::parenthesized!(within in input);
            Given::List(list(&within)?)
        } else {
            Given::Flag
        };
        Ok(Argument { name: Some(name), value, tokens })
    }
}

impl ToTokens for Argument {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.tokens.clone());
    }
}

/// What stands between the parentheses of an attribute.
pub fn list(input: ParseStream<'_>) -> syn::Result<Vec<Argument>> {
    Ok(Punctuated::<Argument, Token![,]>::parse_terminated(input)?.into_iter().collect())
}

fn literal(input: ParseStream<'_>) -> syn::Result<(Given, TokenStream)> {
    let minus: Option<Token![-]> = input.parse()?;
    if !input.peek(Lit) {
        return Err(input.error("a literal is needed here: what is written elsewhere cannot be read"));
    }
    let literal: Lit = input.parse()?;
    let mut tokens = minus.to_token_stream();
    literal.to_tokens(&mut tokens);
    if minus.is_some() && !matches!(literal, Lit::Int(_) | Lit::Float(_)) {
        return Err(syn::Error::new_spanned(literal, "only a number can be negative"));
    }
    Ok((Given::Literal { literal, negative: minus.is_some() }, tokens))
}
