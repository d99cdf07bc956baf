//! A rehearsal as one page for a reviewer: the verdict first, then what was measured. It needs nothing from elsewhere and
//! runs no scripts; whatever people wrote is escaped.

mod lines;
mod model;
mod timeline;

use std::fmt::Write as _;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error, HtmlEscape, Value};

use super::screen::Shown;
use model::Page;

/// Escaped, with names in backticks set as code.
fn marked(text: &str) -> Value {
    let mut marked = String::new();
    let parts: Vec<&str> = text.split('`').collect();
    let closed = parts.len() % 2 == 1;
    for (at, part) in parts.iter().enumerate() {
        let part = HtmlEscape(part);
        let _ = match (closed, at % 2) {
            (true, 1) => write!(marked, "<code>{part}</code>"),
            (true, _) | (false, 0) => write!(marked, "{part}"),
            (false, _) => write!(marked, "`{part}"),
        };
    }
    Value::from_safe_string(marked)
}

pub fn text(shown: &Shown) -> Result<String, Error> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.add_filter("marked", marked);
    environment.add_template("style.css", include_str!("style.css"))?;
    environment.add_template("page.html", include_str!("page.html"))?;
    environment.get_template("page.html")?.render(Serde(Page::of(shown)))
}

#[cfg(test)]
mod tests;
