//! What an attribute says, asked for by name.

use std::fmt::Display;
use std::str::FromStr;

use quote::ToTokens;
use syn::{Attribute, Lit, Meta};

use super::argument::{self, Argument, Given};
use super::problem::{Kind, Problem, Problems};
use crate::{ByEngine, Sql};

/// The arguments of one attribute, or of one argument that is a list.
pub struct Arguments<'p> {
    /// As people write it: `#[column]`, `index(…)`.
    pub of: String,
    pub items: Vec<Argument>,
    pub problems: &'p Problems,
}

impl<'p> Arguments<'p> {
    /// All attributes of that word, taken together.
    pub fn of_attributes(attributes: &[Attribute], word: &str, problems: &'p Problems) -> Self {
        let mut items = Vec::new();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident(word)) {
            match &attribute.meta {
                Meta::List(list) => match list.parse_args_with(argument::list) {
                    Ok(found) => items.extend(found),
                    Err(error) => problems.tell(Problem::at(Kind::Attribute, error.span(), error.to_string())),
                },
                Meta::Path(_) | Meta::NameValue(_) => {
                    problems.attribute(attribute, format!("what it says stands in parentheses: `#[{word}(…)]`"));
                }
            }
        }
        Arguments { of: format!("`#[{word}]`"), items, problems }
    }

    pub fn within(argument: &Argument, problems: &'p Problems) -> Self {
        let items = match &argument.value {
            Given::List(items) => items.clone(),
            Given::Flag | Given::Literal { .. } => {
                let word = argument.word();
                problems.attribute(argument, format!("what it says stands in parentheses: `{word}(…)`"));
                Vec::new()
            }
        };
        Arguments { of: format!("`{}`", argument.word()), items, problems }
    }

    /// Of a list that names columns: the columns, and what else is said. A name alone is a column, so that an option
    /// always has a value and no column's name is taken by one.
    pub fn beside_columns(argument: &Argument, problems: &'p Problems) -> (Vec<Argument>, Self) {
        let Arguments { of, items, problems } = Arguments::within(argument, problems);
        let (columns, items) =
            items.into_iter().partition(|item| matches!(item.value, Given::Flag) || item.name.is_none());
        (columns, Arguments { of, items, problems })
    }

    /// Refuses what has no name here, and what is said twice where once is all that makes sense.
    pub fn know(&self, once: &[&str], often: &[&str]) {
        for (at, item) in self.items.iter().enumerate() {
            let word = item.word();
            if item.name.is_none() {
                self.problems.attribute(item, format!("{} takes no value without a name", self.of));
            } else if once.contains(&word.as_str()) {
                if self.items[..at].iter().any(|before| before.word() == word) {
                    self.problems.attribute(&item.name, format!("`{word}` is said twice"));
                }
            } else if !often.contains(&word.as_str()) {
                let all: Vec<&str> = once.iter().chain(often).copied().collect();
                let problem = Problem::new(Kind::Attribute, &item.name, format!("{} has no `{word}`", self.of));
                self.problems.tell(problem.with_help(match nearest(&word, &all) {
                    Some(near) => format!("`{near}` is there"),
                    None => format!("there are `{}`", all.join("`, `")),
                }));
            }
        }
    }

    pub fn get(&self, name: &str) -> Option<&Argument> {
        self.items.iter().find(|item| item.word() == name)
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Argument> {
        self.items.iter().filter(move |item| item.word() == name)
    }

    /// `unique`, `unique = true`, `unique = false`.
    pub fn flag(&self, name: &str) -> bool {
        self.said(name).unwrap_or(false)
    }

    pub fn said(&self, name: &str) -> Option<bool> {
        let item = self.get(name)?;
        match &item.value {
            Given::Flag => Some(true),
            Given::Literal { literal: Lit::Bool(truth), .. } => Some(truth.value),
            Given::Literal { .. } | Given::List(_) => {
                self.wrong(item, "it is said by its name alone, or `true`, or `false`");
                None
            }
        }
    }

    pub fn text(&self, name: &str) -> Option<String> {
        let item = self.get(name)?;
        let text = item.string().map(syn::LitStr::value);
        if text.is_none() {
            self.wrong(item, "it takes a text");
        }
        text
    }

    pub fn number<N: FromStr<Err: Display>>(&self, name: &str) -> Option<N> {
        let item = self.get(name)?;
        match &item.value {
            Given::Literal { literal: Lit::Int(number), negative } => {
                let digits = format!("{}{}", if *negative { "-" } else { "" }, number.base10_digits());
                match digits.parse() {
                    Ok(number) => Some(number),
                    Err(error) => {
                        self.problems.attribute(number, format!("{error}"));
                        None
                    }
                }
            }
            Given::Literal { .. } | Given::Flag | Given::List(_) => {
                self.wrong(item, "it takes a number");
                None
            }
        }
    }

    /// `name = "…"` for every engine, `name(sqlite = "…", postgres = "…")` for each.
    pub fn sql(&self, name: &str) -> Option<Sql> {
        self.sql_of(self.get(name)?)
    }

    pub fn sql_of(&self, item: &Argument) -> Option<Sql> {
        match &item.value {
            Given::Literal { literal: Lit::Str(text), .. } => Some(ByEngine::each(|_| Some(text.value()))),
            Given::List(_) => {
                let within = Arguments::within(item, self.problems);
                within.know(&["sqlite", "postgres"], &[]);
                Some(ByEngine { sqlite: within.text("sqlite"), postgres: within.text("postgres") })
            }
            Given::Literal { .. } | Given::Flag => {
                self.wrong(item, "it takes SQL as a text, or `(sqlite = \"…\", postgres = \"…\")`");
                None
            }
        }
    }

    fn wrong(&self, item: &Argument, needed: &str) {
        self.problems.attribute(item, format!("`{}` is not said so: {needed}", item.word()));
    }
}

/// The one word that was probably meant.
fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let far = |other: &&&str| distance(word, other);
    known.iter().min_by_key(far).filter(|near| distance(word, near) <= 1 + word.len() / 5).copied()
}

/// Letters to change, add or leave out between two words.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, letter) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (at, other) in to.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *other);
            diagonal = row[at + 1];
            row[at + 1] = changed.min(diagonal + 1).min(row[at] + 1);
        }
    }
    row[to.len()]
}

/// What a doc comment says, lines joined as they are rendered.
pub fn documentation(attributes: &[Attribute]) -> Option<String> {
    let lines = attributes.iter().filter(|attribute| attribute.path().is_ident("doc")).filter_map(|attribute| {
        let Meta::NameValue(value) = &attribute.meta else { return None };
        let syn::Expr::Lit(syn::ExprLit { lit: Lit::Str(text), .. }) = &value.value else { return None };
        Some(text.value().trim().to_owned())
    });
    let text = lines.collect::<Vec<_>>().join("\n").trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// `comment = "…"`, or `comment` alone for what the doc comment says.
pub fn comment(arguments: &Arguments<'_>, attributes: &[Attribute]) -> Option<String> {
    let item = arguments.get("comment")?;
    match item.value {
        Given::Flag => {
            let text = documentation(attributes);
            if text.is_none() {
                arguments.problems.attribute(item.to_token_stream(), "there is no doc comment to take");
            }
            text
        }
        Given::Literal { .. } | Given::List(_) => arguments.text("comment"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_that_was_meant_is_named() {
        let known = ["index", "unique", "primary_key", "on_delete"];
        assert_eq!(nearest("indx", &known), Some("index"));
        assert_eq!(nearest("primarykey", &known), Some("primary_key"));
        assert_eq!(nearest("color", &known), None);
    }
}
