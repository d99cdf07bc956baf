//! One file, parsed, and places in it.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use proc_macro2::Span;
use whimbrel_schema::Origin;

use super::code::Code;
use crate::diagnostic::{Diagnostic, Position};

#[derive(Debug, Clone)]
pub struct Source {
    pub path: Arc<Path>,
    pub text: Arc<str>,
    /// How many bytes come before what was parsed: a byte order mark, a `#!` line.
    before: usize,
}

impl Source {
    pub fn read(path: &Path) -> Result<(Source, syn::File), Diagnostic> {
        let text = fs::read_to_string(path).map_err(|error| {
            let message = format!("cannot read `{}`: {error}", path.display());
            Diagnostic::without_text(Code::UnreadableFile.severity(), Code::UnreadableFile.word(), message, path)
        })?;
        let source = Source { path: Arc::from(path), before: before(&text), text: Arc::from(text) };
        match syn::parse_str::<syn::File>(&source.text[source.before..]) {
            Ok(file) => Ok((source, file)),
            Err(error) => Err(source.diagnostic(Code::RustSyntax, error.span(), error.to_string())),
        }
    }

    pub fn diagnostic(&self, code: Code, span: Span, message: impl Into<String>) -> Diagnostic {
        let place = self.place(span);
        Diagnostic::new(code.severity(), code.word(), message, self.path.clone(), self.text.clone(), place)
    }

    pub fn origin(&self, span: Span) -> Origin {
        let Position { line, column } = Position::of(&self.text, self.place(span).start);
        Origin { file: Arc::new(PathBuf::from(&*self.path)), line, column }
    }

    fn place(&self, span: Span) -> Range<usize> {
        let place = span.byte_range();
        let end = self.text.len();
        (place.start + self.before).min(end)..(place.end + self.before).min(end)
    }
}

fn before(text: &str) -> usize {
    let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let rest = &text[mark..];
    // `#![attribute]` is no such line.
    match rest.starts_with("#!") && !rest[2..].trim_start().starts_with('[') {
        true => mark + rest.find('\n').unwrap_or(rest.len()),
        false => mark,
    }
}
