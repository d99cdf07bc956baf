//! Reading what a construct is given.

use crate::sqlmodel::trouble::Trouble;
use crate::sqlmodel::value::{Arguments, Span, Value};

/// Arguments that are read one by one; what is there but not known is trouble.
pub struct Reading<'r, 'a> {
    pub arguments: &'r Arguments<'a>,
    pub span: Span<'a>,
}

impl<'r, 'a> Reading<'r, 'a> {
    pub fn value(&self, position: usize, name: &str) -> Option<&'r Value<'a>> {
        self.arguments.get(position, name)
    }

    pub fn number(&self, position: usize, name: &str) -> Result<Option<i128>, Trouble<'a>> {
        match self.value(position, name) {
            None | Some(Value::None) => Ok(None),
            Some(value) => match value.as_int() {
                Some(number) => Ok(Some(number)),
                None => Err(Trouble::undecided(value, &format!("`{name}`"), self.span)),
            },
        }
    }

    pub(super) fn keyword_number(&self, name: &str) -> Result<Option<i128>, Trouble<'a>> {
        self.number(usize::MAX, name)
    }

    pub fn text(&self, position: usize, name: &str) -> Result<Option<String>, Trouble<'a>> {
        match self.value(position, name) {
            None | Some(Value::None) => Ok(None),
            Some(value) => match value.as_text() {
                Some(text) => Ok(Some(text.to_string())),
                None => Err(Trouble::undecided(value, &format!("`{name}`"), self.span)),
            },
        }
    }

    pub fn flag(&self, position: usize, name: &str) -> Result<bool, Trouble<'a>> {
        self.flag_or(position, name, false)
    }

    pub(super) fn keyword_flag(&self, name: &str) -> Result<bool, Trouble<'a>> {
        self.flag(usize::MAX, name)
    }

    pub fn flag_or(&self, position: usize, name: &str, default: bool) -> Result<bool, Trouble<'a>> {
        match self.value(position, name) {
            None => Ok(default),
            Some(value) => match value.truth() {
                Some(truth) => Ok(truth),
                None => Err(Trouble::undecided(value, &format!("`{name}`"), self.span)),
            },
        }
    }
}
