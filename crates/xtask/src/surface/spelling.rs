//! Tokens as people write them.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use quote::ToTokens;

pub fn spelled(tokens: impl ToTokens) -> String {
    let mut text = String::new();
    write(tokens.to_token_stream(), &mut text);
    text.replace(",)", ")").trim().to_owned()
}

fn write(tokens: TokenStream, text: &mut String) {
    // A sign whose other half follows, as in `->` and `::`.
    let mut joint = false;
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => ("{ ", " }"),
                    Delimiter::None => ("", ""),
                };
                text.push_str(open);
                write(group.stream(), text);
                text.truncate(text.trim_end().len());
                text.push_str(close);
                joint = false;
            }
            TokenTree::Punct(punct) => {
                let sign = punct.as_char();
                let apart = matches!(sign, '=' | '+' | '|') || (sign == '-' && punct.spacing() == Spacing::Joint);
                if apart && !joint && !text.ends_with(' ') {
                    text.push(' ');
                }
                text.push(sign);
                let arrow = text.ends_with("->") || text.ends_with("=>");
                joint = punct.spacing() == Spacing::Joint && sign != '\'';
                let colon = sign == ':' && !joint && !text.ends_with("::");
                if sign == ',' || sign == ';' || arrow || colon || (apart && !joint && sign != '-') {
                    text.push(' ');
                }
                joint |= sign == '\'';
            }
            TokenTree::Ident(_) | TokenTree::Literal(_) => {
                let after_word = text.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_');
                let after_end = text.ends_with([')', ']', '>']) && !text.ends_with("->");
                let part_of_path = text.ends_with("::");
                if (after_word || after_end) && !joint && !part_of_path {
                    text.push(' ');
                }
                text.push_str(&token.to_string());
                joint = false;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_read_as_they_are_written() {
        for text in [
            "pub fn open(url: &str) -> Result<Self, Error>",
            "fn each<'a, T: Clone + Copy>(&'a self, of: impl Fn(&T) -> bool) -> Vec<(u8, [T; 2])> where T: Send",
            "pub const NAME: &'static str",
            "pub field: std::collections::BTreeMap<String, Option<u64>>",
        ] {
            let tokens: TokenStream = text.parse().unwrap();
            assert_eq!(spelled(tokens), text);
        }
    }
}
