//! Literals of Rust as SQL.

use syn::Lit;

use super::argument::{Argument, Given};
use super::problem::Problems;
use crate::{ByEngine, Sql};

/// `default = …`: a value that the database itself gives new rows.
pub fn default(item: &Argument, problems: &Problems) -> Sql {
    let both = |text: String| ByEngine::each(|_| Some(text.clone()));
    match &item.value {
        Given::Literal { literal, negative } => {
            let sign = if *negative { "-" } else { "" };
            match literal {
                Lit::Bool(truth) => ByEngine {
                    sqlite: Some(if truth.value { "1" } else { "0" }.to_owned()),
                    postgres: Some(truth.value.to_string()),
                },
                Lit::Int(number) => both(format!("{sign}{}", number.base10_digits())),
                Lit::Float(number) => both(format!("{sign}{}", number.base10_digits())),
                Lit::Str(text) => both(quoted(&text.value())),
                Lit::Char(letter) => both(quoted(&letter.value().to_string())),
                _ => {
                    problems.attribute(item, "a default is a truth value, a number or a text; SQL is `default_sql`");
                    Sql::default()
                }
            }
        }
        Given::Flag | Given::List(_) => {
            problems.attribute(item, "a default is written as `default = …`; SQL is `default_sql = \"…\"`");
            Sql::default()
        }
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
