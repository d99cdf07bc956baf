//! `#[serde(rename = "…")]` and `#[sqlx(rename = "…")]`, where somebody says that they hold for the database too.

use syn::{Attribute, LitStr};

use super::arguments::Arguments;
use super::case::{RULES, by_rule};
use super::problem::Problems;

/// Which other derive's names count.
#[derive(Default)]
pub struct Names {
    /// `serde` or `sqlx`.
    from: Option<String>,
    /// For all fields or variants at once.
    rule: Option<String>,
}

impl Names {
    /// What the struct or enum says: `names = "serde"`, `rename_all = "…"`.
    pub fn of(arguments: &Arguments<'_>, attributes: &[Attribute], problems: &Problems) -> Names {
        let from = arguments.text("names").filter(|from| {
            let known = from == "serde" || from == "sqlx";
            if !known {
                problems.attribute(arguments.get("names"), "names are taken from `serde` or from `sqlx`");
            }
            known
        });
        let rule = arguments.text("rename_all").filter(|rule| {
            let known = RULES.contains(&rule.as_str());
            if !known {
                let message = format!("`{rule}` is no rule for names; there are `{}`", RULES.join("`, `"));
                problems.attribute(arguments.get("rename_all"), message);
            }
            known
        });
        let theirs = from.as_deref().and_then(|from| said(attributes, from, "rename_all"));
        Names { from, rule: rule.or(theirs) }
    }

    /// The name of a field or a variant; `own` is what our attribute says.
    pub fn name(&self, own: Option<String>, ident: &str, attributes: &[Attribute]) -> String {
        own.or_else(|| said(attributes, self.from.as_deref()?, "rename"))
            .or_else(|| by_rule(self.rule.as_deref()?, ident))
            .unwrap_or_else(|| ident.to_owned())
    }
}

/// What an attribute of another derive says under that key. What else it says is not ours to judge.
fn said(attributes: &[Attribute], word: &str, key: &str) -> Option<String> {
    let mut found = None;
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident(word)) {
        let _ = attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident(key) && meta.input.peek(syn::Token![=]) {
                found = Some(meta.value()?.parse::<LitStr>()?.value());
            } else if meta.input.peek(syn::Token![=]) {
                let _: syn::Expr = meta.value()?.parse()?;
            } else if meta.input.peek(syn::token::Paren) {
                let within;
                syn::parenthesized!(within in meta.input);
                let rest: proc_macro2::TokenStream = within.parse()?;
                // `rename(serialize = "…")` gives two names: neither is the column's for certain.
                drop(rest);
            }
            Ok(())
        });
    }
    found
}
