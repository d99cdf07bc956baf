use std::cell::RefCell;

use proc_macro2::Span;
use quote::ToTokens;
use whimbrel_schema::Engine;

/// What a problem is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An attribute that means nothing, or not this.
    Attribute,
    /// No column type is known for a field's type.
    NoColumnType,
    /// The type is there on one engine only.
    TypeNotOnEngine,
}

/// Something that cannot be read as it stands, on the tokens that say it.
#[derive(Debug, Clone)]
pub struct Problem {
    pub kind: Kind,
    /// Where, and what in words.
    pub error: syn::Error,
    pub help: Option<String>,
    /// The engine it is a problem for, where it is none for others.
    pub engine: Option<Engine>,
    /// The column's name, where the rest of the table is not in doubt.
    pub column: Option<String>,
}

impl Problem {
    pub fn new(kind: Kind, tokens: impl ToTokens, message: impl Into<String>) -> Self {
        Problem::of(kind, syn::Error::new_spanned(tokens, message.into()))
    }

    pub fn at(kind: Kind, span: Span, message: impl Into<String>) -> Self {
        Problem::of(kind, syn::Error::new(span, message.into()))
    }

    fn of(kind: Kind, error: syn::Error) -> Self {
        Problem { kind, error, help: None, engine: None, column: None }
    }

    pub fn with_help(self, help: impl Into<String>) -> Self {
        Problem { help: Some(help.into()), ..self }
    }

    pub fn on(self, engine: Engine) -> Self {
        Problem { engine: Some(engine), ..self }
    }

    pub fn of_column(self, column: impl Into<String>) -> Self {
        Problem { column: Some(column.into()), ..self }
    }

    /// As the compiler is to show it: with what helps, since it has no place of its own for that.
    pub fn compile_error(&self) -> syn::Error {
        let Some(help) = &self.help else { return self.error.clone() };
        let mut errors = self.error.clone().into_iter();
        let Some(first) = errors.next() else { return self.error.clone() };
        syn::Error::new(first.span(), format!("{first}\n\nhelp: {help}"))
    }
}

/// All that is found wrong in one reading: one mistake does not hide the next.
#[derive(Debug, Default)]
pub struct Problems(RefCell<Vec<Problem>>);

impl Problems {
    pub fn tell(&self, problem: Problem) {
        self.0.borrow_mut().push(problem);
    }

    pub fn attribute(&self, tokens: impl ToTokens, message: impl Into<String>) {
        self.tell(Problem::new(Kind::Attribute, tokens, message));
    }

    pub fn into_vec(self) -> Vec<Problem> {
        self.0.into_inner()
    }
}
