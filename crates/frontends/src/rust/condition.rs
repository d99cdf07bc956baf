//! `cfg` and `cfg_attr`: what is there in every build, in none, or in some.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Token};

/// Whether something is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Truth {
    Yes,
    No,
    /// The predicate that decides it.
    Open(String),
}

/// What is decided about builds: nothing of it is what tests alone see, and what somebody says.
#[derive(Debug, Clone, Default)]
pub struct Conditions {
    /// Predicates, and whether they hold.
    said: Vec<(String, bool)>,
}

/// Something that is there in some builds only.
pub struct Open {
    pub predicate: String,
    pub span: Span,
    /// It decides what an attribute says, rather than whether the item is there.
    pub of_attribute: bool,
}

impl Conditions {
    /// `feature = "ssr"`, `not(feature = "mock")`. What is no predicate is given back.
    pub fn assuming(assume: &[String]) -> (Conditions, Vec<String>) {
        let (mut conditions, mut unreadable) = (Conditions::default(), Vec::new());
        for text in assume {
            let text = text.trim();
            let (inner, holds) = match text.strip_prefix("not(").and_then(|rest| rest.strip_suffix(')')) {
                Some(inner) => (inner, false),
                None => (text, true),
            };
            match syn::parse_str::<Meta>(&inner.replace('\'', "\"")) {
                Ok(meta) => conditions.said.push((spelled(&meta), holds)),
                Err(_) => unreadable.push(text.to_owned()),
            }
        }
        (conditions, unreadable)
    }

    fn holds(&self, predicate: &Meta) -> Truth {
        let within = |list: &syn::MetaList| -> Vec<Truth> {
            let parsed = Punctuated::<Meta, Token![,]>::parse_terminated.parse2(list.tokens.clone());
            match parsed {
                Ok(all) => all.iter().map(|one| self.holds(one)).collect(),
                Err(_) => vec![Truth::Open(list.tokens.to_string())],
            }
        };
        let open = |truths: Vec<Truth>| truths.into_iter().find(|it| matches!(it, Truth::Open(_)));
        let text = spelled(predicate);
        if let Some((_, holds)) = self.said.iter().find(|(said, _)| *said == text) {
            return if *holds { Truth::Yes } else { Truth::No };
        }
        match predicate {
            Meta::List(list) if list.path.is_ident("not") => match within(list).into_iter().next() {
                Some(Truth::Yes) => Truth::No,
                Some(Truth::No) => Truth::Yes,
                Some(Truth::Open(text)) => Truth::Open(text),
                None => Truth::Open(text),
            },
            Meta::List(list) if list.path.is_ident("all") => {
                let truths = within(list);
                if truths.contains(&Truth::No) { Truth::No } else { open(truths).unwrap_or(Truth::Yes) }
            }
            Meta::List(list) if list.path.is_ident("any") => {
                let truths = within(list);
                if truths.contains(&Truth::Yes) { Truth::Yes } else { open(truths).unwrap_or(Truth::No) }
            }
            // No program that is run against a database is built so.
            Meta::Path(path) if ["test", "doc", "doctest", "miri"].iter().any(|word| path.is_ident(word)) => Truth::No,
            Meta::Path(_) | Meta::List(_) | Meta::NameValue(_) => Truth::Open(text),
        }
    }

    /// Puts in what `cfg_attr` brings; `renames` where names of other derives count. `false` where the item is in no build; what is open is told.
    pub fn settle(&self, attributes: &mut Vec<Attribute>, renames: bool, open: &mut Vec<Open>) -> bool {
        let mut settled = Vec::new();
        let mut there = true;
        for attribute in attributes.drain(..) {
            self.attribute(attribute, renames, &mut settled, &mut there, open);
        }
        *attributes = settled;
        there
    }

    fn attribute(
        &self,
        attribute: Attribute,
        renames: bool,
        settled: &mut Vec<Attribute>,
        there: &mut bool,
        open: &mut Vec<Open>,
    ) {
        let Meta::List(list) = &attribute.meta else { return settled.push(attribute) };
        let span = list.path.segments.first().map_or_else(Span::call_site, |it| it.ident.span());
        if list.path.is_ident("cfg") {
            match list.parse_args::<Meta>().map(|predicate| self.holds(&predicate)) {
                Ok(Truth::Yes) => {}
                Ok(Truth::No) => *there = false,
                Ok(Truth::Open(predicate)) => open.push(Open { predicate, span, of_attribute: false }),
                Err(_) => open.push(Open { predicate: list.tokens.to_string(), span, of_attribute: false }),
            }
        } else if list.path.is_ident("cfg_attr") {
            let parts = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
            let unclear = |predicate| Open { predicate, span, of_attribute: true };
            let Ok(parts) = parts else { return open.push(unclear(list.tokens.to_string())) };
            let mut parts = parts.into_iter();
            let Some(predicate) = parts.next() else { return };
            match self.holds(&predicate) {
                Truth::No => {}
                Truth::Yes => {
                    for meta in parts {
                        self.attribute(Attribute { meta, ..attribute.clone() }, renames, settled, there, open);
                    }
                }
                Truth::Open(predicate) if parts.any(|meta| concerns_us(&meta, renames)) => {
                    open.push(unclear(predicate))
                }
                Truth::Open(_) => {}
            }
        } else {
            settled.push(attribute);
        }
    }
}

/// Whether the attribute says anything of a table.
fn concerns_us(meta: &Meta, renames: bool) -> bool {
    let ours = ["table", "column", "db_enum", "db_type"];
    match meta {
        Meta::List(list) if list.path.is_ident("derive") => {
            ["Table", "DbEnum", "DbType"].iter().any(|word| mentions(&list.tokens, word))
        }
        Meta::List(list) if list.path.is_ident("serde") || list.path.is_ident("sqlx") => {
            renames && (mentions(&list.tokens, "rename") || mentions(&list.tokens, "rename_all"))
        }
        Meta::List(list) if list.path.is_ident("cfg_attr") => true,
        meta => ours.iter().any(|word| meta.path().is_ident(word)),
    }
}

/// Whether the word is anywhere among the tokens.
pub fn mentions(tokens: &TokenStream, word: &str) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == word,
        TokenTree::Group(group) => mentions(&group.stream(), word),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

fn spelled(meta: &Meta) -> String {
    meta.to_token_stream().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_decides() {
        let (conditions, unreadable) =
            Conditions::assuming(&["feature = 'ssr'".to_owned(), "not(unix)".to_owned(), "== 3".to_owned()]);
        assert_eq!(unreadable, ["== 3"]);
        let holds = |text: &str| conditions.holds(&syn::parse_str(text).unwrap());
        assert_eq!(holds("feature = \"ssr\""), Truth::Yes);
        assert_eq!(holds("not(feature = \"ssr\")"), Truth::No);
        assert_eq!(holds("any(unix, feature = \"ssr\")"), Truth::Yes);
        assert_eq!(holds("all(test, feature = \"other\")"), Truth::No);
        assert_eq!(holds("all(not(test), feature = \"other\")"), Truth::Open("feature = \"other\"".to_owned()));
        assert_eq!(holds("unix"), Truth::No);
    }
}
