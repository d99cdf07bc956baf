//! A table before it is a model: its columns and what was said of it.

use std::rc::Rc;

use super::column::{ColumnSpec, construct_name};
use super::naming::Metadata;
use crate::sqlmodel::classes::Class;
use crate::sqlmodel::trouble::Trouble;
use crate::sqlmodel::value::{Call, Span, Value};

pub struct TableDraft<'a> {
    pub name: String,
    pub namespace: Option<String>,
    pub metadata: Rc<Metadata<'a>>,
    pub columns: Vec<ColumnSpec<'a>>,
    /// Constraints and indexes, from `__table_args__` or `Table(…)`.
    pub arguments: Vec<Value<'a>>,
    pub keywords: Vec<(&'a str, Value<'a>)>,
    pub span: Span<'a>,
    /// The classes that are mapped to it, the one that made it first.
    pub classes: Vec<Rc<Class<'a>>>,
    pub call: Option<Rc<Call<'a>>>,
    pub troubles: Vec<Trouble<'a>>,
    pub conditional: Option<Span<'a>>,
    /// Whether it is in a `MetaData` that the project's models do not use.
    pub left_out: bool,
}

impl<'a> TableDraft<'a> {
    /// The column that a value stands for: an attribute of a class, an object, `table.c.name`.
    pub fn column_of(&self, value: &Value<'a>) -> Option<usize> {
        let by_key = |key: &str| self.columns.iter().position(|column| column.key == key);
        match value {
            Value::Call(call) => {
                let found =
                    self.columns.iter().position(|column| column.objects.iter().any(|object| Rc::ptr_eq(object, call)));
                found.or_else(|| match construct_name(&call.callee) {
                    Some("col") => self.column_of(call.arguments.positional.first()?),
                    _ => None,
                })
            }
            Value::Attribute(attribute) => match &attribute.of {
                Value::Class(class) if self.is_of(class) => by_key(attribute.name),
                Value::Attribute(inner) if matches!(inner.name, "c" | "columns") && self.is_table(&inner.of) => {
                    by_key(attribute.name)
                }
                _ => None,
            },
            Value::Subscript(subscript) => match &subscript.of {
                Value::Attribute(inner) if matches!(inner.name, "c" | "columns") && self.is_table(&inner.of) => {
                    by_key(&subscript.key.as_text()?)
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether a class's attributes are this table's columns: its own class, one that it extends, one that extends it.
    fn is_of(&self, class: &Rc<Class<'a>>) -> bool {
        self.classes.iter().any(|own| Rc::ptr_eq(own, class) || own.descends_from(class))
    }

    fn is_table(&self, value: &Value<'a>) -> bool {
        match value {
            Value::Call(call) => self.call.as_ref().is_some_and(|own| Rc::ptr_eq(own, call)),
            Value::Attribute(attribute) if attribute.name == "__table__" => {
                matches!(&attribute.of, Value::Class(class) if self.is_of(class))
            }
            _ => false,
        }
    }

    pub fn column_named(&self, key: &str) -> Option<&ColumnSpec<'a>> {
        self.columns
            .iter()
            .find(|column| column.key == key)
            .or_else(|| self.columns.iter().find(|column| column.name() == key))
    }
}
