//! Where names live: scopes, and the dictionaries of Python code, in the order of assignment.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use ruff_text_size::TextRange;
use rustc_hash::FxHashMap;

use super::classes::Class;
use super::source::Source;
use super::value::{ModuleId, Name, Span, Unknown, Value};

/// A dictionary in the order of its keys' first assignment.
#[derive(Clone, Default)]
pub struct Dict<'a> {
    entries: Vec<(Value<'a>, Value<'a>)>,
    index: FxHashMap<String, usize>,
    /// Something was added whose key is not known.
    pub open: Option<Rc<Unknown<'a>>>,
}

impl<'a> Dict<'a> {
    pub fn get(&self, key: &Value<'a>) -> Option<&Value<'a>> {
        self.index.get(&key.key()?).map(|at| &self.entries[*at].1)
    }

    pub fn get_text(&self, key: &str) -> Option<&Value<'a>> {
        self.get(&Value::text(key))
    }

    pub fn insert(&mut self, key: Value<'a>, value: Value<'a>) {
        match key.key() {
            Some(word) => match self.index.get(&word) {
                Some(at) => self.entries[*at].1 = value,
                None => {
                    self.index.insert(word, self.entries.len());
                    self.entries.push((key, value));
                }
            },
            None => {
                if let Value::Unknown(unknown) = &key {
                    self.open = Some(unknown.clone());
                }
                self.entries.push((key, value));
            }
        }
    }

    pub fn remove(&mut self, key: &Value<'a>) -> Option<Value<'a>> {
        let at = *self.index.get(&key.key()?)?;
        let (_, value) = self.entries.remove(at);
        self.index = self
            .entries
            .iter()
            .enumerate()
            .filter_map(|(position, (key, _))| key.key().map(|key| (key, position)))
            .collect();
        Some(value)
    }

    pub fn entries(&self) -> &[(Value<'a>, Value<'a>)] {
        &self.entries
    }

    pub fn from_entries(entries: impl IntoIterator<Item = (Value<'a>, Value<'a>)>) -> Self {
        let mut dict = Dict::default();
        for (key, value) in entries {
            dict.insert(key, value);
        }
        dict
    }
}

/// Names and values in the order of their first assignment.
#[derive(Clone, Default)]
pub struct Names<'a> {
    entries: Vec<(&'a str, Value<'a>)>,
    index: FxHashMap<&'a str, usize>,
}

impl<'a> Names<'a> {
    pub fn get(&self, name: &str) -> Option<&Value<'a>> {
        self.index.get(name).map(|at| &self.entries[*at].1)
    }

    pub fn set(&mut self, name: &'a str, value: Value<'a>) {
        match self.index.get(name) {
            Some(at) => self.entries[*at].1 = value,
            None => {
                self.index.insert(name, self.entries.len());
                self.entries.push((name, value));
            }
        }
    }

    /// Taken out, it keeps its place empty, so that the others keep their order.
    pub fn remove(&mut self, name: &str) {
        if let Some(at) = self.index.remove(name) {
            self.entries[at].1 = Value::Ellipsis;
            self.entries[at].0 = "";
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &Value<'a>)> {
        self.entries.iter().filter(|(name, _)| !name.is_empty()).map(|(name, value)| (*name, value))
    }

    pub fn clear(&mut self) {
        self.entries.clear();
        self.index.clear();
    }
}

/// Where names are looked up: a function's, then those around it, then its module's.
pub struct Scope<'a> {
    pub names: RefCell<Names<'a>>,
    pub parent: Option<Rc<Scope<'a>>>,
    pub module: ModuleId,
    pub source: &'a Source,
    pub place: Place,
    /// Names of `global` and `nonlocal` statements.
    pub outer: RefCell<Vec<&'a str>>,
    /// What was returned on a path that may or may not be taken.
    pub pending: RefCell<Vec<Value<'a>>>,
    /// The name that decides which of the paths it is.
    pub doubt: Cell<Option<Name<'a>>>,
    /// The class that a class body, or a method's function, belongs to, and the first argument of the running call.
    pub receiver: RefCell<Option<(Rc<Class<'a>>, Value<'a>)>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    Module,
    Class,
    Function,
}

impl<'a> Scope<'a> {
    pub fn new(module: ModuleId, source: &'a Source, place: Place, parent: Option<Rc<Scope<'a>>>) -> Rc<Self> {
        Rc::new(Scope {
            names: RefCell::default(),
            parent,
            module,
            source,
            place,
            outer: RefCell::default(),
            pending: RefCell::default(),
            doubt: Cell::new(None),
            receiver: RefCell::default(),
        })
    }

    pub fn span(&self, range: TextRange) -> Span<'a> {
        Span { source: self.source, range }
    }
}
